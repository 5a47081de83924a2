package page

import (
	"slices"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// adviceAfter is how long the settings must stay before advice is asked for.
const adviceAfter = 250 * time.Millisecond

// advisor is what the server says of the settings before they are trained with.
type advisor struct {
	want string // what is to be asked; "": nothing
	of   string // what list answers
	list []wire.Advice
	err  error
	all  bool // all cards are shown

	saving bool // the dataset's next version is made
}

// settingsAdvised gives the settings that advice is about.
func (f *trainForm) settingsAdvised() prep.Config {
	cfg := prep.Config{Scale: f.Scale, Missing: f.Missing, Logs: f.logs()}
	for _, c := range f.columns() {
		cfg.Columns = append(cfg.Columns, c.Name)
	}
	return cfg
}

// advise asks the server about the settings as they are, as soon as they have
// stayed so for a moment.
func (t *Train) advise() {
	if t.ctx == nil || t.private != nil {
		return // not on a page, or there is no server to ask
	}
	a := &t.advice
	cfg := t.form.settingsAdvised()
	if t.form.Data == nil || len(cfg.Columns) == 0 {
		*a = advisor{}
		return
	}
	path := advicePath(t.form.Data, cfg)
	if path == a.want {
		return
	}
	a.want = path
	t.ctx.After(adviceAfter, func(ctx app.Context) {
		if a.want != path || a.of == path {
			return
		}
		ctx.Async(func() {
			var got wire.AdviceList
			err := client.Get().Do("GET", path, nil, &got)
			ctx.Dispatch(func(app.Context) {
				if a.want == path { // the settings are still these
					a.of, a.list, a.err = path, got.Advice, err
				}
			})
		})
	})
}

// apply changes the settings as a remedy says.
func (f *trainForm) apply(r *wire.Remedy) {
	for _, name := range r.Without {
		f.Use[name] = false
	}
	if r.Scale != "" {
		f.Scale = r.Scale
	}
	if r.Missing != "" {
		f.Missing = r.Missing
	}
	for _, name := range r.Logs {
		f.Logs[name] = true
	}
	f.fitRows()
}

// helps reports whether a remedy changes the settings of a training, or the rows.
func helps(r *wire.Remedy) bool {
	return len(r.Without) > 0 || r.Scale != "" || r.Missing != "" || len(r.Logs) > 0 || len(r.Steps) > 0
}

func (t *Train) onAdvice(ctx app.Context, _ app.Event) {
	i := scopeInt(ctx, "advice")
	if i < 0 || i >= len(t.advice.list) || t.advice.list[i].Remedy == nil {
		return
	}
	a := t.advice.list[i]
	if len(a.Remedy.Steps) > 0 {
		t.next(ctx, a.Remedy)
		return
	}
	t.touched = true
	t.form.apply(a.Remedy)
	delete(t.form.Errors, fieldColumns)
	t.advice.list = slices.Delete(slices.Clone(t.advice.list), i, i+1)
	t.advise()
	ui.Say(ctx, a.Remedy.Label+": done.")
	focusOn(ctx, "train-advice") // the button is gone
}

// next makes the dataset's next version of a remedy's rows, and trains on that.
// The settings stay.
func (t *Train) next(ctx app.Context, r *wire.Remedy) {
	if t.advice.saving {
		return
	}
	t.advice.saving = true
	of := t.form.Data
	save := wire.FrameSave{Steps: r.Steps, Dataset: of.ID}
	ctx.Async(func() {
		var d wire.Dataset
		err := client.Get().Do("POST", "frames/save", save, &d)
		ctx.Dispatch(func(ctx app.Context) {
			t.advice.saving = false
			if err != nil {
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			for i := range t.datasets {
				if t.datasets[i].ID == d.ID {
					t.datasets[i] = d
				}
			}
			if t.form.Data == of {
				t.form.Data = &d
				t.form.fitRows()
				t.advise()
			}
			ui.Say(ctx, "Version "+strconv.Itoa(d.Version)+" of "+d.Name+" has "+count(int(d.Rows), "row", "rows")+". The Data page can undo it.")
			focusOn(ctx, "dataset")
		})
	})
}

func (t *Train) onMoreAdvice(app.Context, app.Event) { t.advice.all = true }

// advices draws what the server says of the settings.
func (t *Train) advices() app.UI {
	a := &t.advice
	var body []app.UI
	if a.err != nil && fault.CodeOf(a.err) != fault.Canceled {
		body = append(body, app.Li().Class("banner").Body(ui.Icon("info"), app.Span().Class("grow small").Text("There is no advice on these settings. "+fault.Message(a.err))))
	} else {
		body = adviceCards(a.list, a.all, helps, t.onAdvice, t.onMoreAdvice)
	}
	return app.Section().ID("train-advice").TabIndex(-1).Hidden(len(body) == 0).Aria("label", "Advice on these settings").Body(
		app.Ul().Class("advice").Body(body...))
}
