package kmeans

import (
	"context"
	"math"
	"slices"
)

// Online is centroids that learn from rows as they come, after Sculley, "Web-scale
// k-means clustering", WWW 2010: each is the mean of all rows that it has learned from.
type Online struct {
	Centroids Matrix    `json:"centroids"`
	Weight    []float64 `json:"weight"`          // of the rows that each has learned from: k values
	Stale     int       `json:"stale,omitempty"` // passes since the mean squared distance was Least
	Least     float64   `json:"least,omitempty"`
}

// Learn moves each centroid towards the rows of batch that are nearest to it, but
// for those that are frozen. It gives what the pass over the batch found.
func (o *Online) Learn(ctx context.Context, batch Engine, distance Distance, frozen []int) (Sums, error) {
	s, err := batch.Pass(ctx, o.Centroids, nil)
	if err != nil {
		return s, err
	}
	before := make([]float64, o.Centroids.Cols)
	for j, w := range s.weights() {
		if w == 0 || slices.Contains(frozen, j) {
			continue
		}
		c, all := o.Centroids.Row(j), o.Weight[j]+w
		copy(before, c)
		for t, v := range s.Sum.Row(j) {
			c[t] = (float64(c[t]*o.Weight[j]) + v) / all
		}
		distance.settle(c, before)
		o.Weight[j] = all
	}
	return s, nil
}

const (
	stepsAPass = 64 // at most, so that what is told is never long in coming
	patience   = 3  // passes without a better mean squared distance before it ends
)

// miniBatch learns from rows drawn with replacement, some at a time. It ends when
// the centroids' shift in a pass is below the tolerance's, or when passes get no better.
func (r *run) miniBatch(ctx context.Context, restart int, from *Checkpoint) error {
	s := &Solution{Restart: restart}
	o := &Online{Least: math.Inf(1)}
	if from != nil {
		s.Passes, s.Converged = from.Pass, from.Converged
		*o = *from.Online
		o.Centroids, o.Weight = o.Centroids.Clone(), slices.Clone(o.Weight)
	} else {
		c, err := r.seedBatch(ctx, restart)
		if err != nil {
			return err
		}
		o.Centroids, o.Weight = c, make([]float64, r.cfg.K)
	}
	s.Centroids, r.current = o.Centroids.Clone(), s
	for !s.Converged && s.Passes < r.cfg.MaxIterations {
		before := s.Centroids
		mean, relocated, err := r.steps(ctx, o, restart, s.Passes)
		if err != nil {
			return err
		}
		o.Stale++
		if mean < o.Least {
			o.Least, o.Stale = mean, 0
		}
		s.Centroids = o.Centroids.Clone()
		s.Passes++
		largest, total := shifts(before, s.Centroids)
		s.Converged = relocated == 0 && (total <= r.stop || o.Stale >= patience)
		r.tell(PassInfo{
			Restart: restart, Pass: s.Passes, Inertia: mean * float64(r.n), Estimated: true,
			Shift: math.Sqrt(largest), Relocated: relocated, Centroids: s.Centroids,
		}, Checkpoint{Before: before, Converged: s.Converged, Online: &Online{s.Centroids, slices.Clone(o.Weight), o.Stale, o.Least}})
	}
	return nil
}

// seedBatch seeds on as many rows as tell k clusters apart.
func (r *run) seedBatch(ctx context.Context, restart int) (Matrix, error) {
	m := max(3*r.cfg.Batch, 32*r.cfg.K)
	if m >= r.n || r.cfg.Init == Given || r.cfg.Init == Random {
		return r.seed(ctx, restart)
	}
	e, err := r.e.Subset(ctx, r.drawn(useBatch.purpose(restart, 1), 0, m))
	if err != nil {
		return Matrix{}, err
	}
	few := *r
	few.e, few.n = e, m
	return few.seed(ctx, restart)
}

// drawn gives m rows, with replacement, by the numbers from first on of a stream.
func (r *run) drawn(purpose, first uint64, m int) []int64 {
	rows := make([]int64, m)
	for i := range rows {
		rows[i] = int64(Uniform(r.cfg.Seed, purpose, first+uint64(i)) * float64(r.n))
	}
	return rows
}

// steps does those of one pass. A centroid that no row has come to yet gets one
// that is far from its own.
func (r *run) steps(ctx context.Context, o *Online, restart, pass int) (mean float64, relocated int, err error) {
	size := min(r.cfg.Batch, r.n)
	steps := min((r.n+size-1)/size, stepsAPass)
	var batch Engine
	var last Matrix
	for i := range steps {
		if size == r.n {
			batch = r.e
		} else if batch, err = r.e.Subset(ctx, r.drawn(useBatch.purpose(restart, 0), uint64(pass*steps+i)*uint64(size), size)); err != nil {
			return 0, 0, err
		}
		last = o.Centroids.Clone()
		s, err := o.Learn(ctx, batch, r.cfg.Distance, r.cfg.Frozen)
		if err != nil {
			return 0, 0, r.named(ctx, err)
		}
		mean += s.Inertia / float64(size)
		if r.ob.Rows != nil {
			r.ob.Rows(int64((i+1)*size), int64(steps*size))
		}
	}
	r.last = Matrix{} // the steps may have labelled all rows
	if r.empty(o.Weight) < 0 {
		return mean / float64(steps), 0, nil
	}
	far, err := batch.Far(ctx, last, r.cfg.K)
	if err != nil {
		return 0, 0, err
	}
	for j, w := range o.Weight {
		if w > 0 || slices.Contains(r.cfg.Frozen, j) || relocated == len(far) || far[relocated].Squared == 0 {
			continue
		}
		row, err := batch.Gather(ctx, []int64{far[relocated].Row})
		if err != nil {
			return 0, 0, err
		}
		copy(o.Centroids.Row(j), row.Data)
		relocated++
	}
	return mean / float64(steps), relocated, nil
}
