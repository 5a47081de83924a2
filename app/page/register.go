package page

import (
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Register is the page that makes an account, and opens its first session.
type Register struct {
	app.Compo

	name, password, again string
	visible               bool
	wrong                 wrongs
	err                   error
	busy                  bool
}

// registerFields are the ids of the form's fields in their order.
var registerFields = []string{"name", "password", "again"}

// OnMount puts the keyboard on the first field.
func (r *Register) OnMount(ctx app.Context) { focusOn(ctx, "name") }

// checkRegister finds what can't be right.
func checkRegister(name, password, again string) wrongs {
	w := wrongs{}
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		w["name"] = "Choose a name for the account."
	case strings.ContainsAny(name, " \t@/"):
		w["name"] = "The name may have letters, digits, dots, dashes and underscores."
	}
	checkNew(w, password, again, "password", "again")
	return w
}

func (r *Register) onSubmit(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if r.busy {
		return
	}
	r.err, r.wrong = nil, checkRegister(r.name, r.password, r.again)
	if r.wrong.show(ctx, registerFields...) {
		return
	}
	r.busy = true
	in := wire.Register{Username: strings.TrimSpace(r.name), Password: r.password}
	ctx.Async(func() {
		u, err := client.Get().Register(in)
		ctx.Dispatch(func(ctx app.Context) { r.done(ctx, u, err) })
	})
}

// done goes on to the page that was asked for, or says what is wrong.
func (r *Register) done(ctx app.Context, u wire.User, err error) {
	r.busy = false
	if err != nil {
		r.wrong, r.err = wrongsOf(err, map[string]string{"username": "name", "password": "password"})
		if oneOf(r.err, fault.Conflict) { // the name is taken
			r.wrong, r.err = wrongs{"name": fault.Message(err)}, nil
		}
		r.wrong.show(ctx, registerFields...)
		return
	}
	ui.SetUser(ctx, u)
	ui.Toast(ctx, "good", "Welcome, "+u.Username+". You are logged in.")
	ctx.Navigate(ui.Next(ctx))
}

func (r *Register) onShow(app.Context, app.Event) { r.visible = !r.visible }

// Render draws the form.
func (r *Register) Render() app.UI {
	body := []app.UI{
		app.H1().Text("Create an account"),
		errorPlace(r.err, nil),
		ui.Field("Name", "name", textField("text", "username", r.ValueTo(&r.name)).Attr("maxlength", "64"),
			"Letters, digits, dots, dashes and underscores.", r.wrong["name"]),
		passwordField("Password", "password", "new-password", r.visible, r.ValueTo(&r.password),
			"At least 10 characters. A sentence is easy to remember.", r.wrong["password"]),
		passwordField("The same password again", "again", "new-password", r.visible, r.ValueTo(&r.again), "", r.wrong["again"]),
		showBox("show", r.visible, r.onShow),
		submit("Create the account", "user", r.busy),
		app.P().Class("small").Body(app.Text("Have one already? "), app.A().Href("/login").Text("Log in")),
	}
	return ui.Shell("register", app.Form().Class("card narrow").NoValidate(true).OnSubmit(r.onSubmit).Body(body...))
}
