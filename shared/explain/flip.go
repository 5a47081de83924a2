package explain

import (
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// Flip is a change of one column that gives the row another cluster; Predict has said so.
type Flip struct {
	Column  int        // of Inputs
	To      table.Cell // the value nearest to the present one that flips, as a float64 exactly; a category's level
	Before  table.Cell // of a number: the float64 beside To, which does not flip
	Cluster int        // that the row has then
	Moved   float64    // distance that the change moves the row, prepared space: what changes are compared by
}

// mostWork bounds what a search may measure: squared differences of a feature.
const mostWork = 1 << 24

// Single finds the smallest change of one column that flips the row, nil if no change
// of one column does. Along a column of numbers the squared distances to two centroids
// differ by a linear function of its value, so that each centroid becomes nearer at one
// place; the first is looked at closely with Predict, to the last bit. Of a category
// each level is tried. Models that bring rows to length 1, and those with so many
// centroids and features that it takes long, are fault.Invalid.
func Single(m *model.Model, cells []table.Cell) (*Flip, error) {
	s, err := newSearch(m, cells)
	if err != nil {
		return nil, err
	}
	var found []Flip
	at := 0
	for i, c := range m.Prep.Columns {
		if c.Levels == nil {
			found = append(found, s.number(i, at)...)
			at++
			continue
		}
		found = append(found, s.category(i)...)
		at += len(c.Levels)
	}
	slices.SortStableFunc(found, func(a, b Flip) int {
		switch {
		case a.Moved < b.Moved:
			return -1
		case a.Moved > b.Moved:
			return 1
		}
		return 0
	})
	for _, f := range found {
		if s.m.Inputs[f.Column].Kind != table.Number || s.refine(&f) {
			return &f, nil
		}
	}
	return nil, nil
}

// search is the row that is to flip.
type search struct {
	m     *model.Model
	cells []table.Cell
	row   []float32
	near  int
	gap   []float64 // how much larger the squared distance to each centroid is
}

func newSearch(m *model.Model, cells []table.Cell) (*search, error) {
	row, err := m.Prep.Row(cells, nil)
	if err != nil {
		return nil, err
	}
	if m.Prep.Unit {
		return nil, fault.Newf(fault.Invalid, "What would change the cluster is not computed for models with the cosine distance.")
	}
	if m.Centroids.Rows*m.Centroids.Cols > mostWork/64 {
		return nil, fault.Newf(fault.Invalid, "What would change the cluster is not computed for models of this size.")
	}
	s := &search{m: m, cells: slices.Clone(cells), row: row}
	s.near, _ = kmeans.Predict(row, m.Centroids)
	s.gap = kmeans.Distances(row, m.Centroids, nil)
	for own, j := s.gap[s.near], 0; j < len(s.gap); j++ {
		s.gap[j] -= own
	}
	return s, nil
}

// label predicts with another cell in one column; -1 if it can't be measured.
func (s *search) label(column int, c table.Cell) int {
	was := s.cells[column]
	s.cells[column] = c
	p, err := s.m.Predict(s.cells)
	s.cells[column] = was
	if err != nil {
		return -1
	}
	return p.Cluster
}

// number gives the first crossing below and above the value of a feature.
func (s *search) number(column, feature int) []Flip {
	own := s.m.Centroids.Row(s.near)[feature]
	first := [2]Flip{{Column: column, Moved: math.Inf(1)}, {Column: column, Moved: math.Inf(1)}}
	for j, gap := range s.gap {
		slope := 2 * (s.m.Centroids.Row(j)[feature] - own)
		if j == s.near || slope == 0 {
			continue
		}
		// Moved by t, the gap is gap - t*slope.
		side, t := 0, gap/slope
		if slope > 0 {
			side = 1
		}
		if f := &first[side]; math.Abs(t) < f.Moved {
			c := s.m.Prep.Columns[column]
			f.Moved, f.To = math.Abs(t), table.Num((float64(s.row[feature])+t)*c.Factor+c.Offset)
		}
	}
	return slices.DeleteFunc(first[:], func(f Flip) bool { return math.IsInf(f.Moved, 0) || f.To.Missing() })
}

// refine finds the place, near the crossing that was computed, where Predict gives
// another cluster: between the present value, which does not flip, and one behind it.
// The cells of a cluster are convex, so that there is one such place.
func (s *search) refine(f *Flip) bool {
	c := s.m.Prep.Columns[f.Column]
	from := c.Fill
	if cell := s.cells[f.Column]; cell.Number != nil {
		from = *cell.Number
	}
	to, stay := *f.To.Number, from
	step := math.Abs(to-from) * 1e-9
	if step == 0 {
		step = math.Abs(c.Factor) * 1e-9
	}
	away := 1.0
	if to < from {
		away = -1
	}
	for range 64 {
		l := s.label(f.Column, table.Num(to))
		if l < 0 {
			return false
		}
		if l != s.near {
			break
		}
		stay = to
		to += away * step
		step *= 2
	}
	if s.label(f.Column, table.Num(to)) == s.near {
		return false
	}
	for math.Nextafter(stay, to) != to {
		mid := stay + (to-stay)/2
		if mid == stay || mid == to {
			break
		}
		if s.label(f.Column, table.Num(mid)) == s.near {
			stay = mid
		} else {
			to = mid
		}
	}
	f.To, f.Before = table.Num(to), table.Num(stay)
	f.Cluster = s.label(f.Column, f.To)
	return true
}

// category tries each level.
func (s *search) category(column int) []Flip {
	levels := s.m.Prep.Columns[column].Levels
	if len(levels)*s.m.Centroids.Rows*s.m.Centroids.Cols > mostWork {
		return nil
	}
	moved := 1.0 // from a level that is none of the model's
	if slices.Contains(levels, s.cells[column].String()) {
		moved = math.Sqrt2
	}
	for _, l := range levels {
		if got := s.label(column, table.Str(l)); got >= 0 && got != s.near {
			return []Flip{{Column: column, To: table.Str(l), Cluster: got, Moved: moved}}
		}
	}
	return nil
}

// Rounded gives a short number that flips as well: To, rounded away from the present
// value to as few digits as change it by at most a hundredth of the way.
func (f *Flip) Rounded(m *model.Model, cells []table.Cell) table.Cell {
	if f.To.Number == nil || cells[f.Column].Number == nil {
		return f.To
	}
	to, from := *f.To.Number, *cells[f.Column].Number
	s := &search{m: m, cells: slices.Clone(cells)}
	for digits := -12; digits <= 12; digits++ {
		unit := math.Pow(10, float64(-digits))
		v := math.Ceil(to/unit) * unit
		if to < from {
			v = math.Floor(to/unit) * unit
		}
		if digits > 0 { // a hundredth is not exact, a hundred are
			scale := math.Pow(10, float64(digits))
			if v = math.Ceil(to*scale) / scale; to < from {
				v = math.Floor(to*scale) / scale
			}
		}
		if math.Abs(v-to) <= math.Abs(to-from)/100 && s.label(f.Column, table.Num(v)) == f.Cluster {
			return table.Num(v)
		}
	}
	return f.To
}
