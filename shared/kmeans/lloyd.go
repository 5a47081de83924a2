package kmeans

import (
	"context"
	"math"
	"slices"
)

// lloyd passes over all rows until the stop rule holds.
func (r *run) lloyd(ctx context.Context, restart int, from *Checkpoint) error {
	if b, ok := r.e.(Bounder); ok {
		b.Bound(r.cfg.Algorithm)
	}
	s := &Solution{Restart: restart}
	if from != nil {
		s.Centroids, s.Passes, s.Converged = from.Centroids, from.Pass, from.Converged
		r.current = s
		if !s.Converged && s.Passes < r.cfg.MaxIterations {
			if err := r.pass(ctx, from.Before); err != nil { // to know which rows change
				return err
			}
		}
	} else {
		c, err := r.seed(ctx, restart)
		if err != nil {
			return err
		}
		s.Centroids, r.current = c, s
	}
	for !s.Converged && s.Passes < r.cfg.MaxIterations {
		before := s.Centroids
		if err := r.pass(ctx, before); err != nil {
			return err
		}
		info := PassInfo{Restart: restart, Pass: s.Passes + 1, Inertia: r.lastOf.Inertia, Changed: r.lastOf.Changed}
		if s.Passes == 0 {
			info.Changed = int64(r.n) // not compared with what came before this restart
		}
		after, relocated, err := r.update(ctx, before)
		if err != nil {
			return err
		}
		largest, total := shifts(before, after)
		info.Relocated, info.Shift, info.Centroids = relocated, math.Sqrt(largest), after
		s.Centroids, s.Passes = after, info.Pass
		s.Converged = info.Changed == 0 && relocated == 0 || total <= r.stop
		r.tell(info, Checkpoint{Before: before, Converged: s.Converged})
	}
	return nil
}

// update gives the means of the clusters of the last pass. An empty cluster gets
// the row that is farthest from its centroid, as in scikit-learn, but never the
// only row of another cluster.
func (r *run) update(ctx context.Context, before Matrix) (after Matrix, relocated int, err error) {
	weight, sum := r.lastOf.weights(), r.lastOf.Sum
	if r.empty(weight) >= 0 {
		if relocated, err = r.relocate(ctx, before, weight, sum); err != nil {
			return Matrix{}, 0, err
		}
	}
	after = before.Clone() // of what is frozen, and where far rows are fewer than empty clusters
	for j, w := range weight {
		if w == 0 || slices.Contains(r.cfg.Frozen, j) {
			continue
		}
		for t, v := range sum.Row(j) {
			after.Data[j*r.d+t] = v / w
		}
		r.cfg.Distance.settle(after.Row(j), before.Row(j))
	}
	return after, relocated, nil
}

// settle brings a centroid to where one may be: to length 1 with Cosine. One
// without a direction stays where it was.
func (d Distance) settle(c, before []float64) {
	if d != Cosine {
		return
	}
	square := 0.0
	for _, v := range c {
		square += float64(v * v)
	}
	if square == 0 {
		copy(c, before)
		return
	}
	length := math.Sqrt(square)
	for t := range c {
		c[t] /= length
	}
}

// weights gives the weight of each cluster: the number of its rows, if they have none.
func (s *Sums) weights() []float64 {
	if s.Weight != nil {
		return slices.Clone(s.Weight)
	}
	w := make([]float64, len(s.Count))
	for j, c := range s.Count {
		w[j] = float64(c)
	}
	return w
}

// empty gives the first cluster without weight that may move, or -1.
func (r *run) empty(weight []float64) int {
	for j, w := range weight {
		if w == 0 && !slices.Contains(r.cfg.Frozen, j) {
			return j
		}
	}
	return -1
}

func (r *run) relocate(ctx context.Context, before Matrix, weight []float64, sum Matrix) (relocated int, err error) {
	// Each cluster can refuse one row, its last, so k rows are enough.
	far, err := r.e.Far(ctx, before, r.cfg.K)
	if err != nil {
		return 0, err
	}
	count, different := slices.Clone(r.lastOf.Count), 0
	for _, w := range weight {
		if w > 0 {
			different++
		}
	}
	empty := r.empty(weight)
	for _, f := range far {
		if f.Squared == 0 || empty < 0 {
			break
		}
		if count[f.Label] < 2 || weight[f.Label] <= f.Weight {
			continue
		}
		row, err := r.e.Gather(ctx, []int64{f.Row})
		if err != nil {
			return 0, err
		}
		for t, v := range row.Data {
			v = float64(f.Weight * v)
			sum.Data[f.Label*r.d+t] -= v
			sum.Data[empty*r.d+t] = v
		}
		weight[f.Label] -= f.Weight
		weight[empty] = f.Weight
		count[f.Label]--
		count[empty] = 1
		relocated++
		empty = r.empty(weight)
	}
	if relocated == 0 {
		// All rows of each cluster are equal, so there are as many different rows as clusters in use.
		return 0, tooFew(r.cfg.K, different)
	}
	return relocated, nil
}

// shifts gives the largest squared shift of a centroid and the sum of all.
func shifts(before, after Matrix) (largest, total float64) {
	for j := range before.Rows {
		s := SquaredBetween(before.Row(j), after.Row(j))
		largest = max(largest, s)
		total += s
	}
	return largest, total
}
