package stats

import (
	"sync"

	"github.com/centroid-studio/centroid/shared/wire"
)

// cache keeps the columns that were used last, up to a number of bytes.
type cache struct {
	mu     sync.Mutex
	budget int64
	used   int64
	clock  uint64
	frames map[frameKey]*frame
}

// frameKey names content that never changes.
type frameKey struct {
	dataset string
	version int
	hash    string
}

func newCache(budget int64) *cache {
	return &cache{budget: budget, frames: map[frameKey]*frame{}}
}

// frame gives the columns of a version, of which there may be none yet.
func (c *cache) frame(d *wire.Dataset) *frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := frameKey{d.ID, d.Version, d.Hash}
	f := c.frames[key]
	if f == nil {
		f = &frame{key: key, schema: d.Schema, rows: int(d.Rows), columns: map[string]*column{}, loading: make(chan struct{}, 1)}
		c.frames[key] = f
	}
	return f
}

// have gives those of a frame's columns that are kept, and nil for the others.
func (c *cache) have(f *frame, names []string) []*column {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	f.tick = c.clock
	out := make([]*column, len(names))
	for i, name := range names {
		if out[i] = f.columns[name]; out[i] != nil {
			out[i].tick = c.clock
		}
	}
	return out
}

// keep adds columns to a frame and drops those that were not used for longest.
func (c *cache) keep(f *frame, columns []*column) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frames[f.key] != f {
		return // it had to go meanwhile
	}
	c.clock++
	f.tick = c.clock
	for _, col := range columns {
		if old := f.columns[col.name]; old != nil {
			c.used -= old.bytes()
		}
		f.columns[col.name] = col
		col.tick = c.clock
		c.used += col.bytes()
	}
	for c.used > c.budget && c.dropOldest() {
	}
	for len(c.frames) > maxFrames && c.dropFrame() {
	}
}

// maxFrames is how many versions are known at a time: a frame without columns has but its ids.
const maxFrames = 64

// dropOldest drops the column that was not used for longest; false if there is none.
func (c *cache) dropOldest() bool {
	var of *frame
	var oldest *column
	for _, f := range c.frames {
		for _, col := range f.columns {
			if oldest == nil || col.tick < oldest.tick {
				of, oldest = f, col
			}
		}
	}
	if oldest == nil {
		return false
	}
	delete(of.columns, oldest.name)
	c.used -= oldest.bytes()
	return true
}

func (c *cache) dropFrame() bool {
	var key frameKey
	var oldest *frame
	for k, f := range c.frames {
		if oldest == nil || f.tick < oldest.tick {
			key, oldest = k, f
		}
	}
	if oldest == nil {
		return false
	}
	for _, col := range oldest.columns {
		c.used -= col.bytes()
	}
	delete(c.frames, key)
	return true
}
