package train

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/server/matrix"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/live"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// train does one attempt of a job, from its lease to the lease's end.
func (w *Worker) train(ctx context.Context, l job.Lease) {
	log := w.o.Logger.With("job", l.Job.ID, "attempt", l.Job.Attempt)
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	enough, cancel := context.WithCancelCause(work) // ends what can be ended with a result
	defer cancel(nil)
	count := &tally{}
	rec := newRecord(context.WithoutCancel(ctx), w.o.Queue, w.o.Watchers, l, w.o.Clock, stop)

	var beat sync.WaitGroup
	quiet := make(chan struct{})
	beat.Go(func() { w.heartbeat(work, l, count, quiet, stop, cancel) })
	m, err := w.fit(work, enough, l, rec, count, log)
	close(quiet)
	beat.Wait()
	left := rec.close()

	end, late := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer late()
	if err := w.end(end, l, rec, left, m, err, context.Cause(enough), ctx.Err() != nil); err != nil {
		if m != nil { // the next attempt makes its own
			err = errors.Join(err, ignoreGone(w.o.Models.Delete(end, l.Job.Owner, m.ID)))
		}
		log.Warn("attempt ended without a word in the queue", "err", err)
	}
}

// end tells the queue how the attempt went. cause is why work was stopped, if it was.
func (w *Worker) end(ctx context.Context, l job.Lease, rec *record, left []wire.Event, m *model.Model, err, cause error, stopping bool) error {
	now := w.o.Clock.Now().UTC()
	last, result := wire.Event{Type: wire.EventDone, At: now, Model: m}, ""
	switch {
	case rec.err != nil && errors.Is(rec.err, job.ErrLost), errors.Is(cause, job.ErrLost):
		return job.ErrLost
	case m != nil && err == nil: // done, even if somebody wanted to stop it at the last moment
		result = m.ID
		if m.Training.Partial == model.Canceled {
			last.Type = wire.EventCanceled
		}
	case errors.Is(cause, errCanceled):
		last = wire.Event{Type: wire.EventCanceled, At: now}
	case stopping:
		if err := rec.last(ctx, left); err != nil {
			return err
		}
		return w.o.Queue.Release(ctx, l)
	default:
		if rec.err != nil {
			err = rec.err
		}
		w.o.Logger.Warn("training failed", "job", l.Job.ID, "attempt", l.Job.Attempt, "err", err)
		last = wire.Event{Type: wire.EventFailed, At: now, Fault: faultOf(err)}
	}
	added, err := w.o.Queue.Finish(ctx, l, result, append(left, last)...)
	if err != nil {
		return err
	}
	w.o.Watchers.Publish(added...)
	return nil
}

// faultOf puts err into the user's words. What is not the user's fault is worth another try.
func faultOf(err error) *wire.Fault {
	code := fault.CodeOf(err)
	return &wire.Fault{Code: string(code), Message: fault.Message(single(err)), Retry: code == fault.Internal || code == fault.Unavailable}
}

func ignoreGone(err error) error {
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// heartbeat keeps the lease until quiet is closed. It stops the work when the
// lease is lost, and asks it to end when the job is canceled.
func (w *Worker) heartbeat(ctx context.Context, l job.Lease, count *tally, quiet <-chan struct{}, stop, cancel context.CancelCauseFunc) {
	for {
		select {
		case <-quiet:
			return
		case <-w.o.Clock.After(w.o.Beat):
		}
		// Not ctx: a training that is being stopped still holds its lease.
		canceled, err := w.o.Queue.Heartbeat(context.WithoutCancel(ctx), l, count.get())
		switch {
		case errors.Is(err, job.ErrLost):
			stop(err)
			return
		case err != nil:
			w.o.Logger.Warn("heartbeat failed; trying again", "job", l.Job.ID, "err", err)
		case canceled:
			cancel(errCanceled)
		}
	}
}

// fit trains and keeps the model, that of the best so far when enough ends. It
// returns no model with an error.
func (w *Worker) fit(ctx, enough context.Context, l job.Lease, rec *record, count *tally, log *slog.Logger) (m *model.Model, err error) {
	const op = "train.fit"
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // labels are kept with mapped row ids
	defer func() {
		if p := recover(); p != nil { // one user's training must not take the others' down
			m, err = nil, fault.Wrap(op, mapped.Caught(p))
		}
	}()
	var req wire.TrainStart
	if err := json.Unmarshal(l.Job.Payload, &req); err != nil {
		return nil, fault.Wrap(op, err)
	}
	from, err := w.resume(ctx, l, log)
	if err != nil {
		return nil, err
	}
	watch := live.NewWatch(req.Config, w.o.Clock.Now, rec.add)
	watch.Tally = count.set
	ob := watch.Observer()
	told := ob.Pass
	ob.Pass = func(p kmeans.PassInfo, c kmeans.Checkpoint) {
		told(p, c)
		rec.keep(func() ([]byte, error) { return json.Marshal(c) })
	}
	started := wire.Event{Type: wire.EventStarted, Attempt: l.Job.Attempt}
	if from != nil {
		started.Resumed = from.Pass
	}
	watch.Emit(started)

	data, err := w.o.Open(ctx, l.Job.Owner, req.Dataset, req.Version)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	watch.Enter(wire.EventLoading, data.Rows())
	res, err := Fit(ctx, FitInput{
		Source: data, Name: req.Name, DataName: req.DataName, DatasetID: req.Dataset, Version: req.Version,
		Prep: req.Prep, Config: req.Config, Start: req.Start, Label: labelOf(data.Schema()),
		Weight: req.Weight, TimeLimit: time.Duration(req.TimeLimit * float64(time.Second)), Enough: enough,
		Workers: w.o.Workers, MatrixDir: w.o.MatrixDir, From: from, Observer: ob,
		Loading: watch.Count,
		OnMatrix: func(x *matrix.Matrix, p *prep.Prep) {
			watch.Rows = int64(x.Rows())
			s := live.Sample(x, *p, req.Config.Seed)
			watch.Emit(wire.Event{Type: wire.EventSample, Sample: &s})
		},
		Scoring: watch.Score,
	})
	watch.Flush()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, res.Close()) }()
	id, err := w.o.Models.Put(ctx, l.Job.Owner, res.Model)
	if err != nil {
		return nil, err
	}
	res.Model.ID = id
	if err := w.o.Models.PutLabels(ctx, l.Job.Owner, id, res.Rows, res.Labels); err != nil {
		return nil, errors.Join(err, ignoreGone(w.o.Models.Delete(context.WithoutCancel(ctx), l.Job.Owner, id)))
	}
	return res.Model, nil
}

// resume reads the checkpoint of an attempt before this one, if there is one.
func (w *Worker) resume(ctx context.Context, l job.Lease, log *slog.Logger) (*kmeans.Checkpoint, error) {
	blob, err := w.o.Queue.Checkpoint(ctx, l)
	if err != nil || len(blob) == 0 {
		return nil, err
	}
	var c kmeans.Checkpoint
	if err := json.Unmarshal(blob, &c); err != nil {
		log.Warn("can't read the checkpoint; training from the start", "err", err)
		return nil, nil
	}
	log.Info("going on from a checkpoint", "restart", c.Restart, "pass", c.Pass)
	return &c, nil
}

// labelOf names the column to compare the clusters with; empty if there is none.
func labelOf(s table.Schema) string {
	for _, c := range s {
		if c.Role == table.Label {
			return c.Name
		}
	}
	return ""
}

// tally is the job's progress, between the training and the heartbeat.
type tally struct {
	mu sync.Mutex
	p  wire.Progress
}

func (t *tally) set(p wire.Progress) {
	t.mu.Lock()
	t.p = p
	t.mu.Unlock()
}

func (t *tally) get() wire.Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.p
}
