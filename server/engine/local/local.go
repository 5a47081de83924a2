// Package local is the engine of one machine: goroutines over the shards of rows
// in memory. The result does not depend on how many there are.
package local

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Engine implements kmeans.Engine. Its goroutines end with the call that started them.
type Engine struct {
	*kmeans.Memory
	rows    []float32
	workers int
}

// New makes an Engine of n rows of d features, row-major, that works on up to
// workers shards at once; below 1 means one a processor. It keeps rows, which may
// be mapped read-only, until Close.
func New(rows []float32, n, d, workers int) *Engine {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Engine{kmeans.NewMemory(rows, n, d, Each(workers)), rows, workers}
}

// ReadAhead is called once where rows are mapped from a file: what the workers come to
// next is read from the disk while they work.
func (e *Engine) ReadAhead() {
	e.OnBegin(func(lo, hi int) {
		size, n := hi-lo, e.Rows()
		from, to := min(lo+e.workers*size, n), min(hi+e.workers*size, n)
		if lo < e.workers*size { // nobody has told of these
			from = lo
		}
		mapped.WillNeed(e.rows[from*e.Dim() : to*e.Dim()])
	})
}

// Each gives a kmeans.Each of up to that many goroutines, which end with the call
// that started them; below 1 means one a processor.
func Each(workers int) kmeans.Each {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	return pool(workers)
}

// Close lets go of the rows: they may be unmapped after it. No other method may
// be called then, nor may one be running.
func (e *Engine) Close() error {
	e.Memory, e.rows = nil, nil
	return nil
}

// pool gives a kmeans.Each of that many goroutines.
func pool(workers int) kmeans.Each {
	return func(ctx context.Context, n int, fn func(int) error, done func(int)) error {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		next, finished := make(chan int), make(chan int, n) // nobody waits to tell that a shard is done
		var wg sync.WaitGroup
		for range min(workers, n) {
			wg.Go(func() {
				// What goes wrong with one training's rows must not end the program.
				debug.SetPanicOnFault(true)
				defer func() {
					if p := recover(); p != nil {
						stop(mapped.Caught(p))
					}
				}()
				for i := range next {
					if err := fn(i); err != nil {
						stop(err)
						return
					}
					finished <- i
				}
			})
		}
		// The caller's goroutine hands out shards and hears of their end, so that done is called on it.
		for sent, ended := 0, 0; ended < n && ctx.Err() == nil; {
			send := next
			if sent == n {
				send = nil
			}
			select {
			case send <- sent:
				sent++
			case i := <-finished:
				ended++
				done(i)
			case <-ctx.Done():
			}
		}
		close(next)
		wg.Wait()
		return context.Cause(ctx)
	}
}
