package page

import (
	"fmt"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestConflictChoices(t *testing.T) {
	edits := wire.RowEdits{Seen: 3, Delete: []int64{4, 5}, Cells: []wire.CellEdit{{Row: 1, Column: "x", Cell: table.Num(1)}, {Row: 2, Column: "x", Cell: table.Num(2)}, {Row: 3, Column: "x", Cell: table.Num(3)}}}
	c := conflict{Edits: edits, With: wire.Conflict{Version: 7, Total: 3, Rows: []wire.RowConflict{{Row: 1}, {Row: 2, Gone: true}, {Row: 4}}}}
	show := func(e wire.RowEdits) string {
		out := fmt.Sprint(e.Seen)
		for _, c := range e.Cells {
			out += fmt.Sprintf(" %d=%s", c.Row, c.Cell)
		}
		return out + fmt.Sprint(" delete ", e.Delete)
	}
	if got, want := show(c.mine()), "7 1=1 3=3 delete [4 5]"; got != want {
		t.Errorf("mine = %s, want %s", got, want)
	}
	if got, want := show(c.theirs()), "7 3=3 delete [5]"; got != want {
		t.Errorf("theirs = %s, want %s", got, want)
	}
	c.With.Total = 200
	if got, want := show(c.theirs()), "3 3=3 delete [5]"; got != want {
		t.Errorf("theirs, with more that are not listed = %s, want %s", got, want)
	}
	if nothing(c.theirs()) || !nothing(wire.RowEdits{Seen: 2}) {
		t.Error("nothing() tells no edits from some wrongly")
	}
	if _, ok := conflictOf(fault.Newf(fault.Conflict, "no rows")); ok {
		t.Error("a conflict without rows counts as one of rows")
	}
	if got, ok := conflictOf(&fault.Error{Code: fault.Conflict, Data: &c.With}); !ok || got.Version != 7 {
		t.Errorf("conflictOf = %+v, %v", got, ok)
	}
}

func TestRowEdits(t *testing.T) {
	schema := table.Schema{colNumber, colCategory}
	w := sheet{Seen: 4, Row: wire.Row{ID: 9, Cells: []table.Cell{table.Num(1), table.Str("a")}}}
	if e := rowEdits(schema, w, []table.Cell{table.Num(1), table.Str("a")}); !nothing(e) {
		t.Errorf("no change = %+v", e)
	}
	e := rowEdits(schema, w, []table.Cell{table.Num(1), {}})
	if len(e.Cells) != 1 || e.Seen != 4 || e.Cells[0].Row != 9 || e.Cells[0].Column != schema[1].Name || !e.Cells[0].Cell.Missing() {
		t.Errorf("one cell = %+v", e)
	}
}

func TestDiffWords(t *testing.T) {
	for want, d := range map[string]wire.Diff{
		"No row differs.":                                                                {},
		"1 row added, 2,000 rows changed.":                                               {Added: 1, Changed: 2000},
		"3 rows removed. Columns added: a, b. Columns removed: c.":                       {Removed: 3, AddedColumns: []string{"a", "b"}, RemovedColumns: []string{"c"}},
		"1 row added. The rows were made anew, so they are compared by what is in them.": {Added: 1, ByContent: true},
	} {
		if got := diffWords(d); got != want {
			t.Errorf("diffWords = %q, want %q", got, want)
		}
	}
}

func TestLikelyGroup(t *testing.T) {
	schema := table.Schema{{Name: "n", Kind: table.Number}, {Name: "c", Kind: table.Category}, {Name: "l", Kind: table.Category, Role: table.Label}}
	if got := likelyGroup(schema); got != "l" {
		t.Errorf("likelyGroup = %q, want the label", got)
	}
	if got := likelyGroup(append(schema, table.Column{Name: "cluster", Kind: table.Category})); got != "cluster" {
		t.Errorf("likelyGroup = %q, want cluster", got)
	}
	if got := likelyGroup(schema[:1]); got != "" {
		t.Errorf("likelyGroup = %q, want none", got)
	}
}
