// Package score judges a clustering.
package score

// Silhouette is the mean silhouette width (Rousseeuw, J. Comput. Appl. Math.
// 20, 1987) in the prepared space, of a sample when there are many rows.
type Silhouette struct {
	Mean    float64 `json:"mean"`
	Error   float64 `json:"error"`   // standard error of the mean; 0 when all rows were used
	Rows    int     `json:"rows"`    // rows in the sample
	Sampled bool    `json:"sampled"` // false: all rows
}

// LabelComparison sets clusters against a known class. Rows without a label are left out.
type LabelComparison struct {
	Column string    `json:"column"`
	ARI    float64   `json:"ari"` // adjusted Rand index, Hubert and Arabie, J. Classification 2, 1985
	Labels []string  `json:"labels"`
	Counts [][]int64 `json:"counts"` // [cluster][label]
}
