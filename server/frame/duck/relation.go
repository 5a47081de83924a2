package duck

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// relation is SQL for the rows of some steps, with what is known of its columns.
type relation struct {
	sql     text
	columns []wire.FrameColumn // Type is "" if only running it tells; nil if not even the names are known
	table   *Table             // whose rows, all of them, these are; nil: of none
}

// build is one plan on its way to SQL.
type build struct {
	e      *user
	tables []sandbox.Table
	inputs []*shared       // that tables read; they are in use until free
	taken  map[string]bool // names of tables, in lower case
	opened map[string]bool
}

// plan compiles steps; field is where they are.
func (b *build) plan(ctx context.Context, field string, steps []wire.Step) (relation, error) {
	r, done, err := b.start(ctx, field, steps)
	if err != nil {
		return r, err
	}
	for i := done; i < len(steps); i++ {
		if r, err = b.step(ctx, fmt.Sprintf("%s[%d]", field, i), steps[i], r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// step compiles one step after r.
func (b *build) step(ctx context.Context, at string, s wire.Step, r relation) (relation, error) {
	if s.Op != frame.Table && s.Op != frame.SQL && s.Op != frame.Filter && s.Op != frame.Limit && s.Op != frame.Count {
		if err := b.describe(ctx, &r, s.Op); err != nil {
			return r, err
		}
	}
	switch s.Op {
	case frame.Table:
		return b.table(ctx, at, s)
	case frame.SQL:
		return b.query(ctx, at+".sql", s.SQL)
	case frame.Filter:
		expr, err := b.expr(ctx, at+".expr", s.Expr)
		return relation{sql: join("SELECT * FROM (", r.sql, ") WHERE ", expr), columns: r.columns}, err
	case frame.Limit:
		q := join("SELECT * FROM (", r.sql, ")")
		if s.N > 0 {
			q = join(q, fmt.Sprintf(" LIMIT %d", s.N))
		}
		return relation{sql: join(q, fmt.Sprintf(" OFFSET %d", s.Offset)), columns: r.columns}, nil
	case frame.Count:
		return relation{sql: join(`SELECT count(*) AS "count" FROM (`, r.sql, ")"), columns: []wire.FrameColumn{number("count", "BIGINT")}}, nil
	case frame.Select, frame.Drop:
		return b.choose(at, s, r)
	case frame.Sort:
		return b.sort(at, s, r)
	case frame.WithColumn:
		return b.withColumn(ctx, at, s, r)
	case frame.Rename:
		return b.rename(at, s, r)
	case frame.DropNA:
		return b.dropna(at, s, r)
	case frame.FillNA:
		return b.fillna(at, s, r)
	case frame.Sample, frame.Split:
		return b.draw(s, r)
	case frame.Distinct:
		return b.distinct(at, s, r)
	case frame.GroupBy:
		return b.groupBy(at, s, r)
	case frame.Map:
		return b.mapped(ctx, at, s, r)
	case frame.Reduce:
		return b.reduce(ctx, at, s, r)
	case frame.Join:
		return b.join(ctx, at, s, r)
	case frame.Union:
		return b.union(ctx, at, s, r)
	case frame.Describe, frame.Summary:
		return b.summary(s, r)
	}
	return r, fault.Fieldf(at+".op", "There is no step %q.", s.Op)
}

// typed is steps that must know the types of the columns.
var typed = []string{frame.FillNA, frame.GroupBy, frame.Join, frame.Union, frame.Describe, frame.Summary}

// describe asks for the columns of r, as far as a step needs them and they are not known.
func (b *build) describe(ctx context.Context, r *relation, op string) error {
	unknown := r.columns == nil || slices.Contains(typed, op) && slices.ContainsFunc(r.columns, func(c wire.FrameColumn) bool { return c.Type == "" })
	if !unknown {
		return nil
	}
	columns, err := b.columns(ctx, r.sql)
	r.columns = columns
	return err
}

func number(name, sqlType string) wire.FrameColumn {
	return wire.FrameColumn{Name: name, Kind: table.Number, Type: sqlType}
}

// columnOf describes a column of an SQL type.
func columnOf(name, sqlType string) wire.FrameColumn {
	kind := table.Number
	if sandbox.Plain(sqlType) == "VARCHAR" {
		kind = table.Text
	}
	return wire.FrameColumn{Name: name, Kind: kind, Type: sqlType}
}

// index finds a column, without regard to case; -1 if there is none.
func index(columns []wire.FrameColumn, name string) int {
	for i := range columns {
		if strings.EqualFold(columns[i].Name, name) {
			return i
		}
	}
	return -1
}

// find is index with a fault.
func find(at string, columns []wire.FrameColumn, name string) (int, error) {
	if i := index(columns, name); i >= 0 {
		return i, nil
	}
	if len(columns) > 20 {
		return -1, fault.Fieldf(at, "There is no column %q among the %d.", name, len(columns))
	}
	return -1, fault.Fieldf(at, "There is no column %q. There are: %s.", name, namesOf(columns))
}

func namesOf(columns []wire.FrameColumn) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// all finds several columns, all of them if none is named.
func all(at string, columns []wire.FrameColumn, names []string) ([]int, error) {
	var out []int
	for _, name := range names {
		i, err := find(at, columns, name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	if names == nil {
		for i := range columns {
			out = append(out, i)
		}
	}
	return out, nil
}

// free gives a name that no column has, whatever its case.
func free(columns []wire.FrameColumn, name string) string {
	out := name
	for n := 2; index(columns, out) >= 0; n++ {
		out = fmt.Sprintf("%s_%d", name, n)
	}
	return out
}

// numbered gives r with the number of each row, in a column called as n.
func (b *build) numbered(r relation) (q text, n string) {
	n = free(r.columns, "row number")
	if r.table != nil && r.table.Number != "" { // all processors read it, where counting rows goes through one
		name := fmt.Sprintf("\x01numbered %d", len(b.tables))
		b.tables = append(b.tables, sandbox.Table{Name: name, SQL: viewSQL(*r.table, r.table.Number, "n AS "+sandbox.Name(n)), Files: r.table.Files})
		return ours("SELECT * FROM " + sandbox.Name(name)), n
	}
	return join("SELECT *, row_number() OVER () - 1 AS "+sandbox.Name(n)+" FROM (", r.sql, ")"), n
}
