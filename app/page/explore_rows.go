package page

import (
	"math"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// exploreRows is a sample of a dataset's rows, column by column. Its zero value
// has none.
type exploreRows struct {
	IDs     []int64
	Columns map[string]*rowsColumn
	Of      int64  // rows there are
	Chosen  string // how these were chosen
}

// rowsColumn is the values of one column.
type rowsColumn struct {
	Kind    table.Kind
	Numbers []float64   // of a number; NaN: missing or not finite
	ends    *[2]float64 // the least and the greatest; nil: nobody has asked
	Levels  []string    // of others, the most frequent first
	Codes   []int       // which of Levels; -1: missing
}

// rowsOf turns a sample. Columns without a profile are categories; levels have
// the order of their coming, see order, and clusters their own.
func rowsOf(s wire.SampleColumns, schema table.Schema) (exploreRows, error) {
	ids, err := wire.Floats(s.IDs, -1)
	out := exploreRows{IDs: make([]int64, len(ids)), Columns: map[string]*rowsColumn{}, Of: s.Of, Chosen: s.Chosen}
	for i, id := range ids {
		out.IDs[i] = int64(id)
	}
	for j, from := range s.Columns {
		values := from.Numbers
		if from.Codes != nil {
			values = from.Codes
		}
		numbers, bad := wire.Floats(values, len(ids))
		if bad != nil {
			err = bad
			break
		}
		c := &rowsColumn{Kind: table.Category}
		if i := schema.Index(from.Name); i >= 0 {
			c.Kind = schema[i].Kind
		}
		// The column of clusters comes last, and none of the dataset may be meant by its name.
		clusters := j == len(s.Columns)-1 && from.Name == wire.ClusterColumn
		switch {
		case clusters:
			c.Kind = table.Category
			c.fill(numbers, clusterNames(numbers))
		case c.Kind != table.Number:
			c.fill(numbers, from.Levels)
		case from.Codes == nil:
			for i, v := range numbers {
				if math.IsInf(v, 0) {
					numbers[i] = math.NaN()
				}
			}
			c.Numbers = numbers
		default: // no number, whatever the schema says
			c.Numbers = slices.Repeat([]float64{math.NaN()}, len(ids))
		}
		out.Columns[from.Name] = c
	}
	return out, err
}

// order brings the levels of categories into that of their profiles: the most
// frequent of the whole table first. It may be called again when more have come.
func (r exploreRows) order(profiles map[string]*wire.ColumnProfile) {
	for name, c := range r.Columns {
		p := profiles[name]
		if p == nil || c.Kind == table.Number {
			continue
		}
		levels := make([]string, 0, len(c.Levels))
		at := map[string]int{}
		for _, l := range p.Top {
			at[l.Value] = len(levels)
			levels = append(levels, l.Value)
		}
		to := make([]int, len(c.Levels))
		for i, l := range c.Levels {
			j, ok := at[l]
			if !ok {
				j = len(levels)
				levels = append(levels, l)
			}
			to[i] = j
		}
		for i, code := range c.Codes {
			if code >= 0 {
				c.Codes[i] = to[code]
			}
		}
		c.Levels = levels
	}
}

// fill sets the levels, and which of them each row has.
func (c *rowsColumn) fill(codes []float64, levels []string) {
	c.Levels, c.Codes = levels, make([]int, len(codes))
	for i, v := range codes {
		if c.Codes[i] = -1; v >= 0 && v < float64(len(levels)) {
			c.Codes[i] = int(v)
		}
	}
}

// clusterNames names the clusters from 0 to the last that a row is in.
func clusterNames(clusters []float64) []string {
	last := -1
	for _, v := range clusters {
		if v == v {
			last = max(last, int(v))
		}
	}
	out := make([]string, last+1)
	for i := range out {
		out[i] = table.Num(float64(i)).String()
	}
	return out
}

// value gives a cell as a number: of a level its place, of what is missing NaN.
func (c *rowsColumn) value(i int) float64 {
	if c.Kind == table.Number {
		return c.Numbers[i]
	}
	if c.Codes[i] < 0 {
		return math.NaN()
	}
	return float64(c.Codes[i])
}

// text gives a cell in words; "" is missing.
func (c *rowsColumn) text(i int) string {
	if c.Kind != table.Number {
		if c.Codes[i] < 0 {
			return ""
		}
		return c.Levels[c.Codes[i]]
	}
	return table.Num(c.Numbers[i]).String()
}

// lit tells which rows are selected, and how many; nil if nothing is. What is
// selected of columns that the sample does not have is passed over.
func (r exploreRows) lit(s selection) (lit []bool, n int) {
	if len(s) == 0 {
		return nil, 0
	}
	lit = make([]bool, len(r.IDs))
	for i := range lit {
		lit[i] = true
	}
	for _, f := range s {
		c := r.Columns[f.Column]
		switch {
		case c == nil:
		case c.Kind == table.Number:
			c.between(f, lit)
		default:
			c.among(f, lit)
		}
	}
	for _, l := range lit {
		if l {
			n++
		}
	}
	return lit, n
}

// between takes the light from rows whose number does not pass f.
func (c *rowsColumn) between(f wire.Filter, lit []bool) {
	lo, hi, bounded := selection{f}.ends(f.Column)
	for i, v := range c.Numbers {
		switch {
		case math.IsNaN(v):
			lit[i] = lit[i] && (f.Missing == wire.MissingOnly || f.Missing == wire.MissingAlso)
		case bounded:
			lit[i] = lit[i] && v >= lo && v <= hi
		default:
			lit[i] = lit[i] && f.Missing != wire.MissingOnly
		}
	}
}

// among takes the light from rows whose level does not pass f.
func (c *rowsColumn) among(f wire.Filter, lit []bool) {
	pass := make([]bool, len(c.Levels)+1) // the last is the missing ones
	for i, l := range c.Levels {
		pass[i] = f.Missing == wire.MissingNever || slices.Contains(f.Levels, l) ||
			f.Contains != "" && strings.Contains(strings.ToLower(l), strings.ToLower(f.Contains))
	}
	pass[len(c.Levels)] = f.Missing == wire.MissingAlso || f.Missing == wire.MissingOnly
	for i, code := range c.Codes {
		if code < 0 {
			code = len(c.Levels)
		}
		lit[i] = lit[i] && pass[code]
	}
}

// whole reports whether the sample is all rows.
func (r exploreRows) whole() bool { return int64(len(r.IDs)) == r.Of }
