package stats

import (
	"cmp"
	"slices"

	"github.com/centroid-studio/centroid/shared/wire"
)

// mostOutliers is how many are named on either side of a box.
const mostOutliers = 100

// boxOf draws the box plot of a column of numbers with at least one value.
func boxOf(f *frame, c *column) *wire.Box {
	s := c.summarize()
	reach := 1.5 * (s.q3 - s.q1)
	from, to := s.q1-reach, s.q3+reach
	b := &wire.Box{Low: s.max, High: s.min}
	var low, high farthest
	low.sign, high.sign = 1, -1
	for i, v := range c.numbers {
		switch {
		case !finite(v):
		case v < from:
			b.Below++
			low.add(i, v)
		case v > to:
			b.Above++
			high.add(i, v)
		default:
			b.Low, b.High = min(b.Low, v), max(b.High, v)
		}
	}
	for _, o := range low.sorted() {
		b.Outliers = append(b.Outliers, wire.Outlier{Row: f.id(o.row), Value: o.value})
	}
	above := high.sorted()
	slices.Reverse(above)
	for _, o := range above {
		b.Outliers = append(b.Outliers, wire.Outlier{Row: f.id(o.row), Value: o.value})
	}
	return b
}

type valueAt struct {
	row   int
	value float64
}

// farthest keeps the least values, or with sign -1 the greatest, of those added; ties by row.
type farthest struct {
	sign float64
	kept []valueAt
}

func (f *farthest) add(row int, v float64) {
	f.kept = append(f.kept, valueAt{row, v})
	if len(f.kept) >= 64*mostOutliers {
		f.sorted()
	}
}

func (f *farthest) sorted() []valueAt {
	slices.SortFunc(f.kept, func(a, b valueAt) int {
		return cmp.Or(cmp.Compare(f.sign*a.value, f.sign*b.value), cmp.Compare(a.row, b.row))
	})
	f.kept = f.kept[:min(len(f.kept), mostOutliers)]
	return f.kept
}
