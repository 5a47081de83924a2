// Package job is the durable queue: work that survives the process that does
// it. A worker leases a job, extends its lease by heartbeats, leaves
// checkpoints and numbered events behind, and finishes it; if the worker dies,
// its lease runs out and another goes on from the last checkpoint.
package job

import (
	"crypto/rand"
	"errors"
	"time"

	"github.com/centroid-studio/centroid/shared/wire"
)

// State says where a job is in its life.
type State string

// The states. A job ends in one of the last three and stays there.
const (
	Waiting  State = "waiting"  // for the jobs in After
	Queued   State = "queued"   // for a worker, perhaps after a back-off
	Running  State = "running"  // leased
	Done     State = "done"     //
	Failed   State = "failed"   // a fault that is not retried, or no attempt left
	Canceled State = "canceled" // somebody asked, or a job in After did not end well
)

// Ended reports whether the state is final.
func (s State) Ended() bool { return s == Done || s == Failed || s == Canceled }

// Job is one piece of work. Enqueue reads the first group of fields; the store
// keeps the second.
type Job struct {
	ID          string
	Kind        string   // which workers may take it
	Owner       string   // user id
	Payload     []byte   // the request, JSON
	After       []string // ids of jobs of the same store that must be done first
	MaxAttempts int      // 0 means 3

	State    State
	Attempt  int // leases so far; fences off workers that lost theirs
	Progress wire.Progress
	Result   string      // of a done job: what Finish was given
	Fault    *wire.Fault // of the last failed attempt
	Created  time.Time
	Started  time.Time // first lease; zero before it
	Ended    time.Time // zero before it
	Last     int64     // newest event's seq
}

// Lease is a worker's right to work on a job, valid until another worker takes it over.
type Lease struct {
	Job    Job    // as it was when it was leased
	Worker string // who holds it
}

// ErrLost is what a worker gets that no longer holds its lease: it stops
// and writes nothing.
var ErrLost = errors.New("job: another worker has taken over, or the job has ended")

// NewID makes an id for a job: 128 random bits as text.
func NewID() string { return rand.Text() }

// Backoff is how long a job rests after its failed attempt n, from 1: 1 s, 2 s, 4 s ... at most 1 min.
func Backoff(n int) time.Duration { return min(time.Second<<min(max(n-1, 0), 6), time.Minute) }

// Clock is the time as a store sees it. The zero value is the real one.
type Clock struct {
	Now   func() time.Time                       // nil means time.Now
	After func(d time.Duration) <-chan time.Time // nil means time.After
}

// WithDefaults fills in the real time where nothing is set.
func (c Clock) WithDefaults() Clock {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	return c
}
