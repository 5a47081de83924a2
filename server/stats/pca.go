package stats

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Components says what is wanted of PCA.
type Components struct {
	Columns []string   // of numbers; none means all
	Keep    int        // components; 0 means all
	Scale   prep.Scale // Standard, which empty means too, MinMax or NoScale
	Sample  Sample     // of rows in the components' coordinates; its columns are not used
}

// PCA gives the principal components of columns of numbers, of the rows that
// have finite values in all of them, and some of those rows in their coordinates.
func (s *Service) PCA(ctx context.Context, q Request, c Components) (wire.PCA, error) {
	const op = "stats.PCA"
	out, err := s.pca(ctx, q, c)
	return out, fault.Wrap(op, err)
}

func (s *Service) pca(ctx context.Context, q Request, c Components) (wire.PCA, error) {
	switch c.Scale {
	case "":
		c.Scale = prep.Standard
	case prep.Standard, prep.MinMax, prep.NoScale:
	default:
		return wire.PCA{}, fault.Fieldf("scale", "The scaling %q is not known; choose none, standard or minmax.", c.Scale)
	}
	v, at, err := s.numbers(ctx, q, c.Columns)
	if err != nil {
		return wire.PCA{}, err
	}
	done, err := s.load(ctx, v, at, 1)
	if err != nil {
		return wire.PCA{}, err
	}
	defer done()
	out := wire.PCA{Version: v.data.Version, Of: v.data.Rows, Scale: c.Scale}
	columns := v.columns
	whole, gaps := wholeRows(columns, v.rows)
	m, err := s.moments(ctx, columns, v.rows, whole, gaps)
	if err != nil {
		return wire.PCA{}, err
	}
	out.Rows = int64(m.n)
	if m.n < 2 {
		return wire.PCA{}, fault.Fieldf("columns", "%d rows have a value in each of these columns; at least 2 are needed. Leave out columns with many gaps.", int64(m.n))
	}
	p := len(at)
	cov := mat.NewSymDense(p, nil)
	for i, col := range columns {
		out.Columns = append(out.Columns, col.name)
		out.Mean = append(out.Mean, m.mean[i])
		scale := 1.0
		if std := math.Sqrt(m.cov[i][i] / m.n); c.Scale == prep.Standard && std > 0 {
			scale = std
		} else if span := m.max[i] - m.min[i]; c.Scale == prep.MinMax && span > 0 {
			scale = span
		}
		out.Scales = append(out.Scales, scale)
	}
	for i := range columns {
		for j := range i + 1 {
			cov.SetSym(i, j, m.cov[i][j]/out.Scales[i]/out.Scales[j]/(m.n-1))
		}
	}
	if out.Components, err = components(cov); err != nil {
		return wire.PCA{}, err
	}
	if c.Keep > 0 {
		out.Components = out.Components[:min(c.Keep, len(out.Components))]
	}
	out.Sample, err = s.project(ctx, q, v, c.Sample, whole, &out)
	return out, err
}

// components gives the eigenvectors of a covariance matrix, the greatest variance first.
func components(cov *mat.SymDense) ([]wire.Component, error) {
	p := cov.SymmetricDim()
	var eigen mat.EigenSym
	for i := range p {
		for j := range i + 1 {
			if !finite(cov.At(i, j)) {
				return nil, fault.Fieldf("columns", "The numbers are too large to be compared without scaling. Scale the columns.")
			}
		}
	}
	if !eigen.Factorize(cov, true) {
		return nil, fmt.Errorf("stats: the eigenvalues of a matrix of %d columns were not found", p)
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	total := 0.0
	for i, x := range values {
		values[i] = max(0, x) // rounding
		total += values[i]
	}
	out := make([]wire.Component, p)
	for k := range out {
		c := wire.Component{Variance: values[p-1-k], Loadings: make([]float64, p)}
		if total > 0 {
			c.Share = c.Variance / total
		}
		sign, most := 1.0, 0.0
		for i := range p {
			x := vectors.At(i, p-1-k)
			if c.Loadings[i] = x; math.Abs(x) > most*(1+1e-12) {
				most, sign = math.Abs(x), math.Copysign(1, x)
			}
		}
		for i := range c.Loadings {
			c.Loadings[i] *= sign
		}
		out[k] = c
	}
	return out, nil
}

// wholeRows marks the rows that have a finite value in each column; nil, with
// gaps false, means all.
func wholeRows(columns []*column, rows int) (whole []bool, gaps bool) {
	for _, c := range columns {
		if sum := c.extent(); sum.missing+sum.infinite > 0 {
			gaps = true
		}
	}
	if !gaps {
		return nil, false
	}
	whole = make([]bool, rows)
	for i := range whole {
		whole[i] = true
	}
	for _, c := range columns {
		for i, x := range c.numbers {
			if !finite(x) {
				whole[i] = false
			}
		}
	}
	return whole, true
}

// joint is the moments of columns over the same rows.
type joint struct {
	n              float64
	mean, min, max []float64
	cov            [][]float64 // sums of products of deviations, lower triangle
}

// moments sums the products of columns' deviations over whole rows.
func (s *Service) moments(ctx context.Context, columns []*column, rows int, whole []bool, gaps bool) (joint, error) {
	p := len(columns)
	m := joint{mean: make([]float64, p), min: make([]float64, p), max: make([]float64, p), cov: make([][]float64, p)}
	of := make([]standard, p)
	err := s.each(ctx, p, func(i int) error {
		c := columns[i]
		sum := c.moments()
		of[i] = standard{x: c.numbers, mean: sum.mean}
		m.min[i], m.max[i] = sum.min, sum.max
		if gaps {
			kept := summary{}
			x := make([]float64, rows)
			for r, v := range c.numbers {
				if x[r] = v; !whole[r] {
					x[r] = missing
				}
			}
			kept.ends(x)
			if kept.count > 0 {
				kept.moments(x)
			}
			of[i] = standard{x: x, mean: kept.mean, gaps: true}
			m.min[i], m.max[i], sum = kept.min, kept.max, &kept
		}
		if sum.std > 0 {
			of[i].unit = 1 / sum.std
		}
		m.mean[i] = sum.mean
		return nil
	})
	if err != nil {
		return m, err
	}
	total, err := s.sumPairs(ctx, of, rows)
	if err != nil {
		return m, err
	}
	for i := range columns {
		m.cov[i] = make([]float64, i+1)
		for j := range i + 1 {
			t := total.at(i, j)
			m.n = t.n
			if of[i].unit > 0 && of[j].unit > 0 {
				m.cov[i][j] = (t.xy - t.x*t.y/t.n) / of[i].unit / of[j].unit
			}
		}
	}
	return m, nil
}

// project gives some rows in the coordinates of the components.
func (s *Service) project(ctx context.Context, q Request, v *view, want Sample, whole []bool, of *wire.PCA) (wire.SampleRows, error) {
	want.Columns = nil
	columns := v.columns
	rows, out, err := s.choose(ctx, q, v, want, whole)
	if err != nil {
		return wire.SampleRows{}, err
	}
	for k := range of.Components {
		out.Columns = append(out.Columns, fmt.Sprintf("PC%d", k+1))
	}
	out.Rows = make([]wire.Row, len(rows))
	z := make([]float64, len(columns))
	for i, r := range rows {
		for c, col := range columns {
			z[c] = (col.numbers[r] - of.Mean[c]) / of.Scales[c]
		}
		row := wire.Row{ID: v.id(r), Cells: make([]table.Cell, 0, len(of.Components)+1)}
		for _, comp := range of.Components {
			sum := 0.0
			for c, l := range comp.Loadings {
				sum += l * z[c]
			}
			row.Cells = append(row.Cells, table.Num(sum))
		}
		out.Rows[i] = row
	}
	return out, s.addGroup(ctx, q, v, want, rows, &out)
}
