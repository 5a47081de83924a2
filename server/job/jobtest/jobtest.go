// Package jobtest holds every implementation of job.Store to its promises.
package jobtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Place is where one test's jobs are kept. Each call opens the place once more,
// as another process would. The suite closes what it opens.
type Place func(o job.Options) (job.Store, error)

// Run tests a store. place makes an empty place, a new one in each call, and
// removes it when t ends.
func Run(t *testing.T, place func(t *testing.T) Place) {
	for _, topic := range []struct {
		name  string
		tests map[string]func(*suite)
	}{
		{"Enqueue", enqueueTests}, {"Lease", leaseTests}, {"Heartbeat", heartbeatTests}, {"Fence", fenceTests},
		{"Event", eventTests}, {"Checkpoint", checkpointTests}, {"Finish", finishTests}, {"Release", releaseTests},
		{"Read", readTests}, {"Process", processTests},
	} {
		t.Run(topic.name, func(t *testing.T) {
			for name, test := range topic.tests {
				t.Run(name, func(t *testing.T) {
					s := &suite{T: t, clock: NewClock(), place: place(t)}
					s.Store = s.open()
					test(s)
				})
			}
		})
	}
}

// lease is how long a worker may be silent, in all tests.
const lease = 10 * time.Second

// suite is one test: a store on a place of its own, and the time.
type suite struct {
	*testing.T
	job.Store
	clock *Clock
	place Place
	made  int // jobs
}

// open opens the place once more.
func (s *suite) open() job.Store {
	s.Helper()
	st, err := s.place(job.Options{Clock: s.clock.Clock(), Lease: lease, Poll: time.Second})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := st.Close(); err != nil {
			s.Errorf("Close() = %v, want no error", err)
		}
	})
	return st
}

// add enqueues a job with a queued event and gives its id. Jobs are a
// millisecond apart.
func (s *suite) add(change ...func(*job.Job)) string {
	s.Helper()
	s.made++
	s.clock.Advance(time.Millisecond)
	j := job.Job{ID: fmt.Sprintf("job-%d", s.made), Kind: "train", Owner: "ann", Payload: []byte(`{"k":3}`)}
	for _, c := range change {
		c(&j)
	}
	s.ok(s.Enqueue(s.Context(), j, wire.Event{Type: wire.EventQueued}))
	return j.ID
}

func after(ids ...string) func(*job.Job)  { return func(j *job.Job) { j.After = ids } }
func attempts(n int) func(*job.Job)       { return func(j *job.Job) { j.MaxAttempts = n } }
func kind(k string) func(*job.Job)        { return func(j *job.Job) { j.Kind = k } }
func ownedBy(owner string) func(*job.Job) { return func(j *job.Job) { j.Owner = owner } }

// take leases the job that is due, which must be id.
func (s *suite) take(worker, id string) job.Lease {
	s.Helper()
	l, ok := s.try(worker)
	if !ok {
		s.Fatalf("Lease(%s) waits, want %s to be due", worker, id)
	}
	if l.Job.ID != id || l.Worker != worker || l.Job.State != job.Running {
		s.Fatalf("Lease(%s) = %s %s for %s, want %s running", worker, l.Job.ID, l.Job.State, l.Worker, id)
	}
	return l
}

// none wants no job to be due.
func (s *suite) none() {
	s.Helper()
	if l, ok := s.try("nobody"); ok {
		s.Fatalf("Lease() = %s, want none to be due", l.Job.ID)
	}
}

// try leases a job if one is due.
func (s *suite) try(worker string) (job.Lease, bool) {
	s.Helper()
	none := errors.New("none is due")
	ctx, stop := context.WithCancelCause(s.Context())
	got, waits := make(chan job.Lease, 1), s.clock.Asked()
	go func() {
		defer close(got)
		switch l, err := s.Lease(ctx, worker, "train"); {
		case err == nil:
			got <- l
		case !errors.Is(err, none):
			s.Errorf("Lease() = %v, want the context's cause", err)
		}
	}()
	select {
	case l, ok := <-got:
		stop(nil)
		return l, ok
	case <-waits: // it looked, found none, and waits
		stop(none)
		l, ok := <-got
		return l, ok
	}
}

// state wants a job to be in a state.
func (s *suite) state(id string, want job.State) job.Job {
	s.Helper()
	j, err := s.Get(s.Context(), id)
	s.ok(err)
	if j.State != want {
		s.Fatalf("Get(%s) is %s, want %s", id, j.State, want)
	}
	return j
}

// log gives all events of a job, and wants them numbered without a gap.
func (s *suite) log(id string) []wire.Event {
	s.Helper()
	all, err := s.Events(s.Context(), id, 0, 1_000_000)
	s.ok(err)
	for i, e := range all {
		if e.Seq != int64(i+1) || e.Job != id || e.At.IsZero() {
			s.Fatalf("event %d of %s is number %d of %q at %v, want numbers from 1 without a gap, job and time", i+1, id, e.Seq, e.Job, e.At)
		}
	}
	return all
}

// types wants a job's events to be of these types.
func (s *suite) types(id string, want ...wire.EventType) {
	s.Helper()
	var got []wire.EventType
	for _, e := range s.log(id) {
		got = append(got, e.Type)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.Errorf("events of %s = %v, want %v", id, got, want)
	}
}

// end finishes a lease with one event.
func (s *suite) end(l job.Lease, e wire.Event) {
	s.Helper()
	_, err := s.Finish(s.Context(), l, "result", e)
	s.ok(err)
}

func (s *suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) lost(what string, err error) {
	s.Helper()
	if !errors.Is(err, job.ErrLost) {
		s.Errorf("%s = %v, want ErrLost", what, err)
	}
}

func (s *suite) code(what string, err error, want fault.Code) {
	s.Helper()
	if fault.CodeOf(err) != want {
		s.Errorf("%s = %v, want %s", what, err, want)
	}
}

func failed(retry bool) wire.Event {
	return wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{Code: "internal", Message: "It broke.", Retry: retry}}
}

var (
	done     = wire.Event{Type: wire.EventDone}
	canceled = wire.Event{Type: wire.EventCanceled}
)

// same compares by what is sent over the wire.
func same(a, b any) bool {
	x, ex := json.Marshal(a)
	y, ey := json.Marshal(b)
	return ex == nil && ey == nil && string(x) == string(y)
}
