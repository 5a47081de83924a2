package wire

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Filter keeps the rows of which one column's value fits: all that it says must
// hold. Filters given together must all fit.
type Filter struct {
	Column   string   `json:"column"`
	Min      *float64 `json:"min,omitempty" doc:"a number's least value"`
	Max      *float64 `json:"max,omitempty" doc:"a number's greatest value"`
	Levels   []string `json:"levels,omitempty" doc:"the text is one of these"`
	Contains string   `json:"contains,omitempty" doc:"the text has this in it, in small or capital letters"`
	Missing  Missing  `json:"missing,omitempty" enum:"also,only,never" doc:"also: missing values fit too; only: nothing else does; never: any value fits"`
}

// Missing says what a filter does with missing values. The zero value leaves
// them out, as they have nothing that fits.
type Missing string

// What a filter may do with missing values.
const (
	MissingAlso  Missing = "also"  // they fit, besides the values that do
	MissingOnly  Missing = "only"  // nothing else fits
	MissingNever Missing = "never" // any value fits
)

// filtersMost and filterLevels bound what is asked at once.
const (
	filtersMost  = 100
	filterLevels = table.MaxLevels
)

// Of gives the filter of a column; nil if there is none.
func (f Filters) Of(column string) *Filter {
	for i := range f {
		if f[i].Column == column {
			return &f[i]
		}
	}
	return nil
}

// Without gives those of the other columns, nil if there are none.
func (f Filters) Without(column string) (out Filters) {
	for _, x := range f {
		if x.Column != column {
			out = append(out, x)
		}
	}
	return out
}

// bounded reports whether f says anything of values.
func (f *Filter) bounded() bool {
	return f.Min != nil || f.Max != nil || len(f.Levels) > 0 || f.Contains != ""
}

// Check reports what is wrong with f for a table.
func (f *Filter) Check(schema table.Schema) error {
	i := schema.Index(f.Column)
	if i < 0 {
		return fault.Fieldf("filter", "There is no column %q to filter by.", f.Column)
	}
	number := schema[i].Kind == table.Number
	switch {
	case f.Missing != "" && f.Missing != MissingAlso && f.Missing != MissingOnly && f.Missing != MissingNever:
		return fault.Fieldf("filter", "The filter of %q says %q of missing values; choose also, only or never.", f.Column, f.Missing)
	case (f.Missing == MissingOnly || f.Missing == MissingNever) == f.bounded():
		return fault.Fieldf("filter", "The filter of %q must have either a range, levels or a text, or say that missing values are looked for only or never.", f.Column)
	case number && (len(f.Levels) > 0 || f.Contains != ""):
		return fault.Fieldf("filter", "%q holds numbers: filter it by min and max.", f.Column)
	case !number && (f.Min != nil || f.Max != nil):
		return fault.Fieldf("filter", "%q holds texts: filter it by levels or by what they contain.", f.Column)
	case f.Min != nil && math.IsNaN(*f.Min) || f.Max != nil && math.IsNaN(*f.Max):
		return fault.Fieldf("filter", "A bound of %q is no number.", f.Column)
	case f.Min != nil && f.Max != nil && *f.Min > *f.Max:
		return fault.Fieldf("filter", "The range of %q ends before it begins: %v to %v.", f.Column, *f.Min, *f.Max)
	case len(f.Levels) > filterLevels:
		return fault.Fieldf("filter", "The filter of %q has %d levels, want at most %d.", f.Column, len(f.Levels), filterLevels)
	}
	return nil
}

// Filters is what a URL's parameter holds: a JSON array.
type Filters []Filter

// ParseFilters reads filters; an empty text is none.
func ParseFilters(text string) (Filters, error) {
	if text == "" {
		return nil, nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	var out Filters
	if err := d.Decode(&out); err != nil || d.More() {
		return nil, fault.Fieldf("filter", `The filter can't be read. Want a JSON array such as [{"column":"age","min":18}].`)
	}
	if len(out) > filtersMost {
		return nil, fault.Fieldf("filter", "There are %d filters, want at most %d.", len(out), filtersMost)
	}
	return out, nil
}

// Check reports the first thing that is wrong with the filters for a table.
func (f Filters) Check(schema table.Schema) error {
	for i := range f {
		if err := f[i].Check(schema); err != nil {
			return err
		}
	}
	return nil
}

// String writes the filters as ParseFilters reads them; none are "".
func (f Filters) String() string {
	if len(f) == 0 {
		return ""
	}
	b, err := json.Marshal([]Filter(f))
	if err != nil { // an infinite bound: leave it out, it holds nothing back
		out := append(Filters(nil), f...)
		for i := range out {
			out[i].Min, out[i].Max = finite(out[i].Min), finite(out[i].Max)
		}
		b, _ = json.Marshal([]Filter(out)) // all else can be written
	}
	return string(b)
}

func finite(x *float64) *float64 {
	if x == nil || math.IsInf(*x, 0) || math.IsNaN(*x) {
		return nil
	}
	return x
}
