package jobtest

import (
	"fmt"
	"sync"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

// processTests open the place several times, as several processes do.
var processTests = map[string]func(*suite){
	"see one another's jobs": func(s *suite) {
		id := s.add()
		other := s.open()
		l, err := other.Lease(s.Context(), "w", "train")
		if err != nil || l.Job.ID != id {
			s.Fatalf("Lease() = %s, %v, want %s", l.Job.ID, err, id)
		}
		_, err = other.Append(s.Context(), l, wire.Event{Type: wire.EventStarted})
		s.ok(err)
		s.types(id, wire.EventQueued, wire.EventStarted)
		s.ok(s.Cancel(s.Context(), id))
		if cancel, err := other.Heartbeat(s.Context(), l, wire.Progress{}); err != nil || !cancel {
			s.Errorf("Heartbeat() = %v, %v, want a cancel", cancel, err)
		}
	},
	"wait for one another's jobs": func(s *suite) {
		other := s.open()
		waits, got := s.clock.Asked(), make(chan job.Lease)
		go func() {
			l, err := other.Lease(s.Context(), "w", "train")
			if err != nil {
				s.Error(err)
			}
			got <- l
		}()
		<-waits
		id := s.add()
		s.clock.Advance(lease) // more than the time between two looks
		if l := <-got; l.Job.ID != id {
			s.Errorf("Lease() = %q, want %q", l.Job.ID, id)
		}
	},
	"outlive their store": func(s *suite) {
		first, err := s.place(job.Options{Clock: s.clock.Clock(), Lease: lease})
		s.ok(err)
		s.ok(first.Enqueue(s.Context(), job.Job{ID: "kept", Kind: "train"}, wire.Event{Type: wire.EventQueued}))
		l, err := first.Lease(s.Context(), "w", "train")
		s.ok(err)
		s.ok(first.SaveCheckpoint(s.Context(), l, []byte("half")))
		s.ok(first.Close())
		s.none()
		s.clock.Advance(lease)
		again := s.take("x", "kept")
		s.saved(again, []byte("half"))
		s.types("kept", wire.EventQueued)
	},
	"open an empty place at the same time": func(s *suite) {
		place := s.place
		var wg sync.WaitGroup
		stores := make([]job.Store, 6)
		for i := range stores {
			wg.Go(func() {
				st, err := place(job.Options{Clock: s.clock.Clock()})
				if err != nil {
					s.Error(err)
					return
				}
				stores[i] = st
			})
		}
		wg.Wait()
		for _, st := range stores {
			if st != nil {
				s.ok(st.Close())
			}
		}
	},
	// Workers of four processes share 60 jobs: each job is done once, in as many
	// attempts as it says, and what waits for them comes last.
	"do each job once": func(s *suite) {
		const jobs, workers = 60, 4
		var ids []string
		for range jobs {
			ids = append(ids, s.add())
		}
		last := s.add(after(ids...))
		var mu sync.Mutex
		did := map[string]int{}
		var wg sync.WaitGroup
		for w := range workers {
			st := s.open()
			wg.Go(func() {
				name := fmt.Sprintf("worker-%d", w)
				for range jobs / workers {
					l, err := st.Lease(s.Context(), name, "train")
					if err != nil {
						s.Error(err)
						return
					}
					if l.Job.ID == last {
						s.Errorf("%s was given out before all that it needs was done", last)
					}
					if _, err := st.Append(s.Context(), l, wire.Event{Type: wire.EventStarted}); err != nil {
						s.Error(err)
					}
					mu.Lock()
					did[l.Job.ID]++
					mu.Unlock()
					if _, err := st.Finish(s.Context(), l, name, done); err != nil {
						s.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if did[id] != 1 {
				s.Errorf("%s was done %d times, want once", id, did[id])
			}
			s.types(id, wire.EventQueued, wire.EventStarted, wire.EventDone)
			if j := s.state(id, job.Done); j.Attempt != 1 {
				s.Errorf("%s took %d attempts, want 1", id, j.Attempt)
			}
		}
		s.state(last, job.Queued)
	},
}
