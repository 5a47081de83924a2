package model

import (
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Profile is how the training rows were spread: what other rows are compared with,
// to tell an outlier (shared/explain) or a table that has moved (shared/drift). It
// is no part of the model's hash. See Model.Observe.
type Profile struct {
	Rows     int64           `json:"rows"`               // of the table, with those that were left out for a missing value
	Columns  []ColumnProfile `json:"columns"`            // one an input
	Distance Quantiles       `json:"distance"`           // of all rows to the centroid of their cluster
	Clusters []Quantiles     `json:"clusters,omitempty"` // of each cluster's rows, nil for an empty one; absent with more than maxClusterQuantiles clusters
	Every    int64           `json:"every,omitempty"`    // quantiles, but for the greatest, are of each so-many-th row; 0 means of all
}

// ColumnProfile counts the rows in the bins of a column. Together they are all rows.
type ColumnProfile struct {
	Edges   []float64 `json:"edges,omitempty"`   // numbers: ascending; a value is in the bin whose number is how many of them it reaches
	Levels  []int     `json:"levels,omitempty"`  // categories: places in Input.Levels of those with a bin, the most frequent first
	Counts  []int64   `json:"counts"`            // rows in each bin, one more than edges or levels: a category's last is its other levels
	Unknown int64     `json:"unknown,omitempty"` // categories: rows with a level that only rows had that were left out
	Missing int64     `json:"missing,omitempty"` // rows without a value
}

// Quantiles is the distances that the shares of QuantileShares of the rows do not
// exceed: the least of the rows' distances for which that is so.
type Quantiles []float64

// QuantileShares are the shares of rows that Quantiles are of; the last is all.
var QuantileShares = [...]float64{0.5, 0.9, 0.95, 0.99, 0.999, 1}

// Radius is the place of the share, 99 %, beyond which a row counts as an outlier.
const Radius = 3

// Limits of a profile's size. Bins are fewer in models of many columns.
const (
	numberBins          = 10
	categoryBins        = 20
	mostBins            = 2000 // of all columns together, if each has leastBins
	leastBins           = 4
	maxClusterQuantiles = 1000
)

// NoProfile is the fault of what needs a profile and has none.
func NoProfile() error {
	return fault.Newf(fault.Invalid, "This model has no profile of its training rows, because it was made by an older version, imported, or updated. Train again to get one.")
}

// Bin gives the bin of a number; it is no NaN.
func (c *ColumnProfile) Bin(x float64) int {
	lo, hi := 0, len(c.Edges)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); x >= c.Edges[mid] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Within gives the quantiles of a cluster, or those of all rows where it has none,
// and whether they are its own.
func (p *Profile) Within(cluster int) (q Quantiles, own bool) {
	if cluster < len(p.Clusters) && p.Clusters[cluster] != nil {
		return p.Clusters[cluster], true
	}
	return p.Distance, false
}

// validate checks a profile that came from a file.
func (p *Profile) validate(m *Model) error {
	if p.Rows < 1 || p.Every < 0 || len(p.Columns) != len(m.Inputs) || p.Clusters != nil && len(p.Clusters) != m.Centroids.Rows {
		return fault.Newf(fault.Invalid, "The model's profile is of %d rows, %d columns and %d clusters, but the model has %d columns and %d clusters.",
			p.Rows, len(p.Columns), len(p.Clusters), len(m.Inputs), m.Centroids.Rows)
	}
	for i, in := range m.Inputs {
		if !p.Columns[i].fits(in, p.Rows) {
			return fault.Newf(fault.Invalid, "The model's profile of column %q does not add up.", in.Name)
		}
	}
	ok := p.Distance.fits()
	for _, q := range p.Clusters {
		ok = ok && (q == nil || q.fits())
	}
	if !ok {
		return fault.Newf(fault.Invalid, "The model's profile has distances that are no quantiles.")
	}
	return nil
}

func (c *ColumnProfile) fits(in Input, rows int64) bool {
	bins, ok := len(c.Edges), c.Levels == nil && c.Unknown == 0
	if in.Kind != table.Number {
		bins, ok = len(c.Levels), c.Edges == nil
	}
	ok = ok && len(c.Counts) == bins+1 && c.Missing >= 0 && c.Unknown >= 0
	left := rows
	for _, n := range append([]int64{c.Missing, c.Unknown}, c.Counts...) {
		ok = ok && n >= 0 && n <= left
		left -= n
	}
	for i, e := range c.Edges {
		ok = ok && !math.IsNaN(e) && !math.IsInf(e, 0) && (i == 0 || c.Edges[i-1] < e)
	}
	seen := map[int]bool{}
	for _, l := range c.Levels {
		ok = ok && l >= 0 && l < len(in.Levels) && !seen[l]
		seen[l] = true
	}
	return ok && left == 0
}

func (q Quantiles) fits() bool {
	ok := len(q) == len(QuantileShares)
	for i, d := range q {
		ok = ok && d >= 0 && !math.IsInf(d, 0) && (i == 0 || q[i-1] <= d)
	}
	return ok
}
