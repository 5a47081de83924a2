package ui

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// titles are the names of pages in the window's title.
var titles = map[string]string{
	"landing": "Centroid", "login": "Log in", "register": "Create an account", "account": "Account",
	"data": "Data", "explore": "Explore", "train": "Train", "predict": "Predict", "models": "Models", "private": "Private",
}

// titleOf gives the window's title on a page.
func titleOf(page string) string {
	if page == "landing" {
		return "Centroid: a table becomes clusters, clusters become a prediction"
	}
	return titles[page] + " · Centroid"
}

// bar is the top bar; on a phone its navigation is at the bottom. It also
// hears the keys that work on every page.
type bar struct {
	app.Compo

	Page string

	user  string
	theme string
	help  bool
	stop  func()
}

func (b *bar) OnPreRender(ctx app.Context) { ctx.Page().SetTitle(titleOf(b.Page)) }

func (b *bar) OnMount(ctx app.Context) {
	ctx.Page().SetTitle(titleOf(b.Page))
	b.theme = themeOf(ctx)
	ctx.ObserveState(stateUser).Value(&b.user)
	b.stop = listenKeys(func(c command, path string) bool {
		switch c {
		case searchCommand:
			return focusSearch()
		case closeCommand:
			return closeMenu()
		case helpCommand:
			ctx.Dispatch(func(app.Context) { b.help = true })
		case goCommand:
			ctx.Navigate(path)
		}
		return true
	})
}

func (b *bar) OnDismount() {
	if b.stop != nil {
		b.stop()
	}
}

func (b *bar) onTheme(ctx app.Context, _ app.Event) {
	b.theme = nextTheme(b.theme)
	setTheme(ctx, b.theme)
	Say(ctx, "Theme: "+b.theme)
}

func (b *bar) onHelp(app.Context, app.Event)      { b.help = true }
func (b *bar) onHelpClose(app.Context, app.Event) { b.help = false }

// Render draws the bar.
func (b *bar) Render() app.UI {
	var items []app.UI
	for _, e := range entries {
		a := app.A().Href(e.Href).Body(Icon(e.Icon), app.Text(e.Text))
		if e.Page == b.Page {
			a = a.Aria("current", "page")
		}
		items = append(items, app.Li().Body(a))
	}
	theme := b.theme
	if theme == "" {
		theme = "auto"
	}
	parts := []app.UI{
		app.A().Class("brand").Href("/").Body(logo(), app.Span().Text("Centroid")),
		app.Nav().Aria("label", "Main").Body(app.Ul().Body(items...)),
		app.Div().Class("tools").Body(
			app.Button().Type("button").Class("ghost icon hide-s").ID("help").Aria("label", "Keyboard").Title("Keyboard (?)").OnClick(b.onHelp).Body(Icon("info")),
			app.Button().Type("button").Class("ghost icon").ID("theme").Aria("label", "Theme: "+theme).Title("Theme: "+theme).OnClick(b.onTheme).Body(Icon("theme")),
			b.account(),
		),
	}
	if b.help {
		parts = append(parts, helpDialog(b.onHelpClose))
	}
	return app.Header().Class("top").Body(parts...)
}

// account leads to the account, or to logging in where that needs none.
func (b *bar) account() app.UI {
	href, text := "/account", "Account"
	switch {
	case b.user != "":
		text = b.user
	case open[b.Page]:
		href, text = "/login", "Log in"
	}
	a := app.A().Class("user").Href(href).Title(text).Body(Icon("user"), app.Span().Text(text))
	if b.Page == "account" {
		a = a.Aria("current", "page")
	}
	return a
}
