package kernel

import (
	"math"
	"math/bits"
)

// proof is what tells that a label found in float32 is that of the definition. Write
// u = 2^-24, γ(n) = nu/(1-nu), m for mean, X = x-m, C = c-m and S(c) = X·C - ½|C|², so
// that |x-c|² = |X|² - 2S(c): the nearest centroid has the highest S. The kernel's score
// s(c) differs from it because
//
//  1. x-m and c-m are rounded to float32: each is off by u' = u(1+2^-27) at
//     most, relatively (m is a float32, so x-m has one rounding);
//  2. so is -½|C|², by u and float64's (d+3)2^-52;
//  3. d products and sums are rounded, whatever their order, fused or not: γ(d+1)
//     of the sum of all terms' sizes.
//
// Together |s(c)-S(c)| <= e = γ(d+4)(|X||C| + ½|C|²), by Cauchy-Schwarz; the last
// unit pays for u', float64's rounding and that of |X|. The definition itself
// rounds |x-c|² <= (|X|+|C|)² by (d+2)2^-53 at most. So with C the largest |C|,
//
//	best - second > 2e + (d+3)2^-53(|X|+C)² + 2^-90
//
// proves the label. 2^-90 covers underflow while all norms are below 2^50, else
// nothing is certified; neither is NaN. The threshold is widened by 2^-20, sixteen
// times what the rounding of best - second, of its own computation and to float32 take.
type proof struct {
	mean    []float32 // padded to a multiple of 4
	names   []int32   // of a distinct centroid
	squares []float64 // |C|² of each of them
	equal   bool      // some are not distinct
	largest float64   // |C|, rounded up
}

const (
	unit         = 0x1p-24
	mostNorm     = 0x1p50 // norms from here on are left to the definition
	mostFeatures = 1 << 16
)

// prove compares the centroids of c with mean, which is nil for their own. It tells if
// anything could be proved.
func prove(c *Centers, mean []float32) (q proof, ok bool) {
	k, d := c.k, c.d
	if d > mostFeatures {
		return q, false
	}
	if q.mean = mean; mean == nil {
		q.mean = c.mean()
	}
	q.names = distinct(c.rows, k, d)
	q.equal = len(q.names) < k
	q.squares = make([]float64, len(q.names))
	for i, j := range q.names {
		square := 0.0
		for t, v := range c.rows[int(j)*d:][:d] {
			e := v - float64(q.mean[t])
			square += float64(e * e)
		}
		q.squares[i] = square
		q.largest = max(q.largest, math.Sqrt(square)*(1+float64(float64(d+8)*0x1p-52)))
	}
	return q, q.largest < mostNorm
}

// mean gives the mean of the centroids, padded to a multiple of 4.
func (c *Centers) mean() []float32 {
	sum, mean := make([]float64, c.d), make([]float32, (c.d+3)&^3)
	for j := range c.k {
		for t, v := range c.rows[j*c.d:][:c.d] {
			sum[t] += v
		}
	}
	for t, v := range sum {
		mean[t] = float32(v / float64(c.k))
	}
	return mean
}

// distinct gives the first of each set of equal centroids: the others are nobody's nearest.
func distinct(centroids []float64, k, d int) []int32 {
	out := make([]int32, 0, k)
	last := make(map[uint64]int32, k) // of those with a hash
	before := make([]int32, k)        // the one before with the same hash, -1 if none
	for j := range k {
		row, hash := centroids[j*d:(j+1)*d], uint64(1469598103934665603)
		for _, v := range row {
			hash = bits.RotateLeft64(hash^math.Float64bits(v+0), 27) * 0x9e3779b97f4a7c15 // 0 and -0 are equal
		}
		o, ok := last[hash]
		if !ok {
			o = -1
		}
		before[j] = o
		for o >= 0 && !same(row, centroids[int(o)*d:][:d]) {
			o = before[o]
		}
		if o < 0 {
			last[hash] = int32(j)
			out = append(out, int32(j))
		}
	}
	return out
}

func same(a, b []float64) bool {
	for i, v := range a {
		if v != b[i] {
			return false
		}
	}
	return true
}

// gamma is γ of proof's comment.
func gamma(n float64) float64 { return n * unit / (1 - float64(n*unit)) }
