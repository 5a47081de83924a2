package private

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/live"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// scoreWork is what the silhouette may cost: about a second in WebAssembly. Of more
// rows it is that of a sample, with its error.
const scoreWork = 1 << 29

// errTimeLimit ends a training that has lasted as long as it may.
var errTimeLimit = errors.New("private: the time limit is reached")

// train trains on the table as a server would: the same settings and seed give the
// same model, with the same hash. It tells the events of a server's training; a
// fault is one of them. A cancel keeps the best so far.
func train(c *worker.Call, req wire.TrainStart) (struct{}, error) {
	m, name, _, err := present()
	if err != nil {
		return struct{}{}, err
	}
	t := &training{call: c, src: resting{m, c}, req: req, name: name, began: time.Now()}
	t.req.Config = t.req.Config.WithDefaults()
	t.req.Name = fmt.Sprintf("%s k=%d", name, t.req.Config.K)
	t.watch = live.NewWatch(t.req.Config, time.Now, t.emit)
	t.emit(wire.Event{Type: wire.EventQueued, Start: &t.req})
	t.emit(wire.Event{Type: wire.EventStarted, Attempt: 1})
	done, err := t.run(c.Context())
	t.watch.Flush()
	switch {
	case err != nil && c.Context().Err() != nil:
		t.emit(wire.Event{Type: wire.EventCanceled})
	case err != nil:
		t.emit(wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{Code: string(fault.CodeOf(err)), Message: fault.Message(err)}})
	default:
		held.Lock()
		held.model = done
		held.Unlock()
		kind := wire.EventDone
		if done.Training.Partial == model.Canceled {
			kind = wire.EventCanceled
		}
		t.emit(wire.Event{Type: kind, Model: done})
	}
	return struct{}{}, t.failed
}

// training is one run.
type training struct {
	call   *worker.Call
	src    resting
	req    wire.TrainStart
	name   string
	began  time.Time
	watch  *live.Watch
	seq    int64
	failed error // of telling

	prep    *prep.Prep
	vectors []float32
	kept    []int64 // the row of each vector
	weights []float64
	label   string // column that the clusters are compared with, if there is one
	labels  []string
}

func (t *training) emit(e wire.Event) {
	t.seq++
	e.Seq, e.At = t.seq, time.Now().UTC()
	t.failed = errors.Join(t.failed, t.call.Tell(e))
}

func (t *training) run(ctx context.Context) (*model.Model, error) {
	req := &t.req
	req.Prep.Unit = req.Config.Distance == kmeans.Cosine
	var stats prep.Stats
	var err error
	t.watch.Enter(wire.EventLoading, t.src.Rows())
	if t.prep, stats, err = prep.Fit(ctx, t.src, req.Prep); err != nil {
		return nil, err
	}
	cfg := req.Config
	if len(req.Start) > 0 {
		cfg.Start = kmeans.Matrix{Rows: len(req.Start), Cols: t.prep.Width()}
		for i, cells := range req.Start {
			if cfg.Start.Data, err = t.prep.Vector(cells, cfg.Start.Data); err != nil {
				return nil, fault.Fieldf("start", "Start centroid %d: %s", i, fault.Message(err))
			}
		}
	}
	if err := cfg.Validate(int(stats.Rows), t.prep.Width()); err != nil {
		return nil, err
	}
	if err := t.load(ctx, int(stats.Rows)); err != nil {
		return nil, err
	}
	t.watch.Rows = int64(t.Rows())
	shown := live.Sample(t, *t.prep, cfg.Seed)
	t.emit(wire.Event{Type: wire.EventSample, Sample: &shown})
	e := kmeans.NewMemory(t.vectors, t.Rows(), t.Dim(), t.each)
	if t.weights != nil {
		if err := e.Weigh(t.weights); err != nil {
			return nil, err
		}
	}
	res, partial, err := t.pass(ctx, e, cfg)
	if err != nil {
		return nil, err
	}
	m := model.Build(t.prep, stats, cfg, res)
	m.ID, m.Name, m.Created = device.Private+strconv.FormatUint(rand.Uint64(), 36), req.Name, t.began.UTC()
	m.Data = model.Data{Name: t.name, Hash: t.src.Hash(), Rows: stats.Rows, Dropped: stats.Dropped}
	m.Training.Partial, m.Training.Weight = partial, req.Weight
	if err := m.Observe(context.WithoutCancel(ctx), t.src, stats, t.vectors, e.Labels()); err != nil {
		return nil, err
	}
	if partial != model.Canceled { // who cancels does not want to wait for scores
		if err := t.judge(ctx, m, e.Labels()); err != nil {
			return nil, err
		}
	}
	m.Training.Seconds = time.Since(t.began).Seconds()
	return m, nil
}

// Vectors, Rows, Dim and ID make the training what live.Sample looks at.
func (t *training) Vectors() []float32 { return t.vectors }
func (t *training) Rows() int          { return len(t.kept) }
func (t *training) Dim() int           { return t.prep.Width() }
func (t *training) ID(i int) int64     { return t.kept[i] }

// each goes through the parts of a pass, and lets messages in between.
func (t *training) each(ctx context.Context, n int, fn func(i int) error, done func(i int)) error {
	return kmeans.InOrder(ctx, n, fn, func(i int) {
		t.call.Rest()
		done(i)
	})
}

// load prepares the rows, with their weights and the label that they are compared with.
func (t *training) load(ctx context.Context, rows int) error {
	columns := t.prep.Names()
	features := len(columns)
	weight, label := -1, -1
	if t.req.Weight != "" {
		weight, columns = len(columns), append(columns, t.req.Weight)
	}
	for _, c := range t.src.Schema() {
		if c.Role == table.Label && label < 0 {
			t.label, label, columns = c.Name, len(columns), append(columns, c.Name)
		}
	}
	t.vectors, t.kept = make([]float32, 0, rows*t.Dim()), make([]int64, 0, rows)
	var kept []int
	return t.src.Scan(ctx, columns, func(b *table.Batch) error {
		part := *b
		part.Columns = b.Columns[:features]
		from := len(t.vectors)
		t.vectors, kept = t.prep.Batch(&part, t.vectors, kept[:0])
		if err := t.prep.Measurable(&part, t.vectors[from:], kept); err != nil {
			return err
		}
		for _, i := range kept {
			row := b.First + int64(i)
			t.kept = append(t.kept, row)
			if weight >= 0 {
				w := b.Columns[weight].Numbers
				if w == nil || !(w[i] >= 0) || math.IsInf(w[i], 0) {
					return fault.Fieldf("weight", "Row %d has no weight in column %q: want a number, 0 or more. Correct it, or train without weights.", row+1, t.req.Weight)
				}
				t.weights = append(t.weights, w[i])
			}
			if label >= 0 {
				t.labels = append(t.labels, cellsOf(b, i)[label].String())
			}
		}
		t.watch.Count(b.First+int64(b.Rows), t.src.Rows())
		return nil
	})
}

// pass runs k-means until it comes to rest, the time is up or the user has enough.
func (t *training) pass(ctx context.Context, e kmeans.Engine, cfg kmeans.Config) (*kmeans.Result, model.Partial, error) {
	ob := t.watch.Observer()
	ob.Enough = ctx
	if t.req.TimeLimit > 0 {
		enough, stop := context.WithTimeoutCause(ctx, time.Duration(t.req.TimeLimit*float64(time.Second)), errTimeLimit)
		defer stop()
		ob.Enough = enough
	}
	res, err := kmeans.Run(context.WithoutCancel(ctx), e, cfg, nil, ob)
	switch {
	case errors.Is(err, errTimeLimit):
		return nil, "", fault.Fieldf("timeLimit", "The time limit of %v s came before there were centroids. Give it more time, or start from random rows.", t.req.TimeLimit)
	case err != nil:
		return nil, "", err
	case !res.Partial:
		return res, "", nil
	case errors.Is(context.Cause(ob.Enough), errTimeLimit):
		return res, model.TimeLimit, nil
	}
	return res, model.Canceled, nil
}

// judge adds the scores.
func (t *training) judge(ctx context.Context, m *model.Model, labels []int32) error {
	c := score.Clustering{Rows: t.vectors, D: t.Dim(), K: m.Centroids.Rows, Labels: labels, Each: t.each}
	separation, err := c.Separation(ctx, t.watch.Score)
	var silhouette score.Silhouette
	if err == nil {
		silhouette, err = c.Silhouette(ctx, scoreWork/int64(t.Dim()+32), m.Config.Seed, t.watch.Score)
	}
	switch {
	case err == nil:
		m.Training.Separation, m.Training.Silhouette = &separation, &silhouette
	case fault.CodeOf(err) != fault.Invalid: // Invalid: there is nothing to compare with
		return err
	}
	if t.labels == nil {
		return nil
	}
	different := map[string]bool{}
	for _, l := range t.labels {
		different[l] = true
	}
	if len(different) <= table.MaxLevels { // else they are no classes
		comparison := score.CompareLabels(t.label, labels, m.Centroids.Rows, t.labels)
		m.Training.Label = &comparison
	}
	return nil
}
