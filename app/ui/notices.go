package ui

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
)

// drawn is true when a page was drawn in this window before: a further one
// takes the keyboard's focus, as a load of a page does.
var drawn bool

// notices says what holds for every page: that the server is away, or that a
// newer version is there. It sends guests to log in.
type notices struct {
	app.Compo

	Page string

	offline bool
	update  bool
	stops   []func()
}

func (n *notices) OnMount(ctx app.Context) {
	n.update = ctx.AppUpdateAvailable()
	c := client.Get()
	n.stops = append(n.stops,
		c.OnState(func(online bool) {
			ctx.Dispatch(func(ctx app.Context) { n.setOffline(ctx, !online) })
		}),
		c.OnGuest(func() {
			ctx.Dispatch(n.guest)
		}))
	n.offline = !c.Online()
	ctx.SetState(stateOnline, n.offline)
	if app.IsServer {
		return // outside of a browser there is nobody to ask, and nothing to focus
	}
	doc := app.Window().Get("document")
	doc.Get("documentElement").Call("setAttribute", "data-ready", "true")
	if drawn && doc.Get("location").Get("hash").String() == "" {
		app.Window().Call("scrollTo", 0, 0)
	}
	if drawn {
		focus("main")
		Say(ctx, titles[n.Page])
	}
	drawn = true
	n.ask(ctx)
}

func (n *notices) OnDismount() {
	for _, stop := range n.stops {
		stop()
	}
}

// OnAppUpdate notes that a newer version is ready.
func (n *notices) OnAppUpdate(ctx app.Context) {
	n.update = true
	Say(ctx, "A new version is ready.")
}

// ask finds out who is logged in, once in a window. On an open page only
// somebody who was logged in is worth a request.
func (n *notices) ask(ctx app.Context) {
	remembered := rememberedUser(ctx)
	if User(ctx) != "" || open[n.Page] && remembered == "" {
		return
	}
	if remembered != "" {
		ctx.SetState(stateUser, remembered)
	}
	ctx.Async(func() {
		u, err := client.Get().User()
		if err != nil {
			return // a guest comes by OnGuest, a server that is away by OnState
		}
		ctx.Dispatch(func(ctx app.Context) { SetUser(ctx, u) })
	})
}

// guest forgets the user, and logs in where the page needs one.
func (n *notices) guest(ctx app.Context) {
	ForgetUser(ctx, false)
	if open[n.Page] {
		return
	}
	u := ctx.Page().URL()
	next := u.Path
	if u.Fragment != "" {
		next += "#" + u.EscapedFragment()
	}
	SetNext(ctx, next)
	ctx.Navigate("/login")
}

// setOffline notes whether the server is away.
func (n *notices) setOffline(ctx app.Context, offline bool) {
	if n.offline == offline {
		return
	}
	n.offline = offline
	ctx.SetState(stateOnline, offline)
	if offline {
		Say(ctx, "Offline: the server can't be reached.")
	} else {
		Say(ctx, "The server is back.")
	}
}

func (n *notices) onReload(ctx app.Context, _ app.Event) { ctx.Reload() }

// Render draws what there is to say; nothing most of the time.
func (n *notices) Render() app.UI {
	var all []app.UI
	if n.offline {
		all = append(all, app.Div().Class("banner warn").ID("offline").Body(Icon("off"), app.Span().Class("grow").Body(
			app.Strong().Text("Offline. "),
			app.Text("The server can't be reached. Predictions with the models on this device go on; all else waits for it."))))
	}
	if n.update {
		all = append(all, app.Div().Class("banner").ID("update").Body(Icon("again"),
			app.Span().Class("grow").Text("A new version is ready."),
			app.Button().Type("button").Class("secondary").OnClick(n.onReload).Text("Reload")))
	}
	return app.Div().Class("notices").Body(all...)
}

// focus gives the keyboard to the element with an id.
func focus(id string) {
	if el := app.Window().GetElementByID(id); el.Truthy() {
		el.Call("focus")
	}
}
