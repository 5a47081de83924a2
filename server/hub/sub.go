package hub

import (
	"context"
	"sync"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Message is an event on its way to its watchers, who share it and must not change it.
type Message struct {
	wire.Event

	once  sync.Once
	frame any
	err   error
}

// Frame returns what encode makes of the event; it is called for the first
// watcher only, so all must mean the same.
func (m *Message) Frame(encode func(wire.Event) (any, error)) (any, error) {
	m.once.Do(func() { m.frame, m.err = encode(m.Event) })
	return m.frame, m.err
}

// Sub is one watcher's subscription to one job.
type Sub struct {
	hub    *Hub
	job    string
	ch     chan *Message
	cancel context.CancelFunc

	// Under hub.mu. While live is false only the goroutine of catchUp sends to
	// ch and closes it; from then on only whoever holds hub.mu.
	pos   int64 // newest event that was sent
	live  bool
	ended bool
	err   error
}

// Subscribe watches a job: its events with Seq > after come on Events, the old
// ones from the log at the reader's speed, then live ones. ctx is for the
// whole subscription: when it ends, so does the channel. Where the job has ended
// and after is its last event, the channel is closed at once. An unknown job is
// fault.NotFound.
func (h *Hub) Subscribe(ctx context.Context, job string, after int64) (*Sub, error) {
	first, err := h.o.Log.Events(ctx, job, after, page)
	if err != nil {
		return nil, err
	}
	ended := false // all of a job that has ended was seen already
	if len(first) == 0 && after > 0 {
		seen, err := h.o.Log.Events(ctx, job, after-1, 1)
		if err != nil {
			return nil, err
		}
		if len(seen) == 0 { // a position beyond the log would wait for events that it then leaves out
			last, err := h.o.Log.Last(ctx, job)
			if err != nil {
				return nil, err
			}
			return nil, fault.Fieldf("after", "The job has %d events so far, so after can't be %d.", last[job], after)
		}
		ended = seen[0].Ends()
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &Sub{hub: h, job: job, pos: max(after, 0), cancel: cancel, ch: make(chan *Message, h.o.Buffer)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		cancel()
		return nil, ErrClosed
	}
	if ended {
		cancel()
		s.ended = true
		close(s.ch)
		return s, nil
	}
	t := h.topics[job]
	if t == nil {
		t = &topic{subs: map[*Sub]bool{}}
		h.topics[job] = t
	}
	t.subs[s] = true
	if !h.polling {
		h.polling = true
		h.wg.Add(1)
		go h.poll()
	}
	h.wg.Add(1)
	go s.catchUp(ctx, first)
	return s, nil
}

// Events gives the events in order of Seq. The hub closes it: after the job's
// last event, when the reader is too slow, when the subscription's context
// ends or Close is called, and when the hub closes. Err then says why.
func (s *Sub) Events() <-chan *Message { return s.ch }

// Err says why Events was closed: nil after the job's last event and after
// Close, ErrSlow, ErrClosed, or what went wrong with the log.
func (s *Sub) Err() error {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.err
}

// Close ends the subscription. It may be called more than once.
func (s *Sub) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.endLocked(s, nil)
}

// catchUp sends what the log has, waiting for the reader, until nothing is
// left; then the subscription is live.
func (s *Sub) catchUp(ctx context.Context, events []wire.Event) {
	defer s.hub.wg.Done()
	// A live subscription has no goroutine of its own: this ends it with its context.
	detach := context.AfterFunc(ctx, s.Close)
	err := s.replay(ctx, events)
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil && s.live {
		return
	}
	detach()
	h.endLocked(s, err)
	close(s.ch)
}

// replay returns nil when the subscription is live or the job has ended.
func (s *Sub) replay(ctx context.Context, events []wire.Event) error {
	h := s.hub
	pos := s.pos
	for {
		for i := range events {
			select {
			case s.ch <- &Message{Event: events[i]}:
			case <-ctx.Done():
				return nil // whoever ended it has said why
			}
			pos = events[i].Seq
			if events[i].Ends() {
				return nil
			}
		}
		if len(events) < page && s.goLive(pos) {
			return nil
		}
		var err error
		if events, err = h.o.Log.Events(ctx, s.job, pos, page); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// goLive makes the subscription live if all that is known to be in the log was sent.
func (s *Sub) goLive(pos int64) bool {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	s.pos = pos
	t := h.topics[s.job]
	if s.ended || t == nil {
		return false // the next read of the log fails with the context
	}
	if !t.anyLive() {
		t.last = max(t.last, pos)
	}
	if pos < t.last || pos < t.seen {
		return false
	}
	s.live = true
	return true
}
