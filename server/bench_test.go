package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/npy"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

func saveNPY(t *testing.T, path string, rows, cols int, data ...float32) string {
	t.Helper()
	var b bytes.Buffer
	if err := npy.Write(&b, npy.Matrix{Rows: rows, Cols: cols, Data: data}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func runBench(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	cmd := newBenchCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// The contract that other programs rely on: flags, last line, file.
func TestBenchTrain(t *testing.T) {
	dir := t.TempDir()
	x := saveNPY(t, filepath.Join(dir, "x.npy"), 4, 1, 0, 2, 10, 14)
	init := saveNPY(t, filepath.Join(dir, "init.npy"), 2, 1, 0, 2)
	for _, c := range []struct {
		iterations string
		want       benchResult
		centroids  []float32
	}{
		{"20", benchResult{Inertia: 10, Iterations: 3}, []float32{1, 12}},
		{"3", benchResult{Inertia: 10, Iterations: 3}, []float32{1, 12}},
		{"2", benchResult{Inertia: 10, Iterations: 2}, []float32{1, 12}},
		{"1", benchResult{Inertia: 0, Iterations: 1}, []float32{0, 26. / 3}},
	} {
		path := filepath.Join(dir, "out.npy")
		out, err := runBench(t, "train", "--data", x, "--init", init, "--iterations", c.iterations, "--workers", "2", "--out", path, "--reps", "2")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		var raw map[string]json.RawMessage
		var got benchResult
		for _, into := range []any{&raw, &got} {
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), into); err != nil {
				t.Fatalf("last line %q: %v", lines[len(lines)-1], err)
			}
		}
		if len(raw) != 3 || raw["seconds"] == nil || raw["inertia"] == nil || raw["iterations"] == nil || len(got.Seconds) != 2 || !(slices.Min(got.Seconds) > 0) {
			t.Errorf("last line %s, want seconds of 2 repetitions, inertia, iterations", lines[len(lines)-1])
		}
		m, err := openMatrix(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		if c.iterations == "1" { // rows 0 and 2 go to 0, the others to 26/3
			for _, row := range []float32{0, 2, 10, 14} {
				_, sq := kmeans.Predict([]float32{row}, kmeans.Matrix{Rows: 2, Cols: 1, Data: []float64{0, 26. / 3}})
				c.want.Inertia += sq
			}
		}
		if got.Inertia != c.want.Inertia || got.Iterations != c.want.Iterations || m.Rows != 2 || m.Cols != 1 || !slices.Equal(m.Data, c.centroids) {
			t.Errorf("--iterations %s: %+v, centroids %v, want %+v, %v", c.iterations, got, m.Data, c.want, c.centroids)
		}
	}
}

func TestBenchTrainRefuses(t *testing.T) {
	dir := t.TempDir()
	x := saveNPY(t, filepath.Join(dir, "x.npy"), 4, 1, 0, 2, 10, 14)
	init := saveNPY(t, filepath.Join(dir, "init.npy"), 2, 1, 0, 2)
	wide := saveNPY(t, filepath.Join(dir, "wide.npy"), 2, 2, 0, 2, 3, 4)
	none := saveNPY(t, filepath.Join(dir, "none.npy"), 0, 1)
	csv := filepath.Join(dir, "x.csv")
	if err := os.WriteFile(csv, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code fault.Code
		msg  string
	}{
		"no such file":   {[]string{"--data", filepath.Join(dir, "y.npy"), "--init", init}, fault.NotFound, "y.npy can't be opened"},
		"csv":            {[]string{"--data", csv, "--init", init}, fault.Invalid, "x.csv: This is not a .npy file"},
		"another dim":    {[]string{"--data", x, "--init", wide}, fault.Invalid, "have 2 features, but the rows have 1"},
		"no centroids":   {[]string{"--data", x, "--init", none}, fault.Invalid, "no centroids"},
		"no rows":        {[]string{"--data", none, "--init", init}, fault.Invalid, "no rows left"},
		"no iterations":  {[]string{"--data", x, "--init", init, "--iterations", "0"}, fault.Invalid, "--iterations is 0"},
		"no workers":     {[]string{"--data", x, "--init", init, "--workers", "-1"}, fault.Invalid, "--workers is -1"},
		"no repetitions": {[]string{"--data", x, "--init", init, "--reps", "0"}, fault.Invalid, "--reps is 0"},
		"no folder":      {[]string{"--data", x, "--init", init, "--out", filepath.Join(dir, "none", "c.npy")}, fault.Unavailable, "can't be written"},
	} {
		out, err := runBench(t, append([]string{"train"}, c.args...)...)
		if fault.CodeOf(err) != c.code || !strings.Contains(fault.Message(err), c.msg) || strings.Contains(out, "seconds") {
			t.Errorf("%s: %v, output %q, want %s with %q", name, err, out, c.code, c.msg)
		}
	}
	for _, args := range [][]string{{}, {"--init", init, "--k", "2"}, {"--init", init, "--seed", "1"}} {
		if _, err := runBench(t, append([]string{"train", "--data", x}, args...)...); err == nil || !strings.Contains(err.Error(), "init") {
			t.Errorf("bench train %q = %v, want a fault that names --init", args, err)
		}
	}
}

// Without --init the centroids are those of a training by the same settings.
func TestBenchTrainSeeds(t *testing.T) {
	rows := enginetest.Blobs(2000, 3, 5, 1, 1)
	x := saveNPY(t, filepath.Join(t.TempDir(), "x.npy"), 2000, 3, rows...)
	for _, c := range []struct {
		init      kmeans.Init
		seed      uint64
		tolerance float64
	}{{kmeans.PlusPlus, 1, 1e-2}, {kmeans.PlusPlus, 2, 0}, {kmeans.Random, 1, 0}} {
		want, err := kmeans.Run(t.Context(), kmeans.Serial(rows, 2000, 3), kmeans.Config{K: 5, Init: c.init, Seed: c.seed, Tolerance: c.tolerance}, nil, kmeans.Observer{})
		if err != nil {
			t.Fatal(err)
		}
		out, err := runBench(t, "train", "--data", x, "--k", "5", "--init-method", string(c.init), "--seed", fmt.Sprint(c.seed), "--tolerance", fmt.Sprint(c.tolerance))
		if err != nil {
			t.Fatal(err)
		}
		var got benchResult
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if got.Inertia != want.Inertia || got.Iterations != want.Passes {
			t.Errorf("%+v: inertia %v after %d passes, want %v after %d", c, got.Inertia, got.Iterations, want.Inertia, want.Passes)
		}
	}
}

func TestBenchPredict(t *testing.T) {
	const n, d, k = 9000, 3, 5 // more than two pieces
	dir, rows := t.TempDir(), enginetest.Blobs(n, d, k, 1, 1)
	x := saveNPY(t, filepath.Join(dir, "x.npy"), n, d, rows...)
	init := saveNPY(t, filepath.Join(dir, "init.npy"), k, d, rows[:k*d]...)
	centroids := kmeans.NewMatrix(k, d)
	for i := range centroids.Data {
		centroids.Data[i] = float64(rows[i])
	}
	want := 0.0
	for i := range n {
		_, squared := kmeans.Predict(rows[i*d:(i+1)*d], centroids)
		want += squared
	}
	out, err := runBench(t, "predict", "--data", x, "--init", init, "--workers", "3", "--reps", "2")
	if err != nil {
		t.Fatal(err)
	}
	var got predictResult
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if got.Inertia != want || len(got.Seconds) != 2 || !(slices.Min(got.Seconds) > 0) || !(got.RowNS > 0) {
		t.Errorf("bench predict = %+v, want inertia %v, 2 times, and that of a row", got, want)
	}

	wide := saveNPY(t, filepath.Join(dir, "wide.npy"), 1, d+1, rows[:d+1]...)
	none := saveNPY(t, filepath.Join(dir, "none.npy"), 0, d)
	nan := saveNPY(t, filepath.Join(dir, "nan.npy"), 1, d, 0, float32(math.NaN()), 0)
	for name, c := range map[string]struct {
		args []string
		msg  string
	}{
		"another dim":    {[]string{"--data", x, "--init", wide}, "have 4 features, but the rows have 3"},
		"no rows":        {[]string{"--data", none, "--init", init}, "has no rows"},
		"no number":      {[]string{"--data", nan, "--init", init}, "Row 0 (counted from 0), feature 1, is NaN"},
		"no centroids":   {[]string{"--data", x, "--init", none}, "no centroids"},
		"no workers":     {[]string{"--data", x, "--init", init, "--workers", "0"}, "--workers is 0"},
		"no repetitions": {[]string{"--data", x, "--init", init, "--reps", "0"}, "--reps is 0"},
	} {
		if out, err := runBench(t, append([]string{"predict"}, c.args...)...); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.msg) || strings.Contains(out, "seconds") {
			t.Errorf("%s: %v, output %q, want %q", name, err, out, c.msg)
		}
	}
}
