package score

import (
	"context"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Silhouette is the mean silhouette width (Rousseeuw, J. Comput. Appl. Math.
// 20, 1987) in the prepared space, from -1 to 1. The width of a row is
// (b-a)/max(a,b): a is its mean distance to the other rows of its cluster, b to
// those of the cluster where it is least. A row alone in its cluster has width 0.
type Silhouette struct {
	Mean    float64 `json:"mean"`
	Error   float64 `json:"error"`   // standard error of the mean; 0 when all rows were measured
	Rows    int     `json:"rows"`    // that were measured
	Sampled bool    `json:"sampled"` // false: all rows, exactly
}

// Purposes of Uniform: "silh" and "sref".
const (
	chooseMeasured  = 0x73696c68
	chooseReference = 0x73726566
)

// mostMeasured is how many rows of a sample are measured: with widths that spread
// by 0.3 the standard error is then 0.005.
const mostMeasured = 4096

// Silhouette measures every row against every other while these are at most about
// pairs distances. Else it measures a sample of the rows, chosen by seed, each with
// the same chance, against a sample of each cluster. The sample of a cluster grows
// with it, but small ones have their share too, so that no cluster is judged by a
// row or two. Error tells what the choice of the measured rows may do; that of the
// rows that they are measured against counts little, as they are more.
//
// Rows must be in at least two clusters, and be more than these: fault.Invalid
// otherwise. progress may be nil.
func (c Clustering) Silhouette(ctx context.Context, pairs int64, seed uint64, progress func(done, total int64)) (Silhouette, error) {
	size, _, err := c.sizes()
	if err != nil {
		return Silhouette{}, err
	}
	n := len(c.Labels)
	m := newMeter(c, size, pairs, seed)
	s := Silhouette{Rows: len(m.rows), Sampled: len(m.rows) < n}
	width := make([]float64, s.Rows)
	unit := func(u int) (lo, hi int) { return u * unitRows, min((u+1)*unitRows, s.Rows) }
	done := 0
	if err := c.Each(ctx, (s.Rows+unitRows-1)/unitRows, func(u int) error {
		lo, hi := unit(u)
		return m.widths(ctx, m.rows[lo:hi], width[lo:hi])
	}, func(u int) {
		if lo, hi := unit(u); progress != nil {
			done += hi - lo
			progress(int64(done), int64(s.Rows))
		}
	}); err != nil {
		return Silhouette{}, err
	}
	s.Mean, s.Error = meanError(width)
	s.Error *= math.Sqrt(1 - float64(s.Rows)/float64(n)) // of a choice without repetition
	return s, nil
}

const (
	unitRows  = 1024 // measured by one call of widths: what is packed for them is little beside
	blockRows = 64   // at a time, so that their distances stay in the second-level cache
	tileBytes = 24 << 10
)

// meter measures rows against others.
type meter struct {
	Clustering
	size []int
	rows []int // to measure, in order
	refs []int // to measure against, cluster by cluster, in order within each
	at   []int // those of cluster j are refs[at[j]:at[j+1]]
}

func newMeter(c Clustering, size []int, pairs int64, seed uint64) *meter {
	n := len(c.Labels)
	m := &meter{Clustering: c, size: size, at: make([]int, c.K+1)}
	rows, refs := n, n
	if int64(n) > pairs/int64(n) {
		rows = min(n, mostMeasured, max(2, int(math.Sqrt(float64(pairs)))))
		refs = int(min(int64(n), pairs/int64(rows)))
	}
	m.rows = choose(n, rows, seed)
	want := make([]int, c.K)
	for j, s := range size {
		share := float64(refs) * (float64(s)/float64(n) + 1/float64(c.K)) / 2
		want[j] = s
		if refs < n {
			want[j] = min(s, max(2, int(share)))
		}
		m.at[j+1] = m.at[j] + want[j]
	}
	m.refs = make([]int, m.at[c.K])
	next, left := slices.Clone(m.at), slices.Clone(size)
	for i, l := range c.Labels {
		// Knuth's algorithm S: a row joins with the chance that the others leave room for it.
		room := m.at[l+1] - next[l]
		if room == left[l] || kmeans.Uniform(seed, chooseReference, uint64(i))*float64(left[l]) < float64(room) {
			m.refs[next[l]] = i
			next[l]++
		}
		left[l]--
	}
	return m
}

// choose takes m of the numbers below n, each set of m with the same chance, in order.
func choose(n, m int, seed uint64) []int {
	chosen := make([]int, 0, m)
	if n == m {
		for i := range n {
			chosen = append(chosen, i)
		}
		return chosen
	}
	taken := make(map[int]bool, m)
	for draw := uint64(0); len(chosen) < m; draw++ {
		if i := int(kmeans.Uniform(seed, chooseMeasured, draw) * float64(n)); !taken[i] {
			taken[i] = true
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	return chosen
}

// widths writes the silhouette width of rows.
func (m *meter) widths(ctx context.Context, rows []int, width []float64) error {
	d := m.D
	near := make([]nearest, len(rows))
	for r := range near {
		near[r].b = math.Inf(1)
	}
	step := max(4, tileBytes/(8*d)&^3)
	packed, block, squared := make([]float64, step*d), make([]float32, blockRows*d), make([]float64, blockRows*step)
	var runs []run
	for lo := 0; lo < len(m.refs); lo += step {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		refs := m.refs[lo:min(lo+step, len(m.refs))]
		for j, i := range refs {
			for t, v := range m.row(i) {
				packed[j*d+t] = float64(v)
			}
		}
		c := kernel.Pack(packed, len(refs), d)
		runs = m.runs(lo, lo+len(refs), runs[:0])
		for first := 0; first < len(rows); first += blockRows {
			part := rows[first:min(first+blockRows, len(rows))]
			for r, i := range part {
				copy(block[r*d:], m.row(i))
			}
			c.Distances(block[:len(part)*d], squared)
			for r, i := range part {
				m.add(&near[first+r], i, runs, squared[r*len(refs):])
			}
		}
	}
	for r, i := range rows {
		width[r] = near[r].width(m.size[m.Labels[i]])
	}
	return nil
}

// run is neighbours in refs that are of one cluster; ends if they are its last.
type run struct {
	cluster int32
	lo, hi  int
	ends    bool
}

// runs appends those of refs[lo:hi], counted from lo.
func (m *meter) runs(lo, hi int, runs []run) []run {
	for at := lo; at < hi; {
		l := m.Labels[m.refs[at]]
		end := min(m.at[l+1], hi)
		runs = append(runs, run{l, at - lo, end - lo, end == m.at[l+1]})
		at = end
	}
	return runs
}

// nearest is what is known of a row that is measured against cluster after cluster.
type nearest struct {
	sum  float64 // of the distances to the cluster at work
	a, b float64 // mean distance to its own cluster, and the least to another
}

// add takes in the squared distances of row i to the rows of runs.
func (m *meter) add(near *nearest, i int, runs []run, squared []float64) {
	for _, r := range runs {
		s := near.sum
		for _, sq := range squared[r.lo:r.hi] {
			s += math.Sqrt(sq)
		}
		if near.sum = s; !r.ends {
			continue
		}
		refs := m.refs[m.at[r.cluster]:m.at[r.cluster+1]]
		if near.sum = 0; r.cluster != m.Labels[i] {
			near.b = min(near.b, s/float64(len(refs)))
			continue
		}
		others := len(refs)
		if _, itself := slices.BinarySearch(refs, i); itself {
			others--
		}
		near.a = s / float64(max(1, others))
	}
}

// width gives the silhouette width of a row of a cluster of size rows.
func (n *nearest) width(size int) float64 {
	if size == 1 || n.a == n.b { // both may be 0
		return 0
	}
	return (n.b - n.a) / max(n.a, n.b)
}

// meanError gives the mean and its standard error, for values chosen from very many.
func meanError(v []float64) (mean, err float64) {
	n := float64(len(v))
	for _, x := range v {
		mean += x
	}
	mean /= n
	sq := 0.0
	for _, x := range v {
		e := x - mean
		sq += float64(e * e)
	}
	return mean, math.Sqrt(sq / max(1, n-1) / n)
}
