package jobtest

import (
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

var releaseTests = map[string]func(*suite){
	"queues at once": func(s *suite) {
		id := s.add()
		s.ok(s.Release(s.Context(), s.take("a", id)))
		s.state(id, job.Queued)
		s.types(id, wire.EventQueued)
		if l := s.take("b", id); l.Job.Attempt != 2 {
			s.Errorf("attempt %d, want 2", l.Job.Attempt)
		}
	},
	"wakes who waits": func(s *suite) {
		id := s.add()
		l := s.take("a", id)
		waits, got := s.clock.Asked(), make(chan job.Lease)
		go func() {
			l, err := s.Lease(s.Context(), "b", "train")
			if err != nil {
				s.Error(err)
			}
			got <- l
		}()
		<-waits
		s.ok(s.Release(s.Context(), l))
		if l := <-got; l.Job.ID != id || l.Worker != "b" {
			s.Errorf("Lease() = %s for %s, want %s for b", l.Job.ID, l.Worker, id)
		}
	},
	"does not count": func(s *suite) {
		id := s.add(attempts(2))
		for range 5 {
			s.ok(s.Release(s.Context(), s.take("a", id)))
		}
		s.end(s.take("a", id), failed(true))
		s.state(id, job.Queued)
		s.clock.Advance(job.Backoff(1))
		s.end(s.take("a", id), failed(true))
		s.state(id, job.Failed)
	},
	"of a job that somebody asked to cancel": func(s *suite) {
		id := s.add()
		next := s.add(after(id))
		l := s.take("a", id)
		s.ok(s.Cancel(s.Context(), id))
		s.ok(s.Release(s.Context(), l))
		s.state(id, job.Canceled)
		s.state(next, job.Canceled)
		s.types(id, wire.EventQueued, wire.EventCanceled)
	},
	"abandons the leases of the dead": func(s *suite) {
		a, b, c := s.add(), s.add(), s.add()
		dead, alive := s.take("dead", a), s.take("alive", b)
		s.ok(s.Release(s.Context(), s.take("dead", c)))
		s.clock.Advance(time.Millisecond)
		n, err := s.Abandon(s.Context(), func(w string) bool { return w == "dead" })
		if err != nil || n != 1 {
			s.Errorf("Abandon() = %d, %v, want 1", n, err)
		}
		s.take("next", c)
		l := s.take("next", a)
		s.none()
		s.lost("Append() of the dead", func() error { _, err := s.Append(s.Context(), dead, done); return err }())
		s.end(l, done)
		s.end(alive, done)
		if n, err := s.Abandon(s.Context(), func(string) bool { return true }); err != nil || n != 1 {
			s.Errorf("Abandon() of all = %d, %v, want 1: the ended ones are no leases", n, err)
		}
	},
	"abandoned leases count": func(s *suite) {
		id := s.add(attempts(1))
		s.take("dead", id)
		_, err := s.Abandon(s.Context(), func(string) bool { return true })
		s.ok(err)
		s.none()
		s.state(id, job.Failed)
	},
	"an abandoned lease is kept by a heartbeat": func(s *suite) {
		l := s.take("slow", s.add())
		_, err := s.Abandon(s.Context(), func(string) bool { return true })
		s.ok(err)
		s.beat(l, wire.Progress{}, false)
		s.none()
	},
}
