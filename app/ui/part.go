package ui

import (
	"errors"
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Field draws a control with its label above, a hint below and, if err is not
// "", what is wrong with it. The control gets the id and is described by both;
// it may be an input, a select, a textarea, or anything that already has the id.
func Field(label, id string, input app.UI, hint, err string) app.UI {
	described := ""
	if hint != "" {
		described = id + "-hint"
	}
	if err != "" {
		described = id + "-err " + described
	}
	switch in := input.(type) {
	case app.HTMLInput:
		input = in.ID(id).Aria("invalid", err != "").Aria("describedby", described)
	case app.HTMLSelect:
		input = in.ID(id).Aria("invalid", err != "").Aria("describedby", described)
	case app.HTMLTextarea:
		input = in.ID(id).Aria("invalid", err != "").Aria("describedby", described)
	}
	body := []app.UI{app.Label().For(id).Text(label), input}
	if hint != "" {
		body = append(body, app.Small().ID(id+"-hint").Text(hint))
	}
	if err != "" {
		body = append(body, app.P().Class("err").ID(id+"-err").Text(err))
	}
	return app.Div().Class("field").Body(body...)
}

// Empty stands where there is nothing: what the place is for, and what to do.
func Empty(title, text string, actions ...app.UI) app.UI {
	return app.Section().Class("card empty").Body(
		app.H2().Text(title), app.P().Text(text), app.Div().Class("row").Body(actions...))
}

// Skeleton holds the place of what is being loaded.
func Skeleton() app.UI {
	return app.Div().Class("card skeleton").Aria("busy", "true").Body(
		app.Span().Class("sr").Text("Loading"), app.Div().Class("bone"), app.Div().Class("bone"), app.Div().Class("bone short"))
}

// ErrorBox says what happened, what to do, and offers to try again; retry may be
// nil. Away from the server it shows the offline state.
func ErrorBox(err error, retry app.EventHandler) app.UI {
	icon, class, text := "alert", "banner bad", fault.Message(err)
	var e *fault.Error
	if fault.CodeOf(err) == fault.Unavailable {
		icon, class = "off", "banner warn"
	}
	if errors.As(err, &e) && e.Line > 0 {
		text = fmt.Sprintf("Line %d: %s", e.Line, text)
	}
	body := []app.UI{Icon(icon), app.Span().Class("grow").Text(text)}
	if retry != nil {
		body = append(body, app.Button().Type("button").Class("secondary").OnClick(retry).Body(Icon("again"), app.Text("Try again")))
	}
	return app.Div().Class(class).Attr("role", "alert").Body(body...)
}

// Dialog is a modal window. It opens when it is mounted, keeps the keyboard's
// focus inside, and gives it back when it is dismounted. Esc calls OnClose.
type Dialog struct {
	app.Compo

	ID      string
	Title   string
	Content []app.UI
	OnClose app.EventHandler

	from app.Value
}

// OnMount opens the window.
func (d *Dialog) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	d.from = app.Window().Get("document").Get("activeElement")
	if el := ctx.JSSrc(); !el.Get("open").Truthy() {
		el.Call("showModal")
	}
}

// OnDismount gives the focus back.
func (d *Dialog) OnDismount() {
	if d.from != nil && d.from.Truthy() && d.from.Get("isConnected").Truthy() {
		d.from.Call("focus")
	}
}

func (d *Dialog) onCancel(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if d.OnClose != nil {
		d.OnClose(ctx, e)
	}
}

// Render draws the window.
func (d *Dialog) Render() app.UI {
	return app.Dialog().ID(d.ID).Aria("labelledby", d.ID+"-title").On("cancel", d.onCancel).Body(
		app.Article().Class("card").Body(append([]app.UI{app.H2().ID(d.ID + "-title").Text(d.Title)}, d.Content...)...))
}
