package page

import (
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Login is the page that opens a session.
type Login struct {
	app.Compo

	name, password string
	visible        bool
	wrong          wrongs
	err            error
	busy           bool
}

// OnMount puts the keyboard on the first field.
func (l *Login) OnMount(ctx app.Context) { focusOn(ctx, "name") }

// checkLogin finds what can't be right.
func checkLogin(name, password string) wrongs {
	w := wrongs{}
	if strings.TrimSpace(name) == "" {
		w["name"] = "Type the name of your account."
	}
	if password == "" {
		w["password"] = "Type your password."
	}
	return w
}

func (l *Login) onSubmit(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if l.busy {
		return
	}
	l.err, l.wrong = nil, checkLogin(l.name, l.password)
	if l.wrong.show(ctx, "name", "password") {
		return
	}
	l.busy = true
	in := wire.Login{Username: strings.TrimSpace(l.name), Password: l.password}
	ctx.Async(func() {
		u, err := client.Get().Login(in)
		ctx.Dispatch(func(ctx app.Context) { l.done(ctx, u, err) })
	})
}

// done goes on to the page that was asked for, or says what is wrong.
func (l *Login) done(ctx app.Context, u wire.User, err error) {
	l.busy = false
	if err != nil {
		l.wrong, l.err = wrongsOf(err, map[string]string{"username": "name", "password": "password"})
		if !l.wrong.show(ctx, "name", "password") {
			focusOn(ctx, "password")
		}
		return
	}
	ui.SetUser(ctx, u)
	ctx.Navigate(ui.Next(ctx))
}

func (l *Login) onShow(app.Context, app.Event) { l.visible = !l.visible }

// Render draws the form.
func (l *Login) Render() app.UI {
	body := []app.UI{
		app.H1().Text("Log in"),
		errorPlace(l.err, nil),
		ui.Field("Name", "name", textField("text", "username", l.ValueTo(&l.name)), "", l.wrong["name"]),
		passwordField("Password", "password", "current-password", l.visible, l.ValueTo(&l.password), "", l.wrong["password"]),
		showBox("show", l.visible, l.onShow),
		submit("Log in", "user", l.busy),
		app.P().Class("small").Body(app.Text("No account yet? "), app.A().Href("/register").Text("Create one")),
	}
	return ui.Shell("login", app.Form().Class("card narrow").NoValidate(true).OnSubmit(l.onSubmit).Body(body...))
}
