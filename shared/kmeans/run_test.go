package kmeans_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

var inits = []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus, kmeans.Random}

// hash gives all bits of a result and its labels as text.
func hash(r *kmeans.Result, labels []int32) string {
	h := sha256.New()
	for _, v := range []any{r.Centroids.Data, r.Inertia, r.Within, r.Sizes, labels, int64(r.Passes), int64(r.Restart), r.Converged} {
		if err := binary.Write(h, binary.LittleEndian, v); err != nil {
			panic(err) // all have fixed sizes
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func train(t *testing.T, c enginetest.Case, cfg kmeans.Config) (*kmeans.Result, []int32) {
	t.Helper()
	e := engine(t, c)
	r, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatalf("%v, %+v: %v", c, cfg, err)
	}
	return r, e.Labels()
}

func engine(t *testing.T, c enginetest.Case) *kmeans.Memory {
	t.Helper()
	e := kmeans.Serial(c.Rows, c.N, c.D)
	if c.Weights != nil {
		if err := e.Weigh(c.Weights); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// What Run promises of any result: labels are those of the definition, sizes,
// within and inertia belong to them, no cluster is empty.
func TestRun(t *testing.T) {
	for _, c := range enginetest.Cases() {
		if c.Name == "all rows equal" || c.Weights != nil {
			continue
		}
		for _, init := range inits {
			for _, tol := range []float64{0, 1e-4} {
				if tol > 0 && c.N > 2000 {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%v", c.Name, init, tol), func(t *testing.T) {
					r, labels := train(t, c, kmeans.Config{K: c.K, Init: init, Tolerance: tol, Seed: 3})
					checkResult(t, c, r, labels)
					if !r.Converged {
						t.Errorf("not converged after %d passes", r.Passes)
					}
				})
			}
		}
	}
}

func checkResult(t *testing.T, c enginetest.Case, r *kmeans.Result, labels []int32) {
	t.Helper()
	sizes, within := make([]int64, c.K), make([]float64, c.K)
	inertia := 0.0
	for i, l := range labels {
		j, sq := kmeans.Predict(c.Rows[i*c.D:(i+1)*c.D], r.Centroids)
		if int(l) != j {
			t.Fatalf("label of row %d = %d, but Predict says %d", i, l, j)
		}
		sizes[j]++
		within[j] += sq
		inertia += sq
	}
	if c.Weights != nil {
		inertia, within = 0, make([]float64, c.K)
		for i, l := range labels {
			_, sq := kmeans.Predict(c.Rows[i*c.D:(i+1)*c.D], r.Centroids)
			within[l] += c.Weights[i] * sq
			inertia += c.Weights[i] * sq
		}
	}
	if !slices.Equal(sizes, r.Sizes) || slices.Contains(sizes, 0) {
		t.Errorf("Sizes = %v, want %v, none 0", r.Sizes, sizes)
	}
	if math.Abs(inertia-r.Inertia) > 1e-12*inertia {
		t.Errorf("Inertia = %v, want %v", r.Inertia, inertia)
	}
	for j := range within {
		if math.Abs(within[j]-r.Within[j]) > 1e-12*within[j] {
			t.Errorf("Within[%d] = %v, want %v", j, r.Within[j], within[j])
		}
	}
}

// From every checkpoint, kept as JSON as a server does, the training goes on to
// the same bits, and tells of the same passes.
func TestResume(t *testing.T) {
	for _, c := range enginetest.Cases() {
		if c.N < 1000 || c.D*c.K > 50 || c.Name == "all rows equal" {
			continue // quick ones
		}
		for _, cfg := range []kmeans.Config{
			{K: c.K, Restarts: 3, Tolerance: 1e-2, MaxIterations: 8, Seed: 5},
			{K: c.K, Restarts: 2, MaxIterations: 4, Init: kmeans.Random, Seed: 6},
			{K: c.K, Start: start(c), MaxIterations: 12},
			{K: c.K, Algorithm: kmeans.MiniBatch, Batch: 100, Restarts: 2, MaxIterations: 5, Seed: 7},
			{K: c.K, Algorithm: kmeans.Bisecting, Restarts: 2, Seed: 8},
			{K: c.K, Sample: 500, Distance: kmeans.Cosine, Tolerance: 1e-3, Seed: 9},
		} {
			t.Run(fmt.Sprintf("%s/%s/%s/%d", c.Name, cfg.WithDefaults().Init, cfg.WithDefaults().Algorithm, cfg.Sample), func(t *testing.T) {
				var saved [][]byte
				var passes []string
				e := engine(t, c)
				r, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{Pass: func(p kmeans.PassInfo, k kmeans.Checkpoint) {
					saved, passes = append(saved, marshal(t, k)), append(passes, string(marshal(t, p)))
				}})
				if err != nil {
					t.Fatal(err)
				}
				want := hash(r, e.Labels())
				for at, b := range saved {
					var from kmeans.Checkpoint
					if err := json.Unmarshal(b, &from); err != nil {
						t.Fatal(err)
					}
					e := engine(t, c)
					next := at + 1
					r, err := kmeans.Run(t.Context(), e, cfg, &from, kmeans.Observer{Pass: func(p kmeans.PassInfo, k kmeans.Checkpoint) {
						if next < len(passes) && (string(marshal(t, p)) != passes[next] || string(marshal(t, k)) != string(saved[next])) {
							t.Errorf("from checkpoint %d, pass %d differs: %s, want %s", at, next, marshal(t, p), passes[next])
						}
						next++
					}})
					if err != nil {
						t.Fatal(err)
					}
					if got := hash(r, e.Labels()); got != want || next != len(passes) {
						t.Errorf("from checkpoint %d of %d: bits %s after %d passes, want %s after %d", at, len(saved), got, next, want, len(passes))
					}
				}
			})
		}
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// start gives centroids of which some are far from all rows: they get no row at first.
func start(c enginetest.Case) kmeans.Matrix {
	m := kmeans.NewMatrix(c.K, c.D)
	for j := range m.Data {
		m.Data[j] = float64(c.Rows[j])
		if j/c.D%2 == 1 {
			m.Data[j] *= 1000
		}
	}
	return m
}

func TestCheckpointOfAnotherTraining(t *testing.T) {
	c := enginetest.Case{Rows: enginetest.Blobs(100, 2, 3, 1, 1), N: 100, D: 2, K: 3}
	good := kmeans.Checkpoint{Pass: 1, Before: start(c), Centroids: start(c)}
	for name, change := range map[string]func(*kmeans.Checkpoint){
		"restart":   func(c *kmeans.Checkpoint) { c.Restart = 1 },
		"pass":      func(c *kmeans.Checkpoint) { c.Pass = 0 },
		"before":    func(c *kmeans.Checkpoint) { c.Before = kmeans.NewMatrix(2, 2) },
		"centroids": func(c *kmeans.Checkpoint) { c.Centroids = kmeans.NewMatrix(3, 3) },
		"best":      func(c *kmeans.Checkpoint) { c.Best = &kmeans.Solution{} },
	} {
		bad := good
		change(&bad)
		if _, err := kmeans.Run(t.Context(), kmeans.Serial(c.Rows, c.N, c.D), kmeans.Config{K: 3}, &bad, kmeans.Observer{}); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want fault.Invalid", name, err)
		}
	}
}

func TestTooFewDifferentRows(t *testing.T) {
	rows := make([]float32, 3000)
	for i := range rows {
		rows[i] = float32(i%5) / 10
		if i%10 == 0 && i%5 == 0 {
			rows[i] = float32(math.Copysign(0, -1)) // equal to 0
		}
	}
	given := kmeans.Config{K: 8, Start: kmeans.Matrix{Rows: 8, Cols: 1, Data: []float64{0, .1, .2, .3, .4, .5, 1, 1}}}
	short := given
	short.MaxIterations = 1
	cfgs := map[string]kmeans.Config{"given": given, "given, one pass": short}
	for _, init := range inits {
		cfgs[string(init)] = kmeans.Config{K: 8, Init: init}
	}
	for name, cfg := range cfgs {
		for _, n := range []int{5, 10, 200, 3000} {
			_, err := kmeans.Run(t.Context(), kmeans.Serial(rows[:n], n, 1), cfg, nil, kmeans.Observer{})
			want := "k is 8, but only 5 different rows are left."
			if n < 8 {
				want = "k is 8, but there are only 5 rows. Choose a smaller k."
			}
			if fault.CodeOf(err) != fault.Invalid || fault.Message(err) != want {
				t.Errorf("%s, %d rows: %v, want %q", name, n, err, want)
			}
			// Just enough is enough.
			cfg := cfg
			if cfg.K = 5; !cfg.Start.IsZero() {
				cfg.Start = kmeans.Matrix{Rows: 5, Cols: 1, Data: []float64{0, 0, 0, 7, 8}}
			}
			cfg.MaxIterations = 20
			r, err := kmeans.Run(t.Context(), kmeans.Serial(rows[:n], n, 1), cfg, nil, kmeans.Observer{})
			if err != nil || r.Inertia != 0 || slices.Contains(r.Sizes, 0) {
				t.Errorf("%s, %d rows, k=5: %+v, %v, want inertia 0", name, n, r, err)
			}
		}
	}
}

// Where each round of k-means|| sees one value only, so large are the differences,
// the seeds are different rows nevertheless.
func TestSeedsAreDifferentRows(t *testing.T) {
	const n, k = 7000, 7
	rows := make([]float32, n)
	for i := range rows {
		rows[i] = float32(math.Pow(1e5, float64(i%k)))
	}
	for seed := range uint64(5) {
		r, _ := train(t, enginetest.Case{Rows: rows, N: n, D: 1}, kmeans.Config{K: k, Seed: seed})
		if r.Inertia != 0 || slices.Max(r.Sizes) != n/k {
			t.Errorf("seed %d: inertia %v, sizes %v, want 0 and %d each", seed, r.Inertia, r.Sizes, n/k)
		}
	}
}

// Empty clusters get the farthest rows, in scikit-learn's way: the farthest to the
// first empty cluster, taken from its cluster's sum.
func TestRelocate(t *testing.T) {
	rows := []float32{0, 1, 2, 10, 11, 30}
	cfg := kmeans.Config{Start: kmeans.Matrix{Rows: 4, Cols: 1, Data: []float64{0, 12, 500, 600}}, MaxIterations: 1}
	var first kmeans.PassInfo
	_, err := kmeans.Run(t.Context(), kmeans.Serial(rows, 6, 1), cfg, nil, kmeans.Observer{Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) { first = p }})
	// Cluster 0 has 0, 1, 2; cluster 1 has 10, 11, 30. Farthest: 30 (18 from 12), then 10
	// (2 from 12, before 2, as far from 0, by the higher row: 2 comes first).
	want := []float64{.5, 10.5, 30, 2}
	if err != nil || first.Relocated != 2 || !slices.Equal(first.Centroids.Data, want) {
		t.Errorf("centroids after one pass = %v (%d relocated), %v, want %v, 2 relocated", first.Centroids.Data, first.Relocated, err, want)
	}
	// The only row of a cluster stays, however far it is.
	rows = []float32{0, 1, 100}
	cfg.Start = kmeans.Matrix{Rows: 3, Cols: 1, Data: []float64{0, 50.6, -500}}
	_, err = kmeans.Run(t.Context(), kmeans.Serial(rows, 3, 1), cfg, nil, kmeans.Observer{Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) { first = p }})
	if want := []float64{0, 100, 1}; err != nil || !slices.Equal(first.Centroids.Data, want) {
		t.Errorf("centroids after one pass = %v, %v, want %v", first.Centroids.Data, err, want)
	}
}

func TestPassInfo(t *testing.T) {
	rows := []float32{0, 2, 10, 14}
	var passes []kmeans.PassInfo
	var seeding []string
	var done int64
	cfg := kmeans.Config{Start: kmeans.Matrix{Rows: 2, Cols: 1, Data: []float64{0, 2}}}
	r, err := kmeans.Run(t.Context(), kmeans.Serial(rows, 4, 1), cfg, nil, kmeans.Observer{
		Pass:    func(p kmeans.PassInfo, _ kmeans.Checkpoint) { passes = append(passes, p) },
		Rows:    func(d, total int64) { done += d },
		Seeding: func(restart, round, rounds int) { seeding = append(seeding, fmt.Sprint(restart, round, rounds)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []kmeans.PassInfo{
		{Pass: 1, Inertia: 64 + 144, Changed: 4, Shift: 26./3 - 2},
		{Pass: 2, Inertia: 4./9 + 0, Changed: 1, Shift: 12 - 26./3},
		{Pass: 3, Inertia: 10, Changed: 0, Shift: 0},
	}
	want[1].Inertia = 4 + (26./3-10)*(26./3-10) + (14-26./3)*(14-26./3)
	centroids := [][]float64{{0, 26. / 3}, {1, 12}, {1, 12}}
	if len(passes) != len(want) {
		t.Fatalf("%d passes, want %d: %+v", len(passes), len(want), passes)
	}
	for i, p := range passes {
		if math.Abs(p.Inertia-want[i].Inertia) > 1e-12 || p.Changed != want[i].Changed || math.Abs(p.Shift-want[i].Shift) > 1e-12 || p.Pass != i+1 || !slices.Equal(p.Centroids.Data, centroids[i]) {
			t.Errorf("pass %d = %+v, want %+v and centroids %v", i+1, p, want[i], centroids[i])
		}
	}
	if r.Passes != 3 || !r.Converged || r.Inertia != 10 || !slices.Equal(r.Sizes, []int64{2, 2}) || !slices.Equal(r.Within, []float64{2, 8}) {
		t.Errorf("result = %+v", r)
	}
	if len(seeding) != 0 || done != 3*4 {
		t.Errorf("seeding %v, rows done %d, want none and 12: the labels of pass 3 already agree", seeding, done)
	}
}

func TestSeedingIsObserved(t *testing.T) {
	rows := enginetest.Blobs(500, 2, 3, 1, 1)
	for init, rounds := range map[kmeans.Init]int{kmeans.Parallel: 4, kmeans.PlusPlus: 3, kmeans.Random: 1} {
		var got, want []string
		_, err := kmeans.Run(t.Context(), kmeans.Serial(rows, 500, 2), kmeans.Config{K: 3, Init: init, Restarts: 2}, nil, kmeans.Observer{
			Seeding: func(restart, round, rounds int) { got = append(got, fmt.Sprint(restart, round, rounds)) },
		})
		for restart := range 2 {
			for round := range rounds {
				want = append(want, fmt.Sprint(restart, round+1, rounds))
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: seeding %v, %v, want %v", init, got, err, want)
		}
	}
}

func TestRestartsKeepTheBest(t *testing.T) {
	c := enginetest.Case{Rows: enginetest.Blobs(2000, 2, 12, .3, 2), N: 2000, D: 2, K: 12}
	for seed := range uint64(5) {
		many, labels := train(t, c, kmeans.Config{K: 12, Init: kmeans.Random, Restarts: 6, Seed: seed})
		checkResult(t, c, many, labels)
		one, _ := train(t, c, kmeans.Config{K: 12, Init: kmeans.Random, Seed: seed})
		if many.Inertia > one.Inertia || many.Restart == 0 && many.Inertia != one.Inertia {
			t.Errorf("seed %d: %d restarts give %v (restart %d), one gives %v", seed, 6, many.Inertia, many.Restart, one.Inertia)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	c := enginetest.Case{Rows: enginetest.Blobs(3000, 2, 20, 1, 2), N: 3000, D: 2, K: 20}
	for _, init := range inits {
		a, la := train(t, c, kmeans.Config{K: 20, Init: init, Seed: 1, MaxIterations: 1})
		b, lb := train(t, c, kmeans.Config{K: 20, Init: init, Seed: 2, MaxIterations: 1})
		if hash(a, la) == hash(b, lb) {
			t.Errorf("%s: two seeds start the same", init)
		}
	}
}

// On clear clusters the careful starts find all of them.
func TestSeedingFindsClearClusters(t *testing.T) {
	n, k := 4000, 10
	rows := make([]float32, n)
	for i := range rows {
		rows[i] = float32(100*(i%k)) + float32(kmeans.Uniform(1, 2, uint64(i)))
	}
	for seed := range uint64(10) {
		for _, init := range []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus} {
			r, err := kmeans.Run(t.Context(), kmeans.Serial(rows, n, 1), kmeans.Config{K: k, Init: init, Seed: seed}, nil, kmeans.Observer{})
			if err != nil || r.Inertia > float64(n)/12*1.05 {
				t.Errorf("%s, seed %d: inertia %v, %v, want about %v", init, seed, r.Inertia, err, n/12)
			}
		}
	}
}

func TestRunIsCancelled(t *testing.T) {
	why := errors.New("enough")
	rows := enginetest.Blobs(5000, 2, 8, 2, 1)
	for name, ob := range map[string]func(stop func()) kmeans.Observer{
		"seeding": func(stop func()) kmeans.Observer { return kmeans.Observer{Seeding: func(int, int, int) { stop() }} },
		"pass": func(stop func()) kmeans.Observer {
			return kmeans.Observer{Pass: func(kmeans.PassInfo, kmeans.Checkpoint) { stop() }}
		},
		"rows": func(stop func()) kmeans.Observer { return kmeans.Observer{Rows: func(int64, int64) { stop() }} },
	} {
		for _, init := range inits {
			ctx, cancel := context.WithCancelCause(t.Context())
			_, err := kmeans.Run(ctx, kmeans.Serial(rows, 5000, 2), kmeans.Config{Init: init}, nil, ob(func() { cancel(why) }))
			if !errors.Is(err, why) {
				t.Errorf("cancelled in %s, %s: %v, want the cause", name, init, err)
			}
		}
	}
}

func TestExtremes(t *testing.T) {
	wide := enginetest.Case{Name: "d=10000", Rows: enginetest.Blobs(24, 10000, 4, 1, 1), N: 24, D: 10000, K: 4}
	largest := enginetest.Case{Name: "largest floats", N: 4000, D: 1, K: 2}
	for i := range largest.N {
		largest.Rows = append(largest.Rows, math.MaxFloat32*float32(1-2*(i%2)))
	}
	least := enginetest.Case{Name: "least floats", Rows: []float32{0, 0, 1e-45, 1e-45, 3e-45}, N: 5, D: 1, K: 3}
	for _, c := range []enginetest.Case{wide, largest, least} {
		for _, init := range inits {
			r, labels := train(t, c, kmeans.Config{K: c.K, Init: init, Tolerance: 1e-4})
			checkResult(t, c, r, labels)
		}
	}
	one := enginetest.Case{Rows: make([]float32, 300), N: 300, D: 3, K: 1}
	for _, init := range inits {
		r, labels := train(t, enginetest.Case{Rows: one.Rows, N: 100, D: 3, K: 1}, kmeans.Config{K: 1, Init: init, Tolerance: 1e-4})
		if r.Inertia != 0 || !r.Converged || len(labels) != 100 {
			t.Errorf("all rows equal, k=1, %s: %+v", init, r)
		}
	}
}

func TestPredict(t *testing.T) {
	m := kmeans.Matrix{Rows: 3, Cols: 2, Data: []float64{0, 0, 2, 0, 2, 0}}
	for _, c := range []struct {
		row []float32
		at  int
		sq  float64
	}{{[]float32{0, 0}, 0, 0}, {[]float32{1, 0}, 0, 1}, {[]float32{1.5, 0}, 1, .25}, {[]float32{5, 4}, 1, 25}} {
		if j, sq := kmeans.Predict(c.row, m); j != c.at || sq != c.sq {
			t.Errorf("Predict(%v) = %d, %v, want %d, %v", c.row, j, sq, c.at, c.sq)
		}
	}
	if got := kmeans.Distances([]float32{1, 1}, m, []float64{7}); !slices.Equal(got, []float64{7, 2, 2, 2}) {
		t.Errorf("Distances = %v", got)
	}
}

func BenchmarkRun(b *testing.B) {
	for _, s := range [][3]int{{100000, 16, 10}, {100000, 2, 8}} {
		n, d, k := s[0], s[1], s[2]
		rows := enginetest.Blobs(n, d, k, 2, 1)
		for _, init := range inits {
			b.Run(fmt.Sprintf("n=%d/d=%d/k=%d/%s", n, d, k, init), func(b *testing.B) {
				passes := 0
				for b.Loop() {
					r, err := kmeans.Run(b.Context(), kmeans.Serial(rows, n, d), kmeans.Config{K: k, Init: init, MaxIterations: 10}, nil, kmeans.Observer{})
					if err != nil {
						b.Fatal(err)
					}
					passes += r.Passes + 1
				}
				b.ReportMetric(float64(n)*float64(passes)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
