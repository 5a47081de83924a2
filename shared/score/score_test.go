package score

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

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

// backwards is an Each that does the work in another order than InOrder.
func backwards(ctx context.Context, n int, fn func(int) error, done func(int)) error {
	return kmeans.InOrder(ctx, n, func(i int) error { return fn(n - 1 - i) }, func(i int) { done(n - 1 - i) })
}

// all is a number of pairs that makes a silhouette exact.
const all = 50_000 * 50_000

func TestSilhouette(t *testing.T) {
	for _, s := range [][3]int{{3, 1, 2}, {10, 2, 3}, {101, 3, 4}, {500, 5, 7}, {2500, 1, 1200}, {40, 1, 39}, {70, 900, 5}, {1025, 40, 2}} {
		n, d, k := s[0], s[1], s[2]
		rows, labels := points(n, d, k, uint64(n))
		labels[0], labels[1] = 0, 1
		got, err := Clustering{rows, d, k, labels, kmeans.InOrder}.Silhouette(t.Context(), all, 1, nil)
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
		"a row alone":         {[]float32{1, 1, 3}, []int32{0, 0, 2}, 2. / 3},
		"an empty cluster":    {[]float32{0, 0, 10, 10}, []int32{0, 0, 2, 2}, 1},
		"crossed":             {[]float32{0, 1, 0, 1}, []int32{0, 0, 1, 1}, -.5},
	} {
		got, err := Clustering{c.rows, 1, 3, c.labels, kmeans.InOrder}.Silhouette(t.Context(), all, 0, nil)
		if err != nil || got.Mean != c.want {
			t.Errorf("%s: %+v, %v, want mean %v", name, got, err, c.want)
		}
	}
}

// The order in which the work is done changes no bit.
func TestSameBits(t *testing.T) {
	const n, d, k = 5000, 4, 60
	rows, labels := points(n, d, k, 5)
	one, other := Clustering{rows, d, k, labels, kmeans.InOrder}, Clustering{rows, d, k, labels, backwards}
	for _, pairs := range []int64{all, 4e6} {
		a, errA := one.Silhouette(t.Context(), pairs, 3, nil)
		b, errB := other.Silhouette(t.Context(), pairs, 3, nil)
		if a != b || errA != nil || errB != nil {
			t.Errorf("the silhouette is %+v, %v, and backwards %+v, %v", a, errA, b, errB)
		}
	}
	a, errA := one.Separation(t.Context(), nil)
	b, errB := other.Separation(t.Context(), nil)
	if a != b || errA != nil || errB != nil {
		t.Errorf("the separation is %+v, %v, and backwards %+v, %v", a, errA, b, errB)
	}
}

// The sample's mean lies within a few standard errors of the whole's, its error
// is honest, and it depends on the seed only; with few clusters and with many,
// most of them small.
func TestSampledSilhouette(t *testing.T) {
	for _, k := range []int{4, 100} {
		const n, d, times = 6000, 3, 40
		rows, labels := points(n, d, k, 3)
		for i, l := range labels {
			labels[i] = l * l / int32(k) // the last are small, and some are empty
		}
		c := Clustering{rows, d, k, labels, kmeans.InOrder}
		whole, err := c.Silhouette(t.Context(), all, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		far, mean, most := 0, 0.0, 0.0
		for seed := range uint64(times) {
			const pairs = 1e6
			s, err := c.Silhouette(t.Context(), pairs, seed, nil)
			if err != nil || !s.Sampled || s.Rows != 1000 || !(s.Error > 0) {
				t.Fatalf("seed %d: %+v, %v, want a sample of 1000", seed, s, err)
			}
			if again, _ := c.Silhouette(t.Context(), pairs, seed, nil); again != s {
				t.Errorf("seed %d: %+v, then %+v", seed, s, again)
			}
			if math.Abs(s.Mean-whole.Mean) > 2*s.Error {
				far++
			}
			mean += s.Mean / times
			most = max(most, math.Abs(s.Mean-whole.Mean)/s.Error)
		}
		// 5 % are expected; 25 % of 40 would come by chance once in 100,000.
		if far > 10 {
			t.Errorf("k = %d: %d of %d samples are more than 2 standard errors off %v", k, far, times, whole.Mean)
		}
		if most < .5 {
			t.Errorf("k = %d: no sample is half a standard error off %v: the error is too large, or all seeds choose the same", k, whole.Mean)
		}
		t.Logf("k = %d: %v, mean of the samples %v", k, whole.Mean, mean)
	}
}

// Each row has the same chance to be measured, and to be measured against.
func TestSampleIsFair(t *testing.T) {
	const n, times = 21, 8000
	c := Clustering{make([]float32, n), 1, 2, make([]int32, n), kmeans.InOrder}
	for i := range n / 3 {
		c.Labels[3*i] = 1
	}
	size := []int{14, 7}
	var measured, against [n]int
	for seed := range uint64(times) {
		m := newMeter(c, size, 64, seed)
		if len(m.rows) != 8 || !slices.IsSorted(m.rows) || !slices.Equal(m.at, []int{0, 4, 7}) {
			t.Fatalf("seed %d: %d rows against %v, want 8 against 0 4 7", seed, len(m.rows), m.at)
		}
		for _, i := range m.rows {
			measured[i]++
		}
		for j := range 2 {
			refs := m.refs[m.at[j]:m.at[j+1]]
			if !slices.IsSorted(refs) {
				t.Fatalf("seed %d: %v is not in order", seed, refs)
			}
			for _, i := range refs {
				if c.Labels[i] != int32(j) {
					t.Fatalf("seed %d: row %d stands for cluster %d", seed, i, j)
				}
				against[i]++
			}
		}
	}
	for i := range n {
		for _, s := range []struct {
			what  string
			count int
			want  float64
		}{{"measured", measured[i], times * 8. / n}, {"measured against", against[i], times * []float64{4. / 14, 3. / 7}[c.Labels[i]]}} {
			if math.Abs(float64(s.count)-s.want) > 5*math.Sqrt(s.want) {
				t.Errorf("row %d is %s in %d of %d samples, want about %.0f", i, s.what, s.count, times, s.want)
			}
		}
	}
}

func TestScoresAreCancelled(t *testing.T) {
	why := errors.New("enough")
	rows, labels := points(10_000, 2, 3, 1)
	c := Clustering{rows, 2, 3, labels, kmeans.InOrder}
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := c.Silhouette(ctx, all, 0, func(done, total int64) {
		if total != 10_000 {
			t.Errorf("progress of %d rows, want 10000", total)
		}
		if done > 4000 {
			t.Errorf("%d rows done after it was cancelled", done)
		}
		if done > 3000 {
			cancel(why)
		}
	})
	if !errors.Is(err, why) {
		t.Errorf("Silhouette = %v, want the cause", err)
	}
	ctx, cancel = context.WithCancelCause(t.Context())
	last := int64(0)
	_, err = c.Separation(ctx, func(done, total int64) {
		if done <= last || total != 20_000 {
			t.Errorf("progress of %d of %d rows after %d, want more, of 20000", done, total, last)
		}
		if last = done; done > 12_000 {
			cancel(why)
		}
	})
	if !errors.Is(err, why) || last > 14_000 {
		t.Errorf("Separation = %v after %d rows, want the cause soon after 12000", err, last)
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
	const n, d, k = 8000, 16, 10
	rows, labels := points(n, d, k, 1)
	c := Clustering{rows, d, k, labels, kmeans.InOrder}
	for b.Loop() {
		if _, err := c.Silhouette(b.Context(), all, 0, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*n*float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
}
