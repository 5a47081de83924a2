// Package live makes of a training what people watch: its events, and the rows that
// a picture shows. The server and the browser train alike, so they tell alike.
package live

import (
	"time"

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

// Watch makes events and progress of what a training reports. Its methods run on
// the goroutine of the training.
type Watch struct {
	Emit   func(wire.Event)    // takes each event
	Tally  func(wire.Progress) // takes rows done and to do; may be nil
	Now    func() time.Time
	Config kmeans.Config // with its defaults
	Rows   int64         // in a pass; 0 until the rows are there

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

// NewWatch makes a Watch of a training with these settings.
func NewWatch(cfg kmeans.Config, now func() time.Time, emit func(wire.Event)) *Watch {
	if cfg.Algorithm == kmeans.Bisecting {
		cfg.Restarts, cfg.MaxIterations = 1, max(cfg.K-1, 1) // its passes are splits
	}
	return &Watch{Config: cfg, Now: now, Emit: emit}
}

func (w *Watch) emit(e wire.Event) {
	w.told = w.Now()
	w.Emit(e)
}

func (w *Watch) tally(done, total int64) {
	if w.Tally != nil {
		w.Tally(wire.Progress{Done: done, Total: total})
	}
}

// Flush tells the last pass, if it has not been told.
func (w *Watch) Flush() {
	if w.held != nil {
		e := *w.held
		w.held = nil
		w.emit(e)
	}
}

// Enter begins a phase that counts rows: loading or scoring.
func (w *Watch) Enter(phase wire.EventType, total int64) {
	w.Flush()
	w.phase = phase
	w.emit(wire.Event{Type: phase, Progress: &wire.Progress{Total: total}})
}

// Count reports rows of a phase.
func (w *Watch) Count(done, total int64) {
	if w.phase == wire.EventLoading {
		w.tally(done, total)
	}
	if done < total && w.Now().Sub(w.told) < progressEvery {
		return
	}
	w.emit(wire.Event{Type: w.phase, Progress: &wire.Progress{Done: done, Total: total}})
}

// Score reports rows of the silhouette.
func (w *Watch) Score(done, total int64) {
	if w.phase != wire.EventScoring {
		w.Enter(wire.EventScoring, total)
	}
	w.Count(done, total)
}

// Observer is what kmeans.Run tells. The caller adds Enough, and what keeps checkpoints.
func (w *Watch) Observer() kmeans.Observer {
	return kmeans.Observer{Seeding: w.onSeeding, Rows: w.onRows, Pass: w.onPass}
}

func (w *Watch) onSeeding(restart, round, rounds int) {
	w.phase = wire.EventSeeding
	w.seeding = wire.Seeding{Restart: restart, Of: w.Config.Restarts, Round: round, Rounds: rounds}
	w.start, w.through, w.measured = w.Now(), false, 0
	w.finished = int64(restart) * int64(w.Config.MaxIterations)
	// Rounds can be as many as clusters: the first is told, the others when there is time.
	if round == 1 || w.start.Sub(w.told) >= progressEvery {
		s := w.seeding
		w.Flush()
		w.emit(wire.Event{Type: wire.EventSeeding, Seeding: &s, Progress: &wire.Progress{Total: w.Rows}})
	}
}

func (w *Watch) onRows(done, total int64) {
	now := w.Now()
	if w.through { // another pass or round has begun, when the one before ended
		if w.Config.Algorithm != kmeans.Bisecting { // whose passes are splits, each of many rounds
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
		w.overall(done * w.Rows / max(total, 1)) // a sample or a mini-batch has fewer rows
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

func (w *Watch) onPass(p kmeans.PassInfo, _ kmeans.Checkpoint) {
	now := w.Now()
	seconds := now.Sub(w.start).Seconds()
	w.phase, w.start, w.at, w.through = wire.EventPass, now, now, false
	w.finished = int64(p.Restart)*int64(w.Config.MaxIterations) + int64(p.Pass)
	w.overall(0)
	pass := wire.Pass{PassInfo: p, Restarts: w.Config.Restarts, MaxPasses: w.Config.MaxIterations, Rows: w.measured}
	pass.Centroids = kmeans.Matrix{}
	if len(p.Centroids.Data) <= centroidValues {
		pass.Centroids = p.Centroids.Clone() // written later, when Run may have moved on
	}
	if seconds > 0 {
		pass.RowsPerSecond = float64(w.measured) / seconds
		pass.SecondsLeft = seconds * float64(int64(w.Config.Restarts)*int64(w.Config.MaxIterations)-w.finished)
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
}

// overall tells the job's progress: rows of all passes, of as many as there can be at most.
func (w *Watch) overall(done int64) {
	w.tally(w.finished*w.Rows+done, int64(w.Config.Restarts)*int64(w.Config.MaxIterations)*w.Rows)
}
