package httpd

import (
	"fmt"
	"strings"
	"testing"

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
