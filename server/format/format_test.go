package format

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// put writes a file of the test's own.
func put(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read reads a whole file, as dataset does: with all, if the first rows were not enough.
func read(ctx context.Context, path string) (format Format, names []string, kinds []table.Kind, rows [][]string, err error) {
	f, err := Open(ctx, path, 64<<20)
	if err != nil {
		return "", nil, nil, nil, err
	}
	defer f.Close()
	for _, all := range []bool{false, true} {
		names, kinds, rows, err = readOnce(ctx, f, all)
		if !errors.Is(err, ErrKinds) {
			break
		}
	}
	return f.Format, names, kinds, rows, err
}

func readOnce(ctx context.Context, f *File, all bool) (names []string, kinds []table.Kind, rows [][]string, err error) {
	r, err := f.Read(ctx, all)
	if err != nil {
		return nil, nil, nil, err
	}
	defer r.Close()
	names, kinds = r.Columns()
	b := NewBlock(kinds)
	for {
		err := r.Fill(b)
		if err == io.EOF {
			if b.Rows != 0 {
				return nil, nil, nil, fmt.Errorf("%d rows come with the end", b.Rows)
			}
			return names, kinds, rows, nil
		}
		if err != nil {
			return nil, nil, nil, err
		}
		if b.Rows == 0 || b.Rows > b.Room() {
			return nil, nil, nil, fmt.Errorf("a block of %d rows, room for %d", b.Rows, b.Room())
		}
		if len(rows)*len(kinds) > 4<<20 { // who reads bounds what a few bytes may stand for
			return nil, nil, nil, fault.Newf(fault.TooLarge, "More than %d values.", 4<<20)
		}
		bytes := 0
		for i := range b.Rows {
			row := make([]string, len(kinds))
			for c, v := range b.Columns {
				if kinds[c] == table.Number {
					row[c] = table.Num(v.Numbers[i]).String()
				} else {
					row[c] = v.Texts[i]
					bytes += len(row[c])
				}
			}
			rows = append(rows, row)
		}
		if bytes != b.Bytes {
			return nil, nil, nil, fmt.Errorf("a block of %d bytes says %d", bytes, b.Bytes)
		}
	}
}

// flat writes what was read in one line.
func flat(names []string, kinds []table.Kind, rows [][]string) string {
	var out []string
	for i, n := range names {
		out = append(out, n+":"+string(kinds[i]))
	}
	s := strings.Join(out, ",")
	for _, r := range rows {
		s += " | " + strings.Join(r, ",")
	}
	return s
}

// TestRoundTrip writes each format and reads the same table back: the suite of
// Writer and Reader.
func TestRoundTrip(t *testing.T) {
	schema := table.Schema{{Name: "a b", Kind: table.Number}, {Name: "é\"", Kind: table.Text}, {Name: "c", Kind: table.Category}, {Name: "none", Kind: table.Number}}
	nan := math.NaN()
	batches := []*table.Batch{
		{Rows: 3, Columns: []table.Vector{{Numbers: []float64{1.5, nan, -1e300}}, {Texts: []string{"x", "", "two\nlines, \"quoted\""}}, {Texts: []string{"007", "ü", "9007199254740993"}}, {Numbers: []float64{nan, nan, nan}}}},
		{Rows: 2, Columns: []table.Vector{{Numbers: []float64{math.Inf(1), math.Inf(-1)}}, {Texts: []string{"", "{\"a\":1}"}}, {Texts: []string{"p", "q"}}, {Numbers: []float64{nan, nan}}}},
	}
	want := "a b:number,é\":text,c:text,none:number | 1.5,x,007, | ,,ü, | -1e+300,two\nlines, \"quoted\",9007199254740993, | +Inf,,p, | -Inf,{\"a\":1},q,"
	for _, f := range Writable {
		var out bytes.Buffer
		w, err := NewWriter(&out, f, schema)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			if err := w.Write(b); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		is, names, kinds, rows, err := read(t.Context(), put(t, out.Bytes()))
		if got := flat(names, kinds, rows); err != nil || is != f || got != want {
			t.Errorf("%s: read as %s: %q (%v), want %q", f, is, got, err, want)
		}
		if kind, end := f.ContentType(); kind == "" || end == "" {
			t.Errorf("%s has no content type or no end of a name", f)
		}
	}
	if _, err := NewWriter(io.Discard, NPY, schema); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("writing .npy: %v", err)
	}
}

// packed packs content in all ways.
func packed(t testing.TB, content []byte) map[string][]byte {
	t.Helper()
	var g, s, z bytes.Buffer
	gw := gzip.NewWriter(&g)
	sw, err := zstd.NewWriter(&s)
	if err != nil {
		t.Fatal(err)
	}
	zw := zip.NewWriter(&z)
	if _, err := zw.Create("__MACOSX/"); err != nil {
		t.Fatal(err)
	}
	f, err := zw.Create("dir/table.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []io.Writer{gw, sw, f} {
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(gw.Close(), sw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"gzip": g.Bytes(), "zstd": s.Bytes(), "zip": z.Bytes()}
}

func TestPacked(t *testing.T) {
	csv := []byte("a,b\n1,x\n2,y\n")
	for kind, content := range packed(t, csv) {
		path := put(t, content)
		f, err := Open(t.Context(), path, 0)
		if err != nil || f.Packed != kind || f.Format != CSV {
			t.Errorf("%s: %+v, %v", kind, f, err)
			continue
		}
		names, kinds, rows, err := readOnce(t.Context(), f, false)
		if got := flat(names, kinds, rows); err != nil || got != "a:number,b:text | 1,x | 2,y" {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
	}
}

// TestRefuses: what is wrong with a file is said in words, and nothing stays beside it.
func TestRefuses(t *testing.T) {
	csv := []byte("a,b\n" + strings.Repeat("1,x\n", 1000))
	pack := packed(t, csv)
	two := new(bytes.Buffer)
	z := zip.NewWriter(two)
	for _, name := range []string{"a.csv", "b.csv"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := packed(t, make([]byte, 65<<20))
	var wide bytes.Buffer
	wide.WriteByte('{')
	for i := range 100_000 {
		fmt.Fprintf(&wide, "%s\"c%d\":1", map[bool]string{true: "", false: ","}[i == 0], i)
	}
	wide.WriteByte('}')
	for name, tc := range map[string]struct {
		content []byte
		code    fault.Code
		says    string
	}{
		"gzip, cut":           {pack["gzip"][:len(pack["gzip"])-6], fault.Invalid, "packed with gzip, but damaged"},
		"zstd, cut":           {pack["zstd"][:len(pack["zstd"])-6], fault.Invalid, "packed with zstd, but damaged"},
		"zip, cut":            {pack["zip"][:len(pack["zip"])-6], fault.Invalid, "packed with zip, but damaged"},
		"gzip, head":          {[]byte("\x1f\x8bxx"), fault.Invalid, "packed with gzip, but damaged"},
		"zip, two":            {two.Bytes(), fault.Invalid, "2 files"},
		"zip, none":           {[]byte("PK\x05\x06" + strings.Repeat("\x00", 18)), fault.Invalid, "no file"},
		"twice":               {packed(t, pack["zip"])["gzip"], fault.Invalid, "packed twice"},
		"bomb, gzip":          {bomb["gzip"], fault.TooLarge, "limit of 67 MB"},
		"bomb, zstd":          {bomb["zstd"], fault.TooLarge, "limit of 67 MB"},
		"bomb, zip":           {bomb["zip"], fault.TooLarge, "limit of 67 MB"},
		"bzip2":               {[]byte("BZh91AY"), fault.Invalid, "bzip2"},
		"pdf":                 {[]byte("%PDF-1.7"), fault.Invalid, "PDF"},
		"html":                {[]byte("<!DOCTYPE html>"), fault.Invalid, "a web page"},
		"tar":                 {append(make([]byte, 257), "ustar\x00000"...), fault.Invalid, "tar archive"},
		"parquet, head":       {[]byte("PAR1"), fault.Invalid, "Parquet file is damaged"},
		"parquet, junk":       {[]byte("PAR1" + strings.Repeat("junk", 100) + "PAR1"), fault.Invalid, "Parquet file is damaged"},
		"arrow, head":         {[]byte("ARROW1\x00\x00"), fault.Invalid, "Arrow file is damaged"},
		"arrow, junk":         {[]byte("ARROW1\x00\x00" + strings.Repeat("junk", 100) + "ARROW1"), fault.Invalid, "Arrow file is damaged"},
		"arrow stream, junk":  {[]byte("\xff\xff\xff\xff" + strings.Repeat("junk", 100)), fault.Invalid, "Arrow file is damaged"},
		"npy, junk":           {[]byte("\x93NUMPY\x01\x00\xff\xff"), fault.Invalid, "ends in its header"},
		"json, cut":           {[]byte("[{\"a\":1},\n{\"a\":"), fault.Invalid, "ends in the middle of row 2"},
		"json, empty":         {[]byte("[]"), fault.Invalid, "no rows"},
		"json, no keys":       {[]byte("[{}]"), fault.Invalid, "no columns"},
		"json, numbers":       {[]byte("[1,2]"), fault.Invalid, "Row 1 of the JSON file is a number, not an object"},
		"json, lists":         {[]byte("[[1,2],[3,4]]"), fault.Invalid, "Row 1 of the JSON file is a list, not an object"},
		"json, after its end": {[]byte("[{\"a\":1}]\n{\"a\":2}"), fault.Invalid, "goes on after its list"},
		"json, one object":    {[]byte("{\"data\":[{\"a\":1}]}"), fault.Invalid, "one object with a list"},
		"json, a key twice":   {[]byte("{\"a\":1}\n{\"a\":1,\"a\":2}\n"), fault.Invalid, "Line 2: row 2 has a key twice"},
		"json, syntax":        {[]byte("{\"a\":1}\n{\"a\":01}\n"), fault.Invalid, "Line 2: row 2 is no JSON"},
		"json, names clash":   {[]byte("{\"a.b\":1,\"a\":{\"b\":2}}"), fault.Invalid, `both called "a.b"`},
		"json, no name":       {[]byte("{\" \":1}"), fault.Invalid, "Column 1 has no name"},
		"json, NUL":           {[]byte("{\"a\":\"x\\u0000\"}"), fault.Invalid, "NUL"},
		"json, wide":          {wide.Bytes(), fault.Invalid, "more than 4096 different keys"},
		"json, long text":     {[]byte("{\"a\":\"" + strings.Repeat("x", 2<<20) + "\"}"), fault.Invalid, "2097152 bytes"},
		"json, long row":      {[]byte("{\"a\":\"" + strings.Repeat("x", 20<<20) + "\"}"), fault.Invalid, "row 1 has more than 16 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			path := put(t, tc.content)
			_, _, _, _, err := read(t.Context(), path)
			if fault.CodeOf(err) != tc.code || !strings.Contains(fault.Message(err), tc.says) {
				t.Errorf("got %q (%v), want %s: %q", fault.Message(err), err, tc.code, tc.says)
			}
			left, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(left) != 1 {
				t.Errorf("%v stay (%v), want the file alone", left, err)
			}
		})
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, content := range []string{"a,b\n1,2\n", "[{\"a\":1}]", string(packed(t, []byte("a\n1\n"))["gzip"])} {
		if _, _, _, _, err := read(ctx, put(t, []byte(content))); !errors.Is(err, context.Canceled) {
			t.Errorf("%.10q: %v, want canceled", content, err)
		}
	}
}

func TestJSON(t *testing.T) {
	late := strings.Repeat("{\"a\":1}\n", GuessRows+1)
	for name, tc := range map[string]struct{ in, want string }{
		"array":         {`[{"a":1,"b":"x"},{"b":"y","a":2.5}]`, "a:number,b:text | 1,x | 2.5,y"},
		"lines":         {"{\"a\":1}\n\n{\"a\":null,\"b\":true}\r\n", "a:number,b:text | 1, | ,true"},
		"mark":          {"\xef\xbb\xbf[{\"a\":1}]", "a:number | 1"},
		"nested":        {`[{"a":{"b":1,"c":{"d":2}},"e":[1,"x"]},{"a":null}]`, `a.b:number,a.c:text,e:text | 1,{"d":2},[1,"x"] | ,,`},
		"mixed":         {`[{"a":1},{"a":"x"},{"a":false}]`, "a:text | 1 | x | false"},
		"ids":           {`[{"a":9007199254740993},{"a":1}]`, "a:text | 9007199254740993 | 1"},
		"nothing":       {`[{"a":null}]`, "a:number | "},
		"text stays":    {`[{"a":"007","b":"NA"}]`, "a:text,b:text | 007,NA"},
		"escaped":       {`[{"\u0061":"\u00e9\n"},{"a":"x"}]`, "a:text | é\n | x"},
		"infinite":      {`[{"a":"Infinity"},{"a":1}]`, "a:number | +Inf | 1"},
		"too large":     {`[{"a":1e999}]`, "a:text | 1e999"},
		"late text":     {late + "{\"a\":\"x\"}", ""},
		"late key":      {late + "{\"a\":1,\"b\":2}", ""},
		"late big":      {late + "{\"a\":9007199254740993}", ""},
		"late infinite": {late + "{\"a\":\"-Infinity\"}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, names, kinds, rows, err := read(t.Context(), put(t, []byte(tc.in)))
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == "" {
				last := rows[len(rows)-1]
				want := map[string]string{"late text": "a:text | x", "late key": "a:number,b:number | 1,2", "late big": "a:text | 9007199254740993", "late infinite": "a:number | -Inf"}[name]
				if got := flat(names, kinds, [][]string{last}); got != want || len(rows) != GuessRows+2 || rows[0][0] != "1" {
					t.Errorf("%d rows, the last one %q, want %q", len(rows), got, want)
				}
				return
			}
			if got := flat(names, kinds, rows); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
