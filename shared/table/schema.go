// Package table holds what a table is on every side of the product: column
// kinds and roles, typed batches of rows, and the CSV scanner that the server,
// the command line and the browser share.
package table

import (
	"context"
	"fmt"
	"slices"
)

// Kind says how a column's values are read.
type Kind string

// The kinds. A Category has few different texts and can be one-hot encoded; a
// Text has many and can't be a feature.
const (
	Number   Kind = "number"
	Category Kind = "category"
	Text     Kind = "text"
)

// Role says what a column is for in training.
type Role string

// The roles. A Label is never trained on: clusters are compared with it.
const (
	Feature Role = "feature"
	Label   Role = "label"
	Ignored Role = "ignored"
)

// MaxLevels is the most different texts that a Category may have.
const MaxLevels = 1000

// Column describes one column of a table.
type Column struct {
	Name     string   `json:"name"`
	Kind     Kind     `json:"kind"`
	Role     Role     `json:"role"`
	Missing  int64    `json:"missing"`            // rows without a value
	Distinct int64    `json:"distinct,omitempty"` // different texts, counted up to MaxLevels+1; 0 for numbers
	Min      *float64 `json:"min,omitempty"`      // least finite number; nil for texts and empty columns
	Max      *float64 `json:"max,omitempty"`
	Forms    []Form   `json:"forms,omitempty"` // of texts that are written in several ways, as the file was read: edits don't change it
}

// Schema is the columns of a table, in order. Names are unique.
type Schema []Column

// Index gives the position of the column called name, or -1.
func (s Schema) Index(name string) int {
	for i := range s {
		if s[i].Name == name {
			return i
		}
	}
	return -1
}

// FreeName gives a column that is added a name: name, or if names has it,
// name_2 or another number.
func FreeName(names []string, name string) string {
	free := name
	for n := 2; slices.Contains(names, free); n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	return free
}

// Vector is one column of a Batch: Numbers for a Number column, Texts for the
// others. NaN and "" mean missing.
type Vector struct {
	Numbers []float64
	Texts   []string
}

// Batch is some consecutive rows, column by column.
type Batch struct {
	First   int64    // index of the first row in the table, from 0
	IDs     []int64  // stable row ids, one a row; nil means First, First+1, ...
	Rows    int      // rows in each Vector
	Columns []Vector // in the order asked for
}

// ID gives the stable id of row i of the batch.
func (b *Batch) ID(i int) int64 {
	if b.IDs != nil {
		return b.IDs[i]
	}
	return b.First + int64(i)
}

// Source gives the rows of a table in row order, as often as asked, always the same.
type Source interface {
	// Schema describes all columns.
	Schema() Schema
	// Rows gives the number of rows.
	Rows() int64
	// Scan calls fn with the named columns, batch by batch in row order. The
	// batch is valid during the call only. An error of fn ends the scan and is returned.
	Scan(ctx context.Context, columns []string, fn func(*Batch) error) error
}

// Cell is one value for display or input: a number, a text, or missing (both nil).
type Cell struct {
	Number *float64
	Text   *string
}
