package jobtest

import (
	"slices"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

var enqueueTests = map[string]func(*suite){
	"keeps all of the job": func(s *suite) {
		id := s.add(attempts(2))
		j := s.state(id, job.Queued)
		if j.Kind != "train" || j.Owner != "ann" || string(j.Payload) != `{"k":3}` || j.MaxAttempts != 2 || j.Attempt != 0 || j.Last != 1 || j.After != nil {
			s.Errorf("Get() = %+v, want what was enqueued", j)
		}
		if !j.Created.Equal(s.clock.Now()) || !j.Started.IsZero() || !j.Ended.IsZero() || j.Created.Location() != time.UTC {
			s.Errorf("created %v, started %v, ended %v, want %v in UTC and no others", j.Created, j.Started, j.Ended, s.clock.Now())
		}
		s.types(id, wire.EventQueued)
	},
	"without attempts and events": func(s *suite) {
		s.ok(s.Enqueue(s.Context(), job.Job{ID: "bare", Kind: "train"}))
		if j := s.state("bare", job.Queued); j.MaxAttempts != 3 || j.Last != 0 || len(j.Payload) != 0 {
			s.Errorf("Get() = %+v, want 3 attempts, no event and no payload", j)
		}
		s.types("bare")
	},
	"a known id": func(s *suite) {
		id := s.add()
		err := s.Enqueue(s.Context(), job.Job{ID: id, Kind: "other", Owner: "bob"}, wire.Event{Type: wire.EventQueued}, done)
		s.code("Enqueue() of a known id", err, fault.Conflict)
		if j := s.state(id, job.Queued); j.Kind != "train" || j.Last != 1 {
			s.Errorf("Get() = %+v, want the job as it was", j)
		}
	},
	"after an unknown id": func(s *suite) {
		for name, ids := range map[string][]string{"unknown": {"nothing"}, "behind a known one": {s.add(), "nothing"}, "itself": {"late"}} {
			err := s.Enqueue(s.Context(), job.Job{ID: "late", Kind: "train", After: ids}, wire.Event{Type: wire.EventQueued})
			s.code("Enqueue() after an id that is "+name, err, fault.NotFound)
			_, err = s.Get(s.Context(), "late")
			s.code("Get() of what was not enqueued", err, fault.NotFound)
		}
	},
	"after others": func(s *suite) {
		a, b := s.add(), s.add()
		c := s.add(after(b, a, b))
		if j := s.state(c, job.Waiting); len(j.After) != 2 || !slices.Contains(j.After, a) || !slices.Contains(j.After, b) {
			s.Errorf("After = %q, want %s and %s", j.After, a, b)
		}
		s.end(s.take("w", a), done)
		s.state(c, job.Waiting)
		l := s.take("w", b)
		s.none()
		s.end(l, done)
		s.state(c, job.Queued)
		s.take("w", c)
	},
	"after one that is done": func(s *suite) {
		a := s.add()
		s.end(s.take("w", a), done)
		s.state(s.add(after(a)), job.Queued)
	},
	"after one that failed": func(s *suite) {
		a, ok := s.add(), s.add()
		s.end(s.take("w", a), failed(false))
		b := s.add(after(a, ok))
		j := s.state(b, job.Canceled)
		if j.Ended.IsZero() || len(j.After) != 2 {
			s.Errorf("Get() = %+v, want its end, and both jobs that it needed", j)
		}
		s.types(b, wire.EventQueued, wire.EventCanceled)
		s.state(s.add(after(b)), job.Canceled)
	},
	"a chain falls with its head": func(s *suite) {
		a := s.add()
		b := s.add(after(a))
		c := s.add(after(b))
		d := s.add(after(a, c))
		free := s.add()
		s.end(s.take("w", a), failed(false))
		for _, id := range []string{b, c, d} {
			s.state(id, job.Canceled)
			s.types(id, wire.EventQueued, wire.EventCanceled)
		}
		s.state(free, job.Queued)
	},
}
