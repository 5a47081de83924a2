package train

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/jobtest"
	"github.com/centroid-studio/centroid/shared/wire"
)

// tape is a queue that notes what is written, and watchers that note what is published.
type tape struct {
	job.Store // not used
	mu        sync.Mutex
	writes    []string // "append 3", "publish 3", "save x"
	last      int64
	err       error // of the next writes
	clock     *jobtest.Clock
	slow      time.Duration // of a checkpoint
}

func (p *tape) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes = append(p.writes, what)
}

func (p *tape) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.writes, ", ")
}

func (p *tape) Append(_ context.Context, _ job.Lease, events ...wire.Event) ([]wire.Event, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	added := slices.Clone(events)
	for i := range added {
		p.last++
		added[i].Seq = p.last
	}
	p.writes = append(p.writes, "append "+strings.Repeat("e", len(added)))
	return added, nil
}

func (p *tape) SaveCheckpoint(_ context.Context, _ job.Lease, blob []byte) error {
	p.note("save " + string(blob))
	p.clock.Advance(p.slow)
	return nil
}

func (p *tape) Publish(events ...wire.Event) { p.note("publish " + strings.Repeat("e", len(events))) }
func (p *tape) Look()                        {}

// rest waits until the writer has nothing to do before a time that is to come,
// which it asks the clock for: call it with what makes it write.
func (p *tape) rest(do func()) {
	asked := p.clock.Asked()
	do()
	<-asked
}

func blob(s string) func() ([]byte, error) { return func() ([]byte, error) { return []byte(s), nil } }

func newTape() *tape { return &tape{clock: jobtest.NewClock()} }

func (p *tape) record(t *testing.T) (*record, *error) {
	failed := new(error)
	return newRecord(t.Context(), p, p, job.Lease{}, p.clock.Clock(), func(err error) { *failed = err }), failed
}

func pass() wire.Event { return wire.Event{Type: wire.EventPass} }

// TestRecordBatches writes the first event at once, those that come soon after together.
func TestRecordBatches(t *testing.T) {
	p := newTape()
	r, _ := p.record(t)
	p.rest(func() { r.add(pass()) })
	for range 3 {
		r.add(pass())
	}
	if got, want := p.all(), "append e, publish e"; got != want {
		t.Errorf("at first: %s, want %s", got, want)
	}
	p.rest(func() { p.clock.Advance(writeEvery) })
	if got, want := p.all(), "append e, publish e, append eee, publish eee"; got != want {
		t.Errorf("later: %s, want %s", got, want)
	}
	r.add(pass())
	if left := r.close(); len(left) != 1 || !left[0].At.Equal(p.clock.Now()) {
		t.Errorf("close() = %+v, want the one not written, with its time", left)
	}
}

// TestRecordCheckpoints saves a checkpoint after the events before it, the
// newest only, and not more often than it may.
func TestRecordCheckpoints(t *testing.T) {
	p := newTape()
	r, _ := p.record(t)
	r.mu.Lock() // both are there when the writer looks
	r.pending, r.checkpoint = []wire.Event{pass()}, blob("1")
	r.mu.Unlock()
	p.rest(r.poke)
	want := "append e, publish e, save 1"
	if got := p.all(); got != want {
		t.Fatalf("at first: %s, want %s", got, want)
	}
	r.keep(blob("2"))
	r.keep(blob("3"))
	p.rest(func() { p.clock.Advance(writeEvery) })
	if got := p.all(); got != want {
		t.Errorf("too soon: %s, want %s", got, want)
	}
	for range int(checkpointEvery / writeEvery) {
		p.clock.Advance(writeEvery)
	}
	r.close()
	if err := r.last(t.Context(), []wire.Event{pass()}); err != nil {
		t.Fatal(err)
	}
	saves := strings.Count(p.all(), "save")
	if got := p.all(); saves != 2 || strings.Contains(got, "save 2") || !strings.Contains(got, "save 3") {
		t.Errorf("in the end: %s, want the newest saved, once", got)
	}
}

// TestRecordLast leaves events and the checkpoint that was not due.
func TestRecordLast(t *testing.T) {
	p := newTape()
	r, _ := p.record(t)
	p.rest(func() { r.add(pass()) })
	r.add(pass())
	r.keep(blob("9"))
	left := r.close()
	if err := r.last(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	if got, want := p.all(), "append e, publish e, append e, publish e, save 9"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestRecordFails tells a failed write once, writes nothing after it, and holds nobody up.
func TestRecordFails(t *testing.T) {
	p := newTape()
	p.err = job.ErrLost
	told := make(chan error, 2)
	r := newRecord(t.Context(), p, p, job.Lease{}, p.clock.Clock(), func(err error) { told <- err })
	r.add(pass())
	if err := <-told; !errors.Is(err, job.ErrLost) {
		t.Errorf("told %v, want ErrLost", err)
	}
	for range 3 * maxPending {
		r.add(pass())
	}
	r.keep(blob("1"))
	if left := r.close(); len(left) != 0 || p.all() != "" || len(told) != 0 {
		t.Errorf("after a failed write: %d events left, wrote %q, told %d times more", len(left), p.all(), len(told))
	}
	if err := r.last(t.Context(), nil); !errors.Is(err, job.ErrLost) {
		t.Errorf("last() = %v, want ErrLost", err)
	}
}

// TestRecordWaits holds the training up when the disk is far behind, and no longer than that.
func TestRecordWaits(t *testing.T) {
	p := newTape()
	r, _ := p.record(t)
	p.rest(func() { r.add(pass()) })
	for range maxPending {
		r.add(pass())
	}
	through := make(chan struct{})
	go func() { r.add(pass()); close(through) }()
	select {
	case <-through:
		t.Errorf("add() took event %d without a write", maxPending+1)
	case <-time.After(0):
	}
	p.rest(func() { p.clock.Advance(writeEvery) })
	<-through
	if left := r.close(); len(left) != 1 {
		t.Errorf("%d events left, want 1", len(left))
	}
}

// TestRecordRests saves large checkpoints less often: at most a tenth of the time.
func TestRecordRests(t *testing.T) {
	p := newTape()
	p.slow = time.Second
	r, _ := p.record(t)
	p.rest(func() { r.keep(blob("1")) })
	if r.rest != 10*time.Second {
		t.Errorf("rests %v after a checkpoint that took 1 s, want 10 s", r.rest)
	}
	r.close()
}
