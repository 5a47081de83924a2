package enginetest

import (
	"fmt"

	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Case is rows to cluster. The rows are the same on every machine.
type Case struct {
	Name    string
	Rows    []float32
	N, D, K int
	Weights []float64 // nil: each row counts once
}

// Cases gives the shapes and the kinds of data that engines get wrong.
func Cases() []Case {
	all := []Case{
		{Name: "one row", Rows: []float32{3}, N: 1, D: 1, K: 1},
		{Name: "fewer rows than a shard", Rows: blobs(7, 3, 2), N: 7, D: 3, K: 2},
		{Name: "k is n", Rows: blobs(9, 2, 3), N: 9, D: 2, K: 9},
		{Name: "one feature", Rows: blobs(2500, 1, 4), N: 2500, D: 1, K: 4},
		{Name: "one cluster", Rows: blobs(3000, 4, 2), N: 3000, D: 4, K: 1},
		{Name: "overlapped", Rows: blobs(6001, 5, 7), N: 6001, D: 5, K: 7},
		{Name: "a shard exactly", Rows: blobs(1024, 2, 3), N: 1024, D: 2, K: 3},
		{Name: "a row more than a shard", Rows: blobs(1025, 2, 3), N: 1025, D: 2, K: 3},
		{Name: "more clusters than lanes", Rows: blobs(3000, 3, 50), N: 3000, D: 3, K: 50},
	}
	equal := make([]float32, 2*3000)
	for i := range equal {
		equal[i] = .1
	}
	grid := blobs(5000, 2, 3)
	for i, v := range grid {
		grid[i] = float32(int(v) & 3)
	}
	offset := blobs(4000, 3, 4)
	for i := range offset {
		offset[i] += 1e4
	}
	unit := make([]float32, 4096) // sums of distances are exactly dyadic shares of the whole
	for i := range unit {
		unit[i] = float32(i % 2)
	}
	huge := blobs(2000, 3, 4)
	for i := range huge {
		huge[i] *= 1e30
	}
	weights := make([]float64, 6001)
	for i := range weights {
		weights[i] = float64(int(8*kmeans.Uniform(9, 1, uint64(i)))) / 3 // an eighth of the rows has none
	}
	return append(all,
		Case{Name: "weighted", Rows: blobs(6001, 5, 7), N: 6001, D: 5, K: 7, Weights: weights},
		Case{Name: "weighted ties", Rows: grid, N: 5000, D: 2, K: 9, Weights: weights[:5000]},
		Case{Name: "all rows equal", Rows: equal, N: 3000, D: 2, K: 3},
		Case{Name: "unit steps", Rows: unit, N: 4096, D: 1, K: 2},
		Case{Name: "ties", Rows: grid, N: 5000, D: 2, K: 9},
		Case{Name: "offset", Rows: offset, N: 4000, D: 3, K: 4},
		Case{Name: "huge", Rows: huge, N: 2000, D: 3, K: 4},
	)
}

// Blobs makes n rows of d features round k centres, overlapped: the distance of
// two centres is a few times the spread. It uses nothing whose bits could differ
// between machines.
func Blobs(n, d, k int, spread float64, seed uint64) []float32 {
	rows := make([]float32, n*d)
	for i := range n {
		j := uint64(kmeans.Uniform(seed, 1, uint64(i)) * float64(k))
		for t := range d {
			v := 10 * kmeans.Uniform(seed, 2, j*uint64(d)+uint64(t))
			noise := -6.0 // a sum of 12 uniform numbers is close to normal
			for s := range uint64(12) {
				noise += kmeans.Uniform(seed, 3+s, uint64(i*d+t))
			}
			rows[i*d+t] = float32(v + float64(spread*noise))
		}
	}
	return rows
}

func blobs(n, d, k int) []float32 { return Blobs(n, d, k, 1.5, 1) }

// row gives row i as float64.
func (c Case) row(i int64) []float64 {
	out := make([]float64, c.D)
	for t := range out {
		out[t] = float64(c.Rows[int(i)*c.D+t])
	}
	return out
}

// weight gives that of row i.
func (c Case) weight(i int) float64 {
	if c.Weights == nil {
		return 1
	}
	return c.Weights[i]
}

// subset gives the case of some rows.
func (c Case) subset(rows []int64) Case {
	s := Case{Name: c.Name, N: len(rows), D: c.D, K: c.K}
	for _, i := range rows {
		s.Rows = append(s.Rows, c.Rows[int(i)*c.D:(int(i)+1)*c.D]...)
		if c.Weights != nil {
			s.Weights = append(s.Weights, c.Weights[i])
		}
	}
	return s
}

// firstRows gives K rows from row first on, as centroids.
func (c Case) firstRows(first int) kmeans.Matrix {
	m := kmeans.NewMatrix(c.K, c.D)
	for j := range c.K {
		copy(m.Row(j), c.row(int64((first+j)%c.N)))
	}
	return m
}

// String names the shape.
func (c Case) String() string { return fmt.Sprintf("%s: %d x %d, k=%d", c.Name, c.N, c.D, c.K) }
