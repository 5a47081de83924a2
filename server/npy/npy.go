// Package npy reads and writes matrices of float32 in NumPy's .npy format,
// versions 1.0 to 3.0 of https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	magic = "\x93NUMPY"
	// maxHeader is far above what two numbers need.
	maxHeader = 64 << 10
	// chunk is how many bytes are read or written at once: a header that promises
	// more than the file holds must not reserve memory for it.
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

// Read reads a two-dimensional array of little-endian float32 in C order. All
// else is fault.Invalid and says what was found.
func Read(r io.Reader) (Matrix, error) {
	header, err := readHeader(r)
	if err != nil {
		return Matrix{}, err
	}
	find := func(re *regexp.Regexp) string {
		if m := re.FindStringSubmatch(header); m != nil {
			return m[1]
		}
		return ""
	}
	if t := find(descr); t != "<f4" {
		return Matrix{}, invalid("The .npy file has values of type %q, want little-endian float32 (%q): save x.astype(numpy.float32).", t, "<f4")
	}
	if o := find(order); o != "False" {
		return Matrix{}, invalid("The .npy file is not in C order: save numpy.ascontiguousarray(x).")
	}
	rows, cols, err := dims(find(shape))
	if err != nil {
		return Matrix{}, err
	}
	m := Matrix{Rows: rows, Cols: cols}
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok { // a file's size can be trusted
		if info, err := f.Stat(); err == nil && info.Size() >= int64(rows*cols)*4 {
			m.Data = make([]float32, 0, rows*cols)
		}
	}
	b := make([]byte, min(chunk, rows*cols*4))
	for left := rows * cols * 4; left > 0; {
		n, err := io.ReadFull(r, b[:min(len(b), left)])
		for i := 0; i+4 <= n; i += 4 {
			m.Data = append(m.Data, math.Float32frombits(binary.LittleEndian.Uint32(b[i:])))
		}
		if left -= n; err != nil {
			return Matrix{}, &fault.Error{Code: fault.Invalid, Op: "npy.Read", Err: err,
				Msg: fmt.Sprintf("The .npy file says %d x %d, but ends %d bytes early.", rows, cols, left)}
		}
	}
	if n, _ := io.ReadFull(r, make([]byte, 1)); n > 0 {
		return Matrix{}, invalid("The .npy file says %d x %d, but has more bytes than that.", rows, cols)
	}
	return m, nil
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

// dims reads "rows, cols" and refuses what does not fit in memory's addresses.
func dims(s string) (rows, cols int, err error) {
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
