package kernel

import (
	"math"
	"math/bits"
)

// Grid is how values are cut into parts whose sums are exact. The first part of a
// feature's value is the nearest multiple of a power of two, such that the sums of as many
// values as there are rows are multiples of it that a float64 can hold; the second part is
// the same of what that leaves, and so on until nothing is left. So sums do not depend on
// their order, and what was added can be taken away again without a trace. (Demmel and
// Nguyen, Fast reproducible floating-point summation, ARITH 2013, cut so too, but keep a
// fixed number of parts.)
type Grid struct {
	d      int
	stride int       // d, padded to a multiple of 8
	width  int       // bits by which a part's multiples are finer than those of the part before
	top    []int     // all values of a feature are less than 2^top
	round  []float64 // of the first part for each feature, stride values, then of the second: see rounder
}

// NewGrid makes the grid of n rows, or of all subsets of them, where most has the largest
// absolute value of each feature. n is below 2^31.
func NewGrid(most []float64, n int) *Grid {
	d := len(most)
	g := &Grid{d: d, stride: (d + 7) &^ 7, width: 51 - bits.Len(uint(n)), top: make([]int, d)}
	g.round = make([]float64, 2*g.stride)
	for t, v := range most {
		_, g.top[t] = math.Frexp(v)
		g.round[t], g.round[g.stride+t] = g.rounder(t, 0), g.rounder(t, 1)
	}
	return g
}

// rounder gives what leaves part p of a value that the parts before have been taken from,
// when it is added to it and taken away again: 1.5·2^52 times the part's power of two.
func (g *Grid) rounder(t, p int) float64 {
	return math.Ldexp(1.5, 52+max(g.top[t]-(p+1)*g.width, -1074))
}

// Tally is exact sums of rows by label. Its methods may not run at the same time.
type Tally struct {
	grid    *Grid
	count   []int64 // that of label l is at l+1: rows of no label go to the first
	touched []uint8
	parts   [][]float64 // of the sums, feature by feature, stride values for each label
}

// NewTally makes sums of k labels, all 0.
func (g *Grid) NewTally(k int) *Tally {
	size := (k + 1) * g.stride
	return &Tally{g, make([]int64, k+1), make([]uint8, k+1), [][]float64{make([]float64, size), make([]float64, size)}}
}

// Move takes rows from the sums of the labels old, where those are not -1, to those of
// labels, and copies labels to old. It tells how many labels differ. rows holds
// len(labels) rows.
func (t *Tally) Move(rows []float32, labels, old []int32) (changed int) {
	old = old[:len(labels)]
	changed, exact := active.move(t, rows[:len(labels)*t.grid.d], labels, old)
	if exact {
		if changed > 0 {
			copy(old, labels)
		}
		return changed
	}
	for i, l := range labels {
		if l == old[i] {
			continue
		}
		for f, v := range rows[i*t.grid.d : (i+1)*t.grid.d] {
			_, _, rest := t.grid.cut(f, float64(v))
			t.deeper(l, f, rest)
			t.deeper(old[i], f, -rest)
		}
		old[i] = l
	}
	return changed
}

// MoveWeighted is Move for rows of one feature less than the sums have: each is multiplied
// by its weight, and the last sum is that of the weights.
func (t *Tally) MoveWeighted(rows []float32, weights []float64, labels, old []int32) (changed int) {
	d := t.grid.d - 1
	for i, l := range labels {
		if l == old[i] {
			continue
		}
		changed++
		for f := range d + 1 {
			v := weights[i]
			if f < d {
				v = float64(v * float64(rows[i*d+f]))
			}
			t.add(l, f, v)
			t.add(old[i], f, -v)
		}
		t.moved(old[i], l)
		old[i] = l
	}
	return changed
}

// add adds a value to a sum of label l.
func (t *Tally) add(l int32, f int, v float64) {
	at := int(l+1)*t.grid.stride + f
	a, b, rest := t.grid.cut(f, v)
	t.parts[0][at] += a
	t.parts[1][at] += b
	t.deeper(l, f, rest)
}

// cut gives the first two parts of a value, and what they leave.
func (g *Grid) cut(f int, v float64) (a, b, rest float64) {
	r := g.round[f]
	a = v + r - r
	v -= a
	r = g.round[g.stride+f]
	b = v + r - r
	return a, b, v - b
}

// moved counts a row that goes from one label to another.
func (t *Tally) moved(from, to int32) {
	t.count[to+1]++
	t.count[from+1]--
	t.touched[to+1], t.touched[from+1] = 1, 1
}

// deeper adds what the first two parts have left of a value.
func (t *Tally) deeper(l int32, f int, rest float64) {
	for p := 2; rest != 0; p++ {
		if p == len(t.parts) {
			t.parts = append(t.parts, make([]float64, len(t.parts[0])))
		}
		r := t.grid.rounder(f, p)
		v := rest + r - r
		t.parts[p][int(l+1)*t.grid.stride+f] += v
		rest -= v
	}
}

// moveGo moves rows but for what the first two parts leave, and tells if that is nothing.
func moveGo(t *Tally, rows []float32, labels, old []int32) (changed int, exact bool) {
	d, exact := t.grid.d, true
	first, second := t.grid.round[:d], t.grid.round[t.grid.stride:][:d]
	for i, l := range labels {
		if l == old[i] {
			continue
		}
		changed++
		to, from := int(l+1)*t.grid.stride, int(old[i]+1)*t.grid.stride
		add0, add1 := t.parts[0][to:to+d], t.parts[1][to:to+d]
		sub0, sub1 := t.parts[0][from:from+d], t.parts[1][from:from+d]
		for f, x := range rows[i*d : (i+1)*d] {
			v := float64(x)
			a := v + first[f] - first[f]
			v -= a
			b := v + second[f] - second[f]
			exact = exact && v == b
			add0[f] += a
			add1[f] += b
			sub0[f] -= a
			sub1[f] -= b
		}
		t.moved(old[i], l)
	}
	return changed, exact
}

// Take adds the sums of labels from lo to before hi of o, which gets 0 instead. Different
// labels may be taken at the same time after Deepen.
func (t *Tally) Take(o *Tally, lo, hi int) {
	d := t.grid.stride
	for l := lo + 1; l <= hi; l++ {
		if o.touched[l] == 0 {
			continue
		}
		o.touched[l], t.touched[l] = 0, 1
		t.count[l] += o.count[l]
		o.count[l] = 0
		for p, from := range o.parts {
			from = from[l*d : (l+1)*d]
			to := t.parts[p][l*d : (l+1)*d]
			for f, v := range from {
				to[f] += v
			}
			clear(from)
		}
	}
}

// Deepen makes room in t for what Take takes from o.
func (t *Tally) Deepen(o *Tally) {
	for len(t.parts) < len(o.parts) {
		t.parts = append(t.parts, make([]float64, len(t.parts[0])))
	}
}

// Count gives the number of rows with label l.
func (t *Tally) Count(l int) int64 { return t.count[l+1] }

// Changed tells, once, whether the sums of label l may have changed since it was last asked.
func (t *Tally) Changed(l int) bool {
	was := t.touched[l+1] != 0
	t.touched[l+1] = 0
	return was
}

// Sum writes the sums of label l, rounded once, to nearest, ties to even. dst may have
// room for fewer features.
func (t *Tally) Sum(l int, dst []float64) {
	at := (l + 1) * t.grid.stride
	first, second := t.parts[0][at:][:len(dst)], t.parts[1][at:][:len(dst)]
	for f := range dst {
		dst[f] = first[f] + second[f]
	}
	if len(t.parts) > 2 {
		terms := make([]float64, len(t.parts))
		for f := range dst {
			for p, part := range t.parts {
				terms[p] = part[at+f]
			}
			dst[f] = rounded(terms)
		}
	}
}

// rounded gives the sum of terms rounded once (Shewchuk, Adaptive precision floating-point
// arithmetic, Discrete & Computational Geometry 1997). It overwrites them.
func rounded(terms []float64) float64 {
	n := 0 // of terms that do not overlap, the least first
	for _, x := range terms {
		m := 0
		for _, y := range terms[:n] {
			if math.Abs(x) < math.Abs(y) {
				x, y = y, x
			}
			high := x + y
			if low := y - (high - x); low != 0 {
				terms[m] = low
				m++
			}
			x = high
		}
		terms[m] = x
		n = m + 1
	}
	n--
	sum, low := terms[n], 0.0
	for n > 0 && low == 0 {
		n--
		x := sum
		sum = x + terms[n]
		low = terms[n] - (sum - x)
	}
	// Half a unit that the next term, of the same sign, makes more than half.
	if n > 0 && (low < 0 && terms[n-1] < 0 || low > 0 && terms[n-1] > 0) {
		if y := 2 * low; y == sum+y-sum {
			sum += y
		}
	}
	return sum
}
