//go:build !noasm

package kernel

import (
	"math"
	"math/bits"
	"testing"
)

// Nearly all rows are certified: else the definition does the work.
func TestMostRowsAreCertified(t *testing.T) {
	for _, kind := range []string{"normal", "offset", "twins"} {
		for _, s := range [][2]int{{2, 8}, {16, 10}, {16, 100}, {128, 256}, {784, 10}} {
			d, k, n := s[0], s[1], 4096
			rows, cs := data("normal", n, d, k)
			if kind == "offset" {
				for i := range rows {
					rows[i] += 1e4
				}
				for i := range cs {
					cs[i] += 1e4
				}
			}
			if kind == "twins" {
				copy(cs[d:2*d], cs[:d])
			}
			each(t, func(t *testing.T, im *impl) {
				c := im.pack(nil, cs, k, d)
				q, ok := c.quick.(*certified)
				if p, coarse := c.quick.(*coarse); coarse {
					q = p.certified
				} else if !ok {
					return // the definition
				}
				scratch, doubtful := newScratch(), 0
				size := scratch.room(q.width, d, chunk)
				scratch.near = make([]tile, (k+3)/4)
				labels, squared := make([]int32, size), make([]float64, size)
				for lo := 0; lo+size <= n; lo += size {
					q.part(c, scratch, Unkept, rows[lo*d:(lo+size)*d], labels, squared)
					for _, b := range scratch.doubt {
						doubtful += bits.OnesCount32(b)
					}
				}
				if doubtful > n/200 {
					t.Errorf("%s d=%d k=%d: %d of %d rows are in doubt, want at most 0.5 %%", kind, d, k, doubtful, n)
				}
			})
		}
	}
}

// The threshold is the bound of certified's comment, and infinite for what it does not cover.
func TestThreshold(t *testing.T) {
	q := &certified{proof: proof{largest: 3}}
	for _, square := range []float32{float32(math.NaN()), float32(math.Inf(1)), 0x1p101} {
		if got := q.threshold(5, norm(5, square)); !math.IsInf(float64(got), 1) {
			t.Errorf("threshold of a squared norm of %v = %v, want infinity", square, got)
		}
	}
	// d=4: 2·8u(2·3+4.5) and 7·2^-53·25.
	got, want := float64(q.threshold(4, norm(4, 4))), 16*0x1p-24*10.5
	if got < want || got > want*1.001 {
		t.Errorf("threshold = %v, want %v and a little more", got, want)
	}
}

// Tiles hold all centroids, fill up with less than a step, and differ by a step at most.
func TestArrange(t *testing.T) {
	for _, step := range []int{2, 4} {
		for n := 1; n < 100; n++ {
			tiles, size := arrange(n, 12, step)
			if size < n || size >= n+step || size%step != 0 {
				t.Errorf("arrange(%d, 12, %d) holds %d", n, step, size)
			}
			next, widest, narrowest := 0, 0, 12
			tiles.each(func(n, first int) {
				if first != next {
					t.Errorf("arrange(%d, 12, %d): a tile begins at %d, want %d", n, step, first, next)
				}
				next, widest, narrowest = next+n, max(widest, n), min(narrowest, n)
			})
			if next != size || widest-narrowest > step {
				t.Errorf("arrange(%d, 12, %d) = %v, of %d, want %d", n, step, tiles, next, size)
			}
		}
	}
}
