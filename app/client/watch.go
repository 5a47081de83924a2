package client

import (
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// watch is one job whose events somebody wants.
type watch struct {
	job    string
	fn     func(wire.Event)
	last   int64 // seq of the newest event that fn got
	on     *link // the socket on which it is subscribed, or is being
	asking bool  // a subscribe call is on its way
	gone   bool  // stopped, or the job has ended
}

// Watch calls fn with the job's events after seq after, each once and in
// order, until the job ends or stop is called. It survives broken connections:
// it goes on after the last event that it has given. fn must not block. A job
// that does not exist has no events. There is one watch a job: a second one
// takes the first one's place.
func (c *Client) Watch(job string, after int64, fn func(wire.Event)) (stop func()) {
	w := &watch{job: job, fn: fn, last: after}
	c.mu.Lock()
	if old := c.watches[job]; old != nil {
		old.gone = true
	}
	c.watches[job] = w
	c.mu.Unlock()
	c.tend()
	return func() {
		c.mu.Lock()
		l := w.on
		ended := w.gone
		c.drop(w)
		c.mu.Unlock()
		if l != nil && !ended {
			go func() {
				// Without it the server sends events that nobody wants, no more than that.
				_ = c.callOn(l, wire.MethodJobUnsubscribe, wire.JobRef{Job: job}, nil)
			}()
		}
	}
}

// drop forgets w. The caller holds mu.
func (c *Client) drop(w *watch) {
	w.gone = true
	if c.watches[w.job] == w {
		delete(c.watches, w.job)
	}
}

// event gives e to its watch if it is the one that comes next. One that was
// seen is dropped; one that is too early means that some were lost: they are asked for.
func (c *Client) event(l *link, e wire.Event) {
	c.mu.Lock()
	w := c.watches[e.Job]
	if w == nil || e.Seq <= w.last {
		c.mu.Unlock()
		return
	}
	if e.Seq > w.last+1 {
		again := w.on == l && !w.asking
		if again {
			w.asking = true
		}
		c.mu.Unlock()
		if again {
			go func() {
				c.subscribe(l, w)
				c.tend()
			}()
		}
		return
	}
	w.last = e.Seq
	if e.Ends() {
		c.drop(w)
	}
	fn := w.fn
	c.mu.Unlock()
	fn(e)
}

// tend sees that each watch is subscribed, as long as there are any.
func (c *Client) tend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tending || len(c.watches) == 0 {
		return
	}
	c.tending = true
	go c.keep()
}

// keep opens the socket and subscribes what is not subscribed on it. It ends
// when all is, or when there is nothing to watch.
func (c *Client) keep() {
	for n := 0; ; n++ {
		c.mu.Lock()
		if len(c.watches) == 0 {
			c.tending = false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		l, err := c.connect()
		if err != nil {
			if fault.CodeOf(err) == fault.NoLogin {
				c.mu.Lock()
				for _, w := range c.watches {
					c.drop(w)
				}
				c.mu.Unlock()
				continue
			}
			c.pause(n)
			continue
		}
		c.mu.Lock()
		var todo []*watch
		for _, w := range c.watches {
			if w.on != l {
				w.on, w.asking = l, true
				todo = append(todo, w)
			}
		}
		if len(todo) == 0 {
			l.mu.Lock()
			open := !l.shut
			l.mu.Unlock()
			if open {
				c.tending = false
				c.mu.Unlock()
				return
			}
		}
		c.mu.Unlock()
		refused := false
		for _, w := range todo {
			if !c.subscribe(l, w) {
				refused = true
			}
		}
		if refused {
			c.pause(n)
		} else if len(todo) > 0 {
			n = 0
		}
	}
}

// subscribe asks for the events after the last one seen. It is false when it
// should be tried again, after a pause.
func (c *Client) subscribe(l *link, w *watch) bool {
	c.mu.Lock()
	after, gone := w.last, w.gone
	c.mu.Unlock()
	if gone {
		return true
	}
	err := c.callOn(l, wire.MethodJobSubscribe, wire.Subscribe{Job: w.job, After: after}, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	w.asking = false
	switch fault.CodeOf(err) {
	case "":
		return true
	case fault.NotFound, fault.Invalid, fault.NoLogin, fault.Denied:
		c.drop(w) // asking again won't help
		return true
	}
	w.on = nil // for this socket, or for the next
	return false
}
