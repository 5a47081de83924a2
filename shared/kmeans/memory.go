package kmeans

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// Each calls fn with 0 to n-1, once each, in any order and at the same time if
// it likes, and done after each, on the caller's goroutine. It returns when no
// call is running: an error of fn, or context.Cause(ctx) if ctx ended.
type Each func(ctx context.Context, n int, fn func(i int) error, done func(i int)) error

// Memory is an Engine over rows in memory. It knows what is to be done with a
// shard; who does it, and how many at once, is up to its Each.
type Memory struct {
	rows    []float32
	n, d    int
	weights []float64 // of the rows; nil: each counts once
	each    Each
	begin   func(lo, hi int) // told of the rows that work begins on; may be nil
	labels  []int32          // nil before the first Pass: seeding has the memory to itself
	survey  *survey          // nil: not made yet
	layout  *kernel.Layout   // nil before the first Pass
	lock    sync.Mutex       // of sums.idle
	sums    sums
	last    Matrix // centroids of the labels; none before the first Pass
	bounds  bounds
}

// NewMemory makes an Engine of n rows of d features, row-major. It keeps rows and
// never writes to them: they may be a read-only mapped file.
func NewMemory(rows []float32, n, d int, each Each) *Memory {
	return &Memory{rows: rows[:n*d], n: n, d: d, each: each}
}

// Serial makes an Engine that works on the caller's goroutine: for the browser,
// and the measure for all others in tests.
func Serial(rows []float32, n, d int) *Memory {
	return NewMemory(rows, n, d, InOrder)
}

// InOrder is an Each that works on the caller's goroutine, from 0 to n-1.
func InOrder(ctx context.Context, n int, fn func(i int) error, done func(i int)) error {
	for i := range n {
		if err := fn(i); err != nil {
			return err
		}
		done(i)
	}
	return context.Cause(ctx)
}

// Rows gives the number of rows.
func (m *Memory) Rows() int { return m.n }

// Dim gives the number of features.
func (m *Memory) Dim() int { return m.d }

// Labels gives the label of each row after the last Pass, -1 before the first.
// It shares memory with m: copy it to keep it beyond the next Pass.
func (m *Memory) Labels() []int32 {
	if m.labels == nil {
		m.labels = perRow[int32](m.n)
		for i := range m.labels {
			m.labels[i] = -1
		}
	}
	return m.labels
}

// perRow makes a slice of n values. Where they are many, the collector is not left to
// find out by itself that those of before are no longer in use: it would let memory
// double first.
func perRow[T any](n int) []T {
	if n > manyRows {
		runtime.GC()
	}
	return make([]T, n)
}

// OnBegin has fn told, in whatever goroutine, of the rows from lo to hi that it begins to
// work on: most calls go over all rows, in order, some at a time.
func (m *Memory) OnBegin(fn func(lo, hi int)) { m.begin = fn }

// row gives row i.
func (m *Memory) row(i int) []float32 { return m.rows[i*m.d : (i+1)*m.d] }

// over runs fn on each shard of size rows and counts the rows done.
func (m *Memory) over(ctx context.Context, size int, progress func(done, total int64), fn func(shard, lo, hi int) error) error {
	shard := func(s int) (lo, hi int) { return s * size, min((s+1)*size, m.n) }
	var rows int64
	return m.each(ctx, (m.n+size-1)/size, func(s int) error {
		lo, hi := shard(s)
		if m.begin != nil {
			m.begin(lo, hi)
		}
		return fn(s, lo, hi)
	}, func(s int) {
		if lo, hi := shard(s); progress != nil {
			rows += int64(hi - lo)
			progress(rows, int64(m.n))
		}
	})
}

// blocks runs fn on the rows from lo to hi in pieces of some milliseconds at most when
// each row is measured against k centroids, and stops between them when ctx ends.
func (m *Memory) blocks(ctx context.Context, lo, hi, k int, fn func(lo, hi int)) error {
	size := blockRows(m.d, k)
	for ; lo < hi; lo += size {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		fn(lo, min(lo+size, hi))
	}
	return nil
}

// blockRows gives a multiple of what kernels take at once. Its rows stay in the
// second-level cache until they are added up, unless that is little work beside k
// centroids: kernels are quickest with many rows, of which they gather those in doubt.
func blockRows(d, k int) int {
	return min(512, max(32, min((512<<20)/(k*d), max((128<<10)/d, k/2))&^31))
}

// Far implements Engine.
func (m *Memory) Far(ctx context.Context, centroids Matrix, most int) ([]Far, error) {
	shards, size := Shards(m.n, m.d, 1)
	parts := make([][]Far, shards)
	if err := m.over(ctx, size, nil, func(s, lo, hi int) error {
		var top []Far
		least := math.Inf(-1) // what a row must exceed: equal ones come after those in top
		err := m.blocks(ctx, lo, hi, 1, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				l, w := int(m.labels[i]), 1.0
				if m.weights != nil {
					w = m.weights[i]
				}
				sq := kernel.SquaredDistance(m.row(i), centroids.Row(l))
				if sq <= least || w == 0 {
					continue
				}
				if top = append(top, Far{int64(i), l, sq, w}); len(top) >= 2*most {
					top = farthest(top, most)
					least = top[most-1].Squared
				}
			}
		})
		parts[s] = farthest(top, most)
		return err
	}); err != nil {
		return nil, err
	}
	return farthest(slices.Concat(parts...), most), nil
}

// farthest sorts top, farthest first, ties to the lowest row, and keeps most of it.
func farthest(top []Far, most int) []Far {
	slices.SortFunc(top, func(a, b Far) int {
		return cmp.Or(cmp.Compare(b.Squared, a.Squared), cmp.Compare(a.Row, b.Row))
	})
	return top[:min(most, len(top))]
}

// Gather implements Engine.
func (m *Memory) Gather(ctx context.Context, rows []int64) (Matrix, error) {
	out := NewMatrix(len(rows), m.d)
	for j, i := range rows {
		for t, v := range m.row(int(i)) {
			out.Data[j*m.d+t] = float64(v)
		}
	}
	return out, context.Cause(ctx)
}
