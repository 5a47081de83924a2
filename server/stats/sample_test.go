package stats_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestSample wants the rows of the least random numbers, by row id.
func TestSample(t *testing.T) {
	m := mixed(70_000)
	got := ok[wire.SampleRows](t)(service(m).Sample(t.Context(), request, stats.Sample{Columns: []string{"note", "y", "kind", "x"}, N: 300, Seed: 9}))
	if len(got.Rows) != 300 || got.Of != 70_000 || !strings.HasPrefix(got.Chosen, "300 of 70000 rows, chosen at random with seed 9") || got.Strata != nil {
		t.Fatalf("%d rows of %d, %q", len(got.Rows), got.Of, got.Chosen)
	}
	largest := 0.0
	for _, r := range got.Rows {
		i := (r.ID - 7) / 3
		want := []table.Cell{table.Str(m.data[3].Texts[i]), table.Num(m.data[1].Numbers[i]), table.Str(m.data[2].Texts[i]), table.Num(m.data[0].Numbers[i])}
		if !reflect.DeepEqual(r.Cells, want) {
			t.Errorf("row %d = %v, want %v", r.ID, r.Cells, want)
		}
		largest = max(largest, kmeans.Uniform(9, 0x6368617274, uint64(r.ID)))
	}
	below := 0
	for _, id := range m.ids {
		if kmeans.Uniform(9, 0x6368617274, uint64(id)) <= largest {
			below++
		}
	}
	if below != 300 {
		t.Errorf("%d rows have a random number up to the greatest that was taken, want 300", below)
	}
	all := ok[wire.SampleRows](t)(service(mixed(120)).Sample(t.Context(), request, stats.Sample{Columns: []string{"x"}}))
	if len(all.Rows) != 120 || all.Chosen != "All 120 rows." || all.Rows[119].ID != 3*119+7 {
		t.Errorf("of a small table: %d rows, %q", len(all.Rows), all.Chosen)
	}
}

// TestStrata wants each level to have its share, and small ones enough to be seen.
func TestStrata(t *testing.T) {
	m := mixed(70_000)
	s := service(m)
	got := ok[wire.SampleRows](t)(s.Sample(t.Context(), request, stats.Sample{Columns: []string{"kind"}, N: 1000, By: "kind"}))
	rows, shown := map[string]int64{}, map[string]int64{}
	for _, k := range m.data[2].Texts {
		rows[k]++
	}
	for _, r := range got.Rows {
		shown[r.Cells[0].String()]++
	}
	total := int64(0)
	for _, st := range got.Strata {
		if st.Rows != rows[st.Value] || st.Shown != shown[st.Value] || st.Shown < 10 {
			t.Errorf("stratum %+v, want %d rows and %d shown", st, rows[st.Value], shown[st.Value])
		}
		if share := 1000 * float64(st.Rows) / 70_000; float64(st.Shown) < share-6 || float64(st.Shown) > max(10, share+1) {
			t.Errorf("stratum %+v, want about %.1f shown, or 10", st, share)
		}
		total += st.Shown
	}
	if total != 1000 || len(got.Rows) != 1000 || len(got.Strata) != len(rows) || got.By != "kind" || !strings.Contains(got.Chosen, "of each kind its share") {
		t.Errorf("%d rows in %d strata, %q", total, len(got.Strata), got.Chosen)
	}
	for _, by := range []string{"x", "note", "z", wire.ClusterColumn} {
		if _, err := s.Sample(t.Context(), request, stats.Sample{By: by}); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("Sample() by %s = %v", by, err)
		}
	}
}

// clusters says that rows with an even index are in cluster 1, the others in 0, but some in none.
type clusters struct{ of *memory }

func (c clusters) Clusters(_ context.Context, who, model string, fn func(row int64, cluster int)) (string, int, error) {
	if who != owner || model != "M" && model != "foreign" {
		return "", 0, fault.Newf(fault.NotFound, "There is no model %q.", model)
	}
	for i, id := range c.of.ids {
		if i%10 != 0 {
			fn(id, (i+1)%2)
		}
	}
	return map[string]string{"M": "D", "foreign": "E"}[model], 2, nil
}

func TestClusters(t *testing.T) {
	m := mixed(10_000)
	s := stats.New(stats.Options{Tables: m, Clusters: clusters{m}})
	q := request
	q.Model = "M"
	got := ok[wire.SampleRows](t)(s.Sample(t.Context(), q, stats.Sample{Columns: []string{"x"}, N: 500, By: wire.ClusterColumn}))
	want := []wire.Stratum{{Value: "0", Rows: 5000, Shown: 250}, {Value: "1", Rows: 4000, Shown: 200}, {Value: "", Rows: 1000, Shown: 50}}
	if fmt.Sprint(got.Columns) != "[x cluster]" || !reflect.DeepEqual(got.Strata, want) {
		t.Errorf("columns %v, strata %+v, want %+v", got.Columns, got.Strata, want)
	}
	for _, r := range got.Rows {
		i := (r.ID - 7) / 3
		c := table.Num(float64((i + 1) % 2))
		if i%10 == 0 {
			c = table.Cell{}
		}
		if !reflect.DeepEqual(r.Cells[1], c) {
			t.Errorf("row %d has cluster %v, want %v", r.ID, r.Cells[1], c)
		}
	}
	b := ok[wire.Brushed](t)(s.Brush(t.Context(), owner, "D", wire.Brush{Model: "M", Filter: wire.Filters{{Column: wire.ClusterColumn, Levels: []string{"1"}}}}))
	if c := b.Columns[len(b.Columns)-1]; b.Rows != 4000 || c.Name != wire.ClusterColumn || !reflect.DeepEqual(c.Top, []wire.Level{{Value: "0", Rows: 0}, {Value: "1", Rows: 4000}}) {
		t.Errorf("brush of cluster 1 = %d rows, %+v", b.Rows, c)
	}
	p := ok[wire.PCA](t)(s.PCA(t.Context(), q, stats.Components{Keep: 1, Sample: stats.Sample{N: 50, By: wire.ClusterColumn}}))
	if fmt.Sprint(p.Sample.Columns) != "[PC1 cluster]" || len(p.Sample.Rows) != 50 || len(p.Components) != 1 || !strings.Contains(p.Sample.Chosen, "missing or infinite value are left out") {
		t.Errorf("PCA by cluster = %v, %d rows, %q", p.Sample.Columns, len(p.Sample.Rows), p.Sample.Chosen)
	}
	for model, code := range map[string]fault.Code{"foreign": fault.Invalid, "none": fault.NotFound} {
		q.Model = model
		if _, err := s.Sample(t.Context(), q, stats.Sample{}); fault.CodeOf(err) != code {
			t.Errorf("Sample() with the model %s = %v, want %s", model, err, code)
		}
	}
}
