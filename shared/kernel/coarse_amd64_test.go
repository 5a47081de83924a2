//go:build !noasm

package kernel

import (
	"math"
	"slices"
	"testing"
)

// forced is implementations with one stage only, or with one that would not be chosen.
var forced = []impl{
	vector256.impl("avx2, float32 only", avx2, never),
	vector256.impl("avx2, int16 first", avx2, always),
	vector512.impl("avx512, int16 first", avx512vnni, always),
}

// late is the share of the rows that the int16 stage has left to the others.
func late(c *Centers) (share float64, ok bool) {
	q, ok := c.quick.(*coarse)
	if !ok || q.rows.Load() == 0 {
		return 0, false
	}
	return float64(q.late.Load()) / float64(q.rows.Load()), true
}

// Little is left to certified, whether or not all is well scaled.
func TestCoarseProvesMost(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for _, kind := range []string{"normal", "offset", "small"} {
			for _, s := range [][2]int{{8, 100}, {16, 100}, {65, 300}, {784, 60}} {
				d, k, n := s[0], s[1], 4096
				rows, cs := data(kind, n, d, k)
				c := im.pack(nil, cs, k, d)
				c.Assign(rows, make([]int32, n), make([]float64, n))
				if share, ok := late(c); ok && share > 0.03 {
					t.Errorf("%s d=%d k=%d: %v of the rows are left, want at most 3 %%", kind, d, k, share)
				}
			}
		}
	})
}

// Rows in doubt don't go through int16 for long.
func TestCoarseGivesUp(t *testing.T) {
	for _, im := range impls {
		n, d, k := 1<<14, 8, 300
		rows, cs := data("grid", n, d, k) // every row is as near to many
		c := im.pack(nil, cs, k, d)
		c.Assign(rows, make([]int32, n), make([]float64, n))
		if q, ok := c.quick.(*coarse); ok && q.rows.Load() > 2048 {
			t.Errorf("%s: %d of %d rows went through int16, of which %d in vain", im.name, q.rows.Load(), n, q.late.Load())
		}
	}
}

// Rows that are not laid out since int16 gave up are laid out when other centroids come.
func TestLayoutAfterGivingUp(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		n, d, k := 1<<12, 8, 300
		rows, cs := data("grid", n, d, k)
		_, others := data("normal", n, d, k)
		layout := NewLayout(n, d)
		for _, cs := range [][]float64{cs, others} {
			c := im.pack(layout, cs, k, d)
			got, want := make([]int32, n), make([]int32, n)
			for lo := 0; lo < n; lo += 512 {
				c.Label(lo, rows[lo*d:(lo+512)*d], got[lo:lo+512])
			}
			c.define(rows, want, make([]float64, n))
			if !slices.Equal(got, want) {
				t.Errorf("labels differ from the definition's")
			}
		}
	})
}

// The threshold has all terms of the bound of coarse's comment, and is NaN for what it does not cover.
func TestCoarseThreshold(t *testing.T) {
	q := &coarse{certified: &certified{proof: proof{largest: 3}}, scale: reach / 3.0}
	panel := func(d int, square, scale, took float32) *laid {
		x := norm(d, square)
		return &laid{scale: scale, norm: x, rest: lost(d, x, scale, took)}
	}
	for _, square := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		if got := q.threshold(5, panel(5, square, factor(norm(5, square), 3), 1)); got == got {
			t.Errorf("threshold of a squared norm of %v = %v, want NaN", square, got)
		}
	}
	if a, want := float64(factor(norm(4, 4), 3)), reach/3.5; a > want || a < want*0.999 {
		t.Errorf("factor of a squared norm of 4 = %v, want %v", a, want)
	}
	for name, c := range map[string]struct {
		d                   int
		square, scale, took float32
		rest                float64
		low                 uint32
		want                float64
	}{
		"what is rounded in int32": {d: 4, want: 2 * (128 + 1)},
		"labels":                   {d: 4, low: 1023, want: 2 * (128 + 1024)},
		"what rounding took":       {d: 4, took: 9, want: 2 * (3*reach + 128 + 1)},
		"centroids":                {d: 4, rest: 5, took: 9, scale: 1000, square: 4, want: 2 * (3.000238*reach + 2003*5 + 128 + 1)},
		"the float32 before":       {d: 4, scale: 1e6, square: 4, want: 2 * (0.2384*reach + 128 + 1)},
		"the definition":           {d: 60000, scale: 1e10, want: 2*(128+1) + 1e10*reach/3*60003*0x1p-53*9},
	} {
		q.rest, q.low = c.rest, c.low
		if got := float64(q.threshold(c.d, panel(c.d, c.square, c.scale, c.took))); got < c.want*0.9999 || got > c.want*1.01 {
			t.Errorf("%s: threshold = %v, want %v and a little more", name, got, c.want)
		}
	}
}
