package score

import (
	"math"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
)

func TestGapOf(t *testing.T) {
	e := math.E
	for name, c := range map[string]struct {
		inertia    float64
		references []float64
		want       Gap
	}{
		"one reference":   {e, []float64{e * e * e}, Gap{3, 2, 0}},
		"two":             {1, []float64{1, e * e}, Gap{3, 1, math.Sqrt(1.5)}},
		"no inertia left": {0, []float64{1}, Gap{3, math.Inf(1), 0}},
	} {
		if got := GapOf(3, c.inertia, c.references); got.K != c.want.K || math.Abs(got.Value-c.want.Value) > 1e-15 || math.Abs(got.Error-c.want.Error) > 1e-15 {
			t.Errorf("%s: GapOf = %+v, want %+v", name, got, c.want)
		}
	}
	if got := GapOf(2, 0, []float64{0, 0}); got.Value == got.Value {
		t.Errorf("GapOf of equal rows = %+v, want NaN", got)
	}
}

func TestGapK(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		gaps []Gap
		k    int
	}{
		"none":               {nil, 0},
		"one":                {[]Gap{{2, 1, 0}}, 0},
		"falls at once":      {[]Gap{{2, 1, .1}, {3, .9, .1}}, 2},
		"rises":              {[]Gap{{2, 1, .1}, {3, 2, .1}, {4, 3, .1}}, 0},
		"within the error":   {[]Gap{{2, 1, .1}, {3, 2, .1}, {5, 2.05, .1}, {6, 9, 0}}, 3},
		"the next one's":     {[]Gap{{2, 1, 5}, {3, 2, .1}, {4, 1.5, .1}}, 3},
		"up to no inertia":   {[]Gap{{2, 1, .1}, {3, inf, .1}, {4, inf, .1}}, 3},
		"where rows are all": {[]Gap{{1, nan, nan}, {2, nan, nan}}, 0},
	} {
		if k, ok := GapK(c.gaps); k != c.k || ok != (c.k > 0) {
			t.Errorf("%s: GapK = %d, %v, want %d", name, k, ok, c.k)
		}
	}
}

func TestReference(t *testing.T) {
	b := BoxOf([]float32{1, -5, 7, 3, -1, 7, 2, 0, 7}, 3)
	if !slices.Equal(b.Low, []float32{1, -5, 7}) || !slices.Equal(b.High, []float32{3, 0, 7}) {
		t.Fatalf("BoxOf = %+v, want 1 -5 7 to 3 0 7", b)
	}
	const n = 3000
	rows := b.Reference(n, 4, 0)
	var bins [2][10]int
	for i, v := range rows {
		low, high := b.Low[i%3], b.High[i%3]
		if v < low || v > high {
			t.Fatalf("value %d = %v, want %v to %v", i, v, low, high)
		}
		if i%3 < 2 {
			bins[i%3][min(9, int(10*(v-low)/(high-low)))]++
		}
	}
	for f, bin := range bins {
		for i, count := range bin {
			if math.Abs(float64(count)-n/10) > 5*math.Sqrt(n/10) {
				t.Errorf("feature %d: %d of %d values are in tenth %d, want about %d", f, count, n, i, n/10)
			}
		}
	}
	if again := b.Reference(n, 4, 0); !slices.Equal(again, rows) {
		t.Error("the same seed and number give other rows")
	}
	for name, other := range map[string][]float32{"seed": b.Reference(n, 5, 0), "number": b.Reference(n, 4, 1)} {
		if slices.Equal(other[:6], rows[:6]) {
			t.Errorf("another %s gives the same rows", name)
		}
	}
	if want := float32(1 + 2*kmeans.Uniform(4, 0x676170<<24, 0)); rows[0] != want {
		t.Errorf("the first value is %v, want %v", rows[0], want)
	}
}

func TestElbow(t *testing.T) {
	for name, c := range map[string]struct {
		k       []int
		inertia []float64
		want    int
	}{
		"sharp":                  {[]int{1, 2, 3, 4, 5}, []float64{100, 60, 20, 18, 16}, 3},
		"unequal steps":          {[]int{2, 4, 8, 16}, []float64{90, 20, 15, 10}, 4},
		"none":                   {nil, nil, 0},
		"two":                    {[]int{1, 2}, []float64{9, 1}, 0},
		"level":                  {[]int{1, 2, 3, 4}, []float64{5, 5, 5, 5}, 0},
		"falls ever more":        {[]int{1, 2, 3, 4}, []float64{9, 8, 5, 0}, 0},
		"falls too little":       {[]int{1, 2, 3, 4, 5}, []float64{100, 65, 55, 28, 0}, 0},
		"falls after a second":   {[]int{1, 2, 3, 4, 5, 6, 7}, []float64{100, 70, 58, 30, 29, 28, 0}, 4},
		"rises once by accident": {[]int{1, 2, 3, 4, 5, 6}, []float64{100, 50, 20, 21, 15, 14}, 3},
	} {
		if got, ok := Elbow(c.k, c.inertia); got != c.want || ok != (c.want > 0) {
			t.Errorf("%s: Elbow = %d, %v, want %d", name, got, ok, c.want)
		}
	}
}
