package dataset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// diffColumns is how many columns two versions may have to be compared in one query.
const diffColumns = 1000

// Diff tells how the version to differs from the version from: columns, how
// many rows, and a window of these, with their cells. Rows are matched by id,
// or by content if one version's ids say nothing of the other's. to 0 means the
// newest, limit 0 means 100.
func (s *Service) Diff(ctx context.Context, owner, id string, from, to int, offset int64, limit int) (wire.Diff, error) {
	const op = "dataset.Diff"
	if limit <= 0 {
		limit = 100
	}
	limit, offset = min(limit, 1000), max(offset, 0)
	ar, av, err := s.c.Meta.Dataset(ctx, owner, id, from)
	if err != nil {
		return wire.Diff{}, fault.Wrap(op, err)
	}
	br, bv, err := s.c.Meta.Dataset(ctx, owner, id, to)
	if err != nil {
		return wire.Diff{}, fault.Wrap(op, err)
	}
	d := differ{s: s, a: side{ar, av, nil}, b: side{br, bv, nil}, out: wire.Diff{From: av.Number, To: bv.Number, ByContent: av.Epoch != bv.Epoch, Offset: offset, Columns: []string{}, Rows: []wire.RowDiff{}}}
	d.match()
	if n := len(d.out.Columns); n > diffColumns {
		return wire.Diff{}, fault.Newf(fault.TooLarge, "The versions have %d columns, more than the %d that can be compared. Download both as CSV.", n, diffColumns)
	}
	switch {
	case d.out.ByContent:
		err = d.byContent(ctx, offset, limit)
	case av.Root == bv.Root:
		err = d.byPatches(ctx, offset, limit)
	default:
		err = d.byID(ctx, offset, limit)
	}
	return d.out, wrap(op, err)
}

// side is one of the versions that are compared.
type side struct {
	r  Record
	v  Version
	at []int // the columns that both have
}

type differ struct {
	s    *Service
	a, b side
	out  wire.Diff
}

// match finds the columns that both versions have. A column that one reads as
// a number and the other does not is compared as text.
func (d *differ) match() {
	d.a.v.Schema, d.b.v.Schema = slices.Clone(d.a.v.Schema), slices.Clone(d.b.v.Schema)
	for i, c := range d.a.v.Schema {
		j := d.b.v.Schema.Index(c.Name)
		if j < 0 {
			d.out.RemovedColumns = append(d.out.RemovedColumns, c.Name)
			continue
		}
		if (c.Kind == table.Number) != (d.b.v.Schema[j].Kind == table.Number) {
			d.a.v.Schema[i].Kind, d.b.v.Schema[j].Kind = table.Text, table.Text
		}
		d.a.at, d.b.at = append(d.a.at, i), append(d.b.at, j)
		d.out.Columns = append(d.out.Columns, c.Name)
	}
	for _, c := range d.b.v.Schema {
		if d.a.v.Schema.Index(c.Name) < 0 {
			d.out.AddedColumns = append(d.out.AddedColumns, c.Name)
		}
	}
}

// row adds a row that differs, if it is in the window.
func (d *differ) row(limit int, id int64, before, after []table.Cell) {
	place := d.out.Added + d.out.Removed + d.out.Changed
	switch {
	case before == nil:
		d.out.Added++
	case after == nil:
		d.out.Removed++
	default:
		d.out.Changed++
	}
	if place >= d.out.Offset && len(d.out.Rows) < limit {
		d.out.Rows = append(d.out.Rows, wire.RowDiff{Row: id, Before: before, After: after})
	}
}

// pick gives the cells of columns of a row; nil for a row that is not there.
func (x side) pick(rows map[int64]wire.Row, id int64) []table.Cell {
	row, ok := rows[id]
	if !ok {
		return nil
	}
	out := make([]table.Cell, 0, len(x.at))
	for _, i := range x.at {
		out = append(out, row.Cells[i])
	}
	return out
}

const diffChunk = 1000 // rows that are read at once

// byPatches asks only for rows that were changed in between.
func (d *differ) byPatches(ctx context.Context, offset int64, limit int) error {
	lo, hi := d.a, d.b
	if lo.v.Number > hi.v.Number {
		lo, hi = hi, lo
	}
	touched, err := d.s.c.Meta.Touched(ctx, lo.r.ID, lo.v.Number, hi.v.Number)
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(touched, diffChunk) {
		before, after, err := d.both(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			was, is := d.a.pick(before, id), d.b.pick(after, id)
			if was == nil && is == nil || was != nil && is != nil && slices.EqualFunc(was, is, same) {
				continue
			}
			d.row(limit, id, was, is)
		}
	}
	return nil
}

// both reads rows of both versions.
func (d *differ) both(ctx context.Context, ids []int64) (before, after map[int64]wire.Row, err error) {
	if before, err = d.s.rowsAt(ctx, d.a.r, d.a.v, ids); err == nil {
		after, err = d.s.rowsAt(ctx, d.b.r, d.b.v, ids)
	}
	return before, after, err
}

// views gives SQL that names both versions' rows a and b.
func (d *differ) views(ctx context.Context) (string, error) {
	a, err := d.s.view(ctx, d.a.r, d.a.v, distinct(d.a.at))
	if err != nil {
		return "", err
	}
	b, err := d.s.view(ctx, d.b.r, d.b.v, distinct(d.b.at))
	return `WITH a AS (` + a + `), b AS (` + b + `) `, err
}

// byID compares all rows of both.
func (d *differ) byID(ctx context.Context, offset int64, limit int) error {
	views, err := d.views(ctx)
	if err != nil {
		return err
	}
	differ := []string{`a.id IS NULL`, `b.id IS NULL`}
	for k := range d.a.at {
		differ = append(differ, fmt.Sprintf(`a.%s IS DISTINCT FROM b.%s`, column(d.a.at[k]), column(d.b.at[k])))
	}
	q := views + `, d AS (SELECT coalesce(a.id, b.id) AS id, a.id IS NULL AS added, b.id IS NULL AS removed FROM a FULL JOIN b ON a.id = b.id WHERE ` + strings.Join(differ, " OR ") + `) `
	if err := d.s.db.db.QueryRowContext(ctx, q+`SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE removed), count(*) FILTER (WHERE NOT added AND NOT removed) FROM d`).
		Scan(&d.out.Added, &d.out.Removed, &d.out.Changed); err != nil {
		return err
	}
	rows, err := d.s.db.db.QueryContext(ctx, q+fmt.Sprintf(`SELECT id FROM d ORDER BY id LIMIT %d OFFSET %d`, limit, offset))
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	before, after, err := d.both(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		d.out.Rows = append(d.out.Rows, wire.RowDiff{Row: id, Before: d.a.pick(before, id), After: d.b.pick(after, id)})
	}
	return nil
}

// byContent finds the rows of each version, as often as they occur, that the
// other has not: those that were removed first, then those that were added.
func (d *differ) byContent(ctx context.Context, offset int64, limit int) error {
	if len(d.out.Columns) == 0 {
		d.out.Removed, d.out.Added = d.a.v.Rows, d.b.v.Rows
		return nil
	}
	views, err := d.views(ctx)
	if err != nil {
		return err
	}
	list := func(x side, as string) string {
		var cols []string
		for k, i := range x.at {
			cols = append(cols, fmt.Sprintf("%s.%s AS d%d", as, column(i), k))
		}
		return `SELECT ` + strings.Join(cols, ", ") + ` FROM ` + as
	}
	a, b := list(d.a, "a"), list(d.b, "b")
	for _, x := range []struct {
		left, right string
		count       *int64
		row         func(cells []table.Cell) wire.RowDiff
	}{
		{a, b, &d.out.Removed, func(cells []table.Cell) wire.RowDiff { return wire.RowDiff{Row: -1, Before: cells} }},
		{b, a, &d.out.Added, func(cells []table.Cell) wire.RowDiff { return wire.RowDiff{Row: -1, After: cells} }},
	} {
		q := views + `, d AS (` + x.left + ` EXCEPT ALL ` + x.right + `) `
		if err := d.s.db.db.QueryRowContext(ctx, q+`SELECT count(*) FROM d`).Scan(x.count); err != nil {
			return err
		}
		left := limit - len(d.out.Rows)
		if left > 0 && offset < *x.count {
			rows, err := d.s.db.db.QueryContext(ctx, q+fmt.Sprintf(`SELECT 0::BIGINT, * FROM d ORDER BY ALL LIMIT %d OFFSET %d`, left, offset))
			if err != nil {
				return err
			}
			if err := eachRow(rows, d.a.v, d.a.at, func(_ int64, cells []table.Cell) error {
				d.out.Rows = append(d.out.Rows, x.row(slices.Clone(cells)))
				return nil
			}); err != nil {
				return err
			}
		}
		offset = max(0, offset-*x.count)
	}
	return nil
}
