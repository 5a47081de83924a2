// Package hub brings a job's numbered events to whoever watches it: first
// those of the log, then live ones, without a gap and without a double.
package hub

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Log is where the events are kept; it is the truth, the hub only hurries them on.
type Log interface {
	// Events returns at most limit events with Seq > after, in order. An unknown job is fault.NotFound.
	Events(ctx context.Context, job string, after int64, limit int) ([]wire.Event, error)
	// Last returns the newest event's seq of each of the jobs that exist.
	Last(ctx context.Context, jobs ...string) (map[string]int64, error)
}

// Why a subscription's channel was closed, besides the end of its job.
var (
	ErrSlow   = errors.New("hub: the reader was too slow; subscribe again after the last seq")
	ErrClosed = errors.New("hub: the server stops; subscribe again when it is back")
)

// Options says how a hub works. Log must be set.
type Options struct {
	Log    Log
	Buffer int                                    // events that a subscription holds for its reader; 0 means 64
	Poll   time.Duration                          // how often to look for events of other processes while somebody watches; 0 means 100 ms
	After  func(d time.Duration) <-chan time.Time // nil means time.After
	Logger *slog.Logger                           // nil means slog.Default()
}

// Hub fans events out. It starts no goroutine until somebody subscribes.
type Hub struct {
	o    Options
	ctx  context.Context // ends at Close: of the hub's own reads of the log
	stop context.CancelFunc
	wg   sync.WaitGroup
	look chan struct{} // buffer 1: the poller shall look at once

	mu      sync.Mutex
	topics  map[string]*topic
	polling bool
	closed  bool
}

// topic is a job that somebody watches.
type topic struct {
	last int64 // newest event that was handed to the live subscriptions
	seen int64 // newest event known to be in the log
	subs map[*Sub]bool
}

// New makes a hub. The caller closes it.
func New(o Options) *Hub {
	if o.Buffer <= 0 {
		o.Buffer = 64
	}
	if o.Poll <= 0 {
		o.Poll = 100 * time.Millisecond
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	h := &Hub{o: o, look: make(chan struct{}, 1), topics: map[string]*topic{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// Close ends all subscriptions with ErrClosed and waits for the hub's goroutines.
func (h *Hub) Close() error {
	h.mu.Lock()
	h.closed = true
	for _, t := range h.topics {
		for s := range t.subs {
			h.endLocked(s, ErrClosed)
		}
	}
	h.mu.Unlock()
	h.stop()
	h.wg.Wait()
	return nil
}

// Publish hands consecutive events of one job, which are in the log already,
// to those who watch. It never waits and never reads the log.
func (h *Hub) Publish(events ...wire.Event) {
	if len(events) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[events[0].Job]; t != nil && !h.deliverLocked(t, events) {
		h.Look()
	}
}

// Look makes the hub look into the log at once, without waiting for it.
func (h *Hub) Look() {
	select {
	case h.look <- struct{}{}:
	default: // it will look anyway
	}
}

// deliverLocked sends events to the live subscriptions of t. It reports false
// if some are missing before them, which the poller then reads.
func (h *Hub) deliverLocked(t *topic, events []wire.Event) bool {
	t.seen = max(t.seen, events[len(events)-1].Seq)
	for i := range events {
		e := &events[i]
		if e.Seq <= t.last {
			continue
		}
		if e.Seq != t.last+1 {
			return false
		}
		t.last = e.Seq
		m := &Message{Event: *e}
		for s := range t.subs {
			if s.live && e.Seq > s.pos {
				h.sendLocked(s, m)
			}
		}
	}
	return true
}

// sendLocked hands m to a live subscription, or cuts it off.
func (h *Hub) sendLocked(s *Sub, m *Message) {
	select {
	case s.ch <- m:
		s.pos = m.Seq
		if m.Ends() {
			h.endLocked(s, nil)
		}
	default:
		h.endLocked(s, ErrSlow)
	}
}

// endLocked takes s out. Its channel is closed here if it is live; else by the
// goroutine that still sends to it.
func (h *Hub) endLocked(s *Sub, why error) {
	if s.ended {
		return
	}
	s.ended, s.err = true, why
	s.cancel()
	t := h.topics[s.job]
	delete(t.subs, s)
	if len(t.subs) == 0 {
		delete(h.topics, s.job)
	}
	if s.live {
		close(s.ch)
	}
}

// poll looks into the log for events of other processes, as long as somebody watches.
func (h *Hub) poll() {
	defer h.wg.Done()
	for {
		select {
		case <-h.o.After(h.o.Poll):
		case <-h.look:
		case <-h.ctx.Done():
			return
		}
		h.mu.Lock()
		if len(h.topics) == 0 {
			h.polling = false
			h.mu.Unlock()
			return
		}
		jobs := make([]string, 0, len(h.topics))
		for j := range h.topics {
			jobs = append(jobs, j)
		}
		h.mu.Unlock()
		if err := h.read(jobs); err != nil && h.ctx.Err() == nil {
			h.o.Logger.Error("watchers wait: can't read the log of events", "err", err)
		}
	}
}

// read brings the live subscriptions of jobs up to the log's end.
func (h *Hub) read(jobs []string) error {
	last, err := h.o.Log.Last(h.ctx, jobs...)
	if err != nil {
		return fault.Wrap("hub.read", err)
	}
	for _, j := range jobs {
		for {
			h.mu.Lock()
			t := h.topics[j]
			if t == nil {
				h.mu.Unlock()
				break
			}
			t.seen = max(t.seen, last[j])
			from, behind := t.last, t.seen > t.last && t.anyLive()
			h.mu.Unlock()
			if !behind {
				break
			}
			events, err := h.o.Log.Events(h.ctx, j, from, page)
			if err != nil {
				return fault.Wrap("hub.read", err)
			}
			if len(events) == 0 {
				break
			}
			h.Publish(events...)
		}
	}
	return nil
}

func (t *topic) anyLive() bool {
	for s := range t.subs {
		if s.live {
			return true
		}
	}
	return false
}

// page is how many events are read from the log at once.
const page = 64
