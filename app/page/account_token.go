package page

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	defaultDays = "90"
	mostDays    = 3650 // as in wire.TokenRequest
)

// tokenForm makes and lists tokens for programs.
type tokenForm struct {
	List       []wire.Token
	Name, Days string
	Wrong      wrongs
	Err        error
	Busy       bool
	Made       *wire.NewToken // the one whose secret is shown
}

// tokenFields are the ids of the form's fields in their order.
var tokenFields = []string{"token-name", "token-days"}

// programs leaves the sessions of browsers out.
func programs(all []wire.Token) []wire.Token {
	var out []wire.Token
	for _, t := range all {
		if !t.Session {
			out = append(out, t)
		}
	}
	return out
}

// check reads the form.
func (f *tokenForm) check() (wire.TokenRequest, wrongs) {
	w := wrongs{}
	in := wire.TokenRequest{Name: strings.TrimSpace(f.Name)}
	if in.Name == "" {
		w["token-name"] = "Name the program that will use it."
	}
	days, err := strconv.Atoi(strings.TrimSpace(f.Days))
	if err != nil || days < 1 || days > mostDays {
		w["token-days"] = "Type a number of days from 1 to 3,650."
	}
	in.Days = days
	return in, w
}

func (a *Account) onToken(ctx app.Context, e app.Event) {
	e.PreventDefault()
	f := &a.tokens
	if f.Busy {
		return
	}
	in, wrong := f.check()
	f.Err, f.Wrong = nil, wrong
	if wrong.show(ctx, tokenFields...) {
		return
	}
	f.Busy = true
	ctx.Async(func() {
		var made wire.NewToken
		err := client.Get().Do("POST", "auth/tokens", in, &made)
		ctx.Dispatch(func(ctx app.Context) { a.tokenDone(ctx, made, err) })
	})
}

// tokenDone shows the secret, or says what is wrong.
func (a *Account) tokenDone(ctx app.Context, made wire.NewToken, err error) {
	f := &a.tokens
	f.Busy = false
	if err != nil {
		f.Wrong, f.Err = wrongsOf(err, map[string]string{"name": "token-name", "days": "token-days"})
		f.Wrong.show(ctx, tokenFields...)
		return
	}
	f.Made, f.Name = &made, ""
	empty("token-name")
	f.List = append([]wire.Token{made.Token}, f.List...)
	ui.Say(ctx, "The token is made. Copy it: it is shown only once.")
	focusOn(ctx, "copy")
}

func (a *Account) onCopy(ctx app.Context, _ app.Event) {
	field := app.Window().GetElementByID("secret")
	field.Call("select")
	board := app.Window().Get("navigator").Get("clipboard")
	if !board.Truthy() { // browsers have none over plain HTTP
		ui.Toast(ctx, "", "The token is selected: copy it with Ctrl+C.")
		return
	}
	board.Call("writeText", a.tokens.Made.Secret).Then(func(app.Value) {
		ctx.Dispatch(func(ctx app.Context) { ui.Toast(ctx, "good", "Copied.") })
	})
}

func (a *Account) onMadeClose(ctx app.Context, _ app.Event) {
	a.tokens.Made = nil
	focusOn(ctx, "token-name")
}

func (a *Account) onRevoke(t wire.Token) app.EventHandler {
	return func(app.Context, app.Event) {
		ui.Confirm(a.ctx, ui.Question{
			Title: "Revoke " + t.Name + "?",
			Text:  "Programs that use this token are refused at once. That can't be undone.",
			Yes:   "Revoke", Bad: true,
			Do: func(ctx app.Context) { a.revoke(ctx, t) },
		})
	}
}

func (a *Account) revoke(ctx app.Context, t wire.Token) {
	ctx.Async(func() {
		err := client.Get().Do("DELETE", "auth/tokens/"+url.PathEscape(t.ID), nil, nil)
		ctx.Dispatch(func(ctx app.Context) {
			f := &a.tokens
			f.Err = err
			if err != nil {
				return
			}
			var rest []wire.Token
			for _, o := range f.List {
				if o.ID != t.ID {
					rest = append(rest, o)
				}
			}
			f.List = rest
			if f.Made != nil && f.Made.ID == t.ID {
				f.Made = nil
			}
			ui.Toast(ctx, "good", t.Name+" is revoked.")
			focusOn(ctx, "token-name") // its button is gone
		})
	})
}

// tokenCard draws the form, the secret of a token that was just made, and the list.
func (a *Account) tokenCard() app.UI {
	f := &a.tokens
	body := []app.UI{
		app.H2().ID("token-title").Text("Tokens for programs"),
		app.P().Class("small").Body(app.Text("A program sends one as "), app.Code().Text("Authorization: Bearer …"),
			app.Text(" and may do all that you may. "), app.A().Href("/api/docs").OnClick(leave).Text("The API")),
	}
	body = append(body, errorPlace(f.Err, nil), app.Form().Class("row ends").NoValidate(true).OnSubmit(a.onToken).Body(
		ui.Field("Name", "token-name", textField("text", "off", a.ValueTo(&f.Name)).Attr("maxlength", "100"), "", f.Wrong["token-name"]),
		ui.Field("Days", "token-days", textField("number", "off", a.ValueTo(&f.Days)).Min(1).Max(mostDays).Value(defaultDays), "", f.Wrong["token-days"]),
		app.Button().Type("submit").Disabled(f.Busy).Body(ui.Icon("plus"), app.Text("Make a token")),
	))
	if f.Made != nil {
		body = append(body, app.Div().Class("banner good").Body(
			ui.Icon("lock"),
			app.Div().Class("grow field").Body(
				app.Label().For("secret").Text(f.Made.Name+": copy the token, it is shown only once"),
				app.Input().Type("text").ID("secret").Class("mono").ReadOnly(true).Attr("autocomplete", "off").Value(f.Made.Secret)),
			app.Button().Type("button").ID("copy").OnClick(a.onCopy).Body(ui.Icon("copy"), app.Text("Copy")),
			app.Button().Type("button").Class("secondary").OnClick(a.onMadeClose).Text("I have it"),
		))
	}
	if len(f.List) == 0 {
		body = append(body, app.P().Class("small").Text("There is no token yet."))
	} else {
		body = append(body, a.tokenTable())
	}
	return app.Section().Class("card").Aria("labelledby", "token-title").Body(body...)
}

// leave follows a link to a page of the server that is none of the app's: the
// click stays with the link, where go-app does not hear it.
func leave(_ app.Context, e app.Event) { e.Call("stopPropagation") }

// tokenTable lists the tokens, the newest first.
func (a *Account) tokenTable() app.UI {
	now := time.Now()
	var rows []app.UI
	for _, t := range a.tokens.List {
		rows = append(rows, app.Tr().Body(
			app.Th().Scope("row").Text(t.Name),
			app.Td().Body(ago(t.Created, now)),
			app.Td().Body(ago(t.Used, now)),
			app.Td().Body(clock(t.Expires)),
			app.Td().Class("num").Body(app.Button().Type("button").Class("danger").Aria("label", "Revoke "+t.Name).
				OnClick(a.onRevoke(t), t.ID).Text("Revoke")),
		))
	}
	return app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "List of tokens").Body(app.Table().Body(
		app.THead().Body(app.Tr().Body(app.Th().Scope("col").Text("Name"), app.Th().Scope("col").Text("Made"),
			app.Th().Scope("col").Text("Last used"), app.Th().Scope("col").Text("Ends"),
			app.Th().Scope("col").Body(app.Span().Class("sr").Text("Revoke")))),
		app.TBody().Body(rows...)))
}

// ago writes how long ago t was, with the exact time in the tooltip.
func ago(t, now time.Time) app.UI {
	if t.IsZero() {
		return app.Span().Text(ui.Ago(t, now))
	}
	return app.Time().DateTime(t.UTC().Format(time.RFC3339)).Title(ui.Clock(t)).Text(ui.Ago(t, now))
}

// clock writes a moment.
func clock(t time.Time) app.UI {
	return app.Time().DateTime(t.UTC().Format(time.RFC3339)).Text(ui.Clock(t))
}
