package kmeans

import (
	"context"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Run trains: it seeds, passes until the stop rule holds, and keeps the best of
// the restarts. With from it goes on where that checkpoint was made, to the same
// bits. It returns all faults of cfg joined, fault.Invalid if there are fewer
// different rows than clusters or a row is not finite, and context.Cause(ctx)
// when ctx ends. It does not close e.
func Run(ctx context.Context, e Engine, cfg Config, from *Checkpoint, ob Observer) (*Result, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(e.Rows(), e.Dim()); err != nil {
		return nil, err
	}
	r := &run{e: e, cfg: cfg, ob: ob, n: e.Rows(), d: e.Dim()}
	if err := r.check(from); err != nil {
		return nil, err
	}
	if err := r.setStop(ctx); err != nil {
		return nil, err
	}
	first := 0
	if from != nil {
		first, r.best = from.Restart, from.Best
	}
	for restart := first; restart < cfg.Restarts; restart++ {
		if err := r.restart(ctx, restart, from); err != nil {
			return nil, err
		}
		from = nil
	}
	return r.finish(ctx)
}

// run is the state of one Run.
type run struct {
	e    Engine
	cfg  Config
	ob   Observer
	n, d int

	stop float64 // largest squared shift of all centroids that ends a restart
	best *Solution

	last   Matrix // centroids of the engine's labels
	lastOf Sums   // what the pass with them found
}

// check refuses a checkpoint of another training.
func (r *run) check(c *Checkpoint) error {
	fits := func(m Matrix) bool { return m.Rows == r.cfg.K && m.Cols == r.d && len(m.Data) == m.Rows*m.Cols }
	if c != nil && (c.Restart < 0 || c.Restart >= r.cfg.Restarts || c.Pass < 1 || !fits(c.Before) || !fits(c.Centroids) || c.Best != nil && !fits(c.Best.Centroids)) {
		return fault.Newf(fault.Invalid, "The checkpoint does not fit this training. Start it anew.")
	}
	return nil
}

// setStop turns the tolerance into a squared distance.
func (r *run) setStop(ctx context.Context) error {
	if r.cfg.Tolerance == 0 {
		return nil
	}
	m, err := r.e.Moments(ctx)
	if err != nil {
		return err
	}
	sum := 0.0
	for _, v := range m.Variance {
		sum += v
	}
	r.stop = r.cfg.Tolerance * (sum / float64(r.d))
	return nil
}

// restart runs from one start to its end, or goes on from a checkpoint.
func (r *run) restart(ctx context.Context, restart int, from *Checkpoint) error {
	var c Matrix
	var err error
	pass, converged := 0, false
	if from != nil {
		c, pass, converged = from.Centroids, from.Pass, from.Converged
		if !converged && pass < r.cfg.MaxIterations {
			err = r.pass(ctx, from.Before) // to know which rows change
		}
	} else {
		c, err = r.seed(ctx, restart)
	}
	for err == nil && !converged && pass < r.cfg.MaxIterations {
		before := c
		if err = r.pass(ctx, before); err != nil {
			break
		}
		info := PassInfo{Restart: restart, Pass: pass + 1, Inertia: r.lastOf.Inertia, Changed: r.lastOf.Changed}
		if pass == 0 {
			info.Changed = int64(r.n) // not compared with what came before this restart
		}
		if c, info.Relocated, err = r.update(ctx, before); err != nil {
			break
		}
		pass++
		largest, total := shifts(before, c)
		info.Shift, info.Centroids = math.Sqrt(largest), c
		converged = info.Changed == 0 && info.Relocated == 0 || total <= r.stop
		if r.ob.Pass != nil {
			r.ob.Pass(info, Checkpoint{Restart: restart, Pass: pass, Before: before, Centroids: c, Converged: converged, Best: r.best})
		}
	}
	if err != nil {
		return err
	}
	if err := r.agree(ctx, c); err != nil {
		return err
	}
	if err := r.checkEmpty(ctx); err != nil {
		return err
	}
	if r.best == nil || r.lastOf.Inertia < r.best.Inertia {
		r.best = &Solution{Restart: restart, Centroids: c, Inertia: r.lastOf.Inertia, Passes: pass, Converged: converged}
	}
	return nil
}

// pass labels all rows and keeps what it found.
func (r *run) pass(ctx context.Context, c Matrix) error {
	s, err := r.e.Pass(ctx, c, r.ob.Rows)
	if err != nil {
		return err
	}
	r.last, r.lastOf = c, s
	return r.finite(ctx, s.Inertia)
}

// agree makes the engine's labels those of c.
func (r *run) agree(ctx context.Context, c Matrix) error {
	if r.last.Rows == c.Rows && slices.Equal(r.last.Data, c.Data) {
		return nil
	}
	return r.pass(ctx, c)
}

// update gives the means of the clusters of the last pass. An empty cluster gets
// the row that is farthest from its centroid, as in scikit-learn, but never the
// only row of another cluster.
func (r *run) update(ctx context.Context, before Matrix) (after Matrix, relocated int, err error) {
	count, sum := slices.Clone(r.lastOf.Count), r.lastOf.Sum
	if slices.Contains(count, 0) {
		if relocated, err = r.relocate(ctx, before, count, sum); err != nil {
			return Matrix{}, 0, err
		}
	}
	after = NewMatrix(r.cfg.K, r.d)
	for j := range r.cfg.K {
		if count[j] == 0 {
			copy(after.Row(j), before.Row(j)) // fewer far rows than empty clusters: the next pass tries again
			continue
		}
		for t, v := range sum.Row(j) {
			after.Data[j*r.d+t] = v / float64(count[j])
		}
	}
	return after, relocated, nil
}

func (r *run) relocate(ctx context.Context, before Matrix, count []int64, sum Matrix) (relocated int, err error) {
	// Each cluster can refuse one row, its last, so k rows are enough.
	far, err := r.e.Far(ctx, before, r.cfg.K)
	if err != nil {
		return 0, err
	}
	different := 0
	for j := range count {
		if count[j] > 0 {
			different++
		}
	}
	empty := slices.Index(count, 0)
	for _, f := range far {
		if f.Squared == 0 || empty < 0 {
			break
		}
		if count[f.Label] < 2 {
			continue
		}
		row, err := r.e.Gather(ctx, []int64{f.Row})
		if err != nil {
			return 0, err
		}
		for t, v := range row.Data {
			sum.Data[f.Label*r.d+t] -= v
			sum.Data[empty*r.d+t] = v
		}
		count[f.Label]--
		count[empty] = 1
		relocated++
		empty = slices.Index(count, 0)
	}
	if relocated == 0 {
		// All rows of each cluster are equal, so there are as many different rows as clusters in use.
		return 0, tooFew(r.cfg.K, different)
	}
	return relocated, nil
}

// checkEmpty refuses a solution with empty clusters if there are fewer different
// rows than clusters. Otherwise they stay: the training was stopped early.
func (r *run) checkEmpty(ctx context.Context) error {
	if !slices.Contains(r.lastOf.Count, 0) {
		return nil
	}
	row, err := r.e.Gather(ctx, []int64{0})
	if err != nil {
		return err
	}
	rows, err := r.different(ctx, row, useFirst.purpose(0, 1))
	if err == nil && rows.Rows < r.cfg.K {
		err = tooFew(r.cfg.K, rows.Rows)
	}
	return err
}

// finish brings the engine's labels to the best solution.
func (r *run) finish(ctx context.Context) (*Result, error) {
	if err := r.agree(ctx, r.best.Centroids); err != nil {
		return nil, err
	}
	return &Result{Solution: *r.best, Sizes: r.lastOf.Count, Within: r.lastOf.Within}, nil
}

// finite finds the row that made v infinite or NaN. Finite rows can't: the
// largest squared distance of float32 rows is far below the largest float64.
func (r *run) finite(ctx context.Context, v float64) error {
	if v-v == 0 {
		return nil
	}
	if _, err := r.e.Moments(ctx); err != nil {
		return err
	}
	return fault.Newf(fault.Invalid, "The numbers are too large: the sum of squared distances is %v. Scale the columns.", v)
}

// shifts gives the largest squared shift of a centroid and the sum of all.
func shifts(before, after Matrix) (largest, total float64) {
	for j := range before.Rows {
		s := 0.0
		for t, v := range after.Row(j) {
			e := v - before.Row(j)[t]
			s += float64(e * e)
		}
		largest = max(largest, s)
		total += s
	}
	return largest, total
}
