package kmeans

import (
	"context"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kernel"
)

// survey is what one look at all rows tells.
type survey struct {
	Moments
	origin []float64 // near the rows
	most   []float64 // largest absolute value of each feature
	around float64   // sum of weight times squared distance to origin
}

// Moments implements Engine.
func (m *Memory) Moments(ctx context.Context) (Moments, error) {
	s, err := m.look(ctx)
	if err != nil {
		return Moments{}, err
	}
	return Moments{slices.Clone(s.Mean), slices.Clone(s.Variance)}, nil
}

// look surveys the rows once.
//
// Means and variances are those of the differences from origin, which is so near to the
// rows that their squares lose little (Chan, Golub and LeVeque, Algorithms for computing
// the sample variance, The American Statistician 1983).
func (m *Memory) look(ctx context.Context) (*survey, error) {
	if m.survey != nil {
		return m.survey, nil
	}
	s := &survey{most: make([]float64, m.d), Moments: Moments{make([]float64, m.d), make([]float64, m.d)}}
	if err := m.each(ctx, 1, func(int) error { s.origin = m.medians(); return nil }, func(int) {}); err != nil {
		return nil, err
	}
	shards, size := Shards(m.n, m.d, 1)
	sums, squares, most := NewMatrix(shards, m.d), NewMatrix(shards, m.d), make([]uint32, shards*m.d)
	if err := m.over(ctx, size, nil, func(i, lo, hi int) error {
		return m.blocks(ctx, lo, hi, 1, func(lo, hi int) {
			kernel.Survey(m.rows[lo*m.d:hi*m.d], s.origin, sums.Row(i), squares.Row(i), most[i*m.d:(i+1)*m.d])
		})
	}); err != nil {
		return nil, err
	}
	for t := range m.d {
		bits, sum, square := uint32(0), 0.0, 0.0
		for i := range shards {
			bits = max(bits, most[i*m.d+t])
			sum += sums.Data[i*m.d+t]
			square += squares.Data[i*m.d+t]
		}
		if s.most[t] = float64(math.Float32frombits(bits)); s.most[t]-s.most[t] != 0 {
			return nil, m.badRow()
		}
		mean := sum / float64(m.n)
		s.Mean[t] = s.origin[t] + mean
		s.Variance[t] = max(0, square/float64(m.n)-float64(mean*mean))
		s.around += square
	}
	if m.weights != nil {
		if err := m.weigh(ctx, s); err != nil {
			return nil, err
		}
	}
	m.survey = s
	return s, nil
}

// medians gives for each feature the median of some rows, far from each other: it is near
// to many rows, whatever a few are like.
func (m *Memory) medians() []float64 {
	some := min(m.n, 63)
	out, values := make([]float64, m.d), make([]float32, some)
	for t := range out {
		for i := range values {
			values[i] = m.rows[int(int64(i)*int64(m.n)/int64(some))*m.d+t]
		}
		slices.Sort(values)
		out[t] = float64(values[some/2])
	}
	return out
}

// mostWeighted is what a weighted value must be less than.
const mostWeighted = 0x1p900

// weigh makes most and around those of weighted rows; most gets one value more, that of the weights.
func (m *Memory) weigh(ctx context.Context, s *survey) error {
	shards, size := Shards(m.n, m.d, 1)
	around, most := make([]float64, shards), NewMatrix(shards, m.d+1)
	if err := m.over(ctx, size, nil, func(shard, lo, hi int) error {
		top := most.Row(shard)
		return m.blocks(ctx, lo, hi, 1, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				w, square := m.weights[i], 0.0
				for t, v := range m.row(i) {
					top[t] = max(top[t], math.Abs(float64(w*float64(v))))
					e := float64(v) - s.origin[t]
					square += float64(e * e)
				}
				top[m.d] = max(top[m.d], w)
				around[shard] += float64(w * square)
			}
		})
	}); err != nil {
		return err
	}
	s.most, s.around = make([]float64, m.d+1), 0
	for shard, v := range around {
		s.around += v
		for t, v := range most.Row(shard) {
			s.most[t] = max(s.most[t], v)
		}
	}
	if !(slices.Max(s.most) < mostWeighted) {
		return fault.Newf(fault.Invalid, "The numbers are too large: a row times its weight is %.3g. Scale the weights.", slices.Max(s.most))
	}
	return nil
}

// badRow is the fault of the first row that is not finite; there must be one.
func (m *Memory) badRow() error {
	i := slices.IndexFunc(m.rows, func(v float32) bool { return v-v != 0 })
	return fault.Newf(fault.Invalid,
		"Row %d (counted from 0), feature %d, is %v: it can't be trained on. Drop or fill missing values, and look for numbers beyond ±3.4e38.", i/m.d, i%m.d, m.rows[i])
}

// inertia gives the sum of weight times squared distance of all rows to the centroids of
// their clusters, whose weights and sums are given: with o for origin,
// Σw|x-c|² = Σw|x-o|² - Σ(c-o)·(2(s-wo) - w(c-o)).
func (s *survey) inertia(c Matrix, weight []float64, sum Matrix) float64 {
	total := s.around
	for j, w := range weight {
		less := 0.0
		for t, v := range c.Row(j) {
			e := v - s.origin[t]
			less += float64(e * (2*(sum.Data[j*sum.Cols+t]-float64(w*s.origin[t])) - float64(w*e)))
		}
		total -= less
	}
	return max(total, 0)
}
