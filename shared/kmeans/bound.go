package kmeans

import (
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// bounds lets rows keep their labels without being measured against all centroids, or
// at all (Hamerly, Making k-means even faster, SDM 2010). upper bounds the distance of a row
// to the centroid of its label, lower its distance to every other: kernel.AssignBounded
// gives them. The former is raised by what that centroid has moved since, the latter
// lowered by the furthest that one of the others has (the triangle inequality), and both
// are rounded outward each time. Where upper is less than lower by more than the
// definition's rounding, or, failing that, the definition's distance itself is
// (kernel.Stays), the label stays; the other rows are measured as ever. So no bit depends
// on which rows are passed over.
//
// Rows are handled in units, those of a pass that one goroutine works on. Each unit has
// bounds, or pauses: if too many of its rows fail, bounds cost more than they spare, and it
// passes as ever for a while, each time for longer. A few units try; the others follow
// while bounds pay there. The zero value is for Auto.
type bounds struct {
	when         Algorithm
	lower, upper []float32 // one a row; only those of units with bounds mean anything
	units        []unit
	k, d         int      // of the centroids that they are about; 0 if no bound holds
	moved        movement // since the last pass
	follow       bool     // bounds paid in the units that try, in the last pass that had some
	rows, spare  int64    // since Bound: all, and those passed over
}

// unit is the rows that a goroutine works on.
type unit struct {
	on     *bounds
	tries  bool // it does not wait for others
	armed  bool // its lower bounds hold
	checks bool // it was armed when the pass began
	wait   int  // passes until it is armed
	pause  int  // of the last wait
	kept   int  // rows of this pass that were passed over
	failed int  // those that were not

	fail    []int32 // scratch for the rows that failed
	rows    []float32
	label   []int32
	squared []float64
	lower   []float32
	upper   []float32
}

// price is what bounds cost a row of d features, in products of a row's number and a
// centroid's that are spared when it stays: there are k·d of them. It was measured in
// assembly, on mixtures.
func price(d int) int { return 1000 + 16*d }

const (
	firstWait   = 2 // the first passes move centroids far
	longestWait = 15
)

// Bound implements Bounder.
func (m *Memory) Bound(a Algorithm) {
	m.bounds = bounds{when: a, lower: m.bounds.lower, upper: m.bounds.upper}
}

// Skipped implements Bounder.
func (m *Memory) Skipped() (rows, of int64) { return m.bounds.spare, m.bounds.rows }

// start prepares for a pass of n rows in some units, after one with the centroids last.
func (b *bounds) start(last, c Matrix, n, units int) {
	if b.when == Lloyd || b.when != Hamerly && (c.Rows*c.Cols < price(c.Cols) || n > manyRows) {
		b.forget()
		return
	}
	if len(b.units) != units {
		b.units = make([]unit, units)
		for i := range b.units {
			b.units[i].on, b.units[i].wait, b.units[i].tries = b, firstWait, i%8 == 0
		}
		b.k, b.d = 0, 0
	}
	if len(b.lower) != n {
		b.lower, b.upper = perRow[float32](n), perRow[float32](n)
	}
	if b.k == c.Rows && b.d == c.Cols {
		b.moved = movements(last, c)
	} else {
		for i := range b.units {
			b.units[i].armed = false
		}
	}
	b.k, b.d = c.Rows, c.Cols
}

// end counts the rows of a pass of n.
func (b *bounds) end(n int) {
	b.rows += int64(n)
	kept, failed := 0, 0
	for i := range b.units {
		u := &b.units[i]
		b.spare += int64(u.kept)
		if u.tries {
			kept, failed = kept+u.kept, failed+u.failed
		}
	}
	if kept+failed > 0 {
		b.follow = b.pay(kept, failed)
	}
}

// pay tells whether it was worth it that some rows were passed over while others failed.
func (b *bounds) pay(kept, failed int) bool {
	return kept*b.k*b.d >= (kept+failed)*price(b.d)
}

// forget is called when labels or centroids are not those that lower is about.
func (b *bounds) forget() { b.units, b.k, b.d = nil, 0, 0 }

// begin gives the unit u if it has bounds in this pass, or else nil.
func (b *bounds) begin(u int) *unit {
	if b.units == nil {
		return nil
	}
	x := &b.units[u]
	x.kept, x.failed, x.checks = 0, 0, x.armed
	if !x.armed && b.when != Hamerly && (x.wait > 0 || !x.tries && !b.follow) {
		x.wait = max(0, x.wait-1)
		return nil
	}
	x.armed = true
	return x
}

// end lets go of the scratch.
func (u *unit) end() {
	if u != nil {
		u.fail, u.rows, u.label, u.squared, u.lower, u.upper = nil, nil, nil, nil, nil, nil
	}
}

// assign labels rows, those from first on, whose labels in the last pass are old.
func (u *unit) assign(c *kernel.Centers, first int, rows []float32, old, label []int32) {
	if !u.armed {
		c.Label(first, rows, label)
		return
	}
	n, d := len(old), c.Dim()
	lower, upper := u.on.lower[first:first+n], u.on.upper[first:first+n]
	u.squared = slices.Grow(u.squared[:0], n)[:n]
	if !u.checks {
		u.measure(c, rows, label, lower, upper)
		return
	}
	copy(label, old)
	u.fail = slices.Grow(u.fail[:0], n)
	apart := 1 - float64(float64(d+8)*0x1p-51) // what the definition may have rounded
	for i, l := range old {
		lower[i] = kernel.Lowered(lower[i], u.on.moved.others(l))
		upper[i] = kernel.Raised(upper[i], u.on.moved.each[l])
		if !(float64(upper[i]) < float64(lower[i])*apart) {
			u.fail = append(u.fail, int32(i))
		}
	}
	u.gather(rows, d, old)
	c.Measure(u.rows, u.label, u.squared[:len(u.fail)])
	left := u.fail[:0]
	for j, i := range u.fail {
		if upper[i] = c.Upper(u.squared[j]); !c.Stays(u.squared[j], lower[i]) {
			left = append(left, i)
		}
	}
	u.fail = left
	u.again(c, rows, label, lower, upper)
	u.kept += n - len(u.fail)
	u.failed += len(u.fail)
	if u.on.when != Hamerly && !u.on.pay(u.kept, u.failed) {
		u.pause = min(2*u.pause+1, longestWait)
		u.armed, u.wait = false, u.pause
	}
}

// gather copies the rows that failed, and their labels.
func (u *unit) gather(rows []float32, d int, labels []int32) {
	n := len(u.fail)
	u.rows, u.label = slices.Grow(u.rows[:0], n*d)[:n*d], slices.Grow(u.label[:0], n)[:n]
	for j, i := range u.fail {
		copy(u.rows[j*d:(j+1)*d], rows[int(i)*d:])
		u.label[j] = labels[i]
	}
}

// measure labels rows and gives their bounds.
func (u *unit) measure(c *kernel.Centers, rows []float32, label []int32, lower, upper []float32) {
	squared := u.squared[:len(label)]
	c.AssignBounded(rows, label, squared, lower)
	for i, sq := range squared {
		upper[i] = c.Upper(sq)
	}
}

// again measures the rows that failed.
func (u *unit) again(c *kernel.Centers, rows []float32, label []int32, lower, upper []float32) {
	n := len(u.fail)
	if 8*n > 7*len(label) { // quicker without copies, and as right
		u.measure(c, rows, label, lower, upper)
		return
	}
	u.gather(rows, c.Dim(), label)
	u.lower, u.upper = slices.Grow(u.lower[:0], n)[:n], slices.Grow(u.upper[:0], n)[:n]
	u.measure(c, u.rows, u.label, u.lower, u.upper)
	for j, i := range u.fail {
		label[i], lower[i], upper[i] = u.label[j], u.lower[j], u.upper[j]
	}
}

// movement is how far centroids have moved at most.
type movement struct {
	each             []float64
	furthest, second float64
	who              int32 // the one that moved furthest
}

// others is how far one moved that is not j.
func (m movement) others(j int32) float64 {
	if j == m.who {
		return m.second
	}
	return m.furthest
}

// movements bounds by how much after is away from before. Each sum of squares is off by
// (d+2)2^-53, relatively; 2^-500 pays for what underflows.
func movements(before, after Matrix) movement {
	m := movement{each: make([]float64, before.Rows)}
	for j := range before.Rows {
		s := SquaredBetween(before.Row(j), after.Row(j))
		v := float64(math.Sqrt(s)*(1+float64(float64(after.Cols+8)*0x1p-53))) + 0x1p-500
		m.each[j] = v
		if v > m.furthest {
			m.furthest, m.second, m.who = v, m.furthest, int32(j)
		} else {
			m.second = max(m.second, v)
		}
	}
	return m
}
