package score

import "slices"

// CompareLabels sets the clusters 0 to k-1 of rows against their labels, in row
// order; "" is no label. Labels come in byte order. The ARI of identical
// partitions is 1; without a pair of labelled rows it is 0.
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
	c.ARI = adjustedRand(c.Counts)
	return c
}

// adjustedRand computes the index from a contingency table. Pairs are counted in
// float64, exact up to 2^53 of them, so up to 134 million rows.
func adjustedRand(counts [][]int64) float64 {
	pairs := func(n int64) float64 { return float64(float64(n) * float64(n-1) / 2) }
	var both, inRow, inCol, n float64
	var rows int64
	var cols []int64
	for _, line := range counts {
		var sum int64
		if cols == nil {
			cols = make([]int64, len(line))
		}
		for j, c := range line {
			both += pairs(c)
			sum += c
			cols[j] += c
		}
		inRow += pairs(sum)
		rows += sum
	}
	for _, c := range cols {
		inCol += pairs(c)
	}
	n = pairs(rows)
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
