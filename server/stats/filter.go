package stats

import (
	"context"
	"errors"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// maxFilterRows is the most row ids that a brush may name.
const maxFilterRows = 100_000

// test keeps those of some rows of a block that pass one part of a filter. It
// may write over its argument.
type test func(rows []int32) []int32

// tests makes a test of each part of a brush; find gives the columns that it names.
func (s *Service) tests(ctx context.Context, v *view, b wire.Brush, find func(string) *column) ([]test, error) {
	var tests []test
	if len(b.Rows) > maxFilterRows {
		return nil, fault.Fieldf("rows", "These are %d row ids, want at most %d. Choose by values.", len(b.Rows), maxFilterRows)
	}
	if len(b.Rows) > 0 {
		tests = append(tests, v.oneOf(b.Rows))
	}
	for i := range b.Filter {
		f := &b.Filter[i]
		switch c := find(f.Column); c.kind {
		case table.Number:
			tests = append(tests, c.within(f))
		case table.Category:
			fits := make([]bool, len(c.levels)+1) // the first is for missing ones
			fits[0] = f.Missing == wire.MissingAlso || f.Missing == wire.MissingOnly
			for i, level := range c.levels {
				fits[i+1] = fitsText(f, level)
			}
			tests = append(tests, keep(func(r int32) bool { return fits[c.codes[r]+1] }))
		default:
			t, err := s.textTest(ctx, v, c, f)
			if err != nil {
				return nil, err
			}
			tests = append(tests, t)
		}
	}
	return tests, nil
}

func keep(fits func(row int32) bool) test {
	return func(rows []int32) []int32 {
		n := 0
		for _, r := range rows {
			if rows[n] = r; fits(r) {
				n++
			}
		}
		return rows[:n]
	}
}

// oneOf passes the rows with these ids.
func (f *frame) oneOf(ids []int64) test {
	var at []int32
	for _, id := range ids {
		if i, ok := f.index(id); ok {
			at = append(at, int32(i))
		}
	}
	slices.Sort(at)
	return func(rows []int32) []int32 {
		if len(rows) == 0 {
			return rows
		}
		next, _ := slices.BinarySearch(at, rows[0])
		n := 0
		for _, r := range rows {
			for next < len(at) && at[next] < r {
				next++
			}
			if rows[n] = r; next < len(at) && at[next] == r {
				n++
			}
		}
		return rows[:n]
	}
}

// within passes the numbers of a range.
func (c *column) within(f *wire.Filter) test {
	lo, hi, x := math.Inf(-1), math.Inf(1), c.numbers
	if f.Min != nil {
		lo = *f.Min
	}
	if f.Max != nil {
		hi = *f.Max
	}
	switch f.Missing {
	case wire.MissingOnly:
		return keep(func(r int32) bool { return x[r] != x[r] })
	case wire.MissingAlso:
		return keep(func(r int32) bool { v := x[r]; return v != v || v >= lo && v <= hi })
	}
	return func(rows []int32) []int32 { // the usual one, quicker than by keep
		n := 0
		for _, r := range rows {
			rows[n] = r
			if v := x[r]; v >= lo && v <= hi {
				n++
			}
		}
		return rows[:n]
	}
}

// fitsText reports whether a text that is not missing fits.
func fitsText(f *wire.Filter, t string) bool {
	if f.Missing == wire.MissingOnly || len(f.Levels) > 0 && !slices.Contains(f.Levels, t) {
		return false
	}
	return f.Contains == "" || strings.Contains(strings.ToLower(t), strings.ToLower(f.Contains))
}

// textTest looks for texts, of which a column has the hashes alone: those that
// contain something are found by reading them.
func (s *Service) textTest(ctx context.Context, v *view, c *column, f *wire.Filter) (test, error) {
	missing := f.Missing == wire.MissingAlso || f.Missing == wire.MissingOnly
	if f.Contains == "" {
		wanted := map[uint64]bool{}
		for _, l := range f.Levels {
			if l != "" {
				wanted[hashText(s.seed, l)] = true
			}
		}
		any := len(f.Levels) == 0 && f.Missing != wire.MissingOnly
		return keep(func(r int32) bool {
			if h := c.hashes[r]; h != 0 {
				return any || wanted[h]
			}
			return missing
		}), nil
	}
	fits := make([]bool, v.rows)
	err := s.eachText(ctx, v, c.name, func(row int, text string) bool {
		if text == "" {
			fits[row] = missing
		} else {
			fits[row] = fitsText(f, text)
		}
		return true
	})
	return keep(func(r int32) bool { return fits[r] }), err
}

// hashText is never 0, which is a missing text's.
func hashText(seed maphash.Seed, t string) uint64 { return max(1, maphash.String(seed, t)) }

var errEnough = errors.New("stats: enough rows")

// eachText reads a column of texts until fn gives false. A text is valid during the call.
func (s *Service) eachText(ctx context.Context, v *view, name string, fn func(row int, text string) bool) (err error) {
	t, err := s.o.Tables.Open(ctx, v.owner, v.data.ID, v.data.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	row := 0
	err = t.Scan(ctx, []string{name}, func(b *table.Batch) error {
		for _, text := range b.Columns[0].Texts[:b.Rows] {
			if !fn(row, text) {
				return errEnough
			}
			row++
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return err
}
