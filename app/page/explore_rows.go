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
func rowsOf(s wire.SampleRows, schema table.Schema) exploreRows {
	out := exploreRows{IDs: make([]int64, len(s.Rows)), Columns: map[string]*rowsColumn{}, Of: s.Of, Chosen: s.Chosen}
	for i, r := range s.Rows {
		out.IDs[i] = r.ID
	}
	for j, name := range s.Columns {
		c := &rowsColumn{Kind: table.Category}
		if i := schema.Index(name); i >= 0 {
			c.Kind = schema[i].Kind
		}
		// The column of clusters comes last, and none of the dataset may be meant by its name.
		if j == len(s.Columns)-1 && name == wire.ClusterColumn {
			c.Kind, c.Levels = table.Category, clusterNames(s.Rows, j)
		}
		if c.Kind == table.Number {
			c.Numbers = make([]float64, len(s.Rows))
			for i, r := range s.Rows {
				if c.Numbers[i] = math.NaN(); j < len(r.Cells) && finite(r.Cells[j]) {
					c.Numbers[i] = *r.Cells[j].Number
				}
			}
		} else {
			c.fill(s.Rows, j)
		}
		out.Columns[name] = c
	}
	return out
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

// fill reads levels.
func (c *rowsColumn) fill(rows []wire.Row, j int) {
	c.Codes = make([]int, len(rows))
	at := map[string]int{}
	for i, l := range c.Levels {
		at[l] = i
	}
	for i, r := range rows {
		if c.Codes[i] = -1; j >= len(r.Cells) || r.Cells[j].Missing() {
			continue
		}
		text := r.Cells[j].String()
		code, ok := at[text]
		if !ok {
			code = len(c.Levels)
			at[text] = code
			c.Levels = append(c.Levels, text)
		}
		c.Codes[i] = code
	}
}

// clusterNames names the clusters from 0 to the last that a row is in.
func clusterNames(rows []wire.Row, j int) []string {
	last := -1
	for _, r := range rows {
		if j < len(r.Cells) && r.Cells[j].Number != nil {
			last = max(last, int(*r.Cells[j].Number))
		}
	}
	out := make([]string, last+1)
	for i := range out {
		out[i] = table.Num(float64(i)).String()
	}
	return out
}

func finite(c table.Cell) bool {
	return c.Number != nil && !math.IsNaN(*c.Number) && !math.IsInf(*c.Number, 0)
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
