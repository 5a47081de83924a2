package kernel

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
)

// own is the template of Module, written by gen/wasm.mjs.
//
//go:embed own.wasm
var own []byte

// Module gives a WebAssembly module that labels rows by k centroids of d features, and
// where in its memory, in bytes, there is room for rows. It imports nothing and needs SIMD.
// It exports memory, of one page until its user grows it, and
//
//	run(0, rows, n, labels, squared)
//
// which reads n rows of d float32 at the address rows, and writes to labels n int32 and to
// squared n float64: those of Nearest, bit for bit. Addresses of float64 need no alignment.
// Centroids that no float32 kernel can prove labels for, with more than 65,536 features
// or farther than 2^50 apart, are an error.
func Module(centroids []float64, k, d int) (module []byte, free int, err error) {
	c := &Centers{k: k, d: d, rows: centroids[:k*d]}
	q, ok := prove(c, nil)
	if !ok {
		return nil, 0, fmt.Errorf("%d centroids of %d features are too far apart, or have too many features, for WebAssembly in float32", k, d)
	}
	tiles, packed := q.tilesOf(c, tileSize, tileSize, 1)
	p := plan{d: uint32(d), tiles: uint32(tiles), packed: planSize, blocks: uint32(k), exact: 0, wide: 0} // own.wasm reads neither of these
	p.mean = p.packed + uint32(4*len(packed))
	p.rows = p.mean + uint32(4*d)
	p.bound(&q)
	end := int(p.rows) + 8*k*d
	p.scratch = uint32((end + 15) &^ 15)
	free = int(p.scratch) + 4*panelRows*(d+1)

	data := make([]byte, 0, end)
	data, err = binary.Append(data, binary.LittleEndian, &p)
	if err != nil {
		return nil, 0, err
	}
	for _, v := range packed {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	for _, v := range q.mean[:d] {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	for _, v := range c.rows {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
	}
	return withData(own, data, free), free, nil
}

// page is the unit of WebAssembly's memory.
const page = 64 << 10

// Sections of a module, by number. That of data is the last one.
const memorySection, dataSection = 5, 11

// withData gives a module whose memory begins with data, and holds size bytes and a page
// more. The module has a memory of one page, and no data.
func withData(module, data []byte, size int) []byte {
	out := append([]byte(nil), module[:8]...)
	for at := 8; at < len(module); {
		id := module[at]
		n, w := binary.Uvarint(module[at+1:])
		body := module[at+1+w:][:n]
		at += 1 + w + int(n)
		if id == memorySection {
			body = binary.AppendUvarint([]byte{1, 0}, uint64((size+page-1)/page+1)) // one memory, without a limit
		}
		out = section(out, id, body)
	}
	body := []byte{1, 0, 0x41, 0, 0x0b} // one segment of memory 0, from i32.const 0 on
	body = binary.AppendUvarint(body, uint64(len(data)))
	return section(out, dataSection, append(body, data...))
}

func section(to []byte, id byte, body []byte) []byte {
	return append(binary.AppendUvarint(append(to, id), uint64(len(body))), body...)
}
