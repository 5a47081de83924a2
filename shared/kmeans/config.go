// Package kmeans is k-means as this project defines it: the same data, Config
// and seed give the same bits, whatever the engine, the number of workers or
// the machine. It starts no goroutine and reads no clock: an Engine does the
// work on the rows, Run decides what is done next.
package kmeans

// Init says where the centroids start.
type Init string

// The ways to start.
const (
	Parallel Init = "k-means||" // Bahmani et al., Scalable K-Means++, PVLDB 5(7), 2012
	PlusPlus Init = "k-means++" // Arthur and Vassilvitskii, SODA 2007; greedy, with 2+ln(k) trials
	Random   Init = "random"    // k different rows
	Given    Init = "given"     // Config.Start
)

// Config says what to train. The zero value of a field means its default.
type Config struct {
	K             int     `json:"k"`                       // clusters; 0 means 8
	Init          Init    `json:"init,omitempty"`          // empty means Parallel
	Start         Matrix  `json:"start,omitzero"`          // with Given: k x d, in the prepared space
	Restarts      int     `json:"restarts,omitempty"`      // runs from other starts, the best is kept; 0 means 1
	MaxIterations int     `json:"maxIterations,omitempty"` // passes of one run; 0 means 300
	Tolerance     float64 `json:"tolerance"`               // stop when the centroids' squared shift is at most this times the mean variance of the features, as in scikit-learn; 0 stops when no row moves
	Seed          uint64  `json:"seed,string"`
}
