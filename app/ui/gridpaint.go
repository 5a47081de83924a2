package ui

import (
	"math"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	gridOver   = 12 // rows above and below the view that are in the page too
	gridHeadPX = 64 // width of the rows' heads
)

// gridPaint keeps the elements of a grid's rows. When the table scrolls, rows
// that leave the page at one end come in again at the other with other texts:
// the work is that of the rows that are new, so scrolling keeps to the frame.
//
// It runs in the browser only, on its one thread: a listener can't run in the
// middle of a method, except within a call of focus or remove.
type gridPaint struct {
	g               *Grid
	box, head, body app.Value
	span, wrong     app.Value // where the foot says what is in view, and what is wrong
	listeners       []gridListener
	watch           app.Value // ResizeObserver
	watchFn         app.Func

	track  gridTrack
	widths []float64
	edges  []float64
	first  int // columns in the page
	last   int
	layout int // counts changes of edges, first and last
	heads  []app.Value
	rows   []*gridRow // in the order of the page
	sized  bool       // widths are of real texts
	ended  string     // what the foot says
	inside bool       // the active cell is in the page
	parked bool       // focus is being put on the box

	editor  gridEditor
	waiting map[gridWrite]string // texts that are being written
}

// gridListener is a listener and where it listens.
type gridListener struct {
	event string
	fn    app.Func
}

// gridRow is the elements of one row and what they show.
type gridRow struct {
	el, head app.Value
	cells    []app.Value
	shown    []string // class and text of each cell
	index    int64    // in the table
	said     int64    // index that the element carries
	y        float64
	layout   int
	tab      int // cell that Tab comes to, or -1
	chosen   bool
}

// gridWrite names a cell by the stable id of its row.
type gridWrite struct {
	id     int64
	column int
}

// open takes the grid's elements.
func (p *gridPaint) open(g *Grid) {
	p.g = g
	p.waiting = map[gridWrite]string{}
	root := g.JSValue()
	p.box = root.Call("querySelector", "[role=grid]")
	p.head, p.body = p.box.Get("children").Index(0), p.box.Get("children").Index(1)
	p.span = app.Window().GetElementByID(g.ID + "-range")
	p.wrong = app.Window().GetElementByID(g.ID + "-wrong")
	p.layout = 1
	p.listen("scroll", p.onScroll)
	p.listen("keydown", p.onKey)
	p.listen("click", p.onClick)
	p.listen("dblclick", p.onDouble)
	p.listen("focusin", p.onFocus)
	p.watchFn = app.FuncOf(func(app.Value, []app.Value) any {
		if p.g != nil && p.measure() {
			p.draw(true)
			p.g.pump()
		}
		return nil
	})
	p.watch = app.Window().Get("ResizeObserver").New(p.watchFn)
	p.watch.Call("observe", p.box)
}

func (p *gridPaint) listen(event string, fn func(app.Event)) {
	f := app.FuncOf(func(_ app.Value, args []app.Value) any {
		if p.g != nil {
			fn(app.Event{Value: args[0]})
		}
		return nil
	})
	p.box.Call("addEventListener", event, f)
	p.listeners = append(p.listeners, gridListener{event, f})
}

// close stops listening.
func (p *gridPaint) close() {
	if p.g == nil {
		return
	}
	p.g = nil
	p.watch.Call("disconnect")
	p.watchFn.Release()
	for _, l := range p.listeners {
		p.box.Call("removeEventListener", l.event, l.fn)
		l.fn.Release()
	}
	p.editor.release()
}

// forget goes to the top of another table.
func (p *gridPaint) forget() {
	p.editor.leave(p)
	p.sized, p.waiting = false, map[gridWrite]string{}
	p.track = gridTrack{RowPX: p.track.RowPX, ViewPX: p.track.ViewPX}
	p.box.Set("scrollTop", 0)
}

// measure takes the sizes of the page. It reports whether they are others.
func (p *gridPaint) measure() bool {
	view := p.box.Get("clientHeight").Float() - p.head.Get("offsetHeight").Float()
	wide := p.box.Get("clientWidth").Float()
	rowPX := p.track.RowPX
	if len(p.rows) > 0 {
		rowPX = p.rows[0].el.Get("offsetHeight").Float()
	}
	if rowPX <= 0 {
		rowPX = 34
	}
	texts := p.texts()
	widths := columnWidths(p.g.Columns, p.g.hints(), texts, wide-gridHeadPX)
	same := p.track.Rows == p.g.Rows && p.track.RowPX == rowPX && p.track.ViewPX == view && len(widths) == len(p.widths)
	if p.sized && len(widths) == len(p.widths) && len(p.edges) > 0 && p.edges[len(p.edges)-1] >= wide-float64(len(widths)) {
		widths = p.widths // columns keep still while one works
	}
	for i := 0; same && i < len(widths); i++ {
		same = widths[i] == p.widths[i]
	}
	p.sized = p.sized || texts != nil
	p.widths, p.edges = widths, columnEdges(widths, gridHeadPX)
	if !same {
		p.layout++
	}
	top := p.track.Resize(p.g.Rows, rowPX, max(view, 0))
	p.body.Get("style").Set("height", px(p.track.Height()))
	p.body.Get("style").Set("width", px(p.edges[len(p.edges)-1]))
	p.head.Get("style").Set("width", px(p.edges[len(p.edges)-1]))
	p.setTop(top)
	return !same
}

// texts gives the cells of the first rows in view, to size the columns by.
func (p *gridPaint) texts() [][]string {
	var out [][]string
	first, last := p.track.Seen()
	for i := first; i < min(last, first+30); i++ {
		row := p.g.cache.Row(i)
		if row == nil {
			continue
		}
		texts := make([]string, len(row.Cells))
		for j, c := range row.Cells {
			texts[j] = CellText(c)
		}
		out = append(out, texts)
	}
	return out
}

// setTop puts the scroll bar where it belongs.
func (p *gridPaint) setTop(top float64) {
	if math.Abs(p.box.Get("scrollTop").Float()-top) >= 1 {
		p.box.Set("scrollTop", top)
	}
}

// draw brings the page up to date with the view; all of it, or only what is new.
func (p *gridPaint) draw(all bool) {
	if top, end := p.track.Seen(); !p.sized && top < end && p.g.cache.Row(top) != nil {
		p.measure()
	}
	first, last := columnsSeen(p.edges, p.box.Get("scrollLeft").Float(), p.box.Get("clientWidth").Float())
	if len(p.widths) <= 40 {
		first, last = 0, len(p.widths) // few columns: all of them, always
	}
	if first != p.first || last != p.last {
		p.first, p.last, all = first, last, true
		p.layout++
	}
	if all {
		p.drawHeads()
	}
	from, to := p.track.Window(gridOver)
	p.turn(from, to, all)
	p.drawFoot()
}

// turn makes the rows from first up to last those of the page. Rows that stay
// are left alone unless all is set.
func (p *gridPaint) turn(first, last int64, all bool) {
	var before, stay, free []*gridRow
	for _, r := range p.rows {
		if r.index >= first && r.index < last {
			stay = append(stay, r)
		} else {
			free = append(free, r)
		}
	}
	low, high := last, last // the rows that stay
	if len(stay) > 0 {
		low, high = stay[0].index, stay[len(stay)-1].index+1
	}
	take := func(index int64) *gridRow {
		var r *gridRow
		if len(free) > 0 {
			r, free = free[0], free[1:]
			p.leaveRow(r)
		} else {
			r = p.newRow()
		}
		r.index = index
		return r
	}
	doc := app.Window().Get("document")
	if low > first {
		part := doc.Call("createDocumentFragment")
		for i := first; i < low; i++ {
			r := take(i)
			part.Call("appendChild", r.el)
			before = append(before, r)
			p.drawRow(r, true)
		}
		if len(stay) > 0 {
			p.body.Call("insertBefore", part, stay[0].el)
		} else {
			p.body.Call("appendChild", part)
		}
	}
	for _, r := range stay {
		p.drawRow(r, all)
	}
	rows := append(before, stay...)
	if high < last {
		part := doc.Call("createDocumentFragment")
		for i := high; i < last; i++ {
			r := take(i)
			part.Call("appendChild", r.el)
			rows = append(rows, r)
			p.drawRow(r, true)
		}
		p.body.Call("appendChild", part)
	}
	for _, r := range free {
		p.leaveRow(r)
		r.el.Call("remove")
	}
	p.rows = rows
	p.followFocus()
}

// newRow makes a row's element.
func (p *gridPaint) newRow() *gridRow {
	doc := app.Window().Get("document")
	r := &gridRow{el: doc.Call("createElement", "div"), head: doc.Call("createElement", "div"), said: -1, y: -1, tab: -1}
	r.el.Set("className", "dg-row")
	r.el.Call("setAttribute", "role", "row")
	r.head.Set("className", "dg-cell dg-rh")
	r.head.Call("setAttribute", "role", "rowheader")
	r.head.Call("setAttribute", "aria-colindex", "1")
	r.el.Call("appendChild", r.head)
	return r
}

// drawRow brings a row's place and marks up to date and, if all is set, its cells.
func (p *gridPaint) drawRow(r *gridRow, all bool) {
	if y := p.track.Y(r.index); y != r.y {
		r.y = y
		r.el.Get("style").Set("transform", "translateY("+px(y)+")")
	}
	if r.layout != p.layout {
		r.layout, all = p.layout, true
		r.el.Get("style").Set("width", px(p.edges[len(p.edges)-1]))
		p.fit(r)
	}
	if r.said != r.index {
		r.said = r.index
		r.el.Call("setAttribute", "aria-rowindex", strconv.FormatInt(r.index+2, 10))
	}
	p.mark(r)
	if !all {
		return
	}
	row := p.g.cache.Row(r.index)
	head := "…" // as its cells
	if row != nil {
		head = strconv.FormatInt(row.ID, 10)
	}
	r.head.Set("textContent", head)
	for i, cell := range r.cells {
		if p.editor.is(r, i) {
			continue // the editor is in it
		}
		text, class := p.cellShown(row, p.first+i)
		shown := class + "\x00" + text
		if r.shown[i] == shown {
			continue
		}
		r.shown[i] = shown
		cell.Set("className", class)
		cell.Set("textContent", text)
		if len(text) > 30 {
			cell.Set("title", text)
		} else {
			cell.Call("removeAttribute", "title")
		}
	}
}

// fit gives a row one cell for each column in the page, in its place.
func (p *gridPaint) fit(r *gridRow) {
	doc := app.Window().Get("document")
	if r.tab >= 0 {
		r.cells[r.tab].Set("tabIndex", -1)
		r.tab = -1
	}
	for len(r.cells) > p.last-p.first {
		n := len(r.cells) - 1
		r.cells[n].Call("remove")
		r.cells, r.shown = r.cells[:n], r.shown[:n]
	}
	for len(r.cells) < p.last-p.first {
		cell := doc.Call("createElement", "div")
		cell.Call("setAttribute", "role", "gridcell")
		cell.Set("tabIndex", -1)
		r.el.Call("appendChild", cell)
		r.cells, r.shown = append(r.cells, cell), append(r.shown, "")
	}
	for i, cell := range r.cells {
		p.place(cell, p.first+i)
	}
}

// place puts a cell into its column.
func (p *gridPaint) place(cell app.Value, column int) {
	style := cell.Get("style")
	style.Set("left", px(p.edges[column]))
	style.Set("width", px(p.widths[column]))
	cell.Get("dataset").Set("column", strconv.Itoa(column))
	cell.Call("setAttribute", "aria-colindex", strconv.Itoa(column+2))
}

// mark shows which row and cell is the active one: Tab comes to that cell.
func (p *gridPaint) mark(r *gridRow) {
	tab, chosen := -1, r.index == p.g.active.row
	if c := p.g.active.column; chosen && c >= p.first && c < p.last {
		tab = c - p.first
	}
	if tab != r.tab {
		if r.tab >= 0 {
			r.cells[r.tab].Set("tabIndex", -1)
		}
		if tab >= 0 {
			r.cells[tab].Set("tabIndex", 0)
		}
		r.tab = tab
	}
	if chosen != r.chosen {
		r.chosen = chosen
		r.el.Call("setAttribute", "aria-selected", strconv.FormatBool(chosen))
	}
}

// cellShown gives a cell's text and class.
func (p *gridPaint) cellShown(row *wire.Row, column int) (text, class string) {
	if row == nil || column >= len(row.Cells) {
		return "…", "dg-cell dg-wait"
	}
	class = "dg-cell"
	if p.g.Columns[column].Kind == table.Number {
		class += " num"
	}
	if text, ok := p.waiting[gridWrite{row.ID, column}]; ok {
		return text, class + " dg-wait"
	}
	if row.Cells[column].Missing() {
		return "missing", class + " gap"
	}
	return CellText(row.Cells[column]), class
}

// drawHeads draws the columns' heads with the sort arrows.
func (p *gridPaint) drawHeads() {
	doc := app.Window().Get("document")
	if !p.head.Get("firstChild").Truthy() {
		row := doc.Call("createElement", "div")
		row.Set("className", "dg-row")
		row.Call("setAttribute", "role", "row")
		row.Call("setAttribute", "aria-rowindex", "1")
		corner := doc.Call("createElement", "div")
		corner.Set("className", "dg-cell dg-rh")
		corner.Call("setAttribute", "role", "columnheader")
		corner.Call("setAttribute", "aria-colindex", "1")
		corner.Set("textContent", "Row")
		row.Call("appendChild", corner)
		p.head.Call("appendChild", row)
	}
	row := p.head.Get("firstChild")
	for len(p.heads) > p.last-p.first {
		n := len(p.heads) - 1
		p.heads[n].Call("remove")
		p.heads = p.heads[:n]
	}
	for len(p.heads) < p.last-p.first {
		el := doc.Call("createElement", "div")
		el.Call("setAttribute", "role", "columnheader")
		el.Set("tabIndex", -1)
		for range 2 {
			el.Call("appendChild", doc.Call("createElement", "span"))
		}
		row.Call("appendChild", el)
		p.heads = append(p.heads, el)
	}
	hints := p.g.hints()
	for i, el := range p.heads {
		column := p.first + i
		c := p.g.Columns[column]
		class := "dg-cell dg-h"
		if c.Kind == table.Number {
			class += " num"
		}
		arrow, order := "", "none"
		if p.g.Sort == c.Name {
			if arrow, order = " ↑", "ascending"; p.g.Desc {
				arrow, order = " ↓", "descending"
			}
		}
		el.Set("className", class)
		el.Set("title", c.Name+": click to sort")
		el.Call("setAttribute", "aria-sort", order)
		el.Get("children").Index(0).Set("textContent", c.Name+arrow)
		el.Get("children").Index(1).Set("textContent", hints[column])
		p.place(el, column)
	}
	p.markHeads()
}

// markHeads lets Tab come to the active cell if that is a head.
func (p *gridPaint) markHeads() {
	for i, el := range p.heads {
		at := -1
		if p.g.active == (gridCell{-1, p.first + i}) {
			at = 0
		}
		el.Set("tabIndex", at)
	}
}

// drawFoot says which rows are in view.
func (p *gridPaint) drawFoot() {
	first, last := p.track.Seen()
	text := "No rows"
	if last > first {
		text = "Rows " + Whole(first+1) + " to " + Whole(last) + " of " + Whole(p.track.Rows)
	}
	if text != p.ended {
		p.ended = text
		p.span.Set("textContent", text)
	}
}

// hints gives one line for each column.
func (g *Grid) hints() []string {
	if len(g.Hints) == len(g.Columns) {
		return g.Hints
	}
	return make([]string, len(g.Columns))
}

// px writes a length for a style.
func px(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) + "px" }
