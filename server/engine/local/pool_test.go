package local

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

func TestPoolCallsEachOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 5, 100} {
		for _, n := range []int{0, 1, 2, 37} {
			calls, done := make([]atomic.Int32, n), make([]int, n)
			err := pool(workers)(t.Context(), n, func(i int) error { calls[i].Add(1); return nil }, func(i int) { done[i]++ })
			if err != nil {
				t.Errorf("%d workers, %d calls: %v", workers, n, err)
			}
			for i := range n {
				if calls[i].Load() != 1 || done[i] != 1 {
					t.Errorf("%d workers: fn(%d) called %d times, done %d times, want once", workers, i, calls[i].Load(), done[i])
				}
			}
		}
	}
}

// Whatever ends it, it returns when all calls have ended.
func TestPoolWaits(t *testing.T) {
	why := errors.New("enough")
	for _, by := range []string{"cancel", "error"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var running atomic.Int32
		started, stop := make(chan bool, 9), make(chan bool)
		go func() {
			for range 4 { // all workers are busy
				<-started
			}
			if by == "cancel" {
				cancel(why)
			}
			close(stop)
		}()
		err := pool(4)(ctx, 9, func(i int) error {
			running.Add(1)
			defer running.Add(-1)
			started <- true
			<-stop
			for range 1000 * (i + 1) { // not all at the same time
				runtime.Gosched()
			}
			return why
		}, func(int) { t.Error("done called for a call that failed") })
		if n := running.Load(); n != 0 || !errors.Is(err, why) {
			t.Errorf("ended by %s: %d calls are still running, error %v, want 0 and the cause", by, n, err)
		}
		cancel(nil)
	}
}

func TestPoolStopsAtFirstError(t *testing.T) {
	why := errors.New("bad shard")
	var called []int
	err := pool(1)(t.Context(), 1000, func(i int) error {
		called = append(called, i) // one worker
		if i == 3 {
			return why
		}
		return nil
	}, func(int) {})
	if !errors.Is(err, why) || !slices.Equal(called, []int{0, 1, 2, 3}) {
		t.Errorf("called %v, error %v, want 0 to 3 and the error", called, err)
	}
}

// A panic is the call's error, not the program's end.
func TestPoolCatches(t *testing.T) {
	for _, workers := range []int{1, 3} {
		err := pool(workers)(t.Context(), 9, func(i int) error {
			if i == 5 {
				panic("this shard")
			}
			return nil
		}, func(int) {})
		if err == nil || !strings.Contains(err.Error(), "this shard") {
			t.Errorf("%d workers: %v, want the panic's words", workers, err)
		}
	}
}
