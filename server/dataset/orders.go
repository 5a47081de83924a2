package dataset

import (
	"context"
	"sync"

	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	ordersBytes = 512 << 20 // of ids that are kept
	pagesKept   = 64        // of all orders
)

// orders keeps the orders that were asked for last, so that a table is filtered
// and sorted once and then only paged through, and the pages that were read
// last. Its zero value is empty.
type orders struct {
	mu    sync.Mutex
	all   map[orderKey]*order
	pages map[pageKey]*orderPage
	bytes int64
	clock int64 // counts uses
}

// orderKey names an order: a version never changes.
type orderKey struct {
	dataset string
	version int
	what    string // see ordering.key
}

// order is rows of a version in some order.
type order struct {
	ids  []uint32
	err  error
	done chan struct{} // closed when ids or err is there
	stop context.CancelFunc

	// Guarded by orders.mu.
	waiting int
	used    int64
}

// bytes is about what an order needs.
func (o *order) bytes() int64 { return 4*int64(cap(o.ids)) + 4<<10 }

// ended reports whether ids or err is there.
func (o *order) ended() bool {
	select {
	case <-o.done:
		return true
	default:
		return false
	}
}

// pageKey names the n-th size rows of an order.
type pageKey struct {
	order   orderKey
	n, size int64
}

type orderPage struct {
	rows []wire.Row
	used int64
}

// get gives the ids of an order, which compute finds if they are not there. Who
// asks for the same at the same time waits for the one that computes; it is
// given up when nobody waits any more.
func (c *orders) get(ctx context.Context, key orderKey, compute func(context.Context) ([]uint32, error)) ([]uint32, error) {
	c.mu.Lock()
	o := c.all[key]
	if o == nil {
		o = c.begin(ctx, key, compute)
	}
	c.clock++
	o.used = c.clock
	o.waiting++
	c.mu.Unlock()

	var err error
	select {
	case <-o.done:
		err = o.err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.waiting--; o.waiting == 0 && !o.ended() {
		o.stop()
		c.drop(key, o)
	}
	if err != nil {
		return nil, err
	}
	return o.ids, nil
}

// begin starts to make an order. The caller holds c.mu.
func (c *orders) begin(ctx context.Context, key orderKey, compute func(context.Context) ([]uint32, error)) *order {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	o := &order{done: make(chan struct{}), stop: stop}
	if c.all == nil {
		c.all = map[orderKey]*order{}
	}
	c.all[key] = o
	go func() { // ends with compute, which whoever waits last stops
		defer stop()
		o.ids, o.err = compute(work)
		c.mu.Lock()
		defer c.mu.Unlock()
		close(o.done)
		if o.err != nil {
			c.drop(key, o) // the next one tries again
		} else if c.all[key] == o {
			c.bytes += o.bytes()
			c.shrink(o)
		}
	}()
	return o
}

// drop forgets an order without ids. The caller holds c.mu.
func (c *orders) drop(key orderKey, o *order) {
	if c.all[key] == o {
		delete(c.all, key)
	}
}

// shrink forgets the orders that were used longest ago, but not keep, until the
// rest has room. Whoever works with one goes on. The caller holds c.mu.
func (c *orders) shrink(keep *order) {
	for c.bytes > ordersBytes {
		var oldest orderKey
		var found *order
		for key, o := range c.all {
			if o != keep && o.ended() && (found == nil || o.used < found.used) {
				oldest, found = key, o
			}
		}
		if found == nil {
			return
		}
		c.bytes -= found.bytes()
		delete(c.all, oldest)
	}
}

// page gives a page that is kept.
func (c *orders) page(key pageKey) ([]wire.Row, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pages[key]
	if p == nil {
		return nil, false
	}
	c.clock++
	p.used = c.clock
	return p.rows, true
}

// keep keeps a page, and forgets the one that was used longest ago if there are many.
func (c *orders) keep(key pageKey, rows []wire.Row) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages == nil {
		c.pages = map[pageKey]*orderPage{}
	}
	c.clock++
	c.pages[key] = &orderPage{rows, c.clock}
	if len(c.pages) <= pagesKept {
		return
	}
	least := key
	for k, p := range c.pages {
		if p.used < c.pages[least].used {
			least = k
		}
	}
	delete(c.pages, least)
}
