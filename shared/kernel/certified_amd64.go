//go:build !noasm

package kernel

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/cpu"
)

var avx2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA
var avx512 = avx2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL

var avx512vnni = avx512 && cpu.X86.HasAVX512VNNI

var vectors = []impl{
	vector256.impl("avx2", avx2, whenItPays),
	vector512.impl("avx512", avx512, never), // 512 bits have no more ports than float32 has
	vector512.impl("avx512vnni", avx512vnni, whenItPays),
}

var (
	vector256 = &vector{16, 6, 2, 3, assign256, assign256Short, move256}
	vector512 = &vector{32, 12, 4, 4, assign512, assign512Short, move512}
)

// vector is an instruction set's kernels.
type vector struct {
	width     int // rows of a panel
	tile      int // most centroids of a tile
	shortStep int // by which the widths of tiles of int16 differ
	ranks     int // most scores that short keeps
	assign    func(panel *float32, panels, d int, centroids *float32, tiles *int, threshold *float32, label *int32, doubt *uint32, gap, best *float32, next uintptr)
	short     func(panel *int32, panels, pairs int, centroids *int32, tiles *int, ranks int, low *uint32, threshold *float32, label *int32, doubt *uint32, gap *float32, best *int32, next uintptr)
	mover     mover
}

// step is by how much the widths of tiles of float32 differ.
const step = 2

// impl makes the implementation that has rows go through int16 first, or not.
func (v *vector) impl(name string, ok bool, first stage) impl {
	return impl{name, ok, func(c *Centers) quick {
		q := certify(c, v)
		if q == nil {
			return nil
		}
		if p := coarsen(c, q, first); p != nil {
			return p
		}
		if c.layout != nil {
			c.layout.keep(v.width, false)
		}
		return q
	}, distances64, measure64, potentials64, accumulate64, v.move, survey64}
}

// tiling is how many tiles there are of n centroids, at n-1. Widest come first.
type tiling [12]int

// arrange makes tiles of most centroids at most, and tells how many these hold: n
// and what is missing from a multiple of step. They are of like widths, since the
// sums of a narrow one are too few to hide how long each takes.
func arrange(n, most, step int) (t tiling, size int) {
	units := (n + step - 1) / step
	tiles := (units*step + most - 1) / most
	for i := range tiles {
		w := units / tiles
		if i < units%tiles {
			w++
		}
		t[w*step-1]++
	}
	return t, units * step
}

// each calls fn for each tile of n centroids, with the first of them.
func (t *tiling) each(fn func(n, first int)) {
	first := 0
	for n := len(t); n > 0; n-- {
		for range t[n-1] {
			fn(n, first)
			first += n
		}
	}
}

// certified finds labels in float32 and proves them; what it can't prove, the
// definition decides.
type certified struct {
	*vector
	proof

	once   sync.Once // of what lay makes
	tiles  tiling
	packed []float32
}

// tails[3-n%4:] has -1 for each of the last n%4 of n features.
var tails = [7]int32{-1, -1, -1}

func tail(d int) *int32 { return &tails[3-d%4] }

// certify compares the centroids of c, or gives nil if nothing could be certified.
func certify(c *Centers, v *vector) *certified {
	var mean []float32
	if c.layout != nil {
		mean = c.layout.origin
	}
	p, ok := prove(c, mean)
	if c.layout != nil && p.mean != nil {
		c.layout.origin = p.mean
	}
	if !ok {
		return nil
	}
	return &certified{vector: v, proof: p}
}

// lay lays out the centroids when they are first needed.
func (q *certified) lay(c *Centers) {
	d, n := c.d, len(q.names)
	tiles, size := arrange(n, q.tile, step)
	q.tiles, q.packed = tiles, aligned[float32](size*(d+2))
	q.tiles.each(func(w, first int) {
		at := q.packed[first*(d+2):]
		for j := range w {
			if first+j >= n {
				at[j] = float32(math.Inf(-1))
				continue
			}
			at[j], at[w+j] = float32(-q.squares[first+j]/2), math.Float32frombits(uint32(first+j))
			features := at[2*w+j:]
			for t, v := range c.rows[int(q.names[first+j])*d:][:d] {
				features[t*w] = float32(v - float64(q.mean[t]))
			}
		}
	})
}

// norm is the root of a sum of d squares in float32, or more: these are rounded, as is their sum.
func norm(d int, square float32) float64 {
	return math.Sqrt(float64(square)*(1+2*gamma(float64(d+4))) + float64(d)*0x1p-126) // what underflows
}

// threshold is what best - second must exceed in a panel whose longest row has the
// norm x at most, as the kernel computes it.
func (q *certified) threshold(d int, x float64) float32 {
	n := float64(d + 4)
	g := gamma(n)
	if !(x < mostNorm) {
		return float32(math.Inf(1))
	}
	c := q.largest
	t := 2*g*(x*c+c*c/2) + (n-1)*0x1p-53*(x+c)*(x+c) + 0x1p-90
	return above(t)
}

// above is a float32 above t, which is positive or NaN, and more so by what t's own computation rounds.
func above(t float64) float32 { return float32(t * (1 + 0x1p-20)) }

// scratch is what one call of assign needs.
type scratch struct {
	panels, best, threshold, pad, gap, squares []float32
	norm, doubt                                []uint32
	label                                      []int32
	near                                       []tile
	short                                      shortScratch
}

var scratches = sync.Pool{New: func() any { return newScratch() }}

func newScratch() *scratch { return &scratch{best: aligned[float32](64)} }

// chunk is how many floats of packed rows stay in the first-level cache,
// beside the rows themselves and those that come next.
const chunk = 8 << 10 / 4

// assign implements quick.
func (q *certified) assign(c *Centers, rows []float32, labels []int32, squared []float64, lower []float32) {
	d, s := c.d, scratches.Get().(*scratch)
	defer scratches.Put(s)
	if q.few(c, s, rows, labels, squared) {
		clear(lower)
		return
	}
	n := s.room(q.width, d, chunk)
	for lo := 0; lo < len(labels); lo += n {
		hi := min(lo+n, len(labels))
		q.part(c, s, Unkept, rows[lo*d:hi*d], labels[lo:hi], squared[lo:hi])
		if lower != nil {
			for i := lo; i < hi; i++ {
				lower[i] = q.bound(c, s.gap[i-lo], s.threshold[(i-lo)/q.width], 1, squared[i])
			}
		}
	}
}

// label implements quick.
func (q *certified) label(c *Centers, first int, rows []float32, labels []int32) {
	d, s := c.d, scratches.Get().(*scratch)
	defer scratches.Put(s)
	if q.few(c, s, rows, labels, nil) {
		return
	}
	n, kept := s.room(q.width, d, chunk), c.layout != nil && c.layout.floats != nil
	kept = kept && first != Unkept
	if !kept {
		first = Unkept
	} else if c.layout.laid(first, len(labels), q.width) {
		n = s.room(q.width, d, mostGathered*d)
	}
	for lo := 0; lo < len(labels); lo += n {
		hi := min(lo+n, len(labels))
		q.part(c, s, first, rows[lo*d:hi*d], labels[lo:hi], nil)
		if kept {
			first += n
		}
	}
}

// few has the definition label rows that are too few for a panel.
func (q *certified) few(c *Centers, s *scratch, rows []float32, labels []int32, squared []float64) bool {
	tiles := (c.k + lanes - 1) / lanes
	if s.near = slices.Grow(s.near[:0], tiles)[:tiles]; len(labels) >= fewRows {
		return false
	}
	for i := range labels {
		l, sq := decide(c, rows[i*c.d:(i+1)*c.d], s.near)
		if labels[i] = l; squared != nil {
			squared[i] = sq
		}
	}
	return true
}

// bound gives a lower bound for a row that part has been over. The distance to any
// other centroid j is, by the exact numbers, |x-c_j|² = |x-c|² + 2(S - S_j), c being that
// of the label; and unit(S - S_j) >= gap - 2e, where 2e < threshold, which pays for the
// definition's rounding of |x-c|² too. The rounding of gap is relative.
func (q *certified) bound(c *Centers, gap, threshold float32, unit, squared float64) float32 {
	if more := (float64(gap)*(1-0x1p-23) - float64(threshold)) / unit; more > 0 && !q.equal {
		return c.bound(squared + 2*more)
	}
	return 0 // it is in doubt, or another centroid may be equal to that of the label
}

// room makes room for the rows of a chunk, and tells how many there are.
func (s *scratch) room(width, d, chunk int) int {
	panels := max(1, chunk/(width*d))
	s.threshold, s.norm, s.doubt = grow(s.threshold, 2*panels), grow(s.norm, panels), grow(s.doubt, panels)
	s.label, s.gap = grow(s.label, panels*width), grow(s.gap, panels*width)
	return panels * width
}

// part works on rows that fill s at most. Those of a Layout begin at first there; it keeps
// them as float32. squared may be nil.
func (q *certified) part(c *Centers, s *scratch, first int, rows []float32, labels []int32, squared []float64) {
	d, w, ahead := c.d, q.width, next(rows)
	var data []float32
	panels := (len(labels) + w - 1) / w
	if first == Unkept || !c.layout.laid(first, len(labels), w) {
		q.load(s, rows, d)
		data = s.panels
		for p, square := range s.norm[:panels] {
			x := norm(d, math.Float32frombits(square))
			s.threshold[p] = q.threshold(d, x)
			if first != Unkept {
				c.layout.panels[first/w+p] = laid{is: true, norm: x}
			}
		}
		if first != Unkept {
			copy(c.layout.floats[first*d:], data[:panels*w*d])
		}
	} else {
		for p, l := range c.layout.panels[first/w:][:panels] {
			s.threshold[p] = q.threshold(d, l.norm)
		}
		data = c.layout.floats[first*d:][:panels*w*d]
		ahead = next(data)
	}
	q.once.Do(func() { q.lay(c) })
	q.vector.assign(&data[0], panels, d, &q.packed[0], &q.tiles[0], &s.threshold[0], &s.label[0], &s.doubt[0], &s.gap[0], &s.best[0], ahead)
	q.name(labels, s.label)
	if squared != nil {
		measure64(rows, d, c.rows, labels, squared)
	}
	for p, doubt := range s.doubt[:panels] {
		set(doubt, len(labels)-p*w, func(i int) {
			i += p * w
			l, sq := decide(c, rows[i*d:(i+1)*d], s.near)
			if labels[i] = l; squared != nil {
				squared[i] = sq
			}
		})
	}
}

// next is where the rows are that the caller is likely to come with after these.
func next[T float32 | int32](rows []T) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(rows))) + uintptr(4*len(rows))
}

// load packs rows that fill s at most, and tells how many panels they are.
func (q *certified) load(s *scratch, rows []float32, d int) int {
	w := q.width
	full := len(rows) / (w * d)
	s.panels = grow(s.panels, (full+1)*w*d+3*w)
	s.pad, s.squares = grow(s.pad, w*d), grow(s.squares, w)
	q.pack(s, 0, full, rows, d)
	rest := rows[full*w*d:]
	if len(rest) == 0 {
		return full
	}
	for at := copy(s.pad, rest); at < w*d; at += d {
		copy(s.pad[at:], rest[:d]) // a row more that is like another
	}
	q.pack(s, full, 1, s.pad, d)
	return full + 1
}

// name gives labels to rows whose distinct centroids are found.
func (q *certified) name(labels, found []int32) {
	copy(labels, found)
	if q.equal {
		for i, l := range labels {
			labels[i] = q.names[l]
		}
	}
}

// set calls fn for each bit of mask below n.
func set(mask uint32, n int, fn func(i int)) {
	for ; mask != 0; mask &= mask - 1 {
		if i := bits.TrailingZeros32(mask); i < n {
			fn(i)
		}
	}
}

// strip is how many features of long rows are packed at a time: what several rows touch
// stays in the first-level cache.
const strip = 64

// pack packs panels from the first on.
func (q *certified) pack(s *scratch, first, panels int, rows []float32, d int) {
	w := q.width
	if d <= strip && panels > 0 {
		pack(&rows[0], d, d, panels, w, &q.mean[0], tail(d), nil, &s.panels[first*w*d], &s.norm[first])
		return
	}
	for p := range panels {
		clear(s.squares)
		for t := 0; t < d; t += strip {
			n := min(strip, d-t)
			pack(&rows[p*w*d+t], d, n, 1, w, &q.mean[t], tail(n), &s.squares[0], &s.panels[(first+p)*w*d+t*w], &s.norm[first+p])
		}
	}
}

// fewRows is how many rows a panel is packed for.
const fewRows = 4

// decide is Nearest.
func decide(c *Centers, x []float32, near []tile) (int32, float64) {
	distances64(c, x, near)
	best, label := math.Inf(1), int32(0)
	for j, t := range near { // lanes beyond the centroids are infinitely far
		for l, s := range t {
			if s < best {
				best, label = s, int32(j*lanes+l)
			}
		}
	}
	return label, best
}

// aligned makes a slice that starts at a cache line.
func aligned[T float32 | int32 | uint32](n int) []T {
	s := make([]T, n+64/4)
	for uintptr(unsafe.Pointer(&s[0]))%64 != 0 {
		s = s[1:]
	}
	return s[:n:n]
}

// grow gives s room for n values; it may forget those that it has.
func grow[T float32 | int32 | uint32](s []T, n int) []T {
	if cap(s) < n {
		s = aligned[T](n)
	}
	return s[:n]
}
