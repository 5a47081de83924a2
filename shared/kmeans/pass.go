package kmeans

import (
	"context"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// Pass implements Engine.
func (m *Memory) Pass(ctx context.Context, centroids Matrix, progress func(done, total int64)) (Sums, error) {
	m.Labels() // from here on they are there
	c := kernel.Pack(centroids.Data, centroids.Rows, m.d)
	shards, size := Shards(m.n, m.d, c.K())
	if len(m.parts) != shards || len(m.parts[0].Count) != c.K() || m.Weighted() != (m.parts[0].Weight != nil) {
		m.parts = make([]Sums, shards)
		for s := range m.parts {
			m.parts[s] = m.newSums(c.K())
		}
	}
	// Where a shard each does not keep all workers busy to the end, labels are found
	// in smaller pieces first: they depend on no order.
	early := shards < balanced
	unit := size
	if early {
		unit = min(blockRows(m.d, c.K()), max(32, m.n/64&^31))
		if m.next == nil {
			m.next, m.squared = make([]int32, m.n), make([]float64, m.n)
		}
	}
	m.bounds.start(centroids, m.n, (m.n+unit-1)/unit)
	err := m.over(ctx, unit, progress, func(u, lo, hi int) error {
		if early {
			return m.label(ctx, c, u, lo, hi, func(lo, hi int) ([]int32, []float64) { return m.next[lo:hi], m.squared[lo:hi] }, nil)
		}
		return m.pass(ctx, c, u, lo, hi)
	})
	if early && err == nil {
		err = m.over(ctx, size, nil, func(s, lo, hi int) error {
			t := m.parts[s].tally()
			defer m.parts[s].took(t)
			return m.blocks(ctx, lo, hi, 1, func(lo, hi int) { m.add(s, t, lo, hi, m.next[lo:hi], m.squared[lo:hi]) })
		})
	}
	if err != nil {
		m.bounds.forget()
		return Sums{}, err
	}
	m.bounds.end(m.n)
	return m.total(ctx, c.K())
}

// balanced is how many shards keep all workers busy to the end.
const balanced = 16

// pass labels and adds up one shard.
func (m *Memory) pass(ctx context.Context, c *kernel.Centers, s, lo, hi int) error {
	size := min(blockRows(m.d, c.K()), hi-lo)
	label, squared := make([]int32, size), make([]float64, size)
	t := m.parts[s].tally()
	defer m.parts[s].took(t)
	return m.label(ctx, c, s, lo, hi, func(lo, hi int) ([]int32, []float64) { return label[:hi-lo], squared[:hi-lo] },
		func(lo, hi int) { m.add(s, t, lo, hi, label[:hi-lo], squared[:hi-lo]) })
}

// label finds labels and squared distances of the rows of a unit, block by block. They
// go to what room gives; then is called after each block, unless it is nil.
func (m *Memory) label(ctx context.Context, c *kernel.Centers, u, lo, hi int, room func(lo, hi int) ([]int32, []float64), then func(lo, hi int)) error {
	b := m.bounds.begin(u)
	defer b.end()
	return m.blocks(ctx, lo, hi, c.K(), func(lo, hi int) {
		label, squared := room(lo, hi)
		if b == nil {
			c.Assign(m.rows[lo*m.d:hi*m.d], label, squared)
		} else {
			b.assign(c, m.rows[lo*m.d:hi*m.d], m.labels[lo:hi], label, squared, m.bounds.lower[lo:hi])
		}
		if then != nil {
			then(lo, hi)
		}
	})
}

// add adds labelled rows to shard s.
func (m *Memory) add(s int, t *kernel.Tally, lo, hi int, label []int32, squared []float64) {
	rows, old := m.rows[lo*m.d:hi*m.d], m.labels[lo:hi]
	if m.weights == nil {
		t.Add(rows, m.d, label, old, squared)
		return
	}
	m.parts[s].weigh(m.weights[lo:hi], label, squared)
	t.Add(nil, 0, label, old, squared)
	kernel.AccumulateWeighted(rows, m.d, label, m.weights[lo:hi], t.Sum)
}

// total adds the shards in their order, some of the sums at a time.
func (m *Memory) total(ctx context.Context, k int) (Sums, error) {
	const chunk = 4096
	total := m.newSums(k)
	err := m.each(ctx, (k*m.d+chunk-1)/chunk, func(i int) error {
		sum := total.Sum.Data[i*chunk : min((i+1)*chunk, k*m.d)]
		for s := range m.parts {
			part := m.parts[s].Sum.Data[i*chunk:][:len(sum)]
			for j := range sum {
				sum[j] += part[j]
			}
		}
		return nil
	}, func(int) {})
	for s := range m.parts {
		total.add(&m.parts[s])
	}
	return total, err
}

func (m *Memory) newSums(k int) Sums {
	s := Sums{Count: make([]int64, k), Sum: NewMatrix(k, m.d), Within: make([]float64, k)}
	if m.weights != nil {
		s.Weight = make([]float64, k)
	}
	return s
}

// weigh adds up the weights, and multiplies the squared distances by them.
func (s *Sums) weigh(weights []float64, labels []int32, squared []float64) {
	for i, w := range weights {
		s.Weight[labels[i]] += w
		squared[i] = float64(w * squared[i])
	}
}

// tally empties s and gives what fills it, but for Weight.
func (s *Sums) tally() *kernel.Tally {
	clear(s.Count)
	clear(s.Weight)
	clear(s.Sum.Data)
	clear(s.Within)
	return &kernel.Tally{Count: s.Count, Sum: s.Sum.Data, Within: s.Within}
}

// took takes from t what is not shared with it.
func (s *Sums) took(t *kernel.Tally) { s.Inertia, s.Changed = t.Inertia, t.Changed }

// add adds all of o but the sums of the features.
func (s *Sums) add(o *Sums) {
	for j := range s.Count {
		s.Count[j] += o.Count[j]
		s.Within[j] += o.Within[j]
	}
	for j, w := range o.Weight {
		s.Weight[j] += w
	}
	s.Inertia += o.Inertia
	s.Changed += o.Changed
}
