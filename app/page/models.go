package page

import (
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Models is the page that lists the models of the server and of this device,
// and tells all about one of them: that which #model=ID names.
type Models struct {
	app.Compo

	ctx app.Context // the page's own: that of an event ends with the button or the dialog that it came from

	loaded  bool  // the device has answered
	listed  bool  // the server has answered, or listErr is set
	devErr  error // of reading the device
	listErr error // of asking the server
	lines   []modelLine

	opened  string // id of the model that is told about; "": the list is shown
	open    *model.Model
	openErr error
	cards   []clusterCard
	kept    bool // the open model is on this device

	naming  string // id of the model that is being renamed; "": none is
	nameErr string
	busy    bool

	stop func() // ends listening for the server's return
	now  func() time.Time
}

// OnInit sets what a first visit begins with.
func (m *Models) OnInit() { m.now = time.Now }

// OnMount listens for the server to come back.
func (m *Models) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	m.ctx = ctx
	m.stop = client.Get().OnState(func(online bool) {
		if online {
			ctx.Dispatch(func(app.Context) {
				if m.listErr != nil {
					m.load()
				}
				if m.openErr != nil {
					m.look(m.opened)
				}
			})
		}
	})
}

// OnDismount stops listening.
func (m *Models) OnDismount() {
	if m.stop != nil {
		m.stop()
	}
}

// OnNav shows the list, or the model that the address names.
func (m *Models) OnNav(ctx app.Context) {
	ctx.Page().SetTitle("Models · Centroid")
	if app.IsServer {
		return
	}
	if !m.loaded {
		m.load()
	}
	m.look(fragment(ctx).Get("model"))
}

// load asks the device, then the server.
func (m *Models) load() {
	m.ctx.Async(func() {
		models, err := device.Models()
		m.ctx.Dispatch(func(app.Context) {
			if !m.listed || m.listErr != nil {
				m.lines = mergeModels(nil, models)
			}
			m.loaded, m.devErr = true, err
		})
		var infos []wire.ModelInfo
		listErr := client.Get().Do("GET", "models", nil, &infos)
		models, err = device.Models() // again: what was opened meanwhile is kept here
		if listErr == nil {
			err = takeNames(infos, models, err)
		} else {
			infos = nil
		}
		m.ctx.Dispatch(func(ctx app.Context) {
			fresh := !m.listed || m.listErr != nil
			m.listed, m.listErr, m.devErr = true, listErr, err
			m.lines = mergeModels(infos, models)
			if l := m.line(m.opened); l != nil && m.kept {
				l.Device = true
			}
			if fresh && m.opened == "" && (listErr == nil || len(m.lines) > 0) {
				ui.Say(ctx, m.listWords())
			}
		})
	})
}

// listWords is what a screen reader hears when the list is there.
func (m *Models) listWords() string {
	switch {
	case m.listErr != nil:
		return count(len(m.lines), "model", "models") + " on this device."
	case len(m.lines) == 0:
		return "No models yet."
	}
	return count(len(m.lines), "model", "models") + "."
}

// takeNames gives the models on this device the names that they have on the
// server. err is what reading the device gave; a fault of writing stands in for none.
func takeNames(infos []wire.ModelInfo, models []*model.Model, err error) error {
	for _, i := range infos {
		for _, m := range models {
			if m.ID != i.ID || m.Name == i.Name {
				continue
			}
			m.Name = i.Name
			if saveErr := device.SaveModel(m); err == nil {
				err = saveErr
			}
		}
	}
	return err
}

// look tells about the model called id; "" shows the list. The keyboard goes
// along: to the heading, or back to the line that the model was opened from.
func (m *Models) look(id string) {
	if id == m.opened && m.openErr == nil {
		return
	}
	from := m.opened
	m.opened, m.open, m.openErr, m.cards, m.kept = id, nil, nil, nil, false
	if m.loaded && from != id { // the first view is the shell's to focus
		m.focus(from)
	}
	if id == "" {
		return
	}
	m.ctx.Async(func() {
		got, kept, err := openModel(id)
		m.ctx.Dispatch(func(ctx app.Context) {
			if m.opened != id {
				return
			}
			if m.openErr = err; err != nil {
				return
			}
			m.open, m.cards, m.kept = got, cardsOf(got), kept == nil
			l := m.line(id)
			switch {
			case kept != nil:
				ui.Toast(ctx, "warn", "This device could not keep the model, so it does not predict offline: "+fault.Message(kept))
			case l != nil:
				l.Device = true
			}
			if l == nil && m.listed {
				m.load() // the list is older than the model
			}
			ui.Say(ctx, m.name(id)+": "+summary(got))
		})
	})
}

// focus gives the keyboard to the line of a model, or to the heading if there is none.
func (m *Models) focus(id string) {
	if m.opened == "" && m.line(id) != nil {
		focusOn(m.ctx, lineID(id))
		return
	}
	focusOn(m.ctx, "models-title")
}

// lineID names the link of a model in the list.
func lineID(model string) string { return "open-" + model }

// line gives the line of a model; nil if it is not in the list.
func (m *Models) line(id string) *modelLine {
	for i := range m.lines {
		if m.lines[i].ID == id {
			return &m.lines[i]
		}
	}
	return nil
}

// known gives the line of a model: one that is open, but not listed yet, is
// described by its file. nil if there is neither.
func (m *Models) known(id string) *modelLine {
	if l := m.line(id); l != nil || m.open == nil || m.open.ID != id {
		return l
	}
	return &modelLine{ModelInfo: infoOf(m.open), Device: m.kept}
}

// unsure reports whether the server may have a model, though the list does not
// say so: it has not come, could not be had, or is older than the model.
func (m *Models) unsure(id string) bool {
	return !m.listed || m.listErr != nil || m.line(id) == nil
}

// name gives what a model is called at present.
func (m *Models) name(id string) string {
	if l := m.known(id); l != nil {
		return l.Name
	}
	return ""
}

func (m *Models) onRetry(app.Context, app.Event) {
	m.load()
	if m.openErr != nil {
		m.look(m.opened)
	}
	m.focus("") // the button goes with the error
}

// onBack goes from a model to the list.
func (m *Models) onBack(ctx app.Context, e app.Event) {
	e.PreventDefault()
	m.leave(ctx)
}

func (m *Models) leave(ctx app.Context) {
	m.look("")
	ctx.Navigate("/models")
}
