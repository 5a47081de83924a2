package stats

import "context"

// rankCorrelate sums the pairs of the columns' ranks. Of a pair with gaps the
// rows that have both values are ranked among themselves.
func (s *Service) rankCorrelate(ctx context.Context, columns []*column, rows int) (*pairMatrix, error) {
	sorted := make([][]keyed, len(columns))
	of := make([]standard, len(columns))
	anyGaps := false
	for _, c := range columns {
		sum := c.extent()
		anyGaps = anyGaps || sum.missing+sum.infinite > 0
	}
	if err := s.each(ctx, len(columns), func(i int) error {
		c := columns[i]
		by := order(c.numbers)
		ranks := make([]float64, rows)
		setRanks(ranks, by, nil)
		sum := c.extent()
		of[i] = standardOf(ranks, by)
		of[i].gaps = sum.missing+sum.infinite > 0
		if anyGaps {
			sorted[i] = by
		}
		return nil
	}); err != nil {
		return nil, err
	}
	total, err := s.sumPairs(ctx, of, rows)
	if err != nil || !anyGaps {
		return total, err
	}
	type two struct{ i, j int }
	var gaps []two
	for i := range of {
		for j := range i {
			if of[i].gaps || of[j].gaps {
				gaps = append(gaps, two{i, j})
			}
		}
	}
	return total, s.each(ctx, len(gaps), func(g int) error {
		i, j := gaps[g].i, gaps[g].j
		x, y := make([]float64, rows), make([]float64, rows)
		n := setRanks(x, sorted[i], columns[j].numbers)
		setRanks(y, sorted[j], columns[i].numbers)
		// Ranks are 1 to n with their mean known: nothing cancels.
		p := pair{n: float64(n)}
		mean := (p.n + 1) / 2
		for r, a := range x {
			if a > 0 {
				a, b := a-mean, y[r]-mean
				p.xx, p.yy, p.xy = p.xx+a*a, p.yy+b*b, p.xy+a*b
			}
		}
		*total.at(i, j) = p
		return nil
	})
}

// setRanks gives each row of by its rank from 1 among those that have a finite
// value in other, if that is not nil; ties have their mean. It gives the number of ranks.
func setRanks(ranks []float64, by []keyed, other []float64) int {
	n := 0
	for i := 0; i < len(by); {
		j, tied := i, 0
		for ; j < len(by) && by[j].key == by[i].key; j++ {
			if other == nil || finite(other[by[j].row]) {
				tied++
			}
		}
		rank := float64(n) + float64(tied+1)/2
		for ; i < j; i++ {
			if other == nil || finite(other[by[i].row]) {
				ranks[by[i].row] = rank
			}
		}
		n += tied
	}
	return n
}

// standardOf standardizes ranks; rows without have none, which is not 0.
func standardOf(ranks []float64, by []keyed) standard {
	n := float64(len(by))
	if len(by) < len(ranks) {
		for i, r := range ranks {
			if r == 0 {
				ranks[i] = missing
			}
		}
	}
	o := standard{x: ranks, mean: (n + 1) / 2}
	if n > 1 {
		o.unit = 1 / n
	}
	return o
}
