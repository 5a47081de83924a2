package train

import (
	"encoding/json"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	progressEvery  = 100 * time.Millisecond // events inside a pass, at most
	centroidValues = 4096                   // passes of larger k x d leave the centroids to the model

	// Passes may be faster than anybody can look: after so many that are told, one is now and
	// then, and the last one before anything else happens.
	passesInFull = 100
	passEvery    = 50 * time.Millisecond
)

// watch makes events and progress of what a training reports. Its methods run
// on the goroutine of the training, but for progress.
type watch struct {
	rec    *record
	tally  *tally
	clock  job.Clock
	config kmeans.Config // with its defaults

	rows  int64     // in a pass; 0 until the matrix is there
	told  time.Time // last event
	phase wire.EventType

	seeding wire.Seeding
	passes  int         // that were told
	passed  time.Time   // when the last of them was
	held    *wire.Event // a later one that was not, if there is one
	// The pass or round at work.
	start    time.Time // when it began
	at       time.Time // when rows were reported
	through  bool      // that report was the last one of a pass or round
	measured int64     // rows of the passes and rounds that are through
	finished int64     // passes of this attempt's restart, and all of the restarts before
}

// emit adds an event.
func (w *watch) emit(e wire.Event) {
	w.told = w.clock.Now()
	w.rec.add(e)
}

// flush tells the last pass, if it has not been told.
func (w *watch) flush() {
	if w.held != nil {
		e := *w.held
		w.held = nil
		w.emit(e)
	}
}

// enter begins a phase that counts rows: loading or scoring.
func (w *watch) enter(phase wire.EventType, total int64) {
	w.flush()
	w.phase = phase
	w.emit(wire.Event{Type: phase, Progress: &wire.Progress{Total: total}})
}

// count reports rows of a phase.
func (w *watch) count(done, total int64) {
	if w.phase == wire.EventLoading {
		w.tally.set(wire.Progress{Done: done, Total: total})
	}
	if done < total && w.clock.Now().Sub(w.told) < progressEvery {
		return
	}
	w.emit(wire.Event{Type: w.phase, Progress: &wire.Progress{Done: done, Total: total}})
}

// score reports rows of the silhouette.
func (w *watch) score(done, total int64) {
	if w.phase != wire.EventScoring {
		w.enter(wire.EventScoring, total)
	}
	w.count(done, total)
}

// observer is what kmeans.Run tells.
func (w *watch) observer() kmeans.Observer {
	return kmeans.Observer{Seeding: w.onSeeding, Rows: w.onRows, Pass: w.onPass}
}

func (w *watch) onSeeding(restart, round, rounds int) {
	w.phase = wire.EventSeeding
	w.seeding = wire.Seeding{Restart: restart, Of: w.config.Restarts, Round: round, Rounds: rounds}
	w.start, w.through, w.measured = w.clock.Now(), false, 0
	w.finished = int64(restart) * int64(w.config.MaxIterations)
	// Rounds can be as many as clusters: the first is told, the others when there is time.
	if round == 1 || w.start.Sub(w.told) >= progressEvery {
		s := w.seeding
		w.flush()
		w.emit(wire.Event{Type: wire.EventSeeding, Seeding: &s, Progress: &wire.Progress{Total: w.rows}})
	}
}

func (w *watch) onRows(done, total int64) {
	now := w.clock.Now()
	if w.through { // another pass or round has begun, when the one before ended
		if w.config.Algorithm != kmeans.Bisecting { // whose passes are splits, each of many rounds
			w.start, w.measured = w.at, 0
		}
		if w.phase == wire.EventSeeding && w.seeding.Round == w.seeding.Rounds {
			w.phase = wire.EventPass
		}
	}
	w.at, w.through = now, done == total
	if w.through {
		w.measured += total
	}
	if w.phase != wire.EventSeeding {
		w.overall(done * w.rows / max(total, 1)) // a sample or a mini-batch has fewer rows
	}
	if now.Sub(w.told) < progressEvery || done >= total {
		return
	}
	e := wire.Event{Type: wire.EventProgress, Progress: &wire.Progress{Done: done, Total: total}}
	if w.phase == wire.EventSeeding {
		s := w.seeding
		e.Type, e.Seeding = wire.EventSeeding, &s
	}
	w.emit(e)
}

func (w *watch) onPass(p kmeans.PassInfo, c kmeans.Checkpoint) {
	now := w.clock.Now()
	seconds := now.Sub(w.start).Seconds()
	w.phase, w.start, w.at, w.through = wire.EventPass, now, now, false
	w.finished = int64(p.Restart)*int64(w.config.MaxIterations) + int64(p.Pass)
	w.overall(0)
	pass := wire.Pass{PassInfo: p, Restarts: w.config.Restarts, MaxPasses: w.config.MaxIterations, Rows: w.measured}
	pass.Centroids = kmeans.Matrix{}
	if len(p.Centroids.Data) <= centroidValues {
		pass.Centroids = p.Centroids.Clone() // written later, when Run may have moved on
	}
	if seconds > 0 {
		pass.RowsPerSecond = float64(w.measured) / seconds
		pass.SecondsLeft = seconds * float64(int64(w.config.Restarts)*int64(w.config.MaxIterations)-w.finished)
	}
	w.measured = 0
	e := wire.Event{Type: wire.EventPass, Pass: &pass}
	if w.passes >= passesInFull && now.Sub(w.passed) < passEvery {
		w.held = &e
	} else {
		w.held, w.passed = nil, now
		w.passes++
		w.emit(e)
	}
	w.rec.keep(func() ([]byte, error) { return json.Marshal(c) })
}

// overall tells the job's progress: rows of all passes, of as many as there can be at most.
func (w *watch) overall(done int64) {
	w.tally.set(wire.Progress{
		Done:  w.finished*w.rows + done,
		Total: int64(w.config.Restarts) * int64(w.config.MaxIterations) * w.rows,
	})
}
