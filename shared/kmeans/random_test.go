package kmeans

import (
	"math"
	"testing"
)

// The known answers of philox2x64-10 in Random123's kat_vectors.
func TestPhilox(t *testing.T) {
	for _, v := range [][5]uint64{
		{0, 0, 0, 0xca00a0459843d731, 0x66c24222c9a845b5},
		{math.MaxUint64, math.MaxUint64, math.MaxUint64, 0x65b021d60cd8310f, 0x4d02f3222f86df20},
		{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x0a5e742c2997341c, 0xb0f883d38000de5d},
	} {
		if a, b := philox(v[0], v[1], v[2]); a != v[3] || b != v[4] {
			t.Errorf("philox(%x, %x, %x) = %x, %x, want %x, %x", v[0], v[1], v[2], a, b, v[3], v[4])
		}
	}
}

func TestUniform(t *testing.T) {
	const n = 100000
	for _, key := range [][2]uint64{{0, 0}, {1, 0}, {0, 1}, {math.MaxUint64, 1 << 63}} {
		sum, sq, up := 0.0, 0.0, 0
		last := 0.0
		for i := range uint64(n) {
			u := Uniform(key[0], key[1], i)
			if u < 0 || u >= 1 {
				t.Fatalf("Uniform(%v, %d) = %v, outside [0, 1)", key, i, u)
			}
			sum, sq = sum+u, sq+u*u
			if u > last {
				up++
			}
			last = u
		}
		mean, second := sum/n, sq/n
		// Six standard errors.
		if math.Abs(mean-.5) > 6*.2887/math.Sqrt(n) || math.Abs(second-1./3) > 6*.2981/math.Sqrt(n) || math.Abs(float64(up)/n-.5) > 6*.2887/math.Sqrt(n) {
			t.Errorf("Uniform(%v): mean %v, second moment %v, ascending %v", key, mean, second, float64(up)/n)
		}
	}
}

func TestLog(t *testing.T) {
	for k := 1; k < 1<<28; k += 1 + k/50 {
		if got, want := log(k), int(math.Log(float64(k))); got != want {
			t.Errorf("log(%d) = %d, want %d", k, got, want)
		}
	}
}
