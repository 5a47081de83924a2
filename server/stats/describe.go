package stats

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// topLevels is how many levels of a column are named.
const topLevels = 50

// Profile says what is wanted of Describe.
type Profile struct {
	Columns   []string // none means all
	Bins      int      // of histograms, at most 1,000; 0 means as many as fit the values
	Bandwidth string   // the rule, Silverman or SheatherJones; empty means Silverman
}

// Describe gives statistics, histograms, densities and box plots of a version's
// columns. Infinite values are counted and left out.
func (s *Service) Describe(ctx context.Context, q Request, p Profile) (wire.Describe, error) {
	const op = "stats.Describe"
	switch p.Bandwidth {
	case "":
		p.Bandwidth = Silverman
	case Silverman, SheatherJones:
	default:
		return wire.Describe{}, fault.Fieldf("bandwidth", "The bandwidth %q is not known; choose %s or %s.", p.Bandwidth, Silverman, SheatherJones)
	}
	v, err := s.open(ctx, q)
	if err != nil {
		return wire.Describe{}, fault.Wrap(op, err)
	}
	at, err := indexes(v.schema, "columns", p.Columns, anyColumn)
	if err != nil {
		return wire.Describe{}, fault.Wrap(op, err)
	}
	d := wire.Describe{Version: v.data.Version, Rows: v.data.Rows, Columns: make([]wire.ColumnProfile, len(at))}
	key := func(column int) question {
		return question{v.key, fmt.Sprint("describe ", p.Bins, p.Bandwidth, column)}
	}
	var missing, places []int // columns that are not known, and where in the answer they are
	for i, c := range at {
		if old, ok := s.answers.get(key(c)); ok {
			d.Columns[i] = old.(wire.ColumnProfile)
		} else {
			missing, places = append(missing, c), append(places, i)
		}
	}
	if len(missing) == 0 {
		return d, nil
	}
	fresh := make([]wire.ColumnProfile, len(missing))
	err = s.inGroups(ctx, v, missing, func(first int) error {
		return s.each(ctx, len(v.columns), func(i int) error {
			fresh[first+i] = profile(v.frame, v.columns[i], p)
			return nil
		})
	})
	if err == nil {
		err = s.nameTexts(ctx, v, missing, fresh)
	}
	if err != nil {
		return wire.Describe{}, fault.Wrap(op, err)
	}
	for i, c := range fresh {
		d.Columns[places[i]] = c
		s.answers.put(key(missing[i]), c, profileBytes)
	}
	return d, nil
}

// profileBytes is about what the profile of a column takes.
const profileBytes = 12 << 10

// inGroups loads columns, as many at a time as there is room for, and calls fn
// with the place in at of the first of those that are loaded.
func (s *Service) inGroups(ctx context.Context, v *view, at []int, fn func(first int) error) error {
	for first := 0; first < len(at); {
		n := 1
		for first+n < len(at) && n < 1024 && s.need(v, at[first:first+n+1]) <= s.o.Memory/2 {
			n++
		}
		done, err := s.load(ctx, v, at[first:first+n], 1)
		if err != nil {
			return err
		}
		err = fn(first)
		done()
		if err != nil {
			return err
		}
		first += n
	}
	return nil
}

func profile(f *frame, c *column, want Profile) wire.ColumnProfile {
	s := c.summarize()
	p := wire.ColumnProfile{Name: c.name, Kind: c.kind, Count: s.count, Missing: s.missing, Infinite: s.infinite}
	switch c.kind {
	case table.Number:
		if s.count == 0 {
			break
		}
		p.Mean, p.Std, p.Skew, p.Min, p.Q1, p.Median, p.Q3, p.Max = s.mean, s.std, s.skew, s.min, s.q1, s.median, s.q3, s.max
		h := newHistogram(s, want.Bins)
		p.Edges, p.Bins = h.edges, h.count(c.numbers)
		p.Bandwidth, p.Rule = bandwidth(c.numbers, s, want.Bandwidth)
		if p.Density = density(c.numbers, s, p.Bandwidth); p.Density == nil {
			p.Bandwidth, p.Rule = 0, ""
		}
		p.Box = boxOf(f, c)
	case table.Category:
		p.Top, p.Distinct = c.top(), int64(c.used())
	default:
		if !c.words.many {
			p.Top, p.Distinct = c.top(), int64(len(c.words.seen))
		}
	}
	p.Advice = readings(c)
	return p
}

// used gives how many levels of a category have rows.
func (c *column) used() (n int) {
	for _, rows := range c.extent().levels {
		if rows > 0 {
			n++
		}
	}
	return n
}

// top gives the most frequent levels, ties in byte order. Of texts that are too
// many to be counted one by one it gives none; see nameTexts.
func (c *column) top() []wire.Level {
	var all []wire.Level
	switch {
	case c.kind == table.Category:
		for i, n := range c.extent().levels {
			all = append(all, wire.Level{Value: c.levels[i], Rows: n})
		}
		sortLevels(all)
	case c.kind == table.Text:
		all = byRows(c.words.seen)
	}
	return all[:min(len(all), topLevels)]
}

// hashRows is how many rows have a hash.
type hashRows struct {
	hash uint64
	rows int64
}

// distinctHashes counts the different hashes of texts, and gives the most
// frequent, ties in any order but all of those at the end.
func distinctHashes(hashes []uint64) (distinct int64, top []hashRows) {
	sorted := slices.DeleteFunc(slices.Clone(hashes), func(h uint64) bool { return h == 0 })
	sortUint64(sorted)
	var runs []hashRows
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		distinct++
		if j-i > 1 {
			runs = append(runs, hashRows{sorted[i], int64(j - i)})
		}
		i = j
	}
	slices.SortFunc(runs, func(a, b hashRows) int { return int(b.rows - a.rows) })
	n := min(len(runs), topLevels)
	for n > 0 && n < len(runs) && n < 1000 && runs[n].rows == runs[n-1].rows {
		n++
	}
	return distinct, runs[:n]
}

// nameTexts finds the most frequent of texts that are too many to be counted one
// by one. It reads them again.
func (s *Service) nameTexts(ctx context.Context, v *view, at []int, out []wire.ColumnProfile) error {
	for i, c := range at {
		if v.schema[c].Kind != table.Text || out[i].Distinct > 0 || out[i].Count == 0 {
			continue
		}
		done, err := s.load(ctx, v, []int{c}, 2)
		if err != nil {
			return err
		}
		err = s.nameText(ctx, v, v.columns[0], &out[i])
		done()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) nameText(ctx context.Context, v *view, c *column, p *wire.ColumnProfile) error {
	distinct, top := distinctHashes(c.hashes)
	p.Distinct = distinct
	want := map[uint64]int64{}
	for _, t := range top {
		want[t.hash] = t.rows
	}
	once := max(0, topLevels-len(top)) // texts of one row, the first in the table
	err := s.eachText(ctx, v, c.name, func(row int, text string) bool {
		h := c.hashes[row]
		n, ok := want[h]
		if !ok && h != 0 && once > 0 && !repeated(top, h) {
			once--
			n, ok = 1, true
		}
		if ok {
			delete(want, h)
			p.Top = append(p.Top, wire.Level{Value: strings.Clone(text), Rows: n})
		}
		return len(want) > 0 || once > 0
	})
	sortLevels(p.Top)
	p.Top = p.Top[:min(len(p.Top), topLevels)]
	return err
}

func repeated(top []hashRows, h uint64) bool {
	return slices.ContainsFunc(top, func(t hashRows) bool { return t.hash == h })
}
