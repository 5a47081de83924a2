package page

import (
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// cellBytes is the longest text of a cell, as the server has it.
const cellBytes = 1 << 20

// cellOf reads what was typed into a column as the server would. Nothing, and
// what stands for nothing in a file, is a missing value.
func cellOf(c table.Column, text string) (table.Cell, error) {
	switch {
	case table.IsMissing([]byte(text)):
		return table.Cell{}, nil
	case len(text) > cellBytes:
		return table.Cell{}, fault.Fieldf(c.Name, "%s has more than a million bytes. Shorten it.", c.Name)
	case c.Kind != table.Number:
		return table.Str(text), nil
	}
	v, ok := table.ParseNumber([]byte(text))
	if !ok {
		return table.Cell{}, fault.Fieldf(c.Name, "%s is %q, want a number, or nothing for a missing value.", c.Name, shorten(text))
	}
	return table.Num(v), nil
}

// shorten cuts a text that would fill the page.
func shorten(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

// cellsOf reads a whole row. wrong has what is wrong, by column; it is empty if
// all is well.
func cellsOf(schema table.Schema, texts []string) (cells []table.Cell, wrong map[int]string) {
	cells, wrong = make([]table.Cell, len(schema)), map[int]string{}
	for i, c := range schema {
		cell, err := cellOf(c, texts[i])
		if err != nil {
			wrong[i] = fault.Message(err)
			continue
		}
		cells[i] = cell
	}
	if len(wrong) == 0 && !anyValue(cells) {
		wrong[0] = "The row is empty. Give at least one value."
	}
	return cells, wrong
}

func anyValue(cells []table.Cell) bool {
	for _, c := range cells {
		if !c.Missing() {
			return true
		}
	}
	return false
}

// textsOf writes a row's cells as they are edited.
func textsOf(cells []table.Cell, n int) []string {
	out := make([]string, n)
	for i := range min(n, len(cells)) {
		out[i] = ui.CellText(cells[i])
	}
	return out
}

// cellWrite is a cell that was changed in the grid.
type cellWrite struct {
	Dataset string
	Seen    int      // version in which the row was looked at
	Row     wire.Row // as it was when it was changed
	Column  int
	Name    string // of the column
	Cell    table.Cell
	Done    func(error)
}

// edits gives the change as the server takes it.
func (w *cellWrite) edits() wire.RowEdits {
	return wire.RowEdits{Seen: w.Seen, Cells: []wire.CellEdit{{Row: w.Row.ID, Column: w.Name, Cell: w.Cell}}}
}

// editQueue sends changes of cells one after another: of two changes of one row
// the second has seen the first.
type editQueue struct {
	waiting []cellWrite // the first of them is at the server
}

// put adds a change; it reports true if the caller must send it now.
func (q *editQueue) put(w cellWrite) bool {
	q.waiting = append(q.waiting, w)
	return len(q.waiting) == 1
}

// took ends the first change, which made a version, and gives the next one to
// send, if there is one. The later ones of the same row have seen what the first one wrote.
func (q *editQueue) took(version int, err error) (next *cellWrite) {
	first := q.waiting[0]
	q.waiting = q.waiting[1:]
	if err == nil {
		for i := range q.waiting {
			w := &q.waiting[i]
			if w.Dataset == first.Dataset && w.Row.ID == first.Row.ID {
				w.Row.Cells = append([]table.Cell(nil), w.Row.Cells...)
				w.Row.Cells[first.Column] = first.Cell
				w.Seen = version
			}
		}
	}
	if len(q.waiting) == 0 {
		return nil
	}
	return &q.waiting[0]
}
