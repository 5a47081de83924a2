package page

import (
	"fmt"
	"net/url"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// send uploads a table and opens it. run is what sends it; control is nil if it
// can't be paused.
func (d *Data) send(name string, total int64, pasted bool, control *client.Control, run func(progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error)) {
	ctx := d.ctx
	if d.up.busy() {
		ui.Toast(ctx, "warn", "Another upload is under way. Wait for it, or stop it first.")
		return
	}
	d.said = d.now()
	d.up.start(name, total, pasted, d.said)
	d.up.control = control
	ui.Say(ctx, "Uploading "+name)
	end, m := d.up.end, &meter{}
	progress := func(sent, total int64) {
		if !m.put(sent, total) {
			return
		}
		ctx.Dispatch(func(ctx app.Context) {
			draw := func(ctx app.Context) {
				if d.up.end != end {
					return
				}
				sent, total := m.take()
				now := d.now()
				d.up.move(sent, total, now)
				if d.up.State == uploadReading || now.Sub(d.said) >= sayUpload {
					d.said = now
					ui.Say(ctx, d.up.words())
				}
			}
			if sent == 0 || sent == total {
				draw(ctx)
				return
			}
			ctx.After(uploadEvery, draw)
		})
	}
	ctx.Async(func() {
		set, err := run(progress, end)
		ctx.Dispatch(func(ctx app.Context) {
			if d.up.end != end {
				return // the page has gone
			}
			stopped := d.up.State == uploadStopping
			d.unfinished()
			d.up.done(err)
			switch {
			case err == nil:
				if d.window.Kind == sheetPaste {
					d.window.close()
				}
				d.came(ctx, set)
			case stopped && d.up.State == uploadNone:
				ui.Toast(ctx, "", "The upload of "+name+" was stopped. Nothing was kept.")
			case pasted: // a file's failure is an alert
				ui.Say(ctx, d.up.words())
			}
			ctx.Defer(func(app.Context) { keepFocus("upload-button") })
		})
	})
}

// came shows a dataset that was just made, unless the user is at work in a dialog.
func (d *Data) came(ctx app.Context, set wire.Dataset) {
	d.sets = append([]wire.Dataset{set}, d.sets...)
	if d.window.Kind == sheetNone {
		d.asked++ // what was asked for before is of no interest
		d.view, d.filter, d.wide = viewOf(ctx, set.ID), "", false
		d.show(ctx, set, []wire.Dataset{set})
	}
	ui.Toast(ctx, "good", fmt.Sprintf("%s is there: %s. Please check what was guessed of its columns.", set.Name, sizeWords(set)))
}

// sendFile uploads a File of the browser.
func (d *Data) sendFile(file app.Value) {
	f, control := fileOf(file), client.NewControl()
	ctx := d.ctx
	d.send(f.Name, f.Size, false, control, func(progress func(sent, total int64), _ <-chan struct{}) (wire.Dataset, error) {
		return client.Get().Pieces(tableName(f.Name), f, control, progress, func(away bool) {
			ctx.Dispatch(func(ctx app.Context) {
				if d.up.control == control {
					d.up.wait(away, d.now())
					ui.Say(ctx, d.up.words())
				}
			})
		})
	})
}

// onChoose opens the browser's window to choose a file.
func (d *Data) onChoose(app.Context, app.Event) {
	app.Window().GetElementByID("file").Call("click")
}

func (d *Data) onFile(ctx app.Context, _ app.Event) {
	input := ctx.JSSrc()
	files := input.Get("files")
	if files.Length() == 0 {
		return
	}
	file := files.Index(0)
	d.sendFile(file)
	input.Set("value", "") // the same file may be chosen again
}

// holdsFile reports whether what is dragged has files, not text.
func holdsFile(e app.Event) bool {
	types := e.Get("dataTransfer").Get("types")
	return types.Truthy() && types.Call("includes", "Files").Bool()
}

func (d *Data) onDragOver(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault() // else the browser opens the file
	if d.over {
		ctx.PreventUpdate()
	}
	d.over = true
}

// onDragLeave comes for every child that is left too: only leaving the page counts.
func (d *Data) onDragLeave(ctx app.Context, e app.Event) {
	if to := e.Get("relatedTarget"); to.Truthy() && ctx.JSSrc().Call("contains", to).Bool() {
		ctx.PreventUpdate()
		return
	}
	d.over = false
}

func (d *Data) onDrop(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault()
	d.over = false
	files := e.Get("dataTransfer").Get("files")
	switch n := files.Length(); {
	case n == 1:
		d.sendFile(files.Index(0))
	case n > 1:
		ui.Toast(ctx, "warn", fmt.Sprintf("You dropped %d files. Drop one at a time.", n))
	}
}

func (d *Data) onStop(ctx app.Context, _ app.Event) {
	d.up.cancel()
	ui.Say(ctx, d.up.words())
}

// onForget takes a failed upload off the page.
func (d *Data) onForget(app.Context, app.Event) {
	if !d.up.busy() {
		d.up = upload{}
	}
}

// onSample makes a dataset of a sample.
func (d *Data) onSample(ctx app.Context, _ app.Event) {
	name := scope(ctx, "sample")
	if d.making != "" {
		return
	}
	d.making = name
	ctx = d.ctx
	ctx.Async(func() {
		var set wire.Dataset
		err := client.Get().Do("POST", "datasets/sample/"+url.PathEscape(name), nil, &set)
		ctx.Dispatch(func(ctx app.Context) {
			d.making = ""
			if err != nil {
				d.failed(ctx, err)
				return
			}
			d.came(ctx, set)
		})
	})
}

// keepFocus puts the focus on an element if what had it has left the page.
func keepFocus(id string) {
	doc := app.Window().Get("document")
	if !doc.Get("activeElement").Equal(doc.Get("body")) {
		return
	}
	if el := app.Window().GetElementByID(id); el.Truthy() {
		el.Call("focus")
	}
}
