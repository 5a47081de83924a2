package stats_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// stored is dataset.Service as main gives it to stats.
type stored struct{ *dataset.Service }

func (d stored) Open(ctx context.Context, owner, id string, version int) (stats.Table, error) {
	return d.Source(ctx, owner, id, version)
}

// benchRows and benchColumns are of the table of the benchmarks.
const (
	benchRows    = 1_000_000
	benchColumns = 16
)

// normal gives a value of the table: the first half of the columns is
// independent, each of the others follows one of those.
func normal(row, column int) float64 {
	of := func(c int) float64 {
		u := kmeans.Uniform(1, uint64(c), uint64(2*row))
		v := kmeans.Uniform(1, uint64(c), uint64(2*row+1))
		return math.Sqrt(-2*math.Log(1-u)) * math.Cos(2*math.Pi*v)
	}
	x := of(column)
	if half := benchColumns / 2; column >= half {
		x += of(column - half)
	}
	return math.Round(x*1e6) / 1e6
}

// bench makes the table a dataset, on disk as a server has it.
func bench(b *testing.B) (stats.Tables, stats.Request) {
	b.Helper()
	dir := b.TempDir()
	meta, err := store.Open(b.Context(), filepath.Join(dir, "centroid.db"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	if err := meta.AddUser(b.Context(), auth.User{ID: owner, Name: owner, Created: time.Now()}); err != nil {
		b.Fatal(err)
	}
	d, err := dataset.Open(b.Context(), dataset.Config{Dir: filepath.Join(dir, "dataset"), Meta: meta})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
		if err := meta.Close(); err != nil {
			b.Error(err)
		}
	})
	path := filepath.Join(dir, "table.csv")
	writeCSV(b, path)
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	made, err := d.Ingest(b.Context(), owner, "t", "", f)
	if err != nil {
		b.Fatal(err)
	}
	return stored{d}, stats.Request{Owner: owner, Dataset: made.ID}
}

// BenchmarkStats asks of 1e6 rows x 16 numbers what the Explore page does:
// "first" reads the file, "memory" has the columns in memory but nothing known of
// them, "again" is asked once more. Wanted first: describe 1 s, histograms 200 ms,
// correlation 300 ms, PCA 500 ms, a brush 100 ms.
func BenchmarkStats(b *testing.B) {
	tables, q := bench(b)
	held := &memory{rows: benchRows}
	for c := range benchColumns {
		held.add(fmt.Sprint("c", c), column(c))
	}
	half, one := 0.5, 1.0
	for _, question := range []struct {
		name string
		ask  func(ctx context.Context, s *stats.Service) error
	}{
		{"describe", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Describe(ctx, q, stats.Profile{})
			return err
		}},
		{"describe-sheather-jones", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Describe(ctx, q, stats.Profile{Bandwidth: stats.SheatherJones})
			return err
		}},
		{"histograms", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Brush(ctx, q.Owner, q.Dataset, wire.Brush{Bins: 50})
			return err
		}},
		{"pearson", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Correlate(ctx, q, nil, stats.Pearson)
			return err
		}},
		{"spearman", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Correlate(ctx, q, nil, stats.Spearman)
			return err
		}},
		{"pca", func(ctx context.Context, s *stats.Service) error {
			_, err := s.PCA(ctx, q, stats.Components{})
			return err
		}},
		{"sample", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Sample(ctx, q, stats.Sample{N: 2000})
			return err
		}},
		{"brush", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Brush(ctx, q.Owner, q.Dataset, wire.Brush{Filter: wire.Filters{{Column: "c0", Min: &half}, {Column: "c9", Max: &one}}, Limit: 1000})
			return err
		}},
		{"advice", func(ctx context.Context, s *stats.Service) error {
			_, err := s.Advise(ctx, q, prep.Config{})
			return err
		}},
	} {
		for _, state := range []string{"first", "memory", "again"} {
			b.Run(question.name+"/"+state, func(b *testing.B) {
				ask := func(s *stats.Service) {
					if err := question.ask(b.Context(), s); err != nil {
						b.Fatal(err)
					}
				}
				of := tables
				if state == "memory" {
					of = anyID{held}
				}
				s := stats.New(stats.Options{Tables: of})
				if state == "again" {
					ask(s)
				}
				for b.Loop() {
					if state != "again" {
						s = stats.New(stats.Options{Tables: of})
					}
					ask(s)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/question")
			})
		}
	}
	b.Run("peers", func(b *testing.B) { peers(b, held) })
}

// anyID is a table in memory under the id of another.
type anyID struct{ *memory }

func (a anyID) Get(ctx context.Context, who, _ string, version int) (wire.Dataset, error) {
	return a.memory.Get(ctx, who, "D", version)
}

func (a anyID) Open(context.Context, string, string, int) (stats.Table, error) { return a.memory, nil }

// peers reports how long others take for the same values, which they have in memory.
func peers(b *testing.B, m *memory) {
	python := os.Getenv("CENTROID_PYTHON")
	if python == "" {
		python = filepath.Join("..", "..", ".venv-peers", "bin", "python")
	}
	if _, err := exec.LookPath(python); err != nil {
		b.Skipf("no Python with pandas (make bench installs it, CENTROID_PYTHON names another): %v", err)
	}
	path := filepath.Join(b.TempDir(), "values.f64")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range m.data {
		if err := binary.Write(f, binary.LittleEndian, c.Numbers); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := exec.Command(python, filepath.Join("testdata", "peers.py"), path, fmt.Sprint(m.rows), fmt.Sprint(len(m.data)))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		var took map[string]float64
		if err := json.Unmarshal(out, &took); err != nil {
			b.Fatal(err)
		}
		for name, ms := range took {
			b.ReportMetric(ms, name+"-ms")
		}
	}
	b.ReportMetric(0, "ns/op")
}

func column(c int) []float64 {
	x := make([]float64, benchRows)
	for r := range x {
		x[r] = normal(r, c)
	}
	return x
}

func writeCSV(b *testing.B, path string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	for c := range benchColumns {
		buf = fmt.Appendf(buf, "c%d%c", c, ",\n"[(c+1)/benchColumns])
	}
	for r := range benchRows {
		for c := range benchColumns {
			buf = fmt.Appendf(buf, "%g%c", normal(r, c), ",\n"[(c+1)/benchColumns])
		}
		if len(buf) > 1<<20 || r == benchRows-1 {
			if _, err := f.Write(buf); err != nil {
				b.Fatal(err)
			}
			buf = buf[:0]
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}
