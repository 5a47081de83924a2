package kernel

import "math"

// plan is what the WebAssembly of gen/wasm.mjs reads centroids from, field by field in
// this order, 4 bytes each. Addresses are those of its memory.
type plan struct {
	d        uint32
	tiles    uint32  // of packed
	packed   uint32  // address of float32: see tilesOf
	mean     uint32  // address of d float32
	blocks   uint32  // of exact
	exact    uint32  // address of float64: see blocksOf
	rows     uint32  // address of the centroids, float64, row-major
	scratch  uint32  // address of panelRows·(d+1) float32, at a multiple of 16
	constant float32 // the threshold is constant + linear·|X| + square·|X|²
	linear   float32
	square   float32
	scale    float32 // |X|² is scale·(what the kernel sums) + tiny at most
	tiny     float32
	wide     uint32  // tiles of packed where lanes are features; 0 for lanes of rows
	base     float32 // the threshold is base + slope·|X|² at most, |X|² being what the kernel sums
	slope    float32
}

const (
	planSize  = 16 * 4
	panelRows = 16 // rows that are packed at once
	tileSize  = 2  // centroids of a tile of packed
)

// bound sets what thresholds are computed with: those of proof, by float32, whose seven
// roundings, and that of best - second, take less than the 2^-18 by which they are widened.
func (p *plan) bound(q *proof) {
	n := float64(p.d + 4)
	g, c, e := gamma(n), q.largest, float64((n-1)*0x1p-53)
	wider := func(v float64) float32 { return float32(max(v, 0x1p-100) * (1 + 0x1p-18)) }
	constant := float64(g*c*c) + float64(e*c*c) + 0x1p-90
	linear := float64(2*g*c) + float64(2*e*c)
	p.constant = wider(constant)
	p.linear = wider(linear)
	p.square = wider(e)
	most := 1 + float64(2*g)
	p.scale = wider(most)
	p.tiny = wider(n * 0x1p-126)
	// |X| <= |X|²/2r + r/2 for any r: there is equality where |X| is r, which is of the
	// order of a row's distance from the mean of few features.
	r := max(c, 0x1p-40)
	slope := linear/(2*r) + e
	p.slope = wider(slope * most)
	p.base = wider(constant + float64(linear*r/2) + float64(slope*n*0x1p-126))
}

// tilesOf lays out the distinct centroids in tiles of size, less the mean: of each tile
// its biases and its labels, with room for head of each, and then, for each step features,
// those of its centroids. d is a multiple of step.
func (q *proof) tilesOf(c *Centers, size, head, step int) (tiles int, packed []float32) {
	tiles = (len(q.names) + size - 1) / size
	stride := 2*head + size*c.d
	packed = make([]float32, tiles*stride)
	for tile := range tiles {
		at := packed[tile*stride:][:stride]
		for j := range head {
			i := tile*size + j
			if j >= size || i >= len(q.names) {
				at[j] = float32(math.Inf(-1))
				continue
			}
			at[j], at[head+j] = float32(-q.squares[i]/2), math.Float32frombits(uint32(q.names[i]))
			for t, v := range c.rows[int(q.names[i])*c.d:][:c.d] {
				at[2*head+t/step*step*size+j*step+t%step] = float32(v - float64(q.mean[t]))
			}
		}
	}
	return tiles, packed
}
