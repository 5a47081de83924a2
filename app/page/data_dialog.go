package page

import (
	"errors"
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
	sheetFetch
	sheetRename
	sheetConflict
)

// sheet is the dialog that is open. What is typed stays in its fields until it is sent.
type sheet struct {
	Kind  sheetKind
	Row   wire.Row       // to edit
	Seen  int            // version in which it was looked at
	Wrong map[int]string // by column
	Err   string         // about all of it
	Busy  bool
}

func (s *sheet) close() { *s = sheet{} }

func (d *Data) onAdd(app.Context) { d.window = sheet{Kind: sheetAdd} }

func (d *Data) onChange(_ app.Context, row wire.Row) {
	d.window = sheet{Kind: sheetEdit, Row: row, Seen: d.set.Version}
}

func (d *Data) onClose(app.Context, app.Event) {
	if d.window.Kind == sheetPaste && d.up.busy() {
		d.up.cancel()
	}
	d.window.close()
}

// dialog draws the window that is open; nil if none is.
func (d *Data) dialog() app.UI {
	switch w := &d.window; {
	case w.Kind == sheetPaste:
		return &ui.Dialog{ID: "paste", Title: "Paste a table", Content: d.pasteForm(), OnClose: d.onClose}
	case w.Kind == sheetFetch:
		return &ui.Dialog{ID: "fetch", Title: "Fetch a table", Content: d.fetchForm(), OnClose: d.onClose}
	case d.set == nil:
		return nil
	case w.Kind == sheetRename:
		return &ui.Dialog{ID: "rename", Title: "Rename " + d.set.Name, Content: d.renameForm(), OnClose: d.onClose}
	case w.Kind == sheetConflict:
		return &ui.Dialog{ID: "conflict", Title: "Changed elsewhere", Content: d.conflictForm(), OnClose: d.onClose}
	case w.Kind == sheetAdd:
		return &ui.Dialog{ID: "row", Title: "Add a row to " + d.set.Name, Content: d.rowForm("Add row"), OnClose: d.onClose}
	case w.Kind == sheetEdit:
		return &ui.Dialog{ID: "row", Title: "Edit row " + strconv.FormatInt(w.Row.ID, 10), Content: d.rowForm("Save row"), OnClose: d.onClose}
	}
	return nil
}

// buttons draws the end of a dialog's form; err is about all of the form.
func buttons(id, word, err string, busy bool, cancel app.EventHandler) app.UI {
	return app.Div().Class("row").Body(
		app.Span().Class("err grow").ID(id+"-fault").Attr("role", "alert").Text(err),
		app.Button().Type("button").Class("secondary").ID(id+"-cancel").OnClick(cancel).Text("Cancel"),
		app.Button().Type("submit").ID(id+"-save").Disabled(busy).Aria("busy", busy).Text(word),
	)
}

// rowForm draws a field for each column.
func (d *Data) rowForm(word string) []app.UI {
	texts := textsOf(d.window.Row.Cells, len(d.set.Schema))
	var fields []app.UI
	for i, c := range d.set.Schema {
		in := app.Input().Type("text").AutoComplete(false).Value(texts[i])
		if c.Kind == table.Number {
			in = in.Attr("inputmode", "decimal")
		}
		fields = append(fields, ui.Field(c.Name, cellID(i), in, string(c.Kind), d.window.Wrong[i]))
	}
	return []app.UI{app.Form().Class("stack").ID("row-form").Attr("novalidate", "novalidate").OnSubmit(d.onSaveRow).Body(
		app.P().Class("small").Text("An empty field is a missing value."),
		app.Div().Class("fields").Body(fields...),
		buttons("row", word, d.window.Err, d.window.Busy, d.onClose),
	)}
}

func (d *Data) renameForm() []app.UI {
	return []app.UI{app.Form().Class("stack").ID("rename-form").Attr("novalidate", "novalidate").OnSubmit(d.onSaveName).Body(
		ui.Field("Name", "rename-name", app.Input().Type("text").AutoComplete(false).Value(d.set.Name), "All versions are called so.", d.window.Err),
		buttons("rename", "Rename", "", d.window.Busy, d.onClose),
	)}
}

func (d *Data) pasteForm() []app.UI {
	state, wrong := "", ""
	switch {
	case !d.up.Pasted:
	case d.up.State == uploadFailed:
		wrong = d.up.words()
	default:
		state = d.up.words()
	}
	return []app.UI{app.Form().Class("stack").ID("paste-form").Attr("novalidate", "novalidate").OnSubmit(d.onSendPaste).Body(
		ui.Field("Name", "paste-name", app.Input().Type("text").AutoComplete(false).Value("pasted table"), "", d.window.Err),
		ui.Field("Table", "paste-text", app.Textarea().Class("mono").Rows(10).Spellcheck(false), "The first line names the columns. Commas, semicolons and tabs all work: copy from a spreadsheet, paste here.", wrong),
		app.P().Class("small").ID("paste-state").Hidden(state == "").Text(state),
		buttons("paste", "Add this table", "", d.up.busy(), d.onClose),
	)}
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
	add := d.window.Kind == sheetAdd
	edits := wire.RowEdits{Add: []wire.RowWrite{{Cells: cells}}}
	if !add {
		if edits = rowEdits(d.set.Schema, d.window, cells); nothing(edits) {
			d.window.close()
			return
		}
	}
	d.window.Busy = true
	id := d.set.ID
	d.sendEdits(id, edits, func(ctx app.Context, made wire.RowsChange, err error) {
		if err != nil {
			if d.asks(err) {
				return
			}
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
		if add && d.shows(id) && d.view.plain() {
			d.at = ui.GridPlace{Row: made.Dataset.Rows - 1, Stamp: d.at.Stamp + 1}
		}
		ui.Toast(ctx, "good", changeWords(made.Dataset))
	})
}

// rowEdits gives the cells that were changed of the row of a dialog.
func rowEdits(schema table.Schema, w sheet, cells []table.Cell) wire.RowEdits {
	e := wire.RowEdits{Seen: w.Seen}
	for i, c := range cells {
		if i >= len(w.Row.Cells) || ui.CellText(c) != ui.CellText(w.Row.Cells[i]) {
			e.Cells = append(e.Cells, wire.CellEdit{Row: w.Row.ID, Column: schema[i].Name, Cell: c})
		}
	}
	return e
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
			focusOn(ctx, cellID(i))
			return
		}
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
	d.patch(wire.DatasetPatch{Name: name}, func(ctx app.Context, set wire.Dataset, err error) {
		if err != nil {
			d.window.Busy, d.window.Err = false, placed(err)
			return
		}
		d.window.close()
		ui.Toast(ctx, "good", "The name is "+set.Name+".")
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
	d.send(name, int64(len(text)), true, nil, func(progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error) {
		return client.Get().UploadText(name, text, progress, cancel)
	})
}
