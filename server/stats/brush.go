package stats

import (
	"context"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Brush counts the rows of a version that pass a filter, exactly.
func (s *Service) Brush(ctx context.Context, owner, dataset string, b wire.Brush) (wire.Brushed, error) {
	const op = "stats.Brush"
	out, err := s.brush(ctx, Request{Owner: owner, Dataset: dataset, Version: b.Version, Model: b.Model}, b)
	return out, fault.Wrap(op, err)
}

func (s *Service) brush(ctx context.Context, q Request, b wire.Brush) (wire.Brushed, error) {
	v, err := s.open(ctx, q)
	if err != nil {
		return wire.Brushed{}, err
	}
	names := b.Columns
	if len(names) == 0 {
		for _, c := range v.schema {
			if c.Kind != table.Text {
				names = append(names, c.Name)
			}
		}
		if q.Model != "" {
			names = append(names, wire.ClusterColumn)
		}
	}
	done, find, err := s.brushed(ctx, q, v, b.Filter, names)
	if err != nil {
		return wire.Brushed{}, err
	}
	defer done()
	tests, err := s.tests(ctx, v, b, find)
	if err != nil {
		return wire.Brushed{}, err
	}
	counters := make([]*counter, len(names))
	if err := s.each(ctx, len(names), func(i int) error {
		counters[i] = newCounter(find(names[i]), b.Bins)
		return nil
	}); err != nil {
		return wire.Brushed{}, err
	}
	out := wire.Brushed{Version: v.data.Version, Of: v.data.Rows, Columns: make([]wire.BrushedColumn, len(names)), IDs: []int64{}}
	type part struct {
		rows   int64
		first  []int32
		counts [][]int64
	}
	limit := max(0, min(b.Limit, MaxSample))
	parts := make([]part, blocks(v.rows))
	if err := s.each(ctx, len(parts), func(i int) error {
		lo, hi := bounds(i, v.rows)
		rows := passing(tests, lo, hi)
		p := part{rows: int64(len(rows)), first: slices.Clone(rows[:min(limit, len(rows))]), counts: make([][]int64, len(counters))}
		for c, k := range counters {
			p.counts[c] = k.count(rows)
		}
		parts[i] = p
		return nil
	}); err != nil {
		return wire.Brushed{}, err
	}
	totals := make([][]int64, len(counters))
	for i := range parts {
		out.Rows += parts[i].rows
		for _, r := range parts[i].first[:min(len(parts[i].first), limit-len(out.IDs))] {
			out.IDs = append(out.IDs, v.id(int(r)))
		}
		for c, counts := range parts[i].counts {
			if totals[c] == nil {
				totals[c] = make([]int64, len(counts))
			}
			for j, n := range counts {
				totals[c][j] += n
			}
		}
	}
	for c, k := range counters {
		out.Columns[c] = k.column(names[c], totals[c])
	}
	return out, nil
}

// brushed loads the columns that are counted and those of the filter; find gives one.
func (s *Service) brushed(ctx context.Context, q Request, v *view, f wire.Filters, names []string) (done func(), find func(string) *column, err error) {
	schema := v.schema
	if q.Model != "" && schema.Index(wire.ClusterColumn) < 0 {
		schema = append(slices.Clone(schema), table.Column{Name: wire.ClusterColumn, Kind: table.Category})
	}
	if err := f.Check(schema); err != nil {
		return nil, nil, err
	}
	all := slices.Clone(names)
	for i := range f {
		all = append(all, f[i].Column)
	}
	var at []int
	cluster := false
	for _, name := range all {
		c := v.schema.Index(name)
		switch {
		case q.Model != "" && name == wire.ClusterColumn:
			cluster = true
		case c < 0:
			return nil, nil, fault.Fieldf("columns", "There is no column %q.", name)
		case !slices.Contains(at, c):
			at = append(at, c)
		}
	}
	if done, err = s.load(ctx, v, at, 1); err != nil {
		return nil, nil, err
	}
	loaded := map[string]*column{}
	for _, c := range v.columns {
		loaded[c.name] = c
	}
	if cluster {
		c, err := s.clusters(ctx, q, v)
		if err != nil {
			done()
			return nil, nil, err
		}
		loaded[wire.ClusterColumn] = c
	}
	return done, func(name string) *column { return loaded[name] }, nil
}

// passing gives the rows of a block that pass all tests.
func passing(tests []test, lo, hi int) []int32 {
	rows := make([]int32, 0, hi-lo)
	for i := lo; i < hi; i++ {
		rows = append(rows, int32(i))
	}
	for _, t := range tests {
		rows = t(rows)
	}
	return rows
}

// counter counts the rows of one column.
type counter struct {
	of   *column
	h    *histogram   // of numbers
	top  []wire.Level // of others: what is named
	slot []int32      // of a category: where a level is counted, by code
}

// Where a counter counts what is in no bin.
const (
	slotCount   = iota // rows with a value
	slotMissing        // rows without
	slots
)

func newCounter(c *column, bins int) *counter {
	k := &counter{of: c}
	switch s := c.extent(); c.kind {
	case table.Number:
		if bins <= 0 {
			s = c.quartiles()
		}
		if s.count > 0 {
			k.h = newHistogram(s, bins)
		}
	case table.Category:
		k.top = c.top()
		k.slot = make([]int32, len(c.levels))
		place := map[string]int32{}
		for i, l := range k.top {
			place[l.Value] = int32(slots + i)
		}
		for i, l := range c.levels {
			if p, ok := place[l]; ok {
				k.slot[i] = p
			} else {
				k.slot[i] = slotCount
			}
		}
	}
	return k
}

// count counts rows.
func (k *counter) count(rows []int32) []int64 {
	c := k.of
	switch {
	case c.kind == table.Number && k.h == nil:
		return []int64{0, int64(len(rows))}
	case c.kind == table.Number:
		out := make([]int64, slots+k.h.bins)
		for _, r := range rows {
			switch v := c.numbers[r]; {
			case finite(v):
				out[slots+k.h.of(v)]++
			case v != v:
				out[slotMissing]++
			}
		}
		for _, n := range out[slots:] {
			out[slotCount] += n
		}
		return out
	case c.kind == table.Category:
		out := make([]int64, slots+len(k.top))
		missing := int64(0)
		for _, r := range rows {
			if code := c.codes[r]; code >= 0 {
				out[k.slot[code]]++
			} else {
				missing++
			}
		}
		for _, n := range out[slots:] {
			out[slotCount] += n
		}
		out[slotMissing] = missing
		return out
	}
	out := make([]int64, slots)
	for _, r := range rows {
		if c.hashes[r] == 0 {
			out[slotMissing]++
		} else {
			out[slotCount]++
		}
	}
	return out
}

func (k *counter) column(name string, counts []int64) wire.BrushedColumn {
	b := wire.BrushedColumn{Name: name, Kind: k.of.kind}
	if len(counts) == 0 { // a table without rows
		return b
	}
	b.Count, b.Missing = counts[slotCount], counts[slotMissing]
	if k.h != nil {
		b.Edges, b.Bins = k.h.edges, counts[slots:]
	}
	for i, l := range k.top {
		b.Top = append(b.Top, wire.Level{Value: l.Value, Rows: counts[slots+i]})
	}
	return b
}
