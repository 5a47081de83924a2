package kmeans

import "context"

// Engine does the work on the rows: a goroutine pool on the server, a single
// thread in the browser. It keeps one label per row, that of the last Pass.
//
// All implementations give the same bits: labels by kernel.Nearest; the sums of a Pass
// exact, and rounded once to float64; all other sums in float64, row by row within the
// shards of Shards, shards added in their order.
// Rows may have weights, at least 0 and finite, that count in sums and in chance,
// but in no label. enginetest holds an implementation to it.
//
// Matrices given to an Engine belong to the caller and are not kept; what it
// returns belongs to the caller. Calls are made one at a time. A call ends soon
// after ctx ends (within one shard) with context.Cause(ctx); labels are undefined
// then. progress may be nil; otherwise it is called on the caller's goroutine
// with the rows done so far, and rows in all.
type Engine interface {
	// Rows and Dim give the number of rows and of features, both at least 1 for Run.
	Rows() int
	Dim() int

	// Weighted reports whether rows have weights; without them each counts once.
	Weighted() bool

	// Moments gives, without regard to weights, mean and variance of the features. It
	// and Pass refuse rows with NaN or an infinity: fault.Invalid names the first such row.
	Moments(ctx context.Context) (Moments, error)

	// Pass labels each row with the nearest of the centroids, ties to the lowest
	// index, and sums up the clusters.
	Pass(ctx context.Context, centroids Matrix, progress func(done, total int64)) (Sums, error)

	// Within gives the sum of weight times squared distance to the centroid of its label
	// of the rows of each cluster, and of all rows in their order. centroids are those of
	// the last Pass.
	Within(ctx context.Context, centroids Matrix) (within []float64, inertia float64, err error)

	// Far gives the m rows that are farthest from the centroid of their label,
	// farthest first, ties to the lowest row; all rows if there are fewer. Rows of
	// weight 0 are passed over. centroids are those of the last Pass.
	Far(ctx context.Context, centroids Matrix, m int) ([]Far, error)

	// Gather copies the rows with these numbers.
	Gather(ctx context.Context, rows []int64) (Matrix, error)

	// Members gives the rows with this label after the last Pass, in row order.
	Members(ctx context.Context, label int) ([]int64, error)

	// Subset makes an Engine of the rows with these numbers, in this order, and
	// their weights. It copies what it needs, and has nothing to close.
	Subset(ctx context.Context, rows []int64) (Engine, error)

	// Seeder starts to choose seeds, none so far. It needs 12 bytes a row, 4 if they are many,
	// until it is dropped. Labels are not touched.
	Seeder() Seeder
}

// Bounder is an Engine that can prove by bounds that rows keep their label, so that
// a Pass need not measure them again. It changes no bit of what Pass gives.
type Bounder interface {
	// Bound says when: never with Lloyd, always with Hamerly, and else in passes
	// where it is measured to pay.
	Bound(a Algorithm)

	// Skipped gives how many rows the passes since Bound did not measure, and how
	// many there were in all. It may differ from machine to machine.
	Skipped() (rows, of int64)
}

// Seeder measures how well a growing set of seeds covers the rows. The potential
// is the sum over the rows of weight times squared distance to the nearest seed;
// this product is what "squared distance" means below. Without seeds it is the
// weight alone.
type Seeder interface {
	// Add takes seeds into the set; they get the next indices. It gives the potential.
	Add(ctx context.Context, seeds Matrix, progress func(done, total int64)) (float64, error)

	// Try gives for each candidate the potential that the set would have with it alone added.
	Try(ctx context.Context, candidates Matrix, progress func(done, total int64)) ([]float64, error)

	// Draw gives each row i, in order, for which Uniform(seed, purpose, i) times the
	// potential is below times times the row's squared distance: each row alone
	// decides, so it does not matter who asks it.
	Draw(ctx context.Context, seed, purpose uint64, times float64) ([]int64, error)

	// Pick gives for each number in [0, 1) the row at that share of the potential, in
	// row order. Shards are passed by while the sum of their potentials is at most
	// the number times the potential, the last one never; then rows of the shard
	// while the sum of their squared distances is at most what remains. Where
	// rounding leaves no row it is the shard's last that differs from all seeds, or
	// else the last before the shard, or else the first after it. So a row that
	// equals a seed is never picked; the potential must not be 0.
	Pick(ctx context.Context, at []float64) ([]int64, error)

	// Weights gives for each seed the weight of the rows nearest to it, ties to the lowest index.
	Weights(ctx context.Context) ([]float64, error)
}

// Moments is the mean and the population variance of each feature.
type Moments struct {
	Mean, Variance []float64
}

// Sums is what a Pass finds.
type Sums struct {
	Count   []int64   // rows of each cluster
	Weight  []float64 // their weight; nil without weights
	Sum     Matrix    // sum of weight times row of each cluster
	Inertia float64   // sum of weight times squared distance of all rows, as the other sums give it: off by some 1e-15 of what one cluster would have
	Changed int64     // rows whose label is another than after the pass before; all in an engine's first
}

// Far is a row far from its centroid.
type Far struct {
	Row     int64
	Label   int
	Squared float64 // distance to the centroid
	Weight  float64 // 1 without weights
}

// Shards gives the number of shards of n rows, and the rows of each (the last may
// have fewer). It depends on the size of the task only, never on who works, and
// bounds the memory of k sums of d values of each shard by the larger of 32 MiB and 8
// times that of one.
func Shards(n, d, k int) (shards, rows int) {
	most := min(256, max(8, (4<<20)/(k*d)))
	rows = max((n+most-1)/most, 1024, 2*k)
	return (n + rows - 1) / rows, rows
}
