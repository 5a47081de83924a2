// Package frame is the DataFrame: a table that is described by steps, each made
// of the one before, and computed when its rows are asked for. Steps are values
// (wire.Step), so that a page, the command line and a Go program can say the same.
package frame

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Engine computes plans over the tables of one user. Package frametest has the
// suite that each engine passes. Several goroutines may use it.
//
// Rows have an order, which is the same each time: that of the table; filter,
// sample and what else takes rows away keep it; sort leaves equal rows as they
// were; groupBy and reduce order by the keys, missing ones last; distinct keeps
// the first of equal rows where it was; join orders by the left row and then the
// right, with unmatched rows of the right at the end; union puts the other's after.
// Column names are matched without regard to case, as SQL does, and an answer
// has no two that differ in case alone.
//
// What is wrong with a plan is fault.Invalid with the step and the field, such
// as "steps[2].expr", and for SQL with line and character.
type Engine interface {
	// Columns gives the columns of the plan's rows without computing them.
	Columns(ctx context.Context, steps []wire.Step) ([]wire.FrameColumn, error)
	// Run computes the rows, at most limit of them unless it is 0. The caller closes them.
	Run(ctx context.Context, steps []wire.Step, limit int64) (Rows, error)
	// Sources gives the versions of the tables that the plan reads at this moment.
	Sources(ctx context.Context, steps []wire.Step) ([]wire.Parent, error)
	// ID gives the id under which Persist keeps these rows, for the versions that
	// the tables have at this moment.
	ID(ctx context.Context, steps []wire.Step) (string, error)
	// Persist computes the rows and keeps them: plans that begin with these steps
	// over the same versions of the tables go on from there. Persisting what is
	// kept already moves it to the level.
	Persist(ctx context.Context, steps []wire.Step, level string) (wire.Persisted, error)
	// Unpersist forgets what Persist keeps under id; fault.NotFound if there is nothing.
	Unpersist(ctx context.Context, id string) error
	// Persisted lists what is kept, the newest first. What was made of a table
	// that is gone is forgotten.
	Persisted(ctx context.Context) ([]wire.Persisted, error)
}

// Rows is a computed table.
type Rows interface {
	// Columns describes the columns, as Batches gives them.
	Columns() []wire.FrameColumn
	// Len gives the number of rows.
	Len() int64
	// Truncated reports whether the limit has cut rows off.
	Truncated() bool
	// Batches calls fn with some rows at a time, in order. A column is an array
	// of float64, int64 or string. The batch is valid during the call only. An
	// error of fn ends it and is returned.
	Batches(ctx context.Context, fn func(arrow.RecordBatch) error) error
	// Close frees the rows. The caller of Run calls it, once.
	Close() error
}

// Cells reads all rows, for display.
func Cells(ctx context.Context, r Rows) ([][]table.Cell, error) {
	out := make([][]table.Cell, 0, r.Len())
	err := r.Batches(ctx, func(b arrow.RecordBatch) error {
		first := len(out)
		flat := make([]table.Cell, int(b.NumRows())*int(b.NumCols()))
		for range b.NumRows() {
			out = append(out, flat[:b.NumCols():b.NumCols()])
			flat = flat[b.NumCols():]
		}
		for c := range int(b.NumCols()) {
			col := b.Column(c)
			for i := range col.Len() {
				out[first+i][c] = cell(col, i)
			}
		}
		return nil
	})
	return out, err
}

// exact is the largest integer up to which a float64 holds all.
const exact = 1 << 53

func cell(col arrow.Array, i int) table.Cell {
	if col.IsNull(i) {
		return table.Cell{}
	}
	switch col := col.(type) {
	case *array.Float64:
		return table.Num(col.Value(i))
	case *array.Int64:
		if v := col.Value(i); v >= -exact && v <= exact {
			return table.Num(float64(v))
		}
	case *array.String:
		s := string([]byte(col.Value(i))) // the batch's memory goes
		return table.Cell{Text: &s}
	}
	s := col.ValueStr(i)
	return table.Cell{Text: &s}
}
