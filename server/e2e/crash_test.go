package e2e

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// blobs makes a CSV of overlapping Gaussian blobs: many passes, none of them long.
func blobs(rows, cols int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for c := range cols {
		fmt.Fprintf(&b, "%sx%d", sep(c), c)
	}
	b.WriteByte('\n')
	for range rows {
		middle := float64(rng.IntN(12))
		for c := range cols {
			fmt.Fprintf(&b, "%s%.4f", sep(c), 0.6*middle*float64(c%3)+rng.NormFloat64())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func sep(col int) string {
	if col == 0 {
		return ""
	}
	return ","
}

// request is a training that takes some hundred passes.
func request(dataset string) wire.TrainStart {
	return wire.TrainStart{Dataset: dataset, Name: "blobs", Prep: prep.Config{Scale: prep.Standard},
		Config: kmeans.Config{K: 40, Init: kmeans.Random, Seed: 7, MaxIterations: 100, Restarts: 16}}
}

// TestE2EKilledTrainingGoesOn kills the server in mid-training as a power cut
// would, starts it again, and wants the model of an undisturbed run.
func TestE2EKilledTrainingGoesOn(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "killer")
	csv := blobs(100000, 8)
	var d wire.Dataset
	a.do("POST", "datasets?name=blobs", strings.NewReader(csv), "text/csv", &d)

	undisturbed := a.train(request(d.ID))
	var started wire.Started
	c := a.socket()
	events := a.call(c, wire.MethodTrainStart, request(d.ID), &started)
	var last int64
	for _, e := range events {
		last = e.Seq
	}
	for passes := 0; passes < 106; { // the later ones are 50 ms apart: enough for a checkpoint
		e, err := a.next(c)
		if err != nil {
			t.Fatal(err)
		}
		if e.Type.Ends() {
			t.Fatalf("the job ended (%s) before it could be killed", e.Type)
		}
		last = e.Seq
		if e.Type == wire.EventPass {
			passes++
		}
	}
	s.Kill()
	s.Start()
	c = a.socket()
	var sub wire.Subscribed
	a.call(c, wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job, After: last}, &sub)
	end := a.finish(c, last)
	if end.Type != wire.EventDone {
		t.Fatalf("the job ended with %s %+v, want done", end.Type, end.Fault)
	}
	if end.Model.Hash != undisturbed.Hash {
		t.Errorf("model hash after kill -9 = %s, undisturbed %s", end.Model.Hash, undisturbed.Hash)
	}
	resumed := 0
	var log []wire.Event
	a.do("GET", fmt.Sprintf("jobs/%s/events?after=%d&limit=1000", started.Job, last), nil, "", &log)
	for _, e := range log {
		resumed = max(resumed, e.Resumed)
	}
	if resumed == 0 {
		t.Error("the second attempt began from nothing: no event says Resumed")
	}
}

// train runs a request to its end.
func (a *api) train(req wire.TrainStart) *model.Model {
	a.t.Helper()
	var started wire.Started
	c := a.socket()
	var last int64
	for _, e := range a.call(c, wire.MethodTrainStart, req, &started) {
		last = e.Seq
	}
	end := a.finish(c, last)
	if end.Type != wire.EventDone {
		a.t.Fatalf("training ended with %s %+v", end.Type, end.Fault)
	}
	return end.Model
}

// TestE2EInterrupt wants Ctrl-C in mid-training to end the server in under 5 s,
// and the training to end after the next start.
func TestE2EInterrupt(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ctrlc")
	var d wire.Dataset
	a.do("POST", "datasets?name=blobs", strings.NewReader(blobs(100000, 8)), "text/csv", &d)
	var started wire.Started
	c := a.socket()
	a.call(c, wire.MethodTrainStart, request(d.ID), &started)
	for {
		e, err := a.next(c)
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == wire.EventPass {
			break
		}
	}
	if took := s.Interrupt(); took > 5*time.Second {
		t.Errorf("Ctrl-C took %v, want under 5 s", took)
	}
	s.Start()
	c = a.socket()
	var sub wire.Subscribed
	a.call(c, wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job}, &sub)
	if end := a.finish(c, 0); end.Type != wire.EventDone {
		t.Errorf("after the restart the job ended with %s %+v, want done", end.Type, end.Fault)
	}
}

// TestE2ECommandLine trains and predicts without a server, and wants the model
// that the server makes of the same rows, settings and seed.
func TestE2ECommandLine(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "cli")
	iris, err := filepath.Abs("../../web/sample/iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(iris)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var d wire.Dataset
	a.do("POST", "datasets?name=iris", file, "text/csv", &d)
	served := a.train(wire.TrainStart{Dataset: d.ID, Config: kmeans.Config{K: 3, Seed: 1, Tolerance: 1e-4}})

	out := filepath.Join(t.TempDir(), "model.json")
	run(t, "train", "--data", iris, "--k", "3", "--seed", "1", "--out", out)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	local, err := model.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if local.Hash != served.Hash {
		t.Errorf("hash by the command line = %s, by the server %s", local.Hash, served.Hash)
	}

	csv := run(t, "predict", "--model", out, "--data", iris)
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	if len(lines) != 151 || strings.TrimSpace(lines[0]) != "sepal_len,sepal_width,petal_len,petal_width,category,cluster,distance" {
		t.Errorf("predict gave %d lines, the first %q", len(lines), lines[0])
	}
}

// run runs the program and gives its standard output.
func run(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(built, args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("centroid %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// TestE2EBench holds the contract of `centroid bench train`.
func TestE2EBench(t *testing.T) {
	if _, err := os.Stat(built); err != nil {
		t.Skipf("%s is not built: run `make build` first (make test does)", built)
	}
	dir := t.TempDir()
	x, init, out := filepath.Join(dir, "x.npy"), filepath.Join(dir, "init.npy"), filepath.Join(dir, "out.npy")
	writeNPY(t, x, [][]float32{{0, 0}, {0, 1}, {10, 10}, {10, 11}})
	writeNPY(t, init, [][]float32{{0, 0}, {10, 10}})
	lines := strings.Split(strings.TrimSpace(run(t, "bench", "train", "--data", x, "--init", init, "--iterations", "5", "--workers", "2", "--out", out)), "\n")
	var got struct {
		Seconds    []float64
		Inertia    float64
		Iterations int
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatalf("last line %q: %v", lines[len(lines)-1], err)
	}
	if len(got.Seconds) == 0 || got.Inertia != 1 || got.Iterations < 1 || got.Iterations > 5 {
		t.Errorf("got %+v, want an inertia of 1 in at most 5 iterations", got)
	}
	if b, err := os.ReadFile(out); err != nil || !strings.HasPrefix(string(b), "\x93NUMPY") {
		t.Errorf("centroids' file: %v", err)
	}
}

func writeNPY(t *testing.T, path string, rows [][]float32) {
	t.Helper()
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", len(rows), len(rows[0]))
	head += strings.Repeat(" ", 64-(10+len(head)+1)%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	b = append(b, head...)
	for _, row := range rows {
		for _, v := range row {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
