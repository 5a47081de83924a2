package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/jobtest"
	"github.com/centroid-studio/centroid/server/job/sqlitejob"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const owner = "ann"

// world is all that a training needs, in one folder. The queue's time is the
// test's: a job that failed rests until the test says so, and no lease runs out.
type world struct {
	*testing.T
	*train.Service
	dir    string
	clock  *jobtest.Clock
	queue  job.Store
	hub    *hub.Hub
	data   *dataset.Service
	models *registry.Registry
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, dir: t.TempDir(), clock: jobtest.NewClock()}
	meta, err := store.Open(t.Context(), filepath.Join(w.dir, "centroid.db"), time.Now)
	w.ok(err)
	t.Cleanup(func() { meta.Close() })
	w.ok(meta.AddUser(t.Context(), auth.User{ID: owner, Name: owner}))
	w.ok(meta.AddUser(t.Context(), auth.User{ID: "bob", Name: "bob"}))
	w.data, err = dataset.Open(t.Context(), dataset.Config{Dir: filepath.Join(w.dir, "dataset"), Meta: meta})
	w.ok(err)
	t.Cleanup(func() { w.data.Close() })
	w.queue, err = sqlitejob.Open(t.Context(), filepath.Join(w.dir, "job.db"), job.Options{Clock: w.clock.Clock()})
	w.ok(err)
	t.Cleanup(func() { w.queue.Close() })
	w.hub = hub.New(hub.Options{Log: w.queue, Buffer: 1 << 16})
	t.Cleanup(func() { w.hub.Close() })
	w.models = registry.New(meta)
	w.Service = train.NewService(train.ServiceOptions{Queue: w.queue, Datasets: w.data, Watchers: w.hub})
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// worker starts a worker with some options changed, and gives what stops it:
// that tells it to, calls then, and returns when the worker has ended.
func (w *world) worker(change ...func(*train.WorkerOptions)) (stop func(then ...func())) {
	o := train.WorkerOptions{
		Queue: w.queue, Watchers: w.hub, Models: w.models, MatrixDir: filepath.Join(w.dir, "matrix"), Jobs: 1, Workers: 2, Beat: time.Millisecond,
		Open: func(ctx context.Context, owner, id string, version int) (train.Data, error) {
			return w.data.Source(ctx, owner, id, version)
		},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := train.NewWorker(o).Run(ctx); err != nil {
			w.Errorf("Run() = %v, want nil", err)
		}
	}()
	stop = func(then ...func()) {
		cancel()
		for _, f := range then {
			f()
		}
		<-ended
	}
	w.Cleanup(func() { stop() })
	return stop
}

func (w *world) ingest(csv string) string {
	w.Helper()
	d, err := w.data.Ingest(w.Context(), owner, "t", "", strings.NewReader(csv))
	w.ok(err)
	return d.ID
}

func (w *world) iris() string {
	w.Helper()
	d, err := w.data.IngestSample(w.Context(), owner, "iris", os.DirFS("../../web/sample"))
	w.ok(err)
	return d.ID
}

func (w *world) start(req wire.TrainStart) string {
	w.Helper()
	id, err := w.Start(w.Context(), owner, req)
	w.ok(err)
	return id
}

func (w *world) watch(id string) *hub.Sub {
	w.Helper()
	s, err := w.hub.Subscribe(w.Context(), id, 0)
	w.ok(err)
	return s
}

// until reads events up to one of a type.
func (w *world) until(s *hub.Sub, t wire.EventType) wire.Event {
	w.Helper()
	for m := range s.Events() {
		if m.Type == t {
			return m.Event
		}
	}
	w.Fatalf("the job ended without an event %s: %v", t, s.Err())
	return wire.Event{}
}

// ended waits for the job's end and gives all its events, without a gap.
func (w *world) ended(id string) []wire.Event {
	w.Helper()
	for s := w.watch(id); ; {
		if _, ok := <-s.Events(); !ok {
			w.ok(s.Err())
			break
		}
	}
	all, err := w.queue.Events(w.Context(), id, 0, 1<<20)
	w.ok(err)
	for i, e := range all {
		if e.Seq != int64(i+1) || e.Ends() != (i == len(all)-1) {
			w.Fatalf("event %d of %d has number %d and type %s", i+1, len(all), e.Seq, e.Type)
		}
	}
	return all
}

// hash gives the model's hash of a job that is done.
func (w *world) hash(id string) string {
	w.Helper()
	all := w.ended(id)
	last := all[len(all)-1]
	if last.Type != wire.EventDone {
		w.Fatalf("the job ended with %s, %+v, want done", last.Type, last.Fault)
	}
	return last.Model.Hash
}

// many is a training of iris with so many events that it can't end while
// nobody takes them: more than a worker holds back.
func many(data string) wire.TrainStart {
	return wire.TrainStart{Dataset: data, Config: kmeans.Config{K: 5, Restarts: 700, Seed: 3}}
}

// gate is a queue that stands still when a checkpoint was saved, until it is opened.
type gate struct {
	job.Store
	closed   chan struct{} // closed when the gate is
	opened   chan struct{}
	canceled chan struct{} // closed when a worker was told of a cancel
	one, two sync.Once
}

func newGate(q job.Store) *gate {
	return &gate{Store: q, closed: make(chan struct{}), opened: make(chan struct{}), canceled: make(chan struct{})}
}

func (g *gate) SaveCheckpoint(ctx context.Context, l job.Lease, blob []byte) error {
	err := g.Store.SaveCheckpoint(ctx, l, blob)
	g.one.Do(func() { close(g.closed) })
	<-g.opened
	return err
}

func (g *gate) Heartbeat(ctx context.Context, l job.Lease, p wire.Progress) (bool, error) {
	cancel, err := g.Store.Heartbeat(ctx, l, p)
	if cancel {
		g.two.Do(func() { close(g.canceled) })
	}
	return cancel, err
}

func TestDone(t *testing.T) {
	w := newWorld(t)
	w.worker()
	data := w.iris()
	id := w.start(wire.TrainStart{Dataset: data, Config: kmeans.Config{K: 3, Seed: 1, Restarts: 2}})
	all := w.ended(id)
	last := all[len(all)-1]
	if last.Type != wire.EventDone {
		t.Fatalf("last event = %s, %+v", last.Type, last.Fault)
	}
	if err := last.Model.Validate(); err != nil {
		t.Error(err)
	}

	var order []wire.EventType
	passes := 0
	for _, e := range all {
		if len(order) == 0 || order[len(order)-1] != e.Type {
			order = append(order, e.Type)
		}
		if e.Type == wire.EventPass {
			passes++
			if e.Pass.Rows != 150 || e.Pass.Restarts != 2 || e.Pass.Centroids.Rows != 3 || e.Pass.Inertia <= 0 {
				t.Errorf("pass = %+v", e.Pass)
			}
		}
		if e.At.IsZero() {
			t.Errorf("event %d has no time", e.Seq)
		}
	}
	want := []wire.EventType{wire.EventQueued, wire.EventStarted, wire.EventLoading, wire.EventSample, wire.EventSeeding, wire.EventPass, wire.EventSeeding, wire.EventPass, wire.EventScoring, wire.EventDone}
	if !slices.Equal(order, want) {
		t.Errorf("events = %v, want %v", order, want)
	}
	if q := all[0].Start; q == nil || q.Name != "iris k=3" || q.Prep.Scale != prep.Standard || q.Version != 1 || len(q.Prep.Columns) != 4 {
		t.Errorf("queued with %+v, want the defaults filled in", q)
	}

	m, err := w.models.Get(t.Context(), owner, last.Model.ID)
	if err != nil || m.Hash != last.Model.Hash || m.Data.Rows != 150 || m.Data.Dataset != data {
		t.Fatalf("the kept model = %+v, %v, want that of the event", m, err)
	}
	if s := m.Training.Silhouette; s == nil || s.Mean < 0.4 || m.Training.Label == nil || m.Training.Label.ARI < 0.5 {
		t.Errorf("scores: silhouette %+v, label %+v", s, m.Training.Label)
	}
	labels, err := w.models.Labels(t.Context(), owner, m.ID)
	w.ok(err)
	counts, err := labels.Counts(t.Context(), 3)
	w.ok(err)
	for c, n := range counts {
		if n != m.Clusters[c].Size {
			t.Errorf("cluster %d has %d labels, want %d", c, n, m.Clusters[c].Size)
		}
	}
	j, err := w.Get(t.Context(), owner, id)
	if err != nil || j.State != "done" || j.Model != m.ID || j.Last != last.Seq || j.Ended == nil || j.Attempt != 1 {
		t.Errorf("Get() = %+v, %v", j, err)
	}

	// The same on the command line's way, without a server.
	f, err := os.Open("../../web/sample/iris.csv")
	w.ok(err)
	defer f.Close()
	src, err := table.ReadMemory(f, table.Limits{})
	w.ok(err)
	res, err := train.Fit(t.Context(), train.FitInput{Source: src, Config: kmeans.Config{K: 3, Seed: 1, Restarts: 2}, MatrixDir: t.TempDir(), Workers: 7})
	if err != nil || res.Model.Hash != m.Hash {
		t.Errorf("Fit() without a queue = %v, want the same hash", err)
	}
	w.ok(res.Close())
}

func TestOwners(t *testing.T) {
	w := newWorld(t)
	id := w.start(wire.TrainStart{Dataset: w.iris(), Config: kmeans.Config{K: 3}})
	ctx := t.Context()
	_, e1 := w.Get(ctx, "bob", id)
	_, e2 := w.Events(ctx, "bob", id, 0, 10)
	e3 := w.Cancel(ctx, "bob", id)
	_, e4 := w.Start(ctx, "bob", wire.TrainStart{Dataset: w.iris()})
	_, e5 := w.Get(ctx, owner, "nothing")
	for i, err := range []error{e1, e2, e3, e4, e5} {
		if fault.CodeOf(err) != fault.NotFound {
			t.Errorf("call %d = %v, want not found", i+1, err)
		}
	}
	if list, err := w.List(ctx, "bob"); err != nil || list == nil || len(list) != 0 {
		t.Errorf("List(bob) = %v, %v, want an empty list", list, err)
	}
	w.ok(w.queue.Enqueue(ctx, job.Job{ID: "other", Kind: "import", Owner: owner}))
	if list, err := w.List(ctx, owner); err != nil || len(list) != 1 || list[0].ID != id || list[0].State != "queued" {
		t.Errorf("List() = %+v, %v, want the training alone", list, err)
	}
}

func TestCancelQueued(t *testing.T) {
	w := newWorld(t)
	id := w.start(wire.TrainStart{Dataset: w.iris(), Config: kmeans.Config{K: 3}})
	w.ok(w.Cancel(t.Context(), owner, id))
	w.worker()
	all := w.ended(id)
	if len(all) != 2 || all[1].Type != wire.EventCanceled {
		t.Errorf("events = %+v, want queued and canceled", all)
	}
	w.ok(w.Cancel(t.Context(), owner, id)) // does nothing
}

func TestCancelRunning(t *testing.T) {
	w := newWorld(t)
	g := newGate(w.queue)
	w.worker(func(o *train.WorkerOptions) { o.Queue = g })
	id := w.start(many(w.iris()))
	<-g.closed
	w.ok(w.Cancel(t.Context(), owner, id))
	<-g.canceled
	close(g.opened)
	all := w.ended(id)
	if last := all[len(all)-1]; last.Type != wire.EventCanceled || last.Model == nil || last.Model.Training.Partial != model.Canceled || last.Fault != nil {
		t.Errorf("last event = %+v, want canceled with a partial model", last)
	}
	if j, err := w.Get(t.Context(), owner, id); err != nil || j.State != "canceled" || j.Model == "" || j.Progress.Done == 0 || j.Progress.Done >= j.Progress.Total {
		t.Errorf("Get() = %+v, %v, want canceled, with a model and progress", j, err)
	}
	if list, err := w.models.List(t.Context(), owner); err != nil || len(list) != 1 {
		t.Errorf("models = %v, %v, want the partial one", list, err)
	}
	next := w.start(wire.TrainStart{Dataset: w.iris(), Config: kmeans.Config{K: 2}}) // the worker goes on
	w.hash(next)
}

// TestStopAndResume stops the worker in the middle of a training. Another goes
// on from the checkpoint and makes the same model.
func TestStopAndResume(t *testing.T) {
	w := newWorld(t)
	data := w.iris()
	g := newGate(w.queue)
	stop := w.worker(func(o *train.WorkerOptions) { o.Queue = g })
	id := w.start(many(data))
	<-g.closed
	stop(func() { close(g.opened) })
	j, err := w.Get(t.Context(), owner, id)
	if err != nil || j.State != "queued" || j.Attempt != 1 {
		t.Fatalf("Get() after the stop = %+v, %v, want it queued", j, err)
	}
	before, err := w.queue.Events(t.Context(), id, 0, 1<<20)
	w.ok(err)
	w.worker()
	w.resumed(id, int64(len(before)))
	if got, want := w.hash(id), w.hash(w.start(many(data))); got != want {
		t.Errorf("hash = %s, undisturbed %s", got, want)
	}
}

// TestTakenOver has a worker that loses its lease in the middle of a training,
// as if its process stood still. Another goes on; the first leaves no trace.
func TestTakenOver(t *testing.T) {
	w := newWorld(t)
	data := w.iris()
	g := newGate(w.queue)
	stop := w.worker(func(o *train.WorkerOptions) { o.Queue, o.Beat = g, time.Hour })
	id := w.start(many(data))
	<-g.closed
	before, err := w.queue.Events(t.Context(), id, 0, 1<<20)
	w.ok(err)
	if n, err := w.queue.Abandon(t.Context(), func(string) bool { return true }); err != nil || n != 1 {
		t.Fatalf("Abandon() = %d, %v", n, err)
	}
	w.worker()
	s := w.watch(id)
	for e := w.until(s, wire.EventStarted); e.Attempt != 2; {
		e = w.until(s, wire.EventStarted)
	}
	close(g.opened) // the first works on, and is refused
	w.resumed(id, int64(len(before)))
	got := w.hash(id)
	stop()
	if list, err := w.models.List(t.Context(), owner); err != nil || len(list) != 1 {
		t.Errorf("models = %v, %v, want one", list, err)
	}
	if want := w.hash(w.start(many(data))); got != want {
		t.Errorf("hash = %s, undisturbed %s", got, want)
	}
}

// resumed wants the second attempt to have begun after event seq, from a checkpoint.
func (w *world) resumed(id string, seq int64) {
	w.Helper()
	for _, e := range w.ended(id) {
		if e.Type == wire.EventStarted && e.Attempt == 2 {
			if e.Seq <= seq || e.Resumed == 0 {
				w.Errorf("second attempt = %+v, want it after event %d, from a checkpoint", e, seq)
			}
			return
		}
	}
	w.Error("there was no second attempt")
}

// broken is data that panics when it is read.
type broken struct{ train.Data }

func (broken) Scan(context.Context, []string, func(*table.Batch) error) error { panic("boo") }

func TestPanic(t *testing.T) {
	w := newWorld(t)
	bad, good := w.iris(), w.iris()
	w.worker(func(o *train.WorkerOptions) {
		open := o.Open
		o.Open = func(ctx context.Context, owner, id string, version int) (train.Data, error) {
			d, err := open(ctx, owner, id, version)
			if id == bad && err == nil {
				d = broken{d}
			}
			return d, err
		}
	})
	id := w.start(wire.TrainStart{Dataset: bad, Config: kmeans.Config{K: 3}})
	s := w.watch(id)
	for attempt := 1; ; attempt++ {
		e := w.until(s, wire.EventFailed)
		if e.Fault.Code != string(fault.Internal) || strings.Contains(e.Fault.Message, "boo") {
			t.Errorf("fault = %+v, want an internal one that tells no secret", e.Fault)
		}
		w.clock.Advance(time.Minute)
		w.hash(w.start(wire.TrainStart{Dataset: good, Config: kmeans.Config{K: 3}})) // the worker is alive
		if !e.Fault.Retry {
			if attempt != 5 {
				t.Errorf("gave up after attempt %d, want 5", attempt)
			}
			break
		}
	}
	if j, err := w.Get(t.Context(), owner, id); err != nil || j.State != "failed" {
		t.Errorf("Get() = %+v, %v, want failed", j, err)
	}
}

// TestFaults trains on what can't be trained on: each says what to do, at once
// or as the job's last event, and is not tried again.
func TestFaults(t *testing.T) {
	w := newWorld(t)
	w.worker()
	two := "x,y\n1,1\n1,1\n2,2\n2,2\n"
	for name, tc := range map[string]struct {
		csv   string
		req   wire.TrainStart
		field string
		says  string
	}{
		"k above distinct rows": {two, wire.TrainStart{Config: kmeans.Config{K: 3}}, "config.k", "only 2 different rows"},
		"the same from random":  {two, wire.TrainStart{Config: kmeans.Config{K: 3, Init: kmeans.Random}}, "config.k", "only 2 different rows"},
		"k above rows":          {two, wire.TrainStart{Config: kmeans.Config{K: 5}}, "config.k", "k is 5, but there are only 4 rows"},
		"k below 1":             {two, wire.TrainStart{Config: kmeans.Config{K: -1}}, "config.k", "k is -1, want at least 1"},
		"all columns constant":  {"x,y\n1,2\n1,2\n1,2\n", wire.TrainStart{Config: kmeans.Config{K: 2}}, "config.k", "only 1 different row"},
		"no values":             {"x,y\n1,\n2,NA\n3,NaN\n", wire.TrainStart{Config: kmeans.Config{K: 2}}, "prep.columns", `Column "y" has no values. Leave it out.`},
		"all rows left out":     {"x,y\n1,\n,2\n3,\n", wire.TrainStart{Config: kmeans.Config{K: 2}}, "prep.missing", "Each of the 3 rows has a missing value"},
		"fewer rows than k":     {"x,y\n1,1\n,2\n3,\n", wire.TrainStart{Config: kmeans.Config{K: 2}}, "config.k", "k is 2, but there are only 1 rows"},
		"no column of numbers":  {"a,b\nx,u\ny,v\nz,w\n", wire.TrainStart{Config: kmeans.Config{K: 2}}, "prep.columns", "No column is a feature"},
		"infinite value":        {"x,y\n1,1\n2,inf\n3,3\n", wire.TrainStart{Config: kmeans.Config{K: 2}}, "prep.columns", `Column "y" has an infinite value in row 2. Correct it, or leave the column out.`},
		"unknown column":        {two, wire.TrainStart{Config: kmeans.Config{K: 2}, Prep: prep.Config{Columns: []string{"z"}}}, "prep.columns", `no column "z"`},
	} {
		t.Run(name, func(t *testing.T) {
			tc.req.Dataset = w.ingest(tc.csv)
			id, err := w.Start(t.Context(), owner, tc.req)
			if err == nil {
				all := w.ended(id)
				last := all[len(all)-1]
				if last.Type != wire.EventFailed || last.Fault.Retry || last.Fault.Code != string(fault.Invalid) || !strings.Contains(last.Fault.Message, tc.says) {
					t.Errorf("last event = %s, %+v, want %q", last.Type, last.Fault, tc.says)
				}
				return
			}
			e, _ := err.(*fault.Error)
			if fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), tc.says) || e != nil && e.Field != tc.field {
				t.Errorf("Start() = %+v, want field %s and %q", err, tc.field, tc.says)
			}
		})
	}
}

// TestConstantColumn trains beside a column that is all the same, which tells nothing.
func TestConstantColumn(t *testing.T) {
	w := newWorld(t)
	w.worker()
	req := wire.TrainStart{Config: kmeans.Config{K: 2, Seed: 1}}
	req.Dataset = w.ingest("x,same\n1,7\n2,7\n8,7\n9,7\n")
	with := w.ended(w.start(req))
	m := with[len(with)-1].Model
	if m == nil || m.Clusters[0].Size != 2 || m.Clusters[1].Size != 2 || *m.Clusters[0].Center[1].Number != 7 {
		t.Errorf("last event = %+v, want two clusters of two rows", with[len(with)-1])
	}
}

// TestDatasetIsGone deletes the dataset of a queued job.
func TestDatasetIsGone(t *testing.T) {
	w := newWorld(t)
	data := w.iris()
	id := w.start(wire.TrainStart{Dataset: data, Config: kmeans.Config{K: 3}})
	w.ok(w.data.Delete(t.Context(), owner, data))
	w.worker()
	all := w.ended(id)
	if last := all[len(all)-1]; last.Type != wire.EventFailed || last.Fault.Code != string(fault.NotFound) || last.Fault.Retry {
		t.Errorf("last event = %+v, want a fault that the dataset is not there", last)
	}
}

// TestBrokenCheckpoint trains from the start when the checkpoint can't be read.
func TestBrokenCheckpoint(t *testing.T) {
	w := newWorld(t)
	id := w.start(wire.TrainStart{Dataset: w.iris(), Config: kmeans.Config{K: 3, Seed: 1}})
	l, err := w.queue.Lease(t.Context(), "w", train.Kind)
	w.ok(err)
	w.ok(w.queue.SaveCheckpoint(t.Context(), l, []byte("{")))
	w.ok(w.queue.Release(t.Context(), l))
	w.worker()
	w.hash(id)
}

// TestPayload is kept as the wire's type, so that any worker can read it.
func TestPayload(t *testing.T) {
	w := newWorld(t)
	id := w.start(wire.TrainStart{Dataset: w.iris(), Config: kmeans.Config{K: 3, Seed: 1<<64 - 1}})
	j, err := w.queue.Get(t.Context(), id)
	w.ok(err)
	var req wire.TrainStart
	w.ok(json.Unmarshal(j.Payload, &req))
	if req.Config.Seed != 1<<64-1 || fmt.Sprint(req.Prep.Columns) == "[]" || j.MaxAttempts != 5 {
		t.Errorf("payload = %s of at most %d attempts", j.Payload, j.MaxAttempts)
	}
}
