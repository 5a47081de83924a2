package frame

import (
	"fmt"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Limits of a plan.
const (
	MaxSteps = 100 // in all, those of other tables included
	MaxNames = 10_000
)

// Operations of steps.
const (
	Table      = "table"
	SQL        = "sql"
	Select     = "select"
	Filter     = "filter"
	Sort       = "sort"
	WithColumn = "withColumn"
	Rename     = "rename"
	Drop       = "drop"
	DropNA     = "dropna"
	FillNA     = "fillna"
	Sample     = "sample"
	Split      = "split"
	GroupBy    = "groupBy"
	Join       = "join"
	Union      = "union"
	Distinct   = "distinct"
	Limit      = "limit"
	Map        = "map"
	Reduce     = "reduce"
	Count      = "count"
	Describe   = "describe"
	Summary    = "summary"
)

// Check reports what is wrong with a plan by itself, without its tables. field
// is where the plan is, such as "steps".
func Check(field string, steps []wire.Step) error {
	n := 0
	return check(field, steps, &n)
}

func check(field string, steps []wire.Step, n *int) error {
	if len(steps) == 0 {
		return fault.Fieldf(field, "There are no steps. The first names a table or a query.")
	}
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", field, i)
		if *n++; *n > MaxSteps {
			return fault.Fieldf(at, "The plan has more than %d steps. Save a part of it as a dataset and go on from there.", MaxSteps)
		}
		source := s.Op == Table || s.Op == SQL
		switch {
		case i == 0 && !source:
			return fault.Fieldf(at+".op", "The first step is %q. It must name a table or a query.", s.Op)
		case i > 0 && source:
			return fault.Fieldf(at+".op", "A %s can only be the first step.", s.Op)
		}
		if err := one(at, s); err != nil {
			return err
		}
		if s.Op == Join || s.Op == Union {
			if err := check(at+".other", s.Other, n); err != nil {
				return err
			}
		}
	}
	return nil
}

var aggregates = []string{"count", "countDistinct", "sum", "mean", "min", "max", "std", "stdPop", "variance", "median", "quantile", "first", "last", "mode"}

var joins = []string{"", "inner", "left", "right", "full", "semi", "anti", "cross"}

// one checks the fields of one step.
func one(at string, s wire.Step) error {
	want := func(ok bool, field, format string, args ...any) error {
		if ok {
			return nil
		}
		return fault.Fieldf(at+"."+field, format, args...)
	}
	if len(s.Columns)+len(s.As)+len(s.Exprs)+len(s.Aggs)+len(s.Sort)+len(s.Weights)+len(s.Quantiles) > MaxNames {
		return fault.Fieldf(at, "The step has more than %d columns.", MaxNames)
	}
	switch s.Op {
	case Table:
		return want(s.Dataset != "", "dataset", "The step names no dataset.")
	case SQL:
		return want(s.SQL != "", "sql", "The step has no query.")
	case Select:
		return want(len(s.Columns) > 0, "columns", "Name at least one column to keep.")
	case Drop:
		return want(len(s.Columns) > 0, "columns", "Name at least one column to drop.")
	case Filter:
		return want(s.Expr != "", "expr", "The condition is empty. Write one over the columns, such as a > 3.")
	case WithColumn:
		if s.Name == "" {
			return fault.Fieldf(at+".name", "The column has no name.")
		}
		return want(s.Expr != "", "expr", "The value is empty. Write one over the columns, such as a + 1.")
	case Sort:
		return want(len(s.Sort) > 0, "sort", "Name at least one column to sort by.")
	case Rename:
		return want(len(s.As) > 0, "as", "Name at least one column to rename.")
	case DropNA:
		return want(s.How == "" || s.How == "any" || s.How == "all", "how", "How is %q, want any or all.", s.How)
	case FillNA:
		return want(s.Value != nil && !s.Value.Missing(), "value", "There is no value to fill in.")
	case Sample:
		return want((s.N > 0) != (s.Fraction > 0) && s.N >= 0 && s.Fraction >= 0 && s.Fraction <= 1, "fraction",
			"Say either how many rows (n), or which share of them (fraction, more than 0 and at most 1).")
	case Split:
		return checkSplit(at, s)
	case GroupBy:
		return checkAggs(at, s.Aggs)
	case Join:
		if err := want(slices.Contains(joins, s.How), "how", "A join can't be %q; choose inner, left, right, full, semi, anti or cross.", s.How); err != nil {
			return err
		}
		return want((len(s.Columns) > 0) != (s.How == "cross"), "columns", "Name the columns that must be equal, or choose a cross join, which has none.")
	case Limit:
		return want(s.N >= 0 && s.Offset >= 0 && (s.N > 0 || s.Offset > 0), "n", "Say how many rows (n), or how many to pass over (offset).")
	case Map, Reduce:
		if len(s.Exprs) == 0 {
			return fault.Fieldf(at+".exprs", "There is no expression.")
		}
		for i, e := range s.Exprs {
			if e.Expr == "" || e.As == "" {
				return fault.Fieldf(fmt.Sprintf("%s.exprs[%d]", at, i), "An expression needs a value (expr) and the name of its column (as).")
			}
		}
	case Summary:
		for _, q := range s.Quantiles {
			if !(q >= 0 && q <= 1) {
				return fault.Fieldf(at+".quantiles", "A quantile is %v, want 0 to 1.", q)
			}
		}
	case Union, Distinct, Count, Describe:
	default:
		return fault.Fieldf(at+".op", "There is no step %q.", s.Op)
	}
	return nil
}

func checkSplit(at string, s wire.Step) error {
	sum := 0.0
	for _, w := range s.Weights {
		if !(w > 0) || math.IsInf(w, 0) {
			return fault.Fieldf(at+".weights", "A weight is %v, want more than 0.", w)
		}
		sum += w
	}
	if len(s.Weights) < 2 || math.IsInf(sum, 0) {
		return fault.Fieldf(at+".weights", "A split needs at least two weights, such as 0.8 and 0.2.")
	}
	if s.Part < 0 || s.Part >= len(s.Weights) {
		return fault.Fieldf(at+".part", "There is no part %d of %d; they count from 0.", s.Part, len(s.Weights))
	}
	return nil
}

func checkAggs(at string, aggs []wire.Agg) error {
	for i, a := range aggs {
		at := fmt.Sprintf("%s.aggs[%d]", at, i)
		switch {
		case !slices.Contains(aggregates, a.Fn):
			return fault.Fieldf(at+".fn", "There is no aggregate %q.", a.Fn)
		case a.Column == "" && a.Fn != "count":
			return fault.Fieldf(at+".column", "%s needs a column.", a.Fn)
		case !(a.Q >= 0 && a.Q <= 1):
			return fault.Fieldf(at+".q", "q is %v, want 0 to 1.", a.Q)
		}
	}
	return nil
}
