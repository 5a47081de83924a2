package dataset_test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/wire"
)

// writeMixed writes a CSV of so many rows: six numbers, a category of 40 levels
// and a text that is another one in each row.
func writeMixed(tb testing.TB, path string, rows int) {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString("a,b,c,d,e,f,kind,note")
	var buf []byte
	for i := range rows {
		buf = append(buf[:0], '\n')
		for c := range 6 {
			buf = append(strconv.AppendFloat(buf, 1000*math.Sin(float64(i*8+c)), 'f', 6, 64), ',')
		}
		buf = strconv.AppendInt(append(buf, "level "...), int64(i*7919%40), 10)
		buf = append(strconv.AppendInt(append(buf, ",note "...), int64(i)*2654435761%(1<<32), 10), " of the table"...)
		w.Write(buf) // Flush tells of an error
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkGrid asks for windows of 200 rows of a table of 10 million by 8, as
// the grid does (ROWS asks for another number): the first time with a filter or
// an order, and then page by page and here and there. Wanted are 200 ms for the first page,
// 100 ms for a step, a second for a filter, and 2 GB at the peak.
func BenchmarkGrid(b *testing.B) {
	n := 10_000_000
	if text := os.Getenv("ROWS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	s, _ := mustOpen(b, 0)
	path := filepath.Join(b.TempDir(), "table.csv")
	writeMixed(b, path, n)
	d := mustIngestFile(b, s, path)
	ask := func(b *testing.B, q dataset.RowQuery) (total int64, took time.Duration) {
		b.Helper()
		q.Limit = 200
		begin := time.Now()
		rows, err := s.Rows(b.Context(), owner, d.ID, 0, q)
		if err != nil {
			b.Fatal(err)
		}
		return rows.Total, time.Since(begin)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for _, bench := range []struct {
		name string
		q    dataset.RowQuery
	}{
		{"in the file's order", dataset.RowQuery{}},
		{"a range", dataset.RowQuery{Filters: wire.Filters{{Column: "a", Min: ptr(100.), Max: ptr(200.)}}}},
		{"half of the rows", dataset.RowQuery{Filters: wire.Filters{{Column: "b", Min: ptr(0.)}}}},
		{"two ranges and a level", dataset.RowQuery{Filters: wire.Filters{{Column: "a", Min: ptr(100.)}, {Column: "f", Max: ptr(0.)}, {Column: "kind", Levels: []string{"level 3"}}}}},
		{"a text", dataset.RowQuery{Filters: wire.Filters{{Column: "note", Contains: "77 of"}}}},
		{"a search", dataset.RowQuery{Search: "77"}},
		{"sorted by a number", dataset.RowQuery{Sort: "a"}},
		{"sorted by a category", dataset.RowQuery{Sort: "kind", Desc: true}},
		{"sorted by a text", dataset.RowQuery{Sort: "note"}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportMetric(0, "ns/op")
			var first, next, jumps []time.Duration
			var total int64
			for i := 0; b.Loop(); i++ {
				q := bench.q
				if len(q.Filters) > 0 && i > 0 { // never asked for before
					if q.Filters = slices.Clone(q.Filters); q.Filters[0].Min != nil {
						q.Filters[0].Min = ptr(*q.Filters[0].Min + float64(i))
					}
				}
				var took time.Duration
				total, took = ask(b, q)
				first = append(first, took)
				for range 40 {
					q.Offset += 200
					_, took := ask(b, q)
					next = append(next, took)
				}
				for j := range int64(20) {
					q.Offset = j * 7_654_321 % max(1, total)
					_, took := ask(b, q)
					jumps = append(jumps, took)
				}
			}
			slices.Sort(next)
			slices.Sort(jumps)
			b.ReportMetric(float64(total), "rows")
			b.ReportMetric(ms(first[0]), "first-ms")
			b.ReportMetric(ms(next[len(next)/2]), "next-ms")
			b.ReportMetric(ms(next[len(next)-1]), "next-most-ms")
			b.ReportMetric(ms(jumps[len(jumps)/2]), "jump-ms")
			b.ReportMetric(ms(jumps[len(jumps)-1]), "jump-most-ms")
			b.ReportMetric(peakMB(), "peak-MB")
		})
	}
	fmt.Fprintf(os.Stderr, "%d rows, %d MB uploaded\n", d.Rows, d.Bytes/1e6)
}
