package duck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// oneParser is for the whole process: opening one takes longer than a text.
var oneParser = sync.OnceValues(newParser)

func mustParser(t testing.TB) *parser {
	t.Helper()
	p, err := oneParser()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var queries = []string{
	"SELECT a FROM t", "SELECT a,\n b FRM t", "", ";", "SELECT 1; SELECT 2", "SELECT 'a", "SELECT (", "WITH q AS (SELECT 1) FROM q", "FROM read_csv('x')", "SUMMARIZE t",
	"SELECT * FROM a.b.c", "VALUES (1)", "SELECT $1", "SELECT \x00", "SET x = 1", "PIVOT t ON a USING sum(b)", "SELECT 'ä' FROM ü", "-- ", "/*", "SELECT 1 FROM t t2, LATERAL (SELECT t2.a)",
	"a + 1", "true) OR (true", "1) FROM (SELECT 2", "1), (2", "1) UNION SELECT (2", "sum(a) OVER (PARTITION BY b)", "a IN (SELECT x FROM u)", "(((((1)))))", "lambda x: x", "1 -- )", "'\n)'",
}

// FuzzParser: a text is read or refused at a place in it; an expression that is
// read stays one expression wherever it is put.
func FuzzParser(f *testing.F) {
	for _, q := range queries {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, ctx := mustParser(t), context.Background()
		for _, read := range []func(context.Context, string) ([]ref, error){p.query, p.expr} {
			refs, err := read(ctx, s)
			if wrong, ok := errors.AsType[*problem](err); err != nil && (!ok || wrong.msg == "" || wrong.at > len(s)) {
				t.Fatalf("%q: %v, want a problem at a place in it", s, err)
			}
			for _, r := range refs {
				if r.at > len(s) {
					t.Errorf("%q names %q at %d", s, r.name, r.at)
				}
			}
			if err != nil && fault.CodeOf(pointed("sql", s, err)) != fault.Invalid {
				t.Errorf("%q: %v", s, pointed("sql", s, err))
			}
		}
		if _, err := p.expr(ctx, s); err != nil {
			return
		}
		// The lists have one and two values, and nothing follows.
		q := "SELECT (" + s + "\n), 7 WHERE (" + s + "\n)"
		got, err := p.parse(ctx, q)
		if err != nil || len(got) != 1 {
			t.Fatalf("%q can be read alone, but not in %q: %v", s, q, err)
		}
		node, _ := got[0].(map[string]any)["node"].(map[string]any)
		list, _ := node["select_list"].([]any)
		if len(list) != 2 || node["type"] != "SELECT_NODE" || !strings.Contains(fmt.Sprint(list[1]), "value:7") || node["where_clause"] == nil {
			t.Errorf("%q changes what stands around it: %v", s, node)
		}
	})
}

// nowhere is tables of which each has two columns, and none can be read.
type nowhere struct{}

func (nowhere) List(context.Context) ([]Entry, error) {
	return []Entry{{ID: "1", Name: "t"}, {ID: "2", Name: "u"}, {ID: "3", Name: "u"}}, nil
}

func (nowhere) Open(_ context.Context, id string, version int) (Table, error) {
	if id == "" || id == "gone" {
		return Table{}, fault.Newf(fault.NotFound, "There is no such dataset.")
	}
	return Table{ID: id, Version: version + 1, Columns: []Column{{"a", "DOUBLE"}, {"b", "VARCHAR"}}, SQL: "SELECT 1 AS c0, 'x' AS c1"}, nil
}

// FuzzPlan: steps that JSON may hold are compiled to one SELECT or refused. The
// steps that must ask the sandbox for types stop there.
func FuzzPlan(f *testing.F) {
	for _, s := range []string{
		`[{"op":"table","dataset":"1"},{"op":"filter","expr":"a > 1"},{"op":"groupBy","columns":["b"],"aggs":[{"fn":"mean","column":"a"}]},{"op":"sort","sort":[{"column":"b","desc":true}]}]`,
		`[{"op":"sql","sql":"SELECT * FROM t"},{"op":"limit","n":3}]`, `[{"op":"table","dataset":"1"},{"op":"join","columns":["a"],"how":"full","other":[{"op":"table","dataset":"2"}]},{"op":"drop","columns":["b_2"]}]`,
		`[{"op":"table","dataset":"1"},{"op":"sample","n":3,"seed":-1},{"op":"split","weights":[1,2],"part":1},{"op":"distinct"},{"op":"describe"}]`,
		`[{"op":"table","dataset":"1"},{"op":"rename","as":[{"from":"a","to":"x\"y"}]},{"op":"fillna","value":1e999},{"op":"fillna","value":"'"},{"op":"dropna","how":"all"},{"op":"union","other":[{"op":"table","dataset":"1"}]}]`,
		`[{"op":"table","dataset":"gone"}]`, `[]`, `null`, `[{"op":"table","dataset":"1"},{"op":"map","exprs":[{"as":"x","expr":"a+1"}]},{"op":"reduce","exprs":[{"as":"y","expr":"sum(x)"}]},{"op":"count"},{"op":"withColumn","name":"z","expr":"1"}]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var steps []wire.Step
		if json.Unmarshal([]byte(s), &steps) != nil || frame.Check("steps", steps) != nil {
			return
		}
		ctx := context.Background()
		u := &user{d: &DuckDB{parser: mustParser(t), cache: &cache{}, box: away{}}, owner: "x", tables: nowhere{}}
		r, err := u.build().plan(ctx, "steps", steps)
		if err != nil {
			if c := fault.CodeOf(err); !errors.Is(err, errAway) && c != fault.Invalid && c != fault.NotFound {
				t.Errorf("%s: %v", s, err)
			}
			return
		}
		if got, err := u.d.parser.parse(ctx, r.sql.String()); err != nil || len(got) != 1 {
			t.Errorf("%s is compiled to %s: %v", s, r.sql, err)
		}
		if got := len(frame.Words(steps)); got != len(steps) {
			t.Errorf("%d steps have %d words", len(steps), got)
		}
	})
}

// away is a sandbox that runs nothing.
type away struct{ runner }

func (away) Run(context.Context, sandbox.Job, *os.File) ([]sandbox.Column, error) {
	return nil, errAway
}

var errAway = errors.New("the sandbox is away")
