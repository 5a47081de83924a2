package ui

import "github.com/centroid-studio/centroid/shared/wire"

const (
	blockRows  = 200 // rows asked for at once
	blocksKept = 24  // of them held at most
	blocksBusy = 2   // of them asked for at the same time
)

// gridCache holds the rows of a table that were seen last, in blocks. Its zero
// value is empty. It belongs to the UI goroutine.
type gridCache struct {
	gen    int // changes when all that was asked for before is of no use
	blocks map[int64]*gridBlock
	busy   map[int64]bool
	clock  int64 // counts uses
}

// gridBlock is blockRows rows, or why they could not be had.
type gridBlock struct {
	rows []wire.Row
	err  error
	old  bool // shown until newer rows come
	used int64
}

// Reset forgets everything; answers under way are dropped when they come.
func (c *gridCache) Reset() {
	c.gen++
	c.blocks, c.busy = map[int64]*gridBlock{}, map[int64]bool{}
}

// Age asks for everything anew but keeps it until the new rows come.
func (c *gridCache) Age() {
	c.gen++
	c.busy = map[int64]bool{}
	for _, b := range c.blocks {
		b.old = true
	}
}

// Row gives a row, or nil if it is not there yet.
func (c *gridCache) Row(i int64) *wire.Row {
	b := c.blocks[i/blockRows]
	if b == nil || i%blockRows >= int64(len(b.rows)) {
		return nil
	}
	c.clock++
	b.used = c.clock
	return &b.rows[i%blockRows]
}

// Ask names the next block to ask for so that the rows from first up to last
// can be drawn, and notes that it is under way. ok is false if there is none,
// or if enough are under way.
func (c *gridCache) Ask(first, last int64) (block int64, gen int, ok bool) {
	if len(c.busy) >= blocksBusy || last <= first {
		return 0, 0, false
	}
	for i := first / blockRows; i <= (last-1)/blockRows; i++ {
		if b := c.blocks[i]; !c.busy[i] && (b == nil || b.old) {
			c.busy[i] = true
			return i, c.gen, true
		}
	}
	return 0, 0, false
}

// Put takes the answer for a block. It reports false for one that is of no use
// any more.
func (c *gridCache) Put(gen int, block int64, rows []wire.Row, err error) bool {
	if gen != c.gen {
		return false
	}
	delete(c.busy, block)
	c.clock++
	if was := c.blocks[block]; err != nil && was != nil {
		rows = was.rows // old rows are better than none
	}
	c.blocks[block] = &gridBlock{rows: rows, err: err, used: c.clock}
	for len(c.blocks) > blocksKept {
		least := block
		for i, b := range c.blocks {
			if b.used < c.blocks[least].used {
				least = i
			}
		}
		delete(c.blocks, least)
	}
	return true
}

// Fault gives an error that stands in the way, if there is one.
func (c *gridCache) Fault() error {
	for _, b := range c.blocks {
		if b.err != nil {
			return b.err
		}
	}
	return nil
}

// Retry lets blocks that could not be had be asked for again.
func (c *gridCache) Retry() {
	for _, b := range c.blocks {
		if b.err != nil {
			b.err, b.old = nil, true
		}
	}
}
