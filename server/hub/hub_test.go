package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// memory is a log in memory.
type memory struct {
	mu    sync.Mutex
	jobs  map[string][]wire.Event
	err   error // of all reads
	looks int   // calls of Last
}

func newMemory(jobs ...string) *memory {
	m := &memory{jobs: map[string][]wire.Event{}}
	for _, j := range jobs {
		m.jobs[j] = nil
	}
	return m
}

// add numbers events and keeps them.
func (m *memory) add(job string, types ...wire.EventType) []wire.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	var added []wire.Event
	for _, t := range types {
		added = append(added, wire.Event{Job: job, Seq: int64(len(m.jobs[job]) + len(added) + 1), Type: t})
	}
	m.jobs[job] = append(m.jobs[job], added...)
	return added
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) looked() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.looks
}

func (m *memory) Events(ctx context.Context, job string, after int64, limit int) ([]wire.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all, ok := m.jobs[job]
	switch {
	case m.err != nil:
		return nil, m.err
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case !ok:
		return nil, fault.Newf(fault.NotFound, "There is no job %q.", job)
	}
	from := min(max(after, 0), int64(len(all)))
	return append([]wire.Event(nil), all[from:min(from+int64(limit), int64(len(all)))]...), nil
}

func (m *memory) Last(ctx context.Context, jobs ...string) (map[string]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	last := map[string]int64{}
	for _, j := range jobs {
		if all, ok := m.jobs[j]; ok {
			last[j] = int64(len(all))
		}
	}
	return last, m.err
}

const pass, done = wire.EventPass, wire.EventDone

func passes(n int) []wire.EventType {
	all := make([]wire.EventType, n)
	for i := range all {
		all[i] = pass
	}
	return all
}

// start makes a hub, which is closed when the test ends.
func start(t *testing.T, log *memory, buffer int) *Hub {
	h := New(Options{Log: log, Buffer: buffer, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(func() { h.Close() })
	return h
}

func subscribe(t *testing.T, h *Hub, job string, after int64) *Sub {
	t.Helper()
	s, err := h.Subscribe(t.Context(), job, after)
	if err != nil {
		t.Fatalf("Subscribe(%s, %d) = %v", job, after, err)
	}
	return s
}

// want reads events first to last.
func want(t *testing.T, s *Sub, first, last int64) {
	t.Helper()
	for seq := first; seq <= last; seq++ {
		m, ok := <-s.Events()
		if !ok {
			t.Fatalf("closed before event %d: %v", seq, s.Err())
		}
		if m.Seq != seq {
			t.Fatalf("got event %d, want %d", m.Seq, seq)
		}
	}
}

// closed wants no further event, and why.
func closed(t *testing.T, s *Sub, why error) {
	t.Helper()
	if m, ok := <-s.Events(); ok {
		t.Fatalf("got event %d, want the channel closed", m.Seq)
	}
	if err := s.Err(); !errors.Is(err, why) {
		t.Errorf("Err() = %v, want %v", err, why)
	}
}

// quiet wants no event to be waiting when all goroutines rest, nor the end.
func quiet(t *testing.T, s *Sub) {
	t.Helper()
	synctest.Wait()
	select {
	case m, ok := <-s.Events():
		t.Fatalf("got %+v, %v, want nothing yet", m, ok)
	default:
	}
}

// bubble runs a test with the time of synctest.
func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestReplayThenLive(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory()
		log.add("a", passes(3)...)
		h := start(t, log, 0)
		all, some, none := subscribe(t, h, "a", 0), subscribe(t, h, "a", 1), subscribe(t, h, "a", 3)
		want(t, all, 1, 3)
		want(t, some, 2, 3)
		for _, s := range []*Sub{all, some, none} {
			quiet(t, s)
		}
		h.Publish(log.add("a", pass, pass)...)
		for _, s := range []*Sub{all, some, none} {
			want(t, s, 4, 5)
			quiet(t, s)
		}
		h.Publish(log.add("a", done)...)
		for _, s := range []*Sub{all, some, none} {
			want(t, s, 6, 6)
			closed(t, s, nil)
		}
	})
}

func TestReplayOfManyPages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory()
		log.add("a", append(passes(5*page+7), done)...)
		s := subscribe(t, start(t, log, 1), "a", 0)
		want(t, s, 1, 5*page+8)
		closed(t, s, nil)
	})
}

// TestEndedJob subscribes when all was seen: nothing will follow, so it ends at once.
func TestEndedJob(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory()
		log.add("a", pass, done)
		closed(t, subscribe(t, start(t, log, 0), "a", 2), nil)
	})
}

// TestFailedAttempt goes on after a fault that another attempt follows.
func TestFailedAttempt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory()
		e := log.add("a", wire.EventFailed)
		e[0].Fault = &wire.Fault{Retry: true}
		log.jobs["a"][0].Fault = e[0].Fault
		h := start(t, log, 0)
		s := subscribe(t, h, "a", 0)
		want(t, s, 1, 1)
		h.Publish(log.add("a", pass)...)
		want(t, s, 2, 2)
		at := subscribe(t, h, "a", 1)
		want(t, at, 2, 2)
		quiet(t, at)
	})
}

func TestRefuses(t *testing.T) {
	log := newMemory("empty")
	log.add("a", pass, pass)
	h := start(t, log, 0)
	for _, tc := range []struct {
		job   string
		after int64
		code  fault.Code
	}{{"nothing", 0, fault.NotFound}, {"nothing", 5, fault.NotFound}, {"a", 3, fault.Invalid}, {"empty", 1, fault.Invalid}} {
		if _, err := h.Subscribe(t.Context(), tc.job, tc.after); fault.CodeOf(err) != tc.code {
			t.Errorf("Subscribe(%s, %d) = %v, want %s", tc.job, tc.after, err, tc.code)
		}
	}
}

// TestOtherProcess has events that nobody publishes here.
func TestOtherProcess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory("a", "b")
		h := start(t, log, 0)
		a, b := subscribe(t, h, "a", 0), subscribe(t, h, "b", 0)
		quiet(t, a)
		log.add("a", passes(3*page)...)
		log.add("b", pass)
		begin := time.Now()
		want(t, b, 1, 1)
		if d := time.Since(begin); d > 100*time.Millisecond {
			t.Errorf("an event of another process took %v, want at most the time between two looks", d)
		}
		go func() { // more than a's buffer holds: it is cut off, and resumes
			for range a.Events() {
			}
		}()
		synctest.Wait()
		log.add("b", pass)
		h.Look()
		begin = time.Now()
		want(t, b, 2, 2)
		if d := time.Since(begin); d != 0 {
			t.Errorf("an event took %v after Look, want none", d)
		}
	})
}

// TestGaps publishes events in another order than they were numbered.
func TestGaps(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory("a")
		h := start(t, log, 0)
		s := subscribe(t, h, "a", 0)
		quiet(t, s)
		e := log.add("a", passes(6)...)
		h.Publish(e[4:]...)
		h.Publish(e[:2]...)
		h.Publish(e[2:4]...)
		h.Publish(e...)
		h.Publish()
		want(t, s, 1, 6)
		quiet(t, s)
		h.Publish(log.add("b", pass)...) // nobody watches it
		h.Publish(log.add("a", done)...)
		want(t, s, 7, 7)
		closed(t, s, nil)
	})
}

func TestSlowReader(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory("a")
		h := start(t, log, 3)
		slow, quick := subscribe(t, h, "a", 0), subscribe(t, h, "a", 0)
		quiet(t, slow)
		for i := range int64(5) {
			h.Publish(log.add("a", pass)...)
			want(t, quick, i+1, i+1)
		}
		want(t, slow, 1, 3) // what it had room for
		closed(t, slow, ErrSlow)
		again := subscribe(t, h, "a", 3)
		h.Publish(log.add("a", done)...)
		want(t, again, 4, 6)
		closed(t, again, nil)
		want(t, quick, 6, 6)
		closed(t, quick, nil)
	})
}

// TestSlowReplay does not cut off a reader that takes its time with old events.
func TestSlowReplay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory()
		log.add("a", passes(10)...)
		h := start(t, log, 2)
		s := subscribe(t, h, "a", 0)
		for range 20 {
			h.Publish(log.add("a", pass)...)
			synctest.Wait()
		}
		h.Publish(log.add("a", done)...)
		for seq := int64(1); seq <= 31; seq++ {
			time.Sleep(time.Second) // of the bubble
			want(t, s, seq, seq)
		}
		closed(t, s, nil)
	})
}

func TestCloseOfHub(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory("live")
		log.add("old", passes(10)...)
		h := start(t, log, 2)
		live, old := subscribe(t, h, "live", 0), subscribe(t, h, "old", 0)
		synctest.Wait() // old waits for its reader
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		closed(t, live, ErrClosed)
		want(t, old, 1, 2)
		closed(t, old, ErrClosed)
		if _, err := h.Subscribe(t.Context(), "live", 0); !errors.Is(err, ErrClosed) {
			t.Errorf("Subscribe() = %v, want ErrClosed", err)
		}
		h.Publish(log.add("live", pass)...)
		if err := h.Close(); err != nil {
			t.Errorf("second Close() = %v", err)
		}
	})
}

func TestEndOfContext(t *testing.T) {
	for name, end := range map[string]func(*Sub, context.CancelFunc){
		"context": func(_ *Sub, cancel context.CancelFunc) { cancel() },
		"Close":   func(s *Sub, _ context.CancelFunc) { s.Close(); s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				log := newMemory("live")
				log.add("old", passes(10)...)
				h := start(t, log, 2)
				for job, sent := range map[string]int64{"live": 0, "old": 2} {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					s, err := h.Subscribe(ctx, job, 0)
					if err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					end(s, cancel)
					synctest.Wait()
					h.Publish(log.add(job, pass)...)
					want(t, s, 1, sent)
					closed(t, s, nil)
				}
				time.Sleep(time.Minute) // the poller has nothing to do and ends
				before := log.looked()
				time.Sleep(time.Minute)
				if after := log.looked(); after != before {
					t.Errorf("the log was looked into %d times while nobody watched", after-before)
				}
				s := subscribe(t, h, "live", 0) // and starts again
				want(t, s, 1, 1)
				log.add("live", done)
				want(t, s, 2, 2)
			})
		})
	}
}

func TestBrokenLog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := newMemory("a")
		log.add("old", passes(2*page)...)
		h := start(t, log, 1)
		live, old := subscribe(t, h, "a", 0), subscribe(t, h, "old", 0)
		quiet(t, live)
		broken := errors.New("the disk is gone")
		log.fail(broken)
		log.add("a", pass)
		want(t, old, 1, page) // the first page was read before
		closed(t, old, broken)
		time.Sleep(time.Minute)
		quiet(t, live)
		if _, err := h.Subscribe(t.Context(), "a", 0); !errors.Is(err, broken) {
			t.Errorf("Subscribe() = %v, want the log's error", err)
		}
		log.fail(nil)
		want(t, live, 1, 1)
	})
}

func TestFrame(t *testing.T) {
	m := &Message{Event: wire.Event{Seq: 7}}
	calls := 0
	encode := func(e wire.Event) (any, error) { calls++; return fmt.Sprint(e.Seq), nil }
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if f, err := m.Frame(encode); f != "7" || err != nil {
				t.Errorf("Frame() = %v, %v, want 7", f, err)
			}
		})
	}
	wg.Wait()
	if calls != 1 {
		t.Errorf("encoded %d times, want once", calls)
	}
}

// TestConcurrent has writers of two kinds, those that publish and those of
// another process, and watchers that come, go, are too slow and come again.
// Each sees each event once, in order.
func TestConcurrent(t *testing.T) {
	const jobs, events, watchers = 3, 1500, 5
	log := newMemory()
	var names []string
	for j := range jobs {
		names = append(names, fmt.Sprintf("job-%d", j))
		log.add(names[j], pass)
	}
	h := New(Options{Log: log, Buffer: 16, Poll: time.Millisecond})
	var wg sync.WaitGroup
	for j, name := range names {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(j), 1))
			for n := 1; n < events; {
				k := min(1+r.IntN(5), events-n)
				n += k
				added := log.add(name, passes(k)...)
				if r.IntN(4) > 0 {
					h.Publish(added...)
				}
			}
			h.Publish(log.add(name, done)...)
		})
		for w := range watchers {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(j), uint64(100+w)))
				for seen := int64(0); seen <= events; {
					s, err := h.Subscribe(t.Context(), name, seen)
					if err != nil {
						t.Error(err)
						return
					}
					stop := seen + 1 + int64(r.IntN(events/2)) // it goes away there
					for m := range s.Events() {
						if m.Seq != seen+1 || m.Job != name {
							t.Errorf("event %d of %s comes after %d of %s", m.Seq, m.Job, seen, name)
							s.Close()
							return
						}
						if seen = m.Seq; seen == stop {
							break
						}
					}
					s.Close()
					if err := s.Err(); err != nil && !errors.Is(err, ErrSlow) {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if n := len(h.topics); n != 0 {
		t.Errorf("%d topics stay, want none", n)
	}
}
