package score

import (
	"math"
	"slices"
)

// LabelComparison sets clusters against a known class. Rows without a label are left out.
type LabelComparison struct {
	Column string `json:"column"`

	// ARI is the adjusted Rand index (Hubert and Arabie, J. Classification 2, 1985):
	// the share of the pairs of rows on which clusters and labels agree, brought to 0
	// for chance and 1 for the same groups.
	ARI float64 `json:"ari"`

	// NMI is the mutual information of clusters and labels, divided by the mean of
	// their entropies (Kvålseth, IEEE Trans. Syst. Man Cybern. 17(3), 1987; Vinh, Epps
	// and Bailey, JMLR 11, 2010): 0 if one says nothing about the other, 1 for the
	// same groups. It is not adjusted for chance: many clusters raise it. A file may
	// lack it: then it is nil.
	NMI *float64 `json:"nmi,omitempty"`

	Labels []string  `json:"labels"`
	Counts [][]int64 `json:"counts"` // [cluster][label]
}

// CompareLabels sets the clusters 0 to k-1 of rows against their labels, in row
// order; "" is no label. Labels come in byte order. ARI and NMI of identical
// partitions are 1; without a pair of labelled rows they are 0.
func CompareLabels(column string, clusters []int32, k int, labels []string) LabelComparison {
	index := map[string]int{}
	c := LabelComparison{Column: column, Labels: []string{}, Counts: make([][]int64, k)}
	for _, l := range labels {
		if _, seen := index[l]; l != "" && !seen {
			index[l] = 0
			c.Labels = append(c.Labels, l)
		}
	}
	slices.Sort(c.Labels)
	for i, l := range c.Labels {
		index[l] = i
	}
	for j := range c.Counts {
		c.Counts[j] = make([]int64, len(c.Labels))
	}
	for i, l := range labels {
		if l != "" {
			c.Counts[clusters[i]][index[l]]++
		}
	}
	nmi := mutualInformation(c.Counts)
	c.ARI, c.NMI = adjustedRand(c.Counts), &nmi
	return c
}

// adjustedRand computes the index from a contingency table. Pairs are counted in
// float64, exact up to 2^53 of them, so up to 134 million rows.
func adjustedRand(counts [][]int64) float64 {
	pairs := func(n int64) float64 { return float64(float64(n) * float64(n-1) / 2) }
	rows, cols, total := margins(counts)
	var both, inRow, inCol float64
	for _, line := range counts {
		for _, c := range line {
			both += pairs(c)
		}
	}
	for _, c := range rows {
		inRow += pairs(c)
	}
	for _, c := range cols {
		inCol += pairs(c)
	}
	n := pairs(total)
	if n == 0 {
		return 0
	}
	expected := float64(inRow / n * inCol)
	most := float64((inRow + inCol) / 2) // the conversions forbid fusing: same bits everywhere
	if most == expected {
		return 1 // both are one cluster, or both are all singles
	}
	return (both - expected) / (most - expected)
}

// mutualInformation computes NMI from a contingency table. Its last bits differ
// between machines, as those of math.Log do.
func mutualInformation(counts [][]int64) float64 {
	rows, cols, total := margins(counts)
	if total < 2 {
		return 0
	}
	n, sum := float64(total), 0.0
	for i, line := range counts {
		for j, c := range line {
			if c > 0 {
				sum += float64(float64(c) / n * math.Log(float64(c)/float64(rows[i])*(n/float64(cols[j]))))
			}
		}
	}
	mean := (entropy(rows, n) + entropy(cols, n)) / 2
	if mean == 0 {
		return 1 // one cluster, one label
	}
	if sum <= 0x1p-52 {
		return 0 // but for rounding
	}
	return sum / mean
}

// entropy is that of n rows in groups of these sizes.
func entropy(sizes []int64, n float64) float64 {
	sum := 0.0
	for _, s := range sizes {
		if s > 0 {
			sum -= float64(float64(s) / n * math.Log(float64(s)/n))
		}
	}
	return sum
}

// margins adds up the lines and columns of a table, and all of it.
func margins(counts [][]int64) (rows, cols []int64, total int64) {
	rows = make([]int64, len(counts))
	for i, line := range counts {
		if cols == nil {
			cols = make([]int64, len(line))
		}
		for j, c := range line {
			rows[i] += c
			cols[j] += c
			total += c
		}
	}
	return rows, cols, total
}
