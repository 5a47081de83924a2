package stats_test

import (
	"context"
	"fmt"
	"math"
	"os"
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
// "first" with nothing in memory, so that it reads the file, "again" with the
// columns in memory. Wanted: describe 1 s, histograms 200 ms, correlation 300 ms,
// PCA 500 ms, a brush 100 ms.
func BenchmarkStats(b *testing.B) {
	tables, q := bench(b)
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
		for _, state := range []string{"first", "again"} {
			b.Run(question.name+"/"+state, func(b *testing.B) {
				s := stats.New(stats.Options{Tables: tables})
				if state == "again" {
					if err := question.ask(b.Context(), s); err != nil {
						b.Fatal(err)
					}
				}
				for b.Loop() {
					if state == "first" {
						s = stats.New(stats.Options{Tables: tables})
					}
					if err := question.ask(b.Context(), s); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/question")
			})
		}
	}
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
