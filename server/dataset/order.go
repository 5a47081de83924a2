package dataset

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// orderMost is the most rows that can be filtered or sorted: their ids are held in memory.
const orderMost = 100_000_000

// ordering says which rows of a version are wanted, and in which order.
type ordering struct {
	where []string // SQL that must hold
	args  []any    // of where
	need  []int    // columns that where and by name
	by    string   // SQL of what the rows are sorted by, before their ids; empty: by their ids alone
	desc  bool     // of the ids, if by is empty
}

// plain reports whether all rows are wanted, by their ids.
func (o *ordering) plain() bool { return len(o.where) == 0 && o.by == "" && !o.desc }

// key is the same for the same ordering of a version.
func (o *ordering) key() string { return fmt.Sprintf("%q %#v %q %t", o.where, o.args, o.by, o.desc) }

// orderOf puts a query into SQL, or says what of it is wrong.
func orderOf(v Version, q RowQuery) (*ordering, error) {
	if err := q.Filters.Check(v.Schema); err != nil {
		return nil, err
	}
	o := &ordering{desc: q.Desc}
	for _, f := range q.Filters {
		o.filter(v.Schema.Index(f.Column), f)
	}
	if search := strings.TrimSpace(q.Search); search != "" {
		o.search(v.Schema, search)
	}
	if q.Sort != "" {
		i := v.Schema.Index(q.Sort)
		if i < 0 {
			return nil, fault.Fieldf("sort", "There is no column %q to sort by.", q.Sort)
		}
		o.need, o.by = append(o.need, i), column(i)+" "+direction(q.Desc)+" NULLS LAST"
	}
	return o, nil
}

func direction(desc bool) string {
	if desc {
		return "DESC"
	}
	return "ASC"
}

// filter adds a filter of column i. Nothing of the user's is in the SQL itself.
func (o *ordering) filter(i int, f wire.Filter) {
	o.need = append(o.need, i)
	c := column(i)
	var all []string
	say := func(sql string, args ...any) { all, o.args = append(all, sql), append(o.args, args...) }
	if f.Min != nil {
		say(c+" >= ?", *f.Min)
	}
	if f.Max != nil {
		say(c+" <= ?", *f.Max)
	}
	if len(f.Levels) > 0 {
		args := make([]any, len(f.Levels))
		for i, l := range f.Levels {
			args[i] = l
		}
		say(c+" IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	if f.Contains != "" {
		say("contains(lower("+c+"), lower(?))", f.Contains)
	}
	sql := strings.Join(all, " AND ")
	switch f.Missing {
	case wire.MissingOnly:
		sql = c + " IS NULL"
	case wire.MissingNever:
		sql = c + " IS NOT NULL"
	case wire.MissingAlso:
		sql = "(" + sql + ") OR " + c + " IS NULL"
	}
	o.where = append(o.where, "("+sql+")")
}

// search adds that some column has a text: a text has it in it, a number begins with it.
func (o *ordering) search(schema table.Schema, text string) {
	from, to, ok := numbersThatBegin(text)
	any := []string{"false"}
	for i, c := range schema {
		switch {
		case c.Kind != table.Number:
			any, o.args = append(any, "contains(lower("+column(i)+"), lower(?))"), append(o.args, text)
		case ok && from == to:
			any, o.args = append(any, column(i)+" = ?"), append(o.args, from)
		case ok && to < from:
			any, o.args = append(any, "("+column(i)+" > ? AND "+column(i)+" <= ?)"), append(o.args, to, from)
		case ok:
			any, o.args = append(any, "("+column(i)+" >= ? AND "+column(i)+" < ?)"), append(o.args, from, to)
		default:
			continue
		}
		o.need = append(o.need, i)
	}
	o.where = append(o.where, "("+strings.Join(any, " OR ")+")")
}

// numbersThatBegin gives the numbers that are written with text and more digits
// after the point: from, which is among them, up to to, which is not; for a
// negative text they go down from it. If both are the same it is that number
// alone. ok is false for a text that is no number.
func numbersThatBegin(text string) (from, to float64, ok bool) {
	from, ok = table.ParseNumber([]byte(text))
	if !ok || math.IsInf(from, 0) || strings.ContainsAny(text, "eE") {
		return from, from, ok
	}
	step := 1.0
	if _, digits, point := strings.Cut(text, "."); point {
		step = math.Pow(10, -float64(len(digits)))
	}
	if strings.HasPrefix(text, "-") {
		step = -step
	}
	return from, from + step, true
}

// order gives the ids of the rows that are wanted, in their order.
func (s *Service) order(ctx context.Context, r Record, v Version, o *ordering) ([]uint32, error) {
	if v.NextID > math.MaxUint32 {
		return nil, tooMany()
	}
	view, err := s.view(ctx, r, v, distinct(o.need))
	if err != nil {
		return nil, err
	}
	q := `WITH t AS (` + view + `) SELECT id::UINTEGER FROM t`
	if len(o.where) > 0 {
		q += ` WHERE ` + strings.Join(o.where, " AND ")
	}
	if o.by != "" {
		q += ` ORDER BY ` + o.by + `, id`
	} else {
		q += ` ORDER BY id ` + direction(o.desc)
	}
	return s.db.ids(ctx, q, o.args...)
}

func tooMany() error {
	return fault.Newf(fault.TooLarge, "More than %d million rows fit, which are too many to be filtered or sorted. Filter them by one more column, or look at them in the file's order.", orderMost/1_000_000)
}

// ids runs a query whose only column is of row ids. They come column by column:
// one by one they would take as long again as the query.
func (t *tables) ids(ctx context.Context, q string, args ...any) (out []uint32, err error) {
	conn, err := t.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		a, err := duckdb.NewArrowFromConn(c.(driver.Conn))
		if err != nil {
			return err
		}
		rows, err := a.QueryContext(ctx, q, args...)
		if err != nil {
			return err
		}
		defer rows.Release()
		for rows.Next() {
			ids, ok := rows.RecordBatch().Column(0).(*array.Uint32)
			if !ok {
				return fmt.Errorf("dataset: ids are of type %s", rows.RecordBatch().Column(0).DataType())
			}
			if len(out)+ids.Len() > orderMost {
				return tooMany()
			}
			out = append(out, ids.Uint32Values()...)
		}
		return rows.Err()
	})
	return out, err
}
