package dataset_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// wide is a table of whole numbers: that of row r and column c is (r*7+c)%10.
func wide(rows, columns int) string {
	var b bytes.Buffer
	for r := -1; r < rows; r++ {
		for c := range columns {
			if c > 0 {
				b.WriteByte(',')
			}
			if r < 0 {
				fmt.Fprintf(&b, "c%d", c)
			} else {
				b.WriteByte(byte('0' + (r*7+c)%10))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// groups gives the number of row groups of a dataset's file.
func groups(t *testing.T, dir, id string) int {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, id, "base.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := file.NewParquetReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return r.NumRowGroups()
}

// TestWideTable has as many columns as may be: what is held at a time must not
// grow with them, and all that is asked of a table must be answered.
func TestWideTable(t *testing.T) {
	const rows, columns = 600, 4096
	s, _ := mustOpen(t, 0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	mustIngest(t, s, wide(1, columns))
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 200 {
		t.Errorf("a single row of %d columns takes %d MB, want at most 200", columns, mb)
	}

	d := mustIngest(t, s, wide(rows, columns))
	all := mustRows(t, s, d, dataset.RowQuery{Limit: 1000})
	if len(all) != rows || len(all[599].Cells) != columns || *all[599].Cells[4095].Number != float64((599*7+4095)%10) {
		t.Errorf("%d rows, want %d of %d cells", len(all), rows, columns)
	}
	sorted := mustRows(t, s, d, dataset.RowQuery{Sort: "c4000", Desc: true, Offset: 570, Limit: 2})
	for _, row := range sorted { // the last tenth has a zero there
		if *row.Cells[4000].Number != 0 || *row.Cells[0].Number != float64(row.ID*7%10) || len(row.Cells) != columns {
			t.Errorf("row %d has %v and %v", row.ID, *row.Cells[4000].Number, *row.Cells[0].Number)
		}
	}
	var csv bytes.Buffer
	if err := s.ExportCSV(t.Context(), owner, d.ID, 0, &csv, nil, nil); err != nil || csv.String() != wide(rows, columns) {
		t.Errorf("ExportCSV() gives another table, %v", err)
	}
}

// TestLongTexts has rows of a megabyte: few of them are held at a time, and an
// answer that would hold many is refused.
func TestLongTexts(t *testing.T) {
	const rows = 150
	s, dir := mustOpen(t, 0)
	parts := []io.Reader{strings.NewReader("x,text\n")}
	for r := range rows {
		parts = append(parts, strings.NewReader(fmt.Sprintf("%d,%03d", r%3, r)), io.LimitReader(letters{}, 1_000_000), strings.NewReader("\n"))
	}
	d, err := s.Ingest(t.Context(), owner, "t", "", io.MultiReader(parts...))
	if err != nil || d.Schema[1].Kind != table.Text || d.Schema[1].Distinct != rows {
		t.Fatalf("Ingest() = %+v, %v", d.Schema, err)
	}
	if n := groups(t, dir, d.ID); n < 3 {
		t.Errorf("%d MB lie in %d row groups, want at least 3", rows, n)
	}
	src, err := s.Source(t.Context(), owner, d.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	seen := 0
	err = src.Scan(t.Context(), []string{"text"}, func(b *table.Batch) error {
		size := 0
		for i, text := range b.Columns[0].Texts {
			size += len(text)
			if !strings.HasPrefix(text, fmt.Sprintf("%03d", b.First+int64(i))) {
				t.Errorf("row %d has the text of another", b.First+int64(i))
			}
		}
		if seen += b.Rows; size > 80<<20 {
			t.Errorf("a batch of %d rows has %d MB", b.Rows, size>>20)
		}
		return nil
	})
	if err != nil || seen != rows {
		t.Errorf("Scan() gives %d rows, %v", seen, err)
	}
	if got := mustRows(t, s, d, dataset.RowQuery{Offset: 140, Limit: 5}); len(got) != 5 || len(*got[4].Cells[1].Text) != 1_000_003 {
		t.Errorf("%d rows", len(got))
	}
	if _, err := s.Rows(t.Context(), owner, d.ID, 0, dataset.RowQuery{Limit: rows}); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("Rows() of all = %v, want too large", err)
	}
}

// TestNUL is no text, in a file or in a row that is written.
func TestNUL(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, small)
	bad := wire.RowWrite{Cells: []table.Cell{table.Num(1), table.Str("a\x00b"), table.Num(1)}}
	_, _, add := s.AddRow(t.Context(), owner, d.ID, bad)
	_, _, edit := s.EditRow(t.Context(), owner, d.ID, 1, bad)
	for name, err := range map[string]error{"AddRow": add, "EditRow": edit} {
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "name has a NUL") {
			t.Errorf("%s() = %v, want invalid", name, err)
		}
	}
	if got := mustRows(t, s, d, dataset.RowQuery{}); len(got) != 4 {
		t.Errorf("%d rows, want 4", len(got))
	}
}
