package wire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
	"github.com/centroid-studio/centroid/shared/wire/example"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC)

func ptr[T any](v T) *T { return &v }

func dataset() wire.Dataset {
	return wire.Dataset{ID: "2T6W", Name: "iris", Version: 2, Newest: 3, Rows: 150, Bytes: 3862, Hash: "9f86d0", Created: at, Updated: at.Add(time.Minute),
		Change: "row 12 edited", Source: "Fisher 1936", Schema: table.Schema{
			{Name: "petal width", Kind: table.Number, Role: table.Feature, Missing: 1, Min: ptr(0.1), Max: ptr(2.5)},
			{Name: "category", Kind: table.Category, Role: table.Label, Distinct: 3},
		}}
}

// messages is one of each message, by the name of its file.
func messages(t *testing.T) map[string]any {
	t.Helper()
	raw := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	cells := []table.Cell{table.Num(0.2), table.Str("Iris-setosa")}
	out := map[string]any{
		"rest-register":        wire.Register{Username: "ada", Email: "ada@example.org", Password: "correct horse battery"},
		"rest-login":           wire.Login{Username: "ada", Password: "correct horse battery"},
		"rest-password-change": wire.PasswordChange{Old: "correct horse battery", New: "staple correct horse"},
		"rest-user":            wire.User{ID: "7Q2M", Username: "ada", Email: "ada@example.org", Expires: at},
		"rest-token-request":   wire.TokenRequest{Name: "notebook", Days: 30},
		"rest-new-token":       wire.NewToken{Token: wire.Token{ID: "9XKC", Name: "notebook", Current: true, Created: at, Used: at, Expires: at.AddDate(0, 0, 30)}, Secret: "c2VjcmV0"},
		"rest-dataset":         dataset(),
		"rest-sample-data":     wire.SampleData{Name: "iris", Title: "Iris", Rows: 150, About: "Flowers.", Source: "Fisher 1936", Licence: "CC BY 4.0"},
		"rest-dataset-patch":   wire.DatasetPatch{Name: "flowers", Columns: []wire.ColumnChange{{Name: "petal width", Kind: table.Text, Role: table.Ignored}}},
		"rest-upload":          wire.Upload{ID: "4F7A", Name: "iris.csv.gz", Size: 3862, Offset: 1024, Modified: 1773480413589, Expires: at.AddDate(0, 0, 1)},
		"rest-import":          wire.Import{Upload: "4F7A", URL: "https://example.org/iris.csv", Name: "iris"},
		"rest-imports":         wire.Imports{URL: true, Limit: 4 << 30},
		"rest-forms": table.Column{Name: "when", Kind: table.Text, Role: table.Ignored, Distinct: 3,
			Forms: []table.Form{{Form: table.FormDateISO, Rows: 2, First: []int64{0, 2}, Example: "2026-03-14"}, {Form: table.FormText, Rows: 1, First: []int64{1}, Example: "Pi day"}}},
		"rest-row-write":  wire.RowWrite{Cells: append(cells, table.Cell{}), Seen: 2},
		"rest-row-change": wire.RowChange{Dataset: dataset(), Row: wire.Row{ID: 12, Cells: cells}},
		"rest-rows":       wire.Rows{Version: 2, Offset: 100, Total: 150, Rows: []wire.Row{{ID: 104, Cells: cells}}},
		"rest-describe": wire.Describe{Version: 2, Rows: 4, Columns: []wire.ColumnProfile{
			{Name: "petal width", Kind: table.Number, Count: 3, Missing: 1, Mean: 2, Std: 0.816496580927726, Min: 1, Q1: 1.5, Median: 2, Q3: 2.5, Max: 3,
				Edges: []float64{1, 2, 3}, Bins: []int64{1, 2}, Density: []wire.Point{{X: 1, Y: 0.25}}, Bandwidth: 0.5},
			{Name: "category", Kind: table.Category, Count: 4, Top: []wire.Level{{Value: "a", Rows: 3}, {Value: "b", Rows: 1}}},
		}},
		"rest-sample-rows": wire.SampleRows{Of: 150, Columns: []string{"petal width", "category"}, Rows: []wire.Row{{ID: 7, Cells: cells}}},
		"rest-describe-more": wire.Describe{Version: 2, Rows: 4, Columns: []wire.ColumnProfile{{Name: "day", Kind: table.Number, Count: 3, Infinite: 1, Skew: 0.5,
			Bandwidth: 0.25, Rule: "sheather-jones", Box: &wire.Box{Low: 1, High: 2, Below: 0, Above: 1, Outliers: []wire.Outlier{{Row: 7, Value: 9}}},
			Advice: []wire.Advice{{Kind: wire.AdviceCategoryAsNumber, Columns: []string{"day"}, Value: 3, Text: "It has 3 different whole numbers.",
				Remedy: &wire.Remedy{Label: "Read it as a category", Change: []wire.ColumnChange{{Name: "day", Kind: table.Category}}}}}}}},
		"rest-sample-rows-strata": wire.SampleRows{Of: 150, Columns: []string{"petal width"}, Rows: []wire.Row{{ID: 7, Cells: cells[:1]}},
			Chosen: "1 of 150 rows", By: "category", Strata: []wire.Stratum{{Value: "Iris-setosa", Rows: 150, Shown: 1}}},
		"rest-correlation": wire.Correlation{Version: 2, Of: 150, Method: "pearson", Columns: []string{"a", "b"}, R: [][]*float64{{ptr(1.), nil}, {nil, nil}}, Rows: [][]int64{{150, 149}, {149, 149}}},
		"rest-pca": wire.PCA{Version: 2, Of: 150, Rows: 149, Scale: "standard", Columns: []string{"a"}, Mean: []float64{1}, Scales: []float64{2},
			Components: []wire.Component{{Variance: 1.5, Share: 1, Loadings: []float64{1}}}, Sample: wire.SampleRows{Of: 150, Columns: []string{"PC1"}, Rows: []wire.Row{{ID: 7, Cells: cells[:1]}}}},
		"rest-brush": wire.Brush{Version: 2, Model: "q4z7", Filter: wire.Filters{{Column: "a", Min: ptr(1.)}}, Rows: []int64{7}, Columns: []string{"a"}, Bins: 20, Limit: 10},
		"rest-brushed": wire.Brushed{Version: 2, Of: 150, Rows: 1, IDs: []int64{7}, Columns: []wire.BrushedColumn{
			{Name: "a", Kind: table.Number, Count: 1, Edges: []float64{0, 1}, Bins: []int64{1}}, {Name: "category", Kind: table.Category, Missing: 1, Top: []wire.Level{{Value: "x"}}}}},
		"rest-advice": wire.AdviceList{Version: 2, Of: 150, Looked: 150, Compared: 1, Features: []string{"a", "b"}, Advice: []wire.Advice{
			{Kind: wire.AdviceDominates, Columns: []string{"a"}, Value: 0.997, Text: "a makes 99.7 % of the distance.", Remedy: &wire.Remedy{Label: "Scale the columns", Scale: "standard"}},
			{Kind: wire.AdviceGaps, Columns: []string{}, Value: 0.2, Text: "30 rows are left out.", Remedy: &wire.Remedy{Label: "Fill", Missing: "median", Without: []string{"b"}}}}},
		"rest-job": wire.Job{ID: "k3v9", Kind: "train", State: "failed", Dataset: "2T6W", Name: "iris k=3", Attempt: 1, Progress: wire.Progress{Done: 100, Total: 450},
			Created: at, Started: ptr(at.Add(time.Second)), Ended: ptr(at.Add(time.Minute)), Fault: &wire.Fault{Code: "invalid", Message: "No."}, Last: 17},
		"rest-model-info": wire.ModelInfo{ID: "q4z7", Name: "iris k=3", Created: at, Dataset: "2T6W", DataName: "iris", Version: 1, K: 3, Rows: 150, Inertia: 78.85, Silhouette: ptr(0.55), Hash: "9f86d0"},
		"rest-history": wire.History{Newest: 3, Total: 3, Undo: "row 12 edited", Redo: "row 7 deleted", Revisions: []wire.Revision{{Version: 3, Kind: wire.ChangeTransform, Change: "filtered", By: "ada", Made: at, Rows: 99, Columns: 2, Hash: "9f86d0",
			Parents: []wire.Parent{{Dataset: "2T6W", Version: 1, Name: "iris"}}, Steps: []string{"petal width > 1"}, Models: []wire.ModelRef{{ID: "q4z7", Name: "iris k=3", K: 3}}}}},
		"rest-restore":     wire.Restore{Version: 1},
		"rest-row-edits":   wire.RowEdits{Seen: 2, Cells: []wire.CellEdit{{Row: 12, Column: "petal width", Cell: cells[0]}}, Delete: []int64{3}, Add: []wire.RowWrite{{Cells: cells}}},
		"rest-rows-change": wire.RowsChange{Dataset: dataset(), Touched: []wire.Row{{ID: 12, Cells: cells}}},
		"rest-problem-conflict": wire.Problem{Title: "Conflict", Status: 409, Detail: "Row 12 was changed elsewhere.", Code: "conflict", Conflict: &wire.Conflict{Version: 3, Total: 1,
			Rows: []wire.RowConflict{{Row: 12, Cells: []wire.CellConflict{{Column: "petal width", Seen: cells[0], Theirs: table.Num(0.3), Mine: ptr(table.Num(0.4))}, {Column: "category", Seen: cells[1]}}}}}},
		"rest-diff": wire.Diff{From: 1, To: 3, Added: 1, Removed: 2, Changed: 1, AddedColumns: []string{"cluster"}, RemovedColumns: []string{"id"}, Columns: []string{"petal width", "category"}, Rows: []wire.RowDiff{
			{Row: 12, Before: cells, After: []table.Cell{table.Num(0.3), cells[1]}}, {Row: 150, After: cells}}},
		"rest-clusters-write":  wire.ClustersWrite{Model: "q4z7"},
		"rest-clusters-change": wire.ClustersChange{Dataset: dataset(), Cluster: "cluster", Distance: "distance_2", Left: 2},
		"rest-groups": wire.Groups{Version: 2, By: "category", Rows: 150, Columns: []wire.GroupColumn{{Name: "petal width", What: "mean"}},
			Groups: []wire.Group{{Value: cells[1], Rows: 149, Cells: cells[:1]}, {Rows: 1, Cells: []table.Cell{{}}}}},
		"rest-rename":  wire.Rename{Name: "flowers"},
		"rest-problem": wire.Problem{Type: "about:blank", Title: "Bad Request", Status: 400, Detail: "Line 3 has 2 fields, the header has 3.", Code: "invalid", Field: "file", Line: 3, Column: 2, ID: "IQ2XK4"},
	}
	for name, m := range frames() {
		out["rest-"+name] = m
	}
	for _, c := range example.Calls() {
		out["request-"+c.Method] = wire.Request{Version: wire.Version, ID: json.RawMessage(`1`), Method: c.Method, Params: raw(c.Params)}
		out["response-"+c.Method] = wire.Response{Version: wire.Version, ID: json.RawMessage(`1`), Result: raw(c.Result)}
		out["params-"+c.Method] = c.Params
		out["result-"+c.Method] = c.Result
	}
	for _, e := range example.Errors() {
		out["error-"+strings.TrimPrefix(string(raw(e.Code)), "-")] = wire.Response{Version: wire.Version, ID: json.RawMessage(`null`), Error: &e}
	}
	for _, e := range example.Events() {
		out["event-"+string(e.Type)] = e
	}
	out["notification"] = wire.Notification{Version: wire.Version, Method: wire.NotifyJobEvent, Params: raw(example.Events()[1])}
	return out
}

// TestGolden: what crosses the wire stays as it is, byte by byte, and reads back
// as it was. A file that changes breaks clients of the version before.
func TestGolden(t *testing.T) {
	known := map[string]bool{}
	for name, v := range messages(t) {
		path := filepath.Join("testdata", name+".json")
		known[filepath.Base(path)] = true
		got, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s = %s\nwant %s", name, got, want)
		}
		back := reflect.New(reflect.TypeOf(v))
		d := json.NewDecoder(bytes.NewReader(want))
		d.DisallowUnknownFields()
		if err := d.Decode(back.Interface()); err != nil {
			t.Errorf("%s does not read back: %v", name, err)
			continue
		}
		again, err := json.MarshalIndent(back.Elem().Interface(), "", "  ")
		if err != nil || !bytes.Equal(append(again, '\n'), want) {
			t.Errorf("%s reads back as %s, %v", name, again, err)
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.IsDir() && !known[f.Name()] {
			t.Errorf("testdata/%s is of no message", f.Name())
		}
	}
}

// TestModelOfDone: the model of the last event predicts.
func TestModelOfDone(t *testing.T) {
	for _, e := range example.Events() {
		if e.Type != wire.EventDone {
			continue
		}
		if err := e.Model.Validate(); err != nil {
			t.Error(err)
		}
		if !e.Ends() {
			t.Error("done does not end the job")
		}
		return
	}
	t.Error("there is no event done")
}
