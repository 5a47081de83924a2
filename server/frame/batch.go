package frame

import (
	"context"
	"errors"
	"io"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/table"
)

// Kinds says how the columns of r can be kept without loss: as numbers, but as
// texts if they are no numbers or a float64 would change one of them.
func Kinds(ctx context.Context, r Rows) ([]table.Kind, error) {
	kinds := make([]table.Kind, len(r.Columns()))
	integers := false
	for i, c := range r.Columns() {
		kinds[i] = c.Kind
		integers = integers || c.Kind == table.Number && c.Type != "DOUBLE"
	}
	if !integers {
		return kinds, nil
	}
	err := r.Batches(ctx, func(b arrow.RecordBatch) error {
		for i := range kinds {
			col, ok := b.Column(i).(*array.Int64)
			if !ok {
				continue
			}
			for j, v := range col.Int64Values() {
				if (v > exact || v < -exact) && col.IsValid(j) {
					kinds[i] = table.Text
				}
			}
		}
		return nil
	})
	return kinds, err
}

// Each gives the rows as batches of the kinds that Kinds gave. An empty text is
// a missing value in a batch. The batch is valid during the call of fn only.
func Each(ctx context.Context, r Rows, kinds []table.Kind, fn func(*table.Batch) error) error {
	first := int64(0)
	out := table.Batch{Columns: make([]table.Vector, len(kinds))}
	return r.Batches(ctx, func(b arrow.RecordBatch) error {
		out.First, out.Rows = first, int(b.NumRows())
		first += b.NumRows()
		for i, kind := range kinds {
			v := &out.Columns[i]
			if kind == table.Number {
				v.Numbers = numbers(b.Column(i), v.Numbers[:0])
			} else {
				v.Texts = texts(b.Column(i), v.Texts[:0])
			}
		}
		return fn(&out)
	})
}

func numbers(col arrow.Array, out []float64) []float64 {
	switch col := col.(type) {
	case *array.Float64:
		out = append(out, col.Float64Values()...)
	case *array.Int64:
		for _, v := range col.Int64Values() {
			out = append(out, float64(v))
		}
	}
	if col.NullN() > 0 {
		for i := range out {
			if col.IsNull(i) {
				out[i] = math.NaN()
			}
		}
	}
	if out == nil {
		out = []float64{}
	}
	return out
}

func texts(col arrow.Array, out []string) []string {
	s, isString := col.(*array.String)
	for i := range col.Len() {
		switch {
		case col.IsNull(i):
			out = append(out, "")
		case isString:
			out = append(out, s.Value(i))
		default:
			out = append(out, col.ValueStr(i))
		}
	}
	if out == nil {
		out = []string{}
	}
	return out
}

// Write writes the rows in a format, with numbers as float64 and all else as texts.
func Write(ctx context.Context, r Rows, f format.Format, w io.Writer) error {
	kinds, err := Kinds(ctx, r)
	if err != nil {
		return err
	}
	schema := make(table.Schema, len(kinds))
	for i, c := range r.Columns() {
		schema[i] = table.Column{Name: c.Name, Kind: kinds[i]}
	}
	out, err := format.NewWriter(w, f, schema)
	if err != nil {
		return err
	}
	return errors.Join(Each(ctx, r, kinds, out.Write), out.Close())
}
