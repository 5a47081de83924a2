package kmeans

// Observer is told what happens during Run, on the goroutine that called Run.
// It must be quick. Its zero value is silent.
type Observer struct {
	// Seeding is called before each round of choosing the starts, round from 1.
	Seeding func(restart, round, rounds int)
	// Rows is called while a pass or a round is at work: rows done so far, of total.
	Rows func(done, total int64)
	// Pass is called after each pass, with a checkpoint from which Run can go on.
	// The checkpoint is the caller's to keep.
	Pass func(p PassInfo, c Checkpoint)
}

// PassInfo describes one pass. Inertia is that of the centroids before the
// update; Centroids are those after it.
type PassInfo struct {
	Restart   int     `json:"restart"` // from 0
	Pass      int     `json:"pass"`    // from 1
	Inertia   float64 `json:"inertia"`
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
	Sizes  []int64   `json:"sizes"`  // rows of each cluster
	Within []float64 `json:"within"` // sum of squared distances of each cluster; their sum in order is Inertia up to rounding
}
