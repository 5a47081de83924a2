package export

import (
	"encoding/binary"
	"math"
)

// proto is a message in the wire format of Protocol Buffers, as far as ONNX needs it.
type proto []byte

// int writes a varint field.
func (p *proto) int(field int, v int64) {
	*p = binary.AppendUvarint(*p, uint64(field)<<3)
	*p = binary.AppendUvarint(*p, uint64(v))
}

// bytes writes a field of bytes, a text or a message.
func (p *proto) bytes(field int, v []byte) {
	*p = binary.AppendUvarint(*p, uint64(field)<<3|2)
	*p = binary.AppendUvarint(*p, uint64(len(v)))
	*p = append(*p, v...)
}

func (p *proto) text(field int, v string) { p.bytes(field, []byte(v)) }

// littleEndian gives the bits of some floats, as a tensor holds them.
func littleEndian(values []float64) []byte {
	b := make([]byte, 0, 8*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}
