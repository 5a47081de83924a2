package page

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Account is the page of who is logged in: the session, the password, and
// tokens for programs.
type Account struct {
	app.Compo

	loaded bool
	err    error
	user   wire.User

	password passwordForm
	tokens   tokenForm

	ctx app.Context // the page's: that of a button in the list ends with the button
}

// OnMount loads the account.
func (a *Account) OnMount(ctx app.Context) {
	a.ctx, a.tokens.Days = ctx, defaultDays
	if app.IsServer {
		return
	}
	a.load(ctx)
}

// load asks for all that the page shows.
func (a *Account) load(ctx app.Context) {
	a.err = nil
	ctx.Async(func() {
		u, err := client.Get().User()
		var tokens []wire.Token
		if err == nil {
			err = client.Get().Do("GET", "auth/tokens", nil, &tokens)
		}
		ctx.Dispatch(func(app.Context) {
			a.loaded, a.err = err == nil, err
			if err == nil {
				a.user, a.tokens.List = u, programs(tokens)
			}
		})
	})
}

func (a *Account) onRetry(ctx app.Context, _ app.Event) { a.load(ctx) }

func (a *Account) onLogout(ctx app.Context, _ app.Event) { a.logout(ctx, false) }

func (a *Account) onLogoutAll(ctx app.Context, _ app.Event) {
	ui.Confirm(ctx, ui.Question{
		Title: "Log out everywhere?",
		Text:  "Every browser that you are logged in with, this one too, has to log in again. Tokens for programs stay, and so do data, models and trainings.",
		Yes:   "Log out everywhere", Bad: true,
		Do: func(ctx app.Context) { a.logout(ctx, true) },
	})
}

// logout ends this session, or all of them.
func (a *Account) logout(ctx app.Context, all bool) {
	ctx.Async(func() {
		err := client.Get().Logout(all)
		ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				a.err = err
				return
			}
			ui.ForgetUser(ctx, true)
			ui.Toast(ctx, "good", "You are logged out.")
			ctx.Navigate("/login")
		})
	})
}

// Render draws the page.
func (a *Account) Render() app.UI {
	body := []app.UI{app.H1().Text("Account"), errorPlace(a.err, a.onRetry)}
	switch {
	case a.loaded:
		body = append(body, app.Div().Class("halves").Body(
			a.session(), a.passwordCard()), a.tokenCard(), &storageCard{})
	case a.err == nil:
		body = append(body, ui.Skeleton())
	}
	return ui.Shell("account", body...)
}

// session says who is logged in, and until when.
func (a *Account) session() app.UI {
	facts := []app.UI{app.Div().Body(app.Dt().Text("Name"), app.Dd().ID("user").Text(a.user.Username))}
	if a.user.Email != "" {
		facts = append(facts, app.Div().Body(app.Dt().Text("E-mail"), app.Dd().Text(a.user.Email)))
	}
	facts = append(facts, app.Div().Body(app.Dt().Text("This session lasts until"), app.Dd().ID("expires").Body(clock(a.user.Expires))))
	return app.Section().Class("card").Aria("labelledby", "session-title").Body(
		app.H2().ID("session-title").Text("Session"),
		app.Dl().Class("facts").Body(facts...),
		app.P().Class("small").Text("Each use puts the end off. Models that you kept on this device stay on it when you log out, and only your account sees them. The Models page takes them off."),
		app.Div().Class("row").Body(
			app.Button().Type("button").Class("secondary").ID("logout").OnClick(a.onLogout).Text("Log out"),
			app.Button().Type("button").Class("danger").ID("logout-all").OnClick(a.onLogoutAll).Text("Log out everywhere"),
		))
}
