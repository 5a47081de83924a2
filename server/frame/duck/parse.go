package duck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/centroid-studio/centroid/shared/fault"
)

// parser reads SQL of users without running it. Only what it lets through comes
// to a sandbox, which holds by itself too: this is where a user learns, in plain
// words, what can't be done.
type parser struct{ db *sql.DB }

func newParser() (*parser, error) {
	c, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	p := &parser{sql.OpenDB(c)}
	for _, q := range []string{`SET memory_limit = '256MB'`, `SET threads = 1`, `SET enable_external_access = false`, `SET lock_configuration = true`} {
		if _, err := p.db.Exec(q); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", q, err), p.db.Close())
		}
	}
	return p, nil
}

func (p *parser) close() error { return p.db.Close() }

// ref is a table that a text names.
type ref struct {
	name string
	at   int  // byte of the text
	cte  bool // the text itself has a WITH of this name
}

// problem is what is wrong with a text, at a byte of it; -1 if nowhere.
type problem struct {
	msg string
	at  int
}

// Error is for the user.
func (p *problem) Error() string { return p.msg }

// read reads a text of a step: a query or an expression, as its field says.
func (p *parser) read(ctx context.Context, t piece) ([]ref, error) {
	if strings.HasSuffix(t.field, ".sql") {
		return p.query(ctx, t.s)
	}
	return p.expr(ctx, t.s)
}

// query reads one SELECT and gives the tables that it names. What is wrong is a *problem.
func (p *parser) query(ctx context.Context, text string) ([]ref, error) {
	statements, err := p.parse(ctx, text)
	if err != nil {
		return nil, err
	}
	switch {
	case len(statements) == 0:
		return nil, &problem{"There is no query here. Write a SELECT, such as SELECT * FROM a_table.", -1}
	case len(statements) > 1:
		return nil, &problem{fmt.Sprintf("These are %d statements. Only one can be run at a time.", len(statements)), -1}
	}
	return tablesOf(statements[0])
}

// expr reads one expression and gives the tables that it names. What is wrong is a *problem.
func (p *parser) expr(ctx context.Context, text string) ([]ref, error) {
	const before = "SELECT ("
	got, err := p.parse(ctx, before+text+"\n)")
	if wrong, ok := errors.AsType[*problem](err); ok {
		if wrong.at -= len(before); wrong.at >= len(text) { // at our own parenthesis
			wrong.at, wrong.msg = len(text), "The expression ends too early: something is missing here."
		}
		wrong.at = max(wrong.at, 0)
		return nil, wrong
	}
	if err != nil {
		return nil, err
	}
	plain, err := p.parse(ctx, before+"1\n)")
	if err != nil {
		return nil, err
	}
	// All but the value must be as around a plain value: else the text ends the
	// expression and goes on with something else.
	only := func(s []any) any {
		if len(s) != 1 {
			return nil
		}
		node, _ := s[0].(map[string]any)["node"].(map[string]any)
		list, _ := node["select_list"].([]any)
		if len(list) != 1 {
			return nil
		}
		value := list[0]
		list[0] = nil
		return value
	}
	value := only(got)
	only(plain)
	if value == nil || !reflect.DeepEqual(got, plain) {
		return nil, &problem{"This is not one expression. Write a value or a condition over the columns, such as a + 1 or a > 3.", 0}
	}
	refs, err := tablesOf(value)
	if wrong, ok := errors.AsType[*problem](err); ok && wrong.at >= 0 {
		wrong.at = max(0, wrong.at-len(before))
	}
	for i := range refs {
		refs[i].at = max(0, refs[i].at-len(before))
	}
	return refs, err
}

// parse gives the statements of a text as DuckDB writes them in JSON.
func (p *parser) parse(ctx context.Context, text string) ([]any, error) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, &problem{"There is a NUL byte here. Remove it.", i}
	}
	var raw string
	if err := p.db.QueryRowContext(ctx, `SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)::VARCHAR`, text).Scan(&raw); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if _, ok := errors.AsType[*duckdb.Error](err); ok {
			return nil, &problem{"The query can't be read: it is too long or too deep.", -1}
		}
		return nil, err
	}
	var said struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []any  `json:"statements"`
	}
	if err := json.Unmarshal([]byte(raw), &said); err != nil {
		return nil, fmt.Errorf("duck: the parser said %.200q: %w", raw, err)
	}
	switch {
	case !said.Error:
		return said.Statements, nil
	case said.Type == "not implemented":
		return nil, &problem{"Only SELECT can be run here. Nothing can be changed, written or set; to keep an answer, save it as a dataset.", 0}
	}
	at, err := strconv.Atoi(said.Position)
	if err != nil {
		at = -1
	}
	return nil, &problem{capital(said.Message), at}
}

// sources is functions that make a table of nothing but their arguments.
var sources = []string{"range", "generate_series", "unnest", "repeat", "repeat_row"}

// tablesOf gives the tables that a parsed text names, or what it may not have.
func tablesOf(node any) ([]ref, error) {
	var refs []ref
	named := map[string]bool{} // by WITH
	var wrong *problem
	refuse := func(at int, format string, args ...any) {
		if wrong == nil || at < wrong.at { // the first one: maps have no order
			wrong = &problem{fmt.Sprintf(format, args...), at}
		}
	}
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, n := range node {
				walk(n)
			}
			return
		case map[string]any:
			at := -1
			if x, ok := node["query_location"].(float64); ok {
				at = int(x)
			}
			name, _ := node["table_name"].(string)
			switch node["type"] {
			case "BASE_TABLE":
				if schema, _ := node["schema_name"].(string); schema != "" || node["catalog_name"] != nil {
					refuse(at, "Datasets are in no schema. If the name has a dot, put it in double quotes: %q.", schema+"."+name)
				}
				refs = append(refs, ref{name: name, at: at})
			case "TABLE_FUNCTION":
				f, _ := node["function"].(map[string]any)
				if name, _ := f["function_name"].(string); !slices.Contains(sources, name) {
					refuse(at, "%s() can't be used here: a query reads your datasets and nothing else, no files and no network.", name)
				}
			case "SHOW_REF":
				if node["query"] == nil {
					refuse(at, "SHOW can't be used here. DESCRIBE and SUMMARIZE tell of a dataset.")
				}
			case "VALUE_PARAMETER":
				refuse(at, "A query can't have parameters ($1 or ?). Write the values.")
			case "FUNCTION":
				if f, _ := node["function_name"].(string); f == "current_setting" {
					refuse(at, "%s() can't be used here.", f)
				}
			case "RECURSIVE_CTE_NODE":
				if name, _ := node["cte_name"].(string); name != "" {
					named[strings.ToLower(name)] = true
				}
			}
			if ctes, ok := node["cte_map"].(map[string]any); ok {
				list, _ := ctes["map"].([]any)
				for _, c := range list {
					if c, ok := c.(map[string]any); ok {
						key, _ := c["key"].(string)
						named[strings.ToLower(key)] = true
					}
				}
			}
			for _, n := range node {
				walk(n)
			}
		}
	}
	walk(node)
	if wrong != nil {
		return nil, wrong
	}
	for i := range refs {
		refs[i].cte = named[strings.ToLower(refs[i].name)]
	}
	slices.SortFunc(refs, func(a, b ref) int { return a.at - b.at })
	return refs, nil
}

// place gives the line and the character of a byte of a text, both from 1.
func place(text string, at int) (line, column int) {
	at = min(at, len(text))
	before := text[:at]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "!") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s
}

// pointed puts a problem of a user's text into a fault that points at it.
func pointed(field, text string, err error) error {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		return fault.Wrap("duck.parse", err)
	}
	e := fault.Fieldf(field, "%s", p.msg)
	if p.at >= 0 {
		e.Line, e.Column = place(text, p.at)
	}
	return e
}
