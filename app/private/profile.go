package private

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	mostBins   = 100
	mostLevels = 50
)

// profile describes all rows of a column: moments, quartiles and histogram of a
// number, levels of a category. A text has its counts only.
func profile(ctx context.Context, src resting, c table.Column) (wire.ColumnProfile, error) {
	p := wire.ColumnProfile{Name: c.Name, Kind: c.Kind, Missing: c.Missing, Count: src.Rows() - c.Missing, Distinct: c.Distinct}
	if c.Kind == table.Text {
		return p, nil
	}
	var values []float64
	levels := map[string]int64{}
	err := src.Scan(ctx, []string{c.Name}, func(b *table.Batch) error {
		v := b.Columns[0]
		for i := range b.Rows {
			switch {
			case v.Texts != nil:
				if v.Texts[i] != "" {
					levels[v.Texts[i]]++
				}
			case math.IsInf(v.Numbers[i], 0):
				p.Infinite++
			case v.Numbers[i] == v.Numbers[i]:
				values = append(values, v.Numbers[i])
			}
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	if c.Kind != table.Number {
		for value, n := range levels {
			p.Top = append(p.Top, wire.Level{Value: value, Rows: n})
		}
		slices.SortFunc(p.Top, func(a, b wire.Level) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Value, b.Value)) })
		p.Top = p.Top[:min(len(p.Top), mostLevels)]
		return p, nil
	}
	p.Count = int64(len(values))
	if len(values) > 0 {
		measure(&p, values)
	}
	return p, nil
}

// measure fills in the numbers of a column; it sorts values.
func measure(p *wire.ColumnProfile, values []float64) {
	slices.Sort(values)
	n := float64(len(values))
	for _, v := range values { // of parts, so that no sum overflows
		p.Mean += v / n
	}
	for _, v := range values {
		d := v - p.Mean
		p.Std += d / n * d
	}
	p.Std = math.Sqrt(p.Std)
	p.Min, p.Max = values[0], values[len(values)-1]
	p.Q1, p.Median, p.Q3 = quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)
	p.Edges, p.Bins = histogram(values, p)
}

// quantile interpolates between sorted values, as numpy does by default.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i]*(1-(at-float64(i))) + sorted[i+1]*(at-float64(i))
}

// histogram makes bins of the same width by the rule of numpy, the narrower of
// Freedman and Diaconis' and of Sturges', and counts sorted values.
func histogram(sorted []float64, p *wire.ColumnProfile) (edges []float64, bins []int64) {
	lo, hi, n := p.Min, p.Max, float64(len(sorted))
	span := hi/2 - lo/2 // half: it does not overflow
	count := 1
	switch {
	case span == 0:
		d := max(0.5, math.Abs(lo)*1e-3)
		lo, hi = lo-d, hi+d
	default:
		width := span / (math.Log2(n) + 1)
		if d := (p.Q3/2 - p.Q1/2) * 2 / math.Cbrt(n); d > 0 {
			width = min(width, d)
		}
		count = int(min(math.Ceil(span/width), mostBins))
	}
	edges, bins = make([]float64, count+1), make([]int64, count)
	for i := range edges {
		t := float64(i) / float64(count)
		edges[i] = lo*(1-t) + hi*t
	}
	b := 0
	for _, v := range sorted {
		for b < count-1 && v >= edges[b+1] {
			b++
		}
		bins[b]++
	}
	return edges, bins
}
