package kmeans

import (
	"context"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Weigh gives row i the weight weights[i], from the next call on; it is kept, not
// copied. A negative weight, NaN, infinity, or no weight above 0 is fault.Invalid.
func (m *Memory) Weigh(weights []float64) error {
	if len(weights) != m.n {
		return fault.Newf(fault.Invalid, "There are %d weights for %d rows.", len(weights), m.n)
	}
	if i := slices.IndexFunc(weights, func(w float64) bool { return !(w >= 0 && w-w == 0) }); i >= 0 {
		return fault.Newf(fault.Invalid, "Row %d (counted from 0) has the weight %v: it must be a number, 0 or more.", i, weights[i])
	}
	if !slices.ContainsFunc(weights, func(w float64) bool { return w > 0 }) {
		return fault.Newf(fault.Invalid, "All rows have the weight 0, so there is nothing to train on.")
	}
	m.weights, m.survey, m.sums = weights, nil, sums{}
	return nil
}

// Weighted implements Engine.
func (m *Memory) Weighted() bool { return m.weights != nil }

// Members implements Engine.
func (m *Memory) Members(ctx context.Context, label int) ([]int64, error) {
	var rows []int64
	for i, l := range m.labels {
		if int(l) == label {
			rows = append(rows, int64(i))
		}
	}
	return rows, context.Cause(ctx)
}

// Subset implements Engine. The copy works as m does.
func (m *Memory) Subset(ctx context.Context, rows []int64) (Engine, error) {
	s := NewMemory(make([]float32, len(rows)*m.d), len(rows), m.d, m.each)
	if m.weights != nil {
		s.weights = make([]float64, len(rows))
	}
	for j, i := range rows {
		copy(s.row(j), m.row(int(i)))
		if m.weights != nil {
			s.weights[j] = m.weights[i]
		}
	}
	return s, context.Cause(ctx)
}
