package stats_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// outcome is what testdata/scipy.py prints. Base64 is of little-endian values.
type outcome struct {
	NumPy, SciPy, Sklearn string
	Columns               []struct {
		Name                                      string
		Data, Edges, SevenEdges, Density          floats
		Count, Missing, Infinite, Below, Above    int64
		Mean, Std, Skew, Min, Q1, Median, Q3, Max float64
		Silverman, SheatherJones, Low, High       float64
		Bins, Seven                               []int64
	}
	Tables []struct {
		Name              string
		Columns           int
		Data              floats
		Pearson, Spearman pairs
		PCA               []struct {
			Scale            prep.Scale
			Rows             int64
			Variance, Share  []float64
			Loadings, Points floats
		}
	}
}

type pairs struct {
	R    [][]*float64
	Rows [][]int64
}

type floats []float64

func (f *floats) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	*f = make([]float64, len(raw)/8)
	return binary.Read(bytes.NewReader(raw), binary.LittleEndian, *f)
}

// near reports whether got is want to about nine digits, of values of some size.
func near(got, want, size float64) bool { return math.Abs(got-want) <= 1e-9*max(math.Abs(want), size) }

func (o outcome) check(t *testing.T) {
	if len(o.Columns) == 0 || len(o.Tables) == 0 {
		t.Fatal("the outcome lacks cases")
	}
	for i := range o.Columns {
		t.Run(o.Columns[i].Name, func(t *testing.T) { o.checkColumn(t, i) })
	}
	for i := range o.Tables {
		t.Run("table "+o.Tables[i].Name, func(t *testing.T) { o.checkTable(t, i) })
	}
}

func (o outcome) checkColumn(t *testing.T, i int) {
	c := o.Columns[i]
	s := service(numbers("x", c.Data))
	got := ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{})).Columns[0]
	counts := []int64{got.Count, got.Missing, got.Infinite, got.Box.Below, got.Box.Above}
	if want := []int64{c.Count, c.Missing, c.Infinite, c.Below, c.Above}; !reflect.DeepEqual(counts, want) {
		t.Errorf("count, missing, infinite, below, above = %d, want %d", counts, want)
	}
	size := c.Std // of what is a difference of values
	for _, v := range []struct {
		name            string
		got, want, size float64
	}{
		{"mean", got.Mean, c.Mean, size}, {"std", got.Std, c.Std, 0}, {"skew", got.Skew, c.Skew, 1}, {"min", got.Min, c.Min, 0}, {"q1", got.Q1, c.Q1, 0},
		{"median", got.Median, c.Median, 0}, {"q3", got.Q3, c.Q3, 0}, {"max", got.Max, c.Max, 0}, {"bandwidth", got.Bandwidth, c.Silverman, 0},
		{"low", got.Box.Low, c.Low, 0}, {"high", got.Box.High, c.High, 0},
	} {
		if !near(v.got, v.want, v.size) {
			t.Errorf("%s = %v, want %v", v.name, v.got, v.want)
		}
	}
	if !reflect.DeepEqual(got.Bins, c.Bins) || !sameFloats(got.Edges, c.Edges) {
		t.Errorf("histogram = %d at %v, want NumPy's %d at %v", got.Bins, got.Edges, c.Bins, c.Edges)
	}
	for j, p := range got.Density {
		if !near(p.Y, c.Density[j], 1/size) {
			t.Errorf("density at %v = %v, want SciPy's %v", p.X, p.Y, c.Density[j])
			break
		}
	}
	if len(got.Density) != len(c.Density) {
		t.Errorf("the density has %d points, want %d", len(got.Density), len(c.Density))
	}
	got = ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{Bins: 7, Bandwidth: stats.SheatherJones})).Columns[0]
	if !reflect.DeepEqual(got.Bins, c.Seven) || !sameFloats(got.Edges, c.SevenEdges) {
		t.Errorf("histogram of 7 bins = %d at %v, want NumPy's %d at %v", got.Bins, got.Edges, c.Seven, c.SevenEdges)
	}
	if !near(got.Bandwidth, c.SheatherJones, 0) || got.Rule != stats.SheatherJones {
		t.Errorf("bandwidth by %s = %v, want %v", got.Rule, got.Bandwidth, c.SheatherJones)
	}
}

func sameFloats(got []float64, want floats) bool { return reflect.DeepEqual(floats(got), want) }

func (o outcome) checkTable(t *testing.T, i int) {
	c := o.Tables[i]
	rows := len(c.Data) / c.Columns
	m := &memory{rows: rows}
	for j := range c.Columns {
		m.add(fmt.Sprint("x", j), c.Data[j*rows:(j+1)*rows])
	}
	s := service(m)
	for _, method := range []string{stats.Pearson, stats.Spearman} {
		want := c.Pearson
		if method == stats.Spearman {
			want = c.Spearman
		}
		got := ok[wire.Correlation](t)(s.Correlate(t.Context(), request, nil, method))
		if !reflect.DeepEqual(got.Rows, want.Rows) {
			t.Errorf("%s is of %d rows, want %d", method, got.Rows, want.Rows)
		}
		for a := range want.R {
			for b, r := range want.R[a] {
				if g := got.R[a][b]; (g == nil) != (r == nil) || g != nil && !near(*g, *r, 1) {
					t.Errorf("%s of %d and %d = %v, want SciPy's %v", method, a, b, deref(g), deref(r))
				}
			}
		}
	}
	for _, want := range c.PCA {
		got := ok[wire.PCA](t)(s.PCA(t.Context(), request, stats.Components{Scale: want.Scale, Sample: stats.Sample{N: rows}}))
		if got.Rows != want.Rows || len(got.Components) != c.Columns || int64(len(got.Sample.Rows)) != want.Rows {
			t.Fatalf("PCA with %s is of %d rows, %d components, %d points, want %d rows", want.Scale, got.Rows, len(got.Components), len(got.Sample.Rows), want.Rows)
		}
		for k, comp := range got.Components {
			if !near(comp.Variance, want.Variance[k], want.Variance[0]) || !near(comp.Share, want.Share[k], 1) {
				t.Errorf("component %d with %s has variance %v, share %v, want scikit-learn's %v, %v", k, want.Scale, comp.Variance, comp.Share, want.Variance[k], want.Share[k])
			}
			for j, l := range comp.Loadings {
				if w := want.Loadings[k*c.Columns+j]; !near(l, w, 1) {
					t.Errorf("loading %d of component %d with %s = %v, want scikit-learn's %v", j, k, want.Scale, l, w)
				}
			}
			for j := range min(50, len(got.Sample.Rows)) {
				w := want.Points[j*c.Columns+k]
				if p := *got.Sample.Rows[j].Cells[k].Number; !near(p, w, math.Sqrt(want.Variance[0])) {
					t.Errorf("coordinate %d of point %d with %s = %v, want scikit-learn's %v", k, j, want.Scale, p, w)
				}
			}
		}
	}
}

func deref(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// The outcome kept in testdata, of the versions in shared/kmeans/testdata/requirements.txt.
func TestSciPyGolden(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "scipy.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	o.check(t)
}

// The outcome of the SciPy and scikit-learn that are installed here.
func TestSciPyLive(t *testing.T) {
	python := os.Getenv("CENTROID_PYTHON")
	if python == "" {
		python = filepath.Join("..", "..", ".venv", "bin", "python")
	}
	if _, err := exec.LookPath(python); err != nil {
		t.Skipf("no Python with SciPy (make setup-test installs it, CENTROID_PYTHON names another): %v", err)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "scipy.py"), filepath.Join("..", "..", "web", "sample", "iris.csv"))
	var stderr strings.Builder
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
