package duck_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// BenchmarkFrame computes plans over 1e6 rows of 16 numbers and a text.
func BenchmarkFrame(b *testing.B) {
	const rows, columns = 1_000_000, 16
	r := open(b, duck.Options{})
	var names []string
	var kinds []table.Kind
	for c := range columns {
		names, kinds = append(names, fmt.Sprintf("x%d", c)), append(kinds, table.Number)
	}
	names, kinds = append(names, "g"), append(kinds, table.Text)
	d, err := r.data.Put(b.Context(), r.owner, dataset.PutInto{Name: "wide"}, dataset.Rows{Names: names, Kinds: kinds,
		Each: func(_ context.Context, write func(*table.Batch) error) error {
			const step = 10_000
			for first := 0; first < rows; first += step {
				batch := table.Batch{Rows: step, Columns: make([]table.Vector, columns+1)}
				for i := first; i < first+step; i++ {
					for c := range columns {
						batch.Columns[c].Numbers = append(batch.Columns[c].Numbers, kmeans.Uniform(1, uint64(c), uint64(i)))
					}
					batch.Columns[columns].Texts = append(batch.Columns[columns].Texts, fmt.Sprintf("g%d", i%100))
				}
				if err := write(&batch); err != nil {
					return err
				}
			}
			return nil
		}})
	if err != nil {
		b.Fatal(err)
	}
	f := frame.From(r.engine(), d.ID, 0)
	for _, x := range []struct {
		name string
		f    frame.Frame
	}{
		{"first rows", f},
		{"describe", f.Describe()},
		{"summary", f.Summary()},
		{"filter", f.Filter("x0 > 0.999 AND x1 < 0.5")},
		{"groupBy", f.GroupBy("g").Agg(wire.Agg{Fn: "count"}, wire.Agg{Fn: "mean", Column: "x0"}, wire.Agg{Fn: "median", Column: "x1"})},
		{"top 100", f.Sort(wire.SortKey{Column: "x3", Desc: true}).Limit(100)},
		{"sample 10k", f.SampleN(10_000, 1)},
		{"distinct by g", f.Distinct("g")},
		{"SQL", frame.Query(r.engine(), "SELECT g, max(x0 * x1) FROM wide GROUP BY g ORDER BY 2 DESC")},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				rows, err := x.f.Rows(b.Context(), 1000)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := frame.Cells(b.Context(), rows); err != nil {
					b.Fatal(err)
				}
				if err := rows.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, level := range []string{wire.Memory, wire.Disk} {
		b.Run("persist in "+level, func(b *testing.B) {
			for b.Loop() {
				if _, err := f.Persist(b.Context(), level); err != nil {
					b.Fatal(err)
				}
				if err := f.Unpersist(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
