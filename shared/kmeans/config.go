// Package kmeans is k-means as this project defines it: the same data, Config
// and seed give the same bits, whatever the engine, the number of workers or
// the machine. It starts no goroutine and reads no clock: an Engine does the
// work on the rows, Run decides what is done next.
package kmeans

import (
	"errors"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Init says where the centroids start.
type Init string

// The ways to start.
const (
	Parallel Init = "k-means||" // Bahmani et al., Scalable K-Means++, PVLDB 5(7), 2012; with few rows k-means++
	PlusPlus Init = "k-means++" // Arthur and Vassilvitskii, SODA 2007; greedy, with 2+ln(k) trials
	Random   Init = "random"    // k different rows
	Given    Init = "given"     // Config.Start
)

// Algorithm says how the centroids are found.
type Algorithm string

// The algorithms. Auto, Lloyd and Hamerly give the same bits: they differ in how
// many distances are measured.
const (
	Auto      Algorithm = "auto"       // Lloyd, and Hamerly's bounds in passes where they are measured to pay
	Lloyd     Algorithm = "lloyd"      // Lloyd, IEEE Trans. Inf. Theory 28(2), 1982: each row is measured in each pass
	Hamerly   Algorithm = "hamerly"    // Hamerly, SDM 2010: rows that bounds prove to stay are not measured again
	MiniBatch Algorithm = "mini-batch" // Sculley, WWW 2010: steps on some rows at a time; approximate
	Bisecting Algorithm = "bisecting"  // Steinbach, Karypis and Kumar, KDD Workshop on Text Mining 2000: the cluster of the largest inertia is split in two, until there are k
)

// Distance says what near means.
type Distance string

// The distances. With Cosine rows are expected to have length 1, and centroids
// are brought to it: spherical k-means, Dhillon and Modha, Machine Learning 42, 2001.
// The inertia is then the sum of 2(1-cos).
const (
	Euclidean Distance = "euclidean"
	Cosine    Distance = "cosine"
)

// Config says what to train. The zero value of a field means its default.
type Config struct {
	K             int       `json:"k"`                       // clusters; 0 means 8, with Start as many as it has
	Algorithm     Algorithm `json:"algorithm,omitempty"`     // empty means Auto
	Distance      Distance  `json:"distance,omitempty"`      // empty means Euclidean
	Init          Init      `json:"init,omitempty"`          // empty means Parallel, with Start Given
	InitRounds    int       `json:"initRounds,omitempty"`    // with Parallel: rounds of drawing rows; 0 means 3
	Oversampling  float64   `json:"oversampling,omitempty"`  // with Parallel: rows drawn in a round, about, in multiples of k; 0 means 2
	Start         Matrix    `json:"start,omitzero"`          // with Given: k x d, in the prepared space
	Frozen        []int     `json:"frozen,omitempty"`        // with Given: centroids that stay where they start
	Restarts      int       `json:"restarts,omitempty"`      // runs from other starts, the best is kept; 0 means 1
	MaxIterations int       `json:"maxIterations,omitempty"` // passes of one run; 0 means 300
	Tolerance     float64   `json:"tolerance"`               // stop when the centroids' squared shift is at most this times the mean variance of the features, as in scikit-learn; 0 stops when no row moves
	Batch         int       `json:"batch,omitempty"`         // with MiniBatch: rows of a step; 0 means 1024, or 4k if that is more
	Sample        int64     `json:"sample,omitempty"`        // train on so many rows, chosen by the seed, and label all; 0 means all
	Seed          uint64    `json:"seed,string"`
}

// Limits of a Config. They are far above what is useful; they keep a typing
// error from occupying a machine for a year.
const (
	MaxRestarts   = 1000
	MaxIterations = 1_000_000
	MaxInitRounds = 100
	MaxCells      = 1 << 24 // of the centroids: k times features; a pass needs up to 9 times their 128 MiB
)

// WithDefaults fills in what is zero.
func (c Config) WithDefaults() Config {
	if c.Init == "" {
		c.Init = Parallel
		if !c.Start.IsZero() {
			c.Init = Given
		}
	}
	if c.K == 0 {
		c.K = 8
		if c.Init == Given && !c.Start.IsZero() {
			c.K = c.Start.Rows
		}
	}
	if c.Algorithm == "" {
		c.Algorithm = Auto
	}
	if c.Distance == "" {
		c.Distance = Euclidean
	}
	if c.Restarts == 0 {
		c.Restarts = 1
	}
	if c.Init == Parallel && c.InitRounds == 0 {
		c.InitRounds = parallelRounds
	}
	if c.Init == Parallel && c.Oversampling == 0 {
		c.Oversampling = parallelFactor
	}
	if c.Algorithm == MiniBatch && c.Batch == 0 {
		c.Batch = max(1024, 4*c.K)
	}
	if c.MaxIterations == 0 {
		c.MaxIterations = 300
	}
	return c
}

// Validate reports all that is wrong, joined, each fault.Invalid with its Field,
// after WithDefaults. A negative rows or dim is not known yet, and not compared.
func (c Config) Validate(rows, dim int) error {
	c = c.WithDefaults()
	var bad []error
	fail := func(field, format string, args ...any) {
		bad = append(bad, fault.Fieldf("config."+field, format, args...))
	}
	switch {
	case c.K < 1:
		fail("k", "k is %d, want at least 1.", c.K)
	case rows == 0:
		fail("k", "There are no rows left to train on.")
	case rows > 0 && c.K > rows:
		fail("k", "k is %d, but there are only %d rows. Choose a smaller k.", c.K, rows)
	case c.K > MaxCells || dim > 0 && c.K > MaxCells/dim:
		fail("k", "k is %d, which is too large for %d features: k times features may be at most %d.", c.K, max(dim, 1), MaxCells)
	}
	if dim == 0 {
		bad = append(bad, fault.Fieldf("prep.columns", "There is no feature to train on. Choose at least one column with numbers or categories."))
	}
	switch c.Init {
	case Parallel, PlusPlus, Random:
		if !c.Start.IsZero() {
			fail("start", "Start centroids are given, but the initialisation is %q. Choose %q, or leave them out.", c.Init, Given)
		}
		if len(c.Frozen) > 0 {
			fail("frozen", "Only given start centroids can be frozen. Choose the initialisation %q, or freeze none.", Given)
		}
	case Given:
		c.checkStart(dim, fail)
		c.checkFrozen(fail)
		if c.Restarts > 1 {
			fail("restarts", "From given start centroids each of the %d restarts would be the same. Use 1.", c.Restarts)
		}
	default:
		fail("init", "The initialisation is %q, want one of %q, %q, %q, %q.", c.Init, Parallel, PlusPlus, Random, Given)
	}
	if c.Restarts < 1 || c.Restarts > MaxRestarts {
		fail("restarts", "The number of restarts is %d, want 1 to %d.", c.Restarts, MaxRestarts)
	}
	if c.MaxIterations < 1 || c.MaxIterations > MaxIterations {
		fail("maxIterations", "The maximum of iterations is %d, want 1 to %d.", c.MaxIterations, MaxIterations)
	}
	if !(c.Tolerance >= 0) || math.IsInf(c.Tolerance, 0) {
		fail("tolerance", "The tolerance is %v, want 0 or a small positive number such as 0.0001.", c.Tolerance)
	}
	c.checkAlgorithm(rows, fail)
	return errors.Join(bad...)
}

// checkAlgorithm checks what only some algorithms and initialisations take.
func (c Config) checkAlgorithm(rows int, fail func(field, format string, args ...any)) {
	switch c.Algorithm {
	case Auto, Lloyd, Hamerly, MiniBatch:
	case Bisecting:
		if c.Init == Given {
			fail("algorithm", "Bisecting starts from one cluster, so start centroids can't be given. Choose another algorithm, or leave them out.")
		}
	default:
		fail("algorithm", "The algorithm is %q, want one of %q, %q, %q, %q, %q.", c.Algorithm, Auto, Lloyd, Hamerly, MiniBatch, Bisecting)
	}
	if c.Distance != Euclidean && c.Distance != Cosine {
		fail("distance", "The distance is %q, want %q or %q.", c.Distance, Euclidean, Cosine)
	}
	switch {
	case c.Init != Parallel && (c.InitRounds != 0 || c.Oversampling != 0):
		fail("initRounds", "Rounds and oversampling are of the initialisation %q. Leave them out with %q.", Parallel, c.Init)
	case c.Init == Parallel && (c.InitRounds < 1 || c.InitRounds > MaxInitRounds):
		fail("initRounds", "The number of rounds of %s is %d, want 1 to %d.", Parallel, c.InitRounds, MaxInitRounds)
	case c.Init == Parallel && !(c.Oversampling > 0 && c.Oversampling <= 1000):
		fail("oversampling", "The oversampling of %s is %v, want a number above 0, up to 1000.", Parallel, c.Oversampling)
	}
	switch {
	case c.Algorithm != MiniBatch && c.Batch != 0:
		fail("batch", "The rows of a step are of the algorithm %q. Leave them out with %q.", MiniBatch, c.Algorithm)
	case c.Algorithm == MiniBatch && (c.Batch < 1 || c.Batch > MaxCells):
		fail("batch", "A step has %d rows, want 1 to %d.", c.Batch, MaxCells)
	}
	switch {
	case c.Sample < 0:
		fail("sample", "The sample has %d rows, want 0 for all, or at least k.", c.Sample)
	case c.Sample > 0 && c.Sample < int64(c.K) && rows >= c.K:
		fail("sample", "The sample has %d rows, but k is %d. Take more rows.", c.Sample, c.K)
	}
}

func (c Config) checkFrozen(fail func(field, format string, args ...any)) {
	for i, j := range c.Frozen {
		switch {
		case j < 0 || j >= c.K:
			fail("frozen", "Centroid %d can't be frozen: they are numbered from 0 to %d.", j, c.K-1)
		case slices.Contains(c.Frozen[:i], j):
			fail("frozen", "Centroid %d is frozen twice.", j)
		}
	}
}

func (c Config) checkStart(dim int, fail func(field, format string, args ...any)) {
	s := c.Start
	switch {
	case s.IsZero():
		fail("start", "The initialisation is %q, but no start centroids are given.", Given)
		return
	case s.Rows < 0 || s.Cols < 0 || len(s.Data) != s.Rows*s.Cols:
		fail("start", "The start centroids say %d x %d, but have %d values.", s.Rows, s.Cols, len(s.Data))
		return
	case s.Rows != c.K:
		fail("start", "There are %d start centroids, but k is %d.", s.Rows, c.K)
	case dim > 0 && s.Cols != dim:
		fail("start", "The start centroids have %d features, but the rows have %d.", s.Cols, dim)
	}
	for i, v := range s.Data {
		// Beyond float32 no row can lie, and squared distances could overflow.
		if !(math.Abs(v) <= math.MaxFloat32) {
			fail("start", "Start centroid %d, feature %d, is %v, want a number within ±3.4e38.", i/s.Cols, i%s.Cols, v)
			return
		}
	}
}
