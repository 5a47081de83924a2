package dataset

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/table"
)

// What goes to a reader at once: rows, but fewer where they are wide, so that
// memory does not depend on the table.
const (
	blockRows  = format.BlockRows
	blockCells = format.BlockCells
)

// rowsOf gives how many rows of some columns have at most so many cells.
func rowsOf(columns, rows, cells int) int { return format.RowsOf(columns, rows, cells) }

// column names column i in the file: names of users may be anything.
func column(i int) string { return fmt.Sprintf("c%d", i) }

// idColumn names the column of row ids, which is the last in files that have it.
const idColumn = "id"

// pageSize is the bytes of a page, which is read whole for one of its rows. A
// dictionary of more than four is none.
const pageSize = 32 << 10

// newParquetWriter writes a file of the store: its columns are c0, c1, ... and, if
// ids is set, the rows' ids.
func newParquetWriter(w io.Writer, kinds []table.Kind, ids bool) (*format.ParquetWriter, error) {
	names, id := make([]string, len(kinds)), ""
	for i := range kinds {
		names[i] = column(i)
	}
	if ids {
		id = idColumn
	}
	return format.NewParquetWriter(w, names, kinds, id, parquet.WithPageIndexEnabled(true), parquet.WithDataPageSize(pageSize), parquet.WithDictionaryPageSizeLimit(4*pageSize))
}

// scanParquet reads columns of a file, in row order, in batches of at most
// blockRows rows; the one after the last is the row ids. What fn is given is valid during the call.
func scanParquet(ctx context.Context, f *os.File, columns []int, fn func(first int64, rows int, columns []table.Vector) error) (err error) {
	rd, err := file.NewParquetReader(struct{ parquet.ReaderAtSeeker }{f}) // which does not close it
	if err != nil {
		return err
	}
	batch := int64(rowsOf(len(columns), blockRows, blockCells))
	fr, err := pqarrow.NewFileReader(rd, pqarrow.ArrowReadProperties{BatchSize: batch}, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	first, out := int64(0), make([]table.Vector, len(columns))
	for g := range rd.NumRowGroups() { // one by one: a batch of two groups may have more bytes than either
		if first, err = scanGroup(ctx, fr, g, columns, first, out, fn); err != nil {
			return err
		}
	}
	return nil
}

// scanGroup reads a row group whose first row has the index first, and gives
// the index of the next group's. It reuses out.
func scanGroup(ctx context.Context, fr *pqarrow.FileReader, group int, columns []int, first int64, out []table.Vector,
	fn func(first int64, rows int, columns []table.Vector) error) (next int64, err error) {
	// The reader gives each column once, in the file's order.
	records, err := fr.GetRecordReader(ctx, columns, []int{group})
	if err != nil {
		return 0, err
	}
	defer records.Release()
	at := make([]int, len(columns))
	for i, c := range columns {
		have := records.Schema().FieldIndices(column(c))
		if have == nil {
			have = records.Schema().FieldIndices(idColumn)
		}
		at[i] = have[0]
	}
	for records.Next() {
		rec := records.RecordBatch()
		for i := range columns {
			out[i] = vectorOf(rec.Column(at[i]), out[i])
		}
		if err := context.Cause(ctx); err != nil {
			return 0, err
		}
		if err := fn(first, int(rec.NumRows()), out); err != nil {
			return 0, err
		}
		first += rec.NumRows()
	}
	if err := records.Err(); err != nil && err != io.EOF {
		return 0, err
	}
	return first, nil
}

// vectorOf copies an array, with NaN and "" for nulls. It reuses old.
func vectorOf(a arrow.Array, old table.Vector) table.Vector {
	switch a := a.(type) {
	case *array.Float64:
		v := table.Vector{Numbers: append(old.Numbers[:0], a.Float64Values()...)}
		if v.Numbers == nil {
			v.Numbers = []float64{}
		}
		if a.NullN() > 0 {
			for i := range v.Numbers {
				if a.IsNull(i) {
					v.Numbers[i] = math.NaN()
				}
			}
		}
		return v
	case *array.Int64: // row ids, which are far below 2^53
		v := table.Vector{Numbers: old.Numbers[:0]}
		for _, x := range a.Int64Values() {
			v.Numbers = append(v.Numbers, float64(x))
		}
		return v
	case *array.String:
		v := table.Vector{Texts: old.Texts[:0]}
		if v.Texts == nil {
			v.Texts = []string{}
		}
		for i := range a.Len() {
			s := ""
			if !a.IsNull(i) {
				s = a.Value(i) // shares the batch's memory, which outlives fn
			}
			v.Texts = append(v.Texts, s)
		}
		return v
	}
	panic(fmt.Sprintf("dataset: the file has a column of %s, which the writer never makes", a.DataType()))
}
