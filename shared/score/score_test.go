package score

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// points makes n rows of d features with labels that fit them loosely.
func points(n, d, k int, seed uint64) (rows []float32, labels []int32) {
	rows, labels = make([]float32, n*d), make([]int32, n)
	for i := range n {
		labels[i] = int32(kmeans.Uniform(seed, 1, uint64(i)) * float64(k))
		for t := range d {
			rows[i*d+t] = float32(2*float64(labels[i]) + 3*kmeans.Uniform(seed, 2, uint64(i*d+t)))
		}
	}
	return rows, labels
}

// silhouette is the definition of Rousseeuw, written out.
func silhouette(rows []float32, n, d int, labels []int32, k int) float64 {
	total := 0.0
	for i := range n {
		sum, size := make([]float64, k), make([]int, k)
		for j := range n {
			if j == i {
				continue
			}
			sq := 0.0
			for t := range d {
				e := float64(rows[i*d+t]) - float64(rows[j*d+t])
				sq += e * e
			}
			sum[labels[j]] += math.Sqrt(sq)
			size[labels[j]]++
		}
		if size[labels[i]] == 0 {
			continue
		}
		a, b := sum[labels[i]]/float64(size[labels[i]]), math.Inf(1)
		for c := range k {
			if c != int(labels[i]) && size[c] > 0 {
				b = min(b, sum[c]/float64(size[c]))
			}
		}
		if a != b {
			total += (b - a) / max(a, b)
		}
	}
	return total / float64(n)
}

func TestSilhouette(t *testing.T) {
	for _, s := range [][3]int{{2, 1, 2}, {3, 1, 2}, {10, 2, 3}, {101, 3, 4}, {500, 5, 7}, {40, 1, 40}} {
		n, d, k := s[0], s[1], s[2]
		rows, labels := points(n, d, k, uint64(n))
		labels[0], labels[1] = 0, 1
		got, err := SilhouetteOf(t.Context(), rows, n, d, labels, k, n, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := silhouette(rows, n, d, labels, k); math.Abs(got.Mean-want) > 1e-12 || got.Sampled || got.Error != 0 || got.Rows != n {
			t.Errorf("%v: %+v, want mean %v of all rows", s, got, want)
		}
	}
}

func TestSilhouetteOfKnown(t *testing.T) {
	for name, c := range map[string]struct {
		rows   []float32
		labels []int32
		want   float64
	}{
		"two pairs far apart": {[]float32{0, 0, 10, 10}, []int32{0, 0, 1, 1}, 1},
		"all rows equal":      {[]float32{5, 5, 5, 5}, []int32{0, 0, 1, 1}, 0},
		"all singles":         {[]float32{1, 2, 3}, []int32{0, 1, 2}, 0},
		"an empty cluster":    {[]float32{0, 0, 10, 10}, []int32{0, 0, 2, 2}, 1},
		"crossed":             {[]float32{0, 1, 0, 1}, []int32{0, 0, 1, 1}, -.5},
	} {
		got, err := SilhouetteOf(t.Context(), c.rows, len(c.rows), 1, c.labels, 3, 100, 0, nil)
		if err != nil || got.Mean != c.want {
			t.Errorf("%s: %+v, %v, want mean %v", name, got, err, c.want)
		}
	}
	_, err := SilhouetteOf(t.Context(), []float32{1, 2}, 2, 1, []int32{1, 1}, 3, 100, 0, nil)
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("one cluster in use: %v, want fault.Invalid", err)
	}
}

// The sample's mean lies within a few standard errors of the whole's, its error
// is honest, and it depends on the seed only.
func TestSampledSilhouette(t *testing.T) {
	const n, d, k, m = 4000, 3, 4, 300
	rows, labels := points(n, d, k, 3)
	all, err := SilhouetteOf(t.Context(), rows, n, d, labels, k, n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var means []float64
	far := 0
	for seed := range uint64(40) {
		s, err := SilhouetteOf(t.Context(), rows, n, d, labels, k, m, seed, nil)
		if err != nil || !s.Sampled || s.Rows != m || !(s.Error > 0) {
			t.Fatalf("seed %d: %+v, %v", seed, s, err)
		}
		again, _ := SilhouetteOf(t.Context(), rows, n, d, labels, k, m, seed, nil)
		if again != s {
			t.Errorf("seed %d: %+v, then %+v", seed, s, again)
		}
		if math.Abs(s.Mean-all.Mean) > 2*s.Error {
			far++
		}
		means = append(means, s.Mean)
	}
	// 5 % are expected; 25 % of 40 would come by chance once in 100,000.
	if far > 10 {
		t.Errorf("%d of 40 samples are more than 2 standard errors off %v: %v", far, all.Mean, means)
	}
	if slices.Max(means) == slices.Min(means) {
		t.Error("all seeds give the same sample")
	}
}

// Each row has the same chance to be in a sample.
func TestSampleIsFair(t *testing.T) {
	const n, m, times = 20, 5, 8000
	rows, labels := make([]float32, n), make([]int32, n)
	for i := range rows {
		rows[i] = float32(i)
	}
	count := make([]int, n)
	for seed := range uint64(times) {
		g, size := sample(rows, n, 1, labels, 1, m, seed)
		if size[0] != m {
			t.Fatalf("seed %d: %d rows, want %d", seed, size[0], m)
		}
		for _, v := range g.rows {
			count[int(v)]++
		}
	}
	for i, c := range count {
		if want := float64(times * m / n); math.Abs(float64(c)-want) > 5*math.Sqrt(want) {
			t.Errorf("row %d is in %d of %d samples, want about %v", i, c, times, want)
		}
	}
}

func TestSilhouetteIsCancelled(t *testing.T) {
	why := errors.New("enough")
	rows, labels := points(1000, 2, 3, 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := SilhouetteOf(ctx, rows, 1000, 2, labels, 3, 1000, 0, func(done, total int64) {
		if total != 1000 {
			t.Errorf("progress of %d rows, want 1000", total)
		}
		if done > 500 {
			t.Errorf("%d rows done after it was cancelled", done)
		}
		if done > 300 {
			cancel(why)
		}
	})
	if !errors.Is(err, why) {
		t.Errorf("SilhouetteOf = %v, want the cause", err)
	}
}

func TestCompareLabels(t *testing.T) {
	got := CompareLabels("kind", []int32{0, 0, 1, 1, 2, 2}, 3, []string{"b", "b", "a", "b", "", "c"})
	want := [][]int64{{0, 2, 0}, {1, 1, 0}, {0, 0, 1}}
	if got.Column != "kind" || !slices.Equal(got.Labels, []string{"a", "b", "c"}) || !reflect.DeepEqual(got.Counts, want) {
		t.Errorf("CompareLabels = %+v, want labels a b c and counts %v", got, want)
	}
	for name, c := range map[string]struct {
		clusters []int32
		labels   []string
		ari      float64
	}{
		"the same":           {[]int32{0, 0, 1, 1}, []string{"x", "x", "y", "y"}, 1},
		"renamed":            {[]int32{1, 1, 0, 0}, []string{"x", "x", "y", "y"}, 1},
		"as bad as it gets":  {[]int32{0, 0, 1, 1}, []string{"x", "y", "x", "y"}, -.5},
		"scikit-learn's":     {[]int32{0, 0, 1, 2}, []string{"x", "x", "y", "y"}, 4. / 7},
		"one cluster, one":   {[]int32{0, 0, 0}, []string{"x", "x", "x"}, 1},
		"one cluster, three": {[]int32{0, 0, 0}, []string{"x", "y", "z"}, 0},
		"all singles":        {[]int32{0, 1, 2}, []string{"x", "y", "z"}, 1},
		"one row":            {[]int32{0, 0}, []string{"x", ""}, 0},
		"no labels":          {[]int32{0, 0}, []string{"", ""}, 0},
	} {
		if got := CompareLabels("", c.clusters, 3, c.labels); math.Abs(got.ARI-c.ari) > 1e-15 || got.Labels == nil {
			t.Errorf("%s: ARI = %v, want %v", name, got.ARI, c.ari)
		}
	}
}

// Renaming clusters or labels changes nothing; independent ones are near 0; pairs
// counted one by one give the same index.
func TestARIProperties(t *testing.T) {
	for seed := range uint64(30) {
		const n, k = 200, 5
		clusters, renamed, labels := make([]int32, n), make([]int32, n), make([]string, n)
		for i := range n {
			clusters[i] = int32(kmeans.Uniform(seed, 1, uint64(i)) * k)
			renamed[i] = (clusters[i]*2 + 3) % k
			l := clusters[i]
			if kmeans.Uniform(seed, 2, uint64(i)) < .4 {
				l = int32(kmeans.Uniform(seed, 3, uint64(i)) * k)
			}
			labels[i] = fmt.Sprint("class ", l)
		}
		a, b := CompareLabels("", clusters, k, labels).ARI, CompareLabels("", renamed, k, labels).ARI
		if math.Abs(a-b) > 1e-14 {
			t.Errorf("seed %d: renamed clusters change the ARI from %v to %v", seed, a, b)
		}
		var tp, fp, fn, tn float64
		for i := range n {
			for j := range i {
				switch c, l := clusters[i] == clusters[j], labels[i] == labels[j]; {
				case c && l:
					tp++
				case c:
					fp++
				case l:
					fn++
				default:
					tn++
				}
			}
		}
		if want := 2 * (tp*tn - fn*fp) / ((tp+fn)*(fn+tn) + (tp+fp)*(fp+tn)); math.Abs(a-want) > 1e-12 || a < .2 || a > .9 {
			t.Errorf("seed %d: ARI = %v, by pairs %v", seed, a, want)
		}
	}
}

func BenchmarkSilhouette(b *testing.B) {
	const n, d, k = 2000, 16, 10
	rows, labels := points(n, d, k, 1)
	for b.Loop() {
		if _, err := SilhouetteOf(b.Context(), rows, n, d, labels, k, n, 0, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
