package httpd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestSQL asks a table, with an edited row, in SQL.
func TestSQL(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	var got wire.FrameResult
	v.must("POST", "sql", wire.SQLRun{SQL: `SELECT category, count(*) AS n, round(avg(petal_len), 2) AS mean FROM iris GROUP BY category ORDER BY category DESC;`}, &got)
	if s := fmt.Sprint(got.Columns); s != "[{category text VARCHAR} {n number BIGINT} {mean number DOUBLE}]" {
		t.Errorf("columns = %s", s)
	}
	if len(got.Rows) != 3 || got.Rows[0][1].String() != "50" || got.Truncated || got.Elapsed <= 0 {
		t.Errorf("answer = %+v", got)
	}
	v.must("POST", "sql", wire.SQLRun{SQL: fmt.Sprintf(`FROM "%s"`, d.ID), Limit: 7}, &got)
	if len(got.Rows) != 7 || !got.Truncated || len(got.Columns) != 5 {
		t.Errorf("7 rows = %d, %v, %d columns", len(got.Rows), got.Truncated, len(got.Columns))
	}
	v.must("POST", "sql", wire.SQLRun{SQL: `SELECT petal_len FROM iris WHERE false`}, &got)
	if len(got.Rows) != 0 || len(got.Columns) != 1 {
		t.Errorf("no rows = %+v", got)
	}
	for q, want := range map[string]struct {
		line, column int
		says         string
	}{
		"SELECT petal_len,\n  petal_wit FROM iris": {2, 3, "petal_wit"},
		"SELECT\n\n 'ä', FORM iris":                {3, 7, `no column "FORM"`},
		"SELECT * FROM nobody":                     {1, 15, `no dataset "nobody"`},
		"SELECT sume(petal_len) FROM iris":         {1, 8, `Did you mean "sum"`},
		"SELECT * FROM read_csv('/etc/passwd')":    {1, 15, "no files"},
		"SELECT * FROM '/etc/passwd'":              {1, 15, "no dataset"},
		"COPY iris TO 'x.csv'":                     {1, 1, "Only SELECT"},
		"SELECT 1; DROP TABLE iris":                {1, 1, "Only SELECT"},
		"SELECT 1; SELECT 2":                       {0, 0, "2 statements"},
		" ; -- nothing":                            {0, 0, "no query"},
		"SELECT category::INT FROM iris":           {1, 16, "Could not convert"},
		"SELECT petal_len, count(*) FROM iris":     {1, 8, "GROUP BY"},
		"SELECT $1 FROM iris":                      {0, 0, "parameters"},
	} {
		a := v.do("POST", "sql", wire.SQLRun{SQL: q})
		p := a.problem(t)
		if a.StatusCode != 400 || p.Field != "sql" || p.Line != want.line || p.Column != want.column || !strings.Contains(p.Detail, want.says) {
			t.Errorf("%s: %s %+v, want line %d, column %d, %q", q, a.Status, p, want.line, want.column, want.says)
		}
	}
	// Another user has no such table.
	w := r.program("eve")
	if a := w.do("POST", "sql", wire.SQLRun{SQL: fmt.Sprintf(`FROM "%s"`, d.ID)}); a.StatusCode != 400 || !strings.Contains(a.problem(t).Detail, "you have none") {
		t.Errorf("another's table: %s %s", a.Status, a.body)
	}
	if a := w.do("POST", "frames/run", wire.FrameRun{Steps: []wire.Step{{Op: "table", Dataset: d.ID}}}); a.StatusCode != 404 {
		t.Errorf("another's table as a frame: %s %s", a.Status, a.body)
	}
	var columns []wire.FrameColumn
	if v.must("POST", "frames/columns", wire.FramePlan{Steps: []wire.Step{{Op: "table", Dataset: d.ID}, {Op: "select", Columns: []string{"CATEGORY"}}}}, &columns); fmt.Sprint(columns) != "[{category text VARCHAR}]" {
		t.Errorf("columns = %v", columns)
	}
}

// TestFrames goes the way of a plan: rows, kept rows, a new dataset, and the next version of it.
func TestFrames(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	steps := []wire.Step{{Op: "table", Dataset: d.ID}, {Op: "filter", Expr: "petal_len > 1.5"}}
	mean := append(steps[:2:2], wire.Step{Op: "groupBy", Columns: []string{"category"}, Aggs: []wire.Agg{{Fn: "count", As: "n"}, {Fn: "mean", Column: "petal_len", As: "mean"}}})
	var got wire.FrameResult
	v.must("POST", "frames/run", wire.FrameRun{Steps: mean}, &got)
	if len(got.Rows) != 3 || got.Rows[0][0].String() != "Iris-setosa" && got.Rows[0][0].String() != "setosa" || got.Rows[1][1].String() != "50" {
		t.Errorf("means = %+v", got)
	}
	a := v.do("POST", "frames/run", wire.FrameRun{Steps: append(steps[:2:2], wire.Step{Op: "withColumn", Name: "x", Expr: "petal_len +"})})
	if p := a.problem(t); a.StatusCode != 400 || p.Field != "steps[2].expr" || p.Line != 1 || p.Column != 12 {
		t.Errorf("a wrong expression: %+v", p)
	}

	var kept wire.Persisted
	var list []wire.Persisted
	v.must("POST", "frames/persisted", wire.FramePersist{Steps: steps, Level: wire.Memory}, &kept)
	v.must("GET", "frames/persisted", nil, &list)
	if len(list) != 1 || list[0].ID != kept.ID || kept.Rows != 113 || kept.Bytes <= 0 || kept.At != wire.Memory || kept.Steps[0].Version != 1 {
		t.Errorf("kept %+v, listed %+v", kept, list)
	}
	var again wire.FrameResult
	if v.must("POST", "frames/run", wire.FrameRun{Steps: mean}, &again); fmt.Sprint(again.Rows) == "" || len(again.Rows) != 3 || again.Rows[2][2].String() != got.Rows[2][2].String() {
		t.Errorf("from what is kept: %+v, want %+v", again.Rows, got.Rows)
	}
	v.must("DELETE", "frames/persisted/"+kept.ID, nil, nil)
	if a := v.do("DELETE", "frames/persisted/"+kept.ID, nil); a.StatusCode != 404 {
		t.Errorf("the second time: %s", a.Status)
	}

	var saved wire.Dataset
	v.must("POST", "frames/save", wire.FrameSave{Steps: mean, Name: "means"}, &saved)
	if saved.Rows != 3 || saved.Name != "means" || len(saved.Schema) != 3 || saved.Schema[1].Kind != table.Number {
		t.Errorf("saved %+v", saved)
	}
	sql := []wire.Step{{Op: "sql", SQL: "SELECT n, 9007199254740993 AS big, n > 49 AS many, '' AS nothing FROM means"}}
	v.must("POST", "frames/save", wire.FrameSave{Steps: sql, Dataset: saved.ID}, &saved)
	if saved.Version != 2 || saved.Rows != 3 || len(saved.Schema) != 4 || saved.Schema[1].Kind == table.Number || saved.Schema[3].Missing != 3 {
		t.Errorf("saved as the next version: %+v", saved)
	}
	var rows wire.Rows
	if v.must("GET", "datasets/"+saved.ID+"/rows", nil, &rows); rows.Rows[1].Cells[1].String() != "9007199254740993" || rows.Rows[1].Cells[2].String() != "true" {
		t.Errorf("rows = %+v", rows.Rows)
	}
	if a := v.do("POST", "frames/save", wire.FrameSave{Steps: append(steps[:2:2], wire.Step{Op: "filter", Expr: "false"})}); a.StatusCode != 400 || !strings.Contains(a.problem(t).Detail, "no row") {
		t.Errorf("no row: %s %s", a.Status, a.body)
	}
	for f, begins := range map[string]string{"csv": "category,n,mean\n", "ndjson": `{"category":"`, "parquet": "PAR1", "arrow": "ARROW1"} {
		a := v.must("POST", "frames/download?format="+f, wire.FramePlan{Steps: mean}, nil)
		if !strings.HasPrefix(string(a.body), begins) || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("as %s: %.100q", f, a.body)
		}
	}
	if a := v.do("POST", "frames/download", wire.FramePlan{Steps: steps[1:]}); a.StatusCode != 400 {
		t.Errorf("a wrong plan as a file: %s %s", a.Status, a.body)
	}
	w := r.program("eve")
	for path, body := range map[string]any{"frames/save": wire.FrameSave{Steps: steps}, "frames/persisted": wire.FramePersist{Steps: steps}, "frames/run": wire.FrameRun{Steps: steps}, "frames/columns": wire.FramePlan{Steps: steps}} {
		if a := w.do("POST", path, body); a.StatusCode != 404 || a.problem(t).Field != "steps[0].dataset" {
			t.Errorf("another's table, %s: %s %s", path, a.Status, a.body)
		}
	}
}

func TestQueue(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	var q wire.FrameQueue
	r.program("ada").must("GET", "frames/queue", nil, &q)
	if q != (wire.FrameQueue{}) {
		t.Errorf("the queue of one who asks nothing = %+v", q)
	}
}
