package dataset

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// conflictsListed is how many rows a conflict shows.
const conflictsListed = 100

// conflictOf gives the rows that an error is about; nil if it is no conflict of rows.
func conflictOf(err error) *wire.Conflict {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		c, _ := e.Data.(*wire.Conflict)
		return c
	}
	return nil
}

// meanwhile is a conflict if rows that an edit names are other than in the
// version that the user saw. A row that was changed and changed back is not.
func (s *Service) meanwhile(ctx context.Context, r Record, v Version, now map[int64]wire.Row, rows []int64, e wire.RowEdits) error {
	if e.Seen == 0 || e.Seen >= v.Number {
		return nil
	}
	sr, sv, err := s.c.Meta.Dataset(ctx, r.Owner, r.ID, e.Seen)
	if err != nil {
		return err
	}
	if sv.Epoch != v.Epoch {
		return &fault.Error{Code: fault.Conflict, Msg: fmt.Sprintf("The table was replaced since version %d: %s. Load version %d and make the change there.", e.Seen, v.Change, v.Number),
			Data: &wire.Conflict{Version: v.Number, Rows: []wire.RowConflict{}}}
	}
	if sv.Root == v.Root {
		touched, err := s.c.Meta.Touched(ctx, r.ID, e.Seen, v.Number)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(row int64) bool {
			_, found := slices.BinarySearch(touched, row)
			return !found
		})
	}
	if len(rows) == 0 {
		return nil
	}
	then, err := s.rowsAt(ctx, sr, sv, rows)
	if err != nil {
		return err
	}
	mine := map[cellAt]table.Cell{}
	for _, c := range e.Cells {
		mine[cellAt{c.Row, c.Column}] = c.Cell
	}
	c := &wire.Conflict{Version: v.Number, Rows: []wire.RowConflict{}}
	for _, row := range rows {
		seen, had := then[row]
		if !had {
			continue // it can't have been seen there
		}
		is, has := now[row]
		rc := wire.RowConflict{Row: row, Gone: !has, Cells: []wire.CellConflict{}}
		differs := !has
		for i, col := range sv.Schema {
			cc := wire.CellConflict{Column: col.Name, Seen: seen.Cells[i]}
			if m, ok := mine[cellAt{row, col.Name}]; ok && !same(m, cc.Seen) { // a row that is sent whole has cells that nobody changed
				cc.Mine = &m
			}
			if j := v.Schema.Index(col.Name); has && j >= 0 {
				cc.Theirs = is.Cells[j]
				if !same(cc.Seen, cc.Theirs) && (cc.Mine == nil || !same(*cc.Mine, cc.Theirs)) {
					differs = true
				} else if cc.Mine == nil {
					continue
				}
			} else if cc.Mine == nil {
				continue
			}
			rc.Cells = append(rc.Cells, cc)
		}
		if !differs {
			continue
		}
		if c.Total++; len(c.Rows) < conflictsListed {
			c.Rows = append(c.Rows, rc)
		}
	}
	if c.Total == 0 {
		return nil
	}
	what := fmt.Sprintf("Row %d was", c.Rows[0].Row)
	if c.Total > 1 {
		what = fmt.Sprintf("%d of these rows were", c.Total)
	}
	how := "changed"
	if c.Rows[0].Gone {
		how = "deleted"
	}
	return &fault.Error{Code: fault.Conflict, Data: c,
		Msg: fmt.Sprintf("%s %s elsewhere since you loaded version %d. Nothing was overwritten: choose what to keep.", what, how, e.Seen)}
}

// cellAt is a place in a table.
type cellAt struct {
	row    int64
	column string
}

// same reports whether two cells show the same value, be it as a number or a text.
func same(a, b table.Cell) bool {
	return a.Missing() == b.Missing() && cellAs(a, table.Text).String() == cellAs(b, table.Text).String()
}
