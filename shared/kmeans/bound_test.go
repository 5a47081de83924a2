package kmeans_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// Bounds change no bit of any pass, in restarts and after a checkpoint too, and they do
// spare rows.
func TestBoundsChangeNothing(t *testing.T) {
	tied := enginetest.Blobs(4000, 2, 3, 1.5, 1)
	for i, v := range tied {
		tied[i] = float32(int(v) & 3)
	}
	offset := enginetest.Blobs(4000, 3, 6, .5, 2)
	for i := range offset {
		offset[i] += 1e4
	}
	for _, c := range []enginetest.Case{
		{Name: "overlapped", Rows: enginetest.Blobs(6000, 5, 9, 3, 1), N: 6000, D: 5, K: 9},
		{Name: "separated", Rows: enginetest.Blobs(20003, 3, 40, .3, 2), N: 20003, D: 3, K: 40},
		{Name: "tied", Rows: tied, N: 4000, D: 2, K: 9},
		{Name: "offset", Rows: offset, N: 4000, D: 3, K: 6},
		{Name: "high-dimensional", Rows: enginetest.Blobs(1500, 100, 30, 2, 3), N: 1500, D: 100, K: 30},
		{Name: "one cluster", Rows: enginetest.Blobs(1500, 2, 2, 2, 3), N: 1500, D: 2, K: 1},
	} {
		cfg := kmeans.Config{K: c.K, Init: kmeans.Random, Restarts: 2, MaxIterations: 30, Seed: 7}
		run := func(a kmeans.Algorithm, from *kmeans.Checkpoint) (passes []string, saved []kmeans.Checkpoint, spared int64) {
			t.Helper()
			e := kmeans.Serial(c.Rows, c.N, c.D)
			cfg.Algorithm = a
			r, err := kmeans.Run(t.Context(), e, cfg, from, kmeans.Observer{Pass: func(p kmeans.PassInfo, k kmeans.Checkpoint) {
				passes, saved = append(passes, string(marshal(t, p))+fmt.Sprint(e.Labels()[:99])), append(saved, k)
			}})
			if err != nil {
				t.Fatalf("%s, %s: %v", c.Name, a, err)
			}
			spared, _ = e.Skipped()
			return append(passes, hash(r, e.Labels())), saved, spared
		}
		want, _, none := run(kmeans.Lloyd, nil)
		if none != 0 {
			t.Errorf("%s: lloyd spares %d rows, want none", c.Name, none)
		}
		for _, a := range []kmeans.Algorithm{kmeans.Hamerly, kmeans.Auto} {
			got, saved, spared := run(a, nil)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s differs from lloyd", c.Name, a)
			}
			if a == kmeans.Hamerly && spared == 0 {
				t.Errorf("%s: hamerly spares no row", c.Name)
			}
			for _, at := range []int{1, len(saved) / 2} {
				if got, _, _ := run(a, &saved[at]); !slices.Equal(got, want[at+1:]) {
					t.Errorf("%s: %s from the checkpoint after %d passes differs from lloyd", c.Name, a, at+1)
				}
			}
		}
	}
}

// Where many products are spared, auto uses bounds.
func TestAutoUsesBounds(t *testing.T) {
	c := enginetest.Case{N: 6000, D: 40, K: 60, Rows: enginetest.Blobs(6000, 40, 60, 1, 4)}
	r, _ := train(t, c, kmeans.Config{K: c.K, Init: kmeans.Random, Seed: 1})
	if r.Algorithm != kmeans.Hamerly {
		t.Errorf("auto picked %s: %s", r.Algorithm, r.Why)
	}
}
