package npy

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
)

// numpySaved is numpy.save of [[1, 2.5, -3], [4, 5, 6]] as float32, byte for byte.
const numpySaved = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" +
	"                                                          \n" +
	"\x00\x00\x80?\x00\x00 @\x00\x00@\xc0\x00\x00\x80@\x00\x00\xa0@\x00\x00\xc0@"

var saved = Matrix{2, 3, []float32{1, 2.5, -3, 4, 5, 6}}

func TestParseNumPys(t *testing.T) {
	m, err := Parse([]byte(numpySaved))
	if err != nil || !reflect.DeepEqual(m, saved) {
		t.Errorf("Parse = %v, %v, want %v", m, err, saved)
	}
}

// Wherever the bytes lie in memory, the values are the same.
func TestParseUnaligned(t *testing.T) {
	for shift := range 8 {
		b := append(make([]byte, shift), numpySaved...)
		if m, err := Parse(b[shift:]); err != nil || !reflect.DeepEqual(m, saved) {
			t.Errorf("%d bytes on: Parse = %v, %v, want %v", shift, m, err, saved)
		}
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	for name, c := range map[string]struct {
		in   string
		code fault.Code
	}{"NumPy's": {numpySaved, ""}, "short": {numpySaved[:len(numpySaved)-3], fault.Invalid}, "empty": {"", fault.Invalid}} {
		if err := os.WriteFile(path, []byte(c.in), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: Open = %v, want code %q", name, err, c.code)
		}
		if err != nil {
			continue
		}
		if !reflect.DeepEqual(f.Matrix, saved) {
			t.Errorf("%s: Open = %v, want %v", name, f.Matrix, saved)
		}
		if err := f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.npy")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of no file = %v, want fs.ErrNotExist", err)
	}
}

func TestWriteAsNumPy(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, saved); err != nil || b.String() != numpySaved {
		t.Errorf("Write = %q, %v, want %q", b.String(), err, numpySaved)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, shape := range [][2]int{{0, 0}, {0, 5}, {1, 1}, {3, 1}, {1, 70000}, {1000, 300}} {
		m := Matrix{Rows: shape[0], Cols: shape[1]}
		for i := range m.Rows * m.Cols {
			m.Data = append(m.Data, float32(i)*1.1e-3-7)
		}
		if m.Rows == 3 {
			m.Data = []float32{float32(math.Inf(1)), math.SmallestNonzeroFloat32, -0}
		}
		var b bytes.Buffer
		if err := Write(&b, m); err != nil {
			t.Fatal(err)
		}
		if got, err := Parse(b.Bytes()); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%v: read back %d x %d, %v", shape, got.Rows, got.Cols, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	with := func(from, to string) string {
		out := strings.Replace(numpySaved, from, to, 1)
		for len(from) > len(to) { // keep the header's length
			out, to = strings.Replace(out, to, to+" ", 1), to+" "
		}
		return out
	}
	for name, c := range map[string]struct{ in, msg string }{
		"empty":        {"", "not a .npy file"},
		"csv":          {"a,b,c\n1,2,3\n", "not a .npy file"},
		"npz":          {"PK\x03\x04" + numpySaved, "not a .npy file"},
		"version":      {"\x93NUMPY\x04\x00v\x00", "format version 4"},
		"header ends":  {numpySaved[:40], "ends in its header"},
		"no header":    {numpySaved[:9], "ends in its header"},
		"huge header":  {"\x93NUMPY\x02\x00\xff\xff\xff\xff", "at most 65536"},
		"float64":      {with("<f4", "<f8"), `type "<f8"`},
		"big-endian":   {with("<f4", ">f4"), `type ">f4"`},
		"Fortran":      {with("False", "True "), "not in C order"},
		"one dim":      {with("(2, 3)", "(6,)  "), "want two dimensions"},
		"three dims":   {with("(2, 3)", "(1,2,3)"), "want two dimensions"},
		"negative":     {with("(2, 3)", "(-2, 3)"), "shape is (-2, 3)"},
		"too large":    {with("(2, 3)", "(9223372036854775807, 3)"), "too large"},
		"short":        {numpySaved[:len(numpySaved)-3], "ends 3 bytes early"},
		"much shorter": {with("(2, 3)", "(2000000, 300000)"), "bytes early"},
		"long":         {numpySaved + "x", "more bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			in := c.in
			if i := strings.IndexByte(in, '\n'); i > 10 { // the header grew or shrank: say so
				in = in[:8] + string([]byte{byte(i - 9), 0}) + in[10:]
			}
			if _, err := Parse([]byte(in)); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), c.msg) {
				t.Errorf("Parse = %v, want fault.Invalid with %q", err, c.msg)
			}
		})
	}
}

func TestWriteFails(t *testing.T) {
	full := errors.New("disk full")
	r, w := io.Pipe()
	r.CloseWithError(full)
	if err := Write(w, saved); !errors.Is(err, full) {
		t.Errorf("Write = %v, want %v", err, full)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(numpySaved))
	f.Add([]byte("\x93NUMPY\x02\x00\x10\x00\x00\x00{'shape': (0,1)}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := Parse(in)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("%v is not fault.Invalid", err)
			}
			return
		}
		if len(m.Data) != m.Rows*m.Cols || len(m.Data)*4 > len(in) {
			t.Fatalf("%d x %d with %d values from %d bytes", m.Rows, m.Cols, len(m.Data), len(in))
		}
		var b bytes.Buffer
		if err := Write(&b, m); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(b.Bytes())
		if err != nil || again.Rows != m.Rows || again.Cols != m.Cols {
			t.Fatalf("written and read back: %v", err)
		}
		for i, v := range again.Data {
			if math.Float32bits(v) != math.Float32bits(m.Data[i]) {
				t.Fatalf("value %d changed", i)
			}
		}
	})
}
