package dataset

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// tries is how often a change is made anew that another one, of other rows, overtook.
const tries = 20

// again makes a change of the newest version, anew if another overtook it.
func again[T any](change func() (T, error)) (T, error) {
	for try := 1; ; try++ {
		out, err := change()
		// A conflict about rows is the user's to settle.
		if !overtaken(err) || try == tries {
			return out, err
		}
	}
}

func overtaken(err error) bool {
	return fault.CodeOf(err) == fault.Conflict && conflictOf(err) == nil
}

// AddRow adds a row to the newest version.
func (s *Service) AddRow(ctx context.Context, owner, id string, w wire.RowWrite) (wire.Dataset, wire.Row, error) {
	c, err := s.Edit(ctx, owner, id, wire.RowEdits{Add: []wire.RowWrite{w}})
	return c.Dataset, last(c.Touched), fault.Wrap("dataset.AddRow", err)
}

// EditRow replaces a row of the newest version.
func (s *Service) EditRow(ctx context.Context, owner, id string, row int64, w wire.RowWrite) (wire.Dataset, wire.Row, error) {
	_, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return wire.Dataset{}, wire.Row{}, fault.Wrap("dataset.EditRow", err)
	}
	if err := fits(v, w.Cells); err != nil {
		return wire.Dataset{}, wire.Row{}, err
	}
	e := wire.RowEdits{Seen: w.Seen}
	for i, c := range w.Cells {
		e.Cells = append(e.Cells, wire.CellEdit{Row: row, Column: v.Schema[i].Name, Cell: c})
	}
	c, err := s.Edit(ctx, owner, id, e)
	return c.Dataset, last(c.Touched), fault.Wrap("dataset.EditRow", err)
}

func last(rows []wire.Row) wire.Row {
	if len(rows) == 0 {
		return wire.Row{}
	}
	return rows[len(rows)-1]
}

// DeleteRow removes a row from the newest version.
func (s *Service) DeleteRow(ctx context.Context, owner, id string, row int64) (wire.Dataset, error) {
	c, err := s.Edit(ctx, owner, id, wire.RowEdits{Delete: []int64{row}})
	return c.Dataset, fault.Wrap("dataset.DeleteRow", err)
}

// Edit changes rows of the newest version, all at once or none.
func (s *Service) Edit(ctx context.Context, owner, id string, e wire.RowEdits) (wire.RowsChange, error) {
	const op = "dataset.Edit"
	if len(e.Cells)+len(e.Delete)+len(e.Add) == 0 {
		return wire.RowsChange{}, fault.Newf(fault.Invalid, "Nothing is to be changed. Name cells, rows to delete or rows to add.")
	}
	c, err := again(func() (wire.RowsChange, error) { return s.edit(ctx, owner, id, e) })
	if err != nil {
		return wire.RowsChange{}, wrap(op, err)
	}
	s.grown(owner, id)
	return c, nil
}

func (s *Service) edit(ctx context.Context, owner, id string, e wire.RowEdits) (wire.RowsChange, error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return wire.RowsChange{}, err
	}
	ids := map[int64]bool{}
	for _, c := range e.Cells {
		ids[c.Row] = true
	}
	for _, row := range e.Delete {
		ids[row] = true
	}
	rows := slices.Sorted(maps.Keys(ids))
	before, err := s.rowsAt(ctx, r, v, rows)
	if err != nil {
		return wire.RowsChange{}, err
	}
	if err := s.meanwhile(ctx, r, v, before, rows, e); err != nil {
		return wire.RowsChange{}, err
	}
	for _, row := range rows {
		if _, has := before[row]; !has {
			return wire.RowsChange{}, fault.Newf(fault.NotFound, "There is no row %d in version %d.", row, v.Number)
		}
	}
	stored, err := s.storedAt(ctx, r, v, rows, before)
	if err != nil {
		return wire.RowsChange{}, err
	}
	after, err := applied(r, v, stored, e)
	if err != nil {
		return wire.RowsChange{}, err
	}
	var out wire.RowsChange
	var ps []Patch
	m := margin{s: s, r: r, v: &v, levels: map[int]map[string]bool{}}
	v.Schema = slices.Clone(v.Schema)
	for _, row := range rows {
		cells := after[row]
		m.row(before[row].Cells, cells)
		ps = append(ps, Patch{Row: row, Cells: cells})
		if cells != nil {
			out.Touched = append(out.Touched, wire.Row{ID: row, Cells: read(v, cells)})
		}
	}
	v.Rows += int64(len(e.Add) - len(e.Delete))
	if v.Rows <= 0 {
		what := "This is the last row"
		if len(e.Delete) > 1 {
			what = "These are the last rows"
		}
		return wire.RowsChange{}, fault.Newf(fault.Invalid, "%s. Delete the dataset instead.", what)
	}
	for _, w := range e.Add {
		if err := fits(v, w.Cells); err != nil {
			return wire.RowsChange{}, err
		}
		row := wire.Row{ID: v.NextID, Cells: make([]table.Cell, len(w.Cells))}
		for i, c := range w.Cells {
			if row.Cells[i], err = checked(r, v, i, c); err != nil {
				return wire.RowsChange{}, err
			}
		}
		v.NextID++
		m.row(nil, row.Cells)
		ps = append(ps, Patch{Row: row.ID, Cells: row.Cells})
		out.Touched = append(out.Touched, wire.Row{ID: row.ID, Cells: read(v, row.Cells)})
	}
	if err := m.check(ctx); err != nil {
		return wire.RowsChange{}, err
	}
	out.Dataset, err = s.next(ctx, r, v, wire.ChangeRows, editWords(e, rows, out.Touched), ps)
	return out, err
}

// storedAt gives the cells of rows as they are kept: what a version reads as a
// number may be another text of the same number, or one that is no number.
// rows are those that it has, as it reads them.
func (s *Service) storedAt(ctx context.Context, r Record, v Version, ids []int64, rows map[int64]wire.Row) (map[int64][]table.Cell, error) {
	raw, otherwise := asStored(r, v)
	if otherwise {
		var err error
		if rows, err = s.rowsAt(ctx, r, raw, ids); err != nil {
			return nil, err
		}
	}
	out := make(map[int64][]table.Cell, len(rows))
	for id, row := range rows {
		cells := make([]table.Cell, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = kept(r, v, i, c)
		}
		out[id] = cells
	}
	return out, nil
}

// applied changes cells as they are kept as an edit says; a deleted row has none.
func applied(r Record, v Version, after map[int64][]table.Cell, e wire.RowEdits) (map[int64][]table.Cell, error) {
	for _, c := range e.Cells {
		i := v.Schema.Index(c.Column)
		if i < 0 {
			return nil, fault.Fieldf("column", "There is no column %q.", c.Column)
		}
		var err error
		if after[c.Row][i], err = checked(r, v, i, c.Cell); err != nil {
			return nil, err
		}
	}
	for _, row := range e.Delete {
		after[row] = nil
	}
	return after, nil
}

// editWords says what an edit did.
func editWords(e wire.RowEdits, rows []int64, touched []wire.Row) string {
	edited := len(rows) - len(e.Delete)
	var words []string
	say := func(n int, verb string, row int64) {
		switch {
		case n == 1:
			words = append(words, fmt.Sprintf("row %d %s", row, verb))
		case n > 1:
			words = append(words, fmt.Sprintf("%d rows %s", n, verb))
		}
	}
	if edited > 0 {
		say(edited, "edited", touched[0].ID)
	}
	if n := len(e.Delete); n > 0 {
		say(n, "deleted", e.Delete[0])
	}
	if n := len(e.Add); n > 0 {
		say(n, "added", last(touched).ID)
	}
	return strings.Join(words, ", ")
}

// margin keeps a schema's counts true: missing values exactly, ranges and levels as far as they grow.
type margin struct {
	s      *Service
	r      Record
	v      *Version
	levels map[int]map[string]bool // those that a category may not have had
}

// row notes that a row's cells become others; nil for a row that is not there.
func (m *margin) row(before, after []table.Cell) {
	for i := range m.v.Schema {
		c := &m.v.Schema[i]
		if before != nil && before[i].Missing() {
			c.Missing--
		}
		if after == nil {
			continue
		}
		cell := cellAs(after[i], c.Kind)
		if cell.Missing() {
			c.Missing++
		}
		if x := cell.Number; x != nil && !math.IsInf(*x, 0) {
			if c.Min == nil || *x < *c.Min {
				c.Min = x
			}
			if c.Max == nil || *x > *c.Max {
				c.Max = x
			}
		}
		if c.Kind == table.Category && !cell.Missing() && (before == nil || before[i].String() != cell.String()) {
			if m.levels[i] == nil {
				m.levels[i] = map[string]bool{}
			}
			m.levels[i][cell.String()] = true
		}
	}
}

// check counts the levels that are new.
func (m *margin) check(ctx context.Context) error {
	for i, levels := range m.levels {
		c := &m.v.Schema[i]
		fresh, err := m.s.unknown(ctx, m.r, *m.v, i, slices.Sorted(maps.Keys(levels)))
		if err != nil {
			return err
		}
		if c.Distinct += int64(len(fresh)); c.Distinct > table.MaxLevels {
			return fault.Fieldf(c.Name, "Column %q would have more than %d categories. Read it as text first.", c.Name, table.MaxLevels)
		}
	}
	return nil
}

// read gives cells as a version reads what is kept.
func read(v Version, cells []table.Cell) []table.Cell {
	out := make([]table.Cell, len(cells))
	for i, c := range cells {
		out[i] = cellAs(c, v.Schema[i].Kind)
	}
	return out
}

func fits(v Version, cells []table.Cell) error {
	if len(cells) != len(v.Schema) {
		return fault.Fieldf("cells", "The row has %d cells, the table has %d columns.", len(cells), len(v.Schema))
	}
	return nil
}

// checked turns a cell of a request into what is kept, and names the column at fault.
func checked(r Record, v Version, i int, c table.Cell) (table.Cell, error) {
	col := v.Schema[i]
	number := col.Kind == table.Number || r.Stored[i] == table.Number
	if c.Missing() || c.Text != nil && table.IsMissing([]byte(*c.Text)) {
		return table.Cell{}, nil
	}
	if number && c.Number == nil {
		x, ok := table.ParseNumber([]byte(*c.Text))
		if !ok {
			return c, fault.Fieldf(col.Name, "%s is %q, want a number.", col.Name, *c.Text)
		}
		c = table.Num(x)
	}
	c = kept(r, v, i, c)
	if text := c.Text; text != nil && strings.ContainsRune(*text, 0) {
		return c, fault.Fieldf(col.Name, "%s has a NUL character, which is no text. Remove it.", col.Name)
	} else if text != nil && len(*text) > 1<<20 {
		return c, fault.Fieldf(col.Name, "%s has more than a million bytes. Shorten it.", col.Name)
	}
	return c, nil
}

// kept turns a cell into what a patch keeps: a number where the file has
// numbers and the version reads them so, else a text.
func kept(r Record, v Version, i int, c table.Cell) table.Cell {
	if c.Number != nil && (r.Stored[i] != table.Number || v.Schema[i].Kind != table.Number) {
		return table.Str(numberText(*c.Number))
	}
	return c
}
