package prep

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// logAgrees is what SignedLog and math's logarithm may differ by, relative.
const logAgrees = 5e-16

func TestSignedLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		x := math.Exp(rng.Float64()*1400 - 690)
		got, want := SignedLog(x), math.Log1p(x)
		if math.Abs(got-want) > logAgrees*want {
			t.Fatalf("SignedLog(%g) = %v, want %v", x, got, want)
		}
		if SignedLog(-x) != -got {
			t.Fatalf("SignedLog(%g) = %v, want %v", -x, SignedLog(-x), -got)
		}
		// The way back loses what the logarithm can't tell: its last place is |y| of x's.
		if back := signedExp(got); math.Abs(back-x) > x*(4+2*got)*0x1p-52 {
			t.Fatalf("signedExp(SignedLog(%g)) = %g", x, back)
		}
	}
	for x, want := range map[float64]float64{0: 0, math.Inf(1): math.Inf(1), math.Inf(-1): math.Inf(-1), 5e-324: 5e-324} {
		if got := SignedLog(x); got != want {
			t.Errorf("SignedLog(%g) = %g, want %g", x, got, want)
		}
	}
	if got := SignedLog(math.NaN()); got == got {
		t.Errorf("SignedLog(NaN) = %g, want NaN", got)
	}
	if got := signedExp(1e6); got != math.MaxFloat64 {
		t.Errorf("signedExp(1e6) = %g, want the largest", got)
	}
}

// The bits are part of each model: they may not change, on any processor.
func TestSignedLogBits(t *testing.T) {
	for x, want := range map[float64]uint64{0.25: 0x3fcc8ff7c79a9a21, 1: 0x3fe62e42fefa39ef, 9.5: 0x4002cf9dd4b12035, -1e9: 0xc034b927f3304b3b, 1e300: 0x4085963447f87fb5} {
		if got := math.Float64bits(SignedLog(x)); got != want {
			t.Errorf("SignedLog(%g) = %#x, want %#x", x, got, want)
		}
	}
	// ln 2 to 30 digits: the middle of a float64's neighbours is far from it.
	ln2, _, err := big.ParseFloat("0.693147180559945309417232121458", 10, 100, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := ln2.Float64(); math.Abs(SignedLog(1)-want) > 0x1p-53 {
		t.Errorf("SignedLog(1) = %v, want %v", SignedLog(1), want)
	}
}

func BenchmarkSignedLog(b *testing.B) {
	x := 0.3
	for range b.N {
		x = SignedLog(x) + 3
	}
}
