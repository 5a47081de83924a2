package train_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// points makes a table of two clear clusters, and a column of weights: those of
// the second cluster are 0 but for one row.
func points(n int) string {
	var b strings.Builder
	b.WriteString("x,y,w\n")
	for i := range n {
		u, v := kmeans.Uniform(1, 1, uint64(i)), kmeans.Uniform(1, 2, uint64(i))
		if i%2 == 0 {
			fmt.Fprintf(&b, "%.6f,%.6f,1.5\n", 10+u, 1+v)
			continue
		}
		w := 0
		if i == 1 {
			u, v, w = .5, .5, 2
		}
		fmt.Fprintf(&b, "%.6f,%.6f,%d\n", 1+u, 10+v, w)
	}
	return b.String()
}

// Each kind of training ends with a model that says what was done, and predicts.
func TestKinds(t *testing.T) {
	w := newWorld(t)
	w.worker()
	data := w.ingest(points(2000))
	xy := prep.Config{Columns: []string{"x", "y"}, Scale: prep.NoScale}
	for name, req := range map[string]wire.TrainStart{
		"lloyd":      {Config: kmeans.Config{K: 2, Algorithm: kmeans.Lloyd}},
		"mini-batch": {Config: kmeans.Config{K: 2, Algorithm: kmeans.MiniBatch, Batch: 64}},
		"bisecting":  {Config: kmeans.Config{K: 4, Algorithm: kmeans.Bisecting}},
		"cosine":     {Config: kmeans.Config{K: 2, Distance: kmeans.Cosine}},
		"sample":     {Config: kmeans.Config{K: 2, Sample: 200}},
		"weight":     {Config: kmeans.Config{K: 2, Restarts: 8}, Weight: "w"},
	} {
		req.Dataset, req.Prep = data, xy
		all := w.ended(w.start(req))
		last := all[len(all)-1]
		if last.Type != wire.EventDone {
			t.Errorf("%s: ended with %s, %+v", name, last.Type, last.Fault)
			continue
		}
		m := last.Model
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if m.Training.Why == "" || m.Training.Partial != "" || m.Training.Sampled != req.Config.Sample || m.Training.Weight != req.Weight {
			t.Errorf("%s: training = %+v", name, m.Training)
		}
		a, err := m.Predict([]table.Cell{table.Num(10.5), table.Num(1.5)})
		b, err2 := m.Predict([]table.Cell{table.Num(1.5), table.Num(10.5)})
		if err != nil || err2 != nil || a.Cluster == b.Cluster {
			t.Errorf("%s: predictions %+v, %v and %+v, %v, want two clusters", name, a, err, b, err2)
		}
		for _, e := range all {
			if e.Type == wire.EventPass && (e.Pass.Rows < 1 || e.Pass.Pass > e.Pass.MaxPasses || e.Pass.SecondsLeft < 0) {
				t.Errorf("%s: pass = %+v", name, e.Pass)
			}
		}
		switch c := m.Clusters[b.Cluster]; name {
		case "weight":
			if c.Weight != 2 || c.Size != 1000 || c.Center[0].String() != "1.5" {
				t.Errorf("weight: cluster = %+v, want 1000 rows of weight 2 at the one row that has any", c)
			}
		case "cosine":
			// A row and its tenfold have the same direction, and so the same distance.
			far, err := m.Predict([]table.Cell{table.Num(15), table.Num(105)})
			if err != nil || far.Cluster != b.Cluster || math.Abs(far.Distance-b.Distance) > 1e-6 {
				t.Errorf("cosine: %+v, %v, want %+v", far, err, b)
			}
			if _, err := m.Predict([]table.Cell{table.Num(0), table.Num(0)}); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("cosine: the prediction of zeros = %v, want fault.Invalid", err)
			}
		}
	}
}

func TestTimeLimit(t *testing.T) {
	w := newWorld(t)
	w.worker()
	req := many(w.iris())
	req.Config.MaxIterations, req.Config.Restarts, req.TimeLimit = kmeans.MaxIterations, kmeans.MaxRestarts, .2
	all := w.ended(w.start(req))
	last := all[len(all)-1]
	if last.Type != wire.EventDone || last.Model.Training.Partial != model.TimeLimit || last.Model.Training.Restart >= kmeans.MaxRestarts-1 {
		t.Fatalf("last event = %+v, want done with a partial model", last)
	}
	if err := last.Model.Validate(); err != nil {
		t.Error(err)
	}
	req.TimeLimit = 1e-9
	all = w.ended(w.start(req))
	if last := all[len(all)-1]; last.Type != wire.EventFailed || last.Fault.Retry || !strings.Contains(last.Fault.Message, "before there were centroids") {
		t.Errorf("a limit of a nanosecond: %+v, %+v, want a fault that says what to do", last, last.Fault)
	}
}

func TestKindsAreChecked(t *testing.T) {
	w := newWorld(t)
	data := w.ingest("x,y,w,c\n1,2,1,a\n3,4,-1,b\n5,6,1,a\n0,0,1,c\n")
	for name, c := range map[string]struct {
		req   wire.TrainStart
		field string
	}{
		"no such weight":     {wire.TrainStart{Weight: "v"}, "weight"},
		"weight is text":     {wire.TrainStart{Weight: "c"}, "weight"},
		"weight is feature":  {wire.TrainStart{Weight: "x", Prep: prep.Config{Columns: []string{"x", "y"}}}, "weight"},
		"negative limit":     {wire.TrainStart{TimeLimit: -1}, "timeLimit"},
		"limit of a century": {wire.TrainStart{TimeLimit: 3e9}, "timeLimit"},
		"algorithm":          {wire.TrainStart{Config: kmeans.Config{Algorithm: "elkan"}}, "config.algorithm"},
	} {
		c.req.Dataset, c.req.Config.K = data, 2
		_, err := w.Start(t.Context(), owner, c.req)
		if e, ok := err.(*fault.Error); !ok || e.Code != fault.Invalid || e.Field != c.field {
			t.Errorf("%s: %v, want fault.Invalid of %s", name, err, c.field)
		}
	}
	w.worker()
	for name, c := range map[string]struct {
		req  wire.TrainStart
		want string
	}{
		"a negative weight": {wire.TrainStart{Weight: "w", Prep: prep.Config{Columns: []string{"x", "y"}}}, "Row 2 has the weight -1"},
		"no direction":      {wire.TrainStart{Config: kmeans.Config{Distance: kmeans.Cosine}, Prep: prep.Config{Columns: []string{"x", "y"}, Scale: prep.NoScale}}, "Row 4 is zero"},
	} {
		c.req.Dataset, c.req.Config.K = data, 2
		all := w.ended(w.start(c.req))
		if last := all[len(all)-1]; last.Type != wire.EventFailed || last.Fault.Retry || !strings.Contains(last.Fault.Message, c.want) {
			t.Errorf("%s: %s, %+v, want a fault with %q", name, last.Type, last.Fault, c.want)
		}
	}
	_, err := train.Fit(t.Context(), train.FitInput{Source: src(t, "x,w\n1,1\n2,1\n"), Prep: prep.Config{Columns: []string{"x"}}, Weight: "v", MatrixDir: t.TempDir()})
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Fit with a weight column that is not there: %v, want fault.Invalid", err)
	}
	_, err = train.Fit(t.Context(), train.FitInput{Source: src(t, "name,w\nann,1\nbob,2\n"), Weight: "w", MatrixDir: t.TempDir()})
	if msg := fault.Message(err); !strings.Contains(msg, "no other column is a feature") {
		t.Errorf("Fit with no column but that of weights: %q, want a fault that says so", msg)
	}
}

// src reads a table from text.
func src(t *testing.T, csv string) *table.Memory {
	t.Helper()
	m, err := table.ReadMemory(strings.NewReader(csv), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
