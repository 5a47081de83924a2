// Package kmeans is k-means as this project defines it: the same data, Config
// and seed give the same bits, whatever the engine, the number of workers or
// the machine. It starts no goroutine and reads no clock: an Engine does the
// work on the rows, Run decides what is done next.
package kmeans

import (
	"errors"
	"math"

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

// Config says what to train. The zero value of a field means its default.
type Config struct {
	K             int     `json:"k"`                       // clusters; 0 means 8, with Start as many as it has
	Init          Init    `json:"init,omitempty"`          // empty means Parallel, with Start Given
	Start         Matrix  `json:"start,omitzero"`          // with Given: k x d, in the prepared space
	Restarts      int     `json:"restarts,omitempty"`      // runs from other starts, the best is kept; 0 means 1
	MaxIterations int     `json:"maxIterations,omitempty"` // passes of one run; 0 means 300
	Tolerance     float64 `json:"tolerance"`               // stop when the centroids' squared shift is at most this times the mean variance of the features, as in scikit-learn; 0 stops when no row moves
	Seed          uint64  `json:"seed,string"`
}

// Limits of a Config. They are far above what is useful; they keep a typing
// error from occupying a machine for a year.
const (
	MaxRestarts   = 1000
	MaxIterations = 1_000_000
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
	if c.Restarts == 0 {
		c.Restarts = 1
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
	case Given:
		c.checkStart(dim, fail)
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
	return errors.Join(bad...)
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
