package train

import (
	"context"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	writeEvery      = 50 * time.Millisecond  // events that come faster share a write
	checkpointEvery = 250 * time.Millisecond // and so do checkpoints, the last of which counts
	maxPending      = 1024                   // events that wait for a write before add does
)

// record writes an attempt's events and checkpoints, so that the training
// never waits for the disk: the first event at once, then in batches.
type record struct {
	queue    job.Store
	watchers Watchers
	lease    job.Lease
	clock    job.Clock
	fail     func(error) // told once, when a write fails; nothing is written after it

	mu         sync.Mutex
	room       sync.Cond // signaled when pending was taken
	pending    []wire.Event
	checkpoint func() ([]byte, error) // newest, not yet saved; nil if there is none
	err        error

	wake    chan struct{} // buffer 1
	stop    chan struct{} // closed by close
	stopped chan struct{} // closed by run

	// Of the goroutine of run, and of close after it.
	saved time.Time     // when the last checkpoint was
	rest  time.Duration // before the next one
}

// newRecord starts writing. ctx is for the writes; the caller calls close.
func newRecord(ctx context.Context, queue job.Store, watchers Watchers, l job.Lease, clock job.Clock, fail func(error)) *record {
	r := &record{queue: queue, watchers: watchers, lease: l, clock: clock, fail: fail,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}), rest: checkpointEvery}
	r.room.L = &r.mu
	go r.run(ctx)
	return r
}

// add takes an event. It waits only when the disk is far behind.
func (r *record) add(e wire.Event) {
	e.At = r.clock.Now().UTC()
	r.mu.Lock()
	for len(r.pending) >= maxPending && r.err == nil {
		r.room.Wait()
	}
	if r.err == nil {
		r.pending = append(r.pending, e)
	}
	r.mu.Unlock()
	r.poke()
}

// keep takes a checkpoint, that of encode, which replaces one not yet saved.
// The events before it are written first, so that it never is ahead of the log.
func (r *record) keep(encode func() ([]byte, error)) {
	r.mu.Lock()
	r.checkpoint = encode
	r.mu.Unlock()
	r.poke()
}

func (r *record) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// close stops writing and returns the events that were not written yet; they
// go with the attempt's last one, or by flush.
func (r *record) close() []wire.Event {
	close(r.stop)
	<-r.stopped
	r.mu.Lock()
	defer r.mu.Unlock()
	left := r.pending
	r.pending = nil
	return left
}

func (r *record) run(ctx context.Context) {
	defer close(r.stopped)
	for {
		var due <-chan time.Time // of a checkpoint that rests
		if r.waiting() {
			due = r.clock.After(r.saved.Add(r.rest).Sub(r.clock.Now()))
		}
		select {
		case <-r.wake:
		case <-due:
		case <-r.stop:
			return
		}
		if err := r.write(ctx); err != nil {
			r.mu.Lock()
			r.err, r.pending, r.checkpoint = err, nil, nil
			r.room.Broadcast()
			r.mu.Unlock()
			r.fail(err)
			<-r.stop
			return
		}
		select {
		case <-r.clock.After(writeEvery):
		case <-r.stop:
			return
		}
	}
}

func (r *record) waiting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.checkpoint != nil
}

// write brings pending events, and the checkpoint if it is due, to the store.
func (r *record) write(ctx context.Context) error {
	r.mu.Lock()
	events, checkpoint := r.pending, r.checkpoint
	r.pending = nil
	if checkpoint != nil && r.clock.Now().Sub(r.saved) < r.rest {
		checkpoint = nil
	}
	if checkpoint != nil {
		r.checkpoint = nil
	}
	r.room.Broadcast()
	r.mu.Unlock()
	if len(events) > 0 {
		if err := r.append(ctx, events); err != nil {
			return err
		}
	}
	if checkpoint == nil {
		return nil
	}
	return r.save(ctx, checkpoint)
}

func (r *record) append(ctx context.Context, events []wire.Event) error {
	added, err := r.queue.Append(ctx, r.lease, events...)
	if err != nil {
		return err
	}
	r.watchers.Publish(added...)
	return nil
}

func (r *record) save(ctx context.Context, encode func() ([]byte, error)) error {
	start := r.clock.Now()
	blob, err := encode()
	if err != nil {
		return err
	}
	if err := r.queue.SaveCheckpoint(ctx, r.lease, blob); err != nil {
		return err
	}
	r.saved = r.clock.Now()
	r.rest = max(checkpointEvery, 10*r.saved.Sub(start)) // large ones take at most a tenth of the time
	return nil
}

// last writes what close returned, and the newest checkpoint if it was not
// saved: the lease is about to be given back.
func (r *record) last(ctx context.Context, left []wire.Event) error {
	if r.err != nil {
		return r.err
	}
	if len(left) > 0 {
		if err := r.append(ctx, left); err != nil {
			return err
		}
	}
	if r.checkpoint == nil {
		return nil
	}
	return r.save(ctx, r.checkpoint)
}
