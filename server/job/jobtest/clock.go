package jobtest

import (
	"sync"
	"time"

	"github.com/centroid-studio/centroid/server/job"
)

// Clock is a time that moves only when a test says so.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	timers []timer
	asked  chan struct{}
}

type timer struct {
	at time.Time
	ch chan time.Time
}

// NewClock makes a clock that stands at noon of a day.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), asked: make(chan struct{})}
}

// Clock gives the clock as stores and workers take it.
func (c *Clock) Clock() job.Clock { return job.Clock{Now: c.Now, After: c.After} }

// Now gives the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After gives a channel that gets the time when d has passed.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := timer{c.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		t.ch <- c.now
		return t.ch
	}
	c.timers = append(c.timers, t)
	close(c.asked)
	c.asked = make(chan struct{})
	return t.ch
}

// Asked gives a channel that is closed at the next call of After that has to
// wait: whoever called it has nothing to do until then.
func (c *Clock) Asked() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// Advance moves the time on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	left := c.timers[:0]
	for _, t := range c.timers {
		if t.at.After(c.now) {
			left = append(left, t)
		} else {
			t.ch <- c.now
		}
	}
	c.timers = left
}
