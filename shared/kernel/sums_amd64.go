//go:build !noasm

package kernel

// distances64 has centroids in its lanes.
func distances64(c *Centers, x []float32, dst []tile) {
	distance(&x[0], c.d, len(dst), &c.tiles[0][0], &dst[0][0])
}

// potentials64 has candidates in its lanes.
func potentials64(c *Centers, rows []float32, squared, weights, sums []float64) {
	groups := len(squared) / 4
	if groups > 0 {
		var weight *float64
		if weights != nil {
			weight = &weights[0]
		}
		for j := 0; j < c.k; j += lanes {
			var s tile // of the last tile there may be less
			copy(s[:], sums[j:])
			potential(&rows[0], c.d, groups, &c.tiles[j/lanes*c.d][0], &squared[0], weight, &s[0])
			copy(sums[j:], s[:])
		}
	}
	done := 4 * groups
	if weights != nil {
		weights = weights[done:]
	}
	potentialsGo(c, rows[done*c.d:], squared[done:], weights, sums)
}

// accumulate64 has features in its lanes.
func accumulate64(rows []float32, d int, labels []int32, sums []float64) {
	if len(labels) > 0 {
		accumulate(&rows[0], d, len(labels), &labels[0], &sums[0])
	}
}

// tally64 is accumulate64 and more.
func tally64(t *Tally, rows []float32, d int, labels, old []int32, squared []float64) {
	if n := len(labels); n > 0 {
		var row *float32
		if d > 0 {
			row = &rows[0]
		}
		t.Changed += int64(tally(row, d, n, &labels[0], &old[0], &squared[0], &t.Sum[0], &t.Within[0], &t.Count[0], &t.Inertia))
	}
}

// deviate64 has features in its lanes.
func deviate64(rows []float32, mean, sums []float64) {
	if len(rows) > 0 {
		deviate(&rows[0], len(mean), len(rows)/len(mean), &mean[0], &sums[0])
	}
}
