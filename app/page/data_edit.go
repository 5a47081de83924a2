package page

import (
	"fmt"
	"net/url"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (d *Data) check(column int, text string) error {
	_, err := cellOf(d.set.Schema[column], text)
	return err
}

// onCell writes a cell that was changed in the grid.
func (d *Data) onCell(ctx app.Context, row wire.Row, column int, text string, done func(error)) {
	cell, err := cellOf(d.set.Schema[column], text)
	if err != nil {
		done(err)
		return
	}
	if d.queue.put(cellWrite{Dataset: d.set.ID, Seen: d.set.Version, Row: row, Column: column, Name: d.set.Schema[column].Name, Cell: cell, Done: done}) {
		d.write(d.queue.waiting[0])
	}
}

// write sends a changed cell, and then those that wait.
func (d *Data) write(w cellWrite) {
	d.sendEdits(w.Dataset, w.edits(), func(ctx app.Context, made wire.RowsChange, err error) {
		next := d.queue.took(made.Version, err)
		if err == nil {
			w.Row.Cells[w.Column] = w.Cell // the grid shows this row until the version's rows come
		}
		if d.edited(ctx, made, err) {
			ui.Say(ctx, changeWords(made.Dataset))
		}
		w.Done(err)
		if next != nil {
			d.write(*next)
		}
	})
}

// edited shows the version that edits made, and reports whether they made one.
func (d *Data) edited(ctx app.Context, made wire.RowsChange, err error) bool {
	switch {
	case d.asks(err):
	case err != nil:
		d.failed(ctx, err)
	default:
		d.accept(ctx, made.Dataset)
	}
	return err == nil
}

// onDelete asks, then removes the dataset.
func (d *Data) onDelete(app.Context, app.Event) {
	if d.set == nil {
		return
	}
	set := *d.set
	ui.Confirm(d.ctx, ui.Question{
		Title: fmt.Sprintf("Delete %s?", set.Name),
		Text:  deleteWords(set),
		Yes:   "Delete dataset", Bad: true,
		Do: func(ctx app.Context) {
			ctx.Async(func() {
				err := client.Get().Do("DELETE", "datasets/"+url.PathEscape(set.ID), nil, nil)
				ctx.Dispatch(func(ctx app.Context) {
					if err != nil && fault.CodeOf(err) != fault.NotFound { // gone already is as good
						d.failed(ctx, err)
						return
					}
					d.gone(ctx, set)
				})
			})
		},
	})
}

// gone takes a deleted dataset off the page and shows the next one.
func (d *Data) gone(ctx app.Context, set wire.Dataset) {
	var rest []wire.Dataset
	for _, s := range d.sets {
		if s.ID != set.ID {
			rest = append(rest, s)
		}
	}
	d.sets = rest
	ui.Toast(ctx, "good", set.Name+" was deleted.")
	if ui.CurrentDataset(ctx) == set.ID {
		ui.SetCurrentDataset(ctx, firstOf(rest, ""))
	}
	if !d.shows(set.ID) {
		return
	}
	d.set, d.versions = nil, nil
	d.window.close()
	d.address(ctx)
	if id := firstOf(rest, ""); id != "" {
		d.open(id, 0)
	}
}

// patch changes the dataset shown.
func (d *Data) patch(p wire.DatasetPatch, then func(ctx app.Context, set wire.Dataset, err error)) {
	id := d.set.ID
	ctx := d.ctx
	ctx.Async(func() {
		var set wire.Dataset
		err := client.Get().Do("PATCH", "datasets/"+url.PathEscape(id), p, &set)
		ctx.Dispatch(func(ctx app.Context) {
			if err == nil {
				d.accept(ctx, set)
			}
			then(ctx, set, err)
		})
	})
}
