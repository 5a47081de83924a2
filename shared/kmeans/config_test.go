package kmeans_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

func TestValidate(t *testing.T) {
	start := func(values ...float64) kmeans.Matrix {
		return kmeans.Matrix{Rows: len(values) / 2, Cols: 2, Data: values}
	}
	given := func(m kmeans.Matrix, k int) kmeans.Config { return kmeans.Config{K: k, Init: kmeans.Given, Start: m} }
	for name, c := range map[string]struct {
		cfg       kmeans.Config
		rows, dim int
		want      []string // fields
		msg       string   // part of the first message
	}{
		"zero value":           {kmeans.Config{}, 8, 2, nil, ""},
		"k is 0 with 7 rows":   {kmeans.Config{}, 7, 2, []string{"config.k"}, "k is 8, but there are only 7 rows"},
		"negative k":           {kmeans.Config{K: -1}, 10, 2, []string{"config.k"}, "k is -1, want at least 1"},
		"k of all rows":        {kmeans.Config{K: 10}, 10, 2, nil, ""},
		"k above rows":         {kmeans.Config{K: 11}, 10, 2, []string{"config.k"}, "only 10 rows"},
		"no rows":              {kmeans.Config{K: 1}, 0, 2, []string{"config.k"}, "no rows left"},
		"no features":          {kmeans.Config{K: 1}, 5, 0, []string{"prep.columns"}, "no feature"},
		"not known yet":        {kmeans.Config{K: 1e6}, -1, -1, nil, ""},
		"k times d":            {kmeans.Config{K: 1 << 20}, 1 << 30, 257, []string{"config.k"}, "too large"},
		"k overflows":          {kmeans.Config{K: math.MaxInt}, -1, -1, []string{"config.k"}, "too large"},
		"init":                 {kmeans.Config{Init: "magic"}, 10, 2, []string{"config.init"}, `"magic"`},
		"restarts":             {kmeans.Config{Restarts: -1}, 10, 2, []string{"config.restarts"}, "-1"},
		"too many restarts":    {kmeans.Config{Restarts: 1001}, 10, 2, []string{"config.restarts"}, "1001"},
		"iterations":           {kmeans.Config{MaxIterations: -5}, 10, 2, []string{"config.maxIterations"}, "-5"},
		"algorithm":            {kmeans.Config{Algorithm: "magic"}, 10, 2, []string{"config.algorithm"}, `"magic"`},
		"distance":             {kmeans.Config{Distance: "manhattan"}, 10, 2, []string{"config.distance"}, `"manhattan"`},
		"rounds of another":    {kmeans.Config{Init: kmeans.Random, InitRounds: 2}, 10, 2, []string{"config.initRounds"}, "Leave them out"},
		"negative rounds":      {kmeans.Config{InitRounds: -2}, 10, 2, []string{"config.initRounds"}, "-2"},
		"oversampling":         {kmeans.Config{Oversampling: math.Inf(1)}, 10, 2, []string{"config.oversampling"}, "+Inf"},
		"batch of another":     {kmeans.Config{Batch: 5}, 10, 2, []string{"config.batch"}, "mini-batch"},
		"negative batch":       {kmeans.Config{Algorithm: kmeans.MiniBatch, Batch: -5}, 10, 2, []string{"config.batch"}, "-5"},
		"negative sample":      {kmeans.Config{Sample: -1}, 10, 2, []string{"config.sample"}, "-1"},
		"sample below k":       {kmeans.Config{Sample: 7}, 10, 2, []string{"config.sample"}, "k is 8"},
		"sample of all":        {kmeans.Config{Sample: 100}, 10, 2, nil, ""},
		"bisecting from given": {kmeans.Config{Algorithm: kmeans.Bisecting, Start: start(1, 2, 3, 4)}, 10, 2, []string{"config.algorithm"}, "one cluster"},
		"frozen, not given":    {kmeans.Config{Frozen: []int{1}}, 10, 2, []string{"config.frozen"}, "Only given"},
		"frozen beyond":        {kmeans.Config{Start: start(1, 2, 3, 4), Frozen: []int{0, 2}}, 10, 2, []string{"config.frozen"}, "Centroid 2"},
		"frozen twice":         {kmeans.Config{Start: start(1, 2, 3, 4), Frozen: []int{1, 1}}, 10, 2, []string{"config.frozen"}, "twice"},
		"negative tolerance":   {kmeans.Config{Tolerance: -.1}, 10, 2, []string{"config.tolerance"}, "-0.1"},
		"NaN tolerance":        {kmeans.Config{Tolerance: math.NaN()}, 10, 2, []string{"config.tolerance"}, "NaN"},
		"infinite tolerance":   {kmeans.Config{Tolerance: math.Inf(1)}, 10, 2, []string{"config.tolerance"}, "Inf"},
		"start":                {given(start(1, 2, 3, 4), 2), 10, 2, nil, ""},
		"start gives k":        {kmeans.Config{Start: start(1, 2, 3, 4)}, 2, 2, nil, ""},
		"no start":             {given(kmeans.Matrix{}, 2), 10, 2, []string{"config.start"}, "no start centroids"},
		"start without given":  {kmeans.Config{K: 2, Init: kmeans.Random, Start: start(1, 2, 3, 4)}, 10, 2, []string{"config.start"}, "random"},
		"start of another k":   {given(start(1, 2, 3, 4), 3), 10, 2, []string{"config.start"}, "There are 2 start centroids, but k is 3"},
		"start of another dim": {given(start(1, 2, 3, 4), 2), 10, 3, []string{"config.start"}, "2 features, but the rows have 3"},
		"start's data":         {given(kmeans.Matrix{Rows: 2, Cols: 2, Data: []float64{1}}, 2), 10, 2, []string{"config.start"}, "1 values"},
		"start is NaN":         {given(start(1, 2, 3, math.NaN()), 2), 10, 2, []string{"config.start"}, "centroid 1, feature 1, is NaN"},
		"start is infinite":    {given(start(1, math.Inf(-1), 3, 4), 2), 10, 2, []string{"config.start"}, "centroid 0, feature 1"},
		"start is too large":   {given(start(1, 1e39, 3, 4), 2), 10, 2, []string{"config.start"}, "1e+39"},
		"given, restarts":      {kmeans.Config{Start: start(1, 2), Restarts: 2}, 10, 2, []string{"config.restarts"}, "would be the same"},
		"all at once": {kmeans.Config{K: -1, Init: "x", Restarts: -1, MaxIterations: -1, Tolerance: -1}, 10, 2,
			[]string{"config.k", "config.init", "config.restarts", "config.maxIterations", "config.tolerance"}, "k is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.cfg.Validate(c.rows, c.dim)
			var got []string
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				for _, e := range joined.Unwrap() {
					f, ok := e.(*fault.Error)
					if !ok || f.Code != fault.Invalid {
						t.Fatalf("%v is not fault.Invalid", e)
					}
					got = append(got, f.Field)
				}
			}
			if !slices.Equal(got, c.want) || c.want != nil && !strings.Contains(fault.Message(err), c.msg) {
				t.Errorf("Validate = %v with fields %q, want fields %q and %q", err, got, c.want, c.msg)
			}
		})
	}
}

func TestWithDefaults(t *testing.T) {
	want := kmeans.Config{K: 8, Algorithm: kmeans.Auto, Distance: kmeans.Euclidean, Init: kmeans.Parallel, InitRounds: 3, Oversampling: 2, Restarts: 1, MaxIterations: 300}
	if got := (kmeans.Config{}).WithDefaults(); !reflect.DeepEqual(got, want) {
		t.Errorf("WithDefaults() = %+v, want %+v", got, want)
	}
	if got := want.WithDefaults(); !reflect.DeepEqual(got, want) {
		t.Errorf("WithDefaults twice = %+v, want %+v", got, want)
	}
}
