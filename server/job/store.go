package job

import (
	"context"
	"time"

	"github.com/centroid-studio/centroid/shared/wire"
)

// Store keeps jobs, their events and their checkpoints. Each method is atomic:
// it happens as a whole or, with an error, not at all. Methods may be called
// at the same time, from several processes too. Unknown ids are fault.NotFound.
//
// Methods that take a Lease are fenced: when its worker and attempt are not
// those that hold the job, they return ErrLost and change nothing. A holder
// whose lease ran out keeps it until another worker takes the job.
//
// Events of a job are numbered from 1 without a gap, in the order in which
// they were added. The store sets their Job and Seq, and At where it is zero.
// Whatever ends a job adds its last event in the same step.
type Store interface {
	// Enqueue adds j in state Queued, or Waiting if it has After, with its
	// first events. A known id is fault.Conflict. When a job in After has ended
	// without being done, j is canceled at once.
	Enqueue(ctx context.Context, j Job, first ...wire.Event) error

	// Lease waits for a job of one of the kinds that is queued, or whose lease
	// has run out, and takes the one that is due longest. A job that was
	// canceled meanwhile, or whose attempts are used up by lost workers, is
	// ended and not given out. Lease returns ctx's cause when ctx ends.
	Lease(ctx context.Context, worker string, kinds ...string) (Lease, error)

	// Heartbeat extends the lease, tells the progress, and reports whether
	// somebody asked to cancel the job.
	Heartbeat(ctx context.Context, l Lease, p wire.Progress) (cancel bool, err error)

	// Append adds events and returns them as they were numbered.
	Append(ctx context.Context, l Lease, events ...wire.Event) ([]wire.Event, error)

	// SaveCheckpoint replaces the job's checkpoint.
	SaveCheckpoint(ctx context.Context, l Lease, blob []byte) error

	// Checkpoint returns what was saved last, by this attempt or one before; nil if nothing was.
	Checkpoint(ctx context.Context, l Lease) ([]byte, error)

	// Finish ends the attempt with an event of type done, failed or canceled,
	// after the events before it, and returns them all as they were numbered.
	// A failed one whose Fault says Retry queues the job again after
	// Backoff, if attempts are left and nobody asked to cancel; else Retry is
	// cleared and the job ends. The result is kept with a done or canceled job. When the
	// job ends its checkpoint goes, and jobs that waited for it are queued, or
	// canceled unless it is done.
	Finish(ctx context.Context, l Lease, result string, events ...wire.Event) ([]wire.Event, error)

	// Release gives the lease back: the job is queued at once, and the attempt
	// does not count towards MaxAttempts. A job that somebody asked to cancel is canceled.
	Release(ctx context.Context, l Lease) error

	// Cancel ends a waiting or queued job; of a running one the holder is told
	// at its next heartbeat. It does nothing to an ended job.
	Cancel(ctx context.Context, id string) error

	// Abandon ends the leases whose worker is dead, as if they had run out, and
	// returns how many.
	Abandon(ctx context.Context, dead func(worker string) bool) (int, error)

	// Get returns a job.
	Get(ctx context.Context, id string) (Job, error)

	// List returns the owner's jobs, newest first.
	List(ctx context.Context, owner string) ([]Job, error)

	// Events returns at most limit events with Seq > after, in order.
	Events(ctx context.Context, id string, after int64, limit int) ([]wire.Event, error)

	// Last returns the newest event's seq of each of the jobs that exist.
	Last(ctx context.Context, ids ...string) (map[string]int64, error)

	// Close ends the store. Leases stay as they are.
	Close() error
}

// Options is what all stores take.
type Options struct {
	Clock Clock
	Lease time.Duration // how long a worker may be silent; 0 means 10 s
	Poll  time.Duration // how often to look for jobs of other processes; 0 means 100 ms
}

// WithDefaults fills in what is not set.
func (o Options) WithDefaults() Options {
	o.Clock = o.Clock.WithDefaults()
	if o.Lease <= 0 {
		o.Lease = 10 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = 100 * time.Millisecond
	}
	return o
}
