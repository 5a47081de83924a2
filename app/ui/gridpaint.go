package ui

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	heldMost   = 0.6 // of the width, that columns may take which do not scroll
	gridOver   = 12  // rows above and below the view that are in the page too
	gridHeadPX = 64  // width of the rows' heads
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
	widths []float64 // of the shown columns, by their place
	edges  []float64
	held   int // columns that stay at the left
	first  int // places of the columns in the page besides those
	last   int
	order  string // of the shown columns
	layout int    // counts changes of what is above
	heads  []gridHead
	rows   []*gridRow // in the order of the page
	sized  bool       // widths are of real texts
	ended  string     // what the foot says
	inside bool       // the active cell is in the page
	parked bool       // focus is being put on the box
	drag   gridDrag

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
	active   bool
	marked   bool
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
	p.listen("pointerdown", p.onDown)
	p.listen("pointermove", p.onDrag)
	p.listen("pointerup", p.onDrop)
	p.listen("pointercancel", p.onDragEnd)
	p.listen("copy", p.onCopy)
	p.listen("paste", p.onPaste)
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
	widths := p.fitted(texts, wide)
	same := p.track.Rows == p.g.total && p.track.RowPX == rowPX && p.track.ViewPX == view && slices.Equal(widths, p.widths)
	p.sized = p.sized || texts != nil
	p.widths, p.edges = widths, columnEdges(widths, gridHeadPX)
	if order := fmt.Sprint(p.g.shown); order != p.order {
		p.order, same = order, false
	}
	if !same {
		p.layout++
	}
	top := p.track.Resize(p.g.total, rowPX, max(view, 0))
	p.body.Get("style").Set("height", px(p.track.Height()))
	p.body.Get("style").Set("width", px(p.edges[len(p.edges)-1]))
	p.head.Get("style").Set("width", px(p.edges[len(p.edges)-1]))
	p.setTop(top)
	return !same
}

// fitted gives the columns' widths: those that the user chose, and else what
// fits. Columns keep still while one works, unless others are shown.
func (p *gridPaint) fitted(texts [][]string, wide float64) []float64 {
	shown, hints := make([]table.Column, len(p.g.shown)), make([]string, len(p.g.shown))
	all := p.g.hints()
	for i, c := range p.g.shown {
		shown[i], hints[i] = p.g.Columns[c], all[c]
	}
	widths := columnWidths(shown, hints, texts, wide-gridHeadPX)
	if p.sized && p.order == fmt.Sprint(p.g.shown) && len(p.edges) > 0 && p.edges[len(p.edges)-1] >= wide-float64(len(widths)) {
		widths = slices.Clone(p.widths)
	}
	for i, c := range shown {
		if px, ok := p.g.Look.Widths[c.Name]; ok {
			widths[i] = px
		}
	}
	return widths
}

// texts gives the shown cells of the first rows in view, to size the columns by.
func (p *gridPaint) texts() [][]string {
	var out [][]string
	first, last := p.track.Seen()
	for i := first; i < min(last, first+30); i++ {
		row := p.g.cache.Row(i)
		if row == nil {
			continue
		}
		texts := make([]string, len(p.g.shown))
		for j, c := range p.g.shown {
			if c < len(row.Cells) {
				texts[j] = CellText(row.Cells[c])
			}
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
	wide := p.box.Get("clientWidth").Float()
	first, last := columnsSeen(p.edges, p.box.Get("scrollLeft").Float(), wide)
	if len(p.widths) <= 40 {
		first, last = 0, len(p.widths) // few columns: all of them, always
	}
	held := min(p.g.Look.Held, len(p.widths))
	for held > 0 && p.edges[held] > wide*heldMost {
		held-- // on a narrow screen the others would have no room
	}
	first, last = max(first, held), max(last, held)
	if first != p.first || last != p.last || held != p.held {
		p.first, p.last, p.held, all = first, last, held, true
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
		text, class := p.cellShown(row, p.placeOf(i))
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
	for len(r.cells) > p.count() {
		n := len(r.cells) - 1
		r.cells[n].Call("remove")
		r.cells, r.shown = r.cells[:n], r.shown[:n]
	}
	for len(r.cells) < p.count() {
		cell := doc.Call("createElement", "div")
		cell.Call("setAttribute", "role", "gridcell")
		cell.Set("tabIndex", -1)
		r.el.Call("appendChild", cell)
		r.cells, r.shown = append(r.cells, cell), append(r.shown, "")
	}
	for i, cell := range r.cells {
		p.put(cell, p.placeOf(i))
	}
}

// count gives the number of columns in the page.
func (p *gridPaint) count() int { return p.held + p.last - p.first }

// placeOf gives the place of the column of a row's i-th cell; indexOf is its
// inverse, -1 for a column that is not in the page.
func (p *gridPaint) placeOf(i int) int {
	if i < p.held {
		return i
	}
	return p.first + i - p.held
}

func (p *gridPaint) indexOf(place int) int {
	switch {
	case place < p.held:
		return place
	case place < p.first || place >= p.last:
		return -1
	}
	return p.held + place - p.first
}

// put puts a cell into its column.
func (p *gridPaint) put(cell app.Value, place int) {
	style := cell.Get("style")
	style.Set("left", px(p.edges[place]))
	style.Set("width", px(p.widths[place]))
	cell.Get("dataset").Set("column", strconv.Itoa(p.g.column(place)))
	cell.Call("setAttribute", "aria-colindex", strconv.Itoa(place+2))
}

// mark shows which row and cell is the active one, for Tab comes to that cell,
// and whether the row is marked.
func (p *gridPaint) mark(r *gridRow) {
	tab, active, marked := -1, r.index == p.g.active.row, p.g.marks.Has(r.index)
	if active {
		tab = p.indexOf(p.g.active.column)
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
	if active != r.active {
		r.active = active
		r.el.Get("classList").Call("toggle", "dg-on", active)
	}
	if marked != r.marked {
		r.marked = marked
		r.el.Call("setAttribute", "aria-selected", strconv.FormatBool(marked))
	}
}

// cellShown gives the text and the class of the cell at a place.
func (p *gridPaint) cellShown(row *wire.Row, place int) (text, class string) {
	class = "dg-cell"
	if place < p.held {
		class += " dg-held"
	}
	column := p.g.column(place)
	if row == nil || column >= len(row.Cells) {
		return "…", class + " dg-wait"
	}
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

// drawFoot says which rows are in view.
func (p *gridPaint) drawFoot() {
	first, last := p.track.Seen()
	text := "No rows"
	if p.g.narrowed() {
		text = "No row fits"
	}
	if last > first {
		text = "Rows " + Whole(first+1) + " to " + Whole(last) + " of " + Whole(p.track.Rows)
		if p.g.narrowed() {
			text += " that fit, of " + Whole(p.g.Rows)
		}
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
