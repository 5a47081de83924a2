package stats

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"sync"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// frame is a version of a dataset with those of its columns that are in memory.
type frame struct {
	key     frameKey
	schema  table.Schema
	rows    int
	loading chan struct{}      // holds a token while somebody loads
	ids     []int64            // nil: 0, 1, ...; set before the first column is
	columns map[string]*column // guarded by the cache
	tick    uint64             // guarded by the cache
}

// id gives the id of the row at index i.
func (f *frame) id(i int) int64 {
	if f.ids == nil {
		return int64(i)
	}
	return f.ids[i]
}

// index finds a row by its id.
func (f *frame) index(id int64) (int, bool) {
	if f.ids == nil {
		return int(id), id >= 0 && id < int64(f.rows)
	}
	return slices.BinarySearch(f.ids, id)
}

// column is all values of a column. It never changes; what is computed of it is kept with it.
type column struct {
	name    string
	kind    table.Kind
	numbers []float64 // of a number; NaN is missing
	codes   []int32   // of a category: a place in levels; -1 is missing
	levels  []string
	hashes  []uint64 // of a text; 0 is missing
	words   words    // of a text

	tick uint64 // guarded by the cache

	once    struct{ extent, moments, quartiles sync.Once }
	summary summary // see summarize
}

// bytes is about what the column takes.
func (c *column) bytes() int64 {
	n := int64(8*len(c.numbers) + 4*len(c.codes) + 8*len(c.hashes) + 200)
	for _, l := range c.levels {
		n += int64(len(l)) + 64
	}
	return n + c.words.bytes()
}

// cost is about what a column will take, before it is loaded.
func cost(c table.Column, rows int) int64 {
	if c.Kind == table.Category {
		return 4*int64(rows) + 64*c.Distinct
	}
	return 8 * int64(rows)
}

// view is columns of a version, in the order asked for.
type view struct {
	*frame
	data    wire.Dataset
	owner   string
	columns []*column
}

// open finds the version that a request names. It reads nothing.
func (s *Service) open(ctx context.Context, q Request) (*view, error) {
	d, err := s.o.Tables.Get(ctx, q.Owner, q.Dataset, q.Version)
	if err != nil {
		return nil, err
	}
	if d.Rows > math.MaxInt32 {
		return nil, fault.Newf(fault.TooLarge, "The table has %d rows; statistics are made of at most %d.", d.Rows, math.MaxInt32)
	}
	return &view{frame: s.cache.frame(&d), data: d, owner: q.Owner}, nil
}

// fits reports whether the columns may be in memory at the same time, beside others.
func (s *Service) fits(v *view, at []int) bool { return s.need(v, at) <= s.o.Memory/2 }

func (s *Service) need(v *view, at []int) (bytes int64) {
	for _, i := range at {
		bytes += cost(v.schema[i], v.rows)
	}
	return bytes
}

// load brings columns into memory, and leaves room for what is done with them,
// which takes so many times as much with them; the caller calls done when it
// needs them no more. It must not wait for more room before that.
func (s *Service) load(ctx context.Context, v *view, at []int, times int64) (done func(), err error) {
	if len(at) == 0 && len(v.schema) > 0 {
		at = []int{0} // the ids come with a column
	}
	need := s.need(v, at) * times
	if need > s.o.Memory {
		return nil, fault.Newf(fault.TooLarge, "This takes %d MB for %d columns of %d rows, more than the %d MB that the server takes for statistics. Choose fewer columns.",
			need>>20, len(at), v.rows, s.o.Memory>>20)
	}
	if err := s.room.Acquire(ctx, need); err != nil {
		return nil, err
	}
	done = func() { s.room.Release(need) }
	names := make([]string, len(at))
	for i, c := range at {
		names[i] = v.schema[c].Name
	}
	if v.columns, err = s.columnsOf(ctx, v, names); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

func (s *Service) columnsOf(ctx context.Context, v *view, names []string) ([]*column, error) {
	out := s.cache.have(v.frame, names)
	if !slices.Contains(out, nil) {
		return out, nil
	}
	select { // whoever comes second finds what the first has loaded
	case v.loading <- struct{}{}:
		defer func() { <-v.loading }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	out = s.cache.have(v.frame, names)
	var missing []string
	for i, c := range out {
		if c == nil && !slices.Contains(missing, names[i]) {
			missing = append(missing, names[i])
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	read, err := s.read(ctx, v, missing)
	if err != nil {
		return nil, err
	}
	s.cache.keep(v.frame, read)
	for i, c := range out {
		if c == nil {
			out[i] = read[slices.Index(missing, names[i])]
		}
	}
	return out, nil
}

// read reads columns from the table, some on each goroutine.
func (s *Service) read(ctx context.Context, v *view, names []string) ([]*column, error) {
	parts := max(1, min(s.o.Workers, len(names)))
	groups := make([][]*column, parts)
	out := make([]*column, len(names))
	for i, name := range names {
		out[i] = &column{name: name, kind: v.schema[v.schema.Index(name)].Kind}
		groups[i%parts] = append(groups[i%parts], out[i])
	}
	ids := make([][]int64, parts)
	err := s.each(ctx, parts, func(p int) (err error) {
		t, err := s.o.Tables.Open(ctx, v.owner, v.data.ID, v.data.Version)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, t.Close()) }()
		r := reader{s: s, rows: v.rows, columns: groups[p]}
		if err := r.scan(ctx, t); err != nil {
			return err
		}
		ids[p] = r.ids
		return nil
	})
	if err == nil && v.ids == nil && ids[0] != nil { // with the first columns: nobody reads them yet
		v.ids = ids[0]
	}
	return out, err
}

// reader fills columns from batches.
type reader struct {
	s       *Service
	rows    int
	columns []*column
	ids     []int64
	next    int
}

func (r *reader) scan(ctx context.Context, t Table) error {
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = c.name
		switch c.kind {
		case table.Number:
			c.numbers = make([]float64, r.rows)
		case table.Category:
			c.codes = make([]int32, r.rows)
		default:
			c.hashes = make([]uint64, r.rows)
		}
	}
	codes := make([]map[string]int32, len(r.columns))
	err := t.Scan(ctx, names, func(b *table.Batch) error {
		if b.First != int64(r.next) || r.next+b.Rows > r.rows {
			return fmt.Errorf("stats: a batch of %d rows from %d, want from %d of %d", b.Rows, b.First, r.next, r.rows)
		}
		if err := r.addIDs(b); err != nil {
			return err
		}
		for i, c := range r.columns {
			switch c.kind {
			case table.Number:
				copy(c.numbers[r.next:], b.Columns[i].Numbers[:b.Rows])
			case table.Category:
				if codes[i] == nil {
					codes[i] = map[string]int32{}
				}
				c.encode(codes[i], r.next, b.Columns[i].Texts[:b.Rows])
			default:
				c.hash(r.s.seed, r.next, b.Columns[i].Texts[:b.Rows])
			}
		}
		r.next += b.Rows
		return nil
	})
	if err == nil && r.next != r.rows {
		err = fmt.Errorf("stats: the table gave %d rows, want %d", r.next, r.rows)
	}
	return err
}

// addIDs keeps ids as soon as one is not the row's index.
func (r *reader) addIDs(b *table.Batch) error {
	if b.IDs == nil && r.ids == nil {
		return nil
	}
	if r.ids == nil {
		r.ids = make([]int64, 0, r.rows)
		for i := range r.next {
			r.ids = append(r.ids, int64(i))
		}
	}
	for i := range b.Rows {
		id := b.ID(i)
		if n := len(r.ids); n > 0 && r.ids[n-1] >= id {
			return fmt.Errorf("stats: row id %d comes after %d", id, r.ids[n-1])
		}
		r.ids = append(r.ids, id)
	}
	return nil
}

func (c *column) encode(codes map[string]int32, at int, texts []string) {
	for i, t := range texts {
		if t == "" {
			c.codes[at+i] = -1
			continue
		}
		code, ok := codes[t]
		if !ok {
			code = int32(len(c.levels))
			t = string([]byte(t)) // outlives the batch
			codes[t] = code
			c.levels = append(c.levels, t)
		}
		c.codes[at+i] = code
	}
}

func (c *column) hash(seed maphash.Seed, at int, texts []string) {
	for i, t := range texts {
		if t == "" {
			continue
		}
		c.hashes[at+i] = hashText(seed, t)
		c.words.text(t)
	}
}
