package kmeans

import "context"

// Observer is told what happens during Run, on the goroutine that called Run.
// It must be quick. Its zero value is silent.
type Observer struct {
	// Enough, if not nil, is a child of Run's context. When it ends and Run's does
	// not, the training stops with the best centroids so far: see Result.Partial.
	Enough context.Context
	// Seeding is called before each round of choosing the starts, round from 1.
	Seeding func(restart, round, rounds int)
	// Rows is called while a pass or a round is at work: rows done so far, of total.
	Rows func(done, total int64)
	// Pass is called after each pass, with a checkpoint from which Run can go on.
	// The checkpoint is the caller's to keep.
	Pass func(p PassInfo, c Checkpoint)
}

// PassInfo describes one pass: of all rows, of some steps of a mini-batch
// training, or one split of a bisecting one. Inertia is that of the centroids
// before the update, and after a split; Centroids are those after it, as many
// as there are so far.
type PassInfo struct {
	Restart   int     `json:"restart"` // from 0
	Pass      int     `json:"pass"`    // from 1
	Inertia   float64 `json:"inertia"`
	Estimated bool    `json:"estimated,omitempty"` // by the rows that a mini-batch pass saw; Changed is not known and 0
	Changed   int64   `json:"changed"`             // rows whose cluster is another than in the pass before; all rows in the first
	Shift     float64 `json:"shift"`               // largest distance that a centroid moved
	Relocated int     `json:"relocated,omitempty"` // empty clusters that were given a far row
	Centroids Matrix  `json:"centroids,omitzero"`
}

// Checkpoint is the state between two passes: enough to go on to the same bits.
type Checkpoint struct {
	Restart   int       `json:"restart"`
	Pass      int       `json:"pass"`
	Before    Matrix    `json:"before"`              // centroids of the last pass: they restore the labels
	Centroids Matrix    `json:"centroids"`           // centroids of the next pass
	Converged bool      `json:"converged,omitempty"` // the pass met the stop rule: no other follows in this restart
	Best      *Solution `json:"best,omitempty"`      // of the restarts that have ended

	Online *Online `json:"online,omitempty"` // of a mini-batch training
	Splits []Split `json:"splits,omitempty"` // of a bisecting one
}

// fits reports whether c can be of a training of rows of d features.
func (c *Checkpoint) fits(cfg Config, d int) bool {
	matrix := func(m Matrix, k int) bool { return m.Rows == k && m.Cols == d && len(m.Data) == k*d }
	if c.Restart < 0 || c.Restart >= cfg.Restarts || c.Pass < 1 || c.Best != nil && !matrix(c.Best.Centroids, cfg.K) {
		return false
	}
	switch {
	case cfg.Algorithm == Bisecting && cfg.K > 1:
		for i, s := range c.Splits {
			if s.Cluster < 0 || s.Cluster > i || !matrix(s.Halves, 2) {
				return false
			}
		}
		return c.Pass == len(c.Splits) && len(c.Splits) < cfg.K
	case cfg.Algorithm == MiniBatch:
		if o := c.Online; o == nil || !matrix(o.Centroids, cfg.K) || len(o.Weight) != cfg.K {
			return false
		}
	}
	return matrix(c.Before, cfg.K) && matrix(c.Centroids, cfg.K)
}

// Solution is the outcome of one restart.
type Solution struct {
	Restart   int     `json:"restart"`
	Centroids Matrix  `json:"centroids"`
	Inertia   float64 `json:"inertia"` // of Centroids, labels agreeing with them
	Passes    int     `json:"passes"`
	Converged bool    `json:"converged"` // false: stopped by MaxIterations
}

// Result is the best solution, the statistics of its clusters, and how it came about.
// The engine's labels are those of the solution when Run returns.
type Result struct {
	Solution
	Sizes  []int64   `json:"sizes"`            // rows of each cluster
	Within []float64 `json:"within"`           // sum of weight times squared distance of each cluster; their sum in order is Inertia up to rounding
	Weight []float64 `json:"weight,omitempty"` // of each cluster; nil without weights

	Partial   bool      `json:"partial,omitempty"` // Observer.Enough ended it: more passes or restarts were to come
	Sampled   int64     `json:"sampled,omitempty"` // rows that the centroids were found on; 0 means all
	Algorithm Algorithm `json:"algorithm"`         // that was used
	Why       string    `json:"why"`               // what it did, and why, in a sentence for the user
}
