package kmeans

import (
	"context"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// sums is those of a Memory's clusters, kept from pass to pass: a pass moves only the rows
// that change their label. They are exact, so it does not matter who moves which row when.
type sums struct {
	grid  *kernel.Grid
	total *kernel.Tally // nil: no row has been added
	k     int
	of    Matrix    // total, rounded: a column more than the rows if they have weights
	idle  []*worker // that no unit of work has
}

// worker is what a goroutine needs that is at work on some rows.
type worker struct {
	tally   *kernel.Tally
	changed int64
	spared  int64
	label   []int32

	near, from   []int32 // scratch of still
	squared, own []float64
	rows         []float32
}

// Pass implements Engine.
func (m *Memory) Pass(ctx context.Context, centroids Matrix, progress func(done, total int64)) (Sums, error) {
	about, err := m.look(ctx)
	if err != nil {
		return Sums{}, err
	}
	m.Labels() // from here on they are there
	if m.layout == nil {
		m.layout = kernel.NewLayout(m.n, m.d)
	}
	k := centroids.Rows
	c := m.layout.Pack(centroids.Data, k)
	anew := m.open(about, k)
	size, still := m.unit(k), m.still(centroids)
	if still != nil {
		m.bounds.forget()
	} else {
		m.bounds.start(m.last, centroids, m.n, (m.n+size-1)/size)
	}
	err = m.over(ctx, size, progress, func(u, lo, hi int) error {
		w := m.take()
		defer m.give(w)
		return m.label(ctx, c, still, w, u, lo, hi, anew)
	})
	if err == nil {
		err = m.total(ctx)
	}
	if err != nil {
		m.forget()
		return Sums{}, err
	}
	m.bounds.end(m.n)
	m.last = centroids.Clone()
	s := Sums{Count: make([]int64, k), Sum: NewMatrix(k, m.d)}
	for j := range k {
		s.Count[j] = m.sums.total.Count(j)
		copy(s.Sum.Row(j), m.sums.of.Row(j))
		if m.weights != nil {
			s.Weight = append(s.Weight, m.sums.of.Row(j)[m.d])
		}
	}
	for _, w := range m.sums.idle {
		s.Changed += w.changed
		m.bounds.spare += w.spared
		w.changed, w.spared = 0, 0
	}
	s.Inertia = about.inertia(centroids, s.weights(), s.Sum)
	return s, nil
}

// unit is how many rows a goroutine works on before it asks for more: enough to be worth
// the asking, and not so many that others wait for it at the end.
func (m *Memory) unit(k int) int {
	size := max(1, m.n/64, min(m.n/8, (1<<19)/(k*m.d)))
	return min((size+kernel.PanelRows-1)/kernel.PanelRows*kernel.PanelRows, 1<<16)
}

// open readies the sums for a pass with k centroids, and tells whether all rows are to be
// added, whatever their labels.
func (m *Memory) open(s *survey, k int) (anew bool) {
	if m.sums.total != nil && m.sums.k == k {
		return false
	}
	g := m.sums.grid
	if g == nil {
		g = kernel.NewGrid(s.most, m.n)
	}
	m.sums = sums{grid: g, total: g.NewTally(k), k: k, of: NewMatrix(k, len(s.most))}
	return true
}

// forget is called when labels are not what the sums and bounds are about.
func (m *Memory) forget() {
	m.bounds.forget()
	m.sums, m.last = sums{grid: m.sums.grid}, Matrix{}
	for i := range m.labels {
		m.labels[i] = -1
	}
}

func (m *Memory) take() *worker {
	m.lock.Lock()
	defer m.lock.Unlock()
	if n := len(m.sums.idle); n > 0 {
		w := m.sums.idle[n-1]
		m.sums.idle = m.sums.idle[:n-1]
		return w
	}
	return &worker{tally: m.sums.grid.NewTally(m.sums.k)}
}

func (m *Memory) give(w *worker) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.sums.idle = append(m.sums.idle, w)
}

// label labels the rows of a unit, block by block, and moves those that change. If all are
// to be added anew, their labels tell only what has changed.
func (m *Memory) label(ctx context.Context, c *kernel.Centers, s *still, w *worker, u, lo, hi int, anew bool) error {
	b := m.bounds.begin(u)
	defer b.end()
	return m.blocks(ctx, lo, hi, c.K(), func(lo, hi int) {
		rows, old := m.rows[lo*m.d:hi*m.d], m.labels[lo:hi]
		w.label = slices.Grow(w.label[:0], hi-lo)[:hi-lo]
		switch {
		case s != nil:
			w.spared += int64(s.label(c, w, rows, old, w.label))
		case b != nil:
			b.assign(c, lo, rows, old, w.label)
		default:
			c.Label(lo, rows, w.label)
		}
		if anew {
			for i, l := range w.label {
				if l != old[i] {
					w.changed++
				}
				old[i] = -1
			}
		}
		changed := 0
		if m.weights == nil {
			changed = w.tally.Move(rows, w.label, old)
		} else {
			changed = w.tally.MoveWeighted(rows, m.weights[lo:hi], w.label, old)
		}
		if !anew {
			w.changed += int64(changed)
		}
	})
}

// total adds up what the workers have moved, and rounds what that changes.
func (m *Memory) total(ctx context.Context) error {
	s := &m.sums
	for _, w := range s.idle {
		s.total.Deepen(w.tally)
	}
	const values = 1 << 15 // that one goroutine adds
	some := max(1, values/s.of.Cols)
	return m.each(ctx, (s.k+some-1)/some, func(i int) error {
		lo, hi := i*some, min((i+1)*some, s.k)
		for _, w := range s.idle {
			s.total.Take(w.tally, lo, hi)
		}
		for l := lo; l < hi; l++ {
			if s.total.Changed(l) {
				s.total.Sum(l, s.of.Row(l))
			}
		}
		return nil
	}, func(int) {})
}

// Within implements Engine.
func (m *Memory) Within(ctx context.Context, centroids Matrix) (within []float64, inertia float64, err error) {
	k := centroids.Rows
	shards, size := Shards(m.n, 1, k)
	parts, all := NewMatrix(shards, k), make([]float64, shards)
	err = m.over(ctx, size, nil, func(s, lo, hi int) error {
		part, squared := parts.Row(s), make([]float64, min(blockRows(m.d, 1), hi-lo))
		return m.blocks(ctx, lo, hi, 1, func(lo, hi int) {
			kernel.Measure(m.rows[lo*m.d:hi*m.d], m.d, centroids.Data, m.labels[lo:hi], squared[:hi-lo])
			for i, sq := range squared[:hi-lo] {
				if m.weights != nil {
					sq = float64(m.weights[lo+i] * sq)
				}
				part[m.labels[lo+i]] += sq
				all[s] += sq
			}
		})
	})
	if err != nil {
		return nil, 0, err
	}
	within = make([]float64, k)
	for s := range shards {
		inertia += all[s]
		for j, v := range parts.Row(s) {
			within[j] += v
		}
	}
	return within, inertia, nil
}
