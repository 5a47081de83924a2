package page

import (
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestEditsOf(t *testing.T) {
	schema := table.Schema{{Name: "x", Kind: table.Number}, {Name: "s", Kind: table.Text}, {Name: "y", Kind: table.Number}}
	rows := []wire.Row{{ID: 7}, {ID: 9}}
	e, err := editsOf(schema, ui.GridBlock{Texts: [][]string{{"1.5", "a"}, {"", "b"}, {"3"}}, Columns: []int{2, 1}, Rows: rows})
	want := wire.RowEdits{
		Cells: []wire.CellEdit{{Row: 7, Column: "y", Cell: table.Num(1.5)}, {Row: 7, Column: "s", Cell: table.Str("a")},
			{Row: 9, Column: "y"}, {Row: 9, Column: "s", Cell: table.Str("b")}},
		Add: []wire.RowWrite{{Cells: []table.Cell{{}, {}, table.Num(3)}}},
	}
	if err != nil || !reflect.DeepEqual(e, want) {
		t.Errorf("editsOf() = %+v, %v, want %+v", e, err, want)
	}
	for _, tc := range []struct {
		texts [][]string
		want  string
	}{
		{[][]string{{"1"}, {"one"}}, `Line 2 of the block: y is "one"`},
		{[][]string{{"1"}, {"2"}, {""}}, "Line 3 of the block is beyond the end"},
	} {
		if _, err := editsOf(schema, ui.GridBlock{Texts: tc.texts, Columns: []int{2}, Rows: rows}); !strings.Contains(fault.Message(err), tc.want) {
			t.Errorf("editsOf(%q) = %v, want %q", tc.texts, err, tc.want)
		}
	}
}

func TestRowsViewFit(t *testing.T) {
	v := rowsView{Sort: "gone", Desc: true, Filters: wire.Filters{{Column: "gone", Missing: wire.MissingOnly}, {Column: "x", Missing: wire.MissingOnly}, {Column: "s", Levels: []string{"a"}}}}
	v.fit(table.Schema{{Name: "x", Kind: table.Number}, {Name: "s", Kind: table.Number}})
	if v.Sort != "" || v.Desc || len(v.Filters) != 1 || v.Filters[0].Column != "x" {
		t.Errorf("fit() leaves %+v, want the filter of x alone", v)
	}
	if v.plain() || !(&rowsView{Look: ui.GridLook{Held: 1}}).plain() {
		t.Error("plain() is about the rows, and a filter leaves some out")
	}
}

func TestHeadsOf(t *testing.T) {
	counts := wire.Brushed{Columns: []wire.BrushedColumn{
		{Kind: table.Number, Bins: []int64{1, 2}},
		{Kind: table.Category, Top: []wire.Level{{Value: "a", Rows: 3}, {Value: "b", Rows: 1}}},
		{Kind: table.Text, Top: []wire.Level{{Value: "t", Rows: 1}}},
	}}
	want := []ui.GridHead{{Bars: []int64{1, 2}}, {Bars: []int64{3, 1}, Levels: counts.Columns[1].Top}, {Levels: counts.Columns[2].Top}}
	if got := headsOf(counts, 3); !reflect.DeepEqual(got, want) {
		t.Errorf("headsOf() = %+v, want %+v", got, want)
	}
	if got := headsOf(counts, 2); len(got) != 2 {
		t.Errorf("headsOf() of 2 columns has %d", len(got))
	}
}
