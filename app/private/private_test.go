package private

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func start(t testing.TB) *worker.Worker {
	t.Helper()
	Handle()
	w := worker.Start()
	t.Cleanup(w.End)
	return w
}

func opened(t testing.TB, w *worker.Worker, name string, text []byte) Opened {
	t.Helper()
	var o Opened
	parts := []worker.Part{{File: worker.NewFile(name, text)}}
	if _, err := w.Do(t.Context(), worker.Request{Method: MethodOpen, Params: struct{}{}, Parts: parts}, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// trained trains and gives all events. Each is heard before the next thing happens.
func trained(ctx context.Context, t testing.TB, w *worker.Worker, req wire.TrainStart, hear func(wire.Event)) (events []wire.Event) {
	t.Helper()
	tell := func(body []byte, _ []worker.Part) {
		var e wire.Event
		if err := json.Unmarshal(body, &e); err != nil {
			t.Error(err)
		}
		events = append(events, e)
		if hear != nil {
			hear(e)
		}
	}
	if _, err := w.Do(ctx, worker.Request{Method: MethodTrain, Params: req, Tell: tell}, nil); err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Errorf("event %d has number %d", i+1, e.Seq)
		}
	}
	return events
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../web/sample/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpen(t *testing.T) {
	w := start(t)
	o := opened(t, w, "penguins.csv", sample(t, "penguins.csv"))
	if o.Dataset.Name != "penguins" || o.Dataset.Rows != 344 || len(o.Columns) != len(o.Dataset.Schema) || len(o.Preview) != previewRows || len(o.Shown.IDs) != 8*344 {
		t.Fatalf("opened %q of %d rows, %d profiles, %d rows before, %d for a picture", o.Dataset.Name, o.Dataset.Rows, len(o.Columns), len(o.Preview), len(o.Shown.IDs)/8)
	}
	for _, p := range o.Columns {
		var in int64
		for _, n := range p.Bins {
			in += n
		}
		for _, l := range p.Top {
			in += l.Rows
		}
		if p.Kind != table.Text && in != p.Count || p.Count+p.Missing != 344 {
			t.Errorf("%s: %d values, %d in bins or levels, %d missing", p.Name, p.Count, in, p.Missing)
		}
		if p.Kind == table.Number && !(p.Min <= p.Q1 && p.Q1 <= p.Median && p.Median <= p.Q3 && p.Q3 <= p.Max && p.Edges[0] <= p.Min && p.Edges[len(p.Bins)] >= p.Max) {
			t.Errorf("%s: quartiles %+v", p.Name, p)
		}
	}
}

func TestMeasure(t *testing.T) {
	var p wire.ColumnProfile
	measure(&p, []float64{7, 1, 3, 1, 2, 10})
	// numpy: mean, std, percentile(25, 50, 75), histogram(bins=4)
	if p.Mean != 4 || p.Std < 3.3665 || p.Std > 3.3666 || p.Q1 != 1.25 || p.Median != 2.5 || p.Q3 != 6 || !slices.Equal(p.Bins, []int64{4, 0, 1, 1}) {
		t.Errorf("measure() = %+v", p)
	}
	var constant wire.ColumnProfile
	measure(&constant, []float64{5, 5})
	if !slices.Equal(constant.Bins, []int64{2}) || constant.Std != 0 {
		t.Errorf("of equal values: %+v", constant)
	}
}

// The same rows, settings and seed give the bits that the packages of a server give.
func TestTrain(t *testing.T) {
	w, text := start(t), sample(t, "penguins.csv")
	o := opened(t, w, "penguins.csv", text)
	req := wire.TrainStart{Prep: prep.Config{Columns: prep.Features(o.Dataset.Schema), Scale: prep.Standard, Missing: prep.Drop}, Config: kmeans.Config{K: 3, Seed: 5, Restarts: 2}}
	events := trained(t.Context(), t, w, req, nil)
	last := events[len(events)-1]
	if last.Type != wire.EventDone || last.Model.Validate() != nil || last.Model.Training.Silhouette == nil || last.Model.Profile == nil {
		t.Fatalf("the last event is %+v", last)
	}

	src, err := table.ReadMemory(bytes.NewReader(text), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, stats, err := prep.Fit(t.Context(), src, req.Prep)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	cfg := req.Config.WithDefaults()
	res, err := kmeans.Run(t.Context(), kmeans.Serial(vectors, int(stats.Rows), p.Width()), cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	if want := model.Build(p, stats, cfg, res).Hash; last.Model.Hash != want {
		t.Errorf("the model has hash %s, want %s", last.Model.Hash, want)
	}
	if l := last.Model.Training.Label; o.Dataset.Schema.Index("species") >= 0 && (l == nil || l.ARI < 0.5) {
		t.Errorf("compared with species: %+v", l)
	}

	parts, err := w.Do(t.Context(), worker.Request{Method: MethodRows, Params: struct{}{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(parts[0].Bytes)).ReadAll()
	if err != nil || len(lines) != 345 {
		t.Fatalf("%d lines of CSV, %v", len(lines), err)
	}
	sizes := make([]int64, 3)
	at := slices.Index(lines[0], "cluster")
	for _, l := range lines[1:] {
		if c, err := strconv.Atoi(l[at]); err == nil {
			sizes[c]++
		}
	}
	for i, c := range last.Model.Clusters {
		if c.Size != sizes[i] {
			t.Errorf("cluster %d has %d rows in the file, %d in the model", i, sizes[i], c.Size)
		}
	}
}

func TestCancelKeepsTheBest(t *testing.T) {
	w := start(t)
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range 3000 {
		b.WriteString(strconv.FormatFloat(kmeans.Uniform(1, 1, uint64(i)), 'g', -1, 64) + "," + strconv.FormatFloat(kmeans.Uniform(1, 2, uint64(i)), 'g', -1, 64) + "\n")
	}
	o := opened(t, w, "even.csv", []byte(b.String()))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	passes := 0
	req := wire.TrainStart{Prep: prep.Config{Columns: prep.Features(o.Dataset.Schema)}, Config: kmeans.Config{K: 50, Seed: 1, Restarts: 1000}}
	events := trained(ctx, t, w, req, func(e wire.Event) {
		if e.Type == wire.EventPass {
			if passes++; passes == 3 {
				stop()
			}
		}
	})
	last := events[len(events)-1]
	if last.Type != wire.EventCanceled || last.Model == nil || last.Model.Training.Partial != model.Canceled || last.Model.Validate() != nil {
		t.Errorf("after a cancel the last event is %s with %+v", last.Type, last.Model)
	}
}

func TestRefuses(t *testing.T) {
	w := start(t)
	held.table, held.model = nil, nil
	if _, err := w.Do(t.Context(), worker.Request{Method: MethodTrain, Params: wire.TrainStart{}}, nil); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("training without a table: %v", err)
	}
	for name, text := range map[string]string{"empty.csv": "", "ragged.csv": "a,b\n1,2\n1\n", "zip.csv": "PK\x03\x04\x00\x00\x00"} {
		_, err := w.Do(t.Context(), worker.Request{Method: MethodOpen, Params: struct{}{}, Parts: []worker.Part{{File: worker.NewFile(name, []byte(text))}}}, nil)
		if fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want words for the user", name, err)
		}
	}
	opened(t, w, "iris.csv", sample(t, "iris.csv"))
	for want, req := range map[string]wire.TrainStart{
		"k":      {Config: kmeans.Config{K: 151}},
		"column": {Prep: prep.Config{Columns: []string{"nowhere"}}, Config: kmeans.Config{K: 2}},
	} {
		events := trained(t.Context(), t, w, req, nil)
		if last := events[len(events)-1]; last.Type != wire.EventFailed || !strings.Contains(last.Fault.Message, want) {
			t.Errorf("want a fault about %s, the last event is %+v %+v", want, last, last.Fault)
		}
	}
}
