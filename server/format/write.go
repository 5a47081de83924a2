package format

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Writer writes the rows of a table. Its memory does not depend on their number.
type Writer interface {
	// Write adds the rows of a batch, whose columns are those of the schema.
	Write(b *table.Batch) error
	// Close writes what is left and the file's end. It does not close what is underneath.
	Close() error
}

// File types of what is written, by format.
var written = map[Format]struct{ kind, end string }{
	CSV: {"text/csv; charset=utf-8; header=present", ".csv"}, NDJSON: {"application/x-ndjson", ".ndjson"},
	Parquet: {"application/vnd.apache.parquet", ".parquet"}, Arrow: {"application/vnd.apache.arrow.file", ".arrow"},
}

// Writable are the formats that NewWriter knows.
var Writable = []Format{CSV, Parquet, Arrow, NDJSON}

// ContentType gives the content type of what is written in a format, and how a
// file's name ends; "" if it can't be written.
func (f Format) ContentType() (kind, end string) { return written[f].kind, written[f].end }

// NewWriter writes a table with these columns: numbers are written as float64, all
// else as UTF-8. The caller closes it.
func NewWriter(w io.Writer, f Format, s table.Schema) (Writer, error) {
	switch f {
	case CSV:
		return NewCSVWriter(w, s)
	case NDJSON:
		return newNDJSONWriter(w, s)
	case Parquet:
		return newParquetFile(w, s)
	case Arrow:
		return newArrowFile(w, s)
	}
	return nil, fault.Fieldf("format", "The format %q can't be written. Choose csv, parquet, arrow or ndjson.", string(f))
}

// CSVWriter writes CSV with a header.
type CSVWriter struct {
	w    io.Writer
	out  *csv.Writer
	line []string
}

// NewCSVWriter writes the header.
func NewCSVWriter(w io.Writer, s table.Schema) (*CSVWriter, error) {
	c := &CSVWriter{w: w, out: csv.NewWriter(w)}
	header := make([]string, len(s))
	for i := range s {
		header[i] = s[i].Name
	}
	return c, c.out.Write(header)
}

// Write adds rows.
func (c *CSVWriter) Write(b *table.Batch) error {
	for i := range b.Rows {
		if err := c.Row(b, i, nil); err != nil {
			return err
		}
	}
	return nil
}

// Row adds row i of a batch and more fields after it.
func (c *CSVWriter) Row(b *table.Batch, i int, more []string) error {
	c.line = c.line[:0]
	for _, v := range b.Columns {
		if v.Texts != nil {
			c.line = append(c.line, v.Texts[i])
		} else {
			c.line = append(c.line, table.Num(v.Numbers[i]).String())
		}
	}
	if c.line = append(c.line, more...); len(c.line) == 1 && c.line[0] == "" {
		// The only field is empty: an empty line of it would be passed over by readers.
		c.out.Flush()
		if err := c.out.Error(); err != nil {
			return err
		}
		_, err := io.WriteString(c.w, "\"\"\n")
		return err
	}
	return c.out.Write(c.line)
}

// Close writes what is left.
func (c *CSVWriter) Close() error {
	c.out.Flush()
	return c.out.Error()
}

// ndjsonWriter writes an object a row. Infinities are the texts "Infinity" and
// "-Infinity", missing values are null.
type ndjsonWriter struct {
	w    *bufio.Writer
	keys [][]byte // `{"a":`, then `,"b":`
	buf  []byte
}

func newNDJSONWriter(w io.Writer, s table.Schema) (*ndjsonWriter, error) {
	out := &ndjsonWriter{w: bufio.NewWriterSize(w, 64<<10)}
	for i, c := range s {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return nil, err
		}
		before := byte(',')
		if i == 0 {
			before = '{'
		}
		out.keys = append(out.keys, append(append([]byte{before}, name...), ':'))
	}
	return out, nil
}

func (n *ndjsonWriter) Write(b *table.Batch) error {
	for i := range b.Rows {
		n.buf = n.buf[:0]
		for c, v := range b.Columns {
			n.buf = append(n.buf, n.keys[c]...)
			switch {
			case v.Texts == nil:
				n.buf = appendNumber(n.buf, v.Numbers[i])
			case v.Texts[i] == "":
				n.buf = append(n.buf, "null"...)
			default:
				text, err := json.Marshal(v.Texts[i])
				if err != nil {
					return err
				}
				n.buf = append(n.buf, text...)
			}
		}
		if _, err := n.w.Write(append(n.buf, "}\n"...)); err != nil {
			return err
		}
	}
	return nil
}

func appendNumber(b []byte, x float64) []byte {
	switch {
	case x != x:
		return append(b, "null"...)
	case math.IsInf(x, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(x, -1):
		return append(b, `"-Infinity"`...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

func (n *ndjsonWriter) Close() error { return n.w.Flush() }
