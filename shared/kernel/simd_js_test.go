//go:build !noasm

package kernel

import "testing"

// Nearly all rows are proved: else the definition does the work.
func TestMostRowsAreProved(t *testing.T) {
	for _, im := range vectors {
		if !im.ok {
			t.Skip("there is no SIMD here")
		}
		for _, offset := range []float64{0, 1e2, 1e4, 1e6} {
			for _, s := range [][2]int{{2, 8}, {3, 5}, {4, 3}, {5, 10}, {16, 10}, {16, 100}, {784, 10}} {
				d, k, n := s[0], s[1], 4096
				rows, cs := data("normal", n, d, k)
				for i := range rows {
					rows[i] += float32(offset)
				}
				for i := range cs {
					cs[i] += offset
				}
				c := im.pack(nil, cs, k, d)
				labels, margins := make([]int32, n), make([]float32, n)
				c.quick.(*simd).run(c, rows, labels, nil, margins)
				doubtful := 0
				for _, m := range margins {
					if !(m > 0) {
						doubtful++
					}
				}
				// Near a million there are 16 values of a float32 in a unit: few features tie often.
				if doubtful > n/100 && (offset < 1e6 || d > 5) {
					t.Errorf("%s, offset %v, d=%d k=%d: %d of %d rows are in doubt, want at most 1 %%", im.name, offset, d, k, doubtful, n)
				}
			}
		}
	}
}
