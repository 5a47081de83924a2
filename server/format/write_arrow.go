package format

import (
	"io"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/centroid-studio/centroid/shared/table"
)

// What a row group of a Parquet file holds at most.
const (
	groupRows  = 128 << 10
	groupCells = 8 << 20
	groupBytes = 64 << 20
)

// ParquetWriter writes columns of numbers and texts; a NaN or an empty text is a null.
type ParquetWriter struct {
	schema *arrow.Schema
	ids    bool // a column of row ids follows
	w      *pqarrow.FileWriter
	valid  []bool
	bytes  int // of texts in the row group
}

// NewParquetWriter begins a Parquet file with these columns, kept as kinds say.
// If ids is not empty, a column called so holds each row's id, ascending. Other
// writer properties may be added.
func NewParquetWriter(w io.Writer, names []string, kinds []table.Kind, ids string, more ...parquet.WriterProperty) (*ParquetWriter, error) {
	props := []parquet.WriterProperty{parquet.WithDictionaryDefault(false), parquet.WithMaxRowGroupLength(int64(RowsOf(len(kinds), groupRows, groupCells))), parquet.WithCreatedBy("centroid")}
	for i, k := range kinds {
		if k != table.Number {
			props = append(props, parquet.WithDictionaryFor(names[i], true), parquet.WithCompressionFor(names[i], compress.Codecs.Snappy))
		}
	}
	fields := fieldsOf(names, kinds)
	if ids != "" { // their differences are small
		fields = append(fields, arrow.Field{Name: ids, Type: arrow.PrimitiveTypes.Int64})
		props = append(props, parquet.WithEncodingFor(ids, parquet.Encodings.DeltaBinaryPacked))
	}
	p := &ParquetWriter{schema: arrow.NewSchema(fields, nil), ids: ids != ""}
	var err error
	// The writer closes what it can: it is given no Close.
	p.w, err = pqarrow.NewFileWriter(p.schema, struct{ io.Writer }{w}, parquet.NewWriterProperties(append(props, more...)...), pqarrow.DefaultWriterProps())
	return p, err
}

func fieldsOf(names []string, kinds []table.Kind) []arrow.Field {
	fields := make([]arrow.Field, len(kinds))
	for i, k := range kinds {
		fields[i] = arrow.Field{Name: names[i], Type: arrow.PrimitiveTypes.Float64, Nullable: true}
		if k != table.Number {
			fields[i].Type = arrow.BinaryTypes.String
		}
	}
	return fields
}

// WriteRows adds rows, whose texts have so many bytes, with their ids if the file has them.
func (p *ParquetWriter) WriteRows(columns []table.Vector, rows, bytes int, ids []int64) error {
	if p.bytes > 0 && p.bytes+bytes > groupBytes {
		if err := p.w.NewBufferedRowGroupChecked(); err != nil {
			return err
		}
		p.bytes = 0
	}
	p.bytes += bytes
	var rec arrow.RecordBatch
	if !p.ids {
		ids = nil
	}
	rec, p.valid = record(p.schema, columns, ids, rows, p.valid)
	defer rec.Release()
	return p.w.WriteBuffered(rec)
}

// Write adds the rows of a batch.
func (p *ParquetWriter) Write(b *table.Batch) error {
	bytes := 0
	for _, v := range b.Columns {
		for _, s := range v.Texts {
			bytes += len(s)
		}
	}
	return p.WriteRows(b.Columns, b.Rows, bytes, b.IDs)
}

// Close writes the file's end; the caller closes what is underneath.
func (p *ParquetWriter) Close() error { return p.w.Close() }

// record makes a record batch, with a last column of ids unless they are nil; it
// reuses valid.
func record(s *arrow.Schema, columns []table.Vector, ids []int64, rows int, valid []bool) (arrow.RecordBatch, []bool) {
	cols := make([]arrow.Array, len(columns), len(columns)+1)
	for i := range columns {
		cols[i], valid = vectorArray(&columns[i], rows, valid)
		defer cols[i].Release()
	}
	if ids != nil {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		defer b.Release()
		b.AppendValues(ids[:rows], nil)
		cols = append(cols, b.NewArray())
		defer cols[len(columns)].Release()
	}
	return array.NewRecordBatch(s, cols, int64(rows)), valid
}

func vectorArray(v *table.Vector, rows int, valid []bool) (arrow.Array, []bool) {
	valid = valid[:0]
	if v.Texts == nil {
		for _, x := range v.Numbers[:rows] {
			valid = append(valid, !math.IsNaN(x))
		}
		b := array.NewFloat64Builder(memory.DefaultAllocator)
		defer b.Release()
		b.AppendValues(v.Numbers[:rows], valid)
		return b.NewArray(), valid
	}
	for _, s := range v.Texts[:rows] {
		valid = append(valid, s != "")
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(v.Texts[:rows], valid)
	return b.NewArray(), valid
}

// namesOf gives a schema's columns as they are written: a category is a text.
func namesOf(s table.Schema) (names []string, kinds []table.Kind) {
	for _, c := range s {
		k := table.Text
		if c.Kind == table.Number {
			k = table.Number
		}
		names, kinds = append(names, c.Name), append(kinds, k)
	}
	return names, kinds
}

// newParquetFile writes a Parquet file for users: packed with zstd.
func newParquetFile(w io.Writer, s table.Schema) (*ParquetWriter, error) {
	names, kinds := namesOf(s)
	var more []parquet.WriterProperty
	for _, n := range names {
		more = append(more, parquet.WithCompressionFor(n, compress.Codecs.Zstd))
	}
	return NewParquetWriter(w, names, kinds, "", more...)
}

// arrowFileWriter writes an Arrow IPC file, a record batch for each batch.
type arrowFileWriter struct {
	schema *arrow.Schema
	w      *ipc.FileWriter
	valid  []bool
}

func newArrowFile(w io.Writer, s table.Schema) (*arrowFileWriter, error) {
	schema := arrow.NewSchema(fieldsOf(namesOf(s)), nil)
	out, err := ipc.NewFileWriter(struct{ io.Writer }{w}, ipc.WithSchema(schema))
	return &arrowFileWriter{schema: schema, w: out}, err
}

func (a *arrowFileWriter) Write(b *table.Batch) error {
	var rec arrow.RecordBatch
	rec, a.valid = record(a.schema, b.Columns, nil, b.Rows, a.valid)
	defer rec.Release()
	return a.w.Write(rec)
}

func (a *arrowFileWriter) Close() error { return a.w.Close() }
