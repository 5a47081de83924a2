package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// exactly gives the sum of values rounded once.
func exactly(values []float64) float64 {
	sum := new(big.Float).SetPrec(3000)
	for _, v := range values {
		sum.Add(sum, new(big.Float).SetPrec(3000).SetFloat64(v))
	}
	f, _ := sum.Float64()
	return f
}

// scaled is rows whose values differ in size by up to 2^spread.
func scaled(r *rand.Rand, n, d, spread int) []float32 {
	rows := make([]float32, n*d)
	for i := range rows {
		rows[i] = float32(math.Ldexp(r.NormFloat64(), -r.IntN(spread+1)))
	}
	return rows
}

// mostOf is the largest absolute value of each feature.
func mostOf(rows []float32, d int) []float64 {
	most := make([]float64, d)
	for i, v := range rows {
		most[i%d] = max(most[i%d], math.Abs(float64(v)))
	}
	return most
}

// Sums are exact, whatever way the rows went, in however many tallies.
func TestTallyIsExact(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		defer func(was impl) { active = was }(active)
		active = *im
		r := rand.New(rand.NewPCG(1, 2))
		for _, spread := range []int{0, 12, 40, 90, 250} {
			for d := 1; d < 20; d++ {
				n, k := 61, 3
				rows := scaled(r, n, d, spread)
				labels, old := make([]int32, n), slices.Repeat([]int32{-1}, n)
				g := NewGrid(mostOf(rows, d), n)
				all := g.NewTally(k)
				for pass := range 4 {
					for i := range labels {
						labels[i] = int32(r.IntN(k))
					}
					want := 0
					for i, l := range labels {
						if l != old[i] {
							want++
						}
					}
					part, got := g.NewTally(k), 0
					for _, piece := range [][2]int{{40, n}, {0, 40}} {
						lo, hi := piece[0], piece[1]
						got += part.Move(rows[lo*d:hi*d], labels[lo:hi], old[lo:hi])
					}
					if got != want || !slices.Equal(old, labels) {
						t.Fatalf("Move = %d and labels %v, want %d and %v", got, old, want, labels)
					}
					all.Deepen(part)
					all.Take(part, 0, k)
					check(t, all, rows, d, k, labels, nil)
					if spread > 80 && pass == 0 && d > 8 && len(all.parts) < 3 {
						t.Errorf("values that differ by 2^%d have %d parts", spread, len(all.parts))
					}
				}
			}
		}
	})
}

func check(t *testing.T, tally *Tally, rows []float32, d, k int, labels []int32, weights []float64) {
	t.Helper()
	n := len(labels)
	for l := range k {
		sums := make([]float64, d)
		tally.Sum(l, sums)
		count := int64(0)
		for f := range d {
			var values []float64
			count = 0
			for i := range n {
				if labels[i] != int32(l) {
					continue
				}
				count++
				v := float64(rows[i*d+f])
				if weights != nil {
					v = float64(weights[i] * v)
				}
				values = append(values, v)
			}
			if want := exactly(values); sums[f] != want {
				t.Fatalf("sum of feature %d of %d, label %d = %v, want %v", f, d, l, sums[f], want)
			}
		}
		if tally.Count(l) != count {
			t.Fatalf("count of label %d = %d, want %d", l, tally.Count(l), count)
		}
	}
}

func TestTallyOfWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, spread := range []int{0, 30} {
		n, d, k := 50, 5, 3
		rows, weights := scaled(r, n, d, spread), make([]float64, n)
		most := make([]float64, d+1)
		for i := range weights {
			weights[i] = r.ExpFloat64()
			for f := range d {
				most[f] = max(most[f], math.Abs(float64(weights[i]*float64(rows[i*d+f]))))
			}
			most[d] = max(most[d], weights[i])
		}
		tally := NewGrid(most, n).NewTally(k)
		labels, old := make([]int32, n), slices.Repeat([]int32{-1}, n)
		for range 3 {
			for i := range labels {
				labels[i] = int32(r.IntN(k))
			}
			tally.MoveWeighted(rows, weights, labels, old)
			check(t, tally, rows, d, k, labels, weights)
			for l := range k {
				var of []float64
				for i, w := range weights {
					if labels[i] == int32(l) {
						of = append(of, w)
					}
				}
				sums := make([]float64, d+1)
				if tally.Sum(l, sums); sums[d] != exactly(of) {
					t.Fatalf("weight of label %d = %v, want %v", l, sums[d], exactly(of))
				}
			}
		}
	}
}

// Changed tells of each label that rows came to or went from.
func TestTallyChanged(t *testing.T) {
	rows := []float32{1, 2, 3}
	tally := NewGrid([]float64{3}, 3).NewTally(4)
	old := []int32{-1, -1, -1}
	tally.Move(rows, []int32{0, 1, 1}, old)
	for l, want := range []bool{true, true, false, false} {
		if got := tally.Changed(l); got != want {
			t.Errorf("Changed(%d) = %v, want %v", l, got, want)
		}
	}
	tally.Move(rows, []int32{0, 2, 1}, old)
	for l, want := range []bool{false, true, true, false} {
		if got := tally.Changed(l); got != want {
			t.Errorf("after a move: Changed(%d) = %v, want %v", l, got, want)
		}
	}
}

func FuzzRounded(f *testing.F) {
	f.Add(1.0, 0x1p-53, 0x1p-110, -0x1p-53)
	f.Add(1.0, 0x1p-53, -0x1p-110, 0x1p-200)
	f.Add(3.0, -3.0, 0x1p-1074, 0.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		terms := []float64{a, b, c, d}
		for _, v := range terms {
			if !(math.Abs(v) < 0x1p1000) {
				t.Skip("the sum may overflow")
			}
		}
		want := exactly(terms)
		if got := rounded(slices.Clone(terms)); got != want {
			t.Errorf("rounded(%v) = %v, want %v", terms, got, want)
		}
	})
}
