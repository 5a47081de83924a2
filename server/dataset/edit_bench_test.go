package dataset_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// BenchmarkEdit changes one cell after another of 1e6 rows of 16 numbers, each a
// version of its own, and prints how long the answers took: run it with
// -benchtime 10000x. What is written into files behind the edits' backs is going
// on meanwhile. At last it reads a window of the newest and of an old version.
func BenchmarkEdit(b *testing.B) {
	const rows, columns = 1_000_000, 16
	s, _ := mustOpen(b, 0)
	csv := filepath.Join(b.TempDir(), "t.csv")
	writeTable(b, csv, rows, columns)
	d := mustIngestFile(b, s, csv)
	chance := rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		c, err := s.Edit(b.Context(), owner, d.ID, wire.RowEdits{Seen: d.Version, Cells: []wire.CellEdit{
			{Row: chance.Int64N(rows), Column: string(rune('a' + chance.IntN(columns))), Cell: table.Num(chance.Float64())}}})
		if err != nil {
			b.Fatal(err)
		}
		d = c.Dataset
		took = append(took, time.Since(begin))
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[0]), "first-ms")
	last := took[max(0, len(took)-100):]
	b.ReportMetric(ms(slices.Max(last)), "worst-of-last-100-ms")
	slices.Sort(took)
	b.ReportMetric(ms(took[len(took)/2]), "median-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
	b.ReportMetric(ms(took[len(took)-1]), "worst-ms")
	for name, version := range map[string]int{"newest": d.Version, "middle": d.Version/2 + 1} {
		begin := time.Now()
		if _, err := s.Rows(b.Context(), owner, d.ID, version, dataset.RowQuery{Offset: 500_000}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(ms(time.Since(begin)), "window-of-"+name+"-ms")
	}
	begin := time.Now()
	if _, err := s.Undo(b.Context(), owner, d.ID); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(ms(time.Since(begin)), "undo-ms")
	b.ReportMetric(peakMB(), "peak-MB")
}
