package httpd

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestClustersWrittenBack writes a model's clusters into the table that it was
// trained on, twice, and groups by them.
func TestClustersWrittenBack(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.program("ada")
	d := v.iris()
	at := "datasets/" + d.ID
	end := v.trains(irisStart(d))
	m := end.Model

	// A row that the model leaves out.
	var added wire.RowChange
	v.must("POST", at+"/rows", wire.RowWrite{Cells: []table.Cell{table.Num(5), {}, table.Num(1), table.Num(1), table.Str("odd")}}, &added)

	var made wire.ClustersChange
	v.must("POST", at+"/clusters", wire.ClustersWrite{Model: m.ID}, &made)
	if made.Version != 3 || made.Cluster != "cluster" || made.Distance != "distance" || made.Left != 1 || len(made.Schema) != 7 {
		t.Fatalf("made = %+v", made)
	}
	if c, dist := made.Schema[5], made.Schema[6]; c.Kind != table.Category || c.Role != table.Ignored || c.Distinct != 3 || c.Missing != 1 || dist.Kind != table.Number || dist.Role != table.Ignored || dist.Missing != 1 {
		t.Errorf("columns = %+v, %+v", c, dist)
	}
	var rows wire.Rows
	v.must("GET", at+"/rows?limit=200", nil, &rows)
	if len(rows.Rows) != 151 {
		t.Fatalf("%d rows, want 151", len(rows.Rows))
	}
	sums := make([]float64, 3)
	sizes := make([]int64, 3)
	for i, row := range rows.Rows {
		if i == 150 {
			if !row.Cells[5].Missing() || !row.Cells[6].Missing() {
				t.Errorf("the row that is left out has %v", row.Cells[5:])
			}
			continue
		}
		p, err := m.Predict([]table.Cell{row.Cells[0], row.Cells[1], row.Cells[2], row.Cells[3]})
		if err != nil {
			t.Fatal(err)
		}
		if row.Cells[5].String() != strconv.Itoa(p.Cluster) || *row.Cells[6].Number != p.Distance {
			t.Errorf("row %d = %v, want %d, %v", i, row.Cells[5:], p.Cluster, p.Distance)
		}
		sums[p.Cluster] += *row.Cells[0].Number
		sizes[p.Cluster]++
	}

	var g wire.Groups
	v.must("GET", at+"/groups?by=cluster", nil, &g)
	if len(g.Groups) != 4 || len(g.Columns) != 6 || g.Columns[4] != (wire.GroupColumn{Name: "category", What: "usual"}) || g.Rows != 151 {
		t.Fatalf("groups = %+v", g)
	}
	for i, group := range g.Groups[:3] {
		if group.Value.String() != strconv.Itoa(i) || group.Rows != sizes[i] || math.Abs(*group.Cells[0].Number-sums[i]/float64(sizes[i])) > 1e-12 || !slices.Contains([]string{"setosa", "versicolor", "virginica"}, group.Cells[4].String()) {
			t.Errorf("group %d = %+v, want %d rows, mean %v", i, group, sizes[i], sums[i]/float64(sizes[i]))
		}
	}
	if last := g.Groups[3]; !last.Value.Missing() || last.Rows != 1 || last.Cells[4].String() != "odd" {
		t.Errorf("rows without a cluster = %+v", last)
	}

	v.must("POST", at+"/clusters", wire.ClustersWrite{Model: m.ID}, &made)
	if made.Cluster != "cluster_2" || made.Distance != "distance_2" {
		t.Errorf("names = %q, %q", made.Cluster, made.Distance)
	}
	var diff wire.Diff
	v.must("GET", at+"/diff?from=1", nil, &diff)
	if diff.To != 4 || diff.Added != 1 || diff.Changed != 0 || strings.Join(diff.AddedColumns, " ") != "cluster distance cluster_2 distance_2" || diff.Rows[0].Row != 150 {
		t.Errorf("diff = %+v", diff)
	}
	var undone wire.RowsChange
	v.must("POST", at+"/undo", nil, &undone)
	v.must("POST", at+"/undo", nil, &undone)
	if len(undone.Schema) != 5 || undone.Dataset.Rows != 151 {
		t.Errorf("undone = %+v", undone)
	}
	expect(t, "no such model", v.do("POST", at+"/clusters", wire.ClustersWrite{Model: "none"}), 404)
	v.must("PATCH", at, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: "petal_len", Kind: table.Category}}}, nil)
	if a := v.do("POST", at+"/clusters", wire.ClustersWrite{Model: m.ID}); a.StatusCode != 400 || !strings.Contains(a.problem(t).Detail, `"petal_len" is read as category`) {
		t.Errorf("a column that is read otherwise: %s %s", a.Status, a.body)
	}
	if a := v.do("GET", at+"/groups?by=nothing", nil); a.StatusCode != 400 || a.problem(t).Field != "by" {
		t.Errorf("groups by nothing: %s %s", a.Status, a.body)
	}
	v.must("GET", at+"/groups?by=sepal_len", nil, &g)
	if len(g.Groups) != 35 || g.Groups[0].Value.String() != "4.3" || g.Groups[34].Value.String() != "7.9" {
		t.Errorf("groups by a number = %+v", g.Groups)
	}
}
