package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/wire"
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
	at.column, err = strconv.Atoi(cell.Get("dataset").Get("column").String())
	return at, err == nil
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

// onClick sorts by a head; a row's head chooses the row.
func (p *gridPaint) onClick(e app.Event) {
	at, ok := p.cellOf(e)
	switch {
	case ok && at.row < 0:
		p.g.sort(at.column)
	case !ok && at.row >= 0 && e.Get("target").Call("closest", "[role=rowheader]").Truthy():
		p.g.move(at, true)
	}
}

func (p *gridPaint) onDouble(e app.Event) {
	if at, ok := p.cellOf(e); ok && at.row >= 0 && !p.editor.open {
		p.g.active = at
		p.g.edit()
	}
}

// onKey moves and acts, as in a spreadsheet.
func (p *gridPaint) onKey(e app.Event) {
	if e.Get("altKey").Bool() || e.Get("metaKey").Bool() || e.Get("isComposing").Bool() {
		return
	}
	key, ctrl := e.Get("key").String(), e.Get("ctrlKey").Bool()
	if p.editor.open {
		p.editor.key(p, e, key)
		return
	}
	page := max(1, int64(p.track.ViewPX/max(1, p.track.RowPX))-1)
	if to, ok := nextCell(p.g.active, key, ctrl, p.g.Rows, len(p.g.Columns), page); ok {
		e.PreventDefault()
		p.g.move(to, true)
		return
	}
	if ctrl {
		return
	}
	switch key {
	case "Enter", "F2", " ":
		e.PreventDefault()
		if p.g.active.row < 0 {
			p.g.sort(p.g.active.column)
		} else if key != " " {
			p.g.edit()
		}
	case "Delete":
		if row := p.g.cache.Row(p.g.active.row); row != nil && !p.g.ReadOnly && p.g.OnDelete != nil && p.g.active.row >= 0 {
			e.PreventDefault()
			g, r := p.g, *row
			g.ctx.Emit(func() { g.OnDelete(g.ctx, r) })
		}
	}
}

// nextCell gives the cell that a key leads to. ok is false for a key that does not move.
func nextCell(at gridCell, key string, ctrl bool, rows int64, columns int, page int64) (to gridCell, ok bool) {
	to = at
	switch {
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
	i := at.column - p.first
	if i < 0 || at.column >= p.last {
		return nil
	}
	if at.row < 0 {
		if i < len(p.heads) {
			return p.heads[i]
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
	if from := p.edges[at.column] - gridHeadPX; from < left {
		p.box.Set("scrollLeft", from)
	} else if to := p.edges[at.column+1] - wide; to > left {
		p.box.Set("scrollLeft", min(to, from))
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

// pending shows a text that is being written; settled takes it away.
func (p *gridPaint) pending(id int64, column int, text string) {
	if text == "" {
		text = "missing"
	}
	p.waiting[gridWrite{id, column}] = text
}

func (p *gridPaint) settled(id int64, column int) { delete(p.waiting, gridWrite{id, column}) }

// complain says what is wrong with the text in the editor.
func (p *gridPaint) complain(text string) {
	p.wrong.Set("textContent", text)
	if p.editor.open {
		p.editor.input.Call("setAttribute", "aria-invalid", "true")
	}
}

// gridEditor is the text field in a cell.
type gridEditor struct {
	open  bool
	input app.Value
	blur  app.Func
	row   *gridRow
	at    gridCell
	data  wire.Row // as it was when the editor opened
}

// is reports whether the editor is in cell i of a row.
func (ed *gridEditor) is(r *gridRow, i int) bool {
	return ed.open && ed.row == r && ed.at.row == r.index && i < len(r.cells) && r.cells[i].Equal(ed.input.Get("parentElement"))
}

// edit puts a text field into a cell.
func (p *gridPaint) edit(at gridCell, row wire.Row, label, text string) {
	p.editor.leave(p)
	p.show(at, false)
	cell := p.cellAt(at)
	if cell == nil {
		return
	}
	ed := &p.editor
	ed.input = app.Window().Get("document").Call("createElement", "input")
	ed.input.Set("type", "text")
	ed.input.Set("value", text)
	ed.input.Set("className", "dg-edit")
	ed.input.Set("autocomplete", "off")
	ed.input.Call("setAttribute", "aria-label", label)
	ed.row, ed.at, ed.data, ed.open = p.rowAt(at.row), at, row, true
	ed.blur = app.FuncOf(func(app.Value, []app.Value) any {
		if p.g != nil && ed.open { // somebody clicked elsewhere: keep what was typed
			ed.commit(p, false)
		}
		return nil
	})
	cell.Call("replaceChildren", ed.input)
	ed.input.Call("addEventListener", "blur", ed.blur)
	ed.input.Call("focus", map[string]any{"preventScroll": true})
	ed.input.Call("select")
}

// key takes a key pressed in the editor.
func (ed *gridEditor) key(p *gridPaint, e app.Event, key string) {
	switch key {
	case "Escape":
		e.PreventDefault()
		e.Call("stopPropagation")
		ed.leave(p)
		p.show(p.g.active, true)
	case "Enter", "Tab":
		e.PreventDefault()
		if !ed.commit(p, true) {
			return
		}
		to := p.g.active
		switch {
		case key == "Tab" && e.Get("shiftKey").Bool():
			to.column--
		case key == "Tab":
			to.column++
		}
		p.g.move(to, true)
	}
}

// commit writes what was typed and closes the editor. A text at fault keeps it
// open if stay is set, else it is given up.
func (ed *gridEditor) commit(p *gridPaint, stay bool) bool {
	ok := p.g.commit(ed.at, ed.data, ed.input.Get("value").String())
	if ok || !stay {
		wrong := p.wrong.Get("textContent").String()
		ed.leave(p)
		if !ok {
			p.wrong.Set("textContent", wrong+" The cell is as it was.")
		}
	}
	return ok
}

// leave closes the editor without writing.
func (ed *gridEditor) leave(p *gridPaint) {
	if !ed.open {
		return
	}
	r, i := ed.row, ed.at.column-p.first
	held := app.Window().Get("document").Get("activeElement").Equal(ed.input)
	ed.open = false
	p.wrong.Set("textContent", "")
	if held {
		p.park()
	}
	ed.input.Call("removeEventListener", "blur", ed.blur)
	ed.input.Call("remove")
	ed.release()
	if r != nil && i >= 0 && i < len(r.shown) {
		r.shown[i] = ""
		p.drawRow(r, true)
	}
}

// release gives the listener back.
func (ed *gridEditor) release() {
	if ed.blur != nil {
		ed.blur.Release()
		ed.blur = nil
	}
}
