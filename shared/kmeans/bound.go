package kmeans

import (
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// bounds lets rows keep their labels without being measured against all centroids
// (Hamerly, Making k-means even faster, SDM 2010). A pass needs the squared distance of a
// row to the centroid of its label anyway, by the definition, for the inertia. lower bounds
// the row's distance to every other centroid: kernel.AssignBounded gives it, and it is
// lowered by the furthest that one of them has moved since (the triangle inequality),
// rounded outward each time. Where the former is proved to be less than the definition's
// distance to any other (kernel.Stays), the label stays; the other rows are measured
// as ever. So no bit depends on which rows are passed over.
//
// Rows are handled in units, those of a pass that one goroutine works on. Each unit has
// bounds, or pauses: if too many of its rows fail, bounds cost more than they spare, and it
// passes as ever for a while, each time for longer. The zero value is for Auto.
type bounds struct {
	when        Algorithm
	lower       []float32 // one a row; only those of units with bounds mean anything
	units       []unit
	before      Matrix   // centroids that lower is about; none if no bound holds
	moved       movement // since then
	rows, spare int64    // since Bound: all, and those passed over
}

// unit is the rows that a goroutine works on.
type unit struct {
	on     *bounds
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
}

// price is what bounds cost a row of d features, in products of a row's number and a
// centroid's that are spared when it stays: there are k·d of them. It was measured in
// assembly, on mixtures.
func price(d int) int { return 900 + 16*d }

const (
	firstWait   = 2 // the first passes move centroids far
	longestWait = 15
)

// Bound implements Bounder.
func (m *Memory) Bound(a Algorithm) { m.bounds = bounds{when: a, lower: m.bounds.lower} }

// Skipped implements Bounder.
func (m *Memory) Skipped() (rows, of int64) { return m.bounds.spare, m.bounds.rows }

// start prepares for a pass of n rows in some units.
func (b *bounds) start(c Matrix, n, units int) {
	if b.when == Lloyd || b.when != Hamerly && c.Rows*c.Cols < price(c.Cols) {
		b.forget()
		return
	}
	if len(b.units) != units {
		b.units = make([]unit, units)
		for i := range b.units {
			b.units[i].on, b.units[i].wait = b, firstWait
		}
		b.before = Matrix{}
	}
	if len(b.lower) != n {
		b.lower = perRow[float32](n)
	}
	if b.before.Rows == c.Rows && b.before.Cols == c.Cols {
		b.moved = movements(b.before, c)
	} else {
		for i := range b.units {
			b.units[i].armed = false
		}
	}
	b.before = c.Clone()
}

// end counts the rows of a pass of n.
func (b *bounds) end(n int) {
	b.rows += int64(n)
	for i := range b.units {
		b.spare += int64(b.units[i].kept)
	}
}

// forget is called when labels or centroids are not those that lower is about.
func (b *bounds) forget() { b.units, b.before = nil, Matrix{} }

// begin gives the unit u if it has bounds in this pass, or else nil.
func (b *bounds) begin(u int) *unit {
	if b.units == nil {
		return nil
	}
	x := &b.units[u]
	x.kept, x.failed, x.checks = 0, 0, x.armed
	if !x.armed && b.when != Hamerly && x.wait > 0 {
		x.wait--
		return nil
	}
	x.armed = true
	return x
}

// end lets go of the scratch.
func (u *unit) end() {
	if u != nil {
		u.fail, u.rows, u.label, u.squared, u.lower = nil, nil, nil, nil, nil
	}
}

// assign is Assign for rows whose labels in the last pass are old.
func (u *unit) assign(c *kernel.Centers, rows []float32, old, label []int32, squared []float64, lower []float32) {
	if !u.armed {
		c.Assign(rows, label, squared)
		return
	}
	if !u.checks {
		c.AssignBounded(rows, label, squared, lower)
		return
	}
	c.Measure(rows, old, squared)
	copy(label, old)
	u.fail = slices.Grow(u.fail[:0], len(old))
	for i, l := range old {
		lower[i] = kernel.Lowered(lower[i], u.on.moved.others(l))
		if !c.Stays(squared[i], lower[i]) {
			u.fail = append(u.fail, int32(i))
		}
	}
	u.again(c, rows, label, squared, lower)
	u.kept += len(old) - len(u.fail)
	u.failed += len(u.fail)
	if u.kept*c.K()*c.Dim() < (u.kept+u.failed)*price(c.Dim()) && u.on.when != Hamerly {
		u.pause = min(2*u.pause+1, longestWait)
		u.armed, u.wait = false, u.pause
	}
}

// again measures the rows that failed.
func (u *unit) again(c *kernel.Centers, rows []float32, label []int32, squared []float64, lower []float32) {
	n, d := len(u.fail), c.Dim()
	if 8*n > 7*len(label) { // quicker without copies, and as right
		c.AssignBounded(rows, label, squared, lower)
		return
	}
	u.rows, u.label = slices.Grow(u.rows[:0], n*d)[:n*d], slices.Grow(u.label[:0], n)[:n]
	u.squared, u.lower = slices.Grow(u.squared[:0], n)[:n], slices.Grow(u.lower[:0], n)[:n]
	for j, i := range u.fail {
		copy(u.rows[j*d:(j+1)*d], rows[int(i)*d:])
	}
	c.AssignBounded(u.rows, u.label, u.squared, u.lower)
	for j, i := range u.fail {
		label[i], squared[i], lower[i] = u.label[j], u.squared[j], u.lower[j]
	}
}

// movement is how far centroids have moved at most.
type movement struct {
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
	var m movement
	for j := range before.Rows {
		s := SquaredBetween(before.Row(j), after.Row(j))
		v := float64(math.Sqrt(s)*(1+float64(float64(after.Cols+8)*0x1p-53))) + 0x1p-500
		if v > m.furthest {
			m.furthest, m.second, m.who = v, m.furthest, int32(j)
		} else {
			m.second = max(m.second, v)
		}
	}
	return m
}
