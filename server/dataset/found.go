package dataset

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/centroid-studio/centroid/shared/table"
)

// errLongTexts says that a column's texts are too long to be sorted in memory.
var errLongTexts = errors.New("dataset: texts are too long to be sorted in memory")

// found is rows that fit, by id, with what they are sorted by.
type found struct {
	ids   []uint32 // of rows that have a value to be sorted by; of all if nothing is sorted
	empty []uint32 // of those without
	keys  []uint64 // of numbers, ascending as they do
	texts []string // else
}

// finder finds the rows of a version that fit, some row groups on each goroutine.
type finder struct {
	s      *Source
	o      *ordering
	limit  int64 // bytes of texts that are held to be sorted
	rd     *file.Reader
	groups []found // of each row group
	last   []int64 // the row id with which it ends
	bytes  atomic.Int64
}

// order gives the ids of rows in the order that is wanted, or errLongTexts if more
// than so many bytes of texts are to be sorted.
func (s *Source) order(ctx context.Context, rd *file.Reader, o *ordering, limit int64) ([]uint32, error) {
	f := &finder{s: s, o: o, limit: limit, rd: rd, groups: make([]found, rd.NumRowGroups()), last: make([]int64, rd.NumRowGroups())}
	if err := f.find(ctx); err != nil {
		return nil, err
	}
	f.patch()
	all := f.joined()
	if len(all.ids)+len(all.empty) > orderMost {
		return nil, tooMany()
	}
	switch {
	case o.sort < 0 && o.desc:
		slices.Reverse(all.ids)
	case o.sort < 0:
	case all.texts != nil:
		sortTexts(all.texts, all.ids, o.desc)
	default:
		sortNumbers(all.keys, all.ids, o.desc)
	}
	return append(all.ids, all.empty...), nil
}

// find looks through the file.
func (f *finder) find(ctx context.Context) error {
	firsts, first := make([]int64, len(f.groups)), int64(0)
	for g := range f.groups {
		firsts[g] = first
		first += f.rd.RowGroup(g).NumRows()
	}
	lookers := make([]looker, workers())
	return shareOut(ctx, len(lookers), len(f.groups), func(w, g int) error { return f.group(g, firsts[g], &lookers[w]) })
}

// looker is what a goroutine works with.
type looker struct {
	pager
	scratch
	fit, hit []bool
	text     []byte // of a page's rows, one after another; ends of each are in the scratch
}

// group finds the rows of a row group, whose first is at a place in the file.
func (f *finder) group(g int, first int64, l *looker) error {
	group := f.rd.RowGroup(g)
	n := int(group.NumRows())
	var ids []int64
	f.last[g] = first + int64(n) - 1
	if f.s.version.File.IDs {
		var err error
		if ids, err = l.idsOf(group, len(f.s.rec.Stored)); err != nil {
			return err
		}
		f.last[g] = ids[n-1]
	}
	l.fit, l.hit = sized(l.fit, n), sized(l.hit, n)
	for i := range l.fit {
		l.fit[i] = true
	}
	f.leave(first, ids, l.fit)
	for _, c := range f.o.where {
		clear(l.hit)
		for _, t := range c {
			at := 0
			if err := l.each(group, t.column, f.s.version.Schema[t.column].Kind, func(p page) error {
				t.mark(p, l.hit[at:at+p.rows], &l.scratch)
				at += p.rows
				return nil
			}); err != nil {
				return err
			}
		}
		some := false
		for i, hit := range l.hit {
			l.fit[i] = l.fit[i] && hit
			some = some || l.fit[i]
		}
		if !some {
			return nil
		}
	}
	id := func(i int) uint32 { return uint32(first + int64(i)) }
	if ids != nil {
		id = func(i int) uint32 { return uint32(ids[i]) }
	}
	out := &f.groups[g]
	count := 0
	for _, fits := range l.fit {
		if fits {
			count++
		}
	}
	out.ids = make([]uint32, 0, count)
	if f.o.sort < 0 {
		for i, fits := range l.fit {
			if fits {
				out.ids = append(out.ids, id(i))
			}
		}
		return nil
	}
	kind := f.s.version.Schema[f.o.sort].Kind
	if kind == table.Number {
		out.keys = make([]uint64, 0, count)
	} else {
		out.texts = make([]string, 0, count)
	}
	at := 0
	return l.each(group, f.o.sort, kind, func(p page) error {
		err := f.sorted(p, l.fit[at:at+p.rows], func(i int) uint32 { return id(at + i) }, l, out)
		at += p.rows
		return err
	})
}

// leave takes out rows that patches replace.
func (f *finder) leave(first int64, ids []int64, fit []bool) {
	for _, p := range f.s.patches {
		if ids != nil {
			if at, ok := slices.BinarySearch(ids, p.Row); ok {
				fit[at] = false
			}
		} else if at := p.Row - first; at >= 0 && at < int64(len(fit)) {
			fit[at] = false
		}
	}
}

// sorted adds the rows of a page that fit, with what they are sorted by.
func (f *finder) sorted(p page, fit []bool, id func(int) uint32, l *looker, out *found) error {
	next := 0
	l.text, l.ends = l.text[:0], l.ends[:0]
	for i := range p.rows {
		if p.there != nil && p.there[i] == 0 {
			if fit[i] {
				out.empty = append(out.empty, id(i))
			}
			continue
		}
		if fit[i] {
			out.ids = append(out.ids, id(i))
			if p.texts != nil {
				l.text = append(l.text, p.texts[next]...)
				l.ends = append(l.ends, len(l.text))
			} else {
				out.keys = append(out.keys, numberKey(p.numbers[next]))
			}
		}
		next++
	}
	if p.texts == nil {
		return nil
	}
	if f.bytes.Add(int64(len(l.text))) > f.limit {
		return errLongTexts
	}
	whole, at := string(l.text), 0 // one piece of memory for all
	for _, end := range l.ends {
		out.texts = append(out.texts, whole[at:end])
		at = end
	}
	return nil
}

// patch puts the rows of patches where their ids belong.
func (f *finder) patch() {
	var s scratch
	for _, p := range f.s.patches {
		if p.Cells == nil || !f.fits(p, &s) {
			continue
		}
		g, _ := slices.BinarySearch(f.last, p.Row)
		if g == len(f.groups) { // after the last
			f.groups, f.last = append(f.groups, found{}), append(f.last, math.MaxInt64)
		}
		to, id := &f.groups[g], uint32(p.Row)
		if f.o.sort < 0 {
			at, _ := slices.BinarySearch(to.ids, id)
			to.ids = slices.Insert(to.ids, at, id)
			continue
		}
		cell := cellAs(p.Cells[f.o.sort], f.s.version.Schema[f.o.sort].Kind)
		if cell.Missing() {
			at, _ := slices.BinarySearch(to.empty, id)
			to.empty = slices.Insert(to.empty, at, id)
			continue
		}
		at, _ := slices.BinarySearch(to.ids, id)
		to.ids = slices.Insert(to.ids, at, id)
		if cell.Number != nil {
			to.keys = slices.Insert(to.keys, at, numberKey(*cell.Number))
		} else {
			to.texts = slices.Insert(to.texts, at, *cell.Text)
		}
	}
}

// fits reports whether a patch's row does.
func (f *finder) fits(p Patch, s *scratch) bool {
	for _, c := range f.o.where {
		if !slices.ContainsFunc(c, func(t test) bool { return t.cell(cellAs(p.Cells[t.column], f.s.version.Schema[t.column].Kind), s) }) {
			return false
		}
	}
	return true
}

// joined gives the rows of all groups.
func (f *finder) joined() (all found) {
	var ids, empty, keys, texts int
	for i := range f.groups {
		g := &f.groups[i]
		ids, empty, keys, texts = ids+len(g.ids), empty+len(g.empty), keys+len(g.keys), texts+len(g.texts)
	}
	all.ids = make([]uint32, 0, ids+empty) // the empty ones follow
	if all.empty = make([]uint32, 0, empty); texts > 0 {
		all.texts = make([]string, 0, texts)
	}
	all.keys = make([]uint64, 0, keys)
	for i := range f.groups {
		g := &f.groups[i]
		all.ids, all.empty = append(all.ids, g.ids...), append(all.empty, g.empty...)
		all.keys, all.texts = append(all.keys, g.keys...), append(all.texts, g.texts...)
		*g = found{} // its memory is free for what follows
	}
	return all
}

// numberKey is a number as a key that ascends with it; both zeros are one.
func numberKey(x float64) uint64 {
	b := math.Float64bits(x + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// textKey is the first bytes of a text as a key that ascends with it.
func textKey(t string) (key uint64) {
	if len(t) >= 8 {
		return uint64(t[7]) | uint64(t[6])<<8 | uint64(t[5])<<16 | uint64(t[4])<<24 | uint64(t[3])<<32 | uint64(t[2])<<40 | uint64(t[1])<<48 | uint64(t[0])<<56
	}
	for i := range 8 {
		if key <<= 8; i < len(t) {
			key |= uint64(t[i])
		}
	}
	return key
}
