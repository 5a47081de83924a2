package model

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
)

func TestObserve(t *testing.T) {
	m, _ := trained(t)
	want := []ColumnProfile{
		{Edges: []float64{2, 9, 10, 11}, Counts: []int64{1, 1, 1, 1, 1}, Missing: 1},
		{Levels: []int{2, 0, 1}, Counts: []int64{3, 2, 1, 0}},
		{Edges: []float64{-4.5, -4, 0.1, 0.3, 1}, Counts: []int64{1, 1, 1, 1, 1, 1}},
	}
	if m.Profile.Rows != 6 || !reflect.DeepEqual(m.Profile.Columns, want) {
		t.Errorf("profile of %d rows: %+v, want 6: %+v", m.Profile.Rows, m.Profile.Columns, want)
	}
	for j, q := range m.Profile.Clusters {
		if len(q) != len(QuantileShares) || q[len(q)-1] > m.Profile.Distance[len(q)-1] || !slices.IsSorted(q) {
			t.Errorf("cluster %d: quantiles %v, of all %v", j, q, m.Profile.Distance)
		}
	}
}

// TestQuantiles holds quantiles to their definition: the least distance that the share does not exceed.
func TestQuantiles(t *testing.T) {
	for n := 1; n < 1200; n += 7 {
		sorted := make([]float64, n)
		for i := range sorted {
			sorted[i] = float64(i * i)
		}
		q := quantilesOf(sorted, sorted[n-1])
		for i, share := range QuantileShares {
			within := func(d float64) float64 {
				at, _ := slices.BinarySearch(sorted, math.Nextafter(d, math.Inf(1)))
				return float64(at) / float64(n)
			}
			if within(q[i]) < share || q[i] > 0 && within(math.Nextafter(q[i], 0)) >= share {
				t.Fatalf("%d rows: quantile %v is %v", n, share, q[i])
			}
		}
	}
}

func TestEdges(t *testing.T) {
	for name, tc := range map[string]struct{ sample, want []float64 }{
		"none":       {nil, nil},
		"missing":    {[]float64{math.NaN(), math.Inf(1)}, nil},
		"constant":   {[]float64{3, 3}, []float64{3, math.Nextafter(3, 4)}},
		"two values": {[]float64{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, []float64{1}},
		"few":        {[]float64{3, 1, 2}, []float64{2, 3}},
	} {
		if got := edgesOf(tc.sample, 10); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: edges %v, want %v", name, got, tc.want)
		}
	}
}

// TestFormats reads a file of format 1, which has no profile, and refuses profiles that do not add up.
func TestFormats(t *testing.T) {
	m, _ := trained(t)
	whole := string(encode(t, m))
	profile := func(v map[string]any) map[string]any { return v["profile"].(map[string]any) }
	old := change(t, whole, func(v map[string]any) { delete(v, "profile"); v["format"] = 1 })
	if got, err := Decode([]byte(old)); err != nil || got.Profile != nil || got.Hash != m.Hash {
		t.Errorf("format 1: %+v, %v", got, err)
	}
	for name, edit := range map[string]func(map[string]any){
		"rows":     func(v map[string]any) { profile(v)["rows"] = 7 },
		"columns":  func(v map[string]any) { profile(v)["columns"] = []any{} },
		"edges":    func(v map[string]any) { profile(v)["columns"].([]any)[0].(map[string]any)["edges"] = []any{2, 1, 3, 4} },
		"level":    func(v map[string]any) { profile(v)["columns"].([]any)[1].(map[string]any)["levels"] = []any{2, 2, 1} },
		"distance": func(v map[string]any) { profile(v)["distance"] = []any{3, 2, 1, 1, 1, 1} },
		"clusters": func(v map[string]any) { profile(v)["clusters"] = []any{nil} },
	} {
		if _, err := Decode([]byte(change(t, whole, edit))); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "profile") {
			t.Errorf("%s: Decode() = %v, want a fault about the profile", name, err)
		}
	}
}
