package page

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// matrix makes a matrix of rows.
func matrix(rows ...[]float64) kmeans.Matrix {
	m := kmeans.NewMatrix(len(rows), len(rows[0]))
	for i, r := range rows {
		copy(m.Row(i), r)
	}
	return m
}

// passEvent is pass n of a restart with its centroids at x.
func passEvent(seq int64, restart, n int, x float64) wire.Event {
	return wire.Event{Job: "j", Seq: seq, Type: wire.EventPass, Pass: &wire.Pass{
		PassInfo: kmeans.PassInfo{Restart: restart, Pass: n, Inertia: 100 / float64(n), Changed: 4, Shift: 1, Centroids: matrix([]float64{x, 0}, []float64{x + 5, 1})},
		Restarts: 2, MaxPasses: 100, Rows: 4, RowsPerSecond: 1000, SecondsLeft: 3,
	}}
}

// story is the events of a whole training with two columns and four rows.
func story() []wire.Event {
	p := prep.Prep{Scale: prep.Standard, Columns: []prep.Column{{Name: "length", Offset: 10, Factor: 2}, {Name: "width", Offset: 1, Factor: 1}}}
	m := &model.Model{ID: "m", Centroids: matrix([]float64{0, 0}, []float64{5, 1})}
	return []wire.Event{
		{Job: "j", Seq: 1, Type: wire.EventQueued, Start: &wire.TrainStart{Dataset: "d", Config: kmeans.Config{K: 2}}},
		{Job: "j", Seq: 2, Type: wire.EventStarted, Attempt: 1},
		{Job: "j", Seq: 3, Type: wire.EventLoading, Progress: &wire.Progress{Done: 2, Total: 4}},
		{Job: "j", Seq: 4, Type: wire.EventSample, Sample: &wire.Sample{Of: 4, Prep: p, Rows: []int64{0, 1, 2, 3}, Cells: matrix([]float64{0, 0}, []float64{1, 0}, []float64{5, 1}, []float64{6, 1})}},
		{Job: "j", Seq: 5, Type: wire.EventSeeding, Seeding: &wire.Seeding{Of: 1, Round: 1, Rounds: 5}, Progress: &wire.Progress{Done: 1, Total: 4}},
		passEvent(6, 0, 1, -1),
		{Job: "j", Seq: 7, Type: wire.EventProgress, Progress: &wire.Progress{Done: 3, Total: 4}},
		passEvent(8, 0, 2, 0),
		{Job: "j", Seq: 9, Type: wire.EventScoring, Progress: &wire.Progress{Done: 1, Total: 4}},
		{Job: "j", Seq: 10, Type: wire.EventDone, Model: m},
	}
}

func TestRunStages(t *testing.T) {
	want := []stage{stageQueued, stageStarted, stageLoading, stageLoading, stageSeeding, stagePasses, stagePasses, stagePasses, stageScoring, stageDone}
	var r run
	for i, e := range story() {
		if !r.apply(e) {
			t.Fatalf("apply(event %d) = false, want true", e.Seq)
		}
		if r.Stage != want[i] {
			t.Errorf("after %s the stage is %q, want %q", e.Type, r.Stage, want[i])
		}
	}
	if len(r.Passes) != 2 || r.Model == nil || r.Job != "j" {
		t.Errorf("got %d passes, model %v, job %q", len(r.Passes), r.Model, r.Job)
	}
	if got := r.groups(); !reflect.DeepEqual(got, []int{0, 0, 1, 1}) {
		t.Errorf("groups() = %v, want [0 0 1 1]", got)
	}
}

// A reload reads the events from the first, a reconnect sends some twice:
// neither may change what is shown.
func TestRunSameAfterDoublesAndReload(t *testing.T) {
	var live, doubled run
	for _, e := range story() {
		live.apply(e)
	}
	events := story()
	for i := range events {
		for _, e := range events[max(0, i-3) : i+1] { // each event up to four times
			doubled.apply(e)
		}
	}
	a, err := json.Marshal(live)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(doubled)
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("doubled events give\n%s\nwant\n%s", b, a)
	}
	if doubled.apply(events[3]) {
		t.Error("apply(an old event) = true, want false")
	}
}

// A second attempt starts from a checkpoint: the passes after it come again.
func TestRunResumedAttempt(t *testing.T) {
	var r run
	for _, e := range []wire.Event{
		{Job: "j", Seq: 1, Type: wire.EventQueued},
		{Job: "j", Seq: 2, Type: wire.EventStarted, Attempt: 1},
		passEvent(3, 0, 1, 0), passEvent(4, 0, 2, 1), passEvent(5, 0, 3, 2),
		{Job: "j", Seq: 6, Type: wire.EventFailed, Fault: &wire.Fault{Message: "The worker is gone.", Retry: true}},
	} {
		r.apply(e)
	}
	if r.Stage != stageQueued || r.Stage.ended() || r.Fault == nil {
		t.Fatalf("a failure with another attempt: stage %q, fault %v", r.Stage, r.Fault)
	}
	r.apply(wire.Event{Job: "j", Seq: 7, Type: wire.EventStarted, Attempt: 2, Resumed: 1})
	r.apply(passEvent(8, 0, 2, 1))
	r.apply(passEvent(9, 0, 3, 2))
	r.apply(passEvent(10, 1, 1, 0))
	var got [][2]int
	for _, p := range r.Passes {
		got = append(got, [2]int{p.Restart, p.Pass})
	}
	if want := [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("passes = %v, want %v", got, want)
	}
	if r.Fault != nil || r.Attempt != 2 {
		t.Errorf("fault %v, attempt %d", r.Fault, r.Attempt)
	}
	r.apply(wire.Event{Job: "j", Seq: 11, Type: wire.EventStarted, Attempt: 3})
	if len(r.Passes) != 0 {
		t.Errorf("an attempt from the start keeps %d passes, want 0", len(r.Passes))
	}
}

func TestRunEnds(t *testing.T) {
	for _, c := range []struct {
		e    wire.Event
		want stage
	}{
		{wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{Message: "The disk is full."}}, stageFailed},
		{wire.Event{Type: wire.EventCanceled}, stageCanceled},
		{wire.Event{Type: wire.EventDone, Model: &model.Model{}}, stageDone},
		{wire.Event{Type: wire.EventCanceled, Model: &model.Model{}}, stageCanceled},
	} {
		var r run
		c.e.Seq = 1
		r.apply(c.e)
		if r.Model != c.e.Model {
			t.Errorf("after %s the model is %v, want the event's", c.e.Type, r.Model)
		}
		if r.Stage != c.want || !r.Stage.ended() || r.Progress != nil {
			t.Errorf("after %s: stage %q, ended %v, progress %v", c.e.Type, r.Stage, r.Stage.ended(), r.Progress)
		}
	}
}

// A long run keeps all numbers, but centroids of the newest passes only.
func TestRunStaysSmall(t *testing.T) {
	var r run
	for i := 1; i <= 300; i++ {
		r.apply(passEvent(int64(i), 0, i, float64(i)))
	}
	kept := 0
	for _, p := range r.Passes {
		if !p.Centroids.IsZero() {
			kept++
		}
	}
	if len(r.Passes) != 300 || kept != keepCentroids {
		t.Errorf("%d passes, %d with centroids; want 300 and %d", len(r.Passes), kept, keepCentroids)
	}
	x, y := axis{Feature: 0, Back: prep.Column{Factor: 1}}, axis{Feature: 1, Back: prep.Column{Factor: 1}}
	xs, _ := r.trails(x, y)
	if len(xs) != 2 || len(xs[0]) != keepCentroids || xs[0][keepCentroids-1] != 300 {
		t.Errorf("trails = %v", xs)
	}
}

// A bisecting training has a centroid more after each pass.
func TestTrailsGrow(t *testing.T) {
	var r run
	r.apply(passEvent(1, 0, 1, 1))
	more := passEvent(2, 0, 2, 2)
	more.Pass.Centroids = matrix([]float64{2, 0}, []float64{7, 1}, []float64{9, 1})
	r.apply(more)
	x, y := axis{Feature: 0, Back: prep.Column{Factor: 1}}, axis{Feature: 1, Back: prep.Column{Factor: 1}}
	if xs, _ := r.trails(x, y); !reflect.DeepEqual(xs, [][]float64{{1, 2}, {6, 7}, {9}}) {
		t.Errorf("trails = %v, want that of the third from its first pass on", xs)
	}
}

// Rows of length 1 have no original units.
func TestAxesOfUnitRows(t *testing.T) {
	p := prep.Prep{Unit: true, Columns: []prep.Column{{Name: "length", Offset: 10, Factor: 2}}}
	if got := axesOf(&p)[0].value(.5); got != .5 {
		t.Errorf("a part of 0.5 is shown at %v", got)
	}
}

// The demo showed widths under the label of lengths: the values of an axis
// must be those of the column that it names, in its own units.
func TestAxesNameWhatTheyShow(t *testing.T) {
	p := prep.Prep{Columns: []prep.Column{
		{Name: "length", Offset: 10, Factor: 2},
		{Name: "island", Levels: []string{"Biscoe", "Dream"}},
		{Name: "width", Offset: 1, Factor: 4},
	}}
	axes := axesOf(&p)
	rows := [][]float32{{1, 0, 1, -1}}
	want := map[string]float64{"length": 12, "island = Biscoe": 0, "island = Dream": 1, "width": -3}
	if len(axes) != len(want) {
		t.Fatalf("axesOf = %v", axes)
	}
	for _, a := range axes {
		if got := a.column(rows)[0]; got != want[a.Name] {
			t.Errorf("%s = %v, want %v", a.Name, got, want[a.Name])
		}
	}
	x, _ := axisNamed(axes, "", 0)
	y, _ := axisNamed(axes, "", 1)
	if x.Name != "length" || y.Name != "width" {
		t.Errorf("the first picture shows %q and %q, want the two numbers", x.Name, y.Name)
	}
	if c := y.of(matrix([]float64{0, 0, 0, 2})); c[0] != 9 {
		t.Errorf("centroid on width = %v, want 9", c[0])
	}
	if _, ok := axisNamed(nil, "", 0); ok {
		t.Error("axisNamed of no axes is ok")
	}
}
