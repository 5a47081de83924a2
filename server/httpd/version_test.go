package httpd

import (
	"fmt"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestVersionsOverREST edits a table in two places at once, goes back and
// forth, and reads what happened.
func TestVersionsOverREST(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.program("ada")
	d := v.iris()
	at := "datasets/" + d.ID
	end := v.trains(irisStart(d))

	var made wire.RowsChange
	v.must("POST", at+"/edits", wire.RowEdits{Seen: 1, Cells: []wire.CellEdit{
		{Row: 3, Column: "petal_len", Cell: table.Num(9)}, {Row: 4, Column: "category", Cell: table.Str("Iris-nova")}}}, &made)
	if made.Version != 2 || made.Change != "2 rows edited" || len(made.Touched) != 2 || *made.Touched[0].Cells[2].Number != 9 || made.Schema[4].Distinct != 4 {
		t.Errorf("edits = %+v", made)
	}

	// Another tab still sees version 1.
	whole := make([]table.Cell, 5)
	copy(whole, made.Touched[0].Cells)
	whole[2], whole[3] = table.Num(1.5), table.Num(0.9)
	for what, a := range map[string]*reply{
		"edits": v.do("POST", at+"/edits", wire.RowEdits{Seen: 1, Cells: []wire.CellEdit{{Row: 3, Column: "petal_width", Cell: table.Num(0.9)}}}),
		"row":   v.do("PATCH", at+"/rows/3", wire.RowWrite{Seen: 1, Cells: whole}),
	} {
		p := a.problem(t)
		if a.StatusCode != 409 || p.Conflict == nil || p.Conflict.Total != 1 || p.Conflict.Version != 2 || len(p.Conflict.Rows[0].Cells) != 2 {
			t.Fatalf("%s: a row that changed meanwhile: %s %s", what, a.Status, a.body)
		}
		theirs, mine := p.Conflict.Rows[0].Cells[0], p.Conflict.Rows[0].Cells[1]
		if theirs.Column != "petal_len" || *theirs.Theirs.Number != 9 || theirs.Mine != nil && *theirs.Mine.Number != 1.5 || mine.Column != "petal_width" || mine.Mine == nil || *mine.Mine.Number != 0.9 {
			t.Errorf("%s: conflict = %+v, %+v", what, theirs, mine)
		}
	}
	v.must("POST", at+"/edits", wire.RowEdits{Seen: 1, Cells: []wire.CellEdit{{Row: 5, Column: "petal_width", Cell: table.Num(0.9)}}}, &made) // another row
	v.must("POST", at+"/edits", wire.RowEdits{Seen: 3, Cells: []wire.CellEdit{{Row: 3, Column: "petal_width", Cell: table.Num(0.9)}}}, &made)

	v.must("POST", at+"/undo", nil, &made)
	if made.Version != 5 || made.Change != "undone: row 3 edited" || len(made.Touched) != 1 || *made.Touched[0].Cells[3].Number == 0.9 || *made.Touched[0].Cells[2].Number != 9 {
		t.Errorf("undo = %+v", made)
	}
	var h wire.History
	v.must("GET", at+"/history", nil, &h)
	if h.Undo != "row 5 edited" || h.Redo != "row 3 edited" {
		t.Errorf("undo would take back %q, redo would do %q", h.Undo, h.Redo)
	}
	v.must("POST", at+"/redo", nil, &made)
	if made.Version != 6 || made.Change != "done again: row 3 edited" || *made.Touched[0].Cells[3].Number != 0.9 {
		t.Errorf("redo = %+v", made)
	}
	expect(t, "redo of nothing", v.do("POST", at+"/redo", nil), 400)
	var restored wire.Dataset
	v.must("POST", at+"/restore", wire.Restore{Version: 1}, &restored)
	if restored.Version != 7 || restored.Hash != d.Hash || restored.Schema[4].Distinct != 3 {
		t.Errorf("restored = %+v, want the content of version 1", restored)
	}
	expect(t, "restore of what there is not", v.do("POST", at+"/restore", wire.Restore{Version: 70}), 404)
	expect(t, "restore of the newest", v.do("POST", at+"/restore", wire.Restore{Version: 7}), 400)

	v.must("GET", at+"/history?limit=3", nil, &h)
	if h.Total != 7 || len(h.Revisions) != 3 || h.Revisions[0].Kind != wire.ChangeRestore || h.Revisions[1].Kind != wire.ChangeRedo || h.Revisions[0].By != "ada" {
		t.Errorf("history = %+v", h)
	}
	v.must("GET", fmt.Sprintf("%s/history?before=%d", at, h.Revisions[2].Version), nil, &h)
	last := h.Revisions[len(h.Revisions)-1]
	if len(h.Revisions) != 4 || last.Version != 1 || last.Kind != wire.ChangeUpload || len(last.Models) != 1 || last.Models[0].ID != end.Model.ID {
		t.Errorf("the first version = %+v, want it with its model", last)
	}

	// A block of more than a megabyte is one version.
	var block wire.RowEdits
	for i := range int64(30_000) {
		block.Cells = append(block.Cells, wire.CellEdit{Row: i % 150, Column: "petal_len", Cell: table.Num(float64(i))})
	}
	v.must("POST", at+"/edits", block, &made)
	if made.Version != 8 || made.Change != "150 rows edited" || *made.Touched[149].Cells[2].Number != 29_999 {
		t.Errorf("a large block = %+v", made.Dataset)
	}
}
