// Package sets makes rows and centroids that are the same wherever they are made: what
// the browser's kernels are held to the server's by.
package sets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
)

// Set is rows and centroids of one kind.
type Set struct {
	Name   string
	Offset float64 // is added to all values
	D, K   int
	grid   int // values are integers below it, so that many distances are equal; 0: Gaussian clusters
}

// Sets is one for each way in which float32 goes wrong, or doesn't.
var Sets = []Set{
	{Name: "clusters", D: 4, K: 3},
	{Name: "offset 1e2", Offset: 1e2, D: 16, K: 10},
	{Name: "offset 1e4", Offset: 1e4, D: 16, K: 10},
	{Name: "offset 1e6", Offset: 1e6, D: 16, K: 10},
	{Name: "ties", D: 8, K: 33, grid: 3},
	{Name: "many clusters", D: 3, K: 100},
}

// Make gives n rows and the centroids.
func (s Set) Make(n int) (rows []float32, centroids []float64) {
	r := rand.New(rand.NewPCG(6, uint64(s.D*1000+s.K)))
	rows, centroids = make([]float32, n*s.D), make([]float64, s.K*s.D)
	for i := range centroids {
		if centroids[i] = s.Offset + 2/math.Sqrt(float64(s.D))*r.NormFloat64(); s.grid > 0 {
			centroids[i] = float64(r.IntN(s.grid))
		}
	}
	for i := range rows {
		if s.grid > 0 {
			rows[i] = float32(r.IntN(s.grid))
			continue
		}
		rows[i] = float32(centroids[i/s.D%s.K*s.D+i%s.D] + r.NormFloat64())
	}
	return rows, centroids
}

// Hash tells labels apart.
func Hash(labels []int32) string {
	h, b := sha256.New(), make([]byte, 0, 4096)
	for i, l := range labels {
		if b = binary.LittleEndian.AppendUint32(b, uint32(l)); len(b) == cap(b) || i == len(labels)-1 {
			h.Write(b)
			b = b[:0]
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
