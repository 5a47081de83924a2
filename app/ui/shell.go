package ui

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// Entry is a page that the navigation leads to.
type entry struct{ Page, Href, Text, Icon string }

var entries = []entry{
	{"data", "/data", "Data", "data"},
	{"explore", "/explore", "Explore", "explore"},
	{"train", "/train", "Train", "train"},
	{"predict", "/predict", "Predict", "predict"},
	{"models", "/models", "Models", "models"},
	{"private", "/private", "Private", "lock"},
}

// open lists the pages that need no account.
var open = map[string]bool{"landing": true, "login": true, "register": true, "private": true, "predict": true}

// Shell draws a page in its frame: skip link, top bar, banners, the body,
// dialog, messages and the live region. page is the name of the page: landing,
// login, register, account, data, explore, train, predict, models or private. All
// but those in open send a visitor without an account to log in and back.
func Shell(page string, body ...app.UI) app.UI {
	return app.Div().Class("shell").Body(
		app.A().Class("skip").Href("#main").OnClick(skip).Text("Skip to the content"),
		&bar{Page: page},
		app.Main().Class("page").ID("main").TabIndex(-1).Body(append([]app.UI{&notices{Page: page}}, body...)...),
		&asker{},
		&toasts{},
		&live{},
	)
}

// skip goes to the content. The click stays here: go-app would take it for a
// way to another page, and the fragment is where pages keep their state.
func skip(_ app.Context, e app.Event) {
	e.PreventDefault()
	e.Call("stopPropagation")
	focus("main")
}
