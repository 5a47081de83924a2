package ui

import (
	"errors"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Field draws a control with its label above, a hint below and, if err is not
// "", what is wrong with it. The control gets the id and is described by both;
// it may be an input, a select, a textarea, or anything that already has the id.
func Field(label, id string, input app.UI, hint, err string) app.UI {
	var described []string
	if err != "" {
		described = append(described, id+"-err")
	}
	if hint != "" {
		described = append(described, id+"-hint")
	}
	about := strings.Join(described, " ")
	switch in := input.(type) {
	case app.HTMLInput:
		input = describe(in, id, about, err != "")
	case app.HTMLSelect:
		input = describe(in, id, about, err != "")
	case app.HTMLTextarea:
		input = describe(in, id, about, err != "")
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

// control is an element of go-app that takes input.
type control[T any] interface {
	app.UI
	ID(format string, v ...any) T
	Aria(name string, value any) T
}

// describe gives a control its id and points to what is said about it. What is
// right is not said to be valid: it was not checked yet.
func describe[T control[T]](in T, id, about string, wrong bool) app.UI {
	in = in.ID(id)
	if about != "" {
		in = in.Aria("describedby", about)
	}
	if wrong {
		in = in.Aria("invalid", "true")
	}
	return in
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
