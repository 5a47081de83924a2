package kmeans

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Run trains: it seeds, passes until the stop rule holds, and keeps the best of
// the restarts. With from it goes on where that checkpoint was made, to the same
// bits. It returns all faults of cfg joined, fault.Invalid if there are fewer
// different rows than clusters or a row is not finite, and context.Cause(ctx)
// when ctx ends; that of ob.Enough if it ends before there is a centroid. It does
// not close e.
func Run(ctx context.Context, e Engine, cfg Config, from *Checkpoint, ob Observer) (*Result, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(e.Rows(), e.Dim()); err != nil {
		return nil, err
	}
	r := &run{all: e, e: e, cfg: cfg, ob: ob, n: e.Rows(), d: e.Dim()}
	if err := r.check(from); err != nil {
		return nil, err
	}
	enough := ob.Enough
	if enough == nil {
		enough = ctx
	}
	if cfg.Sample > 0 && cfg.Sample < int64(r.n) {
		if err := r.sample(enough); err != nil {
			return nil, err
		}
	}
	partial, err := r.restarts(ctx, enough, from)
	if err != nil {
		return nil, err
	}
	res, err := r.finish(ctx)
	if err != nil {
		return nil, err
	}
	res.Partial = partial
	return res, nil
}

// run is the state of one Run.
type run struct {
	all  Engine
	e    Engine // over the rows that are trained on
	cfg  Config
	ob   Observer
	n, d int

	stop    float64   // largest squared shift of all centroids that ends a restart
	current *Solution // of the restart at work, its inertia not known yet; nil before it has centroids
	best    *Solution

	last    Matrix    // centroids of the engine's labels
	lastOf  Sums      // what the pass with them found
	within  []float64 // inertia of each cluster of last; nil: not measured
	inertia float64   // of all, if measured
}

// restarts does all of them, or what it can until enough ends.
func (r *run) restarts(ctx, enough context.Context, from *Checkpoint) (partial bool, err error) {
	first, last := 0, r.cfg.Restarts
	if r.cfg.Algorithm == Bisecting {
		last = 1 // each split has its own
	}
	if from != nil {
		first, r.best = from.Restart, from.Best
	}
	err = r.setStop(enough)
	for restart := first; restart < last && err == nil; restart++ {
		r.current = nil
		if err = r.search(enough, restart, from); err == nil {
			err = r.judge(ctx)
		}
		from = nil
	}
	if err == nil || ctx.Err() != nil || enough.Err() == nil || !errors.Is(err, context.Cause(enough)) {
		return false, err
	}
	if r.current != nil {
		return true, r.judge(ctx)
	}
	if r.best == nil {
		return false, err
	}
	return true, nil
}

// sample changes to some of the rows, each subset of that size with the same chance.
func (r *run) sample(ctx context.Context) error {
	rows := make([]int64, 0, r.cfg.Sample)
	// Knuth's algorithm S: a row joins with the probability that the rest leaves room for it.
	for i := 0; len(rows) < cap(rows); i++ {
		if i%(1<<20) == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if Uniform(r.cfg.Seed, useSample.purpose(0, 0), uint64(i))*float64(r.n-i) < float64(cap(rows)-len(rows)) {
			rows = append(rows, int64(i))
		}
	}
	e, err := r.e.Subset(ctx, rows)
	if err != nil {
		return err
	}
	r.e, r.n = e, e.Rows()
	return nil
}

// check refuses a checkpoint of another training.
func (r *run) check(c *Checkpoint) error {
	if c != nil && !c.fits(r.cfg, r.d) {
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
		return r.named(ctx, err)
	}
	sum := 0.0
	for _, v := range m.Variance {
		sum += v
	}
	r.stop = r.cfg.Tolerance * (sum / float64(r.d))
	return nil
}

// named makes an error of some of the rows, which may be about one of them, that of all.
func (r *run) named(ctx context.Context, err error) error {
	_, of := r.all.Moments(ctx)
	return cmp.Or(of, err)
}

// search finds centroids from one start, or goes on from a checkpoint.
func (r *run) search(ctx context.Context, restart int, from *Checkpoint) error {
	switch r.cfg.Algorithm {
	case MiniBatch:
		return r.miniBatch(ctx, restart, from)
	case Bisecting:
		return r.bisect(ctx, from)
	}
	return r.lloyd(ctx, restart, from)
}

// tell reports a pass, and fills in what all checkpoints have.
func (r *run) tell(info PassInfo, c Checkpoint) {
	if r.ob.Pass == nil {
		return
	}
	c.Restart, c.Pass, c.Centroids, c.Best = info.Restart, info.Pass, info.Centroids, r.best
	r.ob.Pass(info, c)
}

// judge measures the centroids of the restart at work and keeps the better solution.
func (r *run) judge(ctx context.Context) error {
	s := r.current
	if err := r.agree(ctx, s.Centroids); err != nil {
		return err
	}
	if err := r.checkEmpty(ctx); err != nil {
		return err
	}
	if err := r.measure(ctx); err != nil {
		return err
	}
	if s.Inertia = r.inertia; r.best == nil || s.Inertia < r.best.Inertia {
		r.best = s
	}
	r.current = nil
	return nil
}

// pass labels all rows and keeps what it found.
func (r *run) pass(ctx context.Context, c Matrix) error {
	r.last, r.within = Matrix{}, nil // labels are undefined if it fails
	s, err := r.e.Pass(ctx, c, r.ob.Rows)
	if err != nil {
		return r.named(ctx, err)
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

// measure finds the inertia of the clusters as they are.
func (r *run) measure(ctx context.Context) (err error) {
	if r.within == nil {
		r.within, r.inertia, err = r.e.Within(ctx, r.last)
	}
	return err
}

// checkEmpty refuses a solution with empty clusters if there are fewer different
// rows than clusters. Otherwise they stay: the training was stopped early.
func (r *run) checkEmpty(ctx context.Context) error {
	if r.empty(r.lastOf.weights()) < 0 {
		return nil
	}
	rows, err := r.rowsAt(ctx, []float64{0})
	if err != nil {
		return err
	}
	row, err := r.e.Gather(ctx, rows)
	if err != nil {
		return err
	}
	seeds, err := r.different(ctx, row, useFirst.purpose(0, 1))
	if err == nil && seeds.Rows < r.cfg.K {
		err = tooFew(r.cfg.K, seeds.Rows)
	}
	return err
}

// finish brings the labels of all, which may have more rows than were trained
// on, to the best solution.
func (r *run) finish(ctx context.Context) (*Result, error) {
	res := &Result{}
	res.Algorithm, res.Why = r.why()
	if r.e != r.all {
		res.Sampled = int64(r.n)
		r.last = Matrix{}
		r.e, r.n = r.all, r.all.Rows()
	}
	if err := r.agree(ctx, r.best.Centroids); err != nil {
		return nil, err
	}
	if err := r.measure(ctx); err != nil {
		return nil, err
	}
	res.Solution, res.Sizes, res.Within, res.Weight = *r.best, r.lastOf.Count, r.within, r.lastOf.Weight
	res.Inertia = r.inertia
	return res, nil
}

// finite finds the row that made v infinite or NaN. Finite rows can't: the
// largest squared distance of float32 rows is far below the largest float64.
func (r *run) finite(ctx context.Context, v float64) error {
	if v-v == 0 {
		return nil
	}
	if _, err := r.all.Moments(ctx); err != nil {
		return err
	}
	return fault.Newf(fault.Invalid, "The numbers are too large: the sum of squared distances is %v. Scale the columns.", v)
}

// why says what was done.
func (r *run) why() (Algorithm, string) {
	switch b, ok := r.e.(Bounder); {
	case r.cfg.Algorithm == MiniBatch:
		return MiniBatch, fmt.Sprintf("Steps of %d rows, chosen by the seed: quicker than passes over all rows, and approximate.", min(r.cfg.Batch, r.n))
	case r.cfg.Algorithm == Bisecting:
		return Bisecting, "The cluster of the largest inertia was split in two, again and again. Then each row went to its nearest centroid."
	case !ok || r.cfg.Algorithm == Lloyd:
		return Lloyd, "Each pass measured each row."
	default:
		rows, of := b.Skipped()
		if rows == 0 {
			return Lloyd, "Each pass measured each row: bounds would have spared too few."
		}
		return Hamerly, fmt.Sprintf("Bounds, and centroids that stood still, proved what is nearest, so %.3g %% of the measuring was spared. The result is that of measuring each row.", 100*float64(rows)/float64(of))
	}
}
