package page

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Models is the page of what was trained: the server's models and those kept on
// this device in one list, or one of them in full: #model=ID.
type Models struct {
	app.Compo

	ctx app.Context // the page's own: that of an event ends with the button or the dialog that it came from

	loaded  bool
	lines   []modelLine // the newest first
	listErr error       // why the server's are not among them
	devErr  error       // why those of this device are not
}

// OnMount keeps the page's context.
func (p *Models) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	p.ctx = ctx
}

// OnNav shows what the address names.
func (p *Models) OnNav(ctx app.Context) {
	ctx.Page().SetTitle("Models · Centroid")
	if app.IsServer {
		return
	}
	p.load()
}

// load asks the device and the server for their models.
func (p *Models) load() {
	ctx := p.ctx
	ctx.Async(func() {
		here, devErr := device.Models()
		var there []wire.ModelInfo
		listErr := client.Get().Do("GET", "models", nil, &there)
		ctx.Dispatch(func(app.Context) { p.accept(there, here, listErr, devErr) })
	})
}

// accept takes the lists of both places.
func (p *Models) accept(there []wire.ModelInfo, here []*model.Model, listErr, devErr error) {
	p.loaded, p.lines, p.listErr, p.devErr = true, mergeModels(there, here), listErr, devErr
}

// Render draws the page.
func (p *Models) Render() app.UI {
	return ui.Shell("models", app.H1().Text("Models"))
}
