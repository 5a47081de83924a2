package model

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// keptDistances is how many distances are kept at once: 32 MiB.
const keptDistances = 1 << 22

// Observe adds the profile of the training rows to m, which Build made with stats:
// src is the table, vectors are its prepared rows, and labels their clusters. It reads
// src once, and works on the caller's goroutine. Counts are of all rows; the edges of
// the bins are deciles of stats.Sample. Beyond 2^22 rows the quantiles of the distances
// are of each second row, or fourth, and so on. The same rows give the same profile.
func (m *Model) Observe(ctx context.Context, src table.Source, stats prep.Stats, vectors []float32, labels []int32) error {
	p := &Profile{}
	tallies := make([]columnTally, len(m.Inputs))
	bins := max(leastBins, mostBins/len(m.Inputs))
	for i, in := range m.Inputs {
		if in.Kind == table.Number {
			tallies[i].Edges = edgesOf(stats.Sample[i], min(numberBins, bins))
			tallies[i].Counts = make([]int64, len(tallies[i].Edges)+1)
			continue
		}
		tallies[i].places = make(map[string]int, len(in.Levels))
		for l, name := range in.Levels {
			tallies[i].places[name] = l
		}
		tallies[i].Counts = make([]int64, len(in.Levels))
	}
	err := src.Scan(ctx, m.Prep.Names(), func(b *table.Batch) error {
		p.Rows += int64(b.Rows)
		for i := range tallies {
			tallies[i].add(b.Columns[i], b.Rows)
		}
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	for i, in := range m.Inputs {
		if in.Kind != table.Number {
			tallies[i].fold(min(categoryBins, bins))
		}
		p.Columns = append(p.Columns, tallies[i].ColumnProfile)
	}
	if err := m.measure(ctx, p, vectors, labels); err != nil {
		return err
	}
	m.Profile = p
	return nil
}

// columnTally is the profile of a column while it is counted, a category's by all levels.
type columnTally struct {
	ColumnProfile
	places map[string]int
}

func (c *columnTally) add(v table.Vector, rows int) {
	if c.places == nil {
		for _, x := range v.Numbers[:rows] {
			if math.IsNaN(x) {
				c.Missing++
			} else {
				c.Counts[c.Bin(x)]++
			}
		}
		return
	}
	for _, s := range v.Texts[:rows] {
		if s == "" {
			c.Missing++
		} else if l, ok := c.places[s]; ok {
			c.Counts[l]++
		} else {
			c.Unknown++
		}
	}
}

// fold keeps the most frequent levels, ties to the first, and adds up the others.
func (c *columnTally) fold(most int) {
	order := make([]int, len(c.Counts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.Counts[b], c.Counts[a]) })
	all := c.Counts
	c.Levels, c.Counts = order[:min(most, len(order))], nil
	others := int64(0)
	for i, l := range order {
		if i < len(c.Levels) {
			c.Counts = append(c.Counts, all[l])
		} else {
			others += all[l]
		}
	}
	c.Counts = append(c.Counts, others)
}

// edgesOf gives edges that split a column's sample into about as many parts of the
// same size: a value that many rows have fills more than one. No part is empty, but
// for those beside the only value of a constant column: its profile must tell it from others.
func edgesOf(sample []float64, parts int) []float64 {
	s := slices.DeleteFunc(slices.Clone(sample), func(x float64) bool { return x-x != 0 })
	if len(s) == 0 {
		return nil
	}
	slices.Sort(s)
	least, most := s[0], s[len(s)-1]
	if least == most {
		if beyond := math.Nextafter(least, math.Inf(1)); !math.IsInf(beyond, 0) {
			return []float64{least, beyond}
		}
		return []float64{least}
	}
	var edges []float64
	last := least
	for q := 1; q < parts; q++ {
		e := s[q*len(s)/parts]
		if e == least { // it fills the first part: the next value begins the second one
			at, _ := slices.BinarySearch(s, math.Nextafter(least, math.Inf(1)))
			e = s[at]
		}
		if e > last {
			edges = append(edges, e)
			last = e
		}
	}
	return edges
}

// measure adds the quantiles of the distances.
func (m *Model) measure(ctx context.Context, p *Profile, vectors []float32, labels []int32) error {
	d, k := m.Centroids.Cols, m.Centroids.Rows
	every := int64(1)
	for (int64(len(labels))+every-1)/every > keptDistances {
		every *= 2
	}
	if every > 1 {
		p.Every = every
	}
	type measured struct {
		label    int32
		distance float64
	}
	kept := make([]measured, 0, (int64(len(labels))+every-1)/every)
	most := make([]float64, k)
	for i, l := range labels {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		dist := math.Sqrt(kernel.SquaredDistance(vectors[i*d:(i+1)*d], m.Centroids.Row(int(l))))
		most[l] = max(most[l], dist)
		if int64(i)%every == 0 {
			kept = append(kept, measured{l, dist})
		}
	}
	slices.SortFunc(kept, func(a, b measured) int { return cmp.Compare(a.distance, b.distance) })
	all := make([]float64, len(kept))
	for i, v := range kept {
		all[i] = v.distance
	}
	p.Distance = quantilesOf(all, slices.Max(most))
	if k > maxClusterQuantiles {
		return nil
	}
	parts := make([][]float64, k)
	for _, v := range kept {
		parts[v.label] = append(parts[v.label], v.distance)
	}
	p.Clusters = make([]Quantiles, k)
	for j, part := range parts {
		if len(part) > 0 {
			p.Clusters[j] = quantilesOf(part, most[j])
		}
	}
	return nil
}

// quantilesOf gives the quantiles of sorted distances, and the greatest.
func quantilesOf(sorted []float64, most float64) Quantiles {
	q := make(Quantiles, len(QuantileShares))
	for i, share := range QuantileShares {
		at := int(math.Ceil(share * float64(len(sorted))))
		q[i] = sorted[max(at, 1)-1]
	}
	q[len(q)-1] = most
	return q
}
