package kmeans

import (
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// still is a pass in which few centroids differ from those of the pass before. A row whose
// own does not has the same distance to it, and none that stands still is nearer: it is
// measured against those that moved alone. The other rows are measured as ever.
type still struct {
	moved []int32         // indices of those that moved
	is    []bool          // of each, whether it moved
	few   *kernel.Centers // those that moved
}

// stillPays is from how many products of a row's number and a centroid's on sparing some
// is worth measuring a row's own centroid and copying rows.
const stillPays = 2048

// still gives what a pass with centroids needs to know, or nil if it would not pay.
func (m *Memory) still(centroids Matrix) *still {
	k, d := centroids.Rows, centroids.Cols
	if m.bounds.when != Auto && m.bounds.when != "" || m.last.Rows != k || k*d < stillPays {
		return nil
	}
	s := &still{is: make([]bool, k)}
	var few []float64
	for j := range k {
		if row := centroids.Row(j); !slices.Equal(row, m.last.Row(j)) {
			s.moved, s.is[j] = append(s.moved, int32(j)), true
			few = append(few, row...)
		}
	}
	if 3*len(s.moved) > k {
		return nil
	}
	if len(s.moved) > 0 {
		s.few = kernel.Pack(few, len(s.moved), d)
	}
	return s
}

// label labels rows whose labels in the last pass are old, and counts those that are not
// measured against all.
func (s *still) label(c *kernel.Centers, w *worker, rows []float32, old, label []int32) (spared int) {
	copy(label, old)
	if s.few == nil {
		return len(old)
	}
	n, d := len(old), c.Dim()
	w.near = slices.Grow(w.near[:0], n)[:n]
	w.squared, w.own = slices.Grow(w.squared[:0], n)[:n], slices.Grow(w.own[:0], n)[:n]
	s.few.Assign(rows, w.near, w.squared)
	c.Measure(rows, old, w.own)
	w.rows, w.from = w.rows[:0], w.from[:0]
	for i, l := range old {
		if s.is[l] {
			w.rows, w.from = append(w.rows, rows[i*d:(i+1)*d]...), append(w.from, int32(i))
			continue
		}
		if j := s.moved[w.near[i]]; w.squared[i] < w.own[i] || w.squared[i] == w.own[i] && j < l {
			label[i] = j
		}
	}
	again := w.near[:len(w.from)]
	c.Label(kernel.Unkept, w.rows, again)
	for j, i := range w.from {
		label[i] = again[j]
	}
	return n - len(w.from)
}
