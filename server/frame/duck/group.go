package duck

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Steps that make one row of many.

// functions gives the SQL of aggregates; first and last leave missing values out.
var functions = map[string]string{
	"count": "count(%s)", "countDistinct": "count(DISTINCT %s)", "sum": "sum(%s)", "mean": "avg(%s)", "min": "min(%s)", "max": "max(%s)",
	"std": "stddev_samp(%s)", "stdPop": "stddev_pop(%s)", "variance": "var_samp(%s)", "median": "median(%s)",
	"first": "arg_min(%[1]s, %[2]s)", "last": "arg_max(%[1]s, %[2]s)", "mode": "mode(%[1]s ORDER BY %[2]s)",
}

// numeric is aggregates that need numbers.
var numeric = map[string]bool{"sum": true, "mean": true, "std": true, "stdPop": true, "variance": true, "median": true, "quantile": true}

func (b *build) groupBy(at string, s wire.Step, r relation) (relation, error) {
	out, keys, err := b.keys(at, s, r)
	if err != nil {
		return r, err
	}
	aggs := s.Aggs
	if len(aggs) == 0 {
		aggs = []wire.Agg{{Fn: "count"}}
	}
	q, n := b.numbered(r)
	list := keys
	for j, a := range aggs {
		at := fmt.Sprintf("%s.aggs[%d]", at, j)
		arg, name := "*", a.Fn
		column := wire.FrameColumn{Kind: table.Number, Type: "BIGINT"}
		if a.Column != "" {
			i, err := find(at+".column", r.columns, a.Column)
			if err != nil {
				return r, err
			}
			c := r.columns[i]
			if numeric[a.Fn] && c.Kind != table.Number {
				return r, fault.Fieldf(at+".fn", "%s needs numbers, and column %q is %s.", a.Fn, c.Name, c.Type)
			}
			arg, name = sandbox.Name(c.Name), a.Fn+"("+c.Name+")"
			switch a.Fn {
			case "count", "countDistinct":
			case "min", "max", "first", "last", "mode":
				column = c
			default:
				column = number("", "") // DuckDB says which
			}
		}
		if a.As != "" {
			name = a.As
		}
		if err := checkName(at+".as", name); err != nil {
			return r, err
		}
		if index(out.columns, name) >= 0 {
			return r, fault.Fieldf(at+".as", "Two columns would be called %q. Give one another name (as).", name)
		}
		column.Name = name
		out.columns = append(out.columns, column)
		call := fmt.Sprintf("quantile_cont(%s, %s)", arg, double(a.Q))
		if f, ok := functions[a.Fn]; ok {
			call = strings.NewReplacer("%[1]s", arg, "%[2]s", sandbox.Name(n), "%s", arg).Replace(f)
		}
		list = append(list, call+" AS "+sandbox.Name(name))
	}
	out.sql = join("SELECT "+strings.Join(list, ", ")+" FROM (", q, ")"+grouped(keys))
	return out, nil
}

// keys gives the columns to group by.
func (b *build) keys(at string, s wire.Step, r relation) (out relation, keys []string, err error) {
	if len(s.Columns) == 0 {
		return out, nil, nil
	}
	chosen, err := all(at+".columns", r.columns, s.Columns)
	for _, i := range chosen {
		out.columns = append(out.columns, r.columns[i])
		keys = append(keys, sandbox.Name(r.columns[i].Name))
	}
	return out, keys, err
}

func grouped(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	by := make([]string, len(keys))
	for i := range keys {
		by[i] = strconv.Itoa(i + 1) // an aggregate may have the name of a column
	}
	return " GROUP BY " + strings.Join(by, ", ") + " ORDER BY " + strings.Join(by, " NULLS LAST, ") + " NULLS LAST"
}

// reduce computes aggregates that are SQL expressions.
func (b *build) reduce(ctx context.Context, at string, s wire.Step, r relation) (relation, error) {
	by, keys, err := b.keys(at, s, r)
	if err != nil {
		return r, err
	}
	list, out, err := b.exprs(ctx, at, s, r)
	if err != nil {
		return r, err
	}
	for _, c := range by.columns {
		if index(out.columns, c.Name) >= 0 {
			return r, fault.Fieldf(at+".exprs", "Two columns would be called %q.", c.Name)
		}
	}
	out.columns = append(by.columns, out.columns...)
	if list[0].s == ", " && len(keys) == 0 {
		list = list[1:]
	}
	// count(*) of the hidden column makes DuckDB refuse what is no aggregate.
	hidden := sandbox.Name(free(out.columns, perGroup))
	out.sql = join("SELECT "+strings.Join(keys, ", "), list, ", count(*) AS "+hidden+" FROM (", r.sql, ")"+grouped(keys))
	out.sql = join("SELECT * EXCLUDE ("+hidden+") FROM (", out.sql, ")")
	return out, nil
}

const perGroup = "rows of the group"

// quantile marks a statistic that is the i-th of the quantiles.
func quantile(i int) string { return fmt.Sprintf("quantile %d", i) }

// summary computes statistics: a row each, named by the first column. They leave
// infinite values out, but for the count.
func (b *build) summary(s wire.Step, r relation) (relation, error) {
	type stat struct{ name, number, text string }
	stats := []stat{{"count", "count(%[1]s)", "count(%[1]s)"}, {"mean", "favg(%[2]s)", ""}, {"stddev", "stddev_samp(%[2]s)", ""}, {"min", "min(%[2]s)", "min(%[1]s)"}}
	quantiles := s.Quantiles
	if quantiles == nil && s.Op == frame.Summary {
		quantiles = []float64{0.25, 0.5, 0.75}
	}
	shares := make([]string, len(quantiles))
	for i, q := range quantiles { // all of a column at once: each by itself would sort it again
		shares[i] = double(q)
		stats = append(stats, stat{strconv.FormatFloat(q*100, 'g', 10, 64) + "%", quantile(i), ""})
	}
	stats = append(stats, stat{"max", "max(%[2]s)", "max(%[1]s)"})

	label := free(r.columns, "summary")
	out := relation{columns: []wire.FrameColumn{columnOf(label, "VARCHAR")}}
	rows := make([][]string, len(stats))
	var inner []string
	for i, c := range r.columns {
		name, kind := sandbox.Name(c.Name), "VARCHAR"
		value := name
		if c.Kind == table.Number {
			kind = "DOUBLE"
			value = "CASE WHEN isfinite(" + name + "::DOUBLE) THEN " + name + "::DOUBLE END"
			if len(shares) > 0 {
				inner = append(inner, fmt.Sprintf("quantile_cont(%s, [%s]) AS q%d", value, strings.Join(shares, ", "), i))
			}
		}
		q := 0
		for j, st := range stats {
			call := st.number
			if kind == "VARCHAR" {
				call = st.text
			}
			if call == "" {
				rows[j] = append(rows[j], "NULL::"+kind+" AS "+name)
				continue
			}
			if call == quantile(q) {
				q++
				rows[j] = append(rows[j], fmt.Sprintf("q%d[%d]::%s AS %s", i, q, kind, name))
				continue
			}
			at := fmt.Sprintf("s%d_%d", i, j)
			inner = append(inner, strings.NewReplacer("%[1]s", name, "%[2]s", value).Replace(call)+" AS "+at)
			rows[j] = append(rows[j], at+"::"+kind+" AS "+name)
		}
		out.columns = append(out.columns, columnOf(c.Name, kind))
	}
	out.sql = join("WITH stats AS MATERIALIZED (SELECT "+strings.Join(inner, ", ")+" FROM (", r.sql, "))")
	for j, st := range stats {
		word := " SELECT "
		if j > 0 {
			word = " UNION ALL SELECT "
		}
		out.sql = join(out.sql, word+sandbox.Literal(st.name)+" AS "+sandbox.Name(label)+", "+strings.Join(rows[j], ", ")+" FROM stats")
	}
	return out, nil
}
