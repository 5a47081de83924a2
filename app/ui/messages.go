package ui

import (
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// asker asks the questions of Confirm.
type asker struct {
	app.Compo

	q    Question
	open bool
}

func (a *asker) OnMount(ctx app.Context) {
	ctx.ObserveState(stateAsk).OnChange(func() { a.open = true }).Value(&a.q)
}

func (a *asker) onNo(app.Context, app.Event) { a.open = false }

func (a *asker) onYes(ctx app.Context, _ app.Event) {
	a.open = false
	if a.q.Do != nil {
		a.q.Do(ctx)
	}
}

// Render draws the question, if one is open. The harmless answer has the focus.
func (a *asker) Render() app.UI {
	if !a.open {
		return app.Div().Hidden(true)
	}
	class := ""
	if a.q.Bad {
		class = "danger"
	}
	return app.Div().Body(&Dialog{ID: "ask", Title: a.q.Title, OnClose: a.onNo, Content: []app.UI{
		app.P().Text(a.q.Text),
		app.Div().Class("row end").Body(
			app.Button().Type("button").Class("secondary").ID("ask-no").OnClick(a.onNo).Text("Cancel"),
			app.Button().Type("button").Class(class).ID("ask-yes").OnClick(a.onYes).Text(a.q.Yes),
		),
	}})
}

// toasts shows the messages of Toast and takes them away in time.
type toasts struct {
	app.Compo

	all    []toast
	timers map[int64]*time.Timer
}

func (t *toasts) OnMount(ctx app.Context) {
	ctx.ObserveState(stateToasts).OnChange(func() { t.time(ctx) }).Value(&t.all)
	t.time(ctx)
}

// OnDismount stops the clocks: the next page has its own.
func (t *toasts) OnDismount() {
	for _, timer := range t.timers {
		timer.Stop()
	}
}

// time sees that each message that goes by itself does.
func (t *toasts) time(ctx app.Context) {
	for _, m := range t.all {
		if m.Kind == "bad" || t.timers[m.ID] != nil {
			continue
		}
		if t.timers == nil {
			t.timers = map[int64]*time.Timer{}
		}
		t.timers[m.ID] = time.AfterFunc(toastLife, func() {
			ctx.Dispatch(func(ctx app.Context) { dropToast(ctx, m.ID) })
		})
	}
}

func (t *toasts) onClose(id int64) app.EventHandler {
	return func(ctx app.Context, _ app.Event) { dropToast(ctx, id) }
}

// toastIcons are the icons of the kinds.
var toastIcons = map[string]string{"good": "ok", "warn": "alert", "bad": "alert", "": "info"}

// Render draws the messages, the newest below. A screen reader hears each as it comes.
func (t *toasts) Render() app.UI {
	var all []app.UI
	for _, m := range t.all {
		all = append(all, app.Div().Class("banner", m.Kind).ID(m.key()).Body(
			Icon(toastIcons[m.Kind]), app.Span().Class("grow").Text(m.Text),
			app.Button().Type("button").Class("ghost icon").Aria("label", "Close the message").
				OnClick(t.onClose(m.ID), m.ID).Body(Icon("x"))))
	}
	return app.Div().Class("toasts").ID("toasts").Aria("live", "polite").Body(all...)
}

// live is what a screen reader says by Say.
type live struct {
	app.Compo

	heard, said string
}

func (l *live) OnMount(ctx app.Context) {
	// What was said on the page before is not said again.
	ctx.ObserveState(stateSay).OnChange(func() { l.said = l.heard }).Value(&l.heard)
}

// Render draws the region, out of sight.
func (l *live) Render() app.UI {
	return app.Div().Class("sr").ID("say").Attr("role", "status").Aria("live", "polite").Text(l.said)
}
