package format

import (
	"math"

	"github.com/centroid-studio/centroid/shared/table"
)

// What a block holds at most: rows, but fewer where they are wide or long, so
// that memory does not depend on the table.
const (
	BlockRows  = 16 << 10
	BlockCells = 1 << 20 // of those rows
	BlockBytes = 8 << 20 // of texts in them, before the row that is one too many
)

// RowsOf gives how many rows of some columns have at most so many cells.
func RowsOf(columns, rows, cells int) int { return max(1, min(rows, cells/max(1, columns))) }

// Block is rows on their way. NaN and "" mean missing.
type Block struct {
	Rows    int            // how many of the vectors' places are rows
	Bytes   int            // of texts
	Columns []table.Vector // each as long as the block has room
}

// NewBlock makes a block of columns that are kept so.
func NewBlock(kinds []table.Kind) *Block {
	b := &Block{Columns: make([]table.Vector, len(kinds))}
	most := RowsOf(len(kinds), BlockRows, BlockCells)
	for i, k := range kinds {
		if k == table.Number {
			b.Columns[i].Numbers = make([]float64, most)
		} else {
			b.Columns[i].Texts = make([]string, most)
		}
	}
	return b
}

// Room gives how many rows fit.
func (b *Block) Room() int {
	if len(b.Columns) == 0 {
		return 0
	}
	return max(len(b.Columns[0].Numbers), len(b.Columns[0].Texts))
}

// full reports whether no other row should come.
func (b *Block) full() bool { return b.Rows >= b.Room() || b.Bytes >= BlockBytes }

func (b *Block) clear() { b.Rows, b.Bytes = 0, 0 }

// setMissing puts a missing value.
func (b *Block) setMissing(column, row int) {
	if v := &b.Columns[column]; v.Texts != nil {
		v.Texts[row] = ""
	} else {
		v.Numbers[row] = math.NaN()
	}
}
