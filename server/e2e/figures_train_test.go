package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// irisCSV is the sample that a person meets first.
const irisCSV = "../../web/sample/iris.csv"

// measureEvent starts trainings on a server that does nothing else, one after
// another, and takes the time until the first event of each is here.
func measureEvent(tb *testing.B, f *figures) {
	const trainings = 200
	s := startServer(tb)
	a := program(tb, s, "watcher")
	var d wire.Dataset
	a.do("POST", "datasets/sample/iris", nil, "", &d)
	c := a.socket()
	var ms []float64
	for i := range trainings {
		req := wire.TrainStart{Dataset: d.ID, Config: kmeans.Config{K: 3, Seed: uint64(i), Tolerance: 1e-4}}
		var started wire.Started
		begin := time.Now()
		events := a.call(c, wire.MethodTrainStart, req, &started)
		if len(events) == 0 {
			e, err := a.next(c)
			if err != nil {
				tb.Fatal(err)
			}
			events = append(events, e)
		}
		ms = append(ms, time.Since(begin).Seconds()*1000)
		last := events[len(events)-1]
		if !last.Ends() {
			last = a.finish(c, last.Seq)
		}
		if last.Type != wire.EventDone {
			tb.Fatalf("training %d ended with %s %+v", i, last.Type, last.Fault)
		}
	}
	f.limit(fmt.Sprintf("train.start to the first job.event, p99 of %d", trainings), quantile(ms, 0.99), 20, "ms",
		fmt.Sprintf("%s ms (p50 %s, greatest %s)", number(quantile(ms, 0.99)), number(median(ms)), number(slices.Max(ms))))
}

// peer runs scikit-learn as its authors built it: nothing in the environment
// may choose kernels for it.
func peer(tb testing.TB, out any, args ...string) {
	tb.Helper()
	python, err := filepath.Abs("../../.venv/bin/python")
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		tb.Skipf("no scikit-learn in %s: run `make setup`", python)
	}
	cmd := exec.Command(python, append([]string{"testdata/figures.py"}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OPENBLAS_") })
	var words strings.Builder
	cmd.Stderr = &words
	line, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(line, out)
	}
	if err != nil {
		tb.Fatalf("figures.py %s: %v\n%s", strings.Join(args, " "), err, words.String())
	}
}

// relative is how far a is from b.
func relative(a, b float64) float64 { return math.Abs(a-b) / math.Abs(b) }

// measureInertia trains iris with three clusters from the same rows as scikit-learn.
func measureInertia(tb *testing.B, f *figures) {
	rows := []int{0, 60, 120}
	csv, err := os.ReadFile(irisCSV)
	if err != nil {
		tb.Fatal(err)
	}
	lines := strings.Split(string(csv), "\n")
	start := lines[0] + "\n"
	for _, r := range rows {
		start += lines[1+r] + "\n"
	}
	startCSV := filepath.Join(tb.TempDir(), "start.csv")
	if err := os.WriteFile(startCSV, []byte(start), 0o600); err != nil {
		tb.Fatal(err)
	}
	var theirs struct {
		Sklearn string
		Cases   map[string]struct {
			Inertia float64 // of the rows as float32, which is what Centroid trains on
			Wide    float64 // of the rows as float64
		}
	}
	peer(tb, &theirs, irisCSV, fmt.Sprint(rows[0]), fmt.Sprint(rows[1]), fmt.Sprint(rows[2]))
	for _, scale := range []string{"none", "standard"} {
		out := run(tb, "train", "--data", irisCSV, "--k", "3", "--start", startCSV, "--scale", scale, "--tolerance", "0", "--out", "-")
		m, err := model.Decode([]byte(out))
		if err != nil {
			tb.Fatal(err)
		}
		ours, their := m.Training.Inertia, theirs.Cases[scale]
		diff := relative(ours, their.Inertia)
		f.limit("iris, k=3, scaling "+scale+": inertia differs from scikit-learn "+theirs.Sklearn, diff, 1e-9, "",
			fmt.Sprintf("%.1e (%.12g, theirs %.12g; %.1e from theirs on float64 values)", diff, ours, their.Inertia, relative(ours, their.Wide)))
	}
}
