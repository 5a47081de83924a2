package dataset

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/centroid-studio/centroid/shared/fault"
)

// orderMost is the most rows that can be filtered or sorted: their ids are held in memory.
const orderMost = 100_000_000

// ordering says which rows of a version are wanted, and in which order.
type ordering struct {
	where []condition // that must hold
	sort  int         // a column, below 0 for the row ids
	desc  bool
	key   string // is the same for the same ordering of a version
}

// plain reports whether all rows are wanted, by their ids.
func (o *ordering) plain() bool { return len(o.where) == 0 && o.sort < 0 && !o.desc }

// orderOf understands a query, or says what of it is wrong.
func orderOf(v Version, q RowQuery) (*ordering, error) {
	if err := q.Filters.Check(v.Schema); err != nil {
		return nil, err
	}
	search := strings.TrimSpace(q.Search)
	o := &ordering{sort: -1, desc: q.Desc, key: fmt.Sprintf("%s %q %q %t", q.Filters, search, q.Sort, q.Desc)}
	for _, f := range q.Filters {
		i := v.Schema.Index(f.Column)
		o.where = append(o.where, condition{filterTest(i, v.Schema[i].Kind, f)})
	}
	if search != "" {
		o.where = append(o.where, searchTests(v.Schema, search))
	}
	if q.Sort != "" {
		if o.sort = v.Schema.Index(q.Sort); o.sort < 0 {
			return nil, fault.Fieldf("sort", "There is no column %q to sort by.", q.Sort)
		}
	}
	return o, nil
}

// order gives the ids of the rows that are wanted, in their order: missing values
// last, ties by id. One order is found at a time, with all processors, so that
// memory is bounded.
func (s *Service) order(ctx context.Context, r Record, v Version, o *ordering) ([]uint32, error) {
	if v.NextID > math.MaxUint32 {
		return nil, tooMany()
	}
	select {
	case s.ordering <- struct{}{}:
		defer func() { <-s.ordering }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	src, err := s.source(ctx, r, v)
	if err != nil {
		return nil, err
	}
	defer src.Close() // was only read
	rd, err := s.reader(src.file, true)
	if err != nil {
		return nil, err
	}
	ids, err := src.order(ctx, rd, o, s.c.SortLimit)
	if errors.Is(err, errLongTexts) {
		return s.orderOnDisk(ctx, r, v, o, func(o *ordering) ([]uint32, error) { return src.order(ctx, rd, o, s.c.SortLimit) })
	}
	return ids, err
}

// orderOnDisk is order by a column whose texts are too long to be held in memory:
// by the table engine, which takes ten times as long.
func (s *Service) orderOnDisk(ctx context.Context, r Record, v Version, o *ordering, inMemory func(*ordering) ([]uint32, error)) ([]uint32, error) {
	fit, err := inMemory(&ordering{where: o.where, sort: -1})
	if err != nil {
		return nil, err
	}
	view, err := s.view(ctx, r, v, []int{o.sort})
	if err != nil {
		return nil, err
	}
	direction := "ASC"
	if o.desc {
		direction = "DESC"
	}
	wanted := make([]uint64, v.NextID/64+1)
	for _, id := range fit {
		wanted[id/64] |= 1 << (id % 64)
	}
	out := fit[:0]
	err = s.db.ids(ctx, `WITH t AS (`+view+`) SELECT id::UINTEGER FROM t ORDER BY `+column(o.sort)+` `+direction+` NULLS LAST, id`, func(ids []uint32) {
		for _, id := range ids {
			if wanted[id/64]&(1<<(id%64)) != 0 {
				out = append(out, id)
			}
		}
	})
	return out, err
}

func tooMany() error {
	return fault.Newf(fault.TooLarge, "More than %d million rows fit, which are too many to be filtered or sorted. Filter them by one more column, or look at them in the file's order.", orderMost/1_000_000)
}

// ids runs a query whose only column is of row ids. They come column by column:
// one by one they would take as long again as the query.
func (t *tables) ids(ctx context.Context, q string, fn func([]uint32)) error {
	conn, err := t.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		a, err := duckdb.NewArrowFromConn(c.(driver.Conn))
		if err != nil {
			return err
		}
		rows, err := a.QueryContext(ctx, q)
		if err != nil {
			return err
		}
		defer rows.Release()
		for rows.Next() {
			ids, ok := rows.RecordBatch().Column(0).(*array.Uint32)
			if !ok {
				return fmt.Errorf("dataset: ids are of type %s", rows.RecordBatch().Column(0).DataType())
			}
			fn(ids.Uint32Values())
		}
		return rows.Err()
	})
}
