package frame

import (
	"fmt"
	"strings"

	"github.com/centroid-studio/centroid/shared/wire"
)

// Words describes the steps of a plan for people, one by one.
func Words(steps []wire.Step) []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = word(s)
	}
	return out
}

func word(s wire.Step) string {
	of := strings.Join(s.Columns, ", ")
	switch s.Op {
	case Table:
		return fmt.Sprintf("table %s, version %d", s.Dataset, s.Version)
	case SQL:
		return s.SQL
	case Filter:
		return "filter " + s.Expr
	case WithColumn:
		return s.Name + " = " + s.Expr
	case Sort:
		keys := make([]string, len(s.Sort))
		for i, k := range s.Sort {
			if keys[i] = k.Column; k.Desc {
				keys[i] += " down"
			}
		}
		return "sort by " + strings.Join(keys, ", ")
	case Rename:
		names := make([]string, len(s.As))
		for i, a := range s.As {
			names[i] = a.From + " to " + a.To
		}
		return "rename " + strings.Join(names, ", ")
	case Sample:
		if s.N > 0 {
			return fmt.Sprintf("sample of %d rows, seed %d", s.N, s.Seed)
		}
		return fmt.Sprintf("sample of %v, seed %d", s.Fraction, s.Seed)
	case Split:
		return fmt.Sprintf("part %d of a split %v, seed %d", s.Part, s.Weights, s.Seed)
	case Limit:
		return fmt.Sprintf("%d rows after %d", s.N, s.Offset)
	case FillNA:
		return strings.TrimSpace(fmt.Sprintf("fillna %s %s", s.Value, of))
	case Join:
		return strings.TrimSpace(fmt.Sprintf("%s join %s", s.How, of))
	case GroupBy:
		aggs := make([]string, len(s.Aggs))
		for i, a := range s.Aggs {
			aggs[i] = fmt.Sprintf("%s(%s)", a.Fn, a.Column)
		}
		return strings.TrimSpace(fmt.Sprintf("groupBy %s: %s", of, strings.Join(aggs, ", ")))
	case Map, Reduce:
		exprs := make([]string, len(s.Exprs))
		for i, e := range s.Exprs {
			exprs[i] = e.As + " = " + e.Expr
		}
		return strings.TrimSpace(s.Op+" "+of) + ": " + strings.Join(exprs, ", ")
	}
	return strings.TrimSpace(s.Op + " " + of)
}
