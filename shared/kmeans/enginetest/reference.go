package enginetest

import (
	"cmp"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// inShards adds up fn over the rows in the order of the contract: row by row in
// a shard, then the shards.
func inShards(n, d, k int, fn func(i int) float64) float64 {
	_, size := kmeans.Shards(n, d, k)
	total := 0.0
	for lo := 0; lo < n; lo += size {
		sum := 0.0
		for i := lo; i < min(lo+size, n); i++ {
			sum += fn(i)
		}
		total += sum
	}
	return total
}

func meanOf(c Case, fn func(v float64, f int) float64) []float64 {
	mean := make([]float64, c.D)
	for f := range mean {
		mean[f] = inShards(c.N, c.D, 1, func(i int) float64 { return fn(float64(c.Rows[i*c.D+f]), f) }) / float64(c.N)
	}
	return mean
}

func passOf(c Case, centroids kmeans.Matrix, before []int32) (labels []int32, squared []float64, s kmeans.Sums) {
	k := centroids.Rows
	labels, squared = make([]int32, c.N), make([]float64, c.N)
	s = kmeans.Sums{Count: make([]int64, k), Sum: kmeans.NewMatrix(k, c.D), Within: make([]float64, k)}
	for i := range labels {
		l, sq := kernel.Nearest(c.Rows[i*c.D:(i+1)*c.D], centroids.Data)
		labels[i], squared[i] = int32(l), sq
		s.Count[l]++
		if labels[i] != before[i] {
			s.Changed++
		}
	}
	of := func(j int, v func(i int) float64) float64 {
		return inShards(c.N, c.D, k, func(i int) float64 {
			if j >= 0 && labels[i] != int32(j) {
				return 0 // adding it changes no bit
			}
			return v(i)
		})
	}
	s.Inertia = of(-1, func(i int) float64 { return float64(c.weight(i) * squared[i]) })
	if c.Weights != nil {
		s.Weight = make([]float64, k)
	}
	for j := range k {
		s.Within[j] = of(j, func(i int) float64 { return float64(c.weight(i) * squared[i]) })
		for f := range c.D {
			s.Sum.Row(j)[f] = of(j, func(i int) float64 { return float64(c.weight(i) * float64(c.Rows[i*c.D+f])) })
		}
		if c.Weights != nil {
			s.Weight[j] = of(j, c.weight)
		}
	}
	return labels, squared, s
}

func farOf(c Case, labels []int32, squared []float64, most int) []kmeans.Far {
	var far []kmeans.Far
	for i := range labels {
		if w := c.weight(i); w > 0 {
			far = append(far, kmeans.Far{Row: int64(i), Label: int(labels[i]), Squared: squared[i], Weight: w})
		}
	}
	slices.SortStableFunc(far, func(a, b kmeans.Far) int { return cmp.Compare(b.Squared, a.Squared) })
	return far[:min(most, len(far))]
}

// ref is a Seeder written out.
type ref struct {
	c       Case
	seeds   int
	squared []float64
	nearest []int
}

func newRef(c Case) *ref {
	r := &ref{c: c, squared: make([]float64, c.N), nearest: make([]int, c.N)}
	for i := range r.squared {
		r.squared[i] = math.Inf(1)
	}
	return r
}

func (r *ref) distance(i int, seed []float64) float64 {
	return kernel.SquaredDistance(r.c.Rows[i*r.c.D:(i+1)*r.c.D], seed)
}

func (r *ref) add(seed []float64) {
	for i := range r.squared {
		if sq := r.distance(i, seed); sq < r.squared[i] {
			r.squared[i], r.nearest[i] = sq, r.seeds
		}
	}
	r.seeds++
}

func (r *ref) try(seed []float64) float64 {
	return inShards(r.c.N, r.c.D, 1, func(i int) float64 { return float64(r.c.weight(i) * min(r.squared[i], r.distance(i, seed))) })
}

// share is what row i has of the potential.
func (r *ref) share(i int) float64 {
	if r.seeds == 0 {
		return r.c.weight(i)
	}
	return float64(r.c.weight(i) * r.squared[i])
}

func (r *ref) potential() float64 { return inShards(r.c.N, r.c.D, 1, r.share) }

func (r *ref) weights() []float64 {
	w := make([]float64, r.seeds)
	for i, j := range r.nearest {
		w[j] += r.c.weight(i)
	}
	return w
}

func (r *ref) draw(seed, purpose uint64, times float64) (rows []int64) {
	p := r.potential()
	for i := range r.squared {
		if kmeans.Uniform(seed, purpose, uint64(i))*p < times*r.share(i) {
			rows = append(rows, int64(i))
		}
	}
	return rows
}

// pick is the contract of Seeder.Pick to the letter.
func (r *ref) pick(at float64) int64 {
	_, size := kmeans.Shards(r.c.N, r.c.D, 1)
	goal, lo, before := float64(at*r.potential()), 0, 0.0
	for ; lo+size < r.c.N; lo += size {
		sum := 0.0
		for i := lo; i < lo+size; i++ {
			sum += r.share(i)
		}
		if before+sum > goal {
			break
		}
		before += sum
	}
	last, sum := -1, 0.0
	for i := lo; i < min(lo+size, r.c.N); i++ {
		if sum += r.share(i); r.share(i) > 0 {
			last = i
		}
		if r.share(i) > 0 && sum > goal-before {
			return int64(i)
		}
	}
	for i := lo; last < 0 && i > 0; i-- {
		if r.share(i-1) > 0 {
			last = i - 1
		}
	}
	for i := lo; last < 0; i++ {
		if r.share(i) > 0 {
			last = i
		}
	}
	return int64(last)
}
