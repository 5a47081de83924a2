package prep

import "math"

// Natural logarithm of 2, in two parts: the first has so few bits that its
// multiples by exponents are exact.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
)

// odd is 1/3, 1/5, ...: coefficients of atanh. For arguments below 0.172 the terms
// left out are less than a float64 can tell; so are, below 0.35, those of exp after
// factorials.
var odd = [...]float64{1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23}

const factorials = 16

// SignedLog gives sign(x) * ln(1 + |x|), to about a unit in the last place: a
// logarithm for numbers that may be zero or negative. Its bits are the same on each
// processor, which those of math.Log1p are not: it is made of additions,
// multiplications and divisions that no compiler fuses. NaN stays NaN.
func SignedLog(x float64) float64 {
	a := math.Abs(x)
	if a < 0x1p-54 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x // to the last place
	}
	exponent, s := 0.0, a/(2+a) // ln(1 + a) is 2 atanh(a / (2 + a)), and loses nothing near 0
	if a > 0.4 {
		m, e := math.Frexp(1 + a)
		if m < math.Sqrt2/2 {
			m, e = 2*m, e-1
		}
		exponent, s = float64(e), (m-1)/(m+1)
	}
	square, sum := float64(s*s), 0.0
	for n := len(odd) - 1; n >= 0; n-- {
		sum = float64((sum + odd[n]) * square)
	}
	y := 2*s + float64(2*s*sum)
	y = float64(exponent*ln2Hi) + (y + float64(exponent*ln2Lo))
	return math.Copysign(y, x)
}

// signedExp is the inverse of SignedLog, to some units in the last place; what is
// larger than a float64 becomes the largest.
func signedExp(y float64) float64 {
	a := math.Abs(y)
	if a == 0 || math.IsNaN(y) {
		return y
	}
	if a > 709.78 {
		return math.Copysign(math.MaxFloat64, y)
	}
	exponent := math.Floor(a/math.Ln2 + 0.5)
	r := a - float64(exponent*ln2Hi) - float64(exponent*ln2Lo)
	sum := 0.0
	for n := factorials; n >= 1; n-- {
		sum = float64((sum + 1) * r / float64(n))
	}
	power := math.Ldexp(1, int(exponent))
	return math.Copysign(float64(sum*power)+(power-1), y)
}
