package stats

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// From which values on an advice is given.
const (
	dominant   = 0.9  // share of the distance
	sameThing  = 0.98 // |r|
	manyGaps   = 0.1  // of the rows are left out
	verySkewed = 2
	repeating  = 0.01 // of the rows are like another
)

// What is compared in pairs is compared on some rows, and not of endless columns.
const (
	looked       = 20_000
	maxCompared  = 500
	lookedPairs  = 1 << 30 // rows times pairs
	mostOfAKind  = 50
	adviseRandom = 0 // the seed of the rows looked at
)

// Advise says what is to be known before a training with some settings: no
// column means those that are features.
func (s *Service) Advise(ctx context.Context, q Request, cfg prep.Config) (wire.AdviceList, error) {
	const op = "stats.Advise"
	out, err := s.advise(ctx, q, cfg)
	return out, fault.Wrap(op, err)
}

func (s *Service) advise(ctx context.Context, q Request, cfg prep.Config) (wire.AdviceList, error) {
	v, err := s.open(ctx, q)
	if err != nil {
		return wire.AdviceList{}, err
	}
	if cfg.Scale == "" {
		cfg.Scale = prep.Standard
	}
	if cfg.Missing == "" {
		cfg.Missing = prep.Drop
	}
	names := cfg.Columns
	if len(names) == 0 {
		names = prep.Features(v.schema)
	}
	out := wire.AdviceList{Version: v.data.Version, Of: v.data.Rows, Features: names, Advice: []wire.Advice{}}
	if len(names) == 0 {
		out.Features = []string{}
		return out, nil
	}
	at, err := indexes(v.schema, "features", names, func(c table.Column) bool { return c.Kind != table.Text })
	if err != nil {
		return out, err
	}
	key := question{v.key, fmt.Sprintf("advise %s %s %v %q", cfg.Scale, cfg.Missing, at, cfg.Logs)}
	if old, ok := s.answers.get(key); ok {
		return old.(wire.AdviceList), nil
	}
	a, err := s.study(ctx, q, v, at)
	if err != nil {
		return out, err
	}
	a.cfg = cfg
	a.takeLogs()
	out.Looked, out.Compared = int64(len(a.rows)), min(len(a.compared()), maxCompared)
	a.columns()
	a.duplicates()
	if err := s.correlated(ctx, a); err != nil {
		return out, err
	}
	a.dominance()
	a.gaps()
	a.repeats(wire.Step{Op: "table", Dataset: q.Dataset, Version: v.data.Version})
	rank := map[wire.AdviceKind]int{}
	for i, k := range []wire.AdviceKind{wire.AdviceDominates, wire.AdviceIDLike, wire.AdviceConstant, wire.AdviceDuplicate, wire.AdviceCorrelated,
		wire.AdviceMissing, wire.AdviceGaps, wire.AdviceSkewed, wire.AdviceRepeated} {
		rank[k] = i
	}
	slices.SortStableFunc(a.advice, func(x, y wire.Advice) int { return cmp.Compare(rank[x.Kind], rank[y.Kind]) })
	out.Advice = append(out.Advice, a.advice...)
	s.answers.put(key, out, int64(64*len(at)+1000*len(out.Advice)))
	return out, nil
}

// study is what is learned of the features before advice is given.
type study struct {
	cfg    prep.Config
	of     []feature
	rows   []int    // those looked at for pairs
	whole  []bool   // by row: no feature is missing
	hashes []uint64 // by row: of all features
	total  int
	advice []wire.Advice
	given  map[wire.AdviceKind]int
	out    map[string]bool // columns that an advice leaves out
}

// feature is what is kept of a column that need not be in memory any more.
type feature struct {
	name    string
	kind    table.Kind
	sum     summary
	hash    uint64
	unusual bool   // constant
	words   string // about it
	idLike  bool
	spread  float64   // of a category: the variance of its 0/1 features together
	seen    []float64 // of a number: its values in the rows looked at
}

// study reads the features, some at a time.
func (s *Service) study(ctx context.Context, q Request, v *view, at []int) (*study, error) {
	a := &study{of: make([]feature, len(at)), total: v.rows, whole: make([]bool, v.rows), hashes: make([]uint64, v.rows), given: map[wire.AdviceKind]int{}, out: map[string]bool{}}
	for i := range a.whole {
		a.whole[i] = true
	}
	n, pairs := looked, min(len(at), maxCompared)
	if pairs *= pairs / 2; pairs > 0 {
		n = min(n, max(1000, lookedPairs/pairs))
	}
	err := s.inGroups(ctx, v, at, func(first int) error {
		if a.rows == nil { // the ids came with the first columns
			var err error
			if a.rows, _, err = s.choose(ctx, q, v, Sample{N: n, Seed: adviseRandom}, nil); err != nil {
				return err
			}
		}
		if err := s.each(ctx, len(v.columns), func(i int) error {
			a.of[first+i].learn(v.columns[i], a.rows)
			return nil
		}); err != nil {
			return err
		}
		return s.each(ctx, blocks(v.rows), func(b int) error {
			lo, hi := bounds(b, v.rows)
			for _, c := range v.columns {
				c.mix(a.hashes, a.whole, lo, hi)
			}
			return nil
		})
	})
	return a, err
}

func (f *feature) learn(c *column, rows []int) {
	s := c.moments() // not all of it: another question may be computing the quartiles
	f.sum = summary{count: s.count, missing: s.missing, infinite: s.infinite, min: s.min, max: s.max, mean: s.mean, std: s.std, skew: s.skew, levels: s.levels}
	f.name, f.kind = c.name, c.kind
	f.unusual, f.words = c.constant()
	f.idLike = c.idLike()
	f.hash = c.content()
	if c.kind == table.Number {
		f.seen = make([]float64, len(rows))
		for i, r := range rows {
			f.seen[i] = c.numbers[r]
		}
		return
	}
	for _, n := range f.sum.levels {
		p := float64(n) / float64(max(1, f.sum.count))
		f.spread += p * (1 - p)
	}
}

// bitsAt gives bits that are the same for the same values only; missing ones have theirs.
func (c *column) bitsAt(i int) uint64 {
	if c.kind != table.Number {
		return uint64(uint32(c.codes[i]))
	}
	if x := c.numbers[i]; x == x {
		return ordered(x)
	}
	return 1
}

func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return hi ^ lo ^ bits.RotateLeft64(h, 23)
}

// mix adds the column to the hashes of some rows, and marks those where it is missing.
func (c *column) mix(hashes []uint64, whole []bool, lo, hi int) {
	for i := lo; i < hi; i++ {
		hashes[i] = mix(hashes[i], c.bitsAt(i))
		if c.kind == table.Number && c.numbers[i] != c.numbers[i] || c.kind != table.Number && c.codes[i] < 0 {
			whole[i] = false
		}
	}
}

// content is a hash of all values, in order. Codes count by first appearance, so
// categories that group the rows alike have the same.
func (c *column) content() uint64 {
	h := uint64(len(c.kind))
	n := len(c.numbers) + len(c.codes)
	for i := range n {
		h = mix(h, c.bitsAt(i))
	}
	return h
}

func (a *study) add(kind wire.AdviceKind, value float64, columns []string, remedy *wire.Remedy, text string, args ...any) {
	if a.given[kind]++; a.given[kind] <= mostOfAKind {
		a.advice = append(a.advice, wire.Advice{Kind: kind, Columns: columns, Value: value, Text: fmt.Sprintf(text, args...), Remedy: remedy})
	}
}

// without leaves a column out, unless none would be left.
func (a *study) without(name string) *wire.Remedy {
	a.out[name] = true
	if len(a.of) < 2 {
		return nil
	}
	return &wire.Remedy{Label: "Leave out " + clip(name), Without: []string{name}}
}

// columns gives advice about each column by itself.
func (a *study) columns() {
	for i := range a.of {
		f := &a.of[i]
		share := float64(f.sum.missing) / float64(max(1, a.total))
		one := []string{f.name}
		switch {
		case f.unusual:
			a.add(wire.AdviceConstant, float64(f.sum.count), one, a.without(f.name), "%s: %s", f.name, lower(f.words))
			continue
		case f.idLike:
			a.add(wire.AdviceIDLike, 1, one, a.without(f.name), "%s has another value in each row: it seems to number or name the rows, so it says nothing about which are alike.", f.name)
			continue
		case share > mostlyGone:
			a.add(wire.AdviceMissing, share, one, a.without(f.name), "%s: %s of the values are missing.", f.name, lower(percent(share)))
			continue
		}
		if f.kind == table.Number && f.sum.skew > verySkewed && f.sum.min >= 0 && !slices.Contains(a.cfg.Logs, f.name) {
			if after := f.logs().skew; math.Abs(after) < f.sum.skew/2 {
				a.add(wire.AdviceSkewed, f.sum.skew, one, &wire.Remedy{Label: "Take its logarithm", Logs: one},
					"%s has a long tail (skewness %.1f): a few large values stretch it. Its logarithm, ln(1 + %s), has a skewness of %.1f.", f.name, f.sum.skew, f.name, after)
			}
		}
	}
}

func lower(s string) string { return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):] }

// logs gives what is known of the logarithms of the values looked at.
func (f *feature) logs() (s summary) {
	x := make([]float64, len(f.seen))
	for i, v := range f.seen {
		x[i] = prep.SignedLog(v)
	}
	s.ends(x)
	if s.count < fewRows {
		s.skew = math.Inf(1)
		return s
	}
	s.moments(x)
	return s
}

// takeLogs puts logarithms in the place of the columns that are trained on so. What
// is known of them is of the rows looked at.
func (a *study) takeLogs() {
	for i := range a.of {
		f := &a.of[i]
		if f.kind != table.Number || f.unusual || !slices.Contains(a.cfg.Logs, f.name) {
			continue
		}
		if s := f.logs(); s.count >= fewRows {
			f.sum.min, f.sum.max, f.sum.mean, f.sum.std, f.sum.skew = s.min, s.max, s.mean, s.std, s.skew
		}
		for j, v := range f.seen {
			f.seen[j] = prep.SignedLog(v)
		}
	}
}

// duplicates finds columns with the same values.
func (a *study) duplicates() {
	first := map[uint64]*feature{}
	for i := range a.of {
		f := &a.of[i]
		if f.unusual {
			continue
		}
		if old := first[f.hash]; old != nil && old.kind == f.kind {
			a.add(wire.AdviceDuplicate, float64(a.total), []string{old.name, f.name}, a.without(f.name), "%s and %s are the same in each row, so that it counts twice.", old.name, f.name)
			continue
		}
		first[f.hash] = f
	}
}

// compared gives the columns of numbers that are compared in pairs.
func (a *study) compared() (of []*feature) {
	for i := range a.of {
		if f := &a.of[i]; f.kind == table.Number && !f.unusual && !a.out[f.name] {
			of = append(of, f)
		}
	}
	return of
}

// correlated finds pairs of columns that say the same.
func (s *Service) correlated(ctx context.Context, a *study) error {
	of := a.compared()
	of = of[:min(len(of), maxCompared)]
	if len(of) < 2 {
		return nil
	}
	x := make([]standard, len(of))
	for i, f := range of {
		x[i] = standard{x: f.seen, mean: f.sum.mean, gaps: f.sum.missing+f.sum.infinite > 0}
		if f.sum.std > 0 {
			x[i].unit = 1 / f.sum.std
		}
	}
	m, err := s.sumPairs(ctx, x, len(a.rows))
	if err != nil {
		return err
	}
	for i, f := range of {
		for j := range i {
			p := m.at(i, j)
			r, ok := p.r()
			if !ok || p.n < fewRows || math.Abs(r) <= sameThing || a.out[of[j].name] {
				continue
			}
			a.add(wire.AdviceCorrelated, r, []string{of[j].name, f.name}, a.without(f.name), "%s and %s say nearly the same (r = %.3f), so that it counts twice.", of[j].name, f.name, r)
			break
		}
	}
	return nil
}

// dominance finds the column that makes nearly all of the distance.
func (a *study) dominance() {
	share := make([]float64, len(a.of))
	total, largest := 0.0, 0.0
	for i := range a.of {
		largest = max(largest, a.of[i].sum.std)
	}
	for i := range a.of {
		f := &a.of[i]
		switch {
		case f.unusual:
		case f.kind != table.Number:
			share[i] = f.spread
			if a.cfg.Scale == prep.NoScale && largest > 0 {
				share[i] /= largest * largest
			}
		case a.cfg.Scale == prep.NoScale: // by the largest, so that no square overflows
			share[i] = f.sum.std / largest * (f.sum.std / largest)
		case a.cfg.Scale == prep.MinMax:
			r := f.sum.std / 2 / (f.sum.max/2 - f.sum.min/2)
			share[i] = r * r
		default:
			share[i] = 1
		}
		total += share[i]
	}
	for i := range a.of {
		if len(a.of) < 2 || a.cfg.Scale == prep.Standard || !(share[i]/total >= dominant) {
			continue
		}
		part, name := share[i]/total, a.of[i].name
		a.add(wire.AdviceDominates, part, []string{name}, &wire.Remedy{Label: "Scale the columns", Scale: prep.Standard},
			"%s makes %s of the distance: the other columns hardly count. Scaled to the same spread, each has its say.", name, lower(percent(part)))
	}
}

// gaps says how many rows are left out for a missing value.
func (a *study) gaps() {
	if a.cfg.Missing != prep.Drop {
		return
	}
	left := 0
	for _, ok := range a.whole {
		if !ok {
			left++
		}
	}
	if share := float64(left) / float64(max(1, a.total)); share > manyGaps {
		a.add(wire.AdviceGaps, share, []string{}, &wire.Remedy{Label: "Fill gaps with the median", Missing: prep.Median},
			"%d of %d rows (%s) have a missing value in these columns and are left out. They can be filled instead.", left, a.total, lower(percent(share)))
	}
}

// repeats counts the rows that are like another in all features.
func (a *study) repeats(from wire.Step) {
	sortUint64(a.hashes)
	n := 0
	for i := 1; i < len(a.hashes); i++ {
		if a.hashes[i] == a.hashes[i-1] {
			n++
		}
	}
	if share := float64(n) / float64(max(1, a.total)); n > 0 && share >= repeating {
		a.add(wire.AdviceRepeated, float64(n), []string{}, a.once(from), "%d of %d rows repeat another in all of these columns. If they were recorded twice, remove them: each pulls a centroid to itself.", n, a.total)
	}
}

// once keeps the first of the rows that are alike in all features.
func (a *study) once(from wire.Step) *wire.Remedy {
	alike := wire.Step{Op: "distinct"}
	for i := range a.of {
		alike.Columns = append(alike.Columns, a.of[i].name)
	}
	return &wire.Remedy{Label: "Keep one of each", Steps: []wire.Step{from, alike}}
}
