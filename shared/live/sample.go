package live

import (
	"cmp"
	"slices"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	sampleRows   = 2000
	sampleValues = 1 << 16       // fewer rows when they are wide
	sampleRandom = 0x73616d706c6 // kmeans.Uniform's purpose: "sampl"
)

// Vectors is the prepared rows of a training.
type Vectors interface {
	Vectors() []float32
	Rows() int
	Dim() int
	ID(i int) int64
}

// Sample chooses rows for the live picture, in row order: those with the
// least random numbers of (seed, row id), so that the same data and seed show the same rows.
func Sample(m Vectors, p prep.Prep, seed uint64) wire.Sample {
	n, d := m.Rows(), m.Dim()
	size := min(n, sampleRows, max(1, sampleValues/max(d, 1)))
	type pick struct {
		row int
		u   float64
	}
	less := func(a, b pick) int { return cmp.Or(cmp.Compare(a.u, b.u), cmp.Compare(a.row, b.row)) }
	picks := make([]pick, 0, 4*size) // the least so far, trimmed when full
	for i := range n {
		picks = append(picks, pick{i, kmeans.Uniform(seed, sampleRandom, uint64(m.ID(i)))})
		if len(picks) == cap(picks) {
			slices.SortFunc(picks, less)
			picks = picks[:size]
		}
	}
	slices.SortFunc(picks, less)
	picks = picks[:size]
	slices.SortFunc(picks, func(a, b pick) int { return cmp.Compare(a.row, b.row) })

	s := wire.Sample{Of: int64(n), Prep: p, Rows: make([]int64, size), Cells: kmeans.NewMatrix(size, d)}
	rows := m.Vectors()
	for i, pk := range picks {
		s.Rows[i] = m.ID(pk.row)
		cells := s.Cells.Row(i)
		for f, v := range rows[pk.row*d : (pk.row+1)*d] {
			cells[f] = float64(v)
		}
	}
	return s
}
