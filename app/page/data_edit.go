package page

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// sheetKind names a dialog of the page.
type sheetKind int

const (
	sheetNone sheetKind = iota
	sheetAdd
	sheetEdit
	sheetPaste
	sheetRename
)

// sheet is the dialog that is open. What is typed stays in its fields until it is sent.
type sheet struct {
	Kind  sheetKind
	Row   wire.Row       // to edit
	Wrong map[int]string // by column
	Err   string         // about all of it
	Busy  bool
}

func (s *sheet) close() { *s = sheet{} }

// rowURL is where a row is changed.
func rowURL(dataset string, row int64) string {
	return "datasets/" + url.PathEscape(dataset) + "/rows/" + strconv.FormatInt(row, 10)
}

// fetch gives the function that asks for the rows of a version.
func fetch(set wire.Dataset, sort string, desc bool) func(offset int64, limit int) (wire.Rows, error) {
	return func(offset int64, limit int) (wire.Rows, error) {
		q := url.Values{"offset": {strconv.FormatInt(offset, 10)}, "limit": {strconv.Itoa(limit)}, "version": {strconv.Itoa(set.Version)}}
		if sort != "" {
			q.Set("sort", sort)
			q.Set("desc", strconv.FormatBool(desc))
		}
		var rows wire.Rows
		err := client.Get().Do("GET", "datasets/"+url.PathEscape(set.ID)+"/rows?"+q.Encode(), nil, &rows)
		return rows, err
	}
}

func (d *Data) onSort(ctx app.Context, column string, desc bool) {
	d.sort, d.desc = column, desc
	switch {
	case column == "":
		ui.Say(ctx, "In the file's order")
	case desc:
		ui.Say(ctx, "Sorted by "+column+", down")
	default:
		ui.Say(ctx, "Sorted by "+column+", up")
	}
}

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
	if d.queue.put(cellWrite{Dataset: d.set.ID, Row: row, Column: column, Cell: cell, Done: done}) {
		d.write(ctx, d.queue.waiting[0])
	}
}

// write sends a changed cell, and then those that wait.
func (d *Data) write(ctx app.Context, w cellWrite) {
	ctx = d.ctx
	ctx.Async(func() {
		var made wire.RowChange
		err := client.Get().Do("PATCH", rowURL(w.Dataset, w.Row.ID), wire.RowWrite{Cells: w.cells()}, &made)
		ctx.Dispatch(func(ctx app.Context) {
			next := d.queue.took(err)
			if err != nil {
				d.failed(ctx, err)
			} else {
				w.Row.Cells[w.Column] = w.Cell // the grid shows this row until the version's rows come
				d.accept(ctx, made.Dataset)
				ui.Say(ctx, changeWords(made.Dataset))
			}
			w.Done(err)
			if next != nil {
				d.write(ctx, *next)
			}
		})
	})
}

func (d *Data) onAdd(app.Context) { d.window = sheet{Kind: sheetAdd} }

func (d *Data) onChange(_ app.Context, row wire.Row) { d.window = sheet{Kind: sheetEdit, Row: row} }

func (d *Data) onClose(app.Context, app.Event) {
	if d.window.Kind == sheetPaste && d.up.busy() {
		d.up.cancel()
	}
	d.window.close()
}

// valueOf gives what stands in a field.
func valueOf(id string) string { return app.Window().GetElementByID(id).Get("value").String() }

// cellID names the field of a column in the dialog of a row.
func cellID(column int) string { return "cell-" + strconv.Itoa(column) }

// onSaveRow adds a row, or replaces one.
func (d *Data) onSaveRow(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if d.window.Busy || d.set == nil {
		return
	}
	texts := make([]string, len(d.set.Schema))
	for i := range texts {
		texts[i] = valueOf(cellID(i))
	}
	cells, wrong := cellsOf(d.set.Schema, texts)
	if d.window.Wrong, d.window.Err = wrong, ""; len(wrong) > 0 {
		d.focusWrong(ctx)
		return
	}
	d.window.Busy = true
	method, path, add := "PATCH", rowURL(d.set.ID, d.window.Row.ID), d.window.Kind == sheetAdd
	if add {
		method, path = "POST", "datasets/"+url.PathEscape(d.set.ID)+"/rows"
	}
	id := d.set.ID
	ctx = d.ctx
	ctx.Async(func() {
		var made wire.RowChange
		err := client.Get().Do(method, path, wire.RowWrite{Cells: cells}, &made)
		ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				if !d.shows(id) || d.window.Kind == sheetNone {
					d.failed(ctx, err)
					return
				}
				d.window.Busy = false
				d.refusedRow(ctx, err)
				return
			}
			d.window.close()
			d.accept(ctx, made.Dataset)
			if add && d.shows(id) && d.sort == "" {
				d.at = ui.GridPlace{Row: made.Dataset.Rows - 1, Stamp: d.at.Stamp + 1}
			}
			ui.Toast(ctx, "good", changeWords(made.Dataset))
		})
	})
}

// refusedRow puts the server's words where they belong.
func (d *Data) refusedRow(ctx app.Context, err error) {
	field := ""
	if e, ok := errors.AsType[*fault.Error](err); ok {
		field = e.Field
	}
	if i := d.set.Schema.Index(field); i >= 0 {
		d.window.Wrong = map[int]string{i: placed(err)}
		d.focusWrong(ctx)
		return
	}
	d.window.Err = placed(err)
}

// focusWrong goes to the first field that must be mended.
func (d *Data) focusWrong(ctx app.Context) {
	for i := range d.set.Schema {
		if text, bad := d.window.Wrong[i]; bad {
			ui.Say(ctx, text)
			ctx.Defer(func(app.Context) {
				if el := app.Window().GetElementByID(cellID(i)); el.Truthy() {
					el.Call("focus")
				}
			})
			return
		}
	}
}

// onDeleteRow asks, then removes a row.
func (d *Data) onDeleteRow(_ app.Context, row wire.Row) {
	set := *d.set
	ui.Confirm(d.ctx, ui.Question{
		Title: fmt.Sprintf("Delete row %d?", row.ID),
		Text:  fmt.Sprintf("The next version of %s is without it. Version %d keeps it.", set.Name, set.Version),
		Yes:   "Delete row", Bad: true,
		Do: func(ctx app.Context) {
			ctx.Async(func() {
				var next wire.Dataset
				err := client.Get().Do("DELETE", rowURL(set.ID, row.ID), nil, &next)
				ctx.Dispatch(func(ctx app.Context) {
					if err != nil {
						d.failed(ctx, err)
						return
					}
					d.accept(ctx, next)
					ui.Toast(ctx, "good", changeWords(next))
				})
			})
		},
	})
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
		d.open(ctx, id, 0)
	}
}

func (d *Data) onRename(app.Context, app.Event) { d.window = sheet{Kind: sheetRename} }

func (d *Data) onSaveName(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if d.window.Busy || d.set == nil {
		return
	}
	d.window.Err = ""
	name, err := nameOf(valueOf("rename-name"))
	if err != nil {
		d.window.Err = fault.Message(err)
		return
	}
	if name == d.set.Name {
		d.window.close()
		return
	}
	d.window.Busy = true
	d.patch(ctx, wire.DatasetPatch{Name: name}, func(ctx app.Context, set wire.Dataset, err error) {
		if err != nil {
			d.window.Busy, d.window.Err = false, placed(err)
			return
		}
		d.window.close()
		ui.Toast(ctx, "good", "The name is "+set.Name+".")
	})
}

// patch changes the dataset shown.
func (d *Data) patch(ctx app.Context, p wire.DatasetPatch, then func(ctx app.Context, set wire.Dataset, err error)) {
	id := d.set.ID
	ctx = d.ctx
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

func (d *Data) onPaste(app.Context, app.Event) {
	if !d.up.busy() {
		d.up = upload{}
	}
	d.window = sheet{Kind: sheetPaste}
}

// onSendPaste uploads what was pasted. The dialog stays until it is there.
func (d *Data) onSendPaste(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if d.up.busy() {
		return
	}
	d.window.Err, d.window.Wrong = "", nil
	name, err := nameOf(valueOf("paste-name"))
	if err != nil {
		d.window.Err = fault.Message(err)
		return
	}
	text := valueOf("paste-text")
	d.send(ctx, name, int64(len(text)), true, func(progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error) {
		return client.Get().UploadText(name, text, progress, cancel)
	})
}

// columnPatch gives what must change so that a column is read as kind, or is
// for role; "" leaves either. Texts can't be a feature.
func columnPatch(c table.Column, kind table.Kind, role table.Role) wire.ColumnChange {
	out := wire.ColumnChange{Name: c.Name, Kind: kind, Role: role}
	if kind == table.Text && role == "" && c.Role == table.Feature {
		out.Role = table.Ignored
	}
	return out
}

func (d *Data) onKind(ctx app.Context, _ app.Event) {
	i, kind := scopeInt(ctx, "column"), table.Kind(ctx.JSSrc().Get("value").String())
	if d.set != nil && i >= 0 && i < len(d.set.Schema) {
		d.recolumn(ctx, columnPatch(d.set.Schema[i], kind, ""))
	}
}

func (d *Data) onRole(ctx app.Context, _ app.Event) {
	i, role := scopeInt(ctx, "column"), table.Role(ctx.JSSrc().Get("value").String())
	if d.set != nil && i >= 0 && i < len(d.set.Schema) {
		d.recolumn(ctx, columnPatch(d.set.Schema[i], "", role))
	}
}

// recolumn changes how a column is read. If that is refused, the controls show
// again what holds.
func (d *Data) recolumn(ctx app.Context, c wire.ColumnChange) {
	d.patch(ctx, wire.DatasetPatch{Columns: []wire.ColumnChange{c}}, func(ctx app.Context, set wire.Dataset, err error) {
		if err == nil {
			ui.Say(ctx, changeWords(set))
			return
		}
		d.failed(ctx, err)
		if d.set == nil {
			return
		}
		i := d.set.Schema.Index(c.Name)
		if i < 0 {
			return
		}
		for id, value := range map[string]string{kindID(i): string(d.set.Schema[i].Kind), roleID(i): string(d.set.Schema[i].Role)} {
			if el := app.Window().GetElementByID(id); el.Truthy() {
				el.Set("value", value)
			}
		}
	})
}

func kindID(column int) string { return "kind-" + strconv.Itoa(column) }
func roleID(column int) string { return "role-" + strconv.Itoa(column) }

func (d *Data) onFilter(ctx app.Context, _ app.Event) { d.filter = ctx.JSSrc().Get("value").String() }

func (d *Data) onWide(app.Context, app.Event) { d.wide = true }
