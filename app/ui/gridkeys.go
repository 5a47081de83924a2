package ui

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// onScroll follows the scroll bars.
func (p *gridPaint) onScroll(app.Event) {
	top := p.box.Get("scrollTop").Float()
	p.setTop(p.track.Scrolled(top))
	p.draw(false)
	p.g.pump()
}

// cellOf gives the cell that an event is about. ok is false for the rows' heads and the box.
func (p *gridPaint) cellOf(e app.Event) (at gridCell, ok bool) {
	target := e.Get("target")
	row := target.Call("closest", "[aria-rowindex]")
	if !row.Truthy() {
		return gridCell{}, false
	}
	n, err := strconv.ParseInt(row.Call("getAttribute", "aria-rowindex").String(), 10, 64)
	if err != nil {
		return gridCell{}, false
	}
	at = gridCell{n - 2, p.g.active.column}
	cell := target.Call("closest", "[data-column]")
	if !cell.Truthy() {
		return at, false
	}
	column, err := strconv.Atoi(cell.Get("dataset").Get("column").String())
	if err != nil {
		return at, false
	}
	at.column = slices.Index(p.g.shown, column)
	return at, at.column >= 0
}

// onFocus makes the focused cell the active one.
func (p *gridPaint) onFocus(e app.Event) {
	if p.parked {
		return
	}
	if e.Get("target").Equal(p.box) { // Tab came here because the active cell was out of view
		p.show(p.g.active, true)
		p.g.pump()
		return
	}
	if at, ok := p.cellOf(e); ok && at != p.g.active {
		p.g.active = at
		p.remark()
		p.g.choose()
	}
}

// onClick sorts by a head, or opens what can be done with its column; a row's
// head marks the row, with Shift all up to it, with Ctrl it besides others.
func (p *gridPaint) onClick(e app.Event) {
	if p.drag.ended {
		p.drag.ended = false
		return
	}
	at, ok := p.cellOf(e)
	target := e.Get("target")
	ctrl, shift := e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool(), e.Get("shiftKey").Bool()
	switch {
	case ok && at.row < 0 && target.Call("closest", ".dg-menu").Truthy():
		p.g.openMenu(at.column)
	case ok && at.row < 0 && target.Call("closest", ".dg-grip").Truthy():
	case ok && at.row < 0:
		p.g.sort(at.column)
	case target.Call("closest", "[role=columnheader]").Truthy(): // the corner
		if p.g.marks.Count() == p.g.total {
			p.g.marks.Clear()
		} else {
			p.g.marks.All(p.g.total)
		}
		p.g.marked()
	case !ok && target.Call("closest", "[role=rowheader]").Truthy(), ok && (shift || ctrl) && !p.editor.open:
		switch {
		case shift:
			p.g.marks.Extend(at.row)
		case ctrl:
			p.g.marks.Toggle(at.row)
		default:
			p.g.marks.Only(at.row)
		}
		p.g.move(at, true)
		p.g.marked()
	case ok:
		p.g.marks.anchor = at.row
		p.g.unmark()
	}
}

func (p *gridPaint) onDouble(e app.Event) {
	if at, ok := p.cellOf(e); ok && at.row >= 0 && !p.editor.open {
		p.g.active = at
		p.g.edit(true)
	}
}

// onKey moves and acts, as in a spreadsheet.
func (p *gridPaint) onKey(e app.Event) {
	if e.Get("isComposing").Bool() {
		return
	}
	key, ctrl := e.Get("key").String(), e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()
	alt, shift := e.Get("altKey").Bool(), e.Get("shiftKey").Bool()
	if p.editor.open {
		if !alt && !ctrl {
			p.editor.key(p, e, key)
		}
		return
	}
	if alt && !ctrl {
		if p.g.arrange(key, shift) {
			e.PreventDefault()
		}
		return
	}
	page := max(1, int64(p.track.ViewPX/max(1, p.track.RowPX))-1)
	if to, ok := nextCell(p.g.active, key, ctrl, p.g.total, len(p.g.shown), page); ok {
		e.PreventDefault()
		from := p.g.active
		p.g.move(to, true)
		switch to := p.g.active; {
		case shift && to.row != from.row && to.row >= 0:
			if p.g.marks.Count() == 0 {
				p.g.marks.anchor = max(from.row, 0)
			}
			p.g.marks.Extend(to.row)
			p.g.marked()
		case !shift:
			p.g.unmark()
		}
		return
	}
	switch letter := utf8.RuneCountInString(key) == 1 && key != " " && !ctrl; {
	case letter && p.g.editable() != nil:
		p.g.edit(false)           // the letter itself goes into the field, by the browser
		e.Call("stopPropagation") // and is none of the page's shortcuts
	case p.act(key, ctrl, shift):
		e.PreventDefault()
		e.Call("stopPropagation")
	}
}

// act does what a key that does not move is for. It reports false for one that is the browser's.
func (p *gridPaint) act(key string, ctrl, shift bool) bool {
	g := p.g
	switch {
	case ctrl && !shift && (key == "a" || key == "A"):
		g.marks.All(g.total)
		g.marked()
	case ctrl && !shift && (key == "z" || key == "Z") && g.OnUndo != nil && !g.ReadOnly:
		g.ctx.Emit(func() { g.OnUndo(g.ctx) })
	case ctrl && (key == "y" || key == "Y" || key == "z" || key == "Z") && g.OnRedo != nil && !g.ReadOnly:
		g.ctx.Emit(func() { g.OnRedo(g.ctx) })
	case ctrl:
		return false
	case key == " " && shift && g.active.row >= 0:
		g.marks.Toggle(g.active.row)
		g.marked()
	case key == "Escape" && g.marks.Count() > 0:
		g.unmark()
	case key == "ContextMenu", key == "F10" && shift:
		return g.openMenu(g.active.column)
	case g.active.row < 0 && (key == "Enter" || key == "F2" || key == " "):
		g.sort(g.active.column)
	case key == "Enter", key == "F2":
		g.edit(true)
	case key == "Delete":
		return g.remove()
	case key == "Backspace":
		if row := g.editable(); row != nil {
			g.commit(g.column(g.active.column), *row, "")
			p.draw(true)
		}
	default:
		return false
	}
	return true
}

// arrange does what the arrows do together with Alt: it opens what can be done
// with the active column, moves it, or with Shift makes it wider or narrower.
func (g *Grid) arrange(key string, shift bool) bool {
	if len(g.shown) == 0 {
		return false
	}
	by := map[string]int{"ArrowLeft": -1, "ArrowRight": 1}[key]
	place := g.active.column
	switch {
	case key == "ArrowDown":
		return g.openMenu(place)
	case by == 0 || g.OnLook == nil:
		return false
	case shift:
		g.look(g.Look.Width(g.Columns[g.column(place)].Name, g.paint.widths[place]+float64(by*columnStep)))
	case place+by >= 0 && place+by < len(g.shown):
		g.active.column = place + by // the column takes the focus with it
		g.look(g.Look.Move(g.Columns, place, place+by))
		Say(g.ctx, g.Columns[g.column(place)].Name+" is column "+strconv.Itoa(place+by+1)+" of "+strconv.Itoa(len(g.shown)))
	}
	return true
}

// marked draws other marks than before.
func (g *Grid) marked() {
	g.paint.remark()
	words := markedWords(g.marks.Count())
	if words == "" {
		words = "No row marked"
	}
	Say(g.ctx, words)
	g.ctx.Dispatch(func(app.Context) {}) // draws the foot and the buttons
}

// unmark takes all marks away.
func (g *Grid) unmark() {
	if g.marks.Count() > 0 {
		g.marks.Clear()
		g.marked()
	}
}

// nextCell gives the cell that a key leads to. ok is false for a key that does not move.
func nextCell(at gridCell, key string, ctrl bool, rows int64, columns int, page int64) (to gridCell, ok bool) {
	to = at
	switch {
	case key == "ArrowUp" && ctrl:
		to.row = min(at.row, 0)
	case key == "ArrowDown" && ctrl:
		to.row = rows - 1
	case key == "ArrowLeft" && ctrl:
		to.column = 0
	case key == "ArrowRight" && ctrl:
		to.column = columns - 1
	case key == "ArrowUp":
		to.row--
	case key == "ArrowDown":
		to.row++
	case key == "ArrowLeft":
		to.column--
	case key == "ArrowRight":
		to.column++
	case key == "PageUp":
		to.row = max(to.row-page, min(to.row, 0))
	case key == "PageDown":
		to.row += page
	case key == "Home" && ctrl:
		to = gridCell{0, 0}
	case key == "End" && ctrl:
		to = gridCell{rows - 1, columns - 1}
	case key == "Home":
		to.column = 0
	case key == "End":
		to.column = columns - 1
	default:
		return at, false
	}
	to.row = max(-1, min(to.row, rows-1))
	to.column = max(0, min(to.column, columns-1))
	return to, true
}

// rowAt gives the row with an index if it is in the page.
func (p *gridPaint) rowAt(index int64) *gridRow {
	if len(p.rows) == 0 || index < p.rows[0].index || index > p.rows[len(p.rows)-1].index {
		return nil
	}
	return p.rows[index-p.rows[0].index]
}

// cellAt gives the element of a cell if it is in the page.
func (p *gridPaint) cellAt(at gridCell) app.Value {
	i := p.indexOf(at.column)
	if i < 0 {
		return nil
	}
	if at.row < 0 {
		if i < len(p.heads) {
			return p.heads[i].el
		}
		return nil
	}
	if r := p.rowAt(at.row); r != nil && i < len(r.cells) {
		return r.cells[i]
	}
	return nil
}

// show brings a cell into view and, if focus is set, puts the focus on it.
func (p *gridPaint) show(at gridCell, focus bool) {
	if at.row >= 0 {
		p.setTop(p.track.Reveal(at.row))
	}
	left, wide := p.box.Get("scrollLeft").Float(), p.box.Get("clientWidth").Float()
	if at.column >= p.held && at.column < len(p.widths) {
		if from := p.edges[at.column] - p.edges[min(p.held, len(p.widths))]; from < left {
			p.box.Set("scrollLeft", from)
		} else if to := p.edges[at.column+1] - wide; to > left {
			p.box.Set("scrollLeft", min(to, from))
		}
	}
	p.draw(false)
	p.remark()
	if cell := p.cellAt(at); focus && cell != nil {
		cell.Call("focus", map[string]any{"preventScroll": true})
	}
}

// remark shows which cell is the active one.
func (p *gridPaint) remark() {
	for _, r := range p.rows {
		p.mark(r)
	}
	p.markHeads()
	p.followFocus()
}

// leaveRow is called before a row's element is used for another row: focus
// that is in it waits on the box until the active cell is in view again.
func (p *gridPaint) leaveRow(r *gridRow) {
	if p.editor.open && p.editor.row == r {
		p.editor.leave(p)
	}
	if r.index == p.g.active.row && r.el.Call("contains", app.Window().Get("document").Get("activeElement")).Bool() {
		p.park()
	}
}

// park puts the focus on the box without moving anything.
func (p *gridPaint) park() {
	p.parked = true
	p.box.Call("focus", map[string]any{"preventScroll": true})
	p.parked = false
}

// followFocus gives waiting focus back to the active cell, and lets Tab come
// to the box while that cell is not in the page.
func (p *gridPaint) followFocus() {
	cell := p.cellAt(p.g.active)
	if inside := cell != nil; inside != p.inside {
		p.inside = inside
		if inside {
			p.box.Set("tabIndex", -1)
		} else {
			p.box.Set("tabIndex", 0)
		}
	}
	if cell != nil && app.Window().Get("document").Get("activeElement").Equal(p.box) {
		cell.Call("focus", map[string]any{"preventScroll": true})
	}
}
