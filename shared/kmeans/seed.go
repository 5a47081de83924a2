package kmeans

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	// parallelRounds is how often k-means|| draws by default; in each it takes about
	// parallelFactor * k rows. On mixtures of 8 to 100 Gaussians 3 rounds start as
	// well as 5, and no worse than k-means++; 2 are a little worse.
	parallelRounds = 3
	parallelFactor = 2
)

// seed chooses the centroids that a restart begins with.
func (r *run) seed(ctx context.Context, restart int) (Matrix, error) {
	var c Matrix
	var err error
	switch r.cfg.Init {
	case Given:
		c = r.cfg.Start.Clone()
	case Random:
		c, err = r.random(ctx, restart)
	case Parallel:
		if float64(r.n) > float64(r.cfg.InitRounds)*r.cfg.Oversampling*float64(r.cfg.K) {
			c, err = r.parallel(ctx, restart)
			break
		}
		fallthrough // it would take nearly all rows as candidates
	default:
		var first []int64
		if first, err = r.first(ctx, restart); err == nil {
			c, err = r.plusPlus(ctx, r.e, r.e.Seeder(), first[0], usePick.purpose(restart, 0), func(j int) { r.seeding(restart, j, r.cfg.K) })
		}
	}
	if err == nil && c.Rows < r.cfg.K {
		err = tooFew(r.cfg.K, c.Rows)
	}
	for j := range c.Rows {
		r.cfg.Distance.settle(c.Row(j), c.Row(j))
	}
	return c, err
}

// first chooses the first seed.
func (r *run) first(ctx context.Context, restart int) ([]int64, error) {
	return r.rowsAt(ctx, []float64{Uniform(r.cfg.Seed, useFirst.purpose(restart, 0), 0)})
}

// rowsAt gives for each number in [0, 1) the row at that share of the weight.
func (r *run) rowsAt(ctx context.Context, at []float64) ([]int64, error) {
	if r.e.Weighted() {
		return r.e.Seeder().Pick(ctx, at)
	}
	rows := make([]int64, len(at))
	for j, u := range at {
		rows[j] = int64(u * float64(r.n))
	}
	return rows, context.Cause(ctx)
}

func tooFew(k, different int) error {
	return fault.Fieldf("config.k", "k is %d, but only %d different rows are left.", k, different)
}

func (r *run) seeding(restart, round, rounds int) {
	if r.ob.Seeding != nil {
		r.ob.Seeding(restart, round, rounds)
	}
}

// gatherer is what plusPlus needs of an Engine.
type gatherer interface {
	Gather(ctx context.Context, rows []int64) (Matrix, error)
}

// plusPlus is greedy k-means++: each seed is the best of some rows, each tried
// with a probability in proportion to its squared distance. It gives fewer than k
// seeds only if there are no more different rows.
func (r *run) plusPlus(ctx context.Context, e gatherer, s Seeder, first int64, purpose uint64, round func(j int)) (Matrix, error) {
	k, tries := r.cfg.K, 2+log(r.cfg.K)
	seeds := NewMatrix(0, r.d)
	add := func(c []float64) (float64, error) {
		seeds.Rows++
		seeds.Data = append(seeds.Data, c...)
		potential, err := s.Add(ctx, Matrix{1, r.d, c}, nil)
		if err != nil {
			return 0, err
		}
		return potential, r.finite(ctx, potential)
	}
	round(1)
	c, err := e.Gather(ctx, []int64{first})
	if err != nil {
		return Matrix{}, err
	}
	potential, err := add(c.Data)
	for err == nil && seeds.Rows < k && potential > 0 {
		round(seeds.Rows + 1)
		at := make([]float64, tries)
		for t := range at {
			at[t] = Uniform(r.cfg.Seed, purpose, uint64(seeds.Rows*tries+t))
		}
		potential, err = r.tryAll(ctx, e, s, at, add)
	}
	return seeds, err
}

// tryAll picks rows and adds the one that leaves the least potential, ties to the first.
func (r *run) tryAll(ctx context.Context, e gatherer, s Seeder, at []float64, add func([]float64) (float64, error)) (float64, error) {
	rows, err := s.Pick(ctx, at)
	if err != nil {
		return 0, err
	}
	c, err := e.Gather(ctx, rows)
	if err != nil {
		return 0, err
	}
	left, err := s.Try(ctx, c, r.ob.Rows)
	if err != nil {
		return 0, err
	}
	best := 0
	for j, p := range left {
		if p < left[best] {
			best = j
		}
	}
	return add(c.Row(best))
}

// parallel is k-means||: in a few rounds each row joins the candidates with a
// probability in proportion to its squared distance. The candidates, weighted by
// the rows nearest to them, are then reduced to k by k-means++.
func (r *run) parallel(ctx context.Context, restart int) (Matrix, error) {
	first, err := r.first(ctx, restart)
	if err != nil {
		return Matrix{}, err
	}
	s := r.e.Seeder()
	all := NewMatrix(0, r.d)
	var potential float64
	add := func(rows []int64) error {
		c, err := r.e.Gather(ctx, rows)
		if err != nil || c.Rows == 0 {
			return err
		}
		all.Rows += c.Rows
		all.Data = append(all.Data, c.Data...)
		if potential, err = s.Add(ctx, c, r.ob.Rows); err != nil {
			return err
		}
		return r.finite(ctx, potential)
	}
	if err := add(first); err != nil {
		return Matrix{}, err
	}
	rounds := r.cfg.InitRounds
	for round := 1; round <= rounds && potential > 0; round++ {
		r.seeding(restart, round, rounds+1)
		rows, err := s.Draw(ctx, r.cfg.Seed, useRow.purpose(restart, round), float64(r.cfg.Oversampling*float64(r.cfg.K)))
		if err == nil {
			err = add(rows)
		}
		if err != nil {
			return Matrix{}, err
		}
	}
	r.seeding(restart, rounds+1, rounds+1)
	for more := uint64(0); ; {
		c, err := r.reduce(ctx, s, all, restart)
		if err != nil || c.Rows >= r.cfg.K || potential == 0 {
			return c, err
		}
		// Some candidates were equal: take rows that differ from all, as many as lack.
		for lack := r.cfg.K - c.Rows; lack > 0 && potential > 0; lack-- {
			rows, err := s.Pick(ctx, []float64{Uniform(r.cfg.Seed, usePick.purpose(restart, 0), more)})
			if err == nil {
				err = add(rows)
			}
			if err != nil {
				return Matrix{}, err
			}
			more++
		}
	}
}

// reduce brings the candidates down to k.
func (r *run) reduce(ctx context.Context, s Seeder, candidates Matrix, restart int) (Matrix, error) {
	weights, err := s.Weights(ctx)
	if err != nil {
		return Matrix{}, err
	}
	rows := make([]float32, len(candidates.Data))
	for i, v := range candidates.Data {
		rows[i] = float32(v) // exact: they are rows
	}
	e := Serial(rows, candidates.Rows, r.d)
	if err := e.Weigh(weights); err != nil {
		return Matrix{}, err
	}
	s = e.Seeder()
	first, err := s.Pick(ctx, []float64{Uniform(r.cfg.Seed, useReduce.purpose(restart, 0), 0)})
	if err != nil {
		return Matrix{}, err
	}
	return r.plusPlus(ctx, e, s, first[0], useReduce.purpose(restart, 1), func(int) {})
}

// random takes k different rows, each with the same probability. If many rows are
// equal, what lacks after some tries is picked as in k-means++.
func (r *run) random(ctx context.Context, restart int) (Matrix, error) {
	r.seeding(restart, 1, 1)
	k, purpose := r.cfg.K, useRandom.purpose(restart, 0)
	seeds, seen := NewMatrix(0, r.d), map[string]bool{}
	for tried, most := 0, 4*k+100; seeds.Rows < k && tried < most; {
		at := make([]float64, min(k-seeds.Rows, most-tried))
		for j := range at {
			at[j] = Uniform(r.cfg.Seed, purpose, uint64(tried))
			tried++
		}
		rows, err := r.rowsAt(ctx, at)
		if err != nil {
			return Matrix{}, err
		}
		c, err := r.e.Gather(ctx, rows)
		if err != nil {
			return Matrix{}, err
		}
		for j := range rows {
			if key := bitsOf(c.Row(j)); !seen[key] {
				seen[key] = true
				seeds.Rows++
				seeds.Data = append(seeds.Data, c.Row(j)...)
			}
		}
	}
	if seeds.Rows == k {
		return seeds, nil
	}
	return r.different(ctx, seeds, useRandom.purpose(restart, 1))
}

// bitsOf gives the same text for equal rows, and for no others.
func bitsOf(row []float64) string {
	b := make([]byte, 0, 8*len(row))
	for _, v := range row {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v+0)) // -0 + 0 is 0
	}
	return string(b)
}

// different adds rows to seeds, each other than all before, up to k if there are so many.
func (r *run) different(ctx context.Context, seeds Matrix, purpose uint64) (Matrix, error) {
	s := r.e.Seeder()
	potential, err := s.Add(ctx, seeds, r.ob.Rows)
	for err == nil && potential > 0 && seeds.Rows < r.cfg.K {
		if err = r.finite(ctx, potential); err != nil {
			break
		}
		var rows []int64
		if rows, err = s.Pick(ctx, []float64{Uniform(r.cfg.Seed, purpose, uint64(seeds.Rows))}); err != nil {
			break
		}
		var c Matrix
		if c, err = r.e.Gather(ctx, rows); err != nil {
			break
		}
		seeds = Matrix{seeds.Rows + 1, r.d, append(seeds.Data, c.Data...)}
		potential, err = s.Add(ctx, c, nil)
	}
	return seeds, err
}

// log gives the natural logarithm of k, rounded down. math.Log may differ in its
// last bit from machine to machine.
func log(k int) int {
	n := 0
	for _, e := range []int{3, 8, 21, 55, 149, 404, 1097, 2981, 8104, 22027, 59875, 162755, 442414, 1202605, 3269018, 8886111, 24154953, 65659970, 178482301} {
		if k >= e {
			n++
		}
	}
	return n
}
