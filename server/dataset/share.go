package dataset

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// workers is how many goroutines look through a file.
func workers() int { return runtime.GOMAXPROCS(0) }

// share calls fn with 0 to n-1, each on a goroutine, and waits for all.
func share(n int, fn func(int)) {
	if n == 1 {
		fn(0)
		return
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

// shareOut calls fn with 0 to n-1 on some goroutines, whose numbers are the first
// argument, until one gives an error or ctx ends.
func shareOut(ctx context.Context, workers, n int, fn func(worker, i int) error) error {
	errs := make([]error, max(1, min(workers, n)))
	var next atomic.Int64
	share(len(errs), func(w int) {
		for errs[w] == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			if errs[w] = context.Cause(ctx); errs[w] == nil {
				errs[w] = fn(w, i)
			}
		}
		next.Store(int64(n)) // the others need not go on
	})
	return errors.Join(errs...)
}
