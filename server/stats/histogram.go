package stats

import "math"

// Limits of how many bins a histogram has.
const (
	maxBins  = 1000 // if asked for
	autoBins = 100  // if not
)

// histogram is bins of the same width; all but the last are open above.
type histogram struct {
	edges []float64
	lo    float64 // half of the first edge: no difference of halves overflows
	scale float64 // bins a half
	bins  int
}

// newHistogram makes bins from the least to the greatest value: as many as asked
// for or, for 0, as the rule of numpy 2 says, which takes Freedman and Diaconis'
// width where it is the narrower, and Sturges' else; at most autoBins.
func newHistogram(s *summary, asked int) *histogram {
	lo, hi := s.min, s.max
	if lo == hi {
		d := max(0.5, math.Abs(lo)*1e-3)
		lo, hi = lo-d, hi+d
	}
	n := min(asked, maxBins)
	if n <= 0 {
		n = binsOf(s)
	}
	h := &histogram{edges: make([]float64, n+1), lo: lo / 2, bins: n}
	h.scale = float64(n) / (hi/2 - lo/2)
	step := (hi - lo) / float64(n)
	for i := range h.edges {
		if math.IsInf(step, 0) {
			t := float64(i) / float64(n)
			h.edges[i] = lo*(1-t) + hi*t
		} else {
			h.edges[i] = float64(i)*step + lo
		}
	}
	h.edges[n] = hi
	return h
}

func binsOf(s *summary) int {
	span := s.max - s.min
	if span == 0 || s.count < 2 {
		return 1
	}
	if math.IsInf(span, 0) {
		return autoBins
	}
	n := float64(s.count)
	width := span / (math.Log2(n) + 1)
	diaconis := 2 * (s.q3 - s.q1) / math.Cbrt(n)
	width = min(width, max(diaconis, span/math.Sqrt(n)/2))
	if bins := math.Ceil(span / width); bins < autoBins {
		return int(bins)
	}
	return autoBins
}

// of gives the bin of a finite value from the first edge to the last.
func (h *histogram) of(v float64) int {
	b := min(int((v/2-h.lo)*h.scale), h.bins-1)
	if v < h.edges[b] {
		return b - 1
	}
	if b < h.bins-1 && v >= h.edges[b+1] {
		return b + 1
	}
	return b
}

// count counts the finite values of x.
func (h *histogram) count(x []float64) []int64 {
	out := make([]int64, h.bins)
	for _, v := range x {
		if finite(v) {
			out[h.of(v)]++
		}
	}
	return out
}
