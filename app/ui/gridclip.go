package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	markedMost  = 100_000 // rows that are copied or deleted at once
	fetchedRows = 1000    // at once, for that
)

// GridBlock is a block of texts to be written into a table, its upper left one
// into a cell.
type GridBlock struct {
	Texts   [][]string // row by row; rows may have different lengths
	Columns []int      // indices of the columns that the texts go into, from the cell's on
	Rows    []wire.Row // as they are, from the cell's on; fewer than Texts where the table ends
}

// gather fetches the marked rows that are not there, in their order.
func (g *Grid) gather(spans []gridSpan, then func([]wire.Row, error)) {
	fetch := g.Fetch
	g.ctx.Async(func() {
		var out []wire.Row
		for _, s := range spans {
			for at := s.From; at < s.To; {
				rows, err := fetch(at, int(min(fetchedRows, s.To-at)))
				if err == nil && len(rows.Rows) == 0 {
					err = fault.Newf(fault.Conflict, "The table is a different one by now. Try again.")
				}
				if err != nil {
					g.ctx.Dispatch(func(app.Context) { then(nil, err) })
					return
				}
				out = append(out, rows.Rows...)
				at += int64(len(rows.Rows))
			}
		}
		g.ctx.Dispatch(func(app.Context) { then(out, nil) })
	})
}

// here gives the rows of spans if all of them are there already.
func (g *Grid) here(spans []gridSpan) ([]wire.Row, bool) {
	var out []wire.Row
	for _, s := range spans {
		if s.To-s.From > blockRows*blocksKept {
			return nil, false
		}
		for i := s.From; i < s.To; i++ {
			row := g.cache.Row(i)
			if row == nil {
				return nil, false
			}
			out = append(out, *row)
		}
	}
	return out, true
}

// tooManyMarked says so, if there are.
func (g *Grid) tooManyMarked() bool {
	n := g.marks.Count()
	if n > markedMost {
		Toast(g.ctx, "bad", Whole(n)+" rows are marked, want at most "+Whole(markedMost)+" at once. Filter the table, or download it as a file.")
	}
	return n > markedMost
}

// texts writes the shown cells of rows.
func (g *Grid) texts(rows []wire.Row) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(g.shown))
		for j, c := range g.shown {
			if c < len(row.Cells) {
				out[i][j] = CellText(row.Cells[c])
			}
		}
	}
	return out
}

// onCopy puts the marked rows, or else the active cell, on the clipboard.
func (p *gridPaint) onCopy(e app.Event) {
	g := p.g
	if p.editor.open || len(g.shown) == 0 {
		return
	}
	e.PreventDefault()
	put := func(text string) { e.Get("clipboardData").Call("setData", "text/plain", text) }
	if g.marks.Count() == 0 {
		switch row := g.cache.Row(g.active.row); {
		case g.active.row < 0:
			put(g.Columns[g.column(g.active.column)].Name)
		case row != nil:
			put(CellText(row.Cells[g.column(g.active.column)]))
		default:
			return
		}
		Say(g.ctx, "Copied")
		return
	}
	if g.tooManyMarked() || g.busy {
		return
	}
	if rows, ok := g.here(g.marks.spans); ok {
		put(WriteTSV(g.texts(rows)))
		Toast(g.ctx, "good", copiedWords(len(rows)))
		return
	}
	g.busy = true
	g.gather(g.marks.spans, func(rows []wire.Row, err error) {
		g.busy = false
		if err != nil {
			Toast(g.ctx, "bad", fault.Message(err))
			return
		}
		CopyText(g.ctx, WriteTSV(g.texts(rows)), copiedWords(len(rows)))
	})
}

func copiedWords(rows int) string {
	if rows == 1 {
		return "1 row copied."
	}
	return Whole(int64(rows)) + " rows copied."
}

// CopyText puts a text on the clipboard and says done, or that it could not be done.
func CopyText(ctx app.Context, text, done string) {
	failed := func() {
		Toast(ctx, "bad", "The browser did not let the page write to the clipboard. Open Centroid by HTTPS or on localhost, or copy fewer rows.")
	}
	board := app.Window().Get("navigator").Get("clipboard")
	if !board.Truthy() {
		failed()
		return
	}
	var good, bad app.Func
	release := func() { good.Release(); bad.Release() }
	good = app.FuncOf(func(app.Value, []app.Value) any {
		release()
		ctx.Dispatch(func(app.Context) { Toast(ctx, "good", done) })
		return nil
	})
	bad = app.FuncOf(func(app.Value, []app.Value) any {
		release()
		ctx.Dispatch(func(app.Context) { failed() })
		return nil
	})
	board.Call("writeText", text).Call("then", good, bad)
}

// onPaste writes a block of cells from the active one on.
func (p *gridPaint) onPaste(e app.Event) {
	g := p.g
	if p.editor.open || g.ReadOnly || g.OnPaste == nil || g.active.row < 0 {
		return
	}
	e.PreventDefault()
	texts := ReadTSV(e.Get("clipboardData").Call("getData", "text/plain").String())
	wide := 0
	for _, row := range texts {
		wide = max(wide, len(row))
	}
	switch left := len(g.shown) - g.active.column; {
	case wide == 0:
		Toast(g.ctx, "bad", "There is no text on the clipboard.")
		return
	case wide > left:
		Toast(g.ctx, "bad", "The block is "+strconv.Itoa(wide)+" columns wide, but from here on there are "+strconv.Itoa(left)+". Nothing was pasted.")
		return
	case len(texts) > markedMost:
		Toast(g.ctx, "bad", "The block has "+Whole(int64(len(texts)))+" rows, want at most "+Whole(markedMost)+" at once. Nothing was pasted.")
		return
	}
	block := GridBlock{Texts: texts, Columns: g.shown[g.active.column : g.active.column+wide]}
	span := gridSpan{g.active.row, min(g.active.row+int64(len(texts)), g.total)}
	then := func(rows []wire.Row, err error) {
		g.busy = false
		if err != nil {
			Toast(g.ctx, "bad", fault.Message(err))
			return
		}
		block.Rows = rows
		g.ctx.Emit(func() { g.OnPaste(g.ctx, block) })
	}
	if rows, ok := g.here([]gridSpan{span}); ok {
		then(rows, nil)
	} else if !g.busy {
		g.busy = true
		g.gather([]gridSpan{span}, then)
	}
}

// remove asks to delete the marked rows, or else the active one.
func (g *Grid) remove() bool {
	if g.ReadOnly || g.OnDelete == nil {
		return false
	}
	then := func(rows []wire.Row, err error) {
		g.busy = false
		if err != nil {
			Toast(g.ctx, "bad", fault.Message(err))
			return
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		g.ctx.Emit(func() { g.OnDelete(g.ctx, ids) })
	}
	if g.marks.Count() == 0 {
		row := g.cache.Row(g.active.row)
		if g.active.row < 0 || row == nil {
			return false
		}
		then([]wire.Row{*row}, nil)
		return true
	}
	if g.tooManyMarked() || g.busy {
		return true
	}
	g.busy = true
	g.gather(g.marks.spans, then)
	return true
}
