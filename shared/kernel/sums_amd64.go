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

// move64 has features in its lanes.
func move64(t *Tally, rows []float32, labels, old []int32) (changed int, exact bool) {
	g, groups := t.grid, len(labels)/8
	exact = true
	if groups > 0 {
		n, rest := move(&rows[0], g.d, groups, &labels[0], &old[0], tail(g.d), &g.round[0], &t.parts[0][0], &t.parts[1][0], &t.count[0], &t.touched[0])
		changed, exact = n, rest == 0
	}
	done := 8 * groups
	n, more := moveGo(t, rows[done*g.d:], labels[done:], old[done:])
	return changed + n, exact && more
}

// survey64 has features in its lanes.
func survey64(rows []float32, origin, sum, square []float64, most []uint32) {
	if len(rows) > 0 {
		survey(&rows[0], len(origin), len(rows)/len(origin), &origin[0], &sum[0], &square[0], &most[0])
	}
}
