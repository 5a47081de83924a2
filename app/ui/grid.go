package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Grid shows a table of any length as in a spreadsheet: only the rows and
// columns in view are in the page, and rows are asked for in blocks as they
// come into view. Arrows move between cells, Enter edits, Escape leaves,
// Delete asks to delete the row; on a column's head Enter and Space sort.
//
// All functions are called on the UI goroutine, but for Fetch.
type Grid struct {
	app.Compo

	ID    string // of the element with role grid
	Label string // what the table is, for assistive technology

	Key     string         // which table in which order: another one begins at its top
	Stamp   int            // which state of it: another one asks for the rows anew, in place
	Columns []table.Column // in the order of a row's cells
	Hints   []string       // one short line under each column's name
	Rows    int64
	Sort    string // the column that the rows are in order of; empty: their own order
	Desc    bool
	Goto    GridPlace // another Stamp in it moves there

	ReadOnly bool

	// Fetch gives the rows from offset on. It may block.
	Fetch func(offset int64, limit int) (wire.Rows, error)
	// OnSort asks for another order; column is empty for the rows' own.
	OnSort func(ctx app.Context, column string, desc bool)
	// Check tells what is wrong with a text typed into a column.
	Check func(column int, text string) error
	// OnEdit writes a cell. It calls done once, on the UI goroutine, when that has worked or failed.
	OnEdit func(ctx app.Context, row wire.Row, column int, text string, done func(error))
	// OnAdd, OnChange and OnDelete are about whole rows.
	OnAdd    func(ctx app.Context)
	OnChange func(ctx app.Context, row wire.Row)
	OnDelete func(ctx app.Context, row wire.Row)

	ctx   app.Context
	cache gridCache
	paint gridPaint

	shownKey  string
	shownAt   int // Stamp
	shownGoto int // Goto.Stamp
	active    gridCell
	row       *wire.Row // of the active cell, if it is there
}

// GridPlace is a row to go to.
type GridPlace struct {
	Row   int64
	Stamp int // another number than before: go there
}

// gridCell names a cell by the index of its row, -1 for the heads, and of its column.
type gridCell struct {
	row    int64
	column int
}

// OnInit begins on the first column's head.
func (g *Grid) OnInit() {
	g.cache.Reset()
	g.active = gridCell{row: -1}
	g.shownKey, g.shownAt, g.shownGoto = g.Key, g.Stamp, g.Goto.Stamp
}

// OnMount draws the table and begins to listen.
func (g *Grid) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	g.ctx = ctx
	g.paint.open(g)
	g.refresh()
}

// OnDismount gives back what the page holds of the grid.
func (g *Grid) OnDismount() {
	g.cache.Reset()
	g.paint.close()
}

// OnUpdate draws what the page has changed.
func (g *Grid) OnUpdate(ctx app.Context) {
	if app.IsServer {
		return
	}
	g.ctx = ctx
	switch {
	case g.Key != g.shownKey:
		g.cache.Reset()
		g.paint.forget()
		g.active.row = min(g.active.row, 0)
		g.active.column = max(0, min(g.active.column, len(g.Columns)-1))
	case g.Stamp != g.shownAt:
		g.cache.Age()
		g.active.row = min(g.active.row, g.Rows-1)
	}
	g.shownKey, g.shownAt = g.Key, g.Stamp
	g.refresh()
	if g.Goto.Stamp != g.shownGoto {
		g.shownGoto = g.Goto.Stamp
		g.move(gridCell{min(g.Goto.Row, g.Rows-1), g.active.column}, false)
	}
}

// refresh draws everything and asks for what lacks.
func (g *Grid) refresh() {
	g.paint.measure()
	g.paint.draw(true)
	g.pump()
	g.choose()
}

// pump asks for the rows in view that are not there, a few blocks at a time.
// What has left the view in the meantime is never asked for.
func (g *Grid) pump() {
	if g.Fetch == nil {
		return
	}
	for {
		first, last := g.paint.track.Window(gridOver)
		block, gen, ok := g.cache.Ask(first, last)
		if !ok {
			return
		}
		fetch := g.Fetch
		g.ctx.Async(func() {
			rows, err := fetch(block*blockRows, blockRows)
			g.ctx.Dispatch(func(app.Context) {
				if g.cache.Put(gen, block, rows.Rows, err) {
					g.paint.draw(true)
					g.pump()
					g.choose()
				}
			})
		})
	}
}

// choose notes the row of the active cell, for the buttons.
func (g *Grid) choose() {
	var row *wire.Row
	if g.active.row >= 0 {
		row = g.cache.Row(g.active.row)
	}
	if row == g.row {
		return
	}
	g.row = row
	g.ctx.Dispatch(func(app.Context) {}) // draws the buttons
}

// move makes a cell the active one and brings it into view.
func (g *Grid) move(to gridCell, focus bool) {
	if len(g.Columns) == 0 {
		return
	}
	to.row = max(-1, min(to.row, g.Rows-1))
	to.column = max(0, min(to.column, len(g.Columns)-1))
	g.active = to
	g.paint.show(to, focus)
	g.pump()
	g.choose()
}

// sort asks for the next order by a column: up, down, then the rows' own.
func (g *Grid) sort(column int) {
	if g.OnSort == nil || column < 0 || column >= len(g.Columns) {
		return
	}
	name, desc := NextSort(g.Sort, g.Desc, g.Columns[column].Name)
	g.ctx.Emit(func() { g.OnSort(g.ctx, name, desc) })
}

// NextSort gives the order that a click on a column's head leads to: up, down,
// then the rows' own order.
func NextSort(sort string, desc bool, column string) (string, bool) {
	switch {
	case sort != column:
		return column, false
	case !desc:
		return column, true
	}
	return "", false
}

// edit opens the editor in the active cell.
func (g *Grid) edit() {
	if g.ReadOnly || g.OnEdit == nil || g.active.row < 0 {
		return
	}
	row := g.cache.Row(g.active.row)
	if row == nil || g.active.column >= len(row.Cells) {
		return
	}
	label := g.Columns[g.active.column].Name + " of row " + strconv.FormatInt(row.ID, 10)
	g.paint.edit(g.active, *row, label, CellText(row.Cells[g.active.column]))
}

// commit writes what was typed. It reports false if it must be mended first.
func (g *Grid) commit(at gridCell, row wire.Row, text string) bool {
	if text == CellText(row.Cells[at.column]) {
		return true
	}
	if g.Check != nil {
		if err := g.Check(at.column, text); err != nil {
			Say(g.ctx, fault.Message(err))
			g.paint.complain(fault.Message(err))
			return false
		}
	}
	g.paint.pending(row.ID, at.column, text)
	g.ctx.Emit(func() {
		g.OnEdit(g.ctx, row, at.column, text, func(error) {
			g.paint.settled(row.ID, at.column)
			g.paint.draw(true)
		})
	})
	return true
}

func (g *Grid) onAdd(ctx app.Context, _ app.Event) { g.OnAdd(ctx) }

func (g *Grid) onChange(ctx app.Context, _ app.Event) {
	if g.row != nil {
		g.OnChange(ctx, *g.row)
	}
}

func (g *Grid) onDelete(ctx app.Context, _ app.Event) {
	if g.row != nil {
		g.OnDelete(ctx, *g.row)
	}
}

func (g *Grid) onRetry(app.Context, app.Event) {
	g.cache.Retry()
	g.pump()
}

// Render draws the frame; the rows in it are painted, not rendered: a whole
// screen of them must take less than a frame.
func (g *Grid) Render() app.UI {
	label := ""
	if g.row != nil {
		label = " " + strconv.FormatInt(g.row.ID, 10)
	}
	none := g.row == nil
	bar := app.Div().Class("row").ID(g.ID+"-bar").Hidden(g.ReadOnly).Body(
		app.Button().Type("button").Class("secondary").ID("row-add").OnClick(g.onAdd).Body(Icon("plus"), app.Text("Add row")),
		app.Button().Type("button").Class("secondary").ID("row-edit").Disabled(none).OnClick(g.onChange).Body(Icon("edit"), app.Text("Edit row"+label)),
		app.Button().Type("button").Class("danger").ID("row-delete").Disabled(none).OnClick(g.onDelete).Body(Icon("trash"), app.Text("Delete row"+label)),
	)
	order := "In the file's order"
	if g.Sort != "" {
		order = "Sorted by " + g.Sort + ", up"
		if g.Desc {
			order = "Sorted by " + g.Sort + ", down"
		}
	}
	err := g.cache.Fault()
	return app.Div().Class("stack lo").Body(
		bar,
		app.Div().Class("dg").ID(g.ID).Attr("role", "grid").TabIndex(-1).Aria("label", g.Label).
			Aria("rowcount", g.Rows+1).Aria("colcount", len(g.Columns)+1).Aria("readonly", g.ReadOnly).Body(
			app.Div().Class("dg-head").Attr("role", "rowgroup"),
			app.Div().Class("dg-body").Attr("role", "rowgroup"),
		),
		app.Div().Class("banner bad").ID(g.ID+"-fault").Attr("role", "alert").Hidden(err == nil).Body(
			Icon("alert"), app.Span().Class("grow").Text("Some rows did not come. "+messageOf(err)),
			app.Button().Type("button").Class("secondary").ID(g.ID+"-retry").OnClick(g.onRetry).Text("Try again"),
		),
		app.Div().Class("foot").Body(
			app.Span().ID(g.ID+"-range"), // painted
			app.Span().ID(g.ID+"-order").Text(order),
			app.Span().Class("err").ID(g.ID+"-wrong").Attr("role", "alert"), // painted
		),
	)
}

// messageOf gives an error's words, or nothing.
func messageOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.Message(err)
}
