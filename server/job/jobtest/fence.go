package jobtest

import (
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

var fenceTests = map[string]func(*suite){
	"another worker has taken over": func(s *suite) {
		old := s.take("a", s.add())
		s.clock.Advance(lease)
		s.fenced(old, s.take("b", old.Job.ID))
	},
	"the same worker has taken over": func(s *suite) {
		old := s.take("a", s.add())
		s.clock.Advance(lease)
		s.fenced(old, s.take("a", old.Job.ID))
	},
	"the attempt of another worker": func(s *suite) {
		l := s.take("a", s.add())
		forged := l
		forged.Worker = "b"
		s.fenced(forged, l)
	},
	"released": func(s *suite) {
		l := s.take("a", s.add())
		s.ok(s.Release(s.Context(), l))
		s.refused(l)
		s.state(l.Job.ID, job.Queued)
	},
	"failed and queued again": func(s *suite) {
		l := s.take("a", s.add())
		s.end(l, failed(true))
		s.refused(l)
		s.state(l.Job.ID, job.Queued)
		s.types(l.Job.ID, wire.EventQueued, wire.EventFailed)
	},
	"done": func(s *suite) {
		l := s.take("a", s.add())
		s.end(l, done)
		s.refused(l)
		s.state(l.Job.ID, job.Done)
		s.types(l.Job.ID, wire.EventQueued, wire.EventDone)
	},
	"unknown": func(s *suite) {
		s.refused(job.Lease{Job: job.Job{ID: "nothing", Attempt: 1}, Worker: "a"})
	},
}

// fenced wants the old lease to be refused, without a trace on the holder's.
func (s *suite) fenced(old, holder job.Lease) {
	s.Helper()
	s.ok(s.SaveCheckpoint(s.Context(), holder, []byte("the holder's")))
	before := s.state(old.Job.ID, job.Running)
	s.refused(old)
	if now := s.state(old.Job.ID, job.Running); !same(before, now) {
		s.Errorf("Get() = %+v, want it as before, %+v", now, before)
	}
	if b, err := s.Checkpoint(s.Context(), holder); err != nil || string(b) != "the holder's" {
		s.Errorf("Checkpoint() = %q, %v, want the holder's", b, err)
	}
	s.end(holder, done)
}

func (s *suite) refused(l job.Lease) {
	s.Helper()
	ctx := s.Context()
	_, err := s.Heartbeat(ctx, l, wire.Progress{Done: 99, Total: 99})
	s.lost("Heartbeat()", err)
	added, err := s.Append(ctx, l, wire.Event{Type: wire.EventStarted})
	s.lost("Append()", err)
	if len(added) > 0 {
		s.Errorf("Append() gave %v", added)
	}
	s.lost("SaveCheckpoint()", s.SaveCheckpoint(ctx, l, []byte("late")))
	_, err = s.Checkpoint(ctx, l)
	s.lost("Checkpoint()", err)
	for _, last := range []wire.Event{done, failed(true), failed(false), canceled} {
		_, err = s.Finish(ctx, l, "late", last)
		s.lost("Finish("+string(last.Type)+")", err)
	}
	s.lost("Release()", s.Release(ctx, l))
}
