package page

import (
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	drawEvery = 100 * time.Millisecond // events that come faster are drawn together
	sayEvery  = 2 * time.Second        // least time between two sentences of the live region
	jobKey    = "train.job"            // session storage: the training to come back to
)

// Train is the page that starts a training and shows it live. The settings and
// the training shown are apart: changing one never touches the other.
type Train struct {
	app.Compo

	ctx app.Context // the page's own: that of an event ends with the button that it came from

	loaded   bool
	loadErr  error
	datasets []wire.Dataset
	models   []*model.Model // on this device, to start from their centroids

	form    trainForm
	past    *wire.TrainStart // settings of a training that was, to begin with
	touched bool             // the user changed the form: a resumed training must not
	folded  bool             // on a phone: only the head of the form is shown
	open    map[string]bool  // the groups of the form that are unfolded
	sending bool
	advice  advisor

	run       *run // nil: none is shown
	gone      bool // it is no longer there
	canceling bool
	saved     bool
	saveErr   error
	deleted   bool   // the model that came of it is gone
	stop      func() // ends the watch
	unlisten  func() // ends listening for the server's return

	view viewed
	said time.Time
	tell stage // the stage that was said last

	now func() time.Time

	at      trainer  // where it trains
	private *Private // the page that it is a part of; nil: it is a page, and the server trains
}

// trainer is where the trainings of a page run. Its methods block but for watch.
type trainer interface {
	// start begins one and gives its job.
	start(req wire.TrainStart) (job string, err error)
	// watch has hear told all events of a job, from the first one on, until stop is called.
	watch(job string, hear func(wire.Event)) (stop func())
	// gone reports that there is no such job, or not any more.
	gone(job string) bool
	cancel(job string) error
	// keep saves a finished model on this device and gives it as it is now; nil if it was deleted since.
	keep(m *model.Model) (*model.Model, error)
}

// viewed is what is drawn of the run; it is computed when events come, not when the page is drawn.
type viewed struct {
	X, Y  axis
	Axes  []axis
	Scene scene
	Cards []clusterCard
}

// inbox collects events between two drawings.
type inbox struct {
	mu     sync.Mutex
	events []wire.Event
	busy   bool // somebody will take them
}

// put adds an event; it reports true if the caller must see that it is taken.
func (b *inbox) put(e wire.Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
	first := !b.busy
	b.busy = true
	return first
}

// take empties the inbox. With nothing in it, the next put is a first one.
func (b *inbox) take() []wire.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.events
	b.events, b.busy = nil, len(out) > 0
	return out
}

// OnInit gives the settings of a first visit.
func (t *Train) OnInit() {
	t.now, t.at = time.Now, served{}
	t.form = newTrainForm(uint64(rand.Uint32()))
}

// OnMount listens for the server to come back.
func (t *Train) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	t.ctx = ctx
	t.unlisten = client.Get().OnState(func(online bool) {
		if online {
			ctx.Dispatch(func(app.Context) {
				if t.loadErr != nil {
					t.load("")
				}
			})
		}
	})
}

// OnNav loads what the page needs and takes up the training that the address names.
func (t *Train) OnNav(ctx app.Context) {
	ctx.Page().SetTitle("Train · Centroid")
	if app.IsServer {
		return
	}
	at := fragment(ctx)
	t.load(at.Get("dataset"))
	if id := at.Get("model"); id != "" {
		t.again(id)
		return
	}
	job := at.Get("job")
	if job == "" && at.Get("dataset") == "" {
		if err := ctx.SessionStorage().Get(jobKey, &job); err != nil {
			app.Log(err)
		}
	}
	if job != "" && (t.run == nil || t.run.Job != job) {
		t.watch(job)
	}
}

// OnDismount leaves the training to itself.
func (t *Train) OnDismount() {
	if t.stop != nil {
		t.stop()
	}
	if t.unlisten != nil {
		t.unlisten()
	}
}

// fragment gives the state that the address carries, as in #job=ID.
func fragment(ctx app.Context) url.Values {
	v, err := url.ParseQuery(ctx.Page().URL().EscapedFragment())
	if err != nil {
		return url.Values{}
	}
	return v
}

// showFragment puts values into the address, in the place of what was there,
// without loading anything.
func showFragment(ctx app.Context, v url.Values) {
	u := *ctx.Page().URL()
	raw := v.Encode()
	if raw == u.EscapedFragment() {
		return
	}
	plain, err := url.PathUnescape(raw)
	if err != nil {
		panic(err) // Encode has just written it
	}
	u.Fragment, u.RawFragment = plain, raw // or else it would be escaped twice
	ctx.Page().ReplaceURL(&u)
}

// setFragment puts state into the address without loading anything.
func setFragment(ctx app.Context, key, value string) {
	showFragment(ctx, url.Values{key: {value}})
}

// load asks for the datasets and the device's models, then chooses one: the
// dataset called want, the one used last, or the newest.
func (t *Train) load(want string) {
	ctx := t.ctx
	if want == "" {
		want = ui.CurrentDataset(ctx)
	}
	ctx.Async(func() {
		var sets []wire.Dataset
		err := client.Get().Do("GET", "datasets", nil, &sets)
		models, devErr := device.Models()
		if devErr != nil {
			app.Log(devErr) // the page works without them
		}
		ctx.Dispatch(func(ctx app.Context) {
			t.loaded, t.loadErr, t.models = true, err, models
			if err != nil {
				return
			}
			t.datasets = sets
			if t.form.Data == nil {
				t.choose(ctx, want)
			}
			t.resume()
		})
	})
}

// choose sets the dataset of the form; the first one if there is no such id.
func (t *Train) choose(ctx app.Context, id string) {
	if len(t.datasets) == 0 {
		return
	}
	d := t.datasets[0]
	for _, s := range t.datasets {
		if s.ID == id {
			d = s
		}
	}
	t.form.setData(&d)
	t.form.fitRows()
	t.advise()
	ui.SetCurrentDataset(ctx, d.ID)
}

// again fills the form with the settings of a model, to train it once more.
func (t *Train) again(id string) {
	t.ctx.Async(func() {
		m, _, err := openModel(id)
		t.ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				t.form.Errors[""] = fault.Message(err)
				return
			}
			t.past = startOf(m)
			t.resume()
		})
	})
}

// onSubmit checks the settings and asks the server to train.
func (t *Train) onSubmit(ctx app.Context, e app.Event) {
	e.PreventDefault()
	t.submit(ctx)
}

func (t *Train) submit(ctx app.Context) {
	if t.sending || t.live() {
		return
	}
	req, ok := t.form.request()
	if !ok {
		t.showFault(ctx)
		return
	}
	t.sending = true
	t.ctx.Async(func() {
		job, err := t.at.start(req)
		t.ctx.Dispatch(func(ctx app.Context) {
			t.sending = false
			if err != nil {
				t.form.refused(err)
				t.folded = false
				t.showFault(ctx)
				return
			}
			t.touched = true
			t.watch(job)
			ctx.Defer(func(app.Context) {
				if el := app.Window().GetElementByID("train-live"); el.Truthy() {
					el.Call("scrollIntoView", map[string]any{"block": "nearest"})
				}
			})
		})
	})
}

// showFault brings the first field at fault into view and into focus.
func (t *Train) showFault(ctx app.Context) {
	t.unfold()
	for _, field := range fieldOrder {
		if t.form.Errors[field] != "" {
			ui.Say(ctx, t.form.Errors[field])
			ctx.Defer(func(app.Context) {
				if el := app.Window().GetElementByID(fieldIDs[field]); el.Truthy() {
					el.Call("focus")
				}
			})
			return
		}
	}
}

// live reports whether a training is shown that has not ended.
func (t *Train) live() bool {
	return t.run != nil && !t.gone && !t.run.Stage.ended()
}

// watch shows a training from its first event on, and follows it.
func (t *Train) watch(job string) {
	ctx := t.ctx
	if t.stop != nil {
		t.stop()
	}
	t.run, t.gone, t.canceling, t.saved, t.saveErr, t.deleted, t.tell = &run{Job: job}, false, false, false, nil, false, stageNone
	t.view, t.folded = viewed{}, true
	if t.private == nil { // a private one ends with the page
		setFragment(ctx, "job", job)
		if err := ctx.SessionStorage().Set(jobKey, job); err != nil {
			app.Log(err)
		}
	}
	shown, box := t.run, &inbox{}
	t.stop = t.at.watch(job, func(e wire.Event) {
		if e.Job == job && box.put(e) {
			ctx.Dispatch(func(ctx app.Context) { t.flush(ctx, shown, box) })
		}
	})
	ctx.Async(func() { // a job that is gone sends no event: ask once whether it is there
		if !t.at.gone(job) {
			return
		}
		ctx.Dispatch(func(ctx app.Context) {
			if t.run == shown {
				t.gone = true
				t.stop()
				ctx.SessionStorage().Del(jobKey)
			}
		})
	})
}

// flush takes the events that have come and draws them, at most ten times a second.
func (t *Train) flush(ctx app.Context, shown *run, box *inbox) {
	events := box.take()
	if len(events) == 0 || t.run != shown {
		return
	}
	begin, before := t.now(), shown.Stage
	for _, e := range events {
		shown.apply(e)
	}
	t.ctx.Defer(func(app.Context) { // it is drawn: a slow machine has twice as long for what the user does
		pause := max(drawEvery, 2*t.now().Sub(begin))
		t.ctx.After(pause, func(ctx app.Context) { t.flush(ctx, shown, box) })
	})
	t.past = shown.Start
	t.resume()
	t.redraw()
	if shown.Stage.ended() {
		t.canceling = false
	}
	if shown.Stage.ended() && !before.ended() && shown.Model != nil {
		t.keep(shown.Model)
	}
	if now := t.now(); shown.Stage != t.tell && shown.Stage.ended() || now.Sub(t.said) >= sayEvery {
		t.said, t.tell = now, shown.Stage
		ui.Say(ctx, shown.sentence())
	}
}

// resume fills the form with the settings that the address names, unless the
// user has begun to change it.
func (t *Train) resume() {
	if t.touched || t.past == nil || len(t.datasets) == 0 {
		return
	}
	t.touched = true
	for i := range t.datasets {
		if t.datasets[i].ID == t.past.Dataset {
			t.form.setData(&t.datasets[i])
		}
	}
	t.form.take(t.past)
	t.advise()
	if t.form.special() {
		t.setOpen(groupMore, true)
	}
}

// redraw computes what the page shows of the run.
func (t *Train) redraw() {
	if s := t.run.Sample; s != nil {
		t.view.Axes = axesOf(&s.Prep)
		t.view.X, _ = axisNamed(t.view.Axes, t.view.X.Name, 0)
		t.view.Y, _ = axisNamed(t.view.Axes, t.view.Y.Name, 1)
		t.view.Scene.draw(t.run, t.view.X, t.view.Y)
	}
	if m := t.run.Model; m != nil && t.view.Cards == nil {
		t.view.Cards = cardsOf(m)
	}
}

// keep saves the finished model on this device, so that it predicts without a network.
func (t *Train) keep(m *model.Model) {
	shown := t.run
	t.ctx.Async(func() {
		present, err := t.at.keep(m)
		t.ctx.Dispatch(func(app.Context) {
			if t.run != shown {
				return
			}
			if t.deleted = present == nil; !t.deleted {
				t.saved, t.saveErr = err == nil, err
				t.know(present)
			}
		})
	})
}

// onCancel asks the server to stop; the event that follows ends the run.
func (t *Train) onCancel(ctx app.Context, _ app.Event) {
	if !t.live() || t.canceling {
		return
	}
	t.canceling = true
	shown := t.run
	ui.Say(ctx, "Canceling. "+shown.kept())
	t.ctx.Async(func() {
		err := t.at.cancel(shown.Job)
		if err == nil {
			return
		}
		t.ctx.Dispatch(func(ctx app.Context) {
			if t.run == shown && !shown.Stage.ended() {
				t.canceling = false
				ui.Toast(ctx, "bad", fault.Message(err))
			}
		})
	})
}

// given reports whether the form asks for start centroids.
func (t *Train) given() bool { return t.form.Init == kmeans.Given }
