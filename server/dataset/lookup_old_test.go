package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/table"
)

// TestLookupWithoutIndex: rows are found in a file that has no index of its pages, too.
func TestLookupWithoutIndex(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "base.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	kinds := []table.Kind{table.Number, table.Text}
	w, err := format.NewParquetWriter(f, []string{"c0", "c1"}, kinds, "")
	if err != nil {
		t.Fatal(err)
	}
	const n = 300_000
	numbers, texts := make([]float64, n), make([]string, n)
	for i := range n {
		numbers[i], texts[i] = float64(i), fmt.Sprint("text ", i)
	}
	if err := w.WriteRows([]table.Vector{{Numbers: numbers}, {Texts: texts}}, n, 12*n, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := &Service{}
	rd, err := s.reader(f, true)
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{0, 1, 600, 131_071, 131_072, 140_000, 262_143, n - 1, n + 7}
	src := &Source{rec: Record{Stored: kinds}, version: Version{Schema: table.Schema{{Kind: table.Number}, {Kind: table.Text}}}, file: f}
	rows, err := src.at(t.Context(), rd, ids)
	if err != nil || len(rows) != len(ids)-1 {
		t.Fatalf("at() = %d rows, %v, want %d", len(rows), err, len(ids)-1)
	}
	for i, r := range rows {
		if r.ID != ids[i] || *r.Cells[0].Number != float64(ids[i]) || *r.Cells[1].Text != fmt.Sprint("text ", ids[i]) {
			t.Errorf("row %d is %d: %s, %s", ids[i], r.ID, r.Cells[0], r.Cells[1])
		}
	}
}

// TestFooters: what was used longest ago is forgotten, and a file made anew is another one.
func TestFooters(t *testing.T) {
	var c footers
	meta := func(parts int) *footer { return &footer{parts: parts} }
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	key := func(path string) footerKey { return footerKey{path, 1, noon} }
	c.all = map[footerKey]*footer{}
	for _, name := range []string{"a", "b", "c"} {
		c.add(key(name), meta(footersMost/3))
	}
	c.get(key("a"))
	c.add(key("d"), meta(footersMost/3))
	for name, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, ok := c.all[key(name)]; ok != want {
			t.Errorf("%s is kept: %t, want %t", name, ok, want)
		}
	}
	if c.add(key("large"), meta(2*footersMost)); len(c.all) != 1 || c.parts != 2*footersMost {
		t.Errorf("beside a large one %d are kept, of %d parts", len(c.all)-1, c.parts)
	}
	if c.get(footerKey{"large", 1, noon.Add(1)}) != nil {
		t.Error("a file that was made anew is known")
	}
}
