package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
)

func readAll(src io.Reader, lim Limits) (header []string, rows [][]string, err error) {
	r, err := NewReader(src, lim)
	if err != nil {
		return nil, nil, err
	}
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return r.Header(), rows, nil
		}
		if err != nil {
			return r.Header(), rows, err
		}
		row := make([]string, len(fields))
		for i, f := range fields {
			row[i] = string(f)
		}
		rows = append(rows, row)
	}
}

func TestReader(t *testing.T) {
	want := [][]string{{"1", "x"}, {"2", "y"}}
	for name, tc := range map[string]struct {
		in   string
		want [][]string
	}{
		"comma":            {"a,b\n1,x\n2,y\n", want},
		"no last line end": {"a,b\n1,x\n2,y", want},
		"CRLF":             {"a,b\r\n1,x\r\n2,y\r\n", want},
		"BOM":              {"\xef\xbb\xbfa,b\n1,x\n2,y\n", want},
		"semicolon":        {"a;b\n1;x\n2;y\n", want},
		"tab":              {"a\tb\n1\tx\n2\ty\n", want},
		"bar":              {"a|b\n1|x\n2|y\n", want},
		"empty lines":      {"\na,b\n\n1,x\n\n2,y\n\n", want},
		"quotes":           {"\"a\",b\n\"1\",\"x\"\n2,\"y\"\n", want},
		"quoted header":    {"\"a\",\"b\"\n1,x\n2,y\n", want},
		"line end inside":  {"a,b\n1,\"x\nx\"\n2,y\n", [][]string{{"1", "x\nx"}, {"2", "y"}}},
		"doubled quotes":   {"a,b\n1,\"say \"\"x\"\"\"\n2,y\n", [][]string{{"1", `say "x"`}, {"2", "y"}}},
		"delimiter inside": {"a,b\n1,\"x,x\"\n2,y\n", [][]string{{"1", "x,x"}, {"2", "y"}}},
		"empty last field": {"a,b\n1,\n\"2\",\n", [][]string{{"1", ""}, {"2", ""}}},
		"one column":       {"a\nx\ny\n", [][]string{{"x"}, {"y"}}},
		"comma in text":    {"a;b\n1,5;x\n2,5;y\n", [][]string{{"1,5", "x"}, {"2,5", "y"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, rows, err := readAll(strings.NewReader(tc.in), Limits{})
			if err != nil || !reflect.DeepEqual(rows, tc.want) {
				t.Errorf("read(%q) = %q, %v, want %q", tc.in, rows, err, tc.want)
			}
			// The same by one byte a read.
			if _, again, err := readAll(oneByte{strings.NewReader(tc.in)}, Limits{}); err != nil || !reflect.DeepEqual(again, rows) {
				t.Errorf("byte by byte: %q, %v, want %q", again, err, rows)
			}
		})
	}
}

type oneByte struct{ io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.Reader.Read(p[:min(1, len(p))]) }

func TestReaderRefuses(t *testing.T) {
	wide := strings.TrimSuffix(strings.Repeat("c,", 10000), ",")
	for name, tc := range map[string]struct {
		in           string
		line, column int
		says         string
	}{
		"empty":             {"", 0, 0, "is empty"},
		"blank":             {" \n\n", 0, 0, "is empty"},
		"header only":       {"a,b\n", 0, 0, "no rows"},
		"short line":        {"a,b\n1,2\n3\n", 3, 1, "Line 3 has 1 fields, the header has 2"},
		"long line":         {"a,b\n1,2\n3,4,5\n", 3, 3, "Line 3 has 3 fields, the header has 2"},
		"after a quote":     {"a,b\n\"x\ny\",1\n\"z\"z,1\n", 4, 1, "closing quote"},
		"bare quote":        {"a,b\nx,y\"y\"\n", 2, 2, "quote"},
		"open quote":        {"a,b\n1,2\n3,\"4\n5,6\n", 3, 0, "never closed"},
		"UTF-8":             {"a,b\n1,caf\xe9\n", 2, 2, "0xE9"},
		"NUL":               {"a,b\n1,\x00\n", 2, 2, "NUL"},
		"zip":               {"PK\x03\x04zzzz", 0, 0, "zip"},
		"gzip":              {"\x1f\x8b\x08", 0, 0, "gzip"},
		"UTF-16":            {"\xff\xfea\x00", 0, 0, "UTF-16"},
		"same name":         {"a,b,a\n1,2,3\n", 1, 3, `Columns 1 and 3 are both called "a"`},
		"no name":           {"a,,c\n1,2,3\n", 1, 2, "Column 2 has no name"},
		"numbers as header": {"1,2\n3,4\n", 1, 0, "only numbers"},
		"10,000 columns":    {wide + "\n" + wide + "\n", 1, 0, "10000 columns"},
		"a long field":      {"a,b\n1," + strings.Repeat("x", 2<<20) + "\n", 2, 2, "2097152 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readAll(strings.NewReader(tc.in), Limits{})
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Invalid {
				t.Fatalf("got %v, want an invalid fault", err)
			}
			if f.Line != tc.line || f.Column != tc.column || !strings.Contains(f.Msg, tc.says) {
				t.Errorf("got line %d, column %d, %q; want %d, %d, %q", f.Line, f.Column, f.Msg, tc.line, tc.column, tc.says)
			}
		})
	}
}

// endless is a field that never ends.
type endless struct{ head io.Reader }

func (e endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); err == nil {
		return n, nil
	}
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

func TestReaderBoundsMemory(t *testing.T) {
	_, _, err := readAll(endless{strings.NewReader("a,b\n1,\"")}, Limits{})
	var f *fault.Error
	if !errors.As(err, &f) || f.Line != 2 || f.Column != 2 {
		t.Errorf("a field without an end: got %v, want a fault at line 2, column 2", err)
	}
}

func TestNumbers(t *testing.T) {
	for _, s := range []string{"0", "-0", "1", "-1", "3.25", "0.1", ".5", "5.", "123456789012345", "1234567890123456789", "1e5", "1E-320", "+7", " 7 ", "inf", "-Infinity", "0.1234567890123456789", "9007199254740993", "179769313486231570e291"} {
		got, ok := ParseNumber([]byte(s))
		want, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if !ok || err != nil || got != want {
			t.Errorf("ParseNumber(%q) = %v, %v, want %v (%v)", s, got, ok, want, err)
		}
	}
	for _, s := range []string{"", " ", "x", "1x", "0x10", "1_000", "nan", "1,5", "-", ".", "+", "1e", "--1", "1.2.3", "1e999"} {
		if got, ok := ParseNumber([]byte(s)); ok {
			t.Errorf("ParseNumber(%q) = %v, want no number", s, got)
		}
	}
}

func TestMissing(t *testing.T) {
	for _, s := range []string{"", " ", "NA", "na", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None"} {
		if !IsMissing([]byte(s)) {
			t.Errorf("IsMissing(%q) = false, want true", s)
		}
	}
	for _, s := range []string{"0", "no", "n", "naan", "-", "nullx"} {
		if IsMissing([]byte(s)) {
			t.Errorf("IsMissing(%q) = true, want false", s)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1.5", "-0", "1e22", "123456789012345.6", "inf", "0x1p4", ".", "00.10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ParseNumber([]byte(s))
		if !ok {
			return
		}
		if want, err := strconv.ParseFloat(strings.Trim(s, " \t"), 64); err != nil || got != want {
			t.Errorf("ParseNumber(%q) = %v, strconv says %v, %v", s, got, want, err)
		}
	})
}

// FuzzReader wants no panic, and the records of encoding/csv where that takes the same file.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n1;2\r\n", "a,b\n\"x\ny\",\"\"\"\"\n", "\xef\xbb\xbfa\tb\n1\t\n", "a\n\"\n", "a,b\n1", "a|b\n|\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := NewReader(strings.NewReader(s), Limits{})
		if err != nil {
			return
		}
		_, got, err := readAll(strings.NewReader(s), Limits{})
		if err != nil || strings.Contains(s, "\r") {
			return
		}
		c := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, "\xef\xbb\xbf")))
		c.Comma = rune(r.comma)
		all, err := c.ReadAll()
		if err != nil {
			t.Fatalf("took %q, which encoding/csv refuses: %v", s, err)
		}
		if !reflect.DeepEqual(got, all[1:]) {
			t.Errorf("%q: got %q, encoding/csv %q", s, got, all[1:])
		}
	})
}
