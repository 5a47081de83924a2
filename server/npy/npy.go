// Package npy maps and writes matrices of float32 in NumPy's .npy format, versions
// 1.0 to 3.0 of https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unsafe"

	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	magic = "\x93NUMPY"
	// maxHeader is far above what two numbers need.
	maxHeader = 64 << 10
	// chunk is how many bytes are written at once.
	chunk = 1 << 20
)

// Matrix is rows of equal length, row-major.
type Matrix struct {
	Rows, Cols int
	Data       []float32
}

var (
	descr = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	order = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shape = regexp.MustCompile(`'shape'\s*:\s*\(([^)]*)\)`)
)

// File is a matrix in a file that is mapped into memory: it is read from the disk when
// it is used, and takes the page cache's memory only. See mapped.File for what happens
// if the file changes.
type File struct {
	Matrix
	file *mapped.File
}

// Open maps a .npy file. What is wrong with it is fault.Invalid. The caller closes it.
func Open(path string) (*File, error) {
	file, err := mapped.Open(path)
	if err != nil {
		return nil, fault.Wrap("npy.Open", err)
	}
	m, err := Parse(file.Bytes())
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &File{m, file}, nil
}

// Close unmaps the file: Data must not be read after it.
func (f *File) Close() error {
	f.Data = nil
	return fault.Wrap("npy.Close", f.file.Close())
}

// Parse reads a two-dimensional array of little-endian float32 in C order. Its values
// share memory with b if they lie on a multiple of 4 there, as NumPy puts them. All
// else is fault.Invalid and says what was found.
func Parse(b []byte) (Matrix, error) {
	r := bytes.NewReader(b)
	header, err := readHeader(r)
	if err != nil {
		return Matrix{}, err
	}
	if t := find(descr, header); t != "<f4" {
		return Matrix{}, invalid("The .npy file has values of type %q, want little-endian float32 (%q): save x.astype(numpy.float32).", t, "<f4")
	}
	if o := find(order, header); o != "False" {
		return Matrix{}, invalid("The .npy file is not in C order: save numpy.ascontiguousarray(x).")
	}
	rows, cols, err := dims(find(shape, header), 2)
	if err != nil {
		return Matrix{}, err
	}
	values, want := b[len(b)-r.Len():], rows*cols*4
	switch {
	case len(values) < want:
		return Matrix{}, invalid("The .npy file says %d x %d, but ends %d bytes early.", rows, cols, want-len(values))
	case len(values) > want:
		return Matrix{}, invalid("The .npy file says %d x %d, but has more bytes than that.", rows, cols)
	case want > 0 && uintptr(unsafe.Pointer(&values[0]))%4 != 0:
		data := make([]float32, rows*cols)
		copy(mapped.BytesOf(data), values)
		return Matrix{rows, cols, data}, nil
	}
	return Matrix{rows, cols, mapped.As[float32](values)}, nil
}

// Header is what stands before the values of an array of one dimension, which is
// one column, or two.
type Header struct {
	Type       string // as NumPy writes it: "<f4"
	Fortran    bool   // column after column
	Rows, Cols int
}

// ReadHeader reads up to the first value. What is wrong is fault.Invalid.
func ReadHeader(r io.Reader) (Header, error) {
	header, err := readHeader(r)
	if err != nil {
		return Header{}, err
	}
	h := Header{Type: find(descr, header), Fortran: find(order, header) == "True"}
	h.Rows, h.Cols, err = dims(find(shape, header), 1)
	return h, err
}

// find gives what stands in the header.
func find(re *regexp.Regexp, header string) string {
	if m := re.FindStringSubmatch(header); m != nil {
		return m[1]
	}
	return ""
}

func readHeader(r io.Reader) (string, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != magic {
		return "", invalid("This is not a .npy file: it does not begin with \\x93NUMPY.")
	}
	var size uint32
	switch major := start[6]; major {
	case 1:
		var n uint16
		if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
			return "", invalid("The .npy file ends in its header.")
		}
		size = uint32(n)
	case 2, 3:
		if err := binary.Read(r, binary.LittleEndian, &size); err != nil {
			return "", invalid("The .npy file ends in its header.")
		}
	default:
		return "", invalid("The .npy file has format version %d, want 1, 2 or 3.", major)
	}
	if size > maxHeader {
		return "", invalid("The .npy file's header says %d bytes, want at most %d.", size, maxHeader)
	}
	header := make([]byte, size)
	if _, err := io.ReadFull(r, header); err != nil {
		return "", invalid("The .npy file ends in its header.")
	}
	return string(header), nil
}

// dims reads "rows, cols", or "rows," if one dimension is enough, and refuses what
// does not fit in memory's addresses.
func dims(s string, least int) (rows, cols int, err error) {
	var n []int
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue // (3,) has an empty part
		}
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 {
			return 0, 0, invalid("The .npy file's shape is (%s).", s)
		}
		n = append(n, v)
	}
	if len(n) == 1 && least == 1 {
		n = append(n, 1)
	}
	if len(n) != 2 {
		return 0, 0, invalid("The .npy file's shape is (%s), want two dimensions: rows, features.", s)
	}
	if n[1] > 0 && n[0] > math.MaxInt/8/n[1] {
		return 0, 0, invalid("The .npy file's shape (%s) is too large.", s)
	}
	return n[0], n[1], nil
}

// Write writes m in C order, as numpy.save does.
func Write(w io.Writer, m Matrix) error {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", m.Rows, m.Cols)
	pad := 64 - (len(magic)+4+len(header)+1)%64
	if pad == 64 {
		pad = 0
	}
	header += strings.Repeat(" ", pad) + "\n"
	var b bytes.Buffer
	b.WriteString(magic + "\x01\x00")
	b.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(header))))
	b.WriteString(header)
	for _, v := range m.Data {
		b.Write(binary.LittleEndian.AppendUint32(b.AvailableBuffer(), math.Float32bits(v)))
		if b.Len() >= chunk {
			if _, err := b.WriteTo(w); err != nil {
				return fault.Wrap("npy.Write", err)
			}
		}
	}
	_, err := b.WriteTo(w)
	return fault.Wrap("npy.Write", err)
}

func invalid(format string, args ...any) error { return fault.Newf(fault.Invalid, format, args...) }
