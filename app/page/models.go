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
		if listErr == nil {
			err = takeNames(infos, models, err)
		}
		m.ctx.Dispatch(func(app.Context) {
			m.listed, m.listErr, m.devErr = true, listErr, err
			if listErr == nil {
				m.lines = mergeModels(infos, models)
			}
		})
	})
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

// look tells about the model called id; "" shows the list.
func (m *Models) look(id string) {
	if id == m.opened && m.openErr == nil {
		return
	}
	m.opened, m.open, m.openErr, m.cards = id, nil, nil, nil
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
			m.open, m.cards = got, cardsOf(got)
			if kept != nil {
				ui.Toast(ctx, "warn", "This device could not keep the model, so it does not predict offline: "+fault.Message(kept))
				return
			}
			if l := m.line(id); l != nil {
				l.Device = true
			}
		})
	})
}

// line gives the line of a model; nil if it is not in the list.
func (m *Models) line(id string) *modelLine {
	for i := range m.lines {
		if m.lines[i].ID == id {
			return &m.lines[i]
		}
	}
	return nil
}

// name gives what a model is called at present.
func (m *Models) name(id string) string {
	if l := m.line(id); l != nil {
		return l.Name
	}
	if m.open != nil && m.open.ID == id {
		return m.open.Name
	}
	return ""
}

func (m *Models) onRetry(app.Context, app.Event) {
	m.load()
	if m.openErr != nil {
		m.look(m.opened)
	}
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
