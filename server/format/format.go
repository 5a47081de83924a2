// Package format reads and writes tables in the formats that people have: CSV,
// JSON, Parquet, Arrow and NumPy's, packed or not. What a file is, its content
// says, not its name. All readers give the same blocks of numbers and texts, in
// memory that does not depend on the size of the file.
//
// What there is besides numbers and texts becomes one of them, in each format
// alike: booleans are the texts true and false; dates and times are texts in ISO
// 8601, with a Z if they are in UTC; durations are seconds; decimals are the
// nearest float64. A column of integers of which one is not exact as a float64
// is one of texts: it holds ids. A struct's, or a JSON object's, fields become
// columns "outer.inner"; what is nested deeper, and lists, are texts in JSON. An
// array of NumPy is all numbers, its booleans 0 and 1.
package format

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Format is one that can be read.
type Format string

// The formats. NDJSON is one JSON object after another; a file of one array is JSON.
const (
	CSV         Format = "csv"
	JSON        Format = "json"
	NDJSON      Format = "ndjson"
	Parquet     Format = "parquet"
	Arrow       Format = "arrow"
	ArrowStream Format = "arrow stream"
	NPY         Format = "npy"
)

// Reader gives the rows of a table once, in order.
type Reader interface {
	// Columns gives the columns' names and how their values are kept: table.Number or table.Text.
	Columns() ([]string, []table.Kind)
	// Fill puts the next rows into b, as many as fit. At the end it returns
	// io.EOF, with no rows in b. ErrKinds says that a value does not fit its
	// column's kind: read again, with all set. What b gets stays valid.
	Fill(b *Block) error
	// Close ends the reading. The caller of File.Read calls it, once.
	Close() error
}

// ErrKinds is what a Reader gives that has chosen kinds by the first rows and meets others.
var ErrKinds = errors.New("format: a value does not fit its column's kind")

// GuessRows is how many rows decide how a column is kept, until one does not fit.
const GuessRows = 10_000

// source is a file of one format.
type source interface {
	// read begins at the first row. all says that all rows decide how columns are kept.
	read(ctx context.Context, all bool) (Reader, error)
	close() error
}

// File is a table in a file.
type File struct {
	Format Format
	Packed string // "gzip", "zstd" or "zip" if it was packed
	from   source
}

// Open finds out what the file at path is. A packed one is unpacked into a file
// beside it, of at most unpacked bytes (0: as many as there are), and removed: the
// unpacked one then stands at path. What is wrong is fault.Invalid or
// fault.TooLarge. The caller closes the file.
func Open(ctx context.Context, path string, unpacked int64) (*File, error) {
	f := &File{}
	var err error
	if f.Packed, err = unpack(ctx, path, unpacked); err != nil {
		return nil, err
	}
	head, err := headOf(path)
	if err != nil {
		return nil, err
	}
	if f.Format, err = detect(head); err != nil {
		return nil, err
	}
	switch f.Format {
	case Parquet:
		f.from = &parquetSource{path: path}
	case Arrow, ArrowStream:
		f.from = &arrowSource{path: path, stream: f.Format == ArrowStream}
	case NPY:
		f.from = npySource{path}
	case JSON, NDJSON:
		f.from = jsonSource{path, f.Format == JSON}
	default:
		f.from = csvSource{path}
	}
	return f, nil
}

// Read begins to read the rows, as often as asked. With all, all rows decide how
// columns are kept, which reads them once more; without, Fill may give ErrKinds.
func (f *File) Read(ctx context.Context, all bool) (r Reader, err error) {
	err = guarded(f.Format, func() (err error) {
		r, err = f.from.read(ctx, all)
		return err
	})
	if err != nil {
		return nil, err
	}
	names, _ := r.Columns()
	if err := checkNames(f.Format, names); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close ends all reading.
func (f *File) Close() error { return f.from.close() }

// checkNames refuses what CSV's own reader refuses in a header.
func checkNames(f Format, names []string) error {
	switch n := len(names); {
	case n == 0:
		return fault.Newf(fault.Invalid, "The %s file has no columns.", words[f])
	case n > table.MaxColumns:
		return fault.Newf(fault.Invalid, "The %s file has %d columns, more than %d. Leave some out.", words[f], n, table.MaxColumns)
	}
	at := map[string]int{}
	for i, name := range names {
		if name == "" {
			return &fault.Error{Code: fault.Invalid, Column: i + 1, Msg: fmt.Sprintf("Column %d has no name. Name it, or remove the column.", i+1)}
		}
		if first, taken := at[name]; taken {
			return &fault.Error{Code: fault.Invalid, Column: i + 1, Msg: fmt.Sprintf("Columns %d and %d are both called %q. Rename one of them.", first+1, i+1, name)}
		}
		at[name] = i
	}
	return nil
}

// words names formats in sentences.
var words = map[Format]string{CSV: "CSV", JSON: "JSON", NDJSON: "NDJSON", Parquet: "Parquet", Arrow: "Arrow", ArrowStream: "Arrow", NPY: ".npy"}

// Name gives the format as it is called in a sentence.
func (f Format) Name() string { return words[f] }

func headOf(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:n], err
}

// foreign is the first bytes of files that people have and we don't read.
var foreign = []struct{ magic, what string }{
	{"\xd0\xcf\x11\xe0", "an old spreadsheet or another Office file"}, {"BZh", "packed with bzip2"}, {"\xfd7zXZ", "packed with xz"},
	{"7z\xbc\xaf", "a 7-Zip archive"}, {"Rar!", "a RAR archive"}, {"ORC", "an ORC file"}, {"Obj\x01", "an Avro file"}, {"\x89HDF", "an HDF5 file"},
	{"SQLite format 3", "an SQLite database"}, {"%PDF", "a PDF"}, {"\x89PNG", "a picture"}, {"\xff\xd8\xff", "a picture"}, {"\x80\x04", "a Python pickle"}, {"\x80\x05", "a Python pickle"},
	{"\x04\x22\x4d\x18", "packed with lz4"}, {"<?xml", "XML"}, {"<!DOCTYPE", "a web page"}, {"<html", "a web page"},
}

// detect says what a file is by its first bytes; what is nothing else is CSV.
func detect(head []byte) (Format, error) {
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) && (f.magic != "ORC" || len(head) > 3 && head[3] < ' ') {
			return "", fault.Newf(fault.Invalid, "The file is %s, which can't be read here. Export it as CSV, Parquet, Arrow or JSON, then try again.", f.what)
		}
	}
	switch {
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "", fault.Newf(fault.Invalid, "The file is a tar archive. Unpack it and upload one table at a time.")
	case bytes.HasPrefix(head, []byte("PAR1")):
		return Parquet, nil
	case bytes.HasPrefix(head, []byte("ARROW1")):
		return Arrow, nil
	case bytes.HasPrefix(head, []byte("\xff\xff\xff\xff")):
		return ArrowStream, nil
	case bytes.HasPrefix(head, []byte("FEA1")):
		return "", fault.Newf(fault.Invalid, "The file is a Feather file of version 1. Write it as version 2, Parquet or CSV, then try again.")
	case bytes.HasPrefix(head, []byte("\x93NUMPY")):
		return NPY, nil
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 {
		return CSV, nil
	}
	next := bytes.TrimLeft(text[1:], " \t\r\n")
	switch {
	case text[0] == '{' && (len(next) == 0 || next[0] == '"' || next[0] == '}'):
		return NDJSON, nil
	case text[0] == '[' && (len(next) == 0 || bytes.IndexByte([]byte(`{["]-0123456789`), next[0]) >= 0):
		return JSON, nil
	}
	return CSV, nil
}
