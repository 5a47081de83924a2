package wire

import (
	"time"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// PrepConfig and TrainConfig are the settings as the user gives them.
type (
	PrepConfig  = prep.Config
	TrainConfig = kmeans.Config
)

// EventType says which of Event's parts is set.
type EventType string

// The events of a training, in the order in which they happen. Queued comes
// first; Done, Failed and Canceled end the job.
const (
	EventQueued   EventType = "queued"   // Config as it will run
	EventStarted  EventType = "started"  // a worker took the job: Attempt, Resumed
	EventLoading  EventType = "loading"  // Progress: rows packed
	EventSample   EventType = "sample"   // Sample: the rows that the live picture shows
	EventSeeding  EventType = "seeding"  // Seeding, Progress
	EventPass     EventType = "pass"     // Pass
	EventProgress EventType = "progress" // Progress inside a long pass
	EventScoring  EventType = "scoring"  // silhouette and comparison are computed: Progress
	EventDone     EventType = "done"     // Model
	EventFailed   EventType = "failed"   // Fault; Retry says whether another attempt follows
	EventCanceled EventType = "canceled" // Model, of the best so far, if there were centroids
)

// Ends reports whether t is one of the types that end a job, or at least an attempt; see Event.Ends.
func (t EventType) Ends() bool {
	return t == EventDone || t == EventFailed || t == EventCanceled
}

// Event is one numbered thing that happened to a job. Seq counts from 1
// without a gap for each job, across restarts of the server.
type Event struct {
	Job  string    `json:"job"`
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
	Type EventType `json:"type"`

	Start    *TrainStart  `json:"start,omitempty"`    // queued: the request with its defaults filled in
	Attempt  int          `json:"attempt,omitempty"`  // started: from 1
	Resumed  int          `json:"resumed,omitempty"`  // started: passes that a checkpoint had kept
	Sample   *Sample      `json:"sample,omitempty"`   // sample
	Seeding  *Seeding     `json:"seeding,omitempty"`  // seeding
	Pass     *Pass        `json:"pass,omitempty"`     // pass
	Progress *Progress    `json:"progress,omitempty"` // loading, seeding, progress, scoring
	Model    *model.Model `json:"model,omitempty"`    // done, canceled: all that the browser needs to predict
	Fault    *Fault       `json:"fault,omitempty"`    // failed
}

// Ends reports whether no event follows e: the job has ended.
func (e *Event) Ends() bool {
	return e.Type.Ends() && (e.Fault == nil || !e.Fault.Retry)
}

// Progress is rows done of rows to do; both are counted, never guessed.
type Progress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

// Sample is some rows of the training data, chosen by (seed, row), and the
// fitted preparation that takes centroids back to original units.
type Sample struct {
	Of    int64         `json:"of"`    // rows in all
	Prep  prep.Prep     `json:"prep"`  //
	Rows  []int64       `json:"rows"`  // row ids
	Cells kmeans.Matrix `json:"cells"` // one line a row, in the prepared space
}

// Seeding tells how far choosing the starts is.
type Seeding struct {
	Restart int `json:"restart"` // from 0
	Of      int `json:"of"`      // restarts in all
	Round   int `json:"round"`   // from 1
	Rounds  int `json:"rounds"`
}

// Pass is one pass over all rows.
type Pass struct {
	kmeans.PassInfo
	Restarts      int     `json:"restarts"`      // in all
	MaxPasses     int     `json:"maxPasses"`     // of a restart; the splits of a bisecting training
	Rows          int64   `json:"rows"`          // that it went over
	RowsPerSecond float64 `json:"rowsPerSecond"` // measured on this pass
	SecondsLeft   float64 `json:"secondsLeft"`   // at most: passes left of this and later restarts at the measured speed
}

// Fault is an error in the user's words.
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Retry   bool   `json:"retry,omitempty"` // true: another attempt follows, the job has not ended
}
