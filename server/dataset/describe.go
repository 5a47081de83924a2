package dataset

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"sort"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	bins      = 20 // of a histogram
	fineBins  = 24 // to a bin: what the density is estimated from
	curve     = 161
	topLevels = 50
)

// Describe gives statistics, histograms and densities of a version's columns.
// Infinite values are left out.
func (s *Service) Describe(ctx context.Context, owner, id string, version int) (wire.Describe, error) {
	const op = "dataset.Describe"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return wire.Describe{}, fault.Wrap(op, err)
	}
	d := wire.Describe{Version: v.Number, Rows: v.Rows, Columns: make([]wire.ColumnProfile, len(v.Schema))}
	for i, c := range v.Schema {
		p := &d.Columns[i]
		*p = wire.ColumnProfile{Name: c.Name, Kind: c.Kind, Missing: c.Missing, Count: v.Rows - c.Missing}
		if c.Kind == table.Number {
			err = s.describeNumber(ctx, r, v, i, p)
		} else {
			err = s.describeTexts(ctx, r, v, i, p)
		}
		if err != nil {
			return wire.Describe{}, wrap(op, err)
		}
	}
	return d, nil
}

func (s *Service) describeNumber(ctx context.Context, r Record, v Version, i int, p *wire.ColumnProfile) error {
	var mean, std, lo, q1, q2, q3, hi sql.NullFloat64
	err := s.one(ctx, r, v, i, fmt.Sprintf(`SELECT count(%[1]s), avg(%[1]s), stddev_pop(%[1]s), min(%[1]s),
		quantile_cont(%[1]s, 0.25), quantile_cont(%[1]s, 0.5), quantile_cont(%[1]s, 0.75), max(%[1]s)
		FROM (SELECT %[1]s FROM t WHERE isfinite(%[1]s))`, column(i)), &p.Count, &mean, &std, &lo, &q1, &q2, &q3, &hi)
	if err != nil || p.Count == 0 {
		return err
	}
	p.Mean, p.Std, p.Min, p.Q1, p.Median, p.Q3, p.Max = nan(mean), nan(std), nan(lo), nan(q1), nan(q2), nan(q3), nan(hi)
	from, width := p.Min, (p.Max-p.Min)/bins
	if width == 0 || math.IsInf(width, 0) { // all the same: one bin around the value
		width = max(math.Abs(p.Min)*1e-3, 1e-3) / bins
		from -= width * bins / 2
	}
	fine := make([]int64, bins*fineBins)
	rows, err := s.query(ctx, r, v, []int{i}, fmt.Sprintf(`SELECT least(floor((%[1]s - ?) / ?), ?)::BIGINT AS bin, count(*) FROM t WHERE isfinite(%[1]s) GROUP BY bin`, column(i)),
		from, width/fineBins, float64(len(fine)-1))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var bin, n int64
		if err := rows.Scan(&bin, &n); err != nil {
			return err
		}
		fine[min(max(bin, 0), int64(len(fine)-1))] += n
	}
	if err := rows.Err(); err != nil {
		return err
	}
	p.Bins = make([]int64, bins)
	for j, n := range fine {
		p.Bins[j/fineBins] += n
	}
	for j := range bins + 1 {
		p.Edges = append(p.Edges, from+float64(j)*width)
	}
	p.Edges[bins] = math.Max(p.Edges[bins], p.Max)
	p.Bandwidth = silverman(p)
	p.Density = density(fine, from, width/fineBins, p.Count, p.Bandwidth)
	return nil
}

// silverman is the rule of thumb of Silverman, Density Estimation for
// Statistics and Data Analysis (1986), equation 3.31; 0 if all values are the same.
func silverman(p *wire.ColumnProfile) float64 {
	spread := p.Std
	if iqr := (p.Q3 - p.Q1) / 1.34; iqr > 0 {
		spread = min(spread, iqr)
	}
	return 0.9 * spread * math.Pow(float64(p.Count), -0.2)
}

// density estimates the density with a Gaussian kernel, from the middles of fine bins.
func density(fine []int64, from, width float64, n int64, h float64) []wire.Point {
	if h <= 0 || n < 2 {
		return nil
	}
	h = max(h, width/2) // no finer than what it is made from
	lo, hi := from-3*h, from+float64(len(fine))*width+3*h
	out := make([]wire.Point, curve)
	for i := range out {
		x, sum := lo+(hi-lo)*float64(i)/(curve-1), 0.0
		for j, k := range fine {
			if k > 0 {
				z := (x - from - (float64(j)+0.5)*width) / h
				sum += float64(k) * math.Exp(-z*z/2)
			}
		}
		out[i] = wire.Point{X: x, Y: sum / (float64(n) * h * math.Sqrt(2*math.Pi))}
	}
	return out
}

func (s *Service) describeTexts(ctx context.Context, r Record, v Version, i int, p *wire.ColumnProfile) error {
	rows, err := s.query(ctx, r, v, []int{i}, fmt.Sprintf(`SELECT %[1]s, count(*) AS n FROM t WHERE %[1]s IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT %d`, column(i), topLevels))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l wire.Level
		if err := rows.Scan(&l.Value, &l.Rows); err != nil {
			return err
		}
		p.Top = append(p.Top, l)
	}
	return rows.Err()
}

// sampleRandom is Sample's purpose for kmeans.Uniform.
const sampleRandom = 0x6368617274 // "chart"

// MaxSample is the most rows that Sample gives.
const MaxSample = 20_000

// Sample gives n rows of a version, in row order: those with the least random
// numbers of (seed, row id), so that the same question has the same answer.
func (s *Service) Sample(ctx context.Context, owner, id string, version int, columns []string, n int, seed uint64) (wire.SampleRows, error) {
	const op = "dataset.Sample"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return wire.SampleRows{}, fault.Wrap(op, err)
	}
	if n <= 0 {
		n = 2000
	}
	n = min(n, MaxSample)
	out := wire.SampleRows{Of: v.Rows, Columns: columns, Rows: []wire.Row{}}
	at := make([]int, len(columns))
	for i, name := range columns {
		if at[i] = v.Schema.Index(name); at[i] < 0 {
			return wire.SampleRows{}, fault.Fieldf("columns", "There is no column %q.", name)
		}
	}
	if v.Rows <= int64(n) {
		out.Rows, err = s.cells(ctx, r, v, at, nil, `ORDER BY id`)
		return out, wrap(op, err)
	}
	ids, err := s.pick(ctx, r, v, n, seed)
	if err != nil {
		return wire.SampleRows{}, wrap(op, err)
	}
	out.Rows, err = s.cells(ctx, r, v, at, nil, `WHERE id IN (SELECT unnest(?::BIGINT[])) ORDER BY id`, ids)
	return out, wrap(op, err)
}

// pick chooses n row ids. It reads the ids alone.
func (s *Service) pick(ctx context.Context, r Record, v Version, n int, seed uint64) ([]int64, error) {
	rows, err := s.query(ctx, r, v, nil, `SELECT id FROM t`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type chance struct {
		id int64
		u  float64
	}
	less := func(c []chance) func(i, j int) bool {
		return func(i, j int) bool { return c[i].u < c[j].u || c[i].u == c[j].u && c[i].id < c[j].id }
	}
	kept := make([]chance, 0, 4*n)
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		kept = append(kept, chance{id, kmeans.Uniform(seed, sampleRandom, uint64(id))})
		if len(kept) == cap(kept) {
			sort.Slice(kept, less(kept))
			kept = kept[:n]
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	sort.Slice(kept, less(kept))
	ids := make([]int64, 0, n)
	for _, c := range kept[:min(n, len(kept))] {
		ids = append(ids, c.id)
	}
	return ids, nil
}
