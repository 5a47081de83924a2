package dataset

import (
	"context"
	"fmt"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// RowQuery asks for a window of a table.
type RowQuery struct {
	Offset  int64
	Limit   int    // 0 means 100; at most 1,000
	Sort    string // a column; empty means by row id
	Desc    bool
	Filters wire.Filters // all must fit
	Search  string       // in any column: a text that has it in it, a number that begins with it
}

// Rows gives a window of a version: of its rows that fit, in the order asked
// for. Missing values come last, ties by row id. Total is how many rows fit.
func (s *Service) Rows(ctx context.Context, owner, id string, version int, q RowQuery) (wire.Rows, error) {
	const op = "dataset.Rows"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return wire.Rows{}, fault.Wrap(op, err)
	}
	if q.Limit <= 0 {
		q.Limit = 100
	}
	q.Limit, q.Offset = min(q.Limit, 1000), max(q.Offset, 0)
	want, err := orderOf(v, q)
	if err != nil {
		return wire.Rows{}, err
	}
	out := wire.Rows{Version: v.Number, Offset: q.Offset, Total: v.Rows}
	if want.plain() && v.Rows == v.NextID { // the file's own order, no id left out: only the row groups of the window are read
		var ids []int64
		for id := q.Offset; id < min(q.Offset+int64(q.Limit), v.Rows); id++ {
			ids = append(ids, id)
		}
		out.Rows, err = s.inOrder(ctx, r, v, ids)
		return out, wrap(op, err)
	}
	key := orderKey{r.ID, v.Number, want.key}
	ids, err := s.orders.get(ctx, key, func(ctx context.Context) ([]uint32, error) { return s.order(ctx, r, v, want) })
	if err != nil {
		return wire.Rows{}, wrap(op, err)
	}
	out.Total = int64(len(ids))
	out.Rows, err = s.window(ctx, r, v, key, ids, q.Offset, q.Limit)
	return out, wrap(op, err)
}

// window gives rows of an order. It reads whole pages of the window's own size,
// which are kept.
func (s *Service) window(ctx context.Context, r Record, v Version, key orderKey, ids []uint32, offset int64, limit int) ([]wire.Row, error) {
	size, all := int64(limit), int64(len(ids))
	end := min(offset+size, all)
	out := make([]wire.Row, 0, limit)
	for at := offset; at < end; {
		n := at / size
		rows, err := s.page(ctx, r, v, pageKey{key, n, size}, ids[n*size:min((n+1)*size, all)])
		if err != nil {
			return nil, err
		}
		next := min(end, (n+1)*size)
		out = append(out, rows[at-n*size:next-n*size]...)
		at = next
	}
	return out, nil
}

// page gives one page of an order, the rows with these ids.
func (s *Service) page(ctx context.Context, r Record, v Version, key pageKey, ids []uint32) ([]wire.Row, error) {
	if rows, ok := s.orders.page(key); ok {
		return rows, nil
	}
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	rows, err := s.inOrder(ctx, r, v, list)
	if err == nil {
		s.orders.keep(key, rows)
	}
	return rows, err
}

// inOrder gives rows in the order of their ids in a list.
func (s *Service) inOrder(ctx context.Context, r Record, v Version, ids []int64) ([]wire.Row, error) {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	rows, err := s.rowsAt(ctx, r, v, sorted)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Row, len(ids))
	for i, id := range ids {
		row, ok := rows[id]
		if !ok {
			return nil, fmt.Errorf("dataset: row %d of version %d is in its order, but not in its rows", id, v.Number)
		}
		out[i] = row
	}
	return out, nil
}
