// Package frametest is the suite that each frame.Engine passes: values, missing
// values, order, types and faults of all verbs.
package frametest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Open makes an engine over tables that are given as CSV by their names, and
// says which ids they have. The suite closes nothing.
type Open func(t *testing.T, csv map[string]string) (e frame.Engine, ids map[string]string)

// tables is what the cases run on. An empty field is a missing value.
func tables() map[string]string {
	var many strings.Builder
	many.WriteString("n,g,x\n")
	for i := range manyRows {
		fmt.Fprintf(&many, "%d,g%d,%d\n", i, i*7919%5, i*7919%manyRows)
	}
	return map[string]string{
		"people": "name,age,city,pay\nada,36,london,10.5\nbob,,paris,20\ncy,36,,\ndee,7,london,-3.25\neve,99,rome,20\n",
		"cities": "city,country,pay\nlondon,uk,1\nparis,fr,2\noslo,no,3\nlondon,ca,4\n,nowhere,5\n",
		"dups":   "a,b\n2,y\n1,x\n2,y\n1,z\n1,x\n",
		"Names":  "a,A,select,\"we\"\"ird, one\"\n1,2,3,x\n",
		"many":   many.String(),
	}
}

const manyRows = 150_000

// suite is what cases run with.
type suite struct {
	e   frame.Engine
	ids map[string]string
}

func (s *suite) of(name string) frame.Frame { return frame.From(s.e, s.ids[name], 0) }

// Run runs the suite.
func Run(t *testing.T, open Open) {
	s := &suite{}
	s.e, s.ids = open(t, tables())
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) { s.check(t, c) })
	}
	t.Run("order", s.order)
	t.Run("draw", s.draw)
	t.Run("faults", s.faults)
	t.Run("limit", s.limit)
	t.Run("sql", s.sql)
	t.Run("immutable", s.immutable)
	t.Run("persist", s.persist)
}

// one is a plan with the columns and the rows that it gives.
type one struct {
	name    string
	plan    func(s *suite) frame.Frame
	columns string // name:type with one space between
	rows    string // cells with commas, a row with a space after it; missing is ~
}

func (s *suite) check(t *testing.T, c one) {
	t.Helper()
	f := c.plan(s)
	columns, rows := s.rows(t, f)
	if c.columns != "" && columns != c.columns {
		t.Errorf("columns = %s, want %s", columns, c.columns)
	}
	if rows != c.rows {
		t.Errorf("rows = %s\nwant   %s", rows, c.rows)
	}
	schema, err := f.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := words(schema); got != columns {
		t.Errorf("Schema() = %s, the rows have %s", got, columns)
	}
}

func (s *suite) rows(t *testing.T, f frame.Frame) (columns, rows string) {
	t.Helper()
	r, err := f.Rows(t.Context(), 0)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	defer r.Close()
	cells, err := frame.Cells(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(cells)) != r.Len() || r.Truncated() {
		t.Errorf("%d rows, Len() = %d, truncated %v", len(cells), r.Len(), r.Truncated())
	}
	return words(r.Columns()), text(cells)
}

func words(columns []wire.FrameColumn) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name + ":" + c.Type
	}
	return strings.Join(list, " ")
}

func text(cells [][]table.Cell) string {
	var b strings.Builder
	for i, row := range cells {
		if i > 0 {
			b.WriteByte(' ')
		}
		for j, c := range row {
			if j > 0 {
				b.WriteByte(',')
			}
			if c.Missing() {
				b.WriteByte('~')
			}
			b.WriteString(c.String())
		}
	}
	return b.String()
}

// refused checks that a plan is refused, with the field, the place and some words.
func (s *suite) refused(t *testing.T, f frame.Frame, field string, line, column int, says string) {
	t.Helper()
	r, err := f.Rows(t.Context(), 10)
	if err == nil {
		r.Close()
		t.Errorf("%+v goes well, want %q refused", f.Steps(), field)
		return
	}
	e := asFault(err)
	if e == nil || e.Code != fault.Invalid || e.Field != field || e.Line != line || e.Column != column || !strings.Contains(e.Msg, says) {
		t.Errorf("refused with %+v\nwant field %q, line %d, column %d, %q", err, field, line, column, says)
	}
}
