package dataset_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func ptr[T any](v T) *T { return &v }

const birds = "x,kind,note\n1.5,a,First Bird\n-2,b,100% 'quoted'\n15,a,second_bird\n,c,\n1.25,,ÄRGER\n-0.5,b,third\n150,c,-\n"

// TestRowsThatFit asks for rows by filters, a search and an order.
func TestRowsThatFit(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, birds)
	if _, err := s.Patch(t.Context(), owner, d.ID, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: "note", Kind: table.Text, Role: table.Ignored}}}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		q    dataset.RowQuery
		want []int64 // ids
	}{
		{"a range", dataset.RowQuery{Filters: wire.Filters{{Column: "x", Min: ptr(1.25), Max: ptr(15.)}}}, []int64{0, 2, 4}},
		{"half a range", dataset.RowQuery{Filters: wire.Filters{{Column: "x", Max: ptr(0.)}}}, []int64{1, 5}},
		{"a range and the missing", dataset.RowQuery{Filters: wire.Filters{{Column: "x", Min: ptr(100.), Missing: wire.MissingAlso}}}, []int64{3, 6}},
		{"missing alone", dataset.RowQuery{Filters: wire.Filters{{Column: "kind", Missing: wire.MissingOnly}}}, []int64{4}},
		{"any value", dataset.RowQuery{Filters: wire.Filters{{Column: "note", Missing: wire.MissingNever}}}, []int64{0, 1, 2, 4, 5, 6}},
		{"levels", dataset.RowQuery{Filters: wire.Filters{{Column: "kind", Levels: []string{"a", "c", "'); DROP"}}}}, []int64{0, 2, 3, 6}},
		{"a text, in other letters", dataset.RowQuery{Filters: wire.Filters{{Column: "note", Contains: "BIRD"}}}, []int64{0, 2}},
		{"a text with a sign", dataset.RowQuery{Filters: wire.Filters{{Column: "note", Contains: "% '"}}}, []int64{1}},
		{"an umlaut", dataset.RowQuery{Filters: wire.Filters{{Column: "note", Contains: "ärg"}}}, []int64{4}},
		{"two filters", dataset.RowQuery{Filters: wire.Filters{{Column: "x", Min: ptr(1.)}, {Column: "kind", Levels: []string{"a"}}}}, []int64{0, 2}},
		{"a search in texts", dataset.RowQuery{Search: " bird "}, []int64{0, 2}},
		{"a search in categories", dataset.RowQuery{Search: "b", Filters: wire.Filters{{Column: "kind", Levels: []string{"b"}}}}, []int64{1, 5}},
		{"a search in numbers", dataset.RowQuery{Search: "1"}, []int64{0, 1, 4}},
		{"a search for digits", dataset.RowQuery{Search: "1.2"}, []int64{4}},
		{"a search below nought", dataset.RowQuery{Search: "-0.5"}, []int64{5}},
		{"a search for a sign", dataset.RowQuery{Search: "-0"}, []int64{5}},
		{"a search for an exponent", dataset.RowQuery{Search: "1.5e1"}, []int64{2}},
		{"down", dataset.RowQuery{Sort: "x", Desc: true}, []int64{6, 2, 0, 4, 5, 1, 3}},
		{"down, filtered", dataset.RowQuery{Sort: "x", Desc: true, Filters: wire.Filters{{Column: "kind", Levels: []string{"b", "c"}}}}, []int64{6, 5, 1, 3}},
		{"the last row first", dataset.RowQuery{Desc: true}, []int64{6, 5, 4, 3, 2, 1, 0}},
		{"none", dataset.RowQuery{Search: "nowhere"}, nil},
		{"a window", dataset.RowQuery{Sort: "x", Offset: 1, Limit: 3}, []int64{5, 4, 0}},
		{"beyond the end", dataset.RowQuery{Sort: "x", Offset: 9, Limit: 3}, nil},
	} {
		for range 2 { // computed, and from what is kept
			rows, err := s.Rows(t.Context(), owner, d.ID, 0, tc.q)
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
				continue
			}
			var ids []int64
			for _, r := range rows.Rows {
				ids = append(ids, r.ID)
			}
			if !slices.Equal(ids, tc.want) || tc.q.Limit == 0 && rows.Total != int64(len(tc.want)) {
				t.Errorf("%s: rows %v of %d, want %v", tc.name, ids, rows.Total, tc.want)
			}
		}
	}
	for _, q := range []dataset.RowQuery{
		{Sort: "y"}, {Filters: wire.Filters{{Column: "y", Missing: wire.MissingOnly}}}, {Filters: wire.Filters{{Column: "x", Contains: "a"}}},
	} {
		if _, err := s.Rows(t.Context(), owner, d.ID, 0, q); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("Rows(%+v) = %v, want %s", q, err, fault.Invalid)
		}
	}
	if _, err := s.Rows(t.Context(), other, d.ID, 0, dataset.RowQuery{Search: "a"}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("another user's rows: %v, want %s", err, fault.NotFound)
	}
}

// TestRowsAfterEdits: each version has its own rows, in its own order, with
// those that were added and without those that were deleted.
func TestRowsAfterEdits(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, birds)
	kinds := func(version int, q dataset.RowQuery) string {
		t.Helper()
		rows, err := s.Rows(t.Context(), owner, d.ID, version, q)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rows.Rows {
			out = append(out, fmt.Sprint(r.ID, r.Cells[1].String()))
		}
		return strings.Join(out, " ")
	}
	b := dataset.RowQuery{Filters: wire.Filters{{Column: "kind", Levels: []string{"b"}}}}
	if got, want := kinds(0, b), "1b 5b"; got != want {
		t.Errorf("before: %s, want %s", got, want)
	}
	if _, _, err := s.EditRow(t.Context(), owner, d.ID, 0, wire.RowWrite{Cells: []table.Cell{table.Num(7), table.Str("b"), {}}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.AddRow(t.Context(), owner, d.ID, wire.RowWrite{Cells: []table.Cell{table.Num(3), table.Str("b"), {}}}); err != nil {
		t.Fatal(err)
	}
	if got, want := kinds(0, dataset.RowQuery{Offset: 6}), "6c 7b"; got != want {
		t.Errorf("with a row more: %s, want %s", got, want)
	}
	if _, err := s.DeleteRow(t.Context(), owner, d.ID, 1); err != nil {
		t.Fatal(err)
	}
	if got, want := kinds(0, b), "0b 5b 7b"; got != want {
		t.Errorf("after: %s, want %s", got, want)
	}
	if got, want := kinds(1, b), "1b 5b"; got != want {
		t.Errorf("version 1 afterwards: %s, want %s", got, want)
	}
	if got, want := kinds(0, dataset.RowQuery{}), "0b 2a 3c 4 5b 6c 7b"; got != want {
		t.Errorf("all: %s, want %s", got, want)
	}
	if got, want := kinds(0, dataset.RowQuery{Offset: 1, Limit: 2}), "2a 3c"; got != want {
		t.Errorf("a window over a deleted row: %s, want %s", got, want)
	}
}

// TestRowsPages goes through an order of many rows in windows of every alignment.
func TestRowsPages(t *testing.T) {
	s, _ := mustOpen(t, 0)
	var csv strings.Builder
	csv.WriteString("x,y\n")
	const n = 7001
	for i := range n {
		fmt.Fprintf(&csv, "%d,%d\n", i*5003%n, i)
	}
	d := mustIngest(t, s, csv.String())
	for _, limit := range []int{1, 7, 200, 999, 1000} {
		for offset := int64(0); offset < n; offset += 611 {
			rows, err := s.Rows(t.Context(), owner, d.ID, 0, dataset.RowQuery{Sort: "x", Offset: offset, Limit: limit})
			if err != nil {
				t.Fatal(err)
			}
			if want := min(limit, int(n-offset)); len(rows.Rows) != want || rows.Total != n {
				t.Fatalf("%d rows of %d from %d, want %d of %d", len(rows.Rows), rows.Total, offset, want, n)
			}
			for i, r := range rows.Rows {
				if got := *r.Cells[0].Number; got != float64(offset)+float64(i) {
					t.Fatalf("limit %d: x of row %d is %v", limit, offset+int64(i), got)
				}
			}
		}
	}
}
