package dataset

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/centroid-studio/centroid/shared/wire"
)

func TestOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c orders
		key := func(what string) orderKey { return orderKey{"d", 1, what} }
		go2 := make(chan struct{})
		times := 0
		slow := func(ctx context.Context) ([]uint32, error) {
			times++
			select {
			case <-go2:
				return []uint32{3, 1}, nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		// Two who ask for the same wait for the same, and one of them may go.
		impatient, leave := context.WithCancel(t.Context())
		answers := make(chan []uint32, 2)
		gone := make(chan error, 1)
		go func() {
			_, err := c.get(impatient, key("a"), slow)
			gone <- err
		}()
		go func() {
			ids, err := c.get(t.Context(), key("a"), slow)
			if err != nil {
				t.Error(err)
			}
			answers <- ids
		}()
		synctest.Wait()
		leave()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v, want %v", err, context.Canceled)
		}
		close(go2)
		if ids := <-answers; !slices.Equal(ids, []uint32{3, 1}) || times != 1 {
			t.Errorf("get() = %v after %d computations, want [3 1] after 1", ids, times)
		}
		if _, err := c.get(t.Context(), key("a"), slow); err != nil || times != 1 {
			t.Errorf("again: %v, %d computations, want what is kept", err, times)
		}

		// Nobody waits any more: the work is stopped, and the next one begins anew.
		stopped := make(chan struct{})
		alone, leave := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			leave()
		}()
		_, err := c.get(alone, key("b"), func(ctx context.Context) ([]uint32, error) {
			<-ctx.Done()
			close(stopped)
			return nil, context.Cause(ctx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("get() = %v, want %v", err, context.Canceled)
		}
		<-stopped
		if ids, err := c.get(t.Context(), key("b"), func(context.Context) ([]uint32, error) { return []uint32{9}, nil }); err != nil || !slices.Equal(ids, []uint32{9}) {
			t.Errorf("after that get() = %v, %v, want [9]", ids, err)
		}

		// What fails is not kept.
		broken := errors.New("away")
		if _, err := c.get(t.Context(), key("c"), func(context.Context) ([]uint32, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Errorf("get() = %v, want %v", err, broken)
		}
		if ids, err := c.get(t.Context(), key("c"), func(context.Context) ([]uint32, error) { return []uint32{1}, nil }); err != nil || len(ids) != 1 {
			t.Errorf("after a fault get() = %v, %v", ids, err)
		}

		// Too much: what was used longest ago goes.
		large := func(context.Context) ([]uint32, error) { return make([]uint32, 0, ordersBytes/4/3), nil }
		for _, what := range []string{"1", "2", "a", "3"} {
			if _, err := c.get(t.Context(), key(what), large); err != nil {
				t.Fatal(err)
			}
		}
		if _, held := c.all[key("a")]; !held || c.bytes > ordersBytes {
			t.Errorf("%d bytes are held, want at most %d, and what was used last among them", c.bytes, ordersBytes)
		}
		if _, held := c.all[key("b")]; held {
			t.Error("what was used longest ago is still held")
		}
		if c.all[key("3")] == nil {
			t.Error("the newest is not held")
		}
	})
}

func TestOrdersPages(t *testing.T) {
	var c orders
	for i := range int64(pagesKept + 5) {
		c.keep(pageKey{n: i}, []wire.Row{{ID: i}})
		c.page(pageKey{n: 0})
	}
	if rows, ok := c.page(pageKey{n: 0}); !ok || rows[0].ID != 0 {
		t.Error("the page that was used last is gone")
	}
	if _, ok := c.page(pageKey{n: 1}); ok || len(c.pages) != pagesKept {
		t.Errorf("%d pages are held, want %d without the second", len(c.pages), pagesKept)
	}
}
