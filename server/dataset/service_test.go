package dataset_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const owner, other = "ann", "bob"

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func mustOpen(t testing.TB, limit int64) (*dataset.Service, string) {
	t.Helper()
	meta := mustMeta(t, t.TempDir())
	files := filepath.Join(t.TempDir(), "dataset")
	s, err := dataset.Open(t.Context(), dataset.Config{Dir: files, Meta: meta, UploadLimit: limit, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, files
}

// mustOpenAt opens datasets with what is known of them in one folder and their files in another.
func mustOpenAt(t testing.TB, notes, place string) (*dataset.Service, dataset.Meta, string) {
	t.Helper()
	meta, files := mustMeta(t, notes), filepath.Join(place, "dataset")
	s, err := dataset.Open(t.Context(), dataset.Config{Dir: files, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, meta, files
}

// mustMeta opens a store with two users in a folder.
func mustMeta(t testing.TB, dir string) dataset.Meta {
	t.Helper()
	meta, err := store.Open(t.Context(), filepath.Join(dir, "centroid.db"), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { meta.Close() })
	for _, id := range []string{owner, other} {
		if err := meta.AddUser(t.Context(), auth.User{ID: id, Name: id, Created: noon}); err != nil {
			t.Fatal(err)
		}
	}
	return meta
}

func mustIngest(t testing.TB, s *dataset.Service, csv string) wire.Dataset {
	t.Helper()
	d, err := s.Ingest(t.Context(), owner, "t", "", strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustRows(t testing.TB, s *dataset.Service, d wire.Dataset, q dataset.RowQuery) []wire.Row {
	t.Helper()
	rows, err := s.Rows(t.Context(), owner, d.ID, d.Version, q)
	if err != nil {
		t.Fatal(err)
	}
	if rows.Total != d.Rows {
		t.Errorf("total = %d, want %d", rows.Total, d.Rows)
	}
	return rows.Rows
}

const small = "x,name,y\n3,c,0.5\n1,a,NA\n2,,1.5\n1,b,2.5\n"

func text(rows []wire.Row) string {
	var out []string
	for _, r := range rows {
		var cells []string
		for _, c := range r.Cells {
			cells = append(cells, c.String())
		}
		out = append(out, strings.Join(cells, ","))
	}
	return strings.Join(out, " ")
}

func TestIngestAndRows(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, small)
	if d.Rows != 4 || d.Version != 1 || d.Schema[2].Missing != 1 || *d.Schema[0].Max != 3 {
		t.Errorf("dataset = %+v", d)
	}
	for name, tc := range map[string]struct {
		q    dataset.RowQuery
		want string
	}{
		"file order":   {dataset.RowQuery{}, "3,c,0.5 1,a, 2,,1.5 1,b,2.5"},
		"window":       {dataset.RowQuery{Offset: 1, Limit: 2}, "1,a, 2,,1.5"},
		"ascending":    {dataset.RowQuery{Sort: "x"}, "1,a, 1,b,2.5 2,,1.5 3,c,0.5"},
		"descending":   {dataset.RowQuery{Sort: "x", Desc: true}, "3,c,0.5 2,,1.5 1,a, 1,b,2.5"},
		"missing last": {dataset.RowQuery{Sort: "y", Desc: true}, "1,b,2.5 2,,1.5 3,c,0.5 1,a,"},
	} {
		if got := text(mustRows(t, s, d, tc.q)); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
	m, err := table.ReadMemory(strings.NewReader(small), table.Limits{})
	if err != nil || m.Hash() != d.Hash {
		t.Errorf("hash = %s, in memory %s (%v)", d.Hash, m.Hash(), err)
	}
}

// TestVersions edits, adds and deletes rows; old versions stay as they were.
func TestVersions(t *testing.T) {
	s, _ := mustOpen(t, 0)
	ctx := t.Context()
	v1 := mustIngest(t, s, small)
	cells := func(x float64, name string, y float64) wire.RowWrite {
		return wire.RowWrite{Cells: []table.Cell{table.Num(x), table.Str(name), table.Num(y)}}
	}
	v2, _, err := s.EditRow(ctx, owner, v1.ID, 1, cells(9, "it's", math.NaN()))
	if err != nil {
		t.Fatal(err)
	}
	v3, added, err := s.AddRow(ctx, owner, v1.ID, cells(7, "new", -1))
	if err != nil || added.ID != 4 {
		t.Fatalf("AddRow = %+v, %v, want row 4", added, err)
	}
	v4, err := s.DeleteRow(ctx, owner, v1.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		d    wire.Dataset
		want string
	}{
		{v1, "3,c,0.5 1,a, 2,,1.5 1,b,2.5"},
		{v2, "3,c,0.5 9,it's, 2,,1.5 1,b,2.5"},
		{v3, "3,c,0.5 9,it's, 2,,1.5 1,b,2.5 7,new,-1"},
		{v4, "9,it's, 2,,1.5 1,b,2.5 7,new,-1"},
	} {
		if got := text(mustRows(t, s, tc.d, dataset.RowQuery{})); got != tc.want {
			t.Errorf("version %d: got %q, want %q", tc.d.Version, got, tc.want)
		}
		if got := scan(t, s, tc.d); got != tc.want {
			t.Errorf("version %d as a source: got %q, want %q", tc.d.Version, got, tc.want)
		}
	}
	if v4.Hash == v3.Hash || v4.Change != "row 0 deleted" || *v4.Schema[0].Max != 9 {
		t.Errorf("version 4 = %+v", v4)
	}
	if _, err := s.DeleteRow(ctx, owner, v1.ID, 0); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("deleting a deleted row: %v, want not found", err)
	}
	if _, _, err := s.EditRow(ctx, owner, v1.ID, 1, wire.RowWrite{Cells: []table.Cell{table.Str("much"), {}, {}}}); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `x is "much", want a number`) {
		t.Errorf("a text in a column of numbers: %v", err)
	}
	all, err := s.Versions(ctx, owner, v1.ID, 0)
	if err != nil || len(all) != 4 || all[0].Version != 4 {
		t.Errorf("Versions = %+v, %v", all, err)
	}
}

func scan(t *testing.T, s *dataset.Service, d wire.Dataset) string {
	t.Helper()
	src, err := s.Source(t.Context(), owner, d.ID, d.Version)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var names []string
	for _, c := range src.Schema() {
		names = append(names, c.Name)
	}
	var rows []wire.Row
	err = src.Scan(t.Context(), names, func(b *table.Batch) error {
		for i := range b.Rows {
			row := wire.Row{ID: b.ID(i)}
			for _, v := range b.Columns {
				if v.Texts != nil {
					row.Cells = append(row.Cells, table.Str(v.Texts[i]))
				} else {
					row.Cells = append(row.Cells, table.Num(v.Numbers[i]))
				}
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text(rows)
}

func TestChangeOfKind(t *testing.T) {
	s, _ := mustOpen(t, 0)
	ctx := t.Context()
	d := mustIngest(t, s, small)
	as := func(name string, kind table.Kind, role table.Role) (wire.Dataset, error) {
		return s.Patch(ctx, owner, d.ID, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: name, Kind: kind, Role: role}}})
	}
	v, err := as("x", table.Category, table.Label)
	if err != nil || v.Version != 2 || v.Schema[0].Distinct != 3 || v.Schema[0].Role != table.Label {
		t.Fatalf("x as a category: %+v, %v", v, err)
	}
	if got := text(mustRows(t, s, v, dataset.RowQuery{Sort: "x"})); got != "1,a, 1,b,2.5 2,,1.5 3,c,0.5" {
		t.Errorf("x as a category: %q", got)
	}
	if got := scan(t, s, v); got != "3,c,0.5 1,a, 2,,1.5 1,b,2.5" {
		t.Errorf("x as a category, as a source: %q", got)
	}
	if v, err = as("x", table.Number, ""); err != nil || *v.Schema[0].Max != 3 {
		t.Errorf("x as a number again: %+v, %v", v, err)
	}
	if _, err := as("name", table.Number, ""); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `3 values of column "name" are no numbers, "a" for one`) {
		t.Errorf("name as a number: %v", err)
	}
}

// TestNumbersAsCategories wants the table that is shown and the one that is
// trained on to have the same texts.
func TestNumbersAsCategories(t *testing.T) {
	s, _ := mustOpen(t, 0)
	const want = "1234567.5 0.1 1000000000000000 9999999999999998 1e+16 9.007199254740992e+18 0.00012 1e-05 0 1e+300 inf -inf 0.30000000000000004 -12.5"
	d := mustIngest(t, s, "x\n"+strings.ReplaceAll(want, " ", "\n")+"\n")
	d, err := s.Patch(t.Context(), owner, d.ID, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: "x", Kind: table.Category}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(mustRows(t, s, d, dataset.RowQuery{})); got != want {
		t.Errorf("rows = %q, want %q", got, want)
	}
	if got := scan(t, s, d); got != want {
		t.Errorf("scan = %q, want %q", got, want)
	}
}

func TestExportCSV(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, small)
	var b bytes.Buffer
	err := s.ExportCSV(t.Context(), owner, d.ID, 0, &b, []string{"cluster"}, func(row int64) []string {
		if row == 1 {
			return nil
		}
		return []string{"k"}
	})
	if want := "x,name,y,cluster\n3,c,0.5,k\n2,,1.5,k\n1,b,2.5,k\n"; err != nil || b.String() != want {
		t.Errorf("export = %q, %v, want %q", b.String(), err, want)
	}
}

// TestExportedCSVReadsBack has a table that a plain writer would spoil: a row
// without a value in its only column is an empty line, and names may be taken.
func TestExportedCSVReadsBack(t *testing.T) {
	s, _ := mustOpen(t, 0)
	for csv, want := range map[string]string{
		"x\n1\nNA\n3\n":                 "x\n1\n\"\"\n3\n",
		"cluster_2,cluster\na,1\nb,2\n": "cluster_2,cluster,cluster_3\na,1,k\nb,2,k\n",
	} {
		d := mustIngest(t, s, csv)
		var extra func(int64) []string
		var names []string
		if len(d.Schema) > 1 {
			names, extra = []string{"cluster"}, func(int64) []string { return []string{"k"} }
		}
		var b bytes.Buffer
		if err := s.ExportCSV(t.Context(), owner, d.ID, 0, &b, names, extra); err != nil || b.String() != want {
			t.Errorf("export of %q = %q, %v, want %q", csv, b.String(), err, want)
		}
		if again := mustIngest(t, s, b.String()); again.Rows != d.Rows {
			t.Errorf("%q has %d rows, want %d", b.String(), again.Rows, d.Rows)
		}
	}
}

// TestNothingHalfMade wants an empty folder after each failed upload.
func TestNothingHalfMade(t *testing.T) {
	s, dir := mustOpen(t, 1<<20)
	ctx, cancel := context.WithCancel(t.Context())
	for name, tc := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		code fault.Code
	}{
		"ragged line":    {t.Context(), strings.NewReader("a,b\n1,2\n3\n"), fault.Invalid},
		"late bad line":  {t.Context(), strings.NewReader("a,b\n" + strings.Repeat("1,2\n", 50000) + "3\n"), fault.Invalid},
		"over the limit": {t.Context(), strings.NewReader("a,b\n" + strings.Repeat("1,2\n", 500000)), fault.TooLarge},
		"cut connection": {t.Context(), io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), fault.Canceled},
		"canceled":       {ctx, readFunc(func(p []byte) (int, error) { cancel(); return copy(p, "a,b\n1,2\n"), nil }), fault.Canceled},
	} {
		if _, err := s.Ingest(tc.ctx, owner, "t", "", tc.r); fault.CodeOf(err) != tc.code {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: %v stay, %v", name, left, err)
		}
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// TestWiden has a text after many numbers, beyond the rows that are guessed from.
func TestWiden(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, "a,b\n"+strings.Repeat("1,2.50\n", 20000)+"1,n/k\n")
	if d.Schema[0].Kind != table.Number || d.Schema[1].Kind != table.Category || d.Rows != 20001 {
		t.Errorf("schema = %+v, %d rows", d.Schema, d.Rows)
	}
	if rows := mustRows(t, s, d, dataset.RowQuery{Offset: 20000}); text(rows) != "1,n/k" {
		t.Errorf("last row = %q", text(rows))
	}
	if rows := mustRows(t, s, d, dataset.RowQuery{Limit: 1}); text(rows) != "1,2.50" {
		t.Errorf("first row = %q: the text of the file is kept", text(rows))
	}
}

func TestOwners(t *testing.T) {
	s, _ := mustOpen(t, 0)
	ctx, d := t.Context(), mustIngest(t, s, small)
	_, e1 := s.Get(ctx, other, d.ID, 0)
	_, e2 := s.Rows(ctx, other, d.ID, 0, dataset.RowQuery{})
	_, e3 := s.Source(ctx, other, d.ID, 0)
	_, _, e4 := s.EditRow(ctx, other, d.ID, 0, wire.RowWrite{})
	_, e5 := s.Patch(ctx, other, d.ID, wire.DatasetPatch{Name: "mine"})
	e6 := s.Delete(ctx, other, d.ID)
	for i, err := range []error{e1, e2, e3, e4, e5, e6} {
		if fault.CodeOf(err) != fault.NotFound {
			t.Errorf("call %d by another: %v, want not found", i+1, err)
		}
	}
	if err := s.Delete(ctx, owner, d.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(ctx, owner, d.ID, 0); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("after Delete: %v, want not found", err)
	}
	if _, err := s.Source(ctx, owner, d.ID, 0); !errors.As(err, new(*fault.Error)) {
		t.Errorf("source after Delete: %v", err)
	}
}
