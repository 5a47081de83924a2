package jobtest

import (
	"bytes"

	"github.com/centroid-studio/centroid/server/job"
)

var checkpointTests = map[string]func(*suite){
	"none": func(s *suite) {
		if b, err := s.Checkpoint(s.Context(), s.take("w", s.add())); err != nil || b != nil {
			s.Errorf("Checkpoint() = %q, %v, want nil", b, err)
		}
	},
	"the newest": func(s *suite) {
		l, other := s.take("w", s.add()), s.take("w", s.add())
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		for _, want := range [][]byte{[]byte("one"), bytes.Repeat(all, 4096), {0}} {
			s.save(l, want)
			s.saved(l, want)
		}
		s.saved(other, nil)
	},
	"goes over to the next attempt": func(s *suite) {
		id := s.add()
		for i, leave := range []func(job.Lease){
			func(job.Lease) { s.clock.Advance(lease) },
			func(l job.Lease) { s.ok(s.Release(s.Context(), l)) },
			func(l job.Lease) { s.end(l, failed(true)); s.clock.Advance(job.Backoff(9)) },
		} {
			l := s.take("w", id)
			if i > 0 {
				s.saved(l, []byte{byte(i)})
			}
			s.save(l, []byte{byte(i + 1)})
			leave(l)
		}
		s.saved(s.take("w", id), []byte{3})
	},
}

func (s *suite) save(l job.Lease, blob []byte) {
	s.Helper()
	s.ok(s.SaveCheckpoint(s.Context(), l, blob))
}

func (s *suite) saved(l job.Lease, want []byte) {
	s.Helper()
	if got, err := s.Checkpoint(s.Context(), l); err != nil || !bytes.Equal(got, want) {
		s.Errorf("Checkpoint() = %d bytes, %v, want %d", len(got), err, len(want))
	}
}
