package score

import (
	"context"
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// sampleSilhouette is Uniform's purpose here: "silh".
const sampleSilhouette = 0x73696c68

// SilhouetteOf computes the mean silhouette width of n rows of d features with
// labels 0 to k-1. With more than maxRows rows it takes maxRows of them, chosen by
// seed, and measures them against one another; the work grows with the square of
// maxRows. At least two clusters must have rows: fault.Invalid otherwise. A row
// alone in its cluster has width 0. progress may be nil.
func SilhouetteOf(ctx context.Context, rows []float32, n, d int, labels []int32, k, maxRows int, seed uint64, progress func(done, total int64)) (Silhouette, error) {
	s := Silhouette{Rows: n, Sampled: n > maxRows}
	if s.Sampled {
		s.Rows = maxRows
	}
	picked, size := sample(rows, n, d, labels, k, s.Rows, seed)
	used := 0
	for _, c := range size {
		if c > 0 {
			used++
		}
	}
	if used < 2 {
		return Silhouette{}, fault.Newf(fault.Invalid, "The silhouette needs rows in at least 2 clusters, but there are %d.", used)
	}
	width := make([]float64, s.Rows)
	c := kernel.Pack(picked.rows, s.Rows, d)
	sum, squared := make([]float64, k), make([]float64, s.Rows)
	for i := range s.Rows {
		if i%64 == 0 {
			if ctx.Err() != nil {
				return Silhouette{}, context.Cause(ctx)
			}
			if progress != nil {
				progress(int64(i), int64(s.Rows))
			}
		}
		if size[picked.labels[i]] > 1 {
			c.Distances(picked.x[i*d:(i+1)*d], squared)
			width[i] = picked.width(i, squared, size, sum)
		}
	}
	if progress != nil {
		progress(int64(s.Rows), int64(s.Rows))
	}
	s.Mean, s.Error = meanError(width)
	if !s.Sampled {
		s.Error = 0
	}
	return s, nil
}

// grouped is rows sorted by cluster.
type grouped struct {
	rows   []float64
	x      []float32 // the same rows
	labels []int32
}

// sample takes m of n rows, each subset with the same chance, in row order within each cluster.
func sample(rows []float32, n, d int, labels []int32, k, m int, seed uint64) (*grouped, []int) {
	size := make([]int, k)
	chosen := make([]int, 0, m)
	// Knuth's algorithm S: a row joins with the probability that the rest leaves room for it.
	for i := 0; i < n && len(chosen) < m; i++ {
		if n == m || kmeans.Uniform(seed, sampleSilhouette, uint64(i))*float64(n-i) < float64(m-len(chosen)) {
			chosen = append(chosen, i)
			size[labels[i]]++
		}
	}
	next := make([]int, k)
	for j := 1; j < k; j++ {
		next[j] = next[j-1] + size[j-1]
	}
	g := &grouped{rows: make([]float64, m*d), x: make([]float32, m*d), labels: make([]int32, m)}
	for _, i := range chosen {
		at := next[labels[i]]
		next[labels[i]]++
		g.labels[at] = labels[i]
		for t, v := range rows[i*d : (i+1)*d] {
			g.rows[at*d+t], g.x[at*d+t] = float64(v), v
		}
	}
	return g, size
}

// width gives the silhouette width of row i, of a cluster of several rows, from
// its squared distances to all rows. sum is scratch, one a cluster.
func (g *grouped) width(i int, squared []float64, size []int, sum []float64) float64 {
	own := int(g.labels[i])
	clear(sum)
	for j, l := range g.labels {
		sum[l] += math.Sqrt(squared[j])
	}
	a := sum[own] / float64(size[own]-1)
	b := math.Inf(1)
	for j, s := range sum {
		if j != own && size[j] > 0 {
			b = min(b, s/float64(size[j]))
		}
	}
	if a == b { // both may be 0
		return 0
	}
	return (b - a) / max(a, b)
}

// meanError gives the mean and its standard error.
func meanError(v []float64) (mean, err float64) {
	n := float64(len(v))
	for _, x := range v {
		mean += x
	}
	mean /= n
	if len(v) < 2 {
		return mean, 0
	}
	sq := 0.0
	for _, x := range v {
		e := x - mean
		sq += float64(e * e)
	}
	return mean, math.Sqrt(sq / (n - 1) / n)
}
