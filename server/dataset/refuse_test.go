package dataset_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// files lists all that a folder holds, at any depth.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir {
			all = append(all, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// nothing wants an upload to have left no trace: no file and no dataset.
func nothing(t testing.TB, s *dataset.Service, dir string) {
	t.Helper()
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("%v stay", left)
	}
	if list, err := s.List(t.Context(), owner); err != nil || len(list) != 0 {
		t.Errorf("List() = %v, %v, want none", list, err)
	}
}

// field gives a table with one field of n bytes, quoted or not, piece by piece.
func field(n int64, quote string) io.Reader {
	return io.MultiReader(strings.NewReader("a,b\n1,"+quote), io.LimitReader(letters{}, n), strings.NewReader(quote+"\n"))
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestRefuses uploads what is no table: each gets a fault that says where and
// what to do, and leaves nothing behind.
func TestRefuses(t *testing.T) {
	s, dir := mustOpen(t, 0)
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
	}
	wide := strings.Join(names, ",")
	good := strings.Repeat("1,2\n", 30_000)
	for name, tc := range map[string]struct {
		r            io.Reader
		line, column int
		says         string
	}{
		"empty file":        {strings.NewReader(""), 0, 0, "The file is empty"},
		"only line ends":    {strings.NewReader("\n\r\n\n"), 0, 0, "The file is empty"},
		"header only":       {strings.NewReader("a,b\n"), 0, 0, "no rows"},
		"header, no end":    {strings.NewReader("a,b"), 0, 0, "no rows"},
		"ragged line":       {strings.NewReader("a,b\n1,2\n1,2,3\n"), 3, 3, "Line 3 has 3 fields"},
		"ragged, late":      {strings.NewReader("a,b\n" + good + "1\n"), 30_002, 1, "Line 30002 has 1 fields"},
		"not UTF-8":         {strings.NewReader("a,b\n1,2\n1,caf\xe9\n"), 3, 2, "not UTF-8"},
		"not UTF-8, late":   {strings.NewReader("a,b\n" + good + "\xff,2\n"), 30_002, 1, "not UTF-8"},
		"not UTF-8, header": {strings.NewReader("a,\xffb\n1,2\n"), 1, 2, "not UTF-8"},
		"NUL":               {strings.NewReader("a,b\n1,\x002\n"), 2, 2, "NUL"},
		"zip":               {strings.NewReader("PK\x03\x04" + good), 0, 0, "zip"},
		"same name":         {strings.NewReader("a,b,a\n1,2,3\n"), 1, 3, `both called "a"`},
		"no name":           {strings.NewReader("a, ,c\n1,2,3\n"), 1, 2, "no name"},
		"10,000 columns":    {strings.NewReader(wide + "\n" + wide + "\n"), 1, 0, "10000 columns"},
		"field of 100 MB":   {field(100e6, ""), 2, 2, ""},
		"quoted, 100 MB":    {field(100e6, `"`), 2, 2, ""},
		"field of 2 MB":     {field(2e6, `"`), 2, 2, "2000000 bytes"},
		"open quote":        {strings.NewReader("a,b\n1,\"2\n" + good), 2, 0, "never closed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Ingest(t.Context(), owner, "t", "", tc.r)
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Code != fault.Invalid || e.Line != tc.line || e.Column != tc.column || !strings.Contains(e.Msg, tc.says) {
				t.Errorf("Ingest() = %+v, want line %d, column %d and %q", err, tc.line, tc.column, tc.says)
			}
			nothing(t, s, dir)
		})
	}
	if _, err := s.Ingest(t.Context(), owner, strings.Repeat("x", 201), "", strings.NewReader(small)); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a long name: %v", err)
	}
	if _, err := s.Ingest(t.Context(), "nobody", "t", "", strings.NewReader(small)); err == nil {
		t.Error("an upload of nobody went through")
	}
	nothing(t, s, dir)
}

// TestTakes uploads what just works, and reads the same rows back.
func TestTakes(t *testing.T) {
	s, _ := mustOpen(t, 0)
	const want = "1,x y 2.5,z"
	for name, csv := range map[string]string{
		"comma": "a,b\n1,x y\n2.5,z\n", "CRLF": "a,b\r\n1,x y\r\n2.5,z\r\n", "BOM": "\xef\xbb\xbfa,b\n1,x y\n2.5,z\n",
		"semicolon": "a;b\n1;x y\n2.5;z\n", "tab": "a\tb\n1\tx y\n2.5\tz\n", "quotes": "\"a\",\"b\"\r\n\"1\",\"x y\"\r\n2.5,\"z\"", "no last line end": "a,b\n1,x y\n2.5,z",
	} {
		d := mustIngest(t, s, csv)
		if got := text(mustRows(t, s, d, dataset.RowQuery{})); got != want || d.Schema[0].Kind != table.Number || d.Bytes != int64(len(csv)) {
			t.Errorf("%s: rows %q, %+v, want %q", name, got, d.Schema, want)
		}
		if got := scan(t, s, d); got != want {
			t.Errorf("%s: as a source %q, want %q", name, got, want)
		}
	}
	d := mustIngest(t, s, "a,b\n1,\"two\nlines, \"\"quoted\"\"\"\n2,it's\n")
	if got := text(mustRows(t, s, d, dataset.RowQuery{})); got != "1,two\nlines, \"quoted\" 2,it's" {
		t.Errorf("a line end in quotes: %q", got)
	}
	d = mustIngest(t, s, "a,b,c\n1,NA,n/a\n,x,NULL\nNaN,null,\n4,None,#N/A\n5,y,nan\n")
	if d.Schema[0].Missing != 2 || d.Schema[1].Missing != 3 || d.Schema[2].Missing != 5 || d.Schema[0].Kind != table.Number {
		t.Errorf("missing values = %+v, want 2, 3 and 5", d.Schema)
	}
}

// TestBrokenUpload cuts the connection at many places.
func TestBrokenUpload(t *testing.T) {
	s, dir := mustOpen(t, 0)
	random := rand.New(rand.NewPCG(1, 1))
	csv := "a,b\n" + strings.Repeat("1,2\n", 500_000)
	for range 10 {
		n := random.IntN(len(csv))
		for _, cause := range []error{io.ErrUnexpectedEOF, syscall.ECONNRESET, errors.New("cut")} {
			_, err := s.Ingest(t.Context(), owner, "t", "", io.MultiReader(strings.NewReader(csv[:n]), broken{cause}))
			if fault.CodeOf(err) != fault.Canceled || !errors.Is(err, cause) {
				t.Errorf("cut after %d bytes: %v, want canceled", n, err)
			}
		}
	}
	nothing(t, s, dir)
}

type broken struct{ error }

func (b broken) Read([]byte) (int, error) { return 0, b.error }

// TestLeftovers opens a folder in which a process died: what no dataset owns goes, unless it is another's.
func TestLeftovers(t *testing.T) {
	s, meta, dir := mustOpenAt(t, t.TempDir(), t.TempDir())
	d := mustIngest(t, s, small)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kept := files(t, dir)
	for _, name := range []string{"AAAA.partial/upload.csv", "BBBB/base.parquet", "spill.partial/x"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, guest := range []bool{true, false} {
		again, err := dataset.Open(t.Context(), dataset.Config{Dir: dir, Meta: meta, Guest: guest})
		if err != nil {
			t.Fatal(err)
		}
		if got := text(mustRows(t, again, d, dataset.RowQuery{Limit: 1})); got != "3,c,0.5" {
			t.Errorf("first row = %q", got)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if left := files(t, dir); (len(left) == len(kept)) == guest {
			t.Errorf("guest %v: the folder holds %v, it had %v", guest, left, kept)
		}
	}
}

// TestWidenMany has texts after many numbers in each of many columns.
func TestWidenMany(t *testing.T) {
	s, _ := mustOpen(t, 0)
	const columns = 60
	var csv bytes.Buffer
	for c := range columns {
		fmt.Fprintf(&csv, "c%d%s", c, map[bool]string{true: "\n", false: ","}[c == columns-1])
	}
	line := strings.TrimSuffix(strings.Repeat("1.50,", columns), ",") + "\n"
	for range 11_000 {
		csv.WriteString(line)
	}
	for c := range columns {
		cells := strings.Split(strings.TrimSpace(line), ",")
		cells[c] = "x"
		csv.WriteString(strings.Join(cells, ",") + "\n")
	}
	d := mustIngest(t, s, csv.String())
	for _, c := range d.Schema {
		if c.Kind != table.Category || c.Distinct != 2 {
			t.Fatalf("column = %+v, want a category of 1.50 and x", c)
		}
	}
}
