package train

import (
	"context"
	"encoding/json"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Kind is the kind of a training's job.
const Kind = "train"

// Datasets says what there is to train on. Another owner's id is fault.NotFound.
type Datasets interface {
	Get(ctx context.Context, owner, id string, version int) (wire.Dataset, error)
}

// Watchers are told of events; see hub.Hub.
type Watchers interface {
	// Publish hands on events that are in the log already. It never waits.
	Publish(events ...wire.Event)
	// Look makes the watchers look into the log. It never waits.
	Look()
}

// ServiceOptions is what a Service works with. All but Clock must be set.
type ServiceOptions struct {
	Queue    job.Store
	Datasets Datasets
	Watchers Watchers
	Clock    job.Clock
}

// Service takes orders for trainings; a Worker, here or in another process, does them.
type Service struct{ o ServiceOptions }

// NewService makes a service. It has nothing to close.
func NewService(o ServiceOptions) *Service {
	o.Clock = o.Clock.WithDefaults()
	return &Service{o}
}

// Start checks the request against the dataset, fills in its defaults, and
// queues a job for it. All that is wrong is reported at once; the fault's
// Field names the first parameter.
func (s *Service) Start(ctx context.Context, owner string, req wire.TrainStart) (id string, err error) {
	const op = "train.Start"
	if req.Dataset == "" {
		return "", fault.Fieldf("dataset", "Say which dataset to train on.")
	}
	if req.Version < 0 {
		return "", fault.Fieldf("version", "The version is %d, want 1 or more, or 0 for the newest.", req.Version)
	}
	ds, err := s.o.Datasets.Get(ctx, owner, req.Dataset, req.Version)
	if err != nil {
		return "", fault.Wrap(op, err)
	}
	if req, err = complete(req, ds); err != nil {
		return "", err
	}
	payload, err := json.Marshal(req)
	if err != nil {
		return "", fault.Wrap(op, err)
	}
	j := job.Job{ID: job.NewID(), Kind: Kind, Owner: owner, Payload: payload, MaxAttempts: attempts}
	queued := wire.Event{Type: wire.EventQueued, At: s.o.Clock.Now().UTC(), Start: &req}
	if err := s.o.Queue.Enqueue(ctx, j, queued); err != nil {
		return "", fault.Wrap(op, err)
	}
	return j.ID, nil
}

// attempts is how often a training is tried when the fault is ours or its process dies.
const attempts = 5

// Cancel ends the owner's job: a queued one at once, a running one as soon as
// its worker hears of it. It does nothing to one that has ended.
func (s *Service) Cancel(ctx context.Context, owner, id string) error {
	if _, err := s.mine(ctx, owner, id); err != nil {
		return err
	}
	if err := s.o.Queue.Cancel(ctx, id); err != nil {
		return fault.Wrap("train.Cancel", err)
	}
	s.o.Watchers.Look() // a queued job's last event was added by the queue
	return nil
}

// Get returns the owner's job; another's is fault.NotFound.
func (s *Service) Get(ctx context.Context, owner, id string) (wire.Job, error) {
	j, err := s.mine(ctx, owner, id)
	if err != nil {
		return wire.Job{}, err
	}
	return toWire(j)
}

// List returns the owner's jobs, newest first.
func (s *Service) List(ctx context.Context, owner string) ([]wire.Job, error) {
	const op = "train.List"
	jobs, err := s.o.Queue.List(ctx, owner)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	out := make([]wire.Job, 0, len(jobs))
	for _, j := range jobs {
		if j.Kind != Kind {
			continue
		}
		w, err := toWire(j)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// Events returns at most limit of the job's events with Seq > after.
func (s *Service) Events(ctx context.Context, owner, id string, after int64, limit int) ([]wire.Event, error) {
	if _, err := s.mine(ctx, owner, id); err != nil {
		return nil, err
	}
	events, err := s.o.Queue.Events(ctx, id, after, limit)
	return events, fault.Wrap("train.Events", err)
}

func (s *Service) mine(ctx context.Context, owner, id string) (job.Job, error) {
	j, err := s.o.Queue.Get(ctx, id)
	if fault.CodeOf(err) == fault.NotFound || err == nil && (j.Owner != owner || j.Kind != Kind) {
		return job.Job{}, &fault.Error{Code: fault.NotFound, Msg: "There is no such job.", Field: "job"}
	}
	return j, fault.Wrap("train.Get", err)
}

func toWire(j job.Job) (wire.Job, error) {
	var req wire.TrainStart
	if err := json.Unmarshal(j.Payload, &req); err != nil {
		return wire.Job{}, fault.Wrap("train.toWire", err)
	}
	w := wire.Job{
		ID: j.ID, Kind: j.Kind, State: string(j.State), Dataset: req.Dataset, Name: req.Name, Attempt: j.Attempt,
		Progress: j.Progress, Created: j.Created, Model: j.Result, Fault: j.Fault, Last: j.Last,
		Started: moment(j.Started), Ended: moment(j.Ended),
	}
	if j.State == job.Waiting {
		w.State = string(job.Queued)
	}
	return w, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
