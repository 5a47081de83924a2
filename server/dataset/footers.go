package dataset

import (
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/parquet/metadata"
)

// footersMost is how many parts of files, a column of a row group each, are known
// from the ends of files at most.
const footersMost = 200_000

// footers keeps the ends of the files that were read last, which say where
// everything is. Its zero value is empty.
type footers struct {
	mu    sync.Mutex
	all   map[footerKey]*footer
	clock int64 // counts uses
	parts int
}

// footerKey names what a file holds: one that is made anew has another time.
type footerKey struct {
	path  string
	size  int64
	mtime time.Time
}

type footer struct {
	meta  *metadata.FileMetaData // which nobody changes
	parts int
	used  int64
}

// get gives the end of a file, nil if it is not kept.
func (c *footers) get(key footerKey) *metadata.FileMetaData {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.all[key]
	if f == nil {
		return nil
	}
	c.clock++
	f.used = c.clock
	return f.meta
}

// put keeps the end of a file, and forgets those that were used longest ago if there are many.
func (c *footers) put(key footerKey, meta *metadata.FileMetaData) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, &footer{meta: meta, parts: meta.NumRowGroups() * meta.Schema.NumColumns()})
}

// add is put for who holds c.mu.
func (c *footers) add(key footerKey, f *footer) {
	if c.all == nil {
		c.all = map[footerKey]*footer{}
	}
	if c.all[key] != nil {
		return
	}
	c.clock++
	f.used = c.clock
	c.all[key] = f
	c.parts += f.parts
	for c.parts > footersMost && len(c.all) > 1 {
		var least footerKey
		for k, f := range c.all {
			if old := c.all[least]; old == nil || f.used < old.used {
				least = k
			}
		}
		c.parts -= c.all[least].parts
		delete(c.all, least)
	}
}
