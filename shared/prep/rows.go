package prep

import (
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Names gives the columns that a row must have, in the order of its cells.
func (p *Prep) Names() []string {
	names := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		names[i] = c.Name
	}
	return names
}

// FeatureNames names the values of a vector: a column's name, or "column=level".
func (p *Prep) FeatureNames() []string {
	var names []string
	for _, c := range p.Columns {
		if c.Levels == nil {
			names = append(names, c.Name)
		}
		for _, l := range c.Levels {
			names = append(names, c.Name+"="+l)
		}
	}
	return names
}

// Width gives the number of values in a vector.
func (p *Prep) Width() int {
	w := 0
	for i := range p.Columns {
		w += p.Columns[i].width()
	}
	return w
}

func (c *Column) width() int {
	if c.Levels == nil {
		return 1
	}
	return len(c.Levels)
}

// value defines how a number becomes a value of a vector: in float64, a
// subtraction and a division, which no compiler fuses. A row's value is then
// rounded to float32, once, to nearest and ties to even.
func (c *Column) value(x float64) float64 {
	if math.IsNaN(x) {
		x = c.Fill
	}
	if c.Log {
		x = SignedLog(x)
	}
	return (x - c.Offset) / c.Factor
}

// Original takes a value of a vector back to a number in original units.
func (c *Column) Original(value float64) float64 {
	x := float64(value*c.Factor) + c.Offset
	if c.Log {
		x = signedExp(x)
	}
	return x
}

// level gives the place of a text's level, or -1 for an unknown one.
func (c *Column) level(s string) int {
	if s == "" {
		s = c.Usual
	}
	i := sort.SearchStrings(c.Levels, s)
	if i < len(c.Levels) && c.Levels[i] == s {
		return i
	}
	return -1
}

// Batch appends the vectors of b's rows to dst, row-major. b has the columns
// of Names, in that order. kept are the indices in b of the rows that have a
// vector: with Drop, rows with a missing value have none. kept is appended to keep.
func (p *Prep) Batch(b *table.Batch, dst []float32, keep []int) (vectors []float32, kept []int) {
	kept = keep
	for i := range b.Rows {
		if p.Missing != Drop || complete(b.Columns, i) {
			kept = append(kept, i)
		}
	}
	rows, w := kept[len(keep):], p.Width()
	from := len(dst)
	dst = append(dst, make([]float32, len(rows)*w)...)
	out := dst[from:]
	at := 0
	for j := range p.Columns {
		c := &p.Columns[j]
		if c.Levels == nil {
			values := b.Columns[j].Numbers
			for r, i := range rows {
				out[r*w+at] = float32(c.value(values[i]))
			}
		} else {
			values := b.Columns[j].Texts
			for r, i := range rows {
				if l := c.level(values[i]); l >= 0 {
					out[r*w+at+l] = 1
				}
			}
		}
		at += c.width()
	}
	for r := range rows {
		p.unit(out[r*w : (r+1)*w])
	}
	return dst, kept
}

// unit brings a vector to length 1. One of zeros stays: see Directionless.
func (p *Prep) unit(x []float32) {
	if !p.Unit {
		return
	}
	square := 0.0
	for _, v := range x {
		square += float64(float64(v) * float64(v))
	}
	if square == 0 {
		return
	}
	length := math.Sqrt(square)
	for t, v := range x {
		x[t] = float32(float64(v) / length)
	}
}

// Directionless gives the first of some vectors that is all zeros, or -1. With
// Unit it has no angle to any other, so it can be neither trained on nor predicted.
func (p *Prep) Directionless(vectors []float32) int {
	if !p.Unit {
		return -1
	}
	w := p.Width()
	for i := 0; i < len(vectors); i += w {
		if !slices.ContainsFunc(vectors[i:i+w], func(v float32) bool { return v != 0 }) {
			return i / w
		}
	}
	return -1
}

// Measurable reports the first row of a batch whose vector has no distance: a value
// that is not finite, or no direction with Unit. vectors are those of b's rows kept.
func (p *Prep) Measurable(b *table.Batch, vectors []float32, kept []int) error {
	w := p.Width()
	for i, v := range vectors {
		if v-v != 0 {
			return fault.Newf(fault.Invalid, "Row %d has a value of %s that is infinite or too large to measure a distance.",
				b.First+int64(kept[i/w])+1, p.FeatureNames()[i%w])
		}
	}
	if i := p.Directionless(vectors); i >= 0 {
		return fault.Newf(fault.Invalid, "Row %d is zero in all columns after scaling, so it has no direction, and no cosine to a cluster.", b.First+int64(kept[i])+1)
	}
	return nil
}

func complete(columns []table.Vector, i int) bool {
	for _, v := range columns {
		if !has(v, i) {
			return false
		}
	}
	return true
}

// has reports whether row i has a value.
func has(v table.Vector, i int) bool {
	return (v.Numbers == nil || !math.IsNaN(v.Numbers[i])) && (v.Texts == nil || v.Texts[i] != "")
}

// Row appends the vector of one row to dst: the same bits as Batch. cells are
// in the order of Names. A missing cell with Drop, a text where a number is
// wanted and a number too large to measure are faults that name the column. A
// level that the training did not have makes zeros.
func (p *Prep) Row(cells []table.Cell, dst []float32) ([]float32, error) {
	from := len(dst)
	err := p.each(cells, func(v float64) { dst = append(dst, float32(v)) })
	if err != nil {
		return nil, err
	}
	if p.Directionless(dst[from:]) >= 0 {
		return nil, fault.Newf(fault.Invalid, "All values are zero after scaling, so the row has no direction, and no cosine to a cluster.")
	}
	p.unit(dst[from:])
	return dst, nil
}

// Vector appends the vector of a centroid in original units to dst, not rounded
// to float32, nor brought to length 1: what Original gives, it takes. Faults are those of Row.
func (p *Prep) Vector(cells []table.Cell, dst []float64) ([]float64, error) {
	err := p.each(cells, func(v float64) { dst = append(dst, v) })
	if err != nil {
		return nil, err
	}
	return dst, nil
}

// each gives the values of a row's vector, each finite as a float32.
func (p *Prep) each(cells []table.Cell, value func(float64)) error {
	if len(cells) != len(p.Columns) {
		return fault.Newf(fault.Invalid, "The row has %d values, want %d: %s.", len(cells), len(p.Columns), strings.Join(p.Names(), ", "))
	}
	for j := range p.Columns {
		c, cell := &p.Columns[j], cells[j]
		missing := cell.Number == nil && (cell.Text == nil || *cell.Text == "") || cell.Number != nil && math.IsNaN(*cell.Number)
		if missing && p.Missing == Drop {
			return fault.Fieldf(c.Name, "%s is missing. This model leaves out rows with missing values: fill it in.", c.Name)
		}
		if c.Levels != nil {
			l := -1
			if missing {
				l = c.level("")
			} else {
				l = c.level(cell.String())
			}
			for i := range c.Levels {
				if i == l {
					value(1)
				} else {
					value(0)
				}
			}
			continue
		}
		x := math.NaN()
		switch {
		case missing:
		case cell.Text != nil:
			return fault.Fieldf(c.Name, "%s is %q, want a number.", c.Name, *cell.Text)
		default:
			x = *cell.Number
		}
		v := c.value(x)
		if !finite(float64(float32(v))) {
			return fault.Fieldf(c.Name, "%s is %s, which is too large to measure a distance.", c.Name, cell)
		}
		value(v)
	}
	return nil
}

// Original takes a centroid back to original units, one cell a column: a
// category's is its most likely level, ties to the first, missing if none is likely.
func (p *Prep) Original(centroid []float64) []table.Cell {
	cells := make([]table.Cell, 0, len(p.Columns))
	for j := range p.Columns {
		c := &p.Columns[j]
		values := centroid[:c.width()]
		centroid = centroid[c.width():]
		if c.Levels == nil {
			cells = append(cells, table.Num(c.Original(values[0])))
			continue
		}
		best, cell := 0.0, table.Cell{}
		for i, v := range values {
			if v > best {
				best, cell = v, table.Str(c.Levels[i])
			}
		}
		cells = append(cells, cell)
	}
	return cells
}

// Validate checks a preparation that came from a file.
func (p *Prep) Validate() error {
	if len(p.Columns) == 0 {
		return fault.Newf(fault.Invalid, "The model has no columns.")
	}
	seen := map[string]bool{}
	for i := range p.Columns {
		c := &p.Columns[i]
		if c.Name == "" || seen[c.Name] {
			return fault.Newf(fault.Invalid, "The model's column %d has the name %q, which is empty or taken.", i+1, c.Name)
		}
		seen[c.Name] = true
		if c.Levels == nil && (c.Factor == 0 || !finite(c.Factor) || !finite(c.Offset) || !finite(c.Fill)) {
			return fault.Newf(fault.Invalid, "The model's column %q has the factor %v and the offset %v.", c.Name, c.Factor, c.Offset)
		}
		if c.Levels != nil && c.Log {
			return fault.Newf(fault.Invalid, "The model takes the logarithm of column %q, which is a category.", c.Name)
		}
		for l := range c.Levels {
			if c.Levels[l] == "" || l > 0 && c.Levels[l-1] >= c.Levels[l] {
				return fault.Newf(fault.Invalid, "The model's column %q has levels that are empty, twice there or out of order.", c.Name)
			}
		}
		if c.Levels != nil && len(c.Levels) == 0 || c.Usual != "" && !slices.Contains(c.Levels, c.Usual) {
			return fault.Newf(fault.Invalid, "The model's column %q has no level, or a usual one that is not among them.", c.Name)
		}
	}
	if w := p.Width(); w > MaxFeatures {
		return fault.Newf(fault.Invalid, "The model has %d features, more than %d.", w, MaxFeatures)
	}
	if p.Scale != NoScale && p.Scale != Standard && p.Scale != MinMax {
		return fault.Newf(fault.Invalid, "The model's scaling is %q, which is not known.", p.Scale)
	}
	if p.Missing != Drop && p.Missing != Mean && p.Missing != Median {
		return fault.Newf(fault.Invalid, "The model's policy for missing values is %q, which is not known.", p.Missing)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
