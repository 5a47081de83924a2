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
	"github.com/centroid-studio/centroid/shared/wire"
)

// conflict is an edit that was refused since somebody else has changed its rows
// meanwhile. It waits for the user's choice.
type conflict struct {
	Dataset string
	Edits   wire.RowEdits
	With    wire.Conflict
}

// conflictOf gives the rows that a refused edit is about; false if it was refused for another reason.
func conflictOf(err error) (wire.Conflict, bool) {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if c, ok := e.Data.(*wire.Conflict); ok {
			return *c, true
		}
	}
	return wire.Conflict{}, false
}

// asks reports whether the user is being asked what to keep, since edits were refused with err.
func (d *Data) asks(err error) bool {
	_, conflict := conflictOf(err)
	return conflict && d.window.Kind == sheetConflict
}

// sendEdits sends changes of rows of a dataset, and calls then with the answer.
// If somebody else has changed one of them meanwhile, it asks what to keep: what
// is chosen is sent as a change of its own.
func (d *Data) sendEdits(dataset string, e wire.RowEdits, then func(app.Context, wire.RowsChange, error)) {
	ctx := d.ctx
	ctx.Async(func() {
		var made wire.RowsChange
		err := client.Get().Do("POST", "datasets/"+url.PathEscape(dataset)+"/edits", e, &made)
		ctx.Dispatch(func(ctx app.Context) {
			if c, ok := conflictOf(err); ok && d.shows(dataset) {
				d.window = sheet{Kind: sheetConflict}
				d.conflict = conflict{Dataset: dataset, Edits: e, With: c}
				d.opening = dataset // what the other one made is shown behind the question
				d.open(dataset, 0)
			}
			then(ctx, made, err)
		})
	})
}

// mine gives the edits with which the user's changes overwrite the others'. A
// row that was deleted is gone.
func (c *conflict) mine() wire.RowEdits {
	return c.without(func(r wire.RowConflict) bool { return r.Gone })
}

// theirs gives the edits that leave alone the rows which somebody else changed.
func (c *conflict) theirs() wire.RowEdits {
	e := c.without(func(wire.RowConflict) bool { return true })
	if c.With.Total > len(c.With.Rows) {
		e.Seen = c.Edits.Seen // there are more of them, which are asked for next
	}
	return e
}

func (c *conflict) without(drop func(wire.RowConflict) bool) wire.RowEdits {
	dropped := map[int64]bool{}
	for _, r := range c.With.Rows {
		dropped[r.Row] = drop(r)
	}
	e := wire.RowEdits{Seen: c.With.Version, Add: c.Edits.Add}
	for _, cell := range c.Edits.Cells {
		if !dropped[cell.Row] {
			e.Cells = append(e.Cells, cell)
		}
	}
	for _, row := range c.Edits.Delete {
		if !dropped[row] {
			e.Delete = append(e.Delete, row)
		}
	}
	return e
}

// nothing reports whether no change is left.
func nothing(e wire.RowEdits) bool { return len(e.Cells)+len(e.Delete)+len(e.Add) == 0 }

func (d *Data) onMine(ctx app.Context, _ app.Event) {
	d.choose(d.conflict.mine(), "Your change was kept.")
}
func (d *Data) onTheirs(ctx app.Context, _ app.Event) {
	d.choose(d.conflict.theirs(), "The other change was kept.")
}

// choose ends the question by sending what is left of the edits.
func (d *Data) choose(e wire.RowEdits, words string) {
	c := d.conflict
	d.conflict = conflict{}
	d.window.close()
	if nothing(e) {
		ui.Toast(d.ctx, "good", words)
		return
	}
	d.sendEdits(c.Dataset, e, func(ctx app.Context, made wire.RowsChange, err error) {
		if err != nil {
			d.failed(ctx, err)
			return
		}
		d.accept(ctx, made.Dataset)
		ui.Toast(ctx, "good", words)
	})
}

// conflictForm draws what was seen, what is there, and what was to be.
func (d *Data) conflictForm() []app.UI {
	c := d.conflict.With
	if c.Total == 0 {
		return []app.UI{
			app.P().Text(fmt.Sprintf("The whole table was replaced, by version %d, since you looked at it. Your change was not made.", c.Version)),
			app.Div().Class("row").Body(app.Button().Type("button").ID("conflict-close").OnClick(d.onClose).Text("Close")),
		}
	}
	var rows []app.UI
	gone := 0
	for _, r := range c.Rows {
		if r.Gone {
			gone++
		}
		cells := r.Cells
		if len(cells) == 0 {
			cells = []wire.CellConflict{{}}
		}
		for i, cell := range cells {
			var head app.UI = app.Td().Text("")
			if i == 0 {
				head = app.Th().Scope("row").Class("num").Text(strconv.FormatInt(r.Row, 10))
			}
			theirs := cellShown(cell.Theirs)
			if r.Gone {
				theirs = "row deleted"
			}
			mine := app.Td().Class("gap").Text("not changed")
			if cell.Mine != nil {
				mine = app.Td().Text(cellShown(*cell.Mine))
			}
			rows = append(rows, app.Tr().Body(head, app.Td().Text(cell.Column), app.Td().Text(cellShown(cell.Seen)), app.Td().Text(theirs), mine))
		}
	}
	words := fmt.Sprintf("%s changed elsewhere since you looked, in version %d. Nothing was overwritten: choose what to keep.", capital(wasWere(c.Total)), c.Version)
	if c.Total > len(c.Rows) {
		words += fmt.Sprintf(" The first %d are listed.", len(c.Rows))
	}
	th := func(text string) app.UI { return app.Th().Scope("col").Text(text) }
	return []app.UI{
		app.P().ID("conflict-words").Text(words),
		app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Cells in conflict").Body(app.Table().ID("conflict-table").Body(
			app.THead().Body(app.Tr().Body(app.Th().Scope("col").Class("num").Text("Row"), th("Column"), th("You saw"), th("Theirs"), th("Yours"))),
			app.TBody().Body(rows...))),
		app.P().Class("small").Hidden(gone == 0).Text("A row that was deleted takes your change of it along. Undo in the history brings it back."),
		app.Div().Class("row").Body(
			app.Button().Type("button").Class("secondary").ID("conflict-theirs").OnClick(d.onTheirs).Text("Keep theirs"),
			app.Button().Type("button").ID("conflict-mine").Disabled(gone == len(c.Rows)).OnClick(d.onMine).Text("Keep mine"),
		),
	}
}

// wasWere tells how many rows something happened to.
func wasWere(n int) string {
	if n == 1 {
		return "1 row was"
	}
	return ui.Whole(int64(n)) + " rows were"
}
