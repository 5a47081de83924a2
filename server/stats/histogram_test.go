package stats

import (
	"math"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
)

// TestBinEdges wants each edge, and the number just below it, in the bin that the
// edges say, whatever the rounding of the division.
func TestBinEdges(t *testing.T) {
	for i := range uint64(2000) {
		u := func(purpose uint64) float64 { return kmeans.Uniform(1, purpose, i) }
		s := &summary{count: 2, min: math.Round(2000*(u(1)-0.5)) / 10, max: 0}
		s.max = s.min + math.Round(1000*u(2)+1)/10
		if i%5 == 0 {
			s.min, s.max = -math.MaxFloat64*u(1), math.MaxFloat64*u(2)
		}
		h := newHistogram(s, 1+int(100*u(3)))
		for b, e := range h.edges {
			if got := h.of(e); got != min(b, h.bins-1) {
				t.Fatalf("%v, edge %d of %d from %v to %v, is in bin %d", e, b, h.bins, s.min, s.max, got)
			}
			if b > 0 {
				if below := math.Nextafter(e, math.Inf(-1)); h.of(below) != b-1 {
					t.Fatalf("%v, just below edge %d of %d from %v to %v, is in bin %d", below, b, h.bins, s.min, s.max, h.of(below))
				}
			}
		}
	}
}
