package kmeans_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

func blobsCase(n, d, k int, spread float64) enginetest.Case {
	return enginetest.Case{Name: "blobs", Rows: enginetest.Blobs(n, d, k, spread, 3), N: n, D: d, K: k}
}

// Each algorithm finds clear clusters: its inertia is close to Lloyd's, and its labels agree with its centroids.
func TestAlgorithmsFindClearClusters(t *testing.T) {
	c := blobsCase(9000, 4, 6, .3)
	best, _ := train(t, c, kmeans.Config{K: c.K, Restarts: 4, Seed: 1})
	for _, cfg := range []kmeans.Config{
		{K: c.K, Algorithm: kmeans.Lloyd, Restarts: 4},
		{K: c.K, Algorithm: kmeans.Hamerly, Restarts: 4},
		{K: c.K, Algorithm: kmeans.MiniBatch, Batch: 256, Restarts: 4},
		{K: c.K, Algorithm: kmeans.MiniBatch, Batch: 9000, Restarts: 4},
		{K: c.K, Algorithm: kmeans.Bisecting, Restarts: 4},
		{K: c.K, Sample: 2000, Restarts: 4},
		{K: c.K, Init: kmeans.Parallel, InitRounds: 5, Oversampling: .5, Restarts: 4},
	} {
		t.Run(fmt.Sprintf("%s/%d/%d", cfg.Algorithm, cfg.Batch, cfg.Sample), func(t *testing.T) {
			r, labels := train(t, c, cfg)
			checkResult(t, c, r, labels)
			if ratio := r.Inertia / best.Inertia; ratio > 1.02 {
				t.Errorf("inertia is %v times Lloyd's best", ratio)
			}
			if r.Sampled != cfg.Sample || r.Why == "" || r.Partial {
				t.Errorf("Sampled = %d, Why = %q, Partial = %v, want %d, a sentence, false", r.Sampled, r.Why, r.Partial, cfg.Sample)
			}
		})
	}
}

func TestAutoIsLloyd(t *testing.T) {
	c := blobsCase(5000, 3, 7, 2)
	want, labels := train(t, c, kmeans.Config{K: 7, Algorithm: kmeans.Lloyd, Seed: 4})
	for _, a := range []kmeans.Algorithm{kmeans.Auto, kmeans.Hamerly} {
		got, l := train(t, c, kmeans.Config{K: 7, Algorithm: a, Seed: 4})
		if !reflect.DeepEqual(got.Solution, want.Solution) || !slices.Equal(l, labels) {
			t.Errorf("%s: %+v, want Lloyd's bits: %+v", a, got.Solution, want.Solution)
		}
		if got.Algorithm != kmeans.Lloyd && got.Algorithm != kmeans.Hamerly {
			t.Errorf("%s picked %q, want lloyd or hamerly", a, got.Algorithm)
		}
	}
}

// Whole weights count as that many equal rows.
func TestWeightsAreRepeatedRows(t *testing.T) {
	c := blobsCase(3000, 3, 5, 1.5)
	c.Weights = make([]float64, c.N)
	many := enginetest.Case{D: 3, K: 5}
	for i := range c.N {
		c.Weights[i] = float64(i % 4)
		for range i % 4 {
			many.Rows = append(many.Rows, c.Rows[i*3:(i+1)*3]...)
			many.N++
		}
	}
	from := kmeans.NewMatrix(5, 3)
	for i := range from.Data {
		from.Data[i] = float64(c.Rows[i+3])
	}
	cfg := kmeans.Config{Start: from, MaxIterations: 40}
	got, labels := train(t, c, cfg)
	want, repeated := train(t, many, cfg)
	checkResult(t, c, got, labels)
	if d := math.Abs(got.Inertia/want.Inertia - 1); d > 1e-9 {
		t.Errorf("inertia = %v, repeated rows give %v", got.Inertia, want.Inertia)
	}
	at := 0
	for i := range c.N {
		for range i % 4 {
			if labels[i] != repeated[at] {
				t.Fatalf("label of row %d = %d, repeated it has %d", i, labels[i], repeated[at])
			}
			at++
		}
	}
	for j, w := range got.Weight {
		if w != float64(want.Sizes[j]) {
			t.Errorf("weight of cluster %d = %v, want %d", j, w, want.Sizes[j])
		}
	}
}

// A row without weight is no seed and moves no centroid.
func TestZeroWeights(t *testing.T) {
	c := blobsCase(400, 2, 3, .5)
	c.Weights = make([]float64, c.N)
	for i := range c.N {
		if c.Weights[i] = 1; i%2 == 1 {
			c.Weights[i] = 0
			c.Rows[i*2] += 1e6
		}
	}
	for _, a := range []kmeans.Algorithm{kmeans.Auto, kmeans.MiniBatch, kmeans.Bisecting} {
		for _, init := range inits {
			r, _ := train(t, c, kmeans.Config{K: 3, Algorithm: a, Init: init, Seed: 2})
			for j := range 3 {
				if x := r.Centroids.Row(j)[0]; math.Abs(x) > 100 {
					t.Errorf("%s, %s: centroid %d is at %v, among the rows without weight", a, init, j, x)
				}
			}
		}
	}
	e := kmeans.Serial(c.Rows, c.N, 2)
	for name, bad := range map[string]float64{"negative": -1, "NaN": math.NaN(), "infinite": math.Inf(1)} {
		w := slices.Clone(c.Weights)
		w[7] = bad
		if err := e.Weigh(w); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "Row 7 ") {
			t.Errorf("%s weight: %v, want fault.Invalid that names the row", name, err)
		}
	}
	if err := e.Weigh(make([]float64, c.N)); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("no weight at all: %v, want fault.Invalid", err)
	}
	c.Weights = make([]float64, c.N)
	c.Weights[5], c.Weights[9] = 1, 2
	if _, err := kmeans.Run(t.Context(), engine(t, c), kmeans.Config{K: 3}, nil, kmeans.Observer{}); !strings.Contains(fault.Message(err), "only 2 different rows") {
		t.Errorf("two rows with a weight, k=3: %v, want only 2 different rows", err)
	}
}

func TestFrozenCentroidsStay(t *testing.T) {
	c := blobsCase(2000, 2, 4, 1)
	from := kmeans.NewMatrix(4, 2)
	copy(from.Data, []float64{3, 3, 1e5, 1e5, 5, 5, 7, 1}) // the second is far from all rows
	for _, a := range []kmeans.Algorithm{kmeans.Auto, kmeans.MiniBatch} {
		r, _ := train(t, c, kmeans.Config{Start: from, Frozen: []int{1, 0}, Algorithm: a})
		if !slices.Equal(r.Centroids.Data[:4], from.Data[:4]) {
			t.Errorf("%s: frozen centroids moved to %v, want %v", a, r.Centroids.Data[:4], from.Data[:4])
		}
		if slices.Equal(r.Centroids.Row(2), from.Row(2)) || r.Sizes[1] != 0 {
			t.Errorf("%s: centroid 2 stayed at %v, or cluster 1 has %d rows, want another place, and 0", a, r.Centroids.Row(2), r.Sizes[1])
		}
	}
}

// Cosine: centroids have length 1, labels are those of the largest cosine, and scaling rows changes no label.
func TestCosine(t *testing.T) {
	c := blobsCase(3000, 3, 4, 1)
	for i := range c.N {
		x := c.Rows[i*3 : (i+1)*3]
		x[2] -= 8
		length := float32(math.Sqrt(float64(x[0])*float64(x[0]) + float64(x[1])*float64(x[1]) + float64(x[2])*float64(x[2])))
		for t := range x {
			x[t] /= length
		}
	}
	for _, a := range []kmeans.Algorithm{kmeans.Auto, kmeans.MiniBatch, kmeans.Bisecting} {
		r, labels := train(t, c, kmeans.Config{K: 4, Distance: kmeans.Cosine, Algorithm: a, Seed: 3})
		checkResult(t, c, r, labels)
		for j := range 4 {
			m := r.Centroids.Row(j)
			if l := math.Sqrt(m[0]*m[0] + m[1]*m[1] + m[2]*m[2]); math.Abs(l-1) > 1e-15*4 {
				t.Errorf("%s: centroid %d has length %v, want 1", a, j, l)
			}
		}
		for i := range c.N {
			cos := func(j int) (s float64) {
				for t, v := range c.Rows[i*3 : (i+1)*3] {
					s += float64(v) * r.Centroids.Row(j)[t]
				}
				return s
			}
			for j := range 4 {
				if cos(j) > cos(int(labels[i]))+1e-12 {
					t.Fatalf("%s: row %d has label %d of cosine %v, but cluster %d has %v", a, i, labels[i], cos(int(labels[i])), j, cos(j))
				}
			}
		}
	}
}

// Bisecting splits the cluster of the largest inertia; each split adds a cluster and tells of it.
func TestBisecting(t *testing.T) {
	c := blobsCase(3000, 2, 8, .4)
	var rows []int
	var inertia []float64
	r, err := kmeans.Run(t.Context(), engine(t, c), kmeans.Config{K: 8, Algorithm: kmeans.Bisecting}, nil, kmeans.Observer{Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) {
		rows, inertia = append(rows, p.Centroids.Rows), append(inertia, p.Inertia)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows, []int{2, 3, 4, 5, 6, 7, 8}) || !slices.IsSortedFunc(inertia, func(a, b float64) int { return int(math.Copysign(1, b-a)) }) {
		t.Errorf("splits have %v centroids and the inertia %v, want 2 to 8, falling", rows, inertia)
	}
	if r.Passes != 7 || !r.Converged || r.Algorithm != kmeans.Bisecting {
		t.Errorf("%d passes, converged %v, algorithm %s, want 7, true, bisecting", r.Passes, r.Converged, r.Algorithm)
	}
	same := enginetest.Case{Rows: []float32{1, 1, 1, 2, 2, 3}, N: 6, D: 1}
	if r, _ := train(t, same, kmeans.Config{K: 3, Algorithm: kmeans.Bisecting}); r.Inertia != 0 {
		t.Errorf("three different values, k=3: inertia %v, want 0", r.Inertia)
	}
	_, err = kmeans.Run(t.Context(), engine(t, same), kmeans.Config{K: 4, Algorithm: kmeans.Bisecting}, nil, kmeans.Observer{})
	if !strings.Contains(fault.Message(err), "only 3 different rows") {
		t.Errorf("three different values, k=4: %v, want only 3 different rows", err)
	}
}

// What has been learned so far is kept when it is enough: labels agree with it.
func TestEnoughKeepsTheBest(t *testing.T) {
	c := blobsCase(5000, 3, 9, 2)
	why := errors.New("out of time")
	for _, cfg := range []kmeans.Config{
		{K: 9, Algorithm: kmeans.Lloyd, Restarts: 3},
		{K: 9, Algorithm: kmeans.MiniBatch, Restarts: 3},
		{K: 9, Algorithm: kmeans.Bisecting},
		{K: 9, Sample: 1000},
	} {
		for _, at := range []int{1, 2, 4} {
			enough, stop := context.WithCancelCause(t.Context())
			passes := 0
			var last kmeans.Matrix
			e := engine(t, c)
			r, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{Enough: enough, Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) {
				if passes++; passes == at {
					last = p.Centroids.Clone()
					stop(why)
				}
			}})
			if err != nil {
				t.Fatalf("%+v, enough after %d passes: %v", cfg, at, err)
			}
			if !r.Partial || r.Converged || passes != at || !reflect.DeepEqual(r.Centroids, last) {
				t.Errorf("%+v: partial %v, converged %v after %d passes, want true, false after %d, and the centroids of the last", cfg, r.Partial, r.Converged, passes, at)
			}
			found := c
			found.K = r.Centroids.Rows
			checkResult(t, found, r, e.Labels())
			stop(nil)
		}
	}
	enough, stop := context.WithCancelCause(t.Context())
	stop(why)
	if _, err := kmeans.Run(t.Context(), engine(t, c), kmeans.Config{}, nil, kmeans.Observer{Enough: enough}); !errors.Is(err, why) {
		t.Errorf("enough before the first centroid: %v, want its cause", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough, stop = context.WithCancelCause(ctx)
	defer stop(nil)
	_, err := kmeans.Run(ctx, engine(t, c), kmeans.Config{K: 9}, nil, kmeans.Observer{Enough: enough, Pass: func(kmeans.PassInfo, kmeans.Checkpoint) { cancel(why) }})
	if !errors.Is(err, why) {
		t.Errorf("all of it is cancelled: %v, want the cause", err)
	}
}

// A second restart that is cut keeps the first one's solution if that is better.
func TestEnoughInALaterRestart(t *testing.T) {
	c := blobsCase(5000, 3, 9, .3)
	cfg := kmeans.Config{K: 9, Restarts: 5, Seed: 1}
	one := cfg
	one.Restarts = 1
	first, _ := train(t, c, one)
	enough, stop := context.WithCancelCause(t.Context())
	r, err := kmeans.Run(t.Context(), engine(t, c), cfg, nil, kmeans.Observer{Enough: enough, Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) {
		if p.Restart == 1 {
			stop(errors.New("out of time"))
		}
	}})
	if err != nil || !r.Partial || r.Inertia > first.Inertia {
		t.Errorf("partial %v, inertia %v, %v, want true and at most the first restart's %v", r != nil && r.Partial, r.Inertia, err, first.Inertia)
	}
	stop(nil)
}

func TestOnlineLearnsTheMean(t *testing.T) {
	o := kmeans.Online{Centroids: kmeans.Matrix{Rows: 2, Cols: 1, Data: []float64{0, 10}}, Weight: []float64{1, 0}}
	for _, batch := range [][]float32{{2, 12}, {3, 14}, {1, 11, 15}} {
		if _, err := o.Learn(t.Context(), kmeans.Serial(batch, len(batch), 1), kmeans.Euclidean, nil); err != nil {
			t.Fatal(err)
		}
	}
	if want := []float64{6. / 4, 52. / 4}; !slices.Equal(o.Centroids.Data, want) || !slices.Equal(o.Weight, []float64{4, 4}) {
		t.Errorf("after 0, 2, 3, 1 and 12, 14, 11, 15: %v with weights %v, want %v with 4, 4", o.Centroids.Data, o.Weight, want)
	}
}

// An empty cluster takes the far row with all its weight.
func TestRelocateWeighted(t *testing.T) {
	c := enginetest.Case{Rows: []float32{0, 1, 10}, N: 3, D: 1, K: 2, Weights: []float64{1, 1, 3}}
	r, _ := train(t, c, kmeans.Config{Start: kmeans.Matrix{Rows: 2, Cols: 1, Data: []float64{0, 1e6}}, MaxIterations: 1})
	if want := []float64{.5, 10}; !slices.Equal(r.Centroids.Data, want) {
		t.Errorf("centroids = %v, want %v", r.Centroids.Data, want)
	}
}
