package kernel

import "math"

// impl is one way to find labels. All give the same bits.
type impl struct {
	name string
	ok   bool // this CPU can run it
	// prepare lays out centroids, or gives nil if only the definition will do for them.
	prepare func(c *Centers) quick
	// distances measures one row against all tiles.
	distances func(c *Centers, x []float32, dst []tile)
	// measure is Measure, for rows that are cut to size.
	measure func(rows []float32, d int, centroids []float64, labels []int32, squared []float64)
	// The others are methods of Centers and functions of their name, for rows that are cut to size.
	potentials func(c *Centers, rows []float32, squared, weights, sums []float64)
	accumulate func(rows []float32, d int, labels []int32, sums []float64)
	move       func(t *Tally, rows []float32, labels, old []int32) (changed int, exact bool)
	survey     func(rows []float32, origin, sum, square []float64, most []uint32)
}

// quick is AssignBounded for one layout of the centroids; lower may be nil.
type quick interface {
	assign(c *Centers, rows []float32, labels []int32, squared []float64, lower []float32)
	// label is Label.
	label(c *Centers, first int, rows []float32, labels []int32)
}

// impls is all ways that this build has, the quickest last; tests range over it.
var impls = append([]impl{{"go", true, func(*Centers) quick { return nil }, distancesGo, measureGo, potentialsGo, accumulateGo, moveGo, surveyGo}}, vectors...)

// active is the one in use.
var active = pick()

func pick() impl {
	best := impls[0]
	for _, im := range impls {
		if im.ok {
			best = im
		}
	}
	return best
}

// Name tells which implementation is in use, for logs and benchmarks.
func Name() string { return active.name }

// group is how many tile entries stay in the first-level cache while the rows
// of a block go by: 16 KiB.
const group = 16 << 10 / (8 * lanes)

// extend is Extend by the definition.
func extend(c *Centers, rows []float32, first int32, labels []int32, squared []float64) {
	d, all := c.d, c.tiled()
	step := max(1, group/d) * d
	for lo := 0; lo < len(all); lo += step {
		tiles := all[lo:min(lo+step, len(all))]
		j0 := first + int32(lo/d*lanes)
		half := lo+len(tiles) == len(all) && (c.k-1)%lanes < lanes/2 // the last tile is half full at most
		for i := range labels {
			x := rows[i*d : (i+1)*d]
			// Squares are never negative, so their bits order as they do; integers
			// are compared without a branch.
			best, label := math.Float64bits(squared[i]), labels[i]
			j, o := j0, 0
			for end := len(tiles); o+d < end || o < end && !half; o += d {
				s0, s1, s2, s3 := distances4(x, tiles[o:o+d])
				if b := math.Float64bits(s0); b < best {
					best, label = b, j
				}
				if b := math.Float64bits(s1); b < best {
					best, label = b, j+1
				}
				if b := math.Float64bits(s2); b < best {
					best, label = b, j+2
				}
				if b := math.Float64bits(s3); b < best {
					best, label = b, j+3
				}
				j += lanes
			}
			if half {
				s0, s1 := distances2(x, tiles[o:o+d])
				if b := math.Float64bits(s0); b < best {
					best, label = b, j
				}
				if b := math.Float64bits(s1); b < best {
					best, label = b, j+1
				}
			}
			squared[i], labels[i] = math.Float64frombits(best), label
		}
	}
}

// distances4 measures one row against one tile.
func distances4(x []float32, t []tile) (s0, s1, s2, s3 float64) {
	t = t[:len(x)]
	for f, v := range x {
		c, y := &t[f], float64(v)
		e0, e1, e2, e3 := y-c[0], y-c[1], y-c[2], y-c[3]
		s0 += float64(e0 * e0)
		s1 += float64(e1 * e1)
		s2 += float64(e2 * e2)
		s3 += float64(e3 * e3)
	}
	return s0, s1, s2, s3
}

// distances2 measures one row against the first half of a tile.
func distances2(x []float32, t []tile) (s0, s1 float64) {
	t = t[:len(x)]
	for f, v := range x {
		c, y := &t[f], float64(v)
		e0, e1 := y-c[0], y-c[1]
		s0 += float64(e0 * e0)
		s1 += float64(e1 * e1)
	}
	return s0, s1
}

func accumulateGo(rows []float32, d int, labels []int32, sums []float64) {
	for i, l := range labels {
		x := rows[i*d : (i+1)*d]
		sum := sums[int(l)*d:][:len(x)]
		for t, v := range x {
			sum[t] += float64(v)
		}
	}
}

func surveyGo(rows []float32, origin, sum, square []float64, most []uint32) {
	for d := len(origin); len(rows) > 0; rows = rows[d:] {
		for t, v := range rows[:d] {
			e := float64(v) - origin[t]
			sum[t] += e
			square[t] += float64(e * e)
			most[t] = max(most[t], math.Float32bits(v)&^(1<<31))
		}
	}
}

func distancesGo(c *Centers, x []float32, dst []tile) {
	tiles := c.tiled()
	for i := range dst {
		s := &dst[i]
		s[0], s[1], s[2], s[3] = distances4(x, tiles[i*c.d:(i+1)*c.d])
	}
}

func measureGo(rows []float32, d int, centroids []float64, labels []int32, squared []float64) {
	for i, l := range labels {
		squared[i] = SquaredDistance(rows[i*d:(i+1)*d], centroids[int(l)*d:][:d])
	}
}

func potentialsGo(c *Centers, rows []float32, squared, weights, sums []float64) {
	near := make([]tile, (c.k+lanes-1)/lanes)
	for i, most := range squared {
		distancesGo(c, rows[i*c.d:(i+1)*c.d], near)
		for j := range sums {
			sq := near[j/lanes][j%lanes]
			if !(sq < most) {
				sq = most
			}
			if weights != nil {
				sq = float64(weights[i] * sq)
			}
			sums[j] += sq
		}
	}
}
