package train_test

import (
	"math"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// The updated centroids are the means of old and new rows; what was there stays.
func TestUpdate(t *testing.T) {
	rows := src(t, "x,c\n0,a\n2,a\n100,b\n102,b\n")
	rows.Schema()[1].Role = table.Feature
	res, err := train.Fit(t.Context(), train.FitInput{
		Source: rows, Prep: prep.Config{Columns: []string{"x", "c"}, Scale: prep.NoScale}, Config: kmeans.Config{K: 2}, Name: "old", MatrixDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Close()
	old := res.Model
	near, err := old.Predict([]table.Cell{table.Num(0), table.Str("a")})
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{0, 1, 2, 3} {
		m, err := train.Update(t.Context(), train.UpdateInput{Model: old, Source: src(t, "c,x\na,4\na,6\nb,104\n,7\n"), Batch: batch})
		if err != nil {
			t.Fatal(err)
		}
		a, b := m.Clusters[near.Cluster], m.Clusters[1-near.Cluster]
		if x, y := *a.Center[0].Number, *b.Center[0].Number; math.Abs(x-3) > 1e-12 || math.Abs(y-102) > 1e-12 || a.Size != 4 || b.Size != 3 {
			t.Errorf("batch %d: %v rows at %v and %v at %v, want 4 at 3 and 3 at 102", batch, a.Size, x, b.Size, y)
		}
		if m.Data.Rows != 3 || m.Data.Dropped != 1 || m.Training.Algorithm != kmeans.MiniBatch || m.Hash == old.Hash {
			t.Errorf("batch %d: data %+v, training %+v, want 3 rows, 1 dropped, another hash", batch, m.Data, m.Training)
		}
		if old.Clusters[0].Size != 2 || old.Validate() != nil {
			t.Errorf("batch %d: the old model has changed", batch)
		}
	}
	for csv, want := range map[string]string{
		"x\n1\n2\n":                "\"c\" is missing",
		"x,c\nred,a\nblue,b\n":     "\"x\" is a category",
		"x,c\n,a\n,b\n1,\n":        "no row to learn from",
		"x,c\n1,a\n1e300,b\n3,a\n": "Row 2",
	} {
		if _, err := train.Update(t.Context(), train.UpdateInput{Model: old, Source: src(t, csv)}); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), want) {
			t.Errorf("rows %q: %v, want fault.Invalid with %q", csv, err, want)
		}
	}
}
