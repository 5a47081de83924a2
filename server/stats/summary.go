package stats

import (
	"math"

	"github.com/centroid-studio/centroid/shared/table"
)

// summary is what is always wanted of a column. Numbers that are infinite are
// counted and left out of all the rest.
type summary struct {
	count    int64 // rows with a value, but infinite ones
	missing  int64
	infinite int64

	// Of numbers:
	min, max, mean, std, skew float64 // std and skew of the population
	q1, median, q3            float64 // between ranks linearly
	whole                     bool    // no value has a fraction
	rising                    bool    // each value is one more than that before it
	few                       int     // different values, counted up to fewValues+1

	// Of the others:
	levels []int64 // rows of each level of a category
}

// fewValues is how many different numbers are counted one by one.
const fewValues = 32

// summarize gives all of the column's summary. Like its parts, it is computed once.
func (c *column) summarize() *summary {
	c.quartiles()
	return c.moments()
}

// extent gives the part of the summary that is known when each value was seen once.
func (c *column) extent() *summary {
	c.once.extent.Do(func() {
		switch c.kind {
		case table.Number:
			c.summary.numbers(c.numbers)
		case table.Category:
			c.summary.codes(c.codes, len(c.levels))
		default:
			if !c.words.many {
				c.words.settle()
			}
			c.summary.count = c.words.total
			c.summary.missing = int64(len(c.hashes)) - c.words.total
		}
	})
	return &c.summary
}

// moments gives the summary with mean, std and skew, but perhaps without the quartiles.
func (c *column) moments() *summary {
	s := c.extent()
	c.once.moments.Do(func() {
		if c.kind == table.Number && s.count > 0 {
			s.moments(c.numbers)
		}
	})
	return s
}

// quartiles gives the summary with the quartiles, but perhaps without the moments.
func (c *column) quartiles() *summary {
	s := c.extent()
	c.once.quartiles.Do(func() {
		if c.kind == table.Number && s.count > 0 {
			q := quantiles(c.numbers, s, 0.25, 0.5, 0.75)
			s.q1, s.median, s.q3 = q[0], q[1], q[2]
		}
	})
	return s
}

func (s *summary) codes(codes []int32, levels int) {
	s.levels = make([]int64, levels)
	for _, c := range codes {
		if c < 0 {
			s.missing++
		} else {
			s.levels[c]++
		}
	}
	s.count = int64(len(codes)) - s.missing
}

func (s *summary) numbers(x []float64) {
	lo, hi, whole, rising := math.Inf(1), math.Inf(-1), true, true
	last := math.NaN()
	var few fewest
	for _, v := range x {
		if !finite(v) {
			if rising = false; v != v {
				s.missing++
			} else {
				s.infinite++
			}
			continue
		}
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
		if whole && v != math.Trunc(v) {
			whole = false
		}
		if rising && v != last+1 && last == last {
			rising = false
		}
		last = v
		if few.n <= fewValues {
			few.add(v)
		}
	}
	s.count = int64(len(x)) - s.missing - s.infinite
	if s.count == 0 {
		return
	}
	s.min, s.max, s.whole, s.rising, s.few = lo, hi, whole, rising, few.n
}

// fewest counts different numbers as long as they are few.
type fewest struct {
	n    int
	seen [fewValues]float64
	last int
}

func (f *fewest) add(v float64) {
	if f.n > 0 && f.seen[f.last] == v {
		return
	}
	for i, have := range f.seen[:f.n] {
		if have == v {
			f.last = i
			return
		}
	}
	if f.n < fewValues {
		f.seen[f.n], f.last = v, f.n
	}
	f.n++
}

// moments are computed of values that are divided by a power of two first, so
// that neither sums nor cubes overflow.
func (s *summary) moments(x []float64) {
	_, exp := math.Frexp(max(math.Abs(s.min), math.Abs(s.max)))
	unit := math.Ldexp(1, -exp) // 0 of subnormals' exponent: never, Frexp gives at least -1073
	if math.IsInf(unit, 0) {
		unit = 1
	}
	n := float64(s.count)
	sum := 0.0
	sumBlocks(x, func(part []float64) {
		p := 0.0
		for _, v := range part {
			if finite(v) {
				p += v * unit
			}
		}
		sum += p
	})
	mean := sum / n
	var rest, two, three float64
	sumBlocks(x, func(part []float64) {
		var r, a, b float64
		for _, v := range part {
			if finite(v) {
				d := v*unit - mean
				r += d
				a += d * d
				b += d * d * d
			}
		}
		rest, two, three = rest+r, two+a, three+b
	})
	mean += rest / n // what rounding has left
	s.mean = min(max(mean/unit, s.min), s.max)
	if s.min == s.max {
		return
	}
	rest, two, three = rest/n, two/n, three/n
	variance := two - rest*rest
	s.std = math.Sqrt(variance) / unit
	if variance > 0 {
		s.skew = (three - 3*rest*two + 2*rest*rest*rest) / (variance * math.Sqrt(variance))
	}
}

func sumBlocks(x []float64, fn func(part []float64)) {
	for b := range blocks(len(x)) {
		lo, hi := bounds(b, len(x))
		fn(x[lo:hi])
	}
}

// ends counts the finite values and finds the least and the greatest.
func (s *summary) ends(x []float64) {
	s.min, s.max = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		if finite(v) {
			s.count++
			s.min, s.max = min(s.min, v), max(s.max, v)
		}
	}
}

// missing stands for no value.
var missing = math.NaN()

// finite reports whether v is neither missing nor infinite.
func finite(v float64) bool { return v-v == 0 }
