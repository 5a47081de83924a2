package drift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// rowsOf makes a table; its columns x and colour have moved by so much.
func rowsOf(n int, seed uint64, moved float64) string {
	r := rand.New(rand.NewPCG(seed, 9))
	var b strings.Builder
	b.WriteString("x,colour,y,few\n")
	for range n {
		x, colour := fmt.Sprintf("%.4f", r.NormFloat64()+moved+4*float64(r.IntN(3))), fmt.Sprintf("c%d", int(30*r.Float64()*r.Float64()))
		if r.Float64() < 0.02+moved/10 {
			x = ""
		}
		if r.Float64() < moved/5 {
			colour = "unseen"
		}
		fmt.Fprintf(&b, "%s,%s,%.3g,%d\n", x, colour, math.Exp(r.NormFloat64()), r.IntN(3))
	}
	return b.String()
}

func read(t testing.TB, text string) *table.Memory {
	t.Helper()
	src, err := table.ReadMemory(strings.NewReader(text), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	src.Schema()[1].Role = table.Feature
	return src
}

func trained(t testing.TB, src *table.Memory, missing prep.Missing) *model.Model {
	t.Helper()
	p, stats, err := prep.Fit(t.Context(), src, prep.Config{Columns: []string{"x", "colour", "y", "few"}, Missing: missing})
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	cfg := kmeans.Config{K: 3, Seed: 1}.WithDefaults()
	e := kmeans.Serial(vectors, int(stats.Rows), p.Width())
	res, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	m := model.Build(p, stats, cfg, res)
	if err := m.Observe(t.Context(), src, stats, vectors, e.Labels()); err != nil {
		t.Fatal(err)
	}
	return m
}

// near is what the model says of the rows of a table.
type near struct {
	Labels    []int32   `json:"labels"`
	Distances []float64 `json:"distances"`
}

// counted adds the rows of src to the counters in turn, a batch each.
func counted(t testing.TB, m *model.Model, src *table.Memory, counters ...*Counter) (all near) {
	t.Helper()
	p, n := m.NewPredictor(), 0
	err := src.Scan(t.Context(), m.Prep.Names(), func(b *table.Batch) error {
		_, labels, distances, err := p.Batch(b)
		if err != nil {
			return err
		}
		counters[n%len(counters)].Add(b, labels, distances)
		n++
		all.Labels, all.Distances = append(all.Labels, labels...), append(all.Distances, distances...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func newCounter(t testing.TB, m *model.Model) *Counter {
	t.Helper()
	c, err := NewCounter(m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func reported(t testing.TB, c *Counter) *Report {
	t.Helper()
	r, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNumPy holds a profile and a report to what NumPy computes from the rows.
func TestNumPy(t *testing.T) {
	python := os.Getenv("CENTROID_PYTHON")
	if python == "" {
		python = filepath.Join("..", "..", ".venv", "bin", "python")
	}
	if _, err := exec.LookPath(python); err != nil {
		t.Skipf("no Python with NumPy (make setup-test installs it, CENTROID_PYTHON names another): %v", err)
	}
	for _, missing := range []prep.Missing{prep.Drop, prep.Mean} {
		train, rows := rowsOf(7000, 1, 0), rowsOf(5000, 2, 0.7)
		src := read(t, train)
		m := trained(t, src, missing)
		c := newCounter(t, m)
		both := []near{counted(t, m, src, newCounter(t, m)), counted(t, m, read(t, rows), c)}
		dir := t.TempDir()
		args := []string{filepath.Join("testdata", "drift.py")}
		write := func(name string, v any) {
			b, ok := v.([]byte)
			if !ok {
				var err error
				if b, err = json.Marshal(v); err != nil {
					t.Fatal(err)
				}
			}
			args = append(args, filepath.Join(dir, name))
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("model.json", m)
		write("train.csv", []byte(train))
		write("rows.csv", []byte(rows))
		write("near.json", both)
		var stderr bytes.Buffer
		cmd := exec.Command(python, args...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		var want struct {
			PSI               []float64
			Clusters, Outside float64
			Quantiles         [][]float64
		}
		if err := json.Unmarshal(out, &want); err != nil {
			t.Fatal(err)
		}
		same := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
				t.Errorf("%s: %s = %v, NumPy %v", missing, what, got, want)
			}
		}
		r := reported(t, c)
		for i, d := range r.Columns {
			same("index of "+d.Name, d.PSI, want.PSI[i])
		}
		same("index of the clusters", r.PSI, want.Clusters)
		same("share outside", r.Outside, want.Outside)
		for j, q := range m.Profile.Clusters {
			for i := range q {
				same("quantile", q[i], want.Quantiles[j][i])
			}
		}
		if r.Columns[0].Verdict != "moved far" || r.Columns[2].Verdict != "stable" || r.Most > 1 {
			t.Errorf("verdicts %+v, %s moved most", r.Columns, r.Columns[r.Most].Name)
		}
	}
}

// TestTraining compares the rows of the training with themselves.
func TestTraining(t *testing.T) {
	src := read(t, rowsOf(9000, 1, 0))
	m := trained(t, src, prep.Drop)
	c := newCounter(t, m)
	counted(t, m, src, c)
	r := reported(t, c)
	for _, d := range r.Columns {
		if d.PSI != 0 || d.Beyond != 0 || d.Unknown != 0 || d.Missing.Rows != d.Missing.Training {
			t.Errorf("%+v, want no drift", d)
		}
	}
	if r.PSI != 0 || r.Outside > 0.01 || r.Outside < 0.009 || !strings.HasPrefix(r.Summary, "No column has moved: ") {
		t.Errorf("report %+v", r)
	}
}

// TestMerge counts a table in three parts, one of which went through JSON.
func TestMerge(t *testing.T) {
	m := trained(t, read(t, rowsOf(5000, 1, 0)), prep.Median)
	src := read(t, rowsOf(20000, 2, 0.4))
	whole, a, b := newCounter(t, m), newCounter(t, m), newCounter(t, m)
	counted(t, m, src, whole)
	counted(t, m, src, a, b)
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var back Counter
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := a.Merge(&back); err != nil {
		t.Fatal(err)
	}
	if got, want := reported(t, a), reported(t, whole); !reflect.DeepEqual(got, want) {
		t.Errorf("merged %+v, want %+v", got, want)
	}
	if err := a.Merge(&Counter{}); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Merge of another model's = %v", err)
	}
}

func TestNothing(t *testing.T) {
	m := trained(t, read(t, rowsOf(500, 1, 0)), prep.Drop)
	if _, err := newCounter(t, m).Report(); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Report of no rows = %v", err)
	}
	m.Profile = nil
	if _, err := NewCounter(m); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "Train again") {
		t.Errorf("NewCounter without a profile = %v", err)
	}
}
