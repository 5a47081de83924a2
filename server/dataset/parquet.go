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

const (
	blockRows = 16 << 10  // rows that go from the scanner to the writer at once
	groupRows = 128 << 10 // rows of a row group
)

// column names column i in the file: names of users may be anything.
func column(i int) string { return fmt.Sprintf("c%d", i) }

// parquetWriter writes columns of numbers and texts; a NaN or an empty text is a null.
type parquetWriter struct {
	schema *arrow.Schema
	w      *pqarrow.FileWriter
	valid  []bool
}

func newParquetWriter(w io.Writer, kinds []table.Kind) (*parquetWriter, error) {
	fields := make([]arrow.Field, len(kinds))
	props := []parquet.WriterProperty{parquet.WithDictionaryDefault(false), parquet.WithMaxRowGroupLength(groupRows), parquet.WithCreatedBy("centroid")}
	for i, k := range kinds {
		fields[i] = arrow.Field{Name: column(i), Type: arrow.PrimitiveTypes.Float64, Nullable: true}
		if k != table.Number {
			fields[i].Type = arrow.BinaryTypes.String
			props = append(props, parquet.WithDictionaryFor(column(i), true), parquet.WithCompressionFor(column(i), compress.Codecs.Snappy))
		}
	}
	p := &parquetWriter{schema: arrow.NewSchema(fields, nil)}
	var err error
	// The writer closes what it can: it is given no Close.
	p.w, err = pqarrow.NewFileWriter(p.schema, struct{ io.Writer }{w}, parquet.NewWriterProperties(props...), pqarrow.DefaultWriterProps())
	return p, err
}

// write adds the rows of b.
func (p *parquetWriter) write(b *block) error {
	cols := make([]arrow.Array, len(b.columns))
	for i := range b.columns {
		cols[i] = p.array(&b.columns[i], b.rows)
		defer cols[i].Release()
	}
	rec := array.NewRecordBatch(p.schema, cols, int64(b.rows))
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
// blockRows rows. What fn is given is valid during the call.
func scanParquet(ctx context.Context, path string, columns []int, fn func(first int64, rows int, columns []table.Vector) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rd, err := file.NewParquetReader(f)
	if err != nil {
		return err
	}
	fr, err := pqarrow.NewFileReader(rd, pqarrow.ArrowReadProperties{BatchSize: blockRows}, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	// The reader gives each column once, in the file's order.
	groups := make([]int, rd.NumRowGroups())
	for i := range groups {
		groups[i] = i
	}
	records, err := fr.GetRecordReader(ctx, columns, groups)
	if err != nil {
		return err
	}
	defer records.Release()
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = records.Schema().FieldIndices(column(c))[0]
	}
	out := make([]table.Vector, len(columns))
	for first := int64(0); records.Next(); {
		rec := records.RecordBatch()
		for i := range columns {
			out[i] = vectorOf(rec.Column(at[i]), out[i])
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := fn(first, int(rec.NumRows()), out); err != nil {
			return err
		}
		first += rec.NumRows()
	}
	if err := records.Err(); err != nil && err != io.EOF {
		return err
	}
	return nil
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
