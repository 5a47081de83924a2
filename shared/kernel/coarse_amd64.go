//go:build !noasm

package kernel

import (
	"math"
	"math/bits"
	"slices"
	"sync/atomic"
)

// coarse finds labels in int16 and proves them, or proves that the nearest
// centroid is one of few, which are then measured; what it can't prove is left to
// certified, whose terms hold here too. The rows of a panel are multiplied by a,
// all centroids by b, and rounded: x and c become the integers x' and c'. The score
//
//	s(c) = x'·c' + 2^30 - ½ab|C|²
//
// differs from ab S(c) + 2^30 because
//
//  1. x' differs from aX. What rounding takes from the float32 a(x-m) is measured
//     for each panel; besides, x-m and that product are off by u' each, relatively.
//     Together |x'-aX| <= r;
//  2. |c'-bC| <= R, which is measured too. As x'·c' - aX·bC = (x'-aX)·bC + x'·(c'-bC),
//     and |bC| <= q, 1 and 2 make it rq + (a|X|+r)R at most;
//  3. -½b|C|² is rounded to float32, and 2^30 plus a times that again: by 64 each
//     at most, since it is below 2^30, and the sum below 2^31;
//  4. its low bits give way to the label: it moves by less than 2^l.
//
// The sum itself is exact. So
//
//	best - s > 2(rq + (a|X|+r)R + 128 + 2^l) + ab(d+3)2^-53(|X|+|C|)²
//
// proves that the centroid with score s is not the nearest, and that none that
// is as near has a lower index. The last term is the definition's own rounding; 2^-20
// is added as certified does.
//
// With q = 2^15-2^9, b = q/|C| and a = q/(|X|+½|C|), |X| and |C| being the largest of
// the panel and of all, x' and c' fit in int16, since rounding moves them by ½√d <= 2^7 at
// most; and x'·c' and ½ab|C|² together are (q+2^7)² at most, which is 1.6 % less than
// 2^30. So a score is less than 2^31-2^24 and more than 2^24: its bits are those of a
// float32, and order as these do, while those of a centroid that only fills a tile are
// negative.
type coarse struct {
	*certified
	tiles  tiling
	packed []int32
	scale  float64 // b
	rest   float64 // R
	ranks  int     // scores of a row that are kept: the nearest may be one of ranks-1
	low    uint32  // 2^l-1
	first  stage
	most   int64 // one in so many rows may be left to certified

	// How many rows have come, and how many certified got. They tell whether it
	// pays, which changes no label.
	rows, late atomic.Int64
}

// stage tells whether rows go through int16 first.
type stage int

const (
	never stage = iota
	whenItPays
	always
)

const (
	reach     = 1<<15 - 1<<9 // q
	mostNames = 1 << 14      // centroids: their labels take no more bits of a score than rounding does
)

// coarsen lays out the centroids of c again, or gives nil if that would not do.
func coarsen(c *Centers, q *certified, first stage) *coarse {
	d, n := c.d, len(q.names)
	l := c.layout
	if first == never || first == whenItPays && !worth(d, n) && (l == nil || d < 8) || n < 2 || n > mostNames || !(q.largest > 0x1p-90) {
		return nil
	}
	scale := reach / q.largest
	if l != nil {
		if l.keep(q.width, true); l.largest == 0 {
			l.largest = 1.25 * q.largest
		}
		scale *= min(1, l.largest/q.largest)
	}
	p := &coarse{certified: q, scale: scale, ranks: 2, low: 1<<bits.Len(uint(n-1)) - 1, first: first, most: 8}
	if l != nil {
		p.most = 4 // their rounding is done
	}
	switch { // few centroids are measured in float32 as soon as two or three in float64; the more features, the less time ranks take beside them, and the more rows are in doubt
	case n <= 32:
	case d >= 256:
		p.ranks = q.vector.ranks
	case d >= 48:
		p.ranks = 3
	}
	pairs := (d + 1) / 2
	tiles, size := arrange(n, q.tile, q.shortStep)
	p.tiles, p.packed = tiles, aligned[int32](size*(pairs+2))
	p.tiles.each(func(n, first int) {
		at := p.packed[first*(pairs+2):]
		for j := range n {
			if first+j >= len(q.names) {
				at[j] = int32(math.Float32bits(-math.MaxFloat32))
				continue
			}
			at[n+j] = int32(first + j)
			rest, features := 0.0, at[2*n+j:]
			for t, v := range c.rows[int(q.names[first+j])*d:][:d] {
				e := p.scale * (v - float64(q.mean[t]))
				near := e + nearest - nearest
				rest += (e - near) * (e - near)
				features[t/2*n] |= int32(near) & 0xffff << (t % 2 * 16)
			}
			at[j] = int32(math.Float32bits(float32(-q.squares[first+j] / 2 * p.scale)))
			p.rest = max(p.rest, math.Sqrt(rest)*(1+float64(d+8)*0x1p-52)+reach*0x1p-50)
		}
	})
	return p
}

// nearest, added to a float64 below 2^51 and taken from it, leaves an integer.
const nearest = 3 << 51

// worth tells whether k centroids of d features are so much work that rounding a row
// is less than what it saves. Both bounds are measured.
func worth(d, k int) bool { return d >= 8 && k >= 48 }

// pays tells whether most of the rows that came had nothing else to go through.
func (q *coarse) pays() bool {
	rows := q.rows.Load()
	return q.first == always || rows < 1024 || q.most*q.late.Load() < rows
}

// factor is what a panel whose longest row has the norm x at most is multiplied by: a.
func factor(x, largest float64) float32 { return float32(reach / (x + largest/2)) }

// lost is r for a panel that was multiplied by a; rest is the largest square of what
// rounding took from a row.
func lost(d int, x float64, a, rest float32) float64 {
	return norm(d, rest) + float64(a)*x*(2*unit*(1+0x1p-20))
}

// threshold is what best - s must exceed in a panel. It is NaN if one of its rows is not finite.
func (q *coarse) threshold(d int, l *laid) float32 {
	x, a, r, c := l.norm, float64(l.scale), l.rest, q.largest
	t := 2 * (r*reach + (a*x+r)*q.rest + 128 + float64(q.low+1))
	t += a * q.scale * float64(d+3) * 0x1p-53 * (x + c) * (x + c)
	return above(t)
}

// shortScratch is what coarse needs besides.
type shortScratch struct {
	panels, label, best []int32
	rest                []float32
	doubt               []uint32
	laid                []laid
	squared             []float64
	doubtful, late      gathered
}

func (s *shortScratch) room(panels, width, ranks, d int) {
	s.panels, s.rest = grow(s.panels, panels*width*((d+1)/2)), grow(s.rest, panels)
	s.label, s.doubt, s.best = grow(s.label, panels*width*(ranks-1)), grow(s.doubt, panels*(ranks-1)), grow(s.best, ranks*width)
	s.laid = slices.Grow(s.laid[:0], panels)[:panels]
}

// gathered is rows from here and there.
type gathered struct {
	rows    []float32
	from    []int
	label   []int32
	own     []int32 // room for as many
	squared []float64
	lower   []float32
}

func (g *gathered) add(row []float32, from int, label int32) {
	g.rows, g.from = append(g.rows, row...), append(g.from, from)
	g.label, g.own, g.squared, g.lower = append(g.label, label), append(g.own, 0), append(g.squared, 0), append(g.lower, 0)
}

func (g *gathered) reset() {
	g.rows, g.from, g.label, g.own, g.squared, g.lower = g.rows[:0], g.from[:0], g.label[:0], g.own[:0], g.squared[:0], g.lower[:0]
}

// mostGathered is from how many rows those in doubt are gathered.
const mostGathered = 512

// assign implements quick.
func (q *coarse) assign(c *Centers, rows []float32, labels []int32, squared []float64, lower []float32) {
	d, s := c.d, scratches.Get().(*scratch)
	defer scratches.Put(s)
	for len(labels) >= fewRows && q.pays() {
		n := min(mostGathered, len(labels))
		var below []float32
		if lower != nil {
			below, lower = lower[:n], lower[n:]
		}
		q.gather(c, s, Unkept, rows[:n*d], labels[:n], squared[:n], below)
		rows, labels, squared = rows[n*d:], labels[n:], squared[n:]
	}
	q.certified.assign(c, rows, labels, squared, lower)
}

// label implements quick.
func (q *coarse) label(c *Centers, first int, rows []float32, labels []int32) {
	d, s := c.d, scratches.Get().(*scratch)
	defer scratches.Put(s)
	kept := first != Unkept && c.layout != nil && c.layout.shorts != nil
	if !kept {
		first = Unkept
	}
	for len(labels) >= fewRows && q.pays() {
		n := min(mostGathered, len(labels))
		q.gather(c, s, first, rows[:n*d], labels[:n], nil, nil)
		rows, labels = rows[n*d:], labels[n:]
		if kept {
			first += n
		}
	}
	q.certified.label(c, first, rows, labels)
}

// gather is assign for rows that are not so many. Those of a Layout begin at first there;
// it keeps them as int16. squared and lower may be nil.
func (q *coarse) gather(c *Centers, s *scratch, first int, rows []float32, labels []int32, squared []float64, lower []float32) {
	d, h := c.d, &s.short
	h.doubtful.reset()
	h.late.reset()
	n := s.room(q.width, d, chunk)
	if first != Unkept && c.layout.laid(first, len(labels), q.width) {
		n = s.room(q.width, d, mostGathered*d)
	}
	h.room(n/q.width, q.width, q.vector.ranks, d)
	for lo := 0; lo < len(labels); lo += n {
		hi := min(lo+n, len(labels))
		at := first
		if first != Unkept {
			at += lo
		}
		q.part(c, s, at, rows[lo*d:hi*d], labels[lo:hi], lo)
		if squared != nil {
			measure64(rows[lo*d:hi*d], d, c.rows, labels[lo:hi], squared[lo:hi])
		}
		for i := lo; i < hi && lower != nil; i++ {
			p := (i - lo) / q.width
			lower[i] = q.bound(c, s.gap[i-lo], s.threshold[2*p], float64(s.threshold[2*p+1])*q.scale, squared[i])
		}
	}
	q.settle(c, h, rows, labels, squared)
	g := &h.late
	if lower != nil {
		q.certified.assign(c, g.rows, g.label, g.squared, g.lower)
	} else if squared != nil {
		q.certified.assign(c, g.rows, g.label, g.squared, nil)
	} else {
		q.certified.label(c, Unkept, g.rows, g.label)
	}
	for i, at := range g.from {
		labels[at] = g.label[i]
		if squared != nil {
			squared[at] = g.squared[i]
		}
		if lower != nil {
			lower[at] = g.lower[i]
		}
	}
	q.rows.Add(int64(len(labels)))
	q.late.Add(int64(len(g.from)))
}

// settle measures the centroids that rows in doubt are near to. squared may be nil.
func (q *coarse) settle(c *Centers, h *shortScratch, rows []float32, labels []int32, squared []float64) {
	g := &h.doubtful
	if len(g.from) == 0 {
		return
	}
	if squared == nil {
		h.squared = slices.Grow(h.squared[:0], len(labels))[:len(labels)]
		squared = h.squared
		for i, at := range g.from {
			g.own[i] = labels[at]
		}
		measure64(g.rows, c.d, c.rows, g.own, g.squared)
		for i, at := range g.from {
			squared[at] = g.squared[i]
		}
	}
	q.name(g.label, g.label)
	measure64(g.rows, c.d, c.rows, g.label, g.squared)
	for i, at := range g.from {
		if l, sq := g.label[i], g.squared[i]; sq < squared[at] || sq == squared[at] && l < labels[at] {
			labels[at], squared[at] = l, sq
		}
	}
}

// part finds the labels of rows that fill s at most, and gathers those in doubt. from is
// the index of the first.
func (q *coarse) part(c *Centers, s *scratch, first int, rows []float32, labels []int32, from int) {
	d, w, h := c.d, q.width, &s.short
	panels := (len(labels) + w - 1) / w
	pairs := (d + 1) / 2
	data, about, ahead := h.panels, h.laid[:panels], next(rows)
	if first != Unkept {
		data, about = c.layout.shorts[first*pairs:][:panels*w*pairs], c.layout.panels[first/w:][:panels]
	}
	if first == Unkept || !c.layout.laid(first, len(labels), w) {
		q.quantise(c, s, rows, data, about)
	} else {
		ahead = next(data)
	}
	for p := range about {
		s.threshold[2*p], s.threshold[2*p+1] = q.threshold(d, &about[p]), about[p].scale
	}
	q.short(&data[0], panels, pairs, &q.packed[0], &q.tiles[0], q.ranks, &q.low, &s.threshold[0], &h.label[0], &h.doubt[0], &s.gap[0], &h.best[0], ahead)
	others := q.vector.ranks - 1
	for p := range panels {
		lo, n := p*w, min(w, len(labels)-p*w)
		found, doubt := h.label[lo*others:], h.doubt[p*others:]
		q.name(labels[lo:lo+n], found)
		more := doubt[q.ranks-2] // may be nearest to one that has not been kept
		set(more, n, func(i int) { h.late.add(rows[(lo+i)*d:(lo+i+1)*d], from+lo+i, 0) })
		for r := 1; r < q.ranks-1; r++ {
			set(doubt[r-1]&^more, n, func(i int) { h.doubtful.add(rows[(lo+i)*d:(lo+i+1)*d], from+lo+i, found[r*w+i]) })
		}
	}
}

// quantise lays out rows that fill s at most as panels of int16, and tells about them.
func (q *coarse) quantise(c *Centers, s *scratch, rows []float32, panels []int32, about []laid) {
	d, h, largest := c.d, &s.short, q.largest
	if c.layout != nil {
		largest = c.layout.largest
	}
	n := q.load(s, rows, d)
	for p, square := range s.norm[:n] {
		about[p].norm = norm(d, math.Float32frombits(square))
		about[p].scale = factor(about[p].norm, largest)
		s.threshold[2*p+1] = about[p].scale
	}
	quantise(&s.panels[0], d, n, q.width, &s.threshold[1], &panels[0], &h.rest[0])
	for p := range n {
		about[p].is, about[p].rest = true, lost(d, about[p].norm, about[p].scale, h.rest[p])
	}
}
