package page

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// passwordForm changes the password.
type passwordForm struct {
	Old, New, Again string
	Visible         bool
	Wrong           wrongs
	Err             error
	Busy            bool
}

// passwordFields are the ids of the form's fields in their order.
var passwordFields = []string{"old", "new", "again"}

// check finds what can't be right.
func (f *passwordForm) check() wrongs {
	w := wrongs{}
	if f.Old == "" {
		w["old"] = "Type the password that you have."
	}
	checkNew(w, f.New, f.Again, "new", "again")
	if w.first(passwordFields...) == "" && f.New == f.Old {
		w["new"] = "This is the password that you have. Type another one."
	}
	return w
}

func (a *Account) onPassword(ctx app.Context, e app.Event) {
	e.PreventDefault()
	f := &a.password
	if f.Busy {
		return
	}
	f.Err, f.Wrong = nil, f.check()
	if f.Wrong.show(ctx, passwordFields...) {
		return
	}
	f.Busy = true
	in := wire.PasswordChange{Old: f.Old, New: f.New}
	ctx.Async(func() {
		err := client.Get().Do("PUT", "auth/password", in, nil)
		ctx.Dispatch(func(ctx app.Context) { a.passwordDone(ctx, err) })
	})
}

// passwordDone empties the form, or says what is wrong.
func (a *Account) passwordDone(ctx app.Context, err error) {
	f := &a.password
	f.Busy = false
	if err != nil {
		f.Wrong, f.Err = wrongsOf(err, map[string]string{"old": "old", "new": "new"})
		f.Wrong.show(ctx, passwordFields...)
		return
	}
	a.password = passwordForm{}
	empty(passwordFields...)
	ui.Toast(ctx, "good", "The password is changed. All other sessions and tokens have ended.")
	a.load(ctx) // its tokens are gone
}

func (a *Account) onPasswordShow(app.Context, app.Event) { a.password.Visible = !a.password.Visible }

// passwordCard draws the form.
func (a *Account) passwordCard() app.UI {
	f := &a.password
	body := []app.UI{
		app.H2().ID("password-title").Text("Password"),
		errorPlace(f.Err, nil),
		app.Input().Type("text").Attr("autocomplete", "username").ReadOnly(true).Hidden(true).Value(a.user.Username), // for password managers
		passwordField("Password that you have", "old", "current-password", f.Visible, a.ValueTo(&f.Old), "", f.Wrong["old"]),
		passwordField("New password", "new", "new-password", f.Visible, a.ValueTo(&f.New), "At least 10 characters.", f.Wrong["new"]),
		passwordField("The new password again", "again", "new-password", f.Visible, a.ValueTo(&f.Again), "", f.Wrong["again"]),
		showBox("password-show", f.Visible, a.onPasswordShow),
		app.P().Class("small").Text("All other sessions, and programs' tokens, end when it changes."),
		submit("Change the password", "lock", f.Busy),
	}
	return app.Form().Class("card").Aria("labelledby", "password-title").NoValidate(true).OnSubmit(a.onPassword).Body(body...)
}
