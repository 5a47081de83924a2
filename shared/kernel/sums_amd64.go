//go:build !noasm

package kernel

// distances64 has centroids in its lanes.
func distances64(c *Centers, x []float32, dst []tile) {
	distance(&x[0], c.d, len(dst), &c.tiled()[0][0], &dst[0][0])
}

// measure64 has rows in its lanes.
func measure64(rows []float32, d int, centroids []float64, labels []int32, squared []float64) {
	n := len(labels)
	if n < 8 {
		measureGo(rows, d, centroids, labels, squared)
		return
	}
	some := func(lo, hi int) {
		if d == 2 {
			exact2(&rows[lo*2], (hi-lo)/4, &centroids[0], &labels[lo], &squared[lo])
		} else {
			exact(&rows[lo*d], d, (hi-lo)/8, &centroids[0], &labels[lo], tail(d), &squared[lo])
		}
	}
	some(0, n&^7)
	if n%8 > 0 {
		some(n-8, n) // some of them again
	}
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
			potential(&rows[0], c.d, groups, &c.tiled()[j/lanes*c.d][0], &squared[0], weight, &s[0])
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

// mover is a move of groups of 8 rows.
type mover func(rows *float32, d, groups int, label, old *int32, stride int, round, first, second *float64, count *int64, touched *uint8) (changed int, rest uint64)

// move has features in its lanes.
func (v *vector) move(t *Tally, rows []float32, labels, old []int32) (changed int, exact bool) {
	g, groups := t.grid, len(labels)/8
	exact = true
	if groups > 0 {
		n, rest := v.mover(&rows[0], g.d, groups, &labels[0], &old[0], g.stride, &g.round[0], &t.parts[0][0], &t.parts[1][0], &t.count[0], &t.touched[0])
		changed, exact = n, rest == 0
	}
	done := 8 * groups
	n, more := moveGo(t, rows[done*g.d:], labels[done:], old[done:])
	return changed + n, exact && more
}

// survey64 has features in its lanes.
func survey64(rows []float32, origin, sum, square []float64, most []uint32) {
	d := len(origin)
	groups := len(rows) / (8 * d)
	if groups > 0 {
		size := (d + 3) &^ 3
		room := make([]float64, 3*size)
		top := make([]uint32, size)
		o, s, q := room[:size], room[size:2*size], room[2*size:]
		copy(o, origin)
		copy(s, sum)
		copy(q, square)
		copy(top, most)
		survey(&rows[0], d, groups, &o[0], &s[0], &q[0], &top[0])
		copy(sum, s)
		copy(square, q)
		copy(most, top)
	}
	surveyGo(rows[groups*8*d:], origin, sum, square, most)
}
