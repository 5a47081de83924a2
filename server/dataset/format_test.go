package dataset_test

import (
	"bytes"
	"compress/gzip"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestFormats downloads a table in each format and uploads it again, packed too:
// it is the same to the last bit, and so are the columns' counts.
func TestFormats(t *testing.T) {
	s, _ := mustOpen(t, 0)
	csv := new(strings.Builder)
	csv.WriteString("x,name,y,id,flag\n")
	for i := range 40_000 {
		csv.WriteString([]string{"1.5,a,NA,9007199254740993,true\n", ",\"é, \"\"q\"\"\",-0.25,007,false\n", "-3e300,,inf,12,true\n"}[i%3])
	}
	d := mustIngest(t, s, csv.String())
	for _, f := range format.Writable {
		var out bytes.Buffer
		if err := s.Export(t.Context(), owner, d.ID, 0, f, &out); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(out.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"plain": out.Bytes(), "packed": packed.Bytes()} {
			again, err := s.Ingest(t.Context(), owner, "t", "", bytes.NewReader(content))
			if err != nil {
				t.Fatalf("%s, %s: %v", f, name, err)
			}
			if again.Hash != d.Hash || again.Rows != d.Rows || !reflect.DeepEqual(again.Schema, d.Schema) {
				t.Errorf("%s, %s: %d rows, hash %s, %+v\nwant %d, %s, %+v", f, name, again.Rows, again.Hash, again.Schema, d.Rows, d.Hash, d.Schema)
			}
		}
	}
	if err := s.Export(t.Context(), owner, d.ID, 0, "xml", new(bytes.Buffer)); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("xml: %v", err)
	}
	if err := s.Export(t.Context(), other, d.ID, 0, format.CSV, new(bytes.Buffer)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("another's: %v", err)
	}
}

// TestBombs uploads few bytes that stand for very many.
func TestBombs(t *testing.T) {
	s, dir := mustOpen(t, 1<<20)
	var z, p bytes.Buffer
	g := gzip.NewWriter(&z)
	if _, err := g.Write(append([]byte("a,b\n"), bytes.Repeat([]byte("1,2\n"), 1<<19)...)); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := format.NewWriter(&p, format.Parquet, table.Schema{{Name: "a", Kind: table.Number}})
	if err != nil {
		t.Fatal(err)
	}
	for range 64 {
		if err := w.Write(&table.Batch{Rows: 32 << 10, Columns: []table.Vector{{Numbers: make([]float64, 32<<10)}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		content []byte
		says    string
	}{
		"gzip": {z.Bytes(), "Unpacked, the file has more than the limit of 1 MB"}, "one value": {p.Bytes(), "values take more than 8 MB"},
	} {
		if len(tc.content) >= 1<<20 {
			t.Fatalf("%s: %d bytes are more than the limit themselves", name, len(tc.content))
		}
		_, err := s.Ingest(t.Context(), owner, "t", "", bytes.NewReader(tc.content))
		if fault.CodeOf(err) != fault.TooLarge || !strings.Contains(fault.Message(err), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
	damaged := p.Bytes()[:p.Len()-1]
	if _, err := s.Ingest(t.Context(), owner, "t", "", bytes.NewReader(damaged)); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "damaged or was cut off") {
		t.Errorf("cut: %v", err)
	}
	nothing(t, s, dir)
}

// TestDateForms: dates in two forms stay texts, and the schema tells which rows have which.
func TestDateForms(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, "when,x\n2026-01-31,1\n31.1.2026,2\n2026-02-01,3\n")
	want := []table.Form{{Form: table.FormDateISO, Rows: 2, First: []int64{0, 2}, Example: "2026-01-31"}, {Form: table.FormDatePoint, Rows: 1, First: []int64{1}, Example: "31.1.2026"}}
	got, err := s.Get(t.Context(), owner, d.ID, 0)
	if err != nil || !reflect.DeepEqual(got.Schema[0].Forms, want) {
		t.Errorf("forms = %+v (%v), want %+v", got.Schema[0].Forms, err, want)
	}
	if got := text(mustRows(t, s, d, dataset.RowQuery{})); got != "2026-01-31,1 31.1.2026,2 2026-02-01,3" {
		t.Errorf("rows = %q", got)
	}
}

// TestLossy: a column of numbers with some words is one of texts, until the user
// chooses that the words are missing; and back.
func TestLossy(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, "a,b\n1,x\nwrong,y\n,z\n2.5,x\nnan?,y\n")
	ask := func(c wire.ColumnChange) (wire.Dataset, error) {
		c.Name = "a"
		return s.Patch(t.Context(), owner, d.ID, wire.DatasetPatch{Columns: []wire.ColumnChange{c}})
	}
	if _, err := ask(wire.ColumnChange{Kind: table.Number}); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `2 values of column "a" are no numbers`) {
		t.Errorf("without a word: %v", err)
	}
	n, err := ask(wire.ColumnChange{Kind: table.Number, Lossy: true})
	if c := n.Schema[0]; err != nil || c.Kind != table.Number || c.Missing != 3 || *c.Min != 1 || *c.Max != 2.5 {
		t.Fatalf("lossy: %+v, %v", c, err)
	}
	if got, want := text(mustRows(t, s, n, dataset.RowQuery{})), "1,x ,y ,z 2.5,x ,y"; got != want || scan(t, s, n) != want {
		t.Errorf("rows = %q, as a source %q, want %q", got, scan(t, s, n), want)
	}
	back, err := ask(wire.ColumnChange{Kind: table.Category})
	if err != nil || back.Schema[0].Missing != 1 || back.Schema[0].Distinct != 4 {
		t.Errorf("back: %+v, %v", back.Schema[0], err)
	}
	if got := text(mustRows(t, s, back, dataset.RowQuery{})); got != "1,x wrong,y ,z 2.5,x nan?,y" {
		t.Errorf("rows = %q: something was lost", got)
	}
}
