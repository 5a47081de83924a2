package httpd

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestStatistics asks a dataset with changed rows, and a model of it, for all
// that the Explore page shows. What the answers say is checked beside SciPy in
// server/stats; here they must come through, as documented, of the right rows.
func TestStatistics(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.program("ada")
	d := v.iris()
	end := v.trains(irisStart(d))
	at := "datasets/" + d.ID
	var added wire.RowChange
	v.must("POST", at+"/rows", wire.RowWrite{Cells: []table.Cell{table.Num(100), table.Num(3), {}, table.Num(4), table.Str("Iris-new")}}, &added)
	v.must("DELETE", at+"/rows/0", nil, nil)

	var profile wire.Describe
	v.must("GET", at+"/describe?columns=sepal_len,category&bins=9&bandwidth=sheather-jones", nil, &profile)
	x := profile.Columns[0]
	if len(profile.Columns) != 2 || profile.Version != 3 || profile.Rows != 150 || x.Max != 100 || len(x.Bins) != 9 || x.Rule != "sheather-jones" ||
		x.Box.Above != 1 || x.Box.Outliers[0] != (wire.Outlier{Row: 150, Value: 100}) || profile.Columns[1].Distinct != 4 || profile.Columns[1].Top[0].Rows != 50 {
		t.Errorf("describe = %+v", profile)
	}
	v.must("GET", at+"/describe?version=1&columns=sepal_len", nil, &profile)
	if profile.Version != 1 || profile.Columns[0].Max == 100 {
		t.Errorf("describe of version 1 = %+v", profile)
	}

	var c wire.Correlation
	v.must("GET", at+"/correlation?columns=petal_len,petal_width&method=spearman&version=1", nil, &c)
	if c.Method != "spearman" || c.Of != 150 || c.R[0][1] == nil || math.Abs(*c.R[0][1]-0.93766) > 1e-3 {
		t.Errorf("correlation = %+v", c)
	}
	var p wire.PCA
	v.must("GET", at+"/pca?version=1&keep=2&n=60&by=cluster&model="+end.Model.ID, nil, &p)
	if len(p.Components) != 2 || math.Abs(p.Components[0].Share-0.7296) > 1e-3 || len(p.Sample.Rows) != 60 || len(p.Sample.Strata) != 3 || p.Sample.Columns[2] != "cluster" {
		t.Errorf("pca = %+v", p)
	}

	// A brush counts all rows; the ids of those that pass are in the table.
	least := 5.0
	var b wire.Brushed
	v.must("POST", at+"/brush", wire.Brush{Filter: wire.Filters{{Column: "petal_len", Min: &least, Missing: wire.MissingAlso}}, Bins: 9, Limit: 1000}, &b)
	var all wire.SampleRows
	v.must("GET", at+"/sample?columns=petal_len", nil, &all)
	var ids []int64
	for _, row := range all.Rows {
		if c := row.Cells[0]; c.Missing() || *c.Number >= least {
			ids = append(ids, row.ID)
		}
	}
	if b.Version != 3 || b.Of != 150 || b.Rows != int64(len(ids)) || !slices.Equal(b.IDs, ids) || ids[len(ids)-1] != 150 || len(b.Columns) != 5 {
		t.Errorf("brush = %d of %d rows, %v, want %v", b.Rows, b.Of, b.IDs, ids)
	}
	v.must("POST", at+"/brush", wire.Brush{Version: 1, Model: end.Model.ID, Filter: wire.Filters{{Column: "cluster", Levels: []string{"1"}}}}, &b)
	if b.Rows != end.Model.Clusters[1].Size {
		t.Errorf("brush of cluster 1 = %d rows, want %d", b.Rows, end.Model.Clusters[1].Size)
	}

	var advice wire.AdviceList
	v.must("GET", at+"/advice?version=1&features=petal_len,petal_width,sepal_len", nil, &advice)
	if advice.Version != 1 || fmt.Sprint(advice.Features) != "[petal_len petal_width sepal_len]" || advice.Looked != 150 || advice.Compared != 3 {
		t.Errorf("advice = %+v", advice)
	}
	v.must("GET", at+"/advice?scale=none&features=sepal_len,petal_width", nil, &advice)
	if len(advice.Advice) == 0 || advice.Advice[0].Kind != wire.AdviceDominates || advice.Advice[0].Columns[0] != "sepal_len" || advice.Advice[0].Remedy.Scale != "standard" {
		t.Errorf("advice with an outlier and no scale = %+v", advice)
	}

	for path, want := range map[string]string{
		"/describe?columns=nose": "nose", "/describe?bins=2000": "bins", "/describe?bandwidth=wide": "bandwidth", "/correlation?columns=category": "texts",
		"/correlation?method=guess": "method", "/sample?by=petal_len": "no category", "/pca?scale=big": "scale", "/advice?features=nose": "nose",
	} {
		if a := v.do("GET", at+path, nil); a.StatusCode != 400 && a.StatusCode != 422 || !strings.Contains(string(a.body), want) {
			t.Errorf("GET %s: %s %s, want it to say %q", path, a.Status, a.body, want)
		}
	}
	if a := v.do("POST", at+"/brush", wire.Brush{Filter: wire.Filters{{Column: "category", Min: &least}}}); a.StatusCode != 400 || a.problem(t).Field != "filter" {
		t.Errorf("a range of a category: %s %s", a.Status, a.body)
	}
}
