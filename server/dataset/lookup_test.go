package dataset_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// scanned gives the rows of a version as a training reads them.
func scanned(t *testing.T, s *dataset.Service, d wire.Dataset) []wire.Row {
	t.Helper()
	src, err := s.Source(t.Context(), owner, d.ID, d.Version)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var names []string
	for _, c := range d.Schema {
		names = append(names, c.Name)
	}
	var out []wire.Row
	if err := src.Scan(t.Context(), names, func(b *table.Batch) error {
		for i := range b.Rows {
			row := wire.Row{ID: b.ID(i)}
			for _, v := range b.Columns {
				if v.Texts != nil {
					row.Cells = append(row.Cells, table.Str(strings.Clone(v.Texts[i])))
				} else {
					row.Cells = append(row.Cells, table.Num(v.Numbers[i]))
				}
			}
			out = append(out, row)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRowsOfManyGroups asks for windows of a table of several row groups, with gaps,
// a category and texts of which no dictionary is kept; also after edits, of a file
// with row ids, of columns that are read otherwise than kept, and where texts are
// sorted on disk. The same rows are found by comparing what a scan gives.
func TestRowsOfManyGroups(t *testing.T) {
	for _, sortLimit := range []int64{0, 1000} {
		t.Run(fmt.Sprint("sorted in memory up to ", sortLimit), func(t *testing.T) {
			s, err := dataset.Open(t.Context(), dataset.Config{Dir: filepath.Join(t.TempDir(), "dataset"), Meta: mustMeta(t, t.TempDir()), SortLimit: sortLimit})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var csv bytes.Buffer
			csv.WriteString("x,kind,note,y\n")
			const n = 140_000
			for i := range n {
				x, kind, note := fmt.Sprint((i*7919%10_007)-5000), fmt.Sprint("Kind ", i%7), fmt.Sprintf("Note %d of them", i*104_729%1_000_003)
				if i%11 == 0 {
					x = ""
				}
				if i%13 == 0 || i > 135_000 && i < 135_100 {
					kind, note = "", ""
				}
				fmt.Fprintf(&csv, "%s,%s,%s,%d\n", x, kind, note, i%5)
			}
			d := mustIngest(t, s, csv.String())
			windows(t, s, d)
			if sortLimit > 0 {
				return // the rest is the same
			}

			for _, id := range []int64{0, 5, 131_071, 131_072, 139_000, n - 1} {
				if _, err := s.DeleteRow(t.Context(), owner, d.ID, id); err != nil {
					t.Fatal(err)
				}
			}
			for i, id := range []int64{1, 131_073, 139_500} {
				cells := []table.Cell{table.Num(float64(i - 1)), table.Str("Kind 3"), table.Str("Note of an edit"), {}}
				if _, _, err = s.EditRow(t.Context(), owner, d.ID, id, wire.RowWrite{Cells: cells}); err != nil {
					t.Fatal(err)
				}
				if _, _, err = s.AddRow(t.Context(), owner, d.ID, wire.RowWrite{Cells: cells}); err != nil {
					t.Fatal(err)
				}
			}
			if d, err = s.Get(t.Context(), owner, d.ID, 0); err != nil {
				t.Fatal(err)
			}
			windows(t, s, d)

			d, _, err = s.AddColumns(t.Context(), owner, d.ID, dataset.Columns{Names: []string{"more"}, Kinds: []table.Kind{table.Number}, Inputs: d.Schema[:1],
				Compute: func(b *table.Batch, out []table.Vector) error {
					copy(out[0].Numbers, b.Columns[0].Numbers)
					return nil
				}})
			if err != nil {
				t.Fatal(err)
			}
			windows(t, s, d) // of a file with row ids

			if d, err = s.Patch(t.Context(), owner, d.ID, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: "y", Kind: table.Category}, {Name: "kind", Kind: table.Number, Lossy: true}}}); err != nil {
				t.Fatal(err)
			}
			windows(t, s, d)
		})
	}
}

// windows compares rows that Rows gives with those of a scan.
func windows(t *testing.T, s *dataset.Service, d wire.Dataset) {
	t.Helper()
	all := scanned(t, s, d)
	at := d.Schema.Index
	number := func(column string, fits func(x float64) bool) func(wire.Row) bool {
		return func(r wire.Row) bool { c := r.Cells[at(column)]; return c.Number != nil && fits(*c.Number) }
	}
	text := func(column string, fits func(string) bool) func(wire.Row) bool {
		return func(r wire.Row) bool { c := r.Cells[at(column)]; return c.Text != nil && fits(*c.Text) }
	}
	any := func(wire.Row) bool { return true }
	cases := []struct {
		q    dataset.RowQuery
		fits func(wire.Row) bool
	}{
		{dataset.RowQuery{}, any},
		{dataset.RowQuery{Desc: true}, any},
		{dataset.RowQuery{Sort: "x"}, any},
		{dataset.RowQuery{Sort: "x", Desc: true}, any},
		{dataset.RowQuery{Sort: "note"}, any},
		{dataset.RowQuery{Sort: "note", Desc: true}, any},
		{dataset.RowQuery{Sort: "kind", Desc: true}, any},
		{dataset.RowQuery{Sort: "y"}, any},
		{dataset.RowQuery{Filters: wire.Filters{{Column: "x", Min: ptr(-3.), Max: ptr(3.)}}}, number("x", func(x float64) bool { return math.Abs(x) <= 3 })},
		{dataset.RowQuery{Filters: wire.Filters{{Column: "x", Missing: wire.MissingOnly}}, Sort: "note"}, func(r wire.Row) bool { return r.Cells[at("x")].Missing() }},
		{dataset.RowQuery{Filters: wire.Filters{{Column: "note", Contains: "nOTE 77"}}, Sort: "x"}, text("note", func(s string) bool { return strings.Contains(s, "Note 77") })},
		{dataset.RowQuery{Search: "an EDIT"}, text("note", func(s string) bool { return strings.Contains(s, "an edit") })},
	}
	if d.Schema[at("kind")].Kind != table.Number {
		cases = append(cases, struct {
			q    dataset.RowQuery
			fits func(wire.Row) bool
		}{dataset.RowQuery{Filters: wire.Filters{{Column: "kind", Levels: []string{"Kind 3", "Kind 9"}, Missing: wire.MissingAlso}}, Sort: "note", Desc: true},
			func(r wire.Row) bool { k := r.Cells[at("kind")]; return k.Missing() || *k.Text == "Kind 3" }})
	}
	for _, tc := range cases {
		want := slices.DeleteFunc(slices.Clone(all), func(r wire.Row) bool { return !tc.fits(r) })
		slices.SortStableFunc(want, func(a, b wire.Row) int {
			if tc.q.Sort == "" {
				if tc.q.Desc {
					return cmp.Compare(b.ID, a.ID)
				}
				return 0
			}
			x, y := a.Cells[at(tc.q.Sort)], b.Cells[at(tc.q.Sort)]
			if x.Missing() || y.Missing() {
				return cmp.Compare(btoi(x.Missing()), btoi(y.Missing()))
			}
			if tc.q.Desc {
				x, y = y, x
			}
			if x.Number != nil {
				return cmp.Compare(*x.Number, *y.Number)
			}
			return cmp.Compare(*x.Text, *y.Text)
		})
		for _, offset := range []int{0, len(want) / 3, max(0, len(want)-150)} {
			q := tc.q
			q.Offset, q.Limit = int64(offset), 200
			got, err := s.Rows(t.Context(), owner, d.ID, d.Version, q)
			if err != nil {
				t.Fatal(err)
			}
			end := min(offset+200, len(want))
			if got.Total != int64(len(want)) || !slices.EqualFunc(got.Rows, want[offset:end], sameRow) {
				t.Errorf("version %d, %+v: %d rows of %d, or others than the %d of %d that a scan gives", d.Version, q, len(got.Rows), got.Total, end-offset, len(want))
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sameRow(a, b wire.Row) bool {
	return a.ID == b.ID && slices.EqualFunc(a.Cells, b.Cells, func(x, y table.Cell) bool { return x.Missing() == y.Missing() && x.String() == y.String() })
}
