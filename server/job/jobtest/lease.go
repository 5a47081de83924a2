package jobtest

import (
	"context"
	"errors"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

var leaseTests = map[string]func(*suite){
	"the one that is due longest": func(s *suite) {
		a, b, c := s.add(), s.add(), s.add()
		s.take("w", a)
		l := s.take("w", b)
		s.clock.Advance(time.Millisecond)
		s.ok(s.Release(s.Context(), l)) // due from now: behind c
		s.take("w", c)
		s.take("w", b)
		s.none()
	},
	"says what was leased": func(s *suite) {
		id := s.add()
		s.clock.Advance(time.Minute)
		l := s.take("w", id)
		if l.Job.Attempt != 1 || !l.Job.Started.Equal(s.clock.Now()) || string(l.Job.Payload) != `{"k":3}` || l.Job.Last != 1 {
			s.Errorf("Lease() = %+v, want attempt 1, started, with its payload and event", l.Job)
		}
		if j := s.state(id, job.Running); !same(j, l.Job) {
			s.Errorf("Get() = %+v, want what was leased, %+v", j, l.Job)
		}
	},
	"of a kind": func(s *suite) {
		other, id := s.add(kind("import")), s.add()
		s.take("w", id)
		s.none()
		l, err := s.Lease(s.Context(), "w", "train", "import")
		if err != nil || l.Job.ID != other {
			s.Errorf("Lease(train, import) = %s, %v, want %s", l.Job.ID, err, other)
		}
	},
	"waits for a job": func(s *suite) {
		waits, got := s.clock.Asked(), make(chan job.Lease)
		go func() {
			l, err := s.Lease(s.Context(), "w", "train")
			if err != nil {
				s.Error(err)
			}
			got <- l
		}()
		<-waits
		id := s.add()
		if l := <-got; l.Job.ID != id {
			s.Errorf("Lease() = %q, want %q", l.Job.ID, id)
		}
	},
	"ends with its context": func(s *suite) {
		why := errors.New("enough")
		ctx, stop := context.WithCancelCause(s.Context())
		waits, got := s.clock.Asked(), make(chan error)
		go func() { _, err := s.Lease(ctx, "w", "train"); got <- err }()
		<-waits
		stop(why)
		if err := <-got; !errors.Is(err, why) {
			s.Errorf("Lease() = %v, want the context's cause", err)
		}
		id := s.add()
		if _, err := s.Lease(ctx, "w", "train"); !errors.Is(err, why) {
			s.Errorf("Lease() with an ended context = %v, want its cause", err)
		}
		s.state(id, job.Queued)
	},
	"runs out": func(s *suite) {
		id := s.add()
		first := s.take("a", id)
		s.clock.Advance(lease - time.Microsecond)
		s.none()
		_, err := s.Append(s.Context(), first, wire.Event{Type: wire.EventStarted})
		s.ok(err)
		s.clock.Advance(time.Microsecond)
		_, err = s.Append(s.Context(), first, wire.Event{Type: wire.EventStarted})
		s.ok(err) // nobody has taken it over
		second := s.take("b", id)
		if second.Job.Attempt != 2 || second.Job.Last != 3 || !second.Job.Started.Equal(first.Job.Started) {
			s.Errorf("second lease = %+v, want attempt 2, the first one's start, 3 events", second.Job)
		}
		s.none()
	},
	"one that ran out before one that was queued later": func(s *suite) {
		a := s.add()
		s.take("a", a)
		s.clock.Advance(lease)
		b := s.add()
		s.take("b", a)
		s.take("b", b)
	},
	"attempts are used up by lost workers": func(s *suite) {
		id := s.add(attempts(2))
		next := s.add(after(id))
		for _, w := range []string{"a", "b"} {
			s.take(w, id)
			s.clock.Advance(lease)
		}
		s.none()
		j := s.state(id, job.Failed)
		if j.Fault == nil || j.Fault.Retry || j.Fault.Message == "" || j.Ended.IsZero() {
			s.Errorf("Get() = %+v, want a fault in words, an end", j)
		}
		s.types(id, wire.EventQueued, wire.EventFailed)
		s.state(next, job.Canceled)
	},
	"a job that was canceled meanwhile": func(s *suite) {
		id := s.add()
		s.take("a", id)
		s.ok(s.Cancel(s.Context(), id))
		s.clock.Advance(lease)
		s.take("b", s.add()) // due later, but the first is passed over
		s.state(id, job.Canceled)
		s.types(id, wire.EventQueued, wire.EventCanceled)
	},
}
