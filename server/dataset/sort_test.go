package dataset

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
)

// TestSortNumbers: as slices.SortStableFunc does, with ties, both zeros and infinities.
func TestSortNumbers(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 1))
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.SmallestNonzeroFloat64, 1, -1}
	for _, n := range []int{0, 1, 2, 100, 70_000} {
		x := make([]float64, n)
		for i := range x {
			switch chance.IntN(3) {
			case 0:
				x[i] = special[chance.IntN(len(special))]
			case 1:
				x[i] = math.Float64frombits(chance.Uint64() &^ (1 << 62)) // never NaN
			default:
				x[i] = float64(chance.IntN(50))
			}
		}
		for _, desc := range []bool{false, true} {
			keys, ids, want := make([]uint64, n), make([]uint32, n), make([]uint32, n)
			for i := range x {
				keys[i], ids[i], want[i] = numberKey(x[i]), uint32(i), uint32(i)
			}
			slices.SortStableFunc(want, func(a, b uint32) int {
				if desc {
					a, b = b, a
				}
				return cmp.Compare(x[a], x[b])
			})
			if sortNumbers(keys, ids, desc); !slices.Equal(ids, want) {
				t.Errorf("sortNumbers of %d numbers, down %t, is not as by comparing them", n, desc)
			}
		}
	}
}

// TestSortTexts: as slices.SortStableFunc does, of texts with much in common, of all
// lengths, and with zero bytes.
func TestSortTexts(t *testing.T) {
	chance := rand.New(rand.NewPCG(2, 2))
	makers := map[string]func() string{
		"levels": func() string { return "level " + string(rune('a'+chance.IntN(5))) },
		"long":   func() string { return "all begin the same, " + strings.Repeat("x", chance.IntN(40)) },
		"zeros":  func() string { return strings.Repeat("\x00", chance.IntN(20)) },
		"equal":  func() string { return strings.Repeat("equal", 9) },
		"bytes": func() string {
			return string([]byte{byte(chance.UintN(256)), byte(chance.UintN(256)), byte(chance.UintN(3))})
		},
		"late ending": func() string { return strings.Repeat("ab", 30) + string(rune('a'+chance.IntN(26))) + "z" },
	}
	for name, text := range makers {
		for _, n := range []int{1, 63, 64, 65, 40_000} {
			texts := make([]string, n)
			for i := range texts {
				texts[i] = text()
			}
			for _, desc := range []bool{false, true} {
				ids, want := make([]uint32, n), make([]uint32, n)
				for i := range ids {
					ids[i], want[i] = uint32(i), uint32(i)
				}
				slices.SortStableFunc(want, func(a, b uint32) int {
					if desc {
						a, b = b, a
					}
					return strings.Compare(texts[a], texts[b])
				})
				if sortTexts(texts, ids, desc); !slices.Equal(ids, want) {
					t.Errorf("sortTexts of %d %s, down %t, is not as by comparing them", n, name, desc)
				}
			}
		}
	}
}

// FuzzTextTest: searching texts as one finds what searching each does.
func FuzzTextTest(f *testing.F) {
	f.Add("First Bird", "second_bird", "BIRD")
	f.Add("ÄRGER", "\u212a", "k")
	f.Add("a\xffb", "b", "\xff")
	f.Add("@[`{ABCXYZabc", "0123456789", "z{")
	f.Fuzz(func(t *testing.T, a, b, needle string) {
		texts, fits := []parquet.ByteArray{[]byte(a), []byte(b), []byte(a + b)}, make([]bool, 3)
		var s scratch
		newTextTest(nil, needle).fit(texts, fits, &s)
		for i, text := range texts {
			if want := strings.Contains(strings.ToLower(string(text)), strings.ToLower(needle)); fits[i] != want {
				t.Errorf("%q has %q in it: %t, want %t", text, needle, fits[i], want)
			}
		}
	})
}
