package score

import (
	"context"
	"math"

	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Separation is how far apart clusters are, beside how wide they are, in the
// prepared space. Clusters are placed at the mean of their rows.
type Separation struct {
	// CalinskiHarabasz is (B/(k-1)) / (W/(n-k)) of n rows in k clusters (Caliński and
	// Harabasz, Commun. Statistics 3(1), 1974): W is the sum of squared distances of
	// the rows to the mean of their cluster, B that of these means to the mean of
	// all, a cluster counted with its rows. More is better. As in scikit-learn it is
	// 1 if W is 0.
	CalinskiHarabasz float64 `json:"calinskiHarabasz"`

	// DaviesBouldin is the mean over the clusters i of the largest (s(i)+s(j))/d(i,j)
	// (Davies and Bouldin, IEEE Trans. Pattern Anal. Mach. Intell. 1(2), 1979): s is
	// the mean distance of a cluster's rows to their mean, d the distance of two
	// means. Less is better, 0 the least. As in scikit-learn two clusters with the
	// same mean are not compared.
	DaviesBouldin float64 `json:"daviesBouldin"`
}

// Separation reads the rows twice; progress, which may be nil, is told of both, so
// that total is twice the rows. Rows must be in at least two clusters, and be more
// than these: fault.Invalid otherwise.
func (c Clustering) Separation(ctx context.Context, progress func(done, total int64)) (Separation, error) {
	size, used, err := c.sizes()
	if err != nil {
		return Separation{}, err
	}
	n := len(c.Labels)
	if progress == nil {
		progress = func(done, total int64) {}
	}
	means, whole, err := c.means(ctx, size, func(done int64) { progress(done, 2*int64(n)) })
	if err != nil {
		return Separation{}, err
	}
	mean, within, err := c.spread(ctx, size, means, func(done int64) { progress(int64(n)+done, 2*int64(n)) })
	if err != nil {
		return Separation{}, err
	}
	between := 0.0
	for j, s := range size {
		if s > 0 {
			between += float64(float64(s) * kmeans.SquaredBetween(means.Row(j), whole))
		}
	}
	s := Separation{CalinskiHarabasz: 1}
	if within > 0 {
		s.CalinskiHarabasz = between / float64(used-1) / (within / float64(n-used))
	}
	s.DaviesBouldin, err = c.daviesBouldin(ctx, size, used, means, mean)
	return s, err
}

// shards runs fn on the rows from lo to hi of each shard of kmeans.Shards, and tells
// how many rows are done.
func (c Clustering) shards(ctx context.Context, progress func(done int64), fn func(shard, lo, hi int)) error {
	n := len(c.Labels)
	shards, rows := kmeans.Shards(n, c.D, c.K)
	shard := func(s int) (lo, hi int) { return s * rows, min((s+1)*rows, n) }
	done := 0
	return c.each(ctx, shards, func(s int) {
		lo, hi := shard(s)
		fn(s, lo, hi)
	}, func(s int) {
		lo, hi := shard(s)
		done += hi - lo
		progress(int64(done))
	})
}

// each is Each for what can't fail, and stops when ctx ends whoever does the work.
func (c Clustering) each(ctx context.Context, n int, fn, done func(i int)) error {
	return c.Each(ctx, n, func(i int) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		fn(i)
		return nil
	}, done)
}

// means gives the mean of each cluster, 0 for one without rows, and that of all rows.
func (c Clustering) means(ctx context.Context, size []int, progress func(done int64)) (of kmeans.Matrix, whole []float64, err error) {
	n := len(c.Labels)
	shards, _ := kmeans.Shards(n, c.D, c.K)
	parts := make([]kmeans.Matrix, shards)
	if err := c.shards(ctx, progress, func(s, lo, hi int) {
		parts[s] = kmeans.NewMatrix(c.K, c.D)
		kernel.Accumulate(c.Rows[lo*c.D:hi*c.D], c.D, c.Labels[lo:hi], parts[s].Data)
	}); err != nil {
		return of, nil, err
	}
	of = kmeans.NewMatrix(c.K, c.D)
	for _, p := range parts {
		for i, v := range p.Data {
			of.Data[i] += v
		}
	}
	whole = make([]float64, c.D)
	for j := range size {
		for t, v := range of.Row(j) {
			whole[t] += v
			of.Data[j*c.D+t] = v / float64(max(1, size[j]))
		}
	}
	for t := range whole {
		whole[t] /= float64(n)
	}
	return of, whole, nil
}

// spread gives the mean distance of the rows of each cluster to its mean, and the
// sum of the squared distances of all.
func (c Clustering) spread(ctx context.Context, size []int, means kmeans.Matrix, progress func(done int64)) (mean []float64, within float64, err error) {
	shards, _ := kmeans.Shards(len(c.Labels), c.D, c.K)
	sums, squares := kmeans.NewMatrix(shards, c.K), make([]float64, shards)
	if err := c.shards(ctx, progress, func(s, lo, hi int) {
		sum := sums.Row(s)
		for i := lo; i < hi; i++ {
			l := int(c.Labels[i])
			sq := kernel.SquaredDistance(c.row(i), means.Row(l))
			sum[l] += math.Sqrt(sq)
			squares[s] += sq
		}
	}); err != nil {
		return nil, 0, err
	}
	mean = make([]float64, c.K)
	for s, sq := range squares {
		within += sq
		for j, v := range sums.Row(s) {
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] /= float64(max(1, size[j]))
	}
	return mean, within, nil
}

// daviesBouldin compares the means of the clusters that are in use.
func (c Clustering) daviesBouldin(ctx context.Context, size []int, used int, means kmeans.Matrix, spread []float64) (float64, error) {
	worst := make([]float64, c.K)
	if err := c.each(ctx, c.K, func(i int) {
		for j := range c.K {
			if j == i || size[i] == 0 || size[j] == 0 {
				continue
			}
			if apart := math.Sqrt(kmeans.SquaredBetween(means.Row(i), means.Row(j))); apart > 0 {
				worst[i] = max(worst[i], (spread[i]+spread[j])/apart)
			}
		}
	}, func(int) {}); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, w := range worst {
		sum += w
	}
	return sum / float64(used), nil
}
