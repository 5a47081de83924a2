package duck

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Steps that work on columns, row by row.

func (b *build) choose(at string, s wire.Step, r relation) (relation, error) {
	chosen, err := all(at+".columns", r.columns, s.Columns)
	if err != nil {
		return r, err
	}
	out := relation{}
	var names []string
	for i := range r.columns {
		if s.Op == frame.Drop && !slices.Contains(chosen, i) {
			out.columns = append(out.columns, r.columns[i])
		}
	}
	if s.Op == frame.Select {
		for _, i := range chosen {
			out.columns = append(out.columns, r.columns[i])
		}
	}
	if len(out.columns) == 0 {
		return r, fault.Fieldf(at+".columns", "No column would be left.")
	}
	for _, c := range out.columns {
		names = append(names, sandbox.Name(c.Name))
	}
	out.sql = join("SELECT "+strings.Join(names, ", ")+" FROM (", r.sql, ")")
	return out, nil
}

func (b *build) rename(at string, s wire.Step, r relation) (relation, error) {
	out := relation{columns: slices.Clone(r.columns)}
	for j, a := range s.As {
		i, err := find(fmt.Sprintf("%s.as[%d].from", at, j), r.columns, a.From)
		if err != nil {
			return r, err
		}
		if err := checkName(fmt.Sprintf("%s.as[%d].to", at, j), a.To); err != nil {
			return r, err
		}
		out.columns[i].Name = a.To
	}
	list := make([]string, len(r.columns))
	for i, c := range r.columns {
		if index(out.columns, out.columns[i].Name) != i {
			return r, fault.Fieldf(at+".as", "Two columns would be called %q.", out.columns[i].Name)
		}
		list[i] = sandbox.Name(c.Name) + " AS " + sandbox.Name(out.columns[i].Name)
	}
	out.sql = join("SELECT "+strings.Join(list, ", ")+" FROM (", r.sql, ")")
	return out, nil
}

func checkName(at, name string) error {
	if strings.TrimSpace(name) == "" || len(name) > 1000 || strings.ContainsRune(name, 0) {
		return fault.Fieldf(at, "A column can't be called %.100q.", name)
	}
	return nil
}

// withColumn adds a column at the end, or replaces one where it is.
func (b *build) withColumn(ctx context.Context, at string, s wire.Step, r relation) (relation, error) {
	if err := checkName(at+".name", s.Name); err != nil {
		return r, err
	}
	expr, err := b.expr(ctx, at+".expr", s.Expr)
	if err != nil {
		return r, err
	}
	out := relation{columns: slices.Clone(r.columns)}
	made := wire.FrameColumn{Name: s.Name}
	if i := index(r.columns, s.Name); i >= 0 {
		out.columns[i] = made
		out.sql = join("SELECT * REPLACE (", expr, " AS "+sandbox.Name(r.columns[i].Name)+") FROM (", r.sql, ")")
		if r.columns[i].Name != s.Name {
			out.sql = join("SELECT * RENAME ("+sandbox.Name(r.columns[i].Name)+" AS "+sandbox.Name(s.Name)+") FROM (", out.sql, ")")
		}
		return out, nil
	}
	out.columns = append(out.columns, made)
	out.sql = join("SELECT *, ", expr, " AS "+sandbox.Name(s.Name)+" FROM (", r.sql, ")")
	return out, nil
}

// mapped computes all columns of the answer. The hidden column makes DuckDB
// refuse aggregates, which would make one row of all.
func (b *build) mapped(ctx context.Context, at string, s wire.Step, r relation) (relation, error) {
	list, out, err := b.exprs(ctx, at, s, r)
	if err != nil {
		return r, err
	}
	hidden := sandbox.Name(free(out.columns, perRow))
	q := join("SELECT "+hidden, list, " FROM (SELECT *, 0 AS "+hidden+" FROM (", r.sql, "))")
	out.sql = join("SELECT * EXCLUDE ("+hidden+") FROM (", q, ")")
	return out, nil
}

const perRow = "row by row"

// exprs compiles the expressions of a step, each after a comma.
func (b *build) exprs(ctx context.Context, at string, s wire.Step, r relation) (text, relation, error) {
	var list text
	var out relation
	for j, e := range s.Exprs {
		field := fmt.Sprintf("%s.exprs[%d]", at, j)
		if err := checkName(field+".as", e.As); err != nil {
			return nil, r, err
		}
		if index(out.columns, e.As) >= 0 {
			return nil, r, fault.Fieldf(field+".as", "Two columns would be called %q.", e.As)
		}
		expr, err := b.expr(ctx, field+".expr", e.Expr)
		if err != nil {
			return nil, r, err
		}
		list = join(list, ", ", expr, " AS "+sandbox.Name(e.As))
		out.columns = append(out.columns, wire.FrameColumn{Name: e.As})
	}
	return list, out, nil
}

func (b *build) dropna(at string, s wire.Step, r relation) (relation, error) {
	chosen, err := all(at+".columns", r.columns, s.Columns)
	if err != nil {
		return r, err
	}
	word := " AND "
	if s.How == "all" {
		word = " OR "
	}
	tests := make([]string, len(chosen))
	for j, i := range chosen {
		tests[j] = sandbox.Name(r.columns[i].Name) + " IS NOT NULL"
	}
	return relation{sql: join("SELECT * FROM (", r.sql, ") WHERE "+strings.Join(tests, word)), columns: r.columns}, nil
}

func (b *build) fillna(at string, s wire.Step, r relation) (relation, error) {
	chosen, err := all(at+".columns", r.columns, s.Columns)
	if err != nil {
		return r, err
	}
	kind, value := table.Text, ""
	if s.Value.Number != nil {
		kind, value = table.Number, double(*s.Value.Number)
	} else {
		value = sandbox.Literal(*s.Value.Text)
	}
	out := relation{columns: slices.Clone(r.columns)}
	var list []string
	for _, i := range chosen {
		c := &out.columns[i]
		switch {
		case c.Kind == kind && (kind == table.Number || c.Type == "VARCHAR"):
		case s.Columns == nil:
			continue
		case kind == table.Number:
			return r, fault.Fieldf(at+".value", "Column %q is %s: it can't be filled with the number %s. Give a text in quotes.", c.Name, c.Type, s.Value)
		default:
			return r, fault.Fieldf(at+".value", "Column %q is %s: it can't be filled with the text %q.", c.Name, c.Type, *s.Value.Text)
		}
		name := sandbox.Name(c.Name)
		list = append(list, "coalesce("+name+", "+value+") AS "+name)
		if kind == table.Number {
			c.Type = "DOUBLE"
		}
	}
	if list == nil { // no column is of this kind
		return r, nil
	}
	out.sql = join("SELECT * REPLACE ("+strings.Join(list, ", ")+") FROM (", r.sql, ")")
	return out, nil
}

// double writes a number for SQL, exactly.
func double(x float64) string {
	return sandbox.Literal(strconv.FormatFloat(x, 'g', -1, 64)) + "::DOUBLE"
}
