package enginetest

import (
	"cmp"
	"math"
	"math/big"
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

// momentsOf gives mean and variance by the differences from the median of up to 63 rows.
func momentsOf(c Case) kmeans.Moments {
	mean, variance := make([]float64, c.D), make([]float64, c.D)
	some := min(c.N, 63)
	for f := range mean {
		var values []float64
		for i := range some {
			values = append(values, float64(c.Rows[i*c.N/some*c.D+f]))
		}
		slices.Sort(values)
		origin := values[some/2]
		of := func(fn func(e float64) float64) float64 {
			return inShards(c.N, c.D, 1, func(i int) float64 { return fn(float64(c.Rows[i*c.D+f]) - origin) }) / float64(c.N)
		}
		from := of(func(e float64) float64 { return e })
		mean[f] = origin + from
		variance[f] = max(0, of(func(e float64) float64 { return float64(e * e) })-float64(from*from))
	}
	return kmeans.Moments{Mean: mean, Variance: variance}
}

// exactly gives the sum of v of the rows with label j, of all if j is negative, rounded once.
func exactly(labels []int32, j int, v func(i int) float64) float64 {
	const bits = 2200 // from the least product of a weight and a number to the largest sum
	sum, term := new(big.Float).SetPrec(bits), new(big.Float).SetPrec(bits)
	for i, l := range labels {
		if j < 0 || int(l) == j {
			sum.Add(sum, term.SetFloat64(v(i)))
		}
	}
	f, _ := sum.Float64()
	return f
}

// passOf gives what a pass finds; its inertia is exact.
func passOf(c Case, centroids kmeans.Matrix, before []int32) (labels []int32, squared []float64, s kmeans.Sums) {
	k := centroids.Rows
	labels, squared = make([]int32, c.N), make([]float64, c.N)
	s = kmeans.Sums{Count: make([]int64, k), Sum: kmeans.NewMatrix(k, c.D)}
	for i := range labels {
		l, sq := kernel.Nearest(c.Rows[i*c.D:(i+1)*c.D], centroids.Data)
		labels[i], squared[i] = int32(l), sq
		s.Count[l]++
		if labels[i] != before[i] {
			s.Changed++
		}
	}
	s.Inertia = exactly(labels, -1, func(i int) float64 { return float64(c.weight(i) * squared[i]) })
	for j := range k {
		for f := range c.D {
			s.Sum.Row(j)[f] = exactly(labels, j, func(i int) float64 { return float64(c.weight(i) * float64(c.Rows[i*c.D+f])) })
		}
		if c.Weights != nil {
			s.Weight = append(s.Weight, exactly(labels, j, c.weight))
		}
	}
	return labels, squared, s
}

// withinOf gives the inertia of each cluster and of all rows.
func withinOf(c Case, k int, labels []int32, squared []float64) (within []float64, inertia float64) {
	of := func(j int) float64 {
		return inShards(c.N, 1, k, func(i int) float64 {
			if j >= 0 && int(labels[i]) != j {
				return 0 // adding it changes no bit
			}
			return float64(c.weight(i) * squared[i])
		})
	}
	for j := range k {
		within = append(within, of(j))
	}
	return within, of(-1)
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
