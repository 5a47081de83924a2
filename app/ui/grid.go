package ui

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Grid shows a table of any length as in a spreadsheet: only the rows and
// columns in view are in the page, and rows are asked for in blocks as they
// come into view. Keys are those of a spreadsheet: arrows move between cells and
// with Shift mark rows, Enter, F2 and letters edit, Escape leaves, Delete asks to
// delete rows, Ctrl with C, V, Z and A copies, pastes, takes back and marks all;
// Alt with the arrow down, or a column's button, opens what can be done with the
// column. On a column's head Enter and Space sort.
//
// All functions are called on the UI goroutine, but for Fetch. A function that is
// nil takes what it is about out of the grid.
type Grid struct {
	app.Compo

	ID    string // of the element with role grid
	Label string // what the table is, for assistive technology

	Key     string         // which table, which of its rows, in which order: another one begins at its top
	Stamp   int            // which state of it: another one asks for the rows anew, in place
	Columns []table.Column // in the order of a row's cells
	Hints   []string       // one short line under each column's name
	Heads   []GridHead     // a small picture of each column's values; nil: none yet
	Rows    int64          // of the table, whether they fit the filters or not
	Sort    string         // the column that the rows are in order of; empty: their own order
	Desc    bool
	Filters wire.Filters // which rows are wanted
	Search  string       // likewise, in any column
	Look    GridLook
	Goto    GridPlace // another Stamp in it moves there

	ReadOnly bool

	// Fetch gives the rows that fit from offset on, at most limit, which is at
	// most 1,000, and counts those that fit. It may block.
	Fetch func(offset int64, limit int) (wire.Rows, error)
	// OnSort asks for another order; column is empty for the rows' own.
	OnSort func(ctx app.Context, column string, desc bool)
	// OnFilter asks for the rows that fit filters, OnSearch for those that have a text somewhere.
	OnFilter func(ctx app.Context, filters wire.Filters)
	OnSearch func(ctx app.Context, text string)
	// OnLook arranges the columns.
	OnLook func(ctx app.Context, look GridLook)
	// Check tells what is wrong with a text typed into a column.
	Check func(column int, text string) error
	// OnEdit writes a cell. It calls done once, on the UI goroutine, when that has worked or failed.
	OnEdit func(ctx app.Context, row wire.Row, column int, text string, done func(error))
	// OnPaste writes a block of cells.
	OnPaste func(ctx app.Context, block GridBlock)
	// OnUndo takes the last change back, OnRedo makes it again.
	OnUndo func(ctx app.Context)
	OnRedo func(ctx app.Context)
	// OnAdd, OnChange and OnDelete are about whole rows; rows are ids.
	OnAdd    func(ctx app.Context)
	OnChange func(ctx app.Context, row wire.Row)
	OnDelete func(ctx app.Context, rows []int64)

	ctx   app.Context
	cache gridCache
	paint gridPaint
	marks gridMarks
	menu  gridMenu
	shown []int // the columns in view or beside it, in order
	total int64 // rows that fit, as far as that is known

	shownKey  string
	shownAt   int // Stamp
	shownGoto int // Goto.Stamp
	active    gridCell
	row       *wire.Row // of the active cell, if it is there
	busy      bool      // marked rows are being fetched
}

// GridPlace is a row to go to.
type GridPlace struct {
	Row   int64
	Stamp int // another number than before: go there
}

// GridHead is what a column's head shows of its values, and what its filter offers.
type GridHead struct {
	Bars   []int64      // rows in each of the bins or levels
	Levels []wire.Level // of a category, the most frequent first
}

// gridCell names a cell by the index of its row, -1 for the heads, and by the
// place of its column among those shown.
type gridCell struct {
	row    int64
	column int
}

// OnInit begins on the first column's head.
func (g *Grid) OnInit() {
	g.cache.Reset()
	g.active = gridCell{row: -1}
	g.menu.close()
	g.shownKey, g.shownAt, g.shownGoto = g.Key, g.Stamp, g.Goto.Stamp
	g.begin()
}

// begin takes a table that is another one, or other rows of it.
func (g *Grid) begin() {
	g.shown = g.Look.Shown(g.Columns)
	g.marks.Clear()
	if g.total = g.Rows; g.narrowed() {
		g.total = min(g.Rows, blockRows) // until it is known
	}
}

// narrowed reports whether some rows are left out.
func (g *Grid) narrowed() bool { return len(g.Filters) > 0 || g.Search != "" }

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
		g.begin()
		g.paint.forget()
		g.active.row = min(g.active.row, 0)
	case g.Stamp != g.shownAt:
		g.cache.Age()
		if !g.narrowed() {
			g.count(g.Rows)
		}
	}
	if shown := g.Look.Shown(g.Columns); !slices.Equal(shown, g.shown) {
		g.paint.editor.leave(&g.paint)
		g.shown = shown
	}
	g.active.column = max(0, min(g.active.column, len(g.shown)-1))
	g.shownKey, g.shownAt = g.Key, g.Stamp
	g.refresh()
	if g.Goto.Stamp != g.shownGoto {
		g.shownGoto = g.Goto.Stamp
		g.move(gridCell{min(g.Goto.Row, g.total-1), g.active.column}, false)
	}
}

// count takes the number of rows that fit.
func (g *Grid) count(n int64) {
	g.total = n
	g.active.row = min(g.active.row, n-1)
	g.marks.Fit(n)
}

// column gives the index of the column that is shown at a place.
func (g *Grid) column(place int) int { return g.shown[place] }

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
		if last == 0 {
			last = 1 // how many fit is told with the first of them
		}
		block, gen, ok := g.cache.Ask(first, last)
		if !ok {
			return
		}
		fetch := g.Fetch
		g.ctx.Async(func() {
			rows, err := fetch(block*blockRows, blockRows)
			g.ctx.Dispatch(func(app.Context) {
				if !g.cache.Put(gen, block, rows.Rows, err) {
					return
				}
				if err == nil && rows.Total != g.total {
					g.count(rows.Total)
					g.paint.measure()
				}
				g.paint.draw(true)
				g.pump()
				g.choose()
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
	if len(g.shown) == 0 {
		return
	}
	to.row = max(-1, min(to.row, g.total-1))
	to.column = max(0, min(to.column, len(g.shown)-1))
	g.active = to
	g.paint.show(to, focus)
	g.pump()
	g.choose()
}

// sort asks for the next order by the column at a place: up, down, then the rows' own.
func (g *Grid) sort(place int) {
	if g.OnSort == nil || place < 0 || place >= len(g.shown) {
		return
	}
	name, desc := NextSort(g.Sort, g.Desc, g.Columns[g.column(place)].Name)
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

// edit opens the editor in the active cell, with the cell's text or empty.
func (g *Grid) edit(whole bool) {
	row := g.editable()
	if row == nil {
		return
	}
	column := g.column(g.active.column)
	text := ""
	if whole {
		text = CellText(row.Cells[column])
	}
	label := g.Columns[column].Name + " of row " + strconv.FormatInt(row.ID, 10)
	g.paint.edit(g.active, *row, label, text)
}

// editable gives the row of the active cell if the cell can be written.
func (g *Grid) editable() *wire.Row {
	if g.ReadOnly || g.OnEdit == nil || g.active.row < 0 || g.active.column >= len(g.shown) {
		return nil
	}
	row := g.cache.Row(g.active.row)
	if row == nil || g.column(g.active.column) >= len(row.Cells) {
		return nil
	}
	return row
}

// commit writes what was typed into a column. It reports false if it must be mended first.
func (g *Grid) commit(column int, row wire.Row, text string) bool {
	if text == CellText(row.Cells[column]) {
		return true
	}
	if g.Check != nil {
		if err := g.Check(column, text); err != nil {
			Say(g.ctx, fault.Message(err))
			g.paint.complain(fault.Message(err))
			return false
		}
	}
	g.paint.pending(row.ID, column, text)
	g.ctx.Emit(func() {
		g.OnEdit(g.ctx, row, column, text, func(error) {
			g.paint.settled(row.ID, column)
			g.paint.draw(true)
		})
	})
	return true
}

func (g *Grid) onRetry(app.Context, app.Event) {
	g.cache.Retry()
	g.pump()
}

// Render draws the frame; the rows in it are painted, not rendered: a whole
// screen of them must take less than a frame.
func (g *Grid) Render() app.UI {
	err, class := g.cache.Fault(), "dg"
	if g.OnFilter == nil {
		class += " dg-low" // heads without pictures
	}
	return app.Div().Class("stack lo").Body(
		g.bar(),
		g.chips(),
		app.Div().Class(class).ID(g.ID).Attr("role", "grid").TabIndex(-1).Aria("label", g.Label).Aria("multiselectable", true).
			Aria("rowcount", g.total+1).Aria("colcount", len(g.shown)+1).Aria("readonly", g.ReadOnly).Body(
			app.Div().Class("dg-head").Attr("role", "rowgroup"),
			app.Div().Class("dg-body").Attr("role", "rowgroup"),
		),
		app.Div().Class("banner bad").ID(g.ID+"-fault").Attr("role", "alert").Hidden(err == nil).Body(
			Icon("alert"), app.Span().Class("grow").Text("Some rows did not come. "+messageOf(err)),
			app.Button().Type("button").Class("secondary").ID(g.ID+"-retry").OnClick(g.onRetry).Text("Try again"),
		),
		app.Div().Class("foot").Body(
			app.Span().ID(g.ID+"-range"), // painted
			app.Span().ID(g.ID+"-order").Text(g.orderWords()),
			app.Span().ID(g.ID+"-marked").Text(markedWords(g.marks.Count())),
			app.Span().Class("err").ID(g.ID+"-wrong").Attr("role", "alert"), // painted
		),
		g.menu.draw(g),
	)
}

// orderWords tells the order of the rows.
func (g *Grid) orderWords() string {
	if g.OnSort == nil {
		return ""
	}
	return OrderWords(g.Sort, g.Desc)
}

// OrderWords tells of rows that are sorted by a column, or by none if it is "".
func OrderWords(column string, desc bool) string {
	switch {
	case column == "":
		return "In the file's order"
	case desc:
		return "Sorted by " + column + ", down"
	}
	return "Sorted by " + column + ", up"
}

// markedWords tells how many rows are marked.
func markedWords(n int64) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 row marked"
	}
	return Whole(n) + " rows marked"
}

// messageOf gives an error's words, or nothing.
func messageOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.Message(err)
}
