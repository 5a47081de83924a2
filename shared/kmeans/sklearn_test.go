package kmeans_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// outcome is what testdata/sklearn.py prints.
type outcome struct {
	Sklearn string `json:"sklearn"`
	Cases   []struct {
		Name          string      `json:"name"`
		Rows          int         `json:"rows"`
		Dim           int         `json:"dim"`
		K             int         `json:"k"`
		Tolerance     float64     `json:"tolerance"`
		MaxIterations int         `json:"maxIterations"`
		Data          string      `json:"data"` // base64 of little-endian float32
		Start         [][]float64 `json:"start"`
		Centroids     [][]float64 `json:"centroids"`
		Inertia       float64     `json:"inertia"`
		Passes        int         `json:"passes"`
		Sizes         []int64     `json:"sizes"`
		Wide          float64     `json:"wide"` // inertia of the rows before rounding to float32
	} `json:"cases"`
}

func relative(a, b float64) float64 { return math.Abs(a-b) / math.Abs(b) }

// check trains each case and compares it with scikit-learn's outcome.
func (o outcome) check(t *testing.T) {
	if len(o.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range o.Cases {
		t.Run(c.Name, func(t *testing.T) {
			raw, err := base64.StdEncoding.DecodeString(c.Data)
			if err != nil {
				t.Fatal(err)
			}
			rows := make([]float32, c.Rows*c.Dim)
			if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, rows); err != nil {
				t.Fatal(err)
			}
			start := kmeans.Matrix{Rows: c.K, Cols: c.Dim, Data: slices.Concat(c.Start...)}
			r, labels := train(t, enginetest.Case{Rows: rows, N: c.Rows, D: c.Dim}, kmeans.Config{Start: start, Tolerance: c.Tolerance, MaxIterations: c.MaxIterations})
			if diff := relative(r.Inertia, c.Inertia); diff > 1e-9 || math.IsNaN(diff) {
				t.Errorf("inertia %v, scikit-learn %s %v: differs by %.1e, want at most 1e-9", r.Inertia, o.Sklearn, c.Inertia, diff)
			}
			if r.Passes != c.Passes || !slices.Equal(r.Sizes, c.Sizes) || len(labels) != c.Rows {
				t.Errorf("%d passes, sizes %v, scikit-learn %d, %v", r.Passes, r.Sizes, c.Passes, c.Sizes)
			}
			for i, want := range slices.Concat(c.Centroids...) {
				if got := r.Centroids.Data[i]; math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
					t.Errorf("centroid %d, feature %d = %v, scikit-learn %v", i/c.Dim, i%c.Dim, got, want)
				}
			}
			t.Logf("inertia differs by %.1e, and by %.1e from that of rows not rounded to float32", relative(r.Inertia, c.Inertia), relative(r.Inertia, c.Wide))
		})
	}
}

// The outcome kept in testdata, of the version in requirements.txt.
func TestScikitLearnGolden(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "sklearn.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	o.check(t)
}

// The outcome of the scikit-learn that is installed here.
func TestScikitLearnLive(t *testing.T) {
	python := os.Getenv("CENTROID_PYTHON")
	if python == "" {
		python = filepath.Join("..", "..", ".venv", "bin", "python")
	}
	if _, err := exec.LookPath(python); err != nil {
		t.Skipf("no Python with scikit-learn (make setup-test installs it, CENTROID_PYTHON names another): %v", err)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "sklearn.py"), filepath.Join("..", "..", "web", "sample", "iris.csv"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", python, err, &stderr)
	}
	var o outcome
	if err := json.Unmarshal(out, &o); err != nil {
		t.Fatal(err)
	}
	o.check(t)
}
