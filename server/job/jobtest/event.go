package jobtest

import (
	"fmt"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

var eventTests = map[string]func(*suite){
	"are numbered and kept": func(s *suite) {
		l := s.take("w", s.add())
		at := s.clock.Now().Add(-time.Hour)
		in := []wire.Event{
			{Type: wire.EventStarted, Attempt: 1, At: at, Job: "another", Seq: 77},
			{Type: wire.EventLoading, Progress: &wire.Progress{Done: 1, Total: 2}},
		}
		added, err := s.Append(s.Context(), l, in...)
		s.ok(err)
		if len(added) != 2 || added[0].Seq != 2 || added[1].Seq != 3 || !added[0].At.Equal(at) || !added[1].At.Equal(s.clock.Now()) {
			s.Fatalf("Append() = %+v, want numbers 2 and 3, times %v and %v", added, at, s.clock.Now())
		}
		if in[0].Seq != 77 || !in[1].At.IsZero() {
			s.Errorf("Append() changed what it was given: %+v", in)
		}
		if got := s.log(l.Job.ID); len(got) != 3 || !same(got[1:], added) {
			s.Errorf("Events() = %+v, want %+v after the first", got, added)
		}
	},
	"none": func(s *suite) {
		l := s.take("w", s.add())
		added, err := s.Append(s.Context(), l)
		if err != nil || len(added) != 0 {
			s.Errorf("Append() of nothing = %v, %v, want nothing", added, err)
		}
		s.types(l.Job.ID, wire.EventQueued)
	},
	"windows": func(s *suite) {
		l := s.take("w", s.add())
		for range 4 {
			_, err := s.Append(s.Context(), l, wire.Event{Type: wire.EventPass})
			s.ok(err)
		}
		for _, tc := range []struct {
			after       int64
			limit       int
			first, last int64
		}{{0, 2, 1, 2}, {2, 2, 3, 4}, {4, 2, 5, 5}, {3, 100, 4, 5}, {5, 10, 1, 0}, {99, 10, 1, 0}, {-1, 1, 1, 1}} {
			got, err := s.Events(s.Context(), l.Job.ID, tc.after, tc.limit)
			s.ok(err)
			if len(got) != int(tc.last-tc.first+1) || len(got) > 0 && (got[0].Seq != tc.first || got[len(got)-1].Seq != tc.last) {
				s.Errorf("Events(after %d, limit %d) = %d events, want %d to %d", tc.after, tc.limit, len(got), tc.first, tc.last)
			}
		}
		_, err := s.Events(s.Context(), "nothing", 0, 10)
		s.code("Events() of an unknown job", err, fault.NotFound)
	},
	// Several goroutines of the holder write; watchers read meanwhile. Nobody
	// ever sees a gap or a double, and each batch stays together.
	"without gaps from many goroutines": func(s *suite) {
		const writers, batches, size = 4, 12, 3
		l := s.take("w", s.add())
		total := int64(1 + writers*batches*size)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for b := range batches {
					events := make([]wire.Event, size)
					for i := range events {
						events[i] = wire.Event{Type: wire.EventProgress, Progress: &wire.Progress{Done: int64(i), Total: int64(w*batches + b)}}
					}
					added, err := s.Append(s.Context(), l, events...)
					if err != nil || added[size-1].Seq != added[0].Seq+size-1 {
						s.Errorf("Append() = %+v, %v, want consecutive numbers", added, err)
						return
					}
				}
			})
		}
		for range 2 {
			wg.Go(func() {
				for seen := int64(0); seen < total && !s.Failed(); {
					got, err := s.Events(s.Context(), l.Job.ID, seen, 5)
					if err != nil {
						s.Error(err)
						return
					}
					for _, e := range got {
						if e.Seq != seen+1 {
							s.Errorf("event %d comes after %d", e.Seq, seen)
							return
						}
						seen = e.Seq
					}
				}
			})
		}
		wg.Wait()
		all := s.log(l.Job.ID)
		if int64(len(all)) != total {
			s.Fatalf("%d events, want %d", len(all), total)
		}
		batch := map[int64]bool{}
		for i := 1; i < len(all); i += size {
			id := all[i].Progress.Total
			for k := range int64(size) {
				if p := all[i+int(k)].Progress; *p != (wire.Progress{Done: k, Total: id}) || batch[id] {
					s.Fatalf("event %d is %+v, want part %d of batch %d, once", all[i].Seq+k, *p, k, id)
				}
			}
			batch[id] = true
		}
	},
	"of two jobs do not mix": func(s *suite) {
		a, b := s.take("w", s.add()), s.take("w", s.add())
		for i := range 3 {
			_, err := s.Append(s.Context(), a, wire.Event{Type: wire.EventPass, Attempt: i})
			s.ok(err)
			_, err = s.Append(s.Context(), b, wire.Event{Type: wire.EventProgress, Attempt: i})
			s.ok(err)
		}
		s.types(a.Job.ID, wire.EventQueued, wire.EventPass, wire.EventPass, wire.EventPass)
		s.types(b.Job.ID, wire.EventQueued, wire.EventProgress, wire.EventProgress, wire.EventProgress)
	},
	"large ones": func(s *suite) {
		l := s.take("w", s.add())
		words := fmt.Sprintf("%01000000d", 7)
		_, err := s.Append(s.Context(), l, wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{Message: words}})
		s.ok(err)
		if got := s.log(l.Job.ID)[1]; got.Fault.Message != words {
			s.Errorf("an event of 1 MB came back with %d bytes", len(got.Fault.Message))
		}
	},
}
