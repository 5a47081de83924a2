package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/shared/wire"
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
	waiting(func(worker app.Value) {
		if worker.Truthy() {
			ctx.Dispatch(func(ctx app.Context) { n.OnAppUpdate(ctx) })
		}
	})
}

// waiting calls fn with the service worker of a newer version that has not taken
// over yet: such a one was announced to a page that is gone. Not truthy: there is none.
func waiting(fn func(worker app.Value)) {
	sw := app.Window().Get("navigator").Get("serviceWorker")
	if !sw.Truthy() || !sw.Get("controller").Truthy() {
		fn(app.Undefined())
		return
	}
	sw.Call("getRegistration").Then(func(r app.Value) {
		if r.Truthy() {
			r = r.Get("waiting")
		}
		fn(r)
	})
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
	if User(ctx) != "" {
		return
	}
	last := rememberedUser(ctx)
	if open[n.Page] && last.ID == "" {
		device.SetOwner("")
		return
	}
	if last.ID != "" {
		device.SetOwner(last.ID)
		ctx.SetState(stateUser, last.Name)
	}
	ctx.Async(func() {
		u, err := client.Get().User()
		ctx.Dispatch(func(ctx app.Context) { n.known(ctx, last, u, err) })
	})
}

// known takes the server's answer to who is logged in; last is who was remembered.
func (n *notices) known(ctx app.Context, last remembered, u wire.User, err error) {
	switch {
	case err != nil:
		// A guest comes by OnGuest too, a server that is away by OnState.
		if last.ID == "" {
			device.SetOwner("")
		}
	case last.ID != "" && last.ID != u.ID:
		// Another one logged in behind this window's back: nothing of the last one's may stay in it.
		ForgetUser(ctx, true)
		SetUser(ctx, u)
		ctx.Reload()
	default:
		SetUser(ctx, u)
	}
}

// guest forgets the user, and logs in where the page needs one.
func (n *notices) guest(ctx app.Context) {
	ForgetUser(ctx, false)
	if open[n.Page] {
		return
	}
	u := ctx.Page().URL()
	if open[strings.TrimPrefix(u.Path, "/")] {
		return // another answer said it before, and this page is about to go
	}
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

// onReload loads the newer version. A worker that waits takes over first: the
// one before it would give the page that is here once more.
func (n *notices) onReload(app.Context, app.Event) {
	reload := func() { app.Window().Get("location").Call("reload") }
	waiting(func(worker app.Value) {
		if !worker.Truthy() {
			reload()
			return
		}
		app.Window().Get("navigator").Get("serviceWorker").Call("addEventListener", "controllerchange", app.FuncOf(func(app.Value, []app.Value) any {
			reload()
			return nil
		}))
		worker.Call("postMessage", "take over")
	})
}

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
