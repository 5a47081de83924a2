package jobtest

import (
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

var finishTests = map[string]func(*suite){
	"done": func(s *suite) {
		id := s.add()
		l := s.take("w", id)
		s.clock.Advance(time.Second)
		added, err := s.Finish(s.Context(), l, "model-1", wire.Event{Type: wire.EventScoring}, done)
		s.ok(err)
		if all := s.log(id); len(added) != 2 || !same(added, all[1:]) {
			s.Errorf("Finish() = %+v, want the last two of %+v", added, all)
		}
		if j := s.state(id, job.Done); j.Result != "model-1" || j.Fault != nil || !j.Ended.Equal(s.clock.Now()) || j.Last != 3 {
			s.Errorf("Get() = %+v, want the result, no fault, its end, 3 events", j)
		}
		s.types(id, wire.EventQueued, wire.EventScoring, wire.EventDone)
		s.clock.Advance(time.Hour)
		s.none()
	},
	"failed for good": func(s *suite) {
		id := s.add()
		s.end(s.take("w", id), failed(false))
		if j := s.state(id, job.Failed); j.Result != "" || j.Fault == nil || *j.Fault != *failed(false).Fault || j.Ended.IsZero() {
			s.Errorf("Get() = %+v, want the fault, an end, no result", j)
		}
		s.clock.Advance(time.Hour)
		s.none()
	},
	"canceled": func(s *suite) {
		id := s.add()
		s.end(s.take("w", id), canceled)
		if j := s.state(id, job.Canceled); j.Result != "result" || j.Fault != nil {
			s.Errorf("Get() = %+v, want what was kept so far, no fault", j)
		}
	},
	"done although somebody asked to cancel": func(s *suite) {
		id := s.add()
		l := s.take("w", id)
		s.ok(s.Cancel(s.Context(), id))
		s.end(l, done)
		s.state(id, job.Done)
	},
	"retried after a rest": func(s *suite) {
		id := s.add(attempts(4))
		next := s.add(after(id))
		for n := 1; n < 4; n++ {
			l := s.take("w", id)
			if l.Job.Attempt != n {
				s.Fatalf("attempt %d, want %d", l.Job.Attempt, n)
			}
			added, err := s.Finish(s.Context(), l, "", failed(true))
			s.ok(err)
			if len(added) != 1 || !added[0].Fault.Retry || added[0].Ends() {
				s.Errorf("Finish() = %+v, want an event that another attempt follows", added)
			}
			if j := s.state(id, job.Queued); j.Fault == nil || !j.Fault.Retry || !j.Ended.IsZero() {
				s.Errorf("Get() = %+v, want the fault, no end", j)
			}
			s.clock.Advance(job.Backoff(n) - time.Microsecond)
			s.none()
			s.clock.Advance(time.Microsecond)
		}
		event := failed(true)
		added, err := s.Finish(s.Context(), s.take("w", id), "", event)
		s.ok(err)
		if len(added) != 1 || added[0].Fault.Retry || !added[0].Ends() || !event.Fault.Retry {
			s.Errorf("Finish() = %+v, want an event that ends the job, and the caller's as it was", added)
		}
		if j := s.state(id, job.Failed); j.Fault.Retry || j.Attempt != 4 {
			s.Errorf("Get() = %+v, want a final fault after attempt 4", j)
		}
		s.state(next, job.Canceled)
	},
	"not retried when somebody asked to cancel": func(s *suite) {
		id := s.add()
		l := s.take("w", id)
		s.ok(s.Cancel(s.Context(), id))
		added, err := s.Finish(s.Context(), l, "", failed(true))
		s.ok(err)
		if len(added) != 1 || added[0].Type != wire.EventCanceled {
			s.Errorf("Finish() = %+v, want a canceled event", added)
		}
		s.state(id, job.Canceled)
	},
	"lost attempts count": func(s *suite) {
		id := s.add(attempts(2))
		s.take("w", id)
		s.clock.Advance(lease)
		s.end(s.take("w", id), failed(true))
		s.state(id, job.Failed)
	},
	"without an end": func(s *suite) {
		id := s.add()
		l := s.take("w", id)
		for name, events := range map[string][]wire.Event{
			"no event": nil, "a pass": {{Type: wire.EventPass}}, "a fault without words": {{Type: wire.EventFailed}},
			"an end that is not the last": {done, {Type: wire.EventPass}},
		} {
			if _, err := s.Finish(s.Context(), l, "", events...); err == nil {
				s.Errorf("Finish() with %s went through", name)
			}
		}
		s.state(id, job.Running)
		s.types(id, wire.EventQueued)
		s.end(l, done)
	},
}
