package page

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// exploreAdvice lists what to know before a dataset is trained on as it is. What
// can be done about it is done on the Train page, which gives the same advice.
type exploreAdvice struct {
	app.Compo

	Set *wire.Dataset

	of  string // what list answers, or is asked for
	got wire.AdviceList
	err error
	all bool
}

// OnMount asks for the advice.
func (a *exploreAdvice) OnMount(ctx app.Context) { a.ask(ctx) }

// OnUpdate asks again for another dataset, or another version.
func (a *exploreAdvice) OnUpdate(ctx app.Context) { a.ask(ctx) }

func (a *exploreAdvice) ask(ctx app.Context) {
	path := advicePath(a.Set, prep.Config{})
	if app.IsServer || path == a.of {
		return
	}
	a.of, a.got, a.err, a.all = path, wire.AdviceList{}, nil, false
	ctx.Async(func() {
		var got wire.AdviceList
		err := client.Get().Do("GET", path, nil, &got)
		ctx.Dispatch(func(app.Context) {
			if a.of == path {
				a.got, a.err = got, err
			}
		})
	})
}

func (a *exploreAdvice) onMore(app.Context, app.Event) { a.all = true }

// Render draws the list; nothing if there is none.
func (a *exploreAdvice) Render() app.UI {
	if a.err != nil {
		return app.P().Class("small").ID("explore-advice").Text("There is no advice on training: " + fault.Message(a.err))
	}
	never := func(*wire.Remedy) bool { return false }
	cards := adviceCards(a.got.Advice, a.all, never, nil, a.onMore)
	follow := app.If(len(cards) > 0, app.A().Href("/train#dataset="+a.Set.ID).Body(ui.Icon("train"), app.Text("Follow it on the Train page")))
	return app.Section().ID("explore-advice").Class("stack").Hidden(len(cards) == 0).Aria("label", "Advice before training").Body(
		app.Ul().Class("advice").Body(cards...), app.P().Class("small").Body(follow))
}
