package format

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"github.com/centroid-studio/centroid/server/npy"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// npySource is a NumPy array of one or two dimensions. Its columns are called x1, x2, ...
type npySource struct{ path string }

func (npySource) close() error { return nil }

func (s npySource) read(ctx context.Context, all bool) (Reader, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	r, err := newNPYReader(ctx, f, all)
	if err != nil {
		return nil, closed(f, err)
	}
	return r, nil
}

// element reads one value of an array.
type element struct {
	size  int
	value func(b []byte) float64
	exact bool // a float64 may not hold it
}

// elements is the types that numpy.save writes, by what follows the byte order.
var elements = map[string]element{
	"b1": {1, func(b []byte) float64 { return float64(b[0] & 1) }, false},
	"i1": {1, func(b []byte) float64 { return float64(int8(b[0])) }, false},
	"u1": {1, func(b []byte) float64 { return float64(b[0]) }, false},
	"i2": {2, func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) }, false},
	"u2": {2, func(b []byte) float64 { return float64(binary.LittleEndian.Uint16(b)) }, false},
	"i4": {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }, false},
	"u4": {4, func(b []byte) float64 { return float64(binary.LittleEndian.Uint32(b)) }, false},
	"i8": {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }, true},
	"u8": {8, func(b []byte) float64 { return float64(binary.LittleEndian.Uint64(b)) }, true},
	"f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }, false},
	"f8": {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }, false},
}

type npyReader struct {
	ctx    context.Context
	f      *os.File
	h      npy.Header
	el     element
	signed bool
	names  []string
	kinds  []table.Kind
	begin  int64 // of the values in the file
	at     int   // the next row
	buf    []byte
}

func newNPYReader(ctx context.Context, f *os.File, all bool) (*npyReader, error) {
	h, err := npy.ReadHeader(f)
	if err != nil {
		return nil, err
	}
	begin, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	el, known := element{}, false
	if len(h.Type) == 3 && (h.Type[0] == '<' || h.Type[0] == '|') {
		el, known = elements[h.Type[1:]]
	}
	if !known {
		return nil, fault.Newf(fault.Invalid, "The .npy file has values of type %q. It can have little-endian numbers and booleans: save x.astype(numpy.float32).", h.Type)
	}
	switch want := int64(h.Rows) * int64(h.Cols) * int64(el.size); {
	case h.Rows == 0:
		return nil, fault.Newf(fault.Invalid, "The .npy file has no rows.")
	case h.Cols > table.MaxColumns:
		return nil, fault.Newf(fault.Invalid, "The .npy file has %d columns, more than %d. Leave some out.", h.Cols, table.MaxColumns)
	case info.Size()-begin < want:
		return nil, fault.Newf(fault.Invalid, "The .npy file says %d x %d, but ends %d bytes early: it was cut off. Send it again.", h.Rows, h.Cols, want-(info.Size()-begin))
	case info.Size()-begin > want:
		return nil, fault.Newf(fault.Invalid, "The .npy file says %d x %d, but has more bytes than that.", h.Rows, h.Cols)
	}
	r := &npyReader{ctx: ctx, f: f, h: h, el: el, signed: h.Type[1] == 'i', begin: begin}
	for c := range h.Cols {
		r.names, r.kinds = append(r.names, fmt.Sprintf("x%d", c+1)), append(r.kinds, table.Number)
	}
	if all && el.exact {
		for c := range r.kinds { // one type for all: they are read alike
			r.kinds[c] = table.Text
		}
	}
	return r, nil
}

func (r *npyReader) Columns() ([]string, []table.Kind) { return r.names, r.kinds }

func (r *npyReader) Close() error { return r.f.Close() }

func (r *npyReader) Fill(b *Block) error {
	b.clear()
	if err := context.Cause(r.ctx); err != nil {
		return err
	}
	n := min(b.Room(), r.h.Rows-r.at)
	if n == 0 {
		return io.EOF
	}
	if r.h.Fortran {
		for c := range r.h.Cols { // column after column
			if err := r.fill(b, n, 1, c, int64(c)*int64(r.h.Rows)+int64(r.at)); err != nil {
				return err
			}
		}
	} else if err := r.fill(b, n, r.h.Cols, 0, int64(r.at)*int64(r.h.Cols)); err != nil {
		return err
	}
	b.Rows = n
	r.at += n
	return nil
}

// fill reads n rows of some columns that lie together in the file, from a value on.
func (r *npyReader) fill(b *Block, n, columns, first int, from int64) error {
	size := r.el.size
	if len(r.buf) < n*columns*size {
		r.buf = make([]byte, n*columns*size)
	}
	buf := r.buf[:n*columns*size]
	if _, err := r.f.ReadAt(buf, r.begin+from*int64(size)); err != nil {
		return damaged(NPY, err)
	}
	for c := range columns {
		to := &b.Columns[first+c]
		for i := range n {
			v := buf[(i*columns+c)*size:][:size]
			if to.Texts != nil {
				to.Texts[i] = r.digits(v)
				b.Bytes += len(to.Texts[i])
				continue
			}
			to.Numbers[i] = r.el.value(v)
			if r.el.exact && !r.held(v, to.Numbers[i]) {
				return ErrKinds
			}
		}
	}
	return nil
}

// held reports whether x is the integer v exactly.
func (r *npyReader) held(v []byte, x float64) bool {
	u := binary.LittleEndian.Uint64(v)
	if r.signed {
		return x < 1<<63 && int64(x) == int64(u)
	}
	return x < 1<<64 && uint64(x) == u
}

// digits writes an integer of 64 bits.
func (r *npyReader) digits(v []byte) string {
	u := binary.LittleEndian.Uint64(v)
	if r.signed {
		return strconv.FormatInt(int64(u), 10)
	}
	return strconv.FormatUint(u, 10)
}
