package frame

import (
	"context"
	"io"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Frame is a table that is not computed yet. It never changes: each verb gives
// another one. What is wrong with a verb is told when rows are asked for.
type Frame struct {
	engine Engine
	steps  []wire.Step
}

// Of makes a frame of steps.
func Of(e Engine, steps ...wire.Step) Frame { return Frame{e, steps} }

// From makes a frame of a dataset; version 0 is the newest at each computation.
func From(e Engine, dataset string, version int) Frame {
	return Of(e, wire.Step{Op: Table, Dataset: dataset, Version: version})
}

// Query makes a frame of a SELECT over the user's datasets.
func Query(e Engine, sql string) Frame { return Of(e, wire.Step{Op: SQL, SQL: sql}) }

// Steps gives the plan, which the caller may not change.
func (f Frame) Steps() []wire.Step { return f.steps }

func (f Frame) then(s wire.Step) Frame { return Frame{f.engine, append(slices.Clip(f.steps), s)} }

// Select keeps these columns, in this order.
func (f Frame) Select(columns ...string) Frame {
	return f.then(wire.Step{Op: Select, Columns: columns})
}

// Drop leaves columns out.
func (f Frame) Drop(columns ...string) Frame { return f.then(wire.Step{Op: Drop, Columns: columns}) }

// Filter keeps the rows for which an SQL condition holds.
func (f Frame) Filter(expr string) Frame { return f.then(wire.Step{Op: Filter, Expr: expr}) }

// Sort orders the rows; equal ones stay as they were.
func (f Frame) Sort(keys ...wire.SortKey) Frame { return f.then(wire.Step{Op: Sort, Sort: keys}) }

// WithColumn adds a column that an SQL expression computes, or replaces the one of this name.
func (f Frame) WithColumn(name, expr string) Frame {
	return f.then(wire.Step{Op: WithColumn, Name: name, Expr: expr})
}

// Rename gives a column another name.
func (f Frame) Rename(from, to string) Frame {
	return f.then(wire.Step{Op: Rename, As: []wire.ColumnRename{{From: from, To: to}}})
}

// DropNA leaves out rows with a missing value in any ("any") or in all ("all")
// of some columns, of all columns if none is named.
func (f Frame) DropNA(how string, columns ...string) Frame {
	return f.then(wire.Step{Op: DropNA, How: how, Columns: columns})
}

// FillNA puts a value where one is missing: a number into columns of numbers, a text into the others.
func (f Frame) FillNA(value table.Cell, columns ...string) Frame {
	return f.then(wire.Step{Op: FillNA, Value: &value, Columns: columns})
}

// Sample keeps about a share of the rows, drawn by the seed.
func (f Frame) Sample(fraction float64, seed int64) Frame {
	return f.then(wire.Step{Op: Sample, Fraction: fraction, Seed: seed})
}

// SampleN keeps n rows, drawn by the seed.
func (f Frame) SampleN(n, seed int64) Frame {
	return f.then(wire.Step{Op: Sample, N: n, Seed: seed})
}

// RandomSplit gives one frame a weight. Each row is in one of them, drawn by the seed.
func (f Frame) RandomSplit(weights []float64, seed int64) []Frame {
	parts := make([]Frame, len(weights))
	for i := range parts {
		parts[i] = f.then(wire.Step{Op: Split, Weights: weights, Seed: seed, Part: i})
	}
	return parts
}

// Join puts rows of two frames together that are equal in some columns, which
// the answer has once. how is inner, left, right, full, semi, anti or cross.
func (f Frame) Join(other Frame, how string, columns ...string) Frame {
	return f.then(wire.Step{Op: Join, Other: other.steps, How: how, Columns: columns})
}

// Union puts the rows of another frame after these, column by column.
func (f Frame) Union(other Frame) Frame { return f.then(wire.Step{Op: Union, Other: other.steps}) }

// UnionByName is Union with columns matched by name.
func (f Frame) UnionByName(other Frame) Frame {
	return f.then(wire.Step{Op: Union, Other: other.steps, ByName: true})
}

// Distinct keeps the first of rows that are equal in some columns, in all if none is named.
func (f Frame) Distinct(columns ...string) Frame {
	return f.then(wire.Step{Op: Distinct, Columns: columns})
}

// Limit keeps the first n rows.
func (f Frame) Limit(n int64) Frame { return f.then(wire.Step{Op: Limit, N: n}) }

// Map computes all columns anew, by SQL expressions over one row.
func (f Frame) Map(exprs ...wire.NamedExpr) Frame { return f.then(wire.Step{Op: Map, Exprs: exprs}) }

// Reduce makes one row of all, by SQL aggregates.
func (f Frame) Reduce(exprs ...wire.NamedExpr) Frame {
	return f.then(wire.Step{Op: Reduce, Exprs: exprs})
}

// Describe computes count, mean, stddev, min and max of each column.
func (f Frame) Describe() Frame { return f.then(wire.Step{Op: Describe}) }

// Summary is Describe with quantiles, by default 0.25, 0.5 and 0.75.
func (f Frame) Summary(quantiles ...float64) Frame {
	return f.then(wire.Step{Op: Summary, Quantiles: quantiles})
}

// Grouped is a frame with the columns to group by.
type Grouped struct {
	f       Frame
	columns []string
}

// GroupBy groups by some columns, or takes all rows as one group if none is named.
func (f Frame) GroupBy(columns ...string) Grouped { return Grouped{f, columns} }

// Agg computes aggregates of each group.
func (g Grouped) Agg(aggs ...wire.Agg) Frame {
	return g.f.then(wire.Step{Op: GroupBy, Columns: g.columns, Aggs: aggs})
}

// Count counts the rows of each group.
func (g Grouped) Count() Frame { return g.Agg(wire.Agg{Fn: "count"}) }

// Reduce computes SQL aggregates of each group.
func (g Grouped) Reduce(exprs ...wire.NamedExpr) Frame {
	return g.f.then(wire.Step{Op: Reduce, Columns: g.columns, Exprs: exprs})
}

// Schema gives the columns.
func (f Frame) Schema(ctx context.Context) ([]wire.FrameColumn, error) {
	return f.engine.Columns(ctx, f.steps)
}

// Columns gives the names of the columns.
func (f Frame) Columns(ctx context.Context) ([]string, error) {
	schema, err := f.Schema(ctx)
	names := make([]string, len(schema))
	for i, c := range schema {
		names[i] = c.Name
	}
	return names, err
}

// Dtypes gives name and SQL type of each column.
func (f Frame) Dtypes(ctx context.Context) ([][2]string, error) {
	schema, err := f.Schema(ctx)
	types := make([][2]string, len(schema))
	for i, c := range schema {
		types[i] = [2]string{c.Name, c.Type}
	}
	return types, err
}

// Rows computes the rows, at most limit of them unless it is 0. The caller closes them.
func (f Frame) Rows(ctx context.Context, limit int64) (Rows, error) {
	return f.engine.Run(ctx, f.steps, limit)
}

// Collect computes all rows and holds them in memory.
func (f Frame) Collect(ctx context.Context) ([][]table.Cell, error) {
	r, err := f.Rows(ctx, 0)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return Cells(ctx, r)
}

// Count computes how many rows there are.
func (f Frame) Count(ctx context.Context) (int64, error) {
	cells, err := f.then(wire.Step{Op: Count}).Collect(ctx)
	if err != nil {
		return 0, err
	}
	if len(cells) != 1 || len(cells[0]) != 1 || cells[0][0].Number == nil {
		return 0, fault.Wrap("frame.Count", io.ErrUnexpectedEOF)
	}
	return int64(*cells[0][0].Number), nil
}

// Persist computes the rows and keeps them; see Engine.Persist.
func (f Frame) Persist(ctx context.Context, level string) (wire.Persisted, error) {
	return f.engine.Persist(ctx, f.steps, level)
}

// Cache is Persist in memory, and on disk when the memory is needed.
func (f Frame) Cache(ctx context.Context) (wire.Persisted, error) {
	return f.Persist(ctx, wire.MemoryAndDisk)
}

// Unpersist forgets what Persist kept.
func (f Frame) Unpersist(ctx context.Context) error {
	id, err := f.engine.ID(ctx, f.steps)
	if err != nil {
		return err
	}
	return f.engine.Unpersist(ctx, id)
}
