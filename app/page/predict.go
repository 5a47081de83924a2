package page

import (
	"math/rand/v2"
	"net/url"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	sayAfter  = 700 * time.Millisecond // of silence before a screen reader hears the answer
	exampleOf = 40                     // real rows that are asked for at once
	modelKey  = "predict.model"        // local storage: the model used last
)

// Predict is the page that answers for one row while it is typed. It computes
// in the browser and needs no server, except for models that are not on this
// device yet and for further real rows. #model=ID names the model.
type Predict struct {
	app.Compo

	ctx app.Context // the page's own: that of an event ends with what it came from

	loaded  bool
	devErr  error // of reading the device
	listErr error // of asking the server
	lines   []modelLine

	opening string // id of the model that is being opened, or could not be
	openErr error
	keepErr error // why the model could not be kept on this device

	form    *rowForm
	others  [][]table.Cell // real rows that come next
	away    bool           // real rows were asked for, and the server was away
	asking  bool
	changes int // counts the changes, so that the last one is said

	stop func() // ends listening for the server's return
}

// OnMount listens for the server to come back.
func (p *Predict) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	p.ctx = ctx
	p.stop = client.Get().OnState(func(online bool) {
		if online {
			ctx.Dispatch(func(app.Context) { p.recover() })
		}
	})
}

// OnDismount stops listening.
func (p *Predict) OnDismount() {
	if p.stop != nil {
		p.stop()
	}
}

// OnNav shows the model that the address names.
func (p *Predict) OnNav(ctx app.Context) {
	ctx.Page().SetTitle("Predict · Centroid")
	if app.IsServer {
		return
	}
	if !p.loaded {
		p.load()
		return
	}
	if id := fragment(ctx).Get("model"); id != "" {
		p.open(id)
	}
}

// recover tries again what the server's absence has hindered.
func (p *Predict) recover() {
	p.away = false
	if p.listErr != nil {
		p.list()
	}
	if p.openErr != nil {
		p.open(p.opening)
	}
}

// load reads the models of this device and opens one: that of the address, the
// one used last, or the newest. The server's come after.
func (p *Predict) load() {
	p.ctx.Async(func() {
		models, err := device.Models()
		p.ctx.Dispatch(func(ctx app.Context) {
			p.loaded, p.devErr = true, err
			p.lines = mergeModels(nil, models)
			want := fragment(ctx).Get("model")
			if want == "" {
				var last string
				if err := ctx.LocalStorage().Get(modelKey, &last); err != nil {
					app.Log(err)
				}
				for _, l := range p.lines {
					if l.ID == last {
						want = last
					}
				}
			}
			if want == "" && len(p.lines) > 0 {
				want = p.lines[0].ID
			}
			if want != "" {
				p.open(want)
			}
			p.list()
		})
	})
}

// list adds the server's models to the choice.
func (p *Predict) list() {
	guest := ui.User(p.ctx) == ""
	p.ctx.Async(func() {
		var infos []wire.ModelInfo
		var err error
		if !guest { // who has no account has no models on the server
			err = client.Get().Do("GET", "models", nil, &infos)
		}
		models, devErr := device.Models()
		devErr = takeNames(infos, models, devErr)
		p.ctx.Dispatch(func(app.Context) {
			p.listErr, p.devErr = err, devErr
			p.lines = mergeModels(infos, models)
			for _, l := range p.lines {
				if p.form != nil && p.form.Model.ID == l.ID {
					p.form.Name = l.Name
				}
			}
			if p.form == nil && p.opening == "" && len(p.lines) > 0 {
				p.open(p.lines[0].ID)
			}
		})
	})
}

// open shows the model called id, and keeps it on this device.
func (p *Predict) open(id string) {
	if p.form != nil && p.form.Model.ID == id {
		return
	}
	p.opening, p.openErr = id, nil
	p.ctx.Async(func() {
		m, kept, err := openModel(id)
		p.ctx.Dispatch(func(ctx app.Context) {
			if p.opening != id {
				return // another one was chosen
			}
			if p.openErr = err; err != nil {
				return
			}
			p.show(ctx, m, kept)
		})
	})
}

// show makes the form for m.
func (p *Predict) show(ctx app.Context, m *model.Model, kept error) {
	p.opening, p.keepErr = "", kept
	p.form, p.others, p.away = newRowForm(m), nil, false
	known := false
	for i := range p.lines {
		if p.lines[i].ID == m.ID {
			p.lines[i].Device, known = kept == nil, true
			p.form.Name = p.lines[i].Name
		}
	}
	if !known {
		p.lines = append([]modelLine{{ModelInfo: infoOf(m), Device: kept == nil}}, p.lines...)
	}
	setFragment(ctx, "model", m.ID)
	if err := ctx.LocalStorage().Set(modelKey, m.ID); err != nil {
		app.Log(err) // it costs only the comfort
	}
	ctx.Defer(func(app.Context) { p.paint(true) })
}

func (p *Predict) onModel(ctx app.Context, _ app.Event) { p.open(ctx.JSSrc().Get("value").String()) }

func (p *Predict) onRetry(app.Context, app.Event) {
	p.recover()
	if p.devErr != nil {
		p.load()
	}
}

// onValue takes a number as it is typed, or a level as it is chosen. The answer
// is in the page when the event ends.
func (p *Predict) onValue(ctx app.Context, _ app.Event) {
	text, bad := typed(ctx)
	i := scopeInt(ctx, "field")
	p.form.set(i, text, bad)
	p.changed()
	p.paintSlider(i)
}

// onSlide takes a slider's position as it moves.
func (p *Predict) onSlide(ctx app.Context, _ app.Event) {
	i := scopeInt(ctx, "field")
	if i < 0 || i >= len(p.form.Fields) {
		return
	}
	p.form.set(i, slid(p.form.Fields[i].Input, ctx.JSSrc().Get("value").String()), false)
	p.changed()
	p.paintText(i)
}

// changed shows the answer at once, and says it when the typing pauses.
func (p *Predict) changed() {
	p.paint(false)
	p.changes++
	n := p.changes
	p.ctx.After(sayAfter, func(ctx app.Context) {
		if p.changes == n && p.form != nil {
			ui.Say(ctx, p.form.sentence())
		}
	})
}

// onAnother fills the form with another real row: one that is waiting, or one
// that the server gives. Without either the model's own row comes back.
func (p *Predict) onAnother(app.Context, app.Event) {
	if p.asking {
		return
	}
	if len(p.others) > 0 {
		p.next()
		return
	}
	f := p.form
	d := f.Model.Data
	if d.Dataset == "" {
		p.own()
		return
	}
	q := url.Values{"columns": {columnList(f.Model)}, "n": {strconv.Itoa(exampleOf)}, "seed": {strconv.FormatUint(uint64(rand.Uint32()), 10)}, "version": {strconv.Itoa(d.Version)}}
	p.asking = true
	p.ctx.Async(func() {
		var rows wire.SampleRows
		err := client.Get().Do("GET", "datasets/"+url.PathEscape(d.Dataset)+"/sample?"+q.Encode(), nil, &rows)
		p.ctx.Dispatch(func(ctx app.Context) {
			p.asking = false
			if p.form != f {
				return
			}
			p.others = usableRows(f.Model, rows)
			if err == nil && len(p.others) > 0 {
				p.next()
				return
			}
			p.own()
			p.away = fault.CodeOf(err) == fault.Unavailable
			if !p.away && err != nil {
				ui.Toast(ctx, "warn", "No other rows: "+fault.Message(err)+" The form has the row that the model carries.")
			}
		})
	})
}

// next fills the form with the real row that comes next.
func (p *Predict) next() {
	p.form.fill(p.others[0])
	p.others = p.others[1:]
	p.away = false
	p.filled()
}

// own fills the form with the real row that the model carries.
func (p *Predict) own() {
	cells := make([]table.Cell, len(p.form.Fields))
	for i := range cells {
		cells[i] = p.form.Fields[i].Input.Example
	}
	p.form.fill(cells)
	p.filled()
}

func (p *Predict) filled() {
	for i := range p.form.Fields {
		p.paintText(i)
		p.paintSlider(i)
	}
	p.changed()
}

// columnList names the model's columns as a line of a CSV file.
func columnList(m *model.Model) string {
	names := make([]string, len(m.Inputs))
	for i, in := range m.Inputs {
		names[i] = in.Name
	}
	return listed(names)
}

// usableRows gives the rows that the model can answer for, those that differ from its own first.
func usableRows(m *model.Model, s wire.SampleRows) [][]table.Cell {
	var out [][]table.Cell
	for _, r := range s.Rows {
		whole := len(r.Cells) >= len(m.Inputs)
		own := whole
		for i := range m.Inputs {
			if whole && r.Cells[i].Missing() && m.Prep.Missing == prep.Drop {
				whole = false
			}
			own = own && r.Cells[i].String() == m.Inputs[i].Example.String()
		}
		if whole && !own {
			out = append(out, r.Cells[:len(m.Inputs)])
		}
	}
	return out
}
