// Package enginetest holds an implementation of kmeans.Engine to its contract:
// every method against the definition written out row by row, bit for bit, and
// its behaviour when cancelled. Each implementation runs it in its tests.
package enginetest

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
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Engine is what the suite needs: labels are read after each pass, and some cases have weights.
type Engine interface {
	kmeans.Engine
	Labels() []int32
	Weigh(weights []float64) error
}

// Run runs the suite. make gives an engine of n rows of d features; the suite
// does not close it.
func Run(t *testing.T, make func(t *testing.T, rows []float32, n, d int) Engine) {
	many := Case{Name: "many shards", Rows: blobs(20003, 2, 3), N: 20003, D: 2, K: 3}
	for _, c := range append(Cases(), many) {
		t.Run(c.Name, func(t *testing.T) {
			e := make(t, c.Rows, c.N, c.D)
			if e.Rows() != c.N || e.Dim() != c.D {
				t.Fatalf("the engine says %d x %d, want %d x %d", e.Rows(), e.Dim(), c.N, c.D)
			}
			if c.Weights != nil {
				if err := e.Weigh(c.Weights); err != nil {
					t.Fatalf("Weigh: %v", err)
				}
			}
			if e.Weighted() != (c.Weights != nil) {
				t.Errorf("Weighted() = %v, want %v", e.Weighted(), c.Weights != nil)
			}
			testMoments(t, e, c)
			testPass(t, e, c)
			testSeeder(t, e, c)
			testSubset(t, e, c)
		})
	}
	t.Run("refuses rows that are not finite", func(t *testing.T) { testBadRow(t, make) })
	t.Run("cancel", func(t *testing.T) { testCancel(t, make) })
	t.Run("progress", func(t *testing.T) { testProgress(t, make) })
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s = %v, want %v", what, short(got), short(want))
	}
}

func short(v any) string {
	s := fmt.Sprint(v)
	return s[:min(len(s), 300)]
}

func testMoments(t *testing.T, e Engine, c Case) {
	got, err := e.Moments(t.Context())
	if err != nil {
		t.Fatalf("Moments: %v", err)
	}
	want := momentsOf(c)
	same(t, "Mean", got.Mean, want.Mean)
	same(t, "Variance", got.Variance, want.Variance)
}

// samePass compares what a pass found with what it should; the inertia may be off by
// what it is said to be.
func samePass(t *testing.T, what string, c Case, got, want kmeans.Sums) {
	t.Helper()
	around, mean := 0.0, momentsOf(c).Mean // what one cluster would have
	for i := range c.N {
		_, square := kernel.Nearest(c.Rows[i*c.D:(i+1)*c.D], mean)
		around += c.weight(i) * square
	}
	if diff := math.Abs(got.Inertia - want.Inertia); !(diff <= 1e-12*around) {
		t.Errorf("%s: inertia %v, want %v: it is off by %.1e of %v", what, got.Inertia, want.Inertia, diff/around, around)
	}
	want.Inertia = got.Inertia
	same(t, what, got, want)
}

func testPass(t *testing.T, e Engine, c Case) {
	before := make([]int32, c.N)
	for i := range before {
		before[i] = -1
	}
	for _, centroids := range []kmeans.Matrix{c.firstRows(0), c.firstRows(c.N / 3), c.firstRows(c.N / 3)} {
		got, err := e.Pass(t.Context(), centroids, nil)
		if err != nil {
			t.Fatalf("Pass: %v", err)
		}
		labels, squared, want := passOf(c, centroids, before)
		same(t, "Labels", e.Labels(), labels)
		samePass(t, "Pass", c, got, want)
		within, inertia, err := e.Within(t.Context(), centroids)
		if err != nil {
			t.Fatalf("Within: %v", err)
		}
		wantWithin, wantInertia := withinOf(c, centroids.Rows, labels, squared)
		same(t, "Within", within, wantWithin)
		same(t, "Inertia", inertia, wantInertia)
		for _, most := range []int{1, 3, c.N, c.N + 5} {
			far, err := e.Far(t.Context(), centroids, most)
			if err != nil {
				t.Fatalf("Far: %v", err)
			}
			same(t, fmt.Sprintf("Far(%d)", most), far, farOf(c, labels, squared, most))
		}
		copy(before, labels)
	}
}

func testSeeder(t *testing.T, e Engine, c Case) {
	labels := slices.Clone(e.Labels())
	s, ref := e.Seeder(), newRef(c)
	testPick(t, s, ref)
	for _, rows := range [][]int64{{int64(c.N / 2)}, {0, int64(c.N - 1), 0}} {
		seeds, err := e.Gather(t.Context(), rows)
		if err != nil {
			t.Fatalf("Gather: %v", err)
		}
		for j, i := range rows {
			same(t, "Gather", seeds.Row(j), c.row(i))
		}
		tries, err := s.Try(t.Context(), seeds, nil)
		if err != nil {
			t.Fatalf("Try: %v", err)
		}
		for j := range seeds.Rows {
			same(t, "Try", tries[j], ref.try(seeds.Row(j)))
		}
		got, err := s.Add(t.Context(), seeds, nil)
		if err != nil {
			t.Fatalf("Add: %v", err)
		}
		for j := range seeds.Rows {
			ref.add(seeds.Row(j))
		}
		same(t, "Add", got, ref.potential())
		weights, err := s.Weights(t.Context())
		if err != nil {
			t.Fatalf("Weights: %v", err)
		}
		same(t, "Weights", weights, ref.weights())
		drawn, err := s.Draw(t.Context(), 7, 3, 5)
		if err != nil {
			t.Fatalf("Draw: %v", err)
		}
		if want := ref.draw(7, 3, 5); len(drawn)+len(want) > 0 {
			same(t, "Draw", drawn, want)
		}
		if ref.potential() == 0 {
			continue
		}
		testPick(t, s, ref)
	}
	same(t, "Labels after seeding", e.Labels(), labels)
}

func testPick(t *testing.T, s kmeans.Seeder, ref *ref) {
	at := []float64{0, .1, .9, math.Nextafter(1, 0)}
	for i := range 64 {
		at = append(at, float64(i)/64)
	}
	picked, err := s.Pick(t.Context(), at)
	if err != nil {
		t.Fatalf("Pick: %v", err)
	}
	for j, i := range picked {
		if want := ref.pick(at[j]); i != want {
			t.Errorf("Pick(%v) = row %d, want %d", at[j], i, want)
		}
	}
}

// testSubset takes the members of a cluster, and some rows twice, out of order.
func testSubset(t *testing.T, e Engine, c Case) {
	var members []int64
	label := int(e.Labels()[c.N-1])
	for i, l := range e.Labels() {
		if int(l) == label {
			members = append(members, int64(i))
		}
	}
	got, err := e.Members(t.Context(), label)
	if err != nil {
		t.Fatalf("Members: %v", err)
	}
	same(t, "Members", got, members)
	labels := slices.Clone(e.Labels())
	rows := append(members, int64(c.N-1), 0)
	s, err := e.Subset(t.Context(), rows)
	if err != nil {
		t.Fatalf("Subset: %v", err)
	}
	sub := c.subset(rows)
	if s.Rows() != sub.N || s.Dim() != c.D || s.Weighted() != (c.Weights != nil) {
		t.Errorf("Subset gives %d x %d, weighted %v, want %d x %d, %v", s.Rows(), s.Dim(), s.Weighted(), sub.N, c.D, c.Weights != nil)
	}
	before := make([]int32, sub.N)
	for i := range before {
		before[i] = -1
	}
	sums, err := s.Pass(t.Context(), c.firstRows(0), nil)
	if err != nil {
		t.Fatalf("Pass of a subset: %v", err)
	}
	_, _, want := passOf(sub, c.firstRows(0), before)
	samePass(t, "Pass of a subset", sub, sums, want)
	same(t, "Labels after a subset's pass", e.Labels(), labels)
}

func testBadRow(t *testing.T, make func(t *testing.T, rows []float32, n, d int) Engine) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
		for _, at := range []int{0, 1500, 2999} {
			rows := slices.Clone(blobs(3000, 2, 3))
			rows[at*2+1], rows[2999*2] = bad, bad
			e := make(t, rows, 3000, 2)
			_, err := e.Moments(t.Context())
			if fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), fmt.Sprintf("Row %d (", at)) {
				t.Errorf("Moments with %v in row %d: %v, want fault.Invalid that names the row", bad, at, err)
			}
			for _, init := range []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus, kmeans.Random} {
				for _, tol := range []float64{0, 1e-4} {
					_, err = kmeans.Run(t.Context(), e, kmeans.Config{K: 3, Init: init, Tolerance: tol}, nil, kmeans.Observer{})
					if !strings.Contains(fault.Message(err), fmt.Sprintf("Row %d (", at)) {
						t.Errorf("Run (%s, tolerance %v) with %v in row %d: %v, want fault.Invalid that names the row", init, tol, bad, at, err)
					}
				}
			}
		}
	}
}

// testCancel ends the context before a call, and in the middle of one, from the
// progress of the first shard.
func testCancel(t *testing.T, make func(t *testing.T, rows []float32, n, d int) Engine) {
	n, d := 20000, 3
	rows := blobs(n, d, 5)
	why := errors.New("somebody asked to stop")
	c := Case{Rows: rows, N: n, D: d, K: 5}
	calls := map[string]func(context.Context, Engine, func(done, total int64)) error{
		"Moments": func(ctx context.Context, e Engine, _ func(done, total int64)) error {
			_, err := e.Moments(ctx)
			return err
		},
		"Pass": func(ctx context.Context, e Engine, p func(done, total int64)) error {
			_, err := e.Pass(ctx, c.firstRows(0), p)
			return err
		},
		"Gather": func(ctx context.Context, e Engine, _ func(done, total int64)) error {
			_, err := e.Gather(ctx, []int64{0})
			return err
		},
		"Add": func(ctx context.Context, e Engine, p func(done, total int64)) error {
			_, err := e.Seeder().Add(ctx, c.firstRows(0), p)
			return err
		},
		"Try": func(ctx context.Context, e Engine, p func(done, total int64)) error {
			_, err := e.Seeder().Try(ctx, c.firstRows(0), p)
			return err
		},
		"Draw": func(ctx context.Context, e Engine, _ func(done, total int64)) error {
			_, err := e.Seeder().Draw(ctx, 1, 2, 3)
			return err
		},
		"Run": func(ctx context.Context, e Engine, p func(done, total int64)) error {
			_, err := kmeans.Run(ctx, e, kmeans.Config{K: 5}, nil, kmeans.Observer{Rows: p})
			return err
		},
	}
	for name, call := range calls {
		e := make(t, rows, n, d)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if err := call(ctx, e, nil); !errors.Is(err, why) {
			t.Errorf("%s with an ended context: %v, want its cause", name, err)
		}
		if name != "Pass" && name != "Run" && name != "Add" && name != "Try" {
			continue
		}
		ctx, cancel = context.WithCancelCause(t.Context())
		var last int64
		err := call(ctx, e, func(done, total int64) {
			cancel(why)
			last = done
		})
		if !errors.Is(err, why) || last == int64(n) {
			t.Errorf("%s cancelled after its first shard: %v after %d rows of %d, want the cause, earlier", name, err, last, n)
		}
		// It is still usable.
		if _, err := e.Pass(t.Context(), c.firstRows(0), nil); err != nil {
			t.Errorf("Pass after a cancelled %s: %v", name, err)
		}
	}
}

func testProgress(t *testing.T, make func(t *testing.T, rows []float32, n, d int) Engine) {
	n, d := 5000, 2
	e := make(t, blobs(n, d, 4), n, d)
	var last int64
	calls := 0
	if _, err := e.Pass(t.Context(), Case{Rows: blobs(n, d, 4), N: n, D: d, K: 4}.firstRows(0), func(done, total int64) {
		if done <= last || total != int64(n) {
			t.Errorf("progress(%d, %d) after %d", done, total, last)
		}
		last = done
		calls++
	}); err != nil {
		t.Fatal(err)
	}
	if last != int64(n) || calls < 2 {
		t.Errorf("progress ended at %d of %d after %d calls, want all rows, shard by shard", last, n, calls)
	}
}
