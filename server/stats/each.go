package stats

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// blockRows is how many rows a goroutine takes at a time. What is summed is
// summed block by block in order, so that no result depends on their number.
const blockRows = 1 << 15

func blocks(rows int) int { return (rows + blockRows - 1) / blockRows }

// bounds gives the rows of block b of so many.
func bounds(b, rows int) (lo, hi int) { return b * blockRows, min((b+1)*blockRows, rows) }

// each calls fn with 0 to n-1 on the service's goroutines, until one gives an
// error or ctx ends.
func (s *Service) each(ctx context.Context, n int, fn func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, min(s.o.Workers, n))
	var failed atomic.Bool
	for w := range errs {
		wg.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := context.Cause(ctx)
				if err == nil {
					err = fn(i)
				}
				if err != nil {
					errs[w] = err
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
