package dataset

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// AddRow adds a row to the newest version.
func (s *Service) AddRow(ctx context.Context, owner, id string, w wire.RowWrite) (wire.Dataset, wire.Row, error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return wire.Dataset{}, wire.Row{}, fault.Wrap("dataset.AddRow", err)
	}
	cells, err := checked(r, v, w.Cells)
	if err != nil {
		return wire.Dataset{}, wire.Row{}, err
	}
	row := wire.Row{ID: v.NextID, Cells: cells}
	v.NextID++
	v.Rows++
	d, err := s.edited(ctx, r, v, fmt.Sprintf("row %d added", row.ID), nil, &row)
	return d, row, err
}

// EditRow replaces a row of the newest version.
func (s *Service) EditRow(ctx context.Context, owner, id string, row int64, w wire.RowWrite) (wire.Dataset, wire.Row, error) {
	r, v, before, err := s.row(ctx, owner, id, row)
	if err != nil {
		return wire.Dataset{}, wire.Row{}, fault.Wrap("dataset.EditRow", err)
	}
	cells, err := checked(r, v, w.Cells)
	if err != nil {
		return wire.Dataset{}, wire.Row{}, err
	}
	after := wire.Row{ID: row, Cells: cells}
	d, err := s.edited(ctx, r, v, fmt.Sprintf("row %d edited", row), before, &after)
	return d, after, err
}

// DeleteRow removes a row from the newest version.
func (s *Service) DeleteRow(ctx context.Context, owner, id string, row int64) (wire.Dataset, error) {
	r, v, before, err := s.row(ctx, owner, id, row)
	if err != nil {
		return wire.Dataset{}, fault.Wrap("dataset.DeleteRow", err)
	}
	if v.Rows == 1 {
		return wire.Dataset{}, fault.Newf(fault.Invalid, "This is the last row. Delete the dataset instead.")
	}
	v.Rows--
	return s.edited(ctx, r, v, fmt.Sprintf("row %d deleted", row), before, &wire.Row{ID: row})
}

// row finds a row of the newest version.
func (s *Service) row(ctx context.Context, owner, id string, row int64) (Record, Version, *wire.Row, error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return r, v, nil, err
	}
	found, err := s.rows(ctx, r, v, nil, "WHERE id = ?", row)
	if err != nil {
		return r, v, nil, err
	}
	if len(found) == 0 {
		return r, v, nil, fault.Newf(fault.NotFound, "There is no row %d in version %d.", row, v.Number)
	}
	return r, v, &found[0], nil
}

// edited makes the version in which before has become after, and keeps the
// schema's counts true: missing values exactly, ranges and levels as far as they grow.
func (s *Service) edited(ctx context.Context, r Record, v Version, change string, before, after *wire.Row) (wire.Dataset, error) {
	v.Schema = append(table.Schema(nil), v.Schema...)
	for i := range v.Schema {
		c := &v.Schema[i]
		if before != nil && before.Cells[i].Missing() {
			c.Missing--
		}
		if after.Cells == nil {
			continue
		}
		cell := after.Cells[i]
		if cell.Missing() {
			c.Missing++
		}
		if x := cell.Number; x != nil && c.Kind == table.Number && !math.IsInf(*x, 0) {
			if c.Min == nil || *x < *c.Min {
				c.Min = x
			}
			if c.Max == nil || *x > *c.Max {
				c.Max = x
			}
		}
		if c.Kind == table.Category && !cell.Missing() {
			known, err := s.hasLevel(ctx, r, v, i, cell.String())
			if err != nil {
				return wire.Dataset{}, err
			}
			if !known {
				c.Distinct++
				if c.Distinct > table.MaxLevels {
					return wire.Dataset{}, fault.Fieldf(c.Name, "Column %q would have more than %d categories. Read it as text first.", c.Name, table.MaxLevels)
				}
			}
		}
	}
	return s.next(ctx, r, v, change, &Patch{Row: after.ID, Cells: after.Cells})
}

// checked turns the cells of a request into those that are kept, and names the column at fault.
func checked(r Record, v Version, cells []table.Cell) ([]table.Cell, error) {
	if len(cells) != len(v.Schema) {
		return nil, fault.Fieldf("cells", "The row has %d cells, the table has %d columns.", len(cells), len(v.Schema))
	}
	out := make([]table.Cell, len(cells))
	for i, c := range cells {
		col := v.Schema[i]
		number := col.Kind == table.Number || r.Stored[i] == table.Number
		switch {
		case c.Missing() || c.Text != nil && table.IsMissing([]byte(*c.Text)):
		case number && c.Number != nil:
			out[i] = c
		case number:
			x, ok := table.ParseNumber([]byte(*c.Text))
			if !ok {
				return nil, fault.Fieldf(col.Name, "%s is %q, want a number.", col.Name, *c.Text)
			}
			out[i] = table.Num(x)
		default:
			out[i] = table.Str(c.String())
		}
		if out[i].Number != nil && (r.Stored[i] != table.Number || col.Kind != table.Number) {
			out[i] = table.Str(numberText(*out[i].Number))
		}
		if text := out[i].Text; text != nil && strings.ContainsRune(*text, 0) {
			return nil, fault.Fieldf(col.Name, "%s has a NUL character, which is no text. Remove it.", col.Name)
		} else if text != nil && len(*text) > 1<<20 {
			return nil, fault.Fieldf(col.Name, "%s has more than a million bytes. Shorten it.", col.Name)
		}
	}
	return out, nil
}
