package table

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
)

// Hasher computes the content hash of a table: SHA-256 over, for each column,
// its name, a zero byte, 'n' or 't' for numbers or texts kept, and a zero byte;
// then row by row and column by column a number's float64 bits, little-endian
// (one NaN for all), or a text's length as a uvarint and its bytes.
type Hasher struct {
	h   hash.Hash
	buf []byte
}

// NewHasher begins the hash of a table with these columns.
func NewHasher(names []string, kinds []Kind) *Hasher {
	h := &Hasher{h: sha256.New()}
	for i, n := range names {
		t := byte('t')
		if kinds[i] == Number {
			t = 'n'
		}
		h.buf = append(append(h.buf, n...), 0, t, 0)
	}
	return h
}

// Number adds a number.
func (h *Hasher) Number(x float64) {
	if x != x {
		x = math.NaN()
	}
	h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(x))
	h.spill()
}

// Text adds a text.
func (h *Hasher) Text(s []byte) {
	h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
	h.buf = append(h.buf, s...)
	h.spill()
}

func (h *Hasher) spill() {
	if len(h.buf) >= 32<<10 {
		h.h.Write(h.buf)
		h.buf = h.buf[:0]
	}
}

// Sum gives the hash in hex. Nothing may be added after it.
func (h *Hasher) Sum() string {
	h.h.Write(h.buf)
	return hex.EncodeToString(h.h.Sum(nil))
}
