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
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/centroid-studio/centroid/shared/table"
)

// What is in memory at a time: rows, but fewer where they are wide or long, so
// that it does not depend on the table.
const (
	blockRows  = 16 << 10  // that go from the scanner to the writer, or to a reader, at once
	blockCells = 1 << 20   // of those rows
	blockBytes = 8 << 20   // of texts in them, before the row that is one too many
	groupRows  = 128 << 10 // of a row group
	groupCells = 8 << 20
	groupBytes = 64 << 20
)

// rowsOf gives how many rows of some columns have at most so many cells.
func rowsOf(columns, rows, cells int) int { return max(1, min(rows, cells/max(1, columns))) }

// column names column i in the file: names of users may be anything.
func column(i int) string { return fmt.Sprintf("c%d", i) }

// idColumn names the column of row ids, which is the last in files that have it.
const idColumn = "id"

// parquetWriter writes columns of numbers and texts; a NaN or an empty text is a null.
type parquetWriter struct {
	schema *arrow.Schema
	ids    bool // a column of row ids follows
	w      *pqarrow.FileWriter
	valid  []bool
	bytes  int // of texts in the row group
}

func newParquetWriter(w io.Writer, kinds []table.Kind, ids bool) (*parquetWriter, error) {
	fields := make([]arrow.Field, len(kinds))
	props := []parquet.WriterProperty{parquet.WithDictionaryDefault(false), parquet.WithMaxRowGroupLength(int64(rowsOf(len(kinds), groupRows, groupCells))), parquet.WithCreatedBy("centroid")}
	for i, k := range kinds {
		fields[i] = arrow.Field{Name: column(i), Type: arrow.PrimitiveTypes.Float64, Nullable: true}
		if k != table.Number {
			fields[i].Type = arrow.BinaryTypes.String
			props = append(props, parquet.WithDictionaryFor(column(i), true), parquet.WithCompressionFor(column(i), compress.Codecs.Snappy))
		}
	}
	if ids { // they ascend: their differences are small
		fields = append(fields, arrow.Field{Name: idColumn, Type: arrow.PrimitiveTypes.Int64})
		props = append(props, parquet.WithEncodingFor(idColumn, parquet.Encodings.DeltaBinaryPacked))
	}
	p := &parquetWriter{schema: arrow.NewSchema(fields, nil), ids: ids}
	var err error
	// The writer closes what it can: it is given no Close.
	p.w, err = pqarrow.NewFileWriter(p.schema, struct{ io.Writer }{w}, parquet.NewWriterProperties(props...), pqarrow.DefaultWriterProps())
	return p, err
}

// write adds rows, whose texts have so many bytes, with their ids if the file has them.
func (p *parquetWriter) write(rows, bytes int, columns []table.Vector, ids []int64) error {
	if p.bytes > 0 && p.bytes+bytes > groupBytes {
		if err := p.w.NewBufferedRowGroupChecked(); err != nil {
			return err
		}
		p.bytes = 0
	}
	p.bytes += bytes
	cols := make([]arrow.Array, len(columns), len(columns)+1)
	for i := range columns {
		cols[i] = p.array(&columns[i], rows)
		defer cols[i].Release()
	}
	if p.ids {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		b.AppendValues(ids[:rows], nil)
		cols = append(cols, b.NewArray())
		defer b.Release()
		defer cols[len(cols)-1].Release()
	}
	rec := array.NewRecordBatch(p.schema, cols, int64(rows))
	defer rec.Release()
	return p.w.WriteBuffered(rec)
}

func (p *parquetWriter) array(v *table.Vector, rows int) arrow.Array {
	p.valid = p.valid[:0]
	if v.Texts == nil {
		for _, x := range v.Numbers[:rows] {
			p.valid = append(p.valid, !math.IsNaN(x))
		}
		b := array.NewFloat64Builder(memory.DefaultAllocator)
		defer b.Release()
		b.AppendValues(v.Numbers[:rows], p.valid)
		return b.NewArray()
	}
	for _, s := range v.Texts[:rows] {
		p.valid = append(p.valid, s != "")
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(v.Texts[:rows], p.valid)
	return b.NewArray()
}

// close writes the file's end; the caller closes what is underneath.
func (p *parquetWriter) close() error { return p.w.Close() }

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
