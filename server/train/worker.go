package train

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// Data is one version of a dataset, open for reading.
type Data interface {
	table.Source
	Hash() string // of its content
	Close() error // the worker calls it, once
}

// Models keeps what was trained.
type Models interface {
	// Put keeps a model and returns its id, which it sets in m too.
	Put(ctx context.Context, owner string, m *model.Model) (id string, err error)
	// PutLabels keeps the cluster of each row that was trained on, by the row's id.
	PutLabels(ctx context.Context, owner, id string, rows []int64, clusters []int32) error
	// Delete takes a model back.
	Delete(ctx context.Context, owner, id string) error
}

// WorkerOptions is what a Worker works with. The first five must be set.
type WorkerOptions struct {
	Queue     job.Store
	Watchers  Watchers
	Models    Models
	Open      func(ctx context.Context, owner, dataset string, version int) (Data, error)
	MatrixDir string // where prepared rows are kept

	Workers int           // goroutines of one training; 0 means one a processor
	Jobs    int           // trainings at the same time; 0 means 2
	Beat    time.Duration // between heartbeats, which carry cancels in; 0 means 200 ms; well below the queue's lease
	Clock   job.Clock
	Logger  *slog.Logger // nil means slog.Default()
}

// Worker does the trainings of the queue.
type Worker struct{ o WorkerOptions }

// NewWorker makes a worker. It has nothing to close.
func NewWorker(o WorkerOptions) *Worker {
	if o.Jobs <= 0 {
		o.Jobs = 2
	}
	if o.Beat <= 0 {
		o.Beat = 200 * time.Millisecond
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Clock = o.Clock.WithDefaults()
	return &Worker{o}
}

// Run does trainings until ctx ends. Those at work then leave a last
// checkpoint and give their lease back; that takes at most five seconds, and
// Run returns nil.
func (w *Worker) Run(ctx context.Context) error {
	// A server that was killed and started again need not wait for its own leases to run out.
	if n, err := w.o.Queue.Abandon(ctx, job.Dead); err != nil && ctx.Err() == nil {
		return err
	} else if n > 0 {
		w.o.Logger.Info("took over trainings of a process that is gone", "jobs", n)
	}
	var wg sync.WaitGroup
	for range w.o.Jobs {
		wg.Go(func() { w.serve(ctx) })
	}
	wg.Wait()
	return nil
}

// serve does one training after the other.
func (w *Worker) serve(ctx context.Context) {
	name := job.WorkerName()
	for {
		l, err := w.o.Queue.Lease(ctx, name, Kind)
		switch {
		case ctx.Err() != nil && err == nil:
			w.giveBack(ctx, l)
			return
		case ctx.Err() != nil:
			return
		case err != nil:
			w.o.Logger.Error("can't take a training from the queue", "err", err)
			select {
			case <-w.o.Clock.After(time.Second):
			case <-ctx.Done():
				return
			}
		default:
			w.train(ctx, l)
		}
	}
}

// giveBack returns a lease that was taken as the worker stopped.
func (w *Worker) giveBack(ctx context.Context, l job.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	if err := w.o.Queue.Release(ctx, l); err != nil && !errors.Is(err, job.ErrLost) {
		w.o.Logger.Error("can't give a training back; it goes on when its lease runs out", "job", l.Job.ID, "err", err)
	}
}

// lastWords is how long the writes may take that end an attempt.
const lastWords = 4 * time.Second

var errCanceled = errors.New("train: somebody asked to cancel")
