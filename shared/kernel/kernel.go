// Package kernel finds the nearest centroid of many rows. The plain Go code
// here defines the result; a faster kernel may compute as it likes, as long as
// it names the same centroid for every row (see README, "Same bits").
//
// Rows are float32, centroids float64, both row-major. No value is NaN or
// infinite and no centroid is larger than a float32 can be: that is the caller's
// promise. Then no squared distance overflows.
package kernel

import (
	"math"
	"slices"
	"sync"
)

// SquaredDistance defines the distance of a row to a centroid of the same
// length: in float64, in feature order. The conversion keeps the compiler from
// fusing the product with the sum, so the bits are the same on every CPU.
func SquaredDistance(x []float32, c []float64) float64 {
	c = c[:len(x)]
	s := 0.0
	for t, v := range x {
		e := float64(v) - c[t]
		s += float64(e * e)
	}
	return s
}

// Nearest defines the label of a row: the centroid of least SquaredDistance,
// ties to the lowest index. centroids holds at least one row of len(x).
func Nearest(x []float32, centroids []float64) (label int, squared float64) {
	d := len(x)
	squared = math.Inf(1)
	for j := 0; (j+1)*d <= len(centroids); j++ {
		if s := SquaredDistance(x, centroids[j*d:(j+1)*d]); s < squared {
			label, squared = j, s
		}
	}
	return label, squared
}

// Centers is centroids laid out for the kernels. It is read-only once made, so
// goroutines may share it.
type Centers struct {
	k, d   int
	rows   []float64 // row-major
	once   sync.Once // of tiles
	tiles  []tile    // tile j/lanes, feature by feature: [tile][d]; see tiled
	quick  quick     // nil: the definition only
	layout *Layout   // nil without
}

// lanes is how many centroids are measured at once. Each has its own sum, in
// feature order, so the bits are those of SquaredDistance.
const lanes = 4

// tile holds one feature of lanes centroids.
type tile [lanes]float64

// Pack lays out k centroids of d features. Lanes beyond k are infinitely far.
func Pack(centroids []float64, k, d int) *Centers { return active.pack(nil, centroids, k, d) }

func (im *impl) pack(l *Layout, centroids []float64, k, d int) *Centers {
	c := &Centers{k: k, d: d, layout: l, rows: slices.Clone(centroids[:k*d])}
	c.quick = im.prepare(c)
	return c
}

// tiled lays out the tiles when they are first needed.
func (c *Centers) tiled() []tile {
	c.once.Do(func() {
		c.tiles = make([]tile, (c.k+lanes-1)/lanes*c.d)
		far := slices.Repeat([]float64{math.Inf(1)}, c.d)
		for i := range len(c.tiles) / c.d {
			row := func(l int) []float64 {
				if j := i*lanes + l; j < c.k {
					return c.rows[j*c.d:][:c.d]
				}
				return far
			}
			r0, r1, r2, r3 := row(0), row(1), row(2), row(3)
			for t, v := range r0 {
				c.tiles[i*c.d+t] = tile{v, r1[t], r2[t], r3[t]}
			}
		}
	})
	return c.tiles
}

// K gives the number of centroids.
func (c *Centers) K() int { return c.k }

// Dim gives the number of features.
func (c *Centers) Dim() int { return c.d }

// Assign writes the label of each row and the squared distance to its centroid:
// those of Nearest, bit for bit. rows holds len(labels) rows; len(squared) is len(labels).
func (c *Centers) Assign(rows []float32, labels []int32, squared []float64) {
	rows, squared = rows[:len(labels)*c.d], squared[:len(labels)]
	if c.quick == nil {
		c.define(rows, labels, squared)
	} else {
		c.quick.assign(c, rows, labels, squared, nil)
	}
}

// AssignBounded is Assign, and writes a lower bound for each row: its distance, by the
// exact numbers, to any centroid but that of its label is at least lower, which is 0
// where nothing is proved. len(lower) is len(labels).
func (c *Centers) AssignBounded(rows []float32, labels []int32, squared []float64, lower []float32) {
	rows, squared, lower = rows[:len(labels)*c.d], squared[:len(labels)], lower[:len(labels)]
	if c.quick != nil {
		c.quick.assign(c, rows, labels, squared, lower)
		return
	}
	near := make([]tile, (c.k+lanes-1)/lanes)
	for i := range labels {
		distancesGo(c, rows[i*c.d:(i+1)*c.d], near)
		best, second, label := math.Inf(1), math.Inf(1), int32(0)
		for j, t := range near {
			for l, s := range t {
				if s < best {
					best, second, label = s, best, int32(j*lanes+l)
				} else if s < second {
					second = s
				}
			}
		}
		labels[i], squared[i], lower[i] = label, best, c.bound(second)
	}
}

// bound rounds the root of a squared distance down by more than the definition, which
// is off by (d+2)2^-53 at most and by 2^-1074 for each product that underflows, the
// root and both roundings can have added.
func (c *Centers) bound(squared float64) float32 {
	v := math.Sqrt(squared) * (1 - 0x1p-22 - float64(float64(c.d)*0x1p-52))
	if !(v > leastBound) {
		return 0
	}
	return float32(min(v, math.MaxFloat32))
}

// leastBound is what a bound must exceed to be worth keeping: below, roundings are
// not relative.
const leastBound = 0x1p-60

// Stays tells whether a row whose squared distance to the centroid of its label is
// squared, by the definition, is nearer to it than to all others, which lower bounds:
// then Nearest names it. The definition of their squared distances is at least
// lower²(1-(d+2)2^-53), less d·2^-1074, which is less than lower²·2^-53.
func (c *Centers) Stays(squared float64, lower float32) bool {
	v := float64(lower)
	return squared < v*v*(1-float64(float64(c.d+8)*0x1p-53))
}

// Lowered gives a lower bound after each of the other centroids has moved by drift at most.
func Lowered(lower float32, drift float64) float32 {
	v := (float64(lower) - drift) * (1 - 0x1p-22)
	if !(v > leastBound) {
		return 0
	}
	return float32(v)
}

// Upper bounds from above the distance, by the exact numbers, to a centroid whose squared
// distance is squared by the definition: it rounds the root up by more than bound rounds down.
func (c *Centers) Upper(squared float64) float32 {
	return float32(float64(math.Sqrt(squared)*(1+0x1p-22+float64(float64(c.d)*0x1p-52))) + leastBound)
}

// Raised gives an upper bound after the centroid has moved by drift at most.
func Raised(upper float32, drift float64) float32 {
	return float32((float64(upper) + drift) * (1 + 0x1p-22))
}

// Measure writes the SquaredDistance of each row to the centroid of its label. rows holds
// len(labels) rows of d features, as does squared values.
func Measure(rows []float32, d int, centroids []float64, labels []int32, squared []float64) {
	active.measure(rows[:len(labels)*d], d, centroids, labels, squared[:len(labels)])
}

// Measure is Measure for the centroids of c.
func (c *Centers) Measure(rows []float32, labels []int32, squared []float64) {
	Measure(rows, c.d, c.rows, labels, squared)
}

// define is Assign by the definition.
func (c *Centers) define(rows []float32, labels []int32, squared []float64) {
	for i := range labels {
		labels[i], squared[i] = 0, math.Inf(1)
	}
	extend(c, rows, 0, labels, squared)
}

// Extend is Assign for centroids that come in parts: these have the indices
// first, first+1, ..., and replace a row's label only if they are strictly nearer.
func (c *Centers) Extend(rows []float32, first int, labels []int32, squared []float64) {
	rows, squared = rows[:len(labels)*c.d], squared[:len(labels)]
	if c.quick == nil {
		extend(c, rows, int32(first), labels, squared)
		return
	}
	var label [256]int32
	var sq [256]float64
	for len(labels) > 0 {
		n := min(len(labels), len(label))
		c.quick.assign(c, rows[:n*c.d], label[:n], sq[:n], nil)
		for i, s := range sq[:n] {
			if s < squared[i] {
				labels[i], squared[i] = int32(first)+label[i], s
			}
		}
		rows, labels, squared = rows[n*c.d:], labels[n:], squared[n:]
	}
}

// Accumulate adds each row to the sum of its label, row by row: sums[l*d:] is
// that of label l. rows holds len(labels) rows of d features.
func Accumulate(rows []float32, d int, labels []int32, sums []float64) {
	active.accumulate(rows[:len(labels)*d], d, labels, sums)
}

// Survey adds the difference of each row from origin to sum, and its square to square,
// feature by feature, row by row. most keeps the bits of the largest absolute value of each
// feature: above those of infinity where one is NaN. rows holds rows of len(origin) features.
func Survey(rows []float32, origin, sum, square []float64, most []uint32) {
	d := len(origin)
	active.survey(rows, origin, sum[:d], square[:d], most[:d])
}

// Potentials adds to sums[j], row by row, the lesser of the row's value in squared
// and its squared distance to centroid j, times its weight; 1 if weights is nil.
// rows holds len(squared) rows, and len(sums) is K.
func (c *Centers) Potentials(rows []float32, squared, weights, sums []float64) {
	active.potentials(c, rows[:len(squared)*c.d], squared, weights, sums[:c.k])
}

// Distances writes the squared distance of each row to each centroid:
// dst[i*K+j] is that of row i to centroid j.
func (c *Centers) Distances(rows []float32, dst []float64) { active.all(c, rows, dst) }

func (im *impl) all(c *Centers, rows []float32, dst []float64) {
	near := make([]tile, (c.k+lanes-1)/lanes)
	for i := range len(rows) / c.d {
		im.distances(c, rows[i*c.d:(i+1)*c.d], near)
		out := dst[i*c.k : (i+1)*c.k]
		for j := range near {
			copy(out[j*lanes:], near[j][:])
		}
	}
}
