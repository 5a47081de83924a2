package stats

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// The kinds of correlation.
const (
	Pearson  = "pearson"
	Spearman = "spearman"
)

// maxCorrelated is the most columns of a matrix.
const maxCorrelated = 500

// Correlate gives the correlation of each pair of columns of numbers; no name
// means all of them. Method is Pearson, which empty means too, or Spearman.
func (s *Service) Correlate(ctx context.Context, q Request, columns []string, method string) (wire.Correlation, error) {
	const op = "stats.Correlate"
	switch method {
	case "":
		method = Pearson
	case Pearson, Spearman:
	default:
		return wire.Correlation{}, fault.Fieldf("method", "The method %q is not known; choose %s or %s.", method, Pearson, Spearman)
	}
	v, at, err := s.numbers(ctx, q, columns)
	if err != nil {
		return wire.Correlation{}, fault.Wrap(op, err)
	}
	key := question{v.key, "correlate " + method + fmt.Sprint(at)}
	if old, ok := s.answers.get(key); ok {
		return old.(wire.Correlation), nil
	}
	out := wire.Correlation{Version: v.data.Version, Of: v.data.Rows, Method: method, Columns: make([]string, len(at)), R: make([][]*float64, len(at)), Rows: make([][]int64, len(at))}
	for i, c := range at {
		out.Columns[i] = v.schema[c].Name
	}
	m, sampled, err := s.pairsOf(ctx, q, v, at, method)
	if err != nil {
		return wire.Correlation{}, fault.Wrap(op, err)
	}
	out.Sampled = sampled
	for i := range at {
		out.R[i], out.Rows[i] = make([]*float64, len(at)), make([]int64, len(at))
	}
	for i := range at {
		for j := range i + 1 {
			p := m.at(i, j)
			out.Rows[i][j], out.Rows[j][i] = int64(p.n), int64(p.n)
			if r, ok := p.r(); ok {
				if i == j {
					r = 1
				}
				out.R[i][j], out.R[j][i] = &r, &r
			}
		}
	}
	s.answers.put(key, out, int64(40*len(at)*len(at)))
	return out, nil
}

// rankTimes is how much more than the columns their ranks take with them.
const rankTimes = 3

// sampledPart is the part of the memory that sampled values may take.
const sampledPart = 32

// pairsOf sums the pairs of columns of numbers, or of their ranks, of all rows
// if there is room for that, else of so many that were chosen.
func (s *Service) pairsOf(ctx context.Context, q Request, v *view, at []int, method string) (m *pairMatrix, sampled int64, err error) {
	sum, times := s.correlate, int64(1)
	if method == Spearman {
		sum, times = s.rankCorrelate, rankTimes
	}
	if s.need(v, at)*times <= s.o.Memory {
		done, err := s.load(ctx, v, at, times)
		if err != nil {
			return nil, 0, err
		}
		defer done()
		m, err = sum(ctx, v.columns, v.rows)
		return m, 0, err
	}
	columns, rows, err := s.sampled(ctx, q, v, at, int(s.o.Memory/sampledPart/8/int64(len(at))))
	if err != nil {
		return nil, 0, err
	}
	m, err = sum(ctx, columns, rows)
	return m, int64(rows), err
}

// sampled gives columns of numbers of n rows, of more than there is memory for.
func (s *Service) sampled(ctx context.Context, q Request, v *view, at []int, n int) ([]*column, int, error) {
	var rows []int
	columns := make([]*column, len(at))
	err := s.inGroups(ctx, v, at, func(first int) (err error) {
		if rows == nil { // the ids came with the first columns
			if rows, _, err = s.pick(ctx, q, v, Sample{}, n, nil); err != nil {
				return err
			}
		}
		for i, c := range v.columns {
			of := &column{name: c.name, kind: c.kind, numbers: make([]float64, len(rows))}
			for j, r := range rows {
				of.numbers[j] = c.numbers[r]
			}
			columns[first+i] = of
		}
		return nil
	})
	return columns, len(rows), err
}

// numbers finds columns of numbers: at least one, and not too many.
func (s *Service) numbers(ctx context.Context, q Request, columns []string) (v *view, at []int, err error) {
	if v, err = s.open(ctx, q); err != nil {
		return nil, nil, err
	}
	if at, err = indexes(v.schema, "columns", columns, isNumber); err != nil {
		return nil, nil, err
	}
	switch {
	case len(at) == 0:
		return nil, nil, fault.Fieldf("columns", "The table has no column of numbers.")
	case len(at) > maxCorrelated:
		return nil, nil, fault.Fieldf("columns", "These are %d columns of numbers, more than the %d that can be compared at once. Choose some.", len(at), maxCorrelated)
	}
	return v, at, nil
}

// pair is the sums of two standardized columns over the rows that have both.
type pair struct{ n, x, y, xx, yy, xy float64 }

func (p *pair) add(o *pair) {
	p.n, p.x, p.y, p.xx, p.yy, p.xy = p.n+o.n, p.x+o.x, p.y+o.y, p.xx+o.xx, p.yy+o.yy, p.xy+o.xy
}

// r gives the coefficient; false where one of the two is constant.
func (p *pair) r() (float64, bool) {
	if p.n < 2 {
		return 0, false
	}
	x, y := p.xx-p.x*p.x/p.n, p.yy-p.y*p.y/p.n
	if x <= p.xx*1e-14 || y <= p.yy*1e-14 { // what rounding leaves of a constant
		return 0, false
	}
	r := (p.xy - p.x*p.y/p.n) / (math.Sqrt(x) * math.Sqrt(y))
	return max(-1, min(1, r)), true
}

// pairMatrix holds the lower triangle of the pairs of columns.
type pairMatrix []pair

func newPairs(columns int) pairMatrix { return make(pairMatrix, columns*(columns+1)/2) }

// at gives the pair of columns i and j, with j at most i: i is x.
func (m pairMatrix) at(i, j int) *pair { return &m[i*(i+1)/2+j] }

// standard is how a column is standardized before its products are summed, so
// that they neither overflow nor cancel.
type standard struct {
	x    []float64
	mean float64
	unit float64 // 1 / standard deviation; 0 for a constant
	gaps bool    // some values are not finite
}

// tileRows is how many rows of all columns are standardized at a time: they stay in the cache.
const tileRows = 256

// correlate sums the pairs of columns.
func (s *Service) correlate(ctx context.Context, columns []*column, rows int) (*pairMatrix, error) {
	of := make([]standard, len(columns))
	if err := s.each(ctx, len(columns), func(i int) error {
		sum := columns[i].moments()
		of[i] = standard{x: columns[i].numbers, mean: sum.mean, gaps: sum.missing+sum.infinite > 0}
		if sum.std > 0 {
			of[i].unit = 1 / sum.std
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return s.sumPairs(ctx, of, rows)
}

func (s *Service) sumPairs(ctx context.Context, of []standard, rows int) (*pairMatrix, error) {
	parts := make([]pairMatrix, blocks(rows))
	if err := s.each(ctx, len(parts), func(b int) error {
		parts[b] = newPairs(len(of))
		t := newTile(of)
		lo, hi := bounds(b, rows)
		for ; lo < hi; lo += tileRows {
			t.fill(of, lo, min(lo+tileRows, hi))
			t.sum(parts[b], of)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	total := newPairs(len(of))
	for _, p := range parts {
		for i := range p {
			total[i].add(&p[i])
		}
	}
	for i := range of { // of whole columns the sums are those of each with itself
		for j := range i {
			if p, x, y := total.at(i, j), total.at(i, i), total.at(j, j); !of[i].gaps && !of[j].gaps {
				p.x, p.xx, p.y, p.yy = x.x, x.xx, y.x, y.xx
			}
		}
	}
	return &total, nil
}

// tile is some rows of all columns: values, or 0 where there is none, and, if
// there are gaps, the values' squares, and 1 where there is a value.
type tile struct {
	n                  int
	gaps               bool
	value, square, has [][]float64
}

func newTile(of []standard) *tile {
	t := &tile{value: make([][]float64, len(of)), square: make([][]float64, len(of)), has: make([][]float64, len(of))}
	for c := range of {
		t.gaps = t.gaps || of[c].gaps
	}
	for c := range of {
		t.value[c] = make([]float64, tileRows)
		if t.gaps {
			t.square[c], t.has[c] = make([]float64, tileRows), make([]float64, tileRows)
		}
	}
	return t
}

// fill takes the rows from lo to hi.
func (t *tile) fill(of []standard, lo, hi int) {
	t.n = hi - lo
	for c := range of {
		o, value := &of[c], t.value[c][:t.n]
		for i, v := range o.x[lo:hi] {
			value[i] = (v - o.mean) * o.unit
		}
		if !t.gaps {
			continue
		}
		square, has := t.square[c][:t.n], t.has[c][:t.n]
		for i, v := range o.x[lo:hi] {
			has[i] = 1
			if !finite(v) {
				value[i], has[i] = 0, 0
			}
			square[i] = value[i] * value[i]
		}
	}
}

// sum adds the rows to the pairs.
func (t *tile) sum(to pairMatrix, of []standard) {
	for i := range of {
		x := t.value[i][:t.n]
		for j := range i + 1 {
			y, p := t.value[j][:t.n], to.at(i, j)
			p.xy += floats.Dot(x, y)
			switch {
			case of[i].gaps || of[j].gaps:
				hx, hy := t.has[i][:t.n], t.has[j][:t.n]
				p.n += floats.Dot(hx, hy)
				p.x += floats.Dot(x, hy)
				p.y += floats.Dot(hx, y)
				p.xx += floats.Dot(t.square[i][:t.n], hy)
				p.yy += floats.Dot(hx, t.square[j][:t.n])
			case i == j:
				p.n += float64(t.n)
				sum := floats.Sum(x)
				p.x, p.y = p.x+sum, p.y+sum
				p.xx, p.yy = p.xy, p.xy
			default:
				p.n += float64(t.n)
			}
		}
	}
}
