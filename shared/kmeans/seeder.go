package kmeans

import (
	"context"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// manyRows is from where on memory counts for more than time: a seeder then measures
// each row again where else it would have kept its squared distance, 8 of 12 bytes a
// row. A variable for tests.
var manyRows = 1 << 25

// seeder is the Seeder of Memory.
type seeder struct {
	m       *Memory
	seeds   Matrix
	nearest []int32   // seed of each row
	squared []float64 // distance to it; nil with many rows
	size    int       // rows of a shard, whatever the number of seeds
	parts   []float64 // potential of each shard
	total   float64   // potential
}

// Seeder implements Engine.
func (m *Memory) Seeder() Seeder {
	if m.n > manyRows {
		m.bounds.forget()
		m.bounds.lower, m.bounds.upper = nil, nil
	}
	s := &seeder{m: m, seeds: NewMatrix(0, m.d), nearest: perRow[int32](m.n)}
	if m.n <= manyRows {
		s.squared = slices.Repeat([]float64{math.Inf(1)}, m.n)
	}
	shards, size := Shards(m.n, m.d, 1)
	s.parts, s.size = make([]float64, shards), size
	for i := range m.n {
		s.parts[i/size] += s.weigh(i, 1)
	}
	for _, p := range s.parts {
		s.total += p
	}
	return s
}

// distances gives the squared distances of some rows to their nearest seed, infinite
// without seeds. It may use room, which has room for them.
func (s *seeder) distances(lo, hi int, room []float64) []float64 {
	if s.squared != nil {
		return s.squared[lo:hi]
	}
	room = room[:hi-lo]
	if s.seeds.Rows > 0 {
		kernel.Measure(s.m.rows[lo*s.m.d:hi*s.m.d], s.m.d, s.seeds.Data, s.nearest[lo:hi], room)
		return room
	}
	for i := range room {
		room[i] = math.Inf(1)
	}
	return room
}

// room makes what distances needs in a shard's blocks for k centroids.
func (s *seeder) room(k int) []float64 {
	if s.squared != nil {
		return nil
	}
	return make([]float64, blockRows(s.m.d, k))
}

// weigh gives sq as often as row i counts.
func (s *seeder) weigh(i int, sq float64) float64 {
	if s.m.weights == nil {
		return sq
	}
	return float64(s.m.weights[i] * sq)
}

// share is what row i has of the potential.
func (s *seeder) share(i int) float64 {
	switch {
	case s.seeds.Rows == 0:
		return s.weigh(i, 1)
	case s.squared != nil:
		return s.weigh(i, s.squared[i])
	}
	return s.weigh(i, kernel.SquaredDistance(s.m.row(i), s.seeds.Row(int(s.nearest[i]))))
}

// Add implements Seeder.
func (s *seeder) Add(ctx context.Context, seeds Matrix, progress func(done, total int64)) (float64, error) {
	d := s.m.d
	c := kernel.Pack(seeds.Data, seeds.Rows, d)
	if err := s.m.over(ctx, s.size, progress, func(shard, lo, hi int) error {
		sum, room := 0.0, s.room(c.K())
		err := s.m.blocks(ctx, lo, hi, c.K(), func(lo, hi int) {
			squared := s.distances(lo, hi, room)
			c.Extend(s.m.rows[lo*d:hi*d], s.seeds.Rows, s.nearest[lo:hi], squared)
			for i, sq := range squared {
				sum += s.weigh(lo+i, sq)
			}
		})
		s.parts[shard] = sum
		return err
	}); err != nil {
		return 0, err
	}
	s.seeds = Matrix{s.seeds.Rows + seeds.Rows, d, append(s.seeds.Data, seeds.Data...)}
	s.total = 0
	for _, p := range s.parts {
		s.total += p
	}
	return s.total, nil
}

// Try implements Seeder.
func (s *seeder) Try(ctx context.Context, candidates Matrix, progress func(done, total int64)) ([]float64, error) {
	d, k := s.m.d, candidates.Rows
	c := kernel.Pack(candidates.Data, k, d)
	parts := NewMatrix(len(s.parts), k)
	if err := s.m.over(ctx, s.size, progress, func(shard, lo, hi int) error {
		sums, room := parts.Row(shard), s.room(k)
		return s.m.blocks(ctx, lo, hi, k, func(lo, hi int) {
			var weights []float64
			if s.m.weights != nil {
				weights = s.m.weights[lo:hi]
			}
			c.Potentials(s.m.rows[lo*d:hi*d], s.distances(lo, hi, room), weights, sums)
		})
	}); err != nil {
		return nil, err
	}
	out := make([]float64, k)
	for shard := range parts.Rows {
		for j, v := range parts.Row(shard) {
			out[j] += v
		}
	}
	return out, nil
}

// Draw implements Seeder.
func (s *seeder) Draw(ctx context.Context, seed, purpose uint64, times float64) ([]int64, error) {
	parts := make([][]int64, len(s.parts))
	m := &Memory{n: s.m.n, d: s.m.d, each: s.m.each, begin: s.m.begin}
	if s.squared != nil {
		m.begin = nil // the rows are not needed
	}
	err := m.over(ctx, s.size, nil, func(shard, lo, hi int) error {
		room := s.room(1)
		return m.blocks(ctx, lo, hi, 1, func(lo, hi int) {
			for i, sq := range s.distances(lo, hi, room) {
				if s.seeds.Rows == 0 {
					sq = 1
				}
				if Uniform(seed, purpose, uint64(lo+i))*s.total < times*s.weigh(lo+i, sq) {
					parts[shard] = append(parts[shard], int64(lo+i))
				}
			}
		})
	})
	return slices.Concat(parts...), err
}

// Pick implements Seeder.
func (s *seeder) Pick(ctx context.Context, at []float64) ([]int64, error) {
	out := make([]int64, len(at))
	for j, u := range at {
		goal, before, shard := float64(u*s.total), 0.0, 0
		for last := len(s.parts) - 1; shard < last && before+s.parts[shard] <= goal; shard++ {
			before += s.parts[shard]
		}
		out[j] = s.pickIn(shard, goal-before)
	}
	return out, context.Cause(ctx)
}

// pickIn walks a shard up to goal. Rounding may leave goal beyond the shard's
// rows, and a shard may have none that differ from the seeds: then it is the last
// such row before, or else the first after.
func (s *seeder) pickIn(shard int, goal float64) int64 {
	last, sum := -1, 0.0
	for i := shard * s.size; i < min((shard+1)*s.size, s.m.n); i++ {
		if w := s.share(i); w > 0 {
			last = i
			if sum += w; sum > goal {
				return int64(i)
			}
		}
	}
	for i := shard*s.size - 1; last < 0 && i >= 0; i-- {
		if s.share(i) > 0 {
			last = i
		}
	}
	for i := shard * s.size; last < 0 && i < s.m.n; i++ {
		if s.share(i) > 0 {
			last = i
		}
	}
	return int64(max(last, 0))
}

// Weights implements Seeder.
func (s *seeder) Weights(ctx context.Context) ([]float64, error) {
	out := make([]float64, s.seeds.Rows)
	for i, j := range s.nearest {
		out[j] += s.weigh(i, 1)
	}
	return out, context.Cause(ctx)
}
