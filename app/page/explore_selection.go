package page

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// selection is the rows that the user has picked: those that pass the filter of
// each column that has one, at most one a column. None selects nothing, which is
// not the same as no rows. Its methods leave it as it is and give another one.
type selection wire.Filters

// of gives the filter of a column; nil if it has none.
func (s selection) of(column string) *wire.Filter { return wire.Filters(s).Of(column) }

// same reports whether both select the same by the same filters, in their order.
func (s selection) same(t selection) bool {
	end := func(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }
	return slices.EqualFunc(s, t, func(a, b wire.Filter) bool {
		return a.Column == b.Column && a.Missing == b.Missing && a.Contains == b.Contains &&
			end(a.Min, b.Min) && end(a.Max, b.Max) && slices.Equal(a.Levels, b.Levels)
	})
}

// without takes back what was selected of a column.
func (s selection) without(column string) selection {
	return slices.DeleteFunc(slices.Clone(s), func(f wire.Filter) bool { return f.Column == column })
}

// between selects the numbers of a column from lo to hi, both of them included;
// an end that is not finite is open.
func (s selection) between(column string, lo, hi float64) selection {
	f := wire.Filter{Column: column, Min: endOf(lo), Max: endOf(hi)}
	if f.Min == nil && f.Max == nil {
		return s.without(column)
	}
	return append(s.without(column), f)
}

func endOf(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// among selects levels of a column; "" is the missing ones. None takes the column back.
func (s selection) among(column string, levels ...string) selection {
	f := wire.Filter{Column: column, Levels: slices.DeleteFunc(slices.Clone(levels), func(l string) bool { return l == "" })}
	switch missing := len(f.Levels) < len(levels); {
	case len(levels) == 0:
		return s.without(column)
	case len(f.Levels) == 0:
		f.Levels, f.Missing = nil, wire.MissingOnly
	case missing:
		f.Missing = wire.MissingAlso
	}
	return append(s.without(column), f)
}

// levels gives the selected levels of a column, the missing ones as "".
func (s selection) levels(column string) []string {
	f := s.of(column)
	switch {
	case f == nil || f.Missing == wire.MissingNever:
		return nil
	case f.Missing == "":
		return f.Levels
	}
	return append(slices.Clone(f.Levels), "")
}

// toggle selects a level too, or takes it back.
func (s selection) toggle(column, level string) selection {
	levels := slices.Clone(s.levels(column))
	if i := slices.Index(levels, level); i >= 0 {
		return s.among(column, slices.Delete(levels, i, i+1)...)
	}
	return s.among(column, append(levels, level)...)
}

// ends gives the selected range of a column; open ends are infinite.
func (s selection) ends(column string) (lo, hi float64, ok bool) {
	f := s.of(column)
	if f == nil || f.Min == nil && f.Max == nil {
		return 0, 0, false
	}
	lo, hi = math.Inf(-1), math.Inf(1)
	if f.Min != nil {
		lo = *f.Min
	}
	if f.Max != nil {
		hi = *f.Max
	}
	return lo, hi, true
}

// within gives what of the selection the columns can have; of several filters of
// a column the last.
func (s selection) within(schema table.Schema) selection {
	var out selection
	for _, f := range s {
		if f.Check(schema) == nil {
			out = append(out.without(f.Column), f)
		}
	}
	return out
}

// words gives a filter's part in words, without its column.
func words(f wire.Filter) string {
	var parts []string
	switch {
	case f.Min != nil && f.Max != nil:
		parts = append(parts, ui.Num(*f.Min)+" to "+ui.Num(*f.Max))
	case f.Min != nil:
		parts = append(parts, "at least "+ui.Num(*f.Min))
	case f.Max != nil:
		parts = append(parts, "at most "+ui.Num(*f.Max))
	}
	parts = append(parts, f.Levels...)
	if f.Contains != "" {
		parts = append(parts, "with "+strconv.Quote(f.Contains))
	}
	switch f.Missing {
	case wire.MissingAlso, wire.MissingOnly:
		parts = append(parts, groupMissing)
	case wire.MissingNever:
		parts = append(parts, "any value")
	}
	return strings.Join(parts, " or ")
}

// tidy rounds a number that the pointer gave to what can be told apart on an
// axis that is span long.
func tidy(v, span float64) float64 {
	if !(span > 0) || math.IsInf(span, 0) {
		return v
	}
	digits := math.Ceil(-math.Log10(span / 500))
	if unit := math.Pow(10, math.Abs(digits)); digits > 0 && !math.IsInf(unit, 0) {
		return math.Round(v*unit) / unit // by a whole number, so that 0.3 is 0.3
	} else if digits <= 0 {
		return math.Round(v/unit) * unit
	}
	return v
}
