package stats

import (
	"math"

	"github.com/centroid-studio/centroid/shared/wire"
)

// The rules for the bandwidth of a density.
const (
	Silverman     = "silverman"
	SheatherJones = "sheather-jones"
)

const (
	curve    = 161     // points of a density
	reach    = 3       // bandwidths that it goes beyond the values
	pairs    = 2 << 20 // values times points that are computed one by one
	fineBins = 64      // to a bandwidth, else
	mostFine = 1 << 16 // in all
)

// bandwidth gives the bandwidth of a Gaussian kernel by a rule, and the rule that
// gave it: Sheather and Jones' has no answer for some values. 0 is of equal values.
func bandwidth(x []float64, s *summary, rule string) (h float64, by string) {
	if rule == SheatherJones {
		if h, ok := sheatherJones(x, s); ok {
			return h, SheatherJones
		}
	}
	return silverman(s), Silverman
}

// silverman is the rule of thumb of Silverman, Density Estimation for
// Statistics and Data Analysis (1986), equation 3.31.
func silverman(s *summary) float64 {
	spread := s.std
	if iqr := (s.q3 - s.q1) / 1.34; iqr > 0 {
		spread = min(spread, iqr)
	}
	return 0.9 * spread * math.Pow(float64(s.count), -0.2)
}

// density estimates the density with a Gaussian kernel. Of few values each
// counts where it is; of many those in a bin of a 64th of a bandwidth count by
// their moments, which is the same to nine digits unless the bandwidth is less
// than a thousandth of the values' range. It is nil where there is no density.
func density(x []float64, s *summary, h float64) []wire.Point {
	span := s.max - s.min
	if !(h > 0) || s.count < 2 || math.IsInf(span, 0) || span/h > 1e9 {
		return nil
	}
	lo, hi := s.min-reach*h, s.max+reach*h
	out := make([]wire.Point, curve)
	var sum func(at float64) float64
	if len(x)*curve <= pairs {
		sum = func(at float64) (f float64) {
			for _, v := range x {
				if finite(v) {
					z := (at - v) / h
					f += math.Exp(-z * z / 2)
				}
			}
			return f
		}
	} else {
		sum = binned(x, s, h)
	}
	for i := range out {
		at := lo + (hi-lo)*float64(i)/(curve-1)
		out[i] = wire.Point{X: at, Y: sum(at) / (float64(s.count) * h * math.Sqrt(2*math.Pi))}
	}
	return out
}

// moment is the values of a bin: their number and the sums of the first powers
// of their distances to its middle, in bandwidths.
type moment struct{ n, one, two, three float64 }

// binned sums the kernel by its Taylor series around the middle of each bin.
func binned(x []float64, s *summary, h float64) func(at float64) float64 {
	n := int(max(1, min(mostFine, math.Ceil((s.max-s.min)/h*fineBins))))
	width := (s.max - s.min) / float64(n)
	bins := make([]moment, n)
	for _, v := range x {
		if !finite(v) {
			continue
		}
		b := min(int((v-s.min)/width), n-1)
		d := (v - s.min - (float64(b)+0.5)*width) / h
		m := &bins[b]
		m.n++
		m.one += d
		m.two += d * d
		m.three += d * d * d
	}
	const far = 8.5 // bandwidths, where the kernel is below 1e-15
	return func(at float64) (f float64) {
		from := max(0, int((at-s.min-far*h)/width))
		to := min(n, int((at-s.min+far*h)/width)+1)
		for b := from; b < to; b++ {
			m := &bins[b]
			if m.n == 0 {
				continue
			}
			z := (at - s.min - (float64(b)+0.5)*width) / h
			f += math.Exp(-z*z/2) * (m.n + z*m.one + (z*z-1)/2*m.two + z*(z*z-3)/6*m.three)
		}
		return f
	}
}

// jonesBins is how many bins stand for the values in Sheather and Jones' rule, as in R.
const jonesBins = 1000

// sheatherJones solves the equation of Sheather and Jones, "A reliable
// data-based bandwidth selection method for kernel density estimation" (1991),
// on bins, as R's bw.SJ does. It is false where there is no solution.
func sheatherJones(x []float64, s *summary) (float64, bool) {
	n := float64(s.count)
	span := s.max - s.min
	scale := s.std * math.Sqrt(n/(n-1))
	if iqr := (s.q3 - s.q1) / 1.349; iqr > 0 {
		scale = min(scale, iqr)
	}
	if s.count < 2 || !(scale > 0) || math.IsInf(span, 0) {
		return 0, false
	}
	width := span * 1.01 / jonesBins
	apart := apart(x, s.min, width)
	phi4 := func(h float64) float64 {
		return functional(apart, width, h, n, 5, 3, func(d float64) float64 { return (d-6)*d + 3 })
	}
	phi6 := func(h float64) float64 {
		return functional(apart, width, h, n, 7, -15, func(d float64) float64 { return ((d-15)*d+45)*d - 15 })
	}
	a, b := 1.24*scale*math.Pow(n, -1.0/7), 1.23*scale*math.Pow(n, -1.0/9)
	alpha := 1.357 * math.Pow(phi4(a)/-phi6(b), 1.0/7)
	above := func(h float64) float64 {
		return math.Pow(1/(2*math.Sqrt(math.Pi)*n)/phi4(alpha*math.Pow(h, 5.0/7)), 0.2) - h
	}
	hi := 1.144 * scale * math.Pow(n, -0.2)
	lo := hi / 10
	for range 20 {
		if above(lo) > 0 && above(hi) < 0 {
			return bisect(above, lo, hi), true
		}
		lo, hi = lo/1.2, hi*1.2
	}
	return 0, false
}

// apart gives how many pairs of values are so many bins apart.
func apart(x []float64, lo, width float64) []float64 {
	bins := make([]float64, jonesBins)
	for _, v := range x {
		if finite(v) {
			bins[min(int((v-lo)/width), jonesBins-1)]++
		}
	}
	out := make([]float64, jonesBins)
	for i, n := range bins {
		if n == 0 {
			continue
		}
		out[0] += n * (n - 1) / 2
		for j := i + 1; j < jonesBins; j++ {
			out[j-i] += n * bins[j]
		}
	}
	return out
}

// functional estimates the integral of a squared derivative of the density.
func functional(apart []float64, width, h, n, power, self float64, hermite func(d float64) float64) float64 {
	sum := 0.0
	for i, c := range apart {
		z := float64(i) * width / h
		d := z * z
		if d >= 1000 {
			break
		}
		sum += math.Exp(-d/2) * hermite(d) * c
	}
	return (2*sum + n*self) / (n * (n - 1) * math.Pow(h, power) * math.Sqrt(2*math.Pi))
}

// bisect finds where f, positive at lo and negative at hi, is 0.
func bisect(f func(float64) float64, lo, hi float64) float64 {
	for {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			return mid
		}
		if f(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
}
