//go:build !noasm

package kernel

import (
	"math"
	"unsafe"
)

// What web/loader.js adds to the program. Nothing of Go runs meanwhile, so that
// addresses stay what they are.

// level is 2 where products may be fused with sums, 1 where there are vectors, else 0.
//
//go:wasmimport kernel level
func level() int32

// run labels n rows. squared and margins may be nil; a margin is best - second less the
// threshold of the row, and not positive where it is not proved.
//
//go:wasmimport kernel run
//go:noescape
func run(p, rows unsafe.Pointer, n int32, labels, squared, margins unsafe.Pointer)

// measure is Measure for n rows.
//
//go:wasmimport kernel measure
//go:noescape
func measure(rows unsafe.Pointer, d int32, centroids, labels, squared unsafe.Pointer, n int32)

// exactSize is how many centroids the kernel measures at once by the definition.
const exactSize = 10

// Where rows are long and centroids few, to lay rows out takes longer than to measure
// them as they are: features are in the lanes then, wideSize centroids at once.
const (
	wideSize  = 10
	wideHead  = 12
	wideStep  = 4
	wideLeast = 64 // features
)

var vectors = wasm(level())

func wasm(level int32) []impl {
	name := "simd128"
	if level > 1 {
		name = "relaxed-simd128"
	}
	return []impl{{name, level > 0, func(c *Centers) quick {
		p, ok := prove(c, nil)
		if !ok {
			return nil
		}
		return &simd{proof: p}
	}, distancesGo, measureSIMD, potentialsGo, accumulateGo, moveGo, surveyGo}}
}

// simd finds labels in WebAssembly. All of it is reached from here while plan has
// addresses of it, and the heap does not move.
type simd struct {
	proof
	plan   *plan // nil until it is first needed
	packed []float32
	exact  []float64
}

// scratch of all plans: only one is at work at a time.
var simdScratch []float32

// at gives the address of what s begins with.
func at[T any](s []T) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(s)))) }

// lay lays out the centroids.
func (q *simd) lay(c *Centers) *plan {
	p := &plan{d: uint32(c.d), mean: at(q.mean), rows: at(c.rows)}
	p.bound(&q.proof)
	tiles, packed := 0, []float32(nil)
	if c.d%wideStep == 0 && c.d >= wideLeast && c.k > wideSize/2 && c.k <= 4*wideSize {
		tiles, packed = q.tilesOf(c, wideSize, wideHead, wideStep)
		p.wide = uint32(tiles)
	} else if c.d >= 2 && c.d <= 4 {
		tiles, packed = q.tilesOf(c, 1, 1, 1)
	} else {
		tiles, packed = q.tilesOf(c, tileSize, tileSize, 1)
	}
	blocks, exact := c.blocksOf(exactSize)
	p.tiles, p.packed = uint32(tiles), at(packed)
	p.blocks, p.exact = uint32(blocks), at(exact)
	q.packed, q.exact, q.plan = packed, exact, p
	return p
}

// blocksOf lays out centroids feature by feature in blocks of size. Those beyond k are
// infinitely far.
func (c *Centers) blocksOf(size int) (blocks int, exact []float64) {
	blocks = (c.k + size - 1) / size
	exact = make([]float64, blocks*size*c.d)
	for j := range blocks * size {
		at := exact[j/size*size*c.d+j%size:]
		for t := range c.d {
			v := math.Inf(1)
			if j < c.k {
				v = c.rows[j*c.d+t]
			}
			at[t*size] = v
		}
	}
	return blocks, exact
}

// run is run for some rows.
func (q *simd) run(c *Centers, rows []float32, labels []int32, squared []float64, margins []float32) {
	p := q.plan
	if p == nil {
		p = q.lay(c)
	}
	if need := panelRows*(c.d+1) + 4; len(simdScratch) < need {
		simdScratch = make([]float32, need)
	}
	p.scratch = (at(simdScratch) + 15) &^ 15
	run(unsafe.Pointer(p), unsafe.Pointer(unsafe.SliceData(rows)), int32(len(labels)),
		unsafe.Pointer(unsafe.SliceData(labels)), unsafe.Pointer(unsafe.SliceData(squared)), unsafe.Pointer(unsafe.SliceData(margins)))
}

// assign implements quick.
func (q *simd) assign(c *Centers, rows []float32, labels []int32, squared []float64, lower []float32) {
	q.run(c, rows, labels, squared, lower)
	for i, margin := range lower {
		lower[i] = q.lower(c, float64(margin), squared[i])
	}
}

// lower gives a lower bound for a row. The squared distance to any other centroid is, by
// the exact numbers, squared + 2(S - S_j) of proof, and S - S_j is best - second - 2e at
// least. The threshold is more than 2e by what the definition's rounding of squared is, and
// by 2^-18 of itself, which pays for what subtraction rounds where best - second is of its
// size; where it is much more, that is relative to the margin.
func (q *simd) lower(c *Centers, margin, squared float64) float32 {
	if !(margin > 0) || q.equal {
		return 0
	}
	return c.bound(squared + 2*margin*(1-0x1p-21))
}

// label implements quick.
func (q *simd) label(c *Centers, _ int, rows []float32, labels []int32) {
	q.run(c, rows, labels, nil, nil)
}

// measureSIMD measures several rows abreast.
func measureSIMD(rows []float32, d int, centroids []float64, labels []int32, squared []float64) {
	if len(labels) > math.MaxInt32 || len(labels) == 0 {
		measureGo(rows, d, centroids, labels, squared)
		return
	}
	measure(unsafe.Pointer(unsafe.SliceData(rows)), int32(d), unsafe.Pointer(unsafe.SliceData(centroids)),
		unsafe.Pointer(unsafe.SliceData(labels)), unsafe.Pointer(unsafe.SliceData(squared)), int32(len(labels)))
}
