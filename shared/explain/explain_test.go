package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// trained is a model of n random rows, with its table.
func trained(t testing.TB, seed uint64, k int, scale prep.Scale, unit bool) (*model.Model, *table.Memory) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString("x,colour,y,size,z\n")
	for range 400 {
		g := r.IntN(4)
		fmt.Fprintf(&b, "%.3f,%s,%.2f,%s,%.4g\n", r.NormFloat64()+3*float64(g), []string{"red", "green", "blue"}[r.IntN(3)], 1e4+50*r.NormFloat64(), []string{"s", "m"}[g/2], math.Exp(r.NormFloat64()))
	}
	src, err := table.ReadMemory(strings.NewReader(b.String()), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, stats, err := prep.Fit(t.Context(), src, prep.Config{Columns: []string{"x", "colour", "y", "size", "z"}, Scale: scale, Unit: unit})
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	cfg := kmeans.Config{K: k, Seed: seed}.WithDefaults()
	e := kmeans.Serial(vectors, int(stats.Rows), p.Width())
	res, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	m := model.Build(p, stats, cfg, res)
	if err := m.Observe(t.Context(), src, stats, vectors, e.Labels()); err != nil {
		t.Fatal(err)
	}
	return m, src
}

// each calls fn with the first n rows of src as cells.
func each(t testing.TB, m *model.Model, src *table.Memory, n int, fn func(cells []table.Cell)) {
	t.Helper()
	err := src.Scan(t.Context(), m.Prep.Names(), func(b *table.Batch) error {
		for i := range min(n, b.Rows) {
			cells := make([]table.Cell, len(b.Columns))
			for j, v := range b.Columns {
				if v.Numbers != nil {
					cells[j] = table.Num(v.Numbers[i])
				} else {
					cells[j] = table.Str(v.Texts[i])
				}
			}
			fn(cells)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestShares adds the columns up to the gap: exactly to the one that is told, and but
// for rounding to that of the kernel's distances.
func TestShares(t *testing.T) {
	for _, scale := range []prep.Scale{prep.Standard, prep.MinMax, prep.NoScale} {
		m, src := trained(t, 1, 5, scale, false)
		each(t, m, src, 100, func(cells []table.Cell) {
			e, err := Of(m, cells)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, s := range e.Shares {
				sum += s
			}
			row, err := m.Prep.Row(cells, nil)
			if err != nil {
				t.Fatal(err)
			}
			own, next := kernel.SquaredDistance(row, m.Centroids.Row(e.Cluster)), kernel.SquaredDistance(row, m.Centroids.Row(e.Second))
			if sum != e.Gap || len(e.Shares) != len(cells) || math.Abs(e.Gap-(next-own)) > 1e-12*(own+next) {
				t.Fatalf("%s: shares %v add up to %v, gap %v, of distances %v", scale, e.Shares, sum, e.Gap, next-own)
			}
			for j := range m.Centroids.Rows {
				if j != e.Cluster && kernel.SquaredDistance(row, m.Centroids.Row(j)) < next {
					t.Fatalf("cluster %d is nearer than the runner-up %d", j, e.Second)
				}
			}
		})
	}
}

// TestSingle holds the smallest change to its promise: with To the cluster is another,
// with the float64 before it is not, and no column moved less far flips.
func TestSingle(t *testing.T) {
	flips, levels := 0, 0
	for seed, scale := range []prep.Scale{prep.Standard, prep.MinMax, prep.NoScale, prep.Standard} {
		m, src := trained(t, uint64(seed), 2+2*seed, scale, false)
		each(t, m, src, 60, func(cells []table.Cell) {
			was, err := m.Predict(cells)
			if err != nil {
				t.Fatal(err)
			}
			with := func(column int, c table.Cell) int {
				other := append([]table.Cell(nil), cells...)
				other[column] = c
				p, err := m.Predict(other)
				if err != nil {
					t.Fatal(err)
				}
				return p.Cluster
			}
			f, err := Single(m, cells)
			if err != nil {
				t.Fatal(err)
			}
			least := math.Inf(1)
			if f != nil {
				least = f.Moved
				if got := with(f.Column, f.To); got != f.Cluster || got == was.Cluster {
					t.Fatalf("%+v: cluster %d, was %d", f, got, was.Cluster)
				}
				if f.Before.Number != nil {
					flips++
					to, before := *f.To.Number, *f.Before.Number
					if with(f.Column, f.Before) != was.Cluster || math.Nextafter(before, to) != to {
						t.Fatalf("%+v: just before is %v, which gives cluster %d", f, before, with(f.Column, f.Before))
					}
					if got := with(f.Column, f.Rounded(m, cells)); got != f.Cluster {
						t.Fatalf("rounded %v gives cluster %d, want %d", f.Rounded(m, cells), got, f.Cluster)
					}
				} else {
					levels++
				}
			}
			for i, c := range m.Prep.Columns { // nothing nearer flips
				for n := 1; n < 40 && c.Levels == nil; n++ {
					for _, side := range []float64{-1, 1} {
						t0 := min(least, 20) * (1 - 1e-6) * float64(n) / 40
						x := *cells[i].Number + side*t0*c.Factor
						if got := with(i, table.Num(x)); got != was.Cluster {
							t.Fatalf("%s = %v gives cluster %d, nearer than %+v", c.Name, x, got, f)
						}
					}
				}
			}
		})
	}
	if flips == 0 || levels == 0 {
		t.Errorf("%d changes of numbers and %d of levels were seen, want both", flips, levels)
	}
}

// TestOutlier compares with the rows of the training: a hundredth of them are far.
func TestOutlier(t *testing.T) {
	m, src := trained(t, 3, 2, prep.Standard, false)
	far := make([]int64, 2)
	each(t, m, src, 400, func(cells []table.Cell) {
		p, err := m.Predict(cells)
		if err != nil {
			t.Fatal(err)
		}
		o, err := OutlierOf(m, p.Cluster, p.Distance)
		if err != nil || !o.Own || o.Beyond == 1 {
			t.Fatalf("OutlierOf = %+v, %v", o, err)
		}
		if o.Far() {
			far[p.Cluster]++
		}
	})
	for j, n := range far {
		if want := m.Clusters[j].Size / 100; n != want {
			t.Errorf("%d of %d rows of cluster %d are far, want %d", n, m.Clusters[j].Size, j, want)
		}
	}
	if o, err := OutlierOf(m, 0, 1e9); err != nil || o.Beyond != 1 || !o.Far() {
		t.Errorf("OutlierOf of a distant row = %+v, %v", o, err)
	}
	m.Profile = nil
	if _, err := OutlierOf(m, 0, 1); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "Train again") {
		t.Errorf("OutlierOf without a profile = %v", err)
	}
}

func TestUnit(t *testing.T) {
	m, src := trained(t, 4, 3, prep.Standard, true)
	each(t, m, src, 1, func(cells []table.Cell) {
		if _, err := Single(m, cells); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("Single of a cosine model = %v, want a fault", err)
		}
		if e, err := Of(m, cells); err != nil || len(e.Shares) != 5 {
			t.Errorf("Of a cosine model = %+v, %v", e, err)
		}
	})
}
