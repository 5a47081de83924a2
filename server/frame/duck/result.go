package duck

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// rows is an answer in a Parquet file of the sandbox's.
type rows struct {
	file      *os.File
	columns   []wire.FrameColumn
	schema    *arrow.Schema
	n         int64
	truncated bool
}

func openRows(f *os.File, columns []sandbox.Column, limit int64) (*rows, error) {
	r := &rows{file: f}
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		r.columns = append(r.columns, columnOf(c.Name, c.Type))
		fields[i] = arrow.Field{Name: c.Name, Nullable: true, Type: map[string]arrow.DataType{
			"DOUBLE": arrow.PrimitiveTypes.Float64, "BIGINT": arrow.PrimitiveTypes.Int64, "VARCHAR": arrow.BinaryTypes.String}[sandbox.Plain(c.Type)]}
	}
	r.schema = arrow.NewSchema(fields, nil)
	rd, err := r.reader()
	if err != nil {
		return nil, fault.Wrap("duck.openRows", err)
	}
	r.n = rd.NumRows()
	if limit > 0 && r.n > limit {
		r.n, r.truncated = limit, true
	}
	return r, nil
}

// reader opens the file anew, without moving its offset: several may read it.
func (r *rows) reader() (*file.Reader, error) {
	end, err := r.file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return file.NewParquetReader(io.NewSectionReader(r.file, 0, end))
}

// Columns describes the columns.
func (r *rows) Columns() []wire.FrameColumn { return r.columns }

// Len gives the number of rows.
func (r *rows) Len() int64 { return r.n }

// Truncated reports whether there are more.
func (r *rows) Truncated() bool { return r.truncated }

// Close frees the file.
func (r *rows) Close() error { return fault.Wrap("duck.Close", r.file.Close()) }

// batchRows is how many rows are in memory at a time.
const batchRows = 16 << 10

// Batches calls fn with the rows, in order.
func (r *rows) Batches(ctx context.Context, fn func(arrow.RecordBatch) error) error {
	rd, err := r.reader()
	if err != nil {
		return fault.Wrap("duck.Batches", err)
	}
	fr, err := pqarrow.NewFileReader(rd, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
	if err != nil {
		return fault.Wrap("duck.Batches", err)
	}
	left := r.n
	for g := 0; g < rd.NumRowGroups() && left > 0; g++ {
		if left, err = r.group(ctx, fr, g, left, fn); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) group(ctx context.Context, fr *pqarrow.FileReader, g int, left int64, fn func(arrow.RecordBatch) error) (int64, error) {
	const op = "duck.Batches"
	columns := make([]int, len(r.columns))
	for i := range columns {
		columns[i] = i
	}
	records, err := fr.GetRecordReader(ctx, columns, []int{g})
	if err != nil {
		return 0, fault.Wrap(op, err)
	}
	defer records.Release()
	for left > 0 && records.Next() {
		if err := context.Cause(ctx); err != nil {
			return 0, err
		}
		rec := records.RecordBatch()
		n := min(rec.NumRows(), left)
		for i, f := range r.schema.Fields() {
			if got := rec.Column(i).DataType(); got.ID() != f.Type.ID() {
				return 0, fault.Wrap(op, fmt.Errorf("duck: column %d is %s, want %s", i, got, f.Type))
			}
		}
		cols := make([]arrow.Array, len(columns))
		for i := range cols {
			cols[i] = array.NewSlice(rec.Column(i), 0, n)
		}
		named := array.NewRecordBatch(r.schema, cols, n)
		for _, c := range cols {
			c.Release()
		}
		err := fn(named)
		named.Release()
		if err != nil {
			return 0, err
		}
		left -= n
	}
	if err := records.Err(); err != nil && err != io.EOF {
		return 0, fault.Wrap(op, err)
	}
	return left, nil
}
