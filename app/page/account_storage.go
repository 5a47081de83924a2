package page

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
)

// storageCard tells what this browser keeps, asks it to keep it for good, and
// takes the models off the device.
type storageCard struct {
	app.Compo

	ctx    app.Context
	loaded bool
	err    error
	models int
	bytes  int64

	told        bool    // the browser tells how much it keeps
	used, quota float64 // bytes, of the whole app
	kept        bool    // the browser clears it only when it is told to
}

// OnMount asks the browser.
func (s *storageCard) OnMount(ctx app.Context) {
	s.ctx = ctx
	if app.IsServer {
		return
	}
	s.load()
}

func (s *storageCard) load() {
	s.ctx.Async(func() {
		n, bytes, err := device.Size()
		s.ctx.Dispatch(func(app.Context) { s.loaded, s.models, s.bytes, s.err = true, n, bytes, err })
	})
	storage := app.Window().Get("navigator").Get("storage")
	if !storage.Truthy() {
		return // browsers have it on secure pages alone
	}
	storage.Call("estimate").Then(func(v app.Value) {
		used, quota := v.Get("usage").Float(), v.Get("quota").Float()
		s.ctx.Dispatch(func(app.Context) { s.told, s.used, s.quota = true, used, quota })
	})
	storage.Call("persisted").Then(func(v app.Value) {
		kept := v.Bool()
		s.ctx.Dispatch(func(app.Context) { s.kept = kept })
	})
}

// onKeep asks the browser to keep what is here for good; it decides, or asks the user.
func (s *storageCard) onKeep(app.Context, app.Event) {
	app.Window().Get("navigator").Get("storage").Call("persist").Then(func(v app.Value) {
		kept := v.Bool()
		s.ctx.Dispatch(func(ctx app.Context) {
			if s.kept = kept; kept {
				ui.Toast(ctx, "good", "The browser keeps the app and its models until you remove them.")
				return
			}
			ui.Toast(ctx, "warn", "The browser did not agree. It often does once the app is installed or used more. Download the models that you can't lose.")
		})
	})
}

func (s *storageCard) onClear(app.Context, app.Event) {
	ui.Confirm(s.ctx, ui.Question{
		Title: "Remove " + count(s.models, "model", "models") + " from this device?",
		Text:  "Those that the server has stay there, and opening one keeps it here again. One that is only on this device can't be brought back.",
		Yes:   "Remove", Bad: true,
		Do: func(app.Context) {
			s.ctx.Async(func() {
				err := device.DeleteModels()
				s.ctx.Dispatch(func(ctx app.Context) {
					if err != nil {
						ui.Toast(ctx, "bad", "Not all models were removed. "+fault.Message(err))
					} else {
						ui.Toast(ctx, "good", "No model is on this device any more.")
					}
					s.load()
				})
			})
		},
	})
}

// Render draws the card.
func (s *storageCard) Render() app.UI {
	fact := func(id, name, text string) app.UI {
		return app.Div().Body(app.Dt().Text(name), app.Dd().ID(id).Text(text))
	}
	models := "…"
	if s.loaded {
		models = count(s.models, "model", "models")
		if s.models > 0 {
			models += ", " + ui.Bytes(s.bytes)
		}
	}
	body := []app.UI{app.H2().ID("storage-title").Text("On this device")}
	if s.err != nil {
		body = append(body, ui.ErrorBox(s.err, nil))
	}
	facts := []app.UI{fact("storage-models", "Your models here", models)}
	words := "This browser does not tell how much it keeps."
	if s.told {
		facts = append(facts, fact("storage-used", "App and data of all accounts", ui.Bytes(int64(s.used))+" of "+ui.Bytes(int64(s.quota))+" that the browser allows"))
		words = "When space is short, the browser may clear this by itself."
		if s.kept {
			words = "The browser clears this only when you tell it to."
		}
	}
	body = append(body, app.Dl().Class("facts").Body(facts...), app.P().Class("small").ID("storage-kept").Text(words),
		app.Div().Class("row").Body(
			app.Button().Type("button").Class("secondary").ID("storage-keep").Disabled(!s.told || s.kept).OnClick(s.onKeep).Text("Keep it for good"),
			app.Button().Type("button").Class("danger").ID("storage-clear").Disabled(s.models == 0).OnClick(s.onClear).Text("Remove all models"),
		))
	return app.Section().Class("card").Aria("labelledby", "storage-title").Body(body...)
}
