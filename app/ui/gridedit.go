package ui

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/wire"
)

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
	// The column's index, and the row as it was when the editor opened.
	column int
	data   wire.Row
}

// is reports whether the editor is in cell i of a row.
func (ed *gridEditor) is(r *gridRow, i int) bool {
	return ed.open && ed.row == r && ed.at.row == r.index && i < len(r.cells) && r.cells[i].Equal(ed.input.Get("parentElement"))
}

// edit puts a text field into a cell, with its text chosen.
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
	ed.row, ed.at, ed.column, ed.data, ed.open = p.rowAt(at.row), at, p.g.column(at.column), row, true
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
		to, back := p.g.active, e.Get("shiftKey").Bool()
		switch {
		case key == "Tab" && back:
			to.column--
		case key == "Tab":
			to.column++
		case back:
			to.row = max(to.row-1, 0)
		default:
			to.row++
		}
		p.g.move(to, true)
	}
}

// commit writes what was typed and closes the editor. A text at fault keeps it
// open if stay is set, else it is given up.
func (ed *gridEditor) commit(p *gridPaint, stay bool) bool {
	ok := p.g.commit(ed.column, ed.data, ed.input.Get("value").String())
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
	r, i := ed.row, p.indexOf(ed.at.column)
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
