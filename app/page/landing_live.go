package page

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/private"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	passShown  = 600 * time.Millisecond // how long each pass of the first training stays
	firstSeed  = 5                      // takes several passes
	demoAcross = "bill_length_mm"
	demoUp     = "flipper_length_mm"
)

// demo trains on the sample as soon as the page runs, in a worker, and shows the
// passes one after the other. Until then, and where there is no worker, it draws an
// ornament.
type demo struct {
	app.Compo

	ctx    app.Context
	worker *worker.Worker
	shown  run
	scene  scene
	seed   uint64
	left   []wire.Event // to be shown
	busy   bool
	gone   bool // the page was left
	calm   bool // who looks at it wants nothing to move: the end is shown at once
}

// OnMount trains.
func (d *demo) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	d.ctx, d.seed = ctx, firstSeed
	if m := app.Window().Call("matchMedia", "(prefers-reduced-motion: reduce)"); m.Truthy() {
		d.calm = m.Get("matches").Bool()
	}
	ctx.Async(func() {
		w := worker.Start()
		if w.Local != nil || d.gone { // in the page it would stutter
			w.End()
			return
		}
		d.worker = w
		b, err := client.Get().Static(samplePath)
		if err == nil {
			_, err = w.Do(context.Background(), worker.Request{Method: private.MethodOpen, Params: struct{}{}, Parts: []worker.Part{{File: worker.NewFile("penguins.csv", b)}}}, nil)
		}
		ctx.Dispatch(func(app.Context) {
			if err != nil {
				w.End()
				app.Log(err)
				return
			}
			d.train()
		})
	})
}

// OnDismount ends the worker.
func (d *demo) OnDismount() {
	d.gone = true
	d.worker.End()
	d.worker, d.left = nil, nil
}

// train runs one training, all of it at once, and then shows it.
func (d *demo) train() {
	if d.busy || d.worker == nil {
		return
	}
	d.busy = true
	w, seed := d.worker, d.seed
	d.ctx.Async(func() {
		var events []wire.Event
		req := wire.TrainStart{Prep: prep.Config{Columns: []string{demoAcross, demoUp}, Scale: prep.Standard, Missing: prep.Drop},
			Config: kmeans.Config{K: 3, Seed: seed, Init: kmeans.Random, Tolerance: 0}}
		_, err := w.Do(context.Background(), worker.Request{Method: private.MethodTrain, Params: req, Tell: func(body []byte, _ []worker.Part) {
			var e wire.Event
			if decode(body, &e) {
				events = append(events, e)
			}
		}}, nil)
		d.ctx.Dispatch(func(app.Context) {
			d.busy = false
			if err != nil {
				app.Log(err)
				return
			}
			d.shown, d.left = run{}, events
			d.next()
		})
	})
}

// next shows the events up to the next pass.
func (d *demo) next() {
	for len(d.left) > 0 {
		e := d.left[0]
		d.left = d.left[1:]
		d.shown.apply(e)
		if e.Type == wire.EventPass && !d.calm {
			break
		}
	}
	if d.shown.Sample != nil {
		axes := axesOf(&d.shown.Sample.Prep)
		d.scene.draw(&d.shown, axes[0], axes[1])
	}
	if len(d.left) > 0 {
		d.ctx.After(passShown, func(app.Context) { d.next() })
	}
}

func (d *demo) onAgain(app.Context, app.Event) {
	d.seed = rand.Uint64N(1000)
	d.train()
}

// Render draws the picture.
func (d *demo) Render() app.UI {
	if d.shown.Sample == nil {
		return app.Div().Class("demo").Body(picture())
	}
	words := "It came to rest."
	if p := d.shown.last(); p != nil && !d.shown.Stage.ended() {
		words = d.shown.passWords() + ", inertia " + ui.Num(p.Inertia) + "."
	} else if p != nil {
		words = "At rest after " + count(len(d.shown.Passes), "pass", "passes") + ", inertia " + ui.Num(p.Inertia) + "."
	}
	return app.Figure().Class("demo card").ID("demo").Body(
		&chart.Scatter{ID: "demo-scatter", Label: d.scene.Label, X: demoAcross, Y: demoUp, Class: "mid", Groups: d.scene.Groups, Centers: d.scene.Centers, Stamp: d.scene.Stamp, MoveStamp: d.scene.Moves},
		app.FigCaption().Class("row").Body(
			app.Span().Class("grow small").Body(app.Strong().ID("demo-pass").Text(words), app.Text(" k-means on "+ui.Num(float64(d.shown.Sample.Of))+" penguins, in this browser now; each pass is real, and shown slowly.")),
			app.Button().Type("button").Class("secondary").ID("demo-again").Disabled(d.busy || len(d.left) > 0).OnClick(d.onAgain).Body(ui.Icon("again"), app.Text("Another start"))))
}
