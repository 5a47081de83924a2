package page

import (
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// stage is where a training stands, as far as its events tell.
type stage string

// The stages. The zero value is waiting: no event has come.
const (
	stageNone     stage = ""
	stageQueued   stage = "queued"
	stageStarted  stage = "started"
	stageLoading  stage = "loading"
	stageSeeding  stage = "seeding"
	stagePasses   stage = "passes"
	stageScoring  stage = "scoring"
	stageDone     stage = "done"
	stageFailed   stage = "failed"
	stageCanceled stage = "canceled"
)

// ended reports whether nothing follows s.
func (s stage) ended() bool {
	return s == stageDone || s == stageFailed || s == stageCanceled
}

// keepCentroids is how many of the newest passes keep their centroids, for the
// trails. Older passes keep their numbers only, so that a long run stays small.
const keepCentroids = 24

// run is one training, built from its events and from nothing else. The same
// events give the same run, whether they came live or were read again after a
// reload. Its zero value has seen no event.
type run struct {
	Job   string
	Seq   int64 // of the newest event
	Stage stage

	Start    *wire.TrainStart
	Attempt  int // from 1; 0 before a worker took the job
	Resumed  int // passes that a checkpoint had kept
	Sample   *wire.Sample
	Seeding  *wire.Seeding
	Progress *wire.Progress // rows of the present step; nil while it has not been counted
	Passes   []wire.Pass    // in order, none twice
	Model    *model.Model   // set once done, or canceled with centroids
	Fault    *wire.Fault    // of the failed attempt; Fault.Retry says that another follows

	rows [][]float32 // of the sample, in the prepared space
}

// apply takes one event. It reports false for an event that it has seen: a
// reconnected socket may send some again.
func (r *run) apply(e wire.Event) bool {
	if e.Seq <= r.Seq {
		return false
	}
	if r.Job == "" {
		r.Job = e.Job
	}
	r.Seq = e.Seq
	switch e.Type {
	case wire.EventQueued:
		r.Stage = stageQueued
		if e.Start != nil {
			r.Start = e.Start
		}
	case wire.EventStarted:
		r.Stage, r.Attempt, r.Resumed = stageStarted, e.Attempt, e.Resumed
		r.Fault, r.Seeding, r.Progress = nil, nil, nil
		if e.Resumed == 0 {
			r.Passes = nil
		}
	case wire.EventLoading:
		r.Stage, r.Progress = stageLoading, e.Progress
	case wire.EventSample:
		r.setSample(e.Sample)
	case wire.EventSeeding:
		r.Stage, r.Progress = stageSeeding, e.Progress
		if e.Seeding != nil {
			r.Seeding = e.Seeding
		}
	case wire.EventPass:
		if e.Pass == nil {
			break
		}
		r.Stage = stagePasses
		r.addPass(*e.Pass)
		r.Progress = &wire.Progress{Done: e.Pass.Rows, Total: e.Pass.Rows}
	case wire.EventProgress:
		if r.Stage != stageSeeding {
			r.Stage = stagePasses
		}
		r.Progress = e.Progress
	case wire.EventScoring:
		r.Stage, r.Progress = stageScoring, e.Progress
	case wire.EventDone:
		r.Stage, r.Model, r.Progress = stageDone, e.Model, nil
	case wire.EventFailed:
		r.Fault, r.Progress = e.Fault, nil
		r.Stage = stageFailed
		if e.Fault != nil && e.Fault.Retry {
			r.Stage = stageQueued
		}
	case wire.EventCanceled:
		r.Stage, r.Model, r.Progress = stageCanceled, e.Model, nil
	}
	return true
}

// setSample keeps the sample's rows as the training sees them.
func (r *run) setSample(s *wire.Sample) {
	if s == nil {
		return
	}
	r.Sample, r.rows = s, make([][]float32, s.Cells.Rows)
	for i := range r.rows {
		row := s.Cells.Row(i)
		r.rows[i] = make([]float32, len(row))
		for f, v := range row {
			r.rows[i][f] = float32(v)
		}
	}
}

// addPass appends a pass. A resumed attempt may run again passes that came
// after its checkpoint: those replace the ones it had.
func (r *run) addPass(p wire.Pass) {
	for n := len(r.Passes); n > 0; n-- {
		last := r.Passes[n-1]
		if last.Restart < p.Restart || last.Restart == p.Restart && last.Pass < p.Pass {
			break
		}
		r.Passes = r.Passes[:n-1]
	}
	r.Passes = append(r.Passes, p)
	if old := len(r.Passes) - 1 - keepCentroids; old >= 0 {
		r.Passes[old].Centroids = kmeans.Matrix{}
	}
}

// last gives the newest pass, nil before the first.
func (r *run) last() *wire.Pass {
	if len(r.Passes) == 0 {
		return nil
	}
	return &r.Passes[len(r.Passes)-1]
}

// centroids gives the present ones: the model's once it is done, else those
// after the newest pass. They are zero before the first pass.
func (r *run) centroids() kmeans.Matrix {
	if r.Model != nil {
		return r.Model.Centroids
	}
	if p := r.last(); p != nil {
		return p.Centroids
	}
	return kmeans.Matrix{}
}

// inertias gives the inertia of each pass of the newest restart, with the
// number of each pass.
func (r *run) inertias() (passes, inertia []float64) {
	p := r.last()
	if p == nil {
		return nil, nil
	}
	for i := range r.Passes {
		if q := &r.Passes[i]; q.Restart == p.Restart {
			passes = append(passes, float64(q.Pass))
			inertia = append(inertia, q.Inertia)
		}
	}
	return passes, inertia
}

// groups gives the nearest present centroid of each row of the sample, -1
// before there is one.
func (r *run) groups() []int {
	c, out := r.centroids(), make([]int, len(r.rows))
	for i, row := range r.rows {
		out[i] = -1
		if c.Rows > 0 && c.Cols == len(row) {
			out[i], _ = kmeans.Predict(row, c)
		}
	}
	return out
}

// bisects reports whether the passes are splits, with more clusters after each.
func (r *run) bisects() bool {
	return r.Start != nil && r.Start.Config.Algorithm == kmeans.Bisecting
}
