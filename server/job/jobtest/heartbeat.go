package jobtest

import (
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

var heartbeatTests = map[string]func(*suite){
	"extends the lease": func(s *suite) {
		l := s.take("w", s.add())
		for range 3 {
			s.clock.Advance(lease - time.Second)
			s.beat(l, wire.Progress{}, false)
			s.none()
		}
		s.clock.Advance(lease)
		s.beat(l, wire.Progress{}, false) // late, but nobody has taken it over
		s.none()
		s.clock.Advance(lease)
		s.take("other", l.Job.ID)
	},
	"tells the progress": func(s *suite) {
		id := s.add()
		l := s.take("w", id)
		want := wire.Progress{Done: 7, Total: 1 << 60}
		s.beat(l, want, false)
		if j := s.state(id, job.Running); j.Progress != want {
			s.Errorf("progress = %+v, want %+v", j.Progress, want)
		}
		s.types(id, wire.EventQueued)
	},
	"brings the cancel": func(s *suite) {
		id := s.add()
		next := s.add(after(id))
		l := s.take("w", id)
		s.beat(l, wire.Progress{}, false)
		s.ok(s.Cancel(s.Context(), id))
		s.state(id, job.Running)
		s.beat(l, wire.Progress{Done: 1}, true)
		s.beat(l, wire.Progress{Done: 2}, true)
		s.state(next, job.Waiting)
		s.end(l, canceled)
		s.state(id, job.Canceled)
		s.state(next, job.Canceled)
		s.types(id, wire.EventQueued, wire.EventCanceled)
	},
	"cancel of a queued job": func(s *suite) {
		id := s.add()
		next := s.add(after(id))
		s.ok(s.Cancel(s.Context(), id))
		if j := s.state(id, job.Canceled); !j.Ended.Equal(s.clock.Now()) || j.Last != 2 {
			s.Errorf("Get() = %+v, want its end at %v with event 2", j, s.clock.Now())
		}
		s.types(id, wire.EventQueued, wire.EventCanceled)
		s.state(next, job.Canceled)
		s.none()
	},
	"cancel of a waiting job": func(s *suite) {
		a := s.add()
		b := s.add(after(a))
		s.ok(s.Cancel(s.Context(), b))
		s.state(b, job.Canceled)
		s.end(s.take("w", a), done)
		s.state(b, job.Canceled)
		s.types(b, wire.EventQueued, wire.EventCanceled)
	},
	"cancel of a job that rests": func(s *suite) {
		id := s.add()
		s.end(s.take("w", id), failed(true))
		s.ok(s.Cancel(s.Context(), id))
		s.state(id, job.Canceled)
		s.clock.Advance(time.Hour)
		s.none()
	},
	"cancel of an ended job": func(s *suite) {
		id := s.add()
		s.end(s.take("w", id), done)
		s.ok(s.Cancel(s.Context(), id))
		s.state(id, job.Done)
		s.types(id, wire.EventQueued, wire.EventDone)
	},
	"cancel of an unknown job": func(s *suite) {
		s.code("Cancel()", s.Cancel(s.Context(), "nothing"), fault.NotFound)
	},
}

// beat sends a heartbeat and wants to hear whether to cancel.
func (s *suite) beat(l job.Lease, p wire.Progress, want bool) {
	s.Helper()
	if got, err := s.Heartbeat(s.Context(), l, p); err != nil || got != want {
		s.Fatalf("Heartbeat() = %v, %v, want %v", got, err, want)
	}
}
