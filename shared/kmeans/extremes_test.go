package kmeans_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// Whatever the rows are, each algorithm gives a right answer or a clear fault.
func TestAlgorithmsOnExtremes(t *testing.T) {
	scaled := func(by float32) enginetest.Case {
		c := blobsCase(600, 3, 4, 1)
		for i := range c.Rows {
			c.Rows[i] *= by
		}
		return c
	}
	with := func(v float64) enginetest.Case {
		c := blobsCase(600, 3, 4, 1)
		c.Rows[500] = float32(v)
		return c
	}
	equal := enginetest.Case{Rows: make([]float32, 600), N: 200, D: 3, K: 4}
	for i := range equal.Rows {
		equal.Rows[i] = .1
	}
	wide := enginetest.Case{Rows: enginetest.Blobs(30, 10000, 4, 1, 1), N: 30, D: 10000, K: 4}
	for name, c := range map[string]struct {
		enginetest.Case
		fault string
	}{
		"NaN":               {with(math.NaN()), "Row 166 "},
		"infinite":          {with(math.Inf(1)), "Row 166 "},
		"subnormal":         {scaled(1e-42), ""},
		"huge":              {scaled(1e30), ""},
		"all rows equal":    {equal, "only 1 different rows"},
		"k is n":            {enginetest.Case{Rows: enginetest.Blobs(40, 2, 40, 1, 2), N: 40, D: 2, K: 40}, ""},
		"one cluster":       {enginetest.Case{Rows: enginetest.Blobs(500, 3, 2, 1, 2), N: 500, D: 3, K: 1}, ""},
		"one feature":       {enginetest.Case{Rows: enginetest.Blobs(500, 1, 5, 1, 2), N: 500, D: 1, K: 5}, ""},
		"fewer rows than k": {enginetest.Case{Rows: enginetest.Blobs(5, 3, 2, 1, 2), N: 5, D: 3, K: 6}, "only 5 rows"},
		"10000 features":    {wide, ""},
	} {
		for _, a := range []kmeans.Algorithm{kmeans.Auto, kmeans.Lloyd, kmeans.Hamerly, kmeans.MiniBatch, kmeans.Bisecting} {
			for _, init := range inits {
				for _, tol := range []float64{0, 1e-4} {
					cfg := kmeans.Config{K: c.K, Algorithm: a, Init: init, Tolerance: tol}
					if a == kmeans.MiniBatch {
						cfg.Batch = 64
					}
					t.Run(fmt.Sprintf("%s/%s/%s/%v", name, a, init, tol), func(t *testing.T) {
						e := engine(t, c.Case)
						r, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{})
						switch {
						case c.fault == "" && err != nil:
							t.Fatal(err)
						case c.fault == "":
							checkResult(t, c.Case, r, e.Labels())
						case fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), c.fault):
							t.Errorf("%v, want fault.Invalid with %q", err, c.fault)
						}
					})
				}
			}
		}
	}
}
