package format

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	flatbuffers "github.com/google/flatbuffers/go"
)

// arrow-go believes the lengths in the metadata of an Arrow file and allocates as
// many: a damaged one can ask for more memory than there is, which no recover
// saves from. So metadata is checked first, by the layout of Arrow's Message.fbs,
// Schema.fbs and File.fbs: each list lies inside the metadata, and there are not
// more tables than their bytes have room for.

const (
	metadataBytes = 64 << 20 // of one message
	leastTable    = 4        // bytes of a table
)

var errMetadata = errors.New("format: a list in Arrow's metadata is longer than the metadata")

// arrowMeta checks one flatbuffer. Its methods panic where an offset leads out of
// it; see guarded.
type arrowMeta struct {
	b    []byte
	left int // tables that may still come
}

func newArrowMeta(b []byte) *arrowMeta { return &arrowMeta{b, len(b) / leastTable} }

func slot(i int) flatbuffers.VOffsetT { return flatbuffers.VOffsetT(4 + 2*i) }

// root is the outermost table.
func (m *arrowMeta) root() flatbuffers.Table {
	return flatbuffers.Table{Bytes: m.b, Pos: flatbuffers.GetUOffsetT(m.b)}
}

// list gives where a list begins and how long it is.
func (m *arrowMeta) list(t flatbuffers.Table, i, size int) (begin flatbuffers.UOffsetT, n int) {
	o := flatbuffers.UOffsetT(t.Offset(slot(i)))
	if o == 0 {
		return 0, 0
	}
	begin, n = t.Vector(o), t.VectorLen(o)
	if n < 0 || int64(begin)+int64(n)*int64(size) > int64(len(m.b)) {
		panic(errMetadata)
	}
	return begin, n
}

// inner gives a table inside a table.
func (m *arrowMeta) inner(t flatbuffers.Table, i int) (flatbuffers.Table, bool) {
	o := flatbuffers.UOffsetT(t.Offset(slot(i)))
	if o == 0 {
		return t, false
	}
	m.spend()
	return flatbuffers.Table{Bytes: m.b, Pos: t.Indirect(o + t.Pos)}, true
}

func (m *arrowMeta) spend() {
	if m.left--; m.left < 0 {
		panic(errMetadata)
	}
}

// tables gives each table of a list to fn.
func (m *arrowMeta) tables(t flatbuffers.Table, i int, fn func(flatbuffers.Table)) {
	begin, n := m.list(t, i, flatbuffers.SizeUOffsetT)
	for k := range n {
		m.spend()
		at := begin + flatbuffers.UOffsetT(k*flatbuffers.SizeUOffsetT)
		fn(flatbuffers.Table{Bytes: m.b, Pos: t.Indirect(at)})
	}
}

func (m *arrowMeta) pairs(t flatbuffers.Table, i int) {
	m.tables(t, i, func(p flatbuffers.Table) { m.list(p, 0, 1); m.list(p, 1, 1) })
}

func (m *arrowMeta) schema(t flatbuffers.Table) {
	m.tables(t, 1, m.field)
	m.pairs(t, 2)
	m.list(t, 3, 8)
}

func (m *arrowMeta) field(t flatbuffers.Table) {
	m.list(t, 0, 1)
	const union = 14
	if kind := flatbuffers.UOffsetT(t.Offset(slot(2))); kind != 0 && t.GetByte(kind+t.Pos) == union {
		if u, ok := m.inner(t, 3); ok {
			m.list(u, 1, 4)
		}
	}
	m.tables(t, 5, m.field)
	m.pairs(t, 6)
}

func (m *arrowMeta) batch(t flatbuffers.Table) {
	m.list(t, 1, 16)
	m.list(t, 2, 16)
	m.list(t, 4, 8)
}

// message checks a message and gives the size of its body.
func (m *arrowMeta) message() (body int64) {
	t := m.root()
	if o := flatbuffers.UOffsetT(t.Offset(slot(3))); o != 0 {
		body = t.GetInt64(o + t.Pos)
	}
	m.pairs(t, 4)
	kind := flatbuffers.UOffsetT(t.Offset(slot(1)))
	header, ok := m.inner(t, 2)
	if !ok || kind == 0 {
		return body
	}
	switch t.GetByte(kind + t.Pos) {
	case 1:
		m.schema(header)
	case 2:
		if data, ok := m.inner(header, 1); ok {
			m.batch(data)
		}
	case 3:
		m.batch(header)
	}
	return body
}

// block is where a message of a file lies.
type block struct {
	offset int64
	meta   int32
}

// footer checks a file's footer and gives where its messages are.
func (m *arrowMeta) footer() (all []block) {
	t := m.root()
	if s, ok := m.inner(t, 1); ok {
		m.schema(s)
	}
	m.pairs(t, 4)
	for _, i := range []int{2, 3} {
		begin, n := m.list(t, i, 24)
		for k := range n {
			at := m.b[int(begin)+24*k:]
			all = append(all, block{int64(binary.LittleEndian.Uint64(at)), int32(binary.LittleEndian.Uint32(at[8:]))})
		}
	}
	return all
}

// checkArrowFile checks the metadata of a whole Arrow file.
func checkArrowFile(b []byte) error {
	const magic = "ARROW1"
	if len(b) < 2*len(magic)+4 || string(b[len(b)-len(magic):]) != magic {
		return io.ErrUnexpectedEOF
	}
	end := len(b) - len(magic) - 4
	size := int(int32(binary.LittleEndian.Uint32(b[end:])))
	if size <= 0 || size > end {
		return errMetadata
	}
	for _, at := range newArrowMeta(b[end-size : end]).footer() {
		if at.offset < 0 || at.meta < 0 || at.offset+int64(at.meta) > int64(len(b)) {
			return errMetadata
		}
		meta := b[at.offset : at.offset+int64(at.meta)]
		if len(meta) >= 8 && binary.LittleEndian.Uint32(meta) == 0xffffffff {
			meta = meta[4:]
		}
		if len(meta) < 8 {
			return errMetadata
		}
		newArrowMeta(meta[4:]).message()
	}
	return nil
}

// checkArrowStream checks the metadata of each message of a stream, and that
// all are there.
func checkArrowStream(r io.ReadSeeker) error {
	end, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	for at := int64(0); ; {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return err
		}
		var head [8]byte
		if n, err := io.ReadFull(r, head[:]); err == io.EOF || n == 4 && binary.LittleEndian.Uint32(head[:]) == 0 {
			return nil
		} else if err != nil {
			return err
		}
		size, first := int64(int32(binary.LittleEndian.Uint32(head[4:]))), int64(8)
		if binary.LittleEndian.Uint32(head[:]) != 0xffffffff { // of before version 0.15
			size, first = int64(int32(binary.LittleEndian.Uint32(head[:]))), 4
		}
		if size == 0 {
			return nil
		}
		if size < 0 || size > metadataBytes || at+first+size > end {
			return fmt.Errorf("format: a message of %d bytes of metadata, %d are left: %w", size, end-at-first, io.ErrUnexpectedEOF)
		}
		meta := make([]byte, size)
		if _, err := r.Seek(at+first, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.ReadFull(r, meta); err != nil {
			return err
		}
		body := newArrowMeta(meta).message()
		if body < 0 || body > end || at+first+size+body > end {
			return fmt.Errorf("format: a message of %d bytes, %d are left: %w", body, end-at-first-size, io.ErrUnexpectedEOF)
		}
		at += first + size + body
	}
}
