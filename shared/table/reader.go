package table

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Limits bounds what a Reader takes, so that its memory is bounded too. The
// zero value of a field means its default.
type Limits struct {
	Columns    int // 0 means MaxColumns
	FieldBytes int // of one field; 0 means MaxFieldBytes
}

// What a table may have at most, in any format.
const (
	MaxColumns    = 4096
	MaxFieldBytes = 1 << 20 // of one text
)

const (
	firstWindow = 256 << 10
	recordBytes = 16 << 20 // of one record, quotes and all
)

// Reader scans a delimited file record by record. It finds the delimiter
// (comma, semicolon, tab or bar), skips a byte order mark, takes both line ends,
// and fields in quotes with delimiters, line ends and doubled quotes. Its
// errors name line and column and say what to do.
type Reader struct {
	src    io.Reader
	lim    Limits
	comma  byte
	header []string

	buf    []byte // unread bytes are buf[at:]
	at     int
	eof    bool
	line   int // of the next record, from 1
	begun  int // line of the record read last
	rows   int64
	fields [][]byte
	quoted []byte // unescaped fields of one record
	number []byte // a field with a point for its comma
}

// NewReader sniffs the file and reads its header.
func NewReader(src io.Reader, lim Limits) (*Reader, error) {
	if lim.Columns == 0 {
		lim.Columns = MaxColumns
	}
	if lim.FieldBytes == 0 {
		lim.FieldBytes = MaxFieldBytes
	}
	r := &Reader{src: src, lim: lim, line: 1, buf: make([]byte, 0, firstWindow)}
	for len(r.buf) < cap(r.buf) && !r.eof {
		if err := r.more(); err != nil {
			return nil, err
		}
	}
	if err := refuseFormat(r.buf); err != nil {
		return nil, err
	}
	r.at = len(r.buf) - len(bytes.TrimPrefix(r.buf, []byte("\xef\xbb\xbf")))
	if len(bytes.TrimSpace(r.buf[r.at:])) == 0 && r.eof {
		return nil, fault.Newf(fault.Invalid, "The file is empty. It needs a line that names the columns, then one line a row.")
	}
	r.comma = sniff(r.buf[r.at:])
	fields, err := r.record()
	if err != nil {
		return nil, err
	}
	return r, r.takeHeader(fields)
}

// refuseFormat knows files that are no text by their first bytes.
func refuseFormat(b []byte) error {
	for magic, what := range map[string]string{
		"PK\x03\x04": "a zip archive or a spreadsheet", "\x1f\x8b": "compressed with gzip", "PAR1": "a Parquet file",
		"\x28\xb5\x2f\xfd": "compressed with zstd", "\xff\xfe": "text in UTF-16", "\xfe\xff": "text in UTF-16", "ARROW1": "an Arrow file", "\x93NUMPY": "a NumPy array",
	} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return fault.Newf(fault.Invalid, "The file is %s, not a CSV. Unpack it or export it as CSV in UTF-8, then try again.", what)
		}
	}
	return nil
}

// sniff chooses the delimiter that splits the first lines into the same number
// of fields, the most fields first; a comma if none does.
func sniff(b []byte) byte {
	best, most := byte(','), 1
	for _, c := range []byte(",;\t|") {
		want, lines, same := 0, 0, true
		for fields, inQuotes, i := 1, false, 0; i < len(b) && lines < 20; i++ {
			switch {
			case b[i] == '"':
				inQuotes = !inQuotes
			case b[i] == c && !inQuotes:
				fields++
			case b[i] == '\n' && !inQuotes:
				if want == 0 {
					want = fields
				}
				same = same && fields == want
				lines, fields = lines+1, 1
			}
		}
		if want == 0 { // a single line without an end
			want = bytes.Count(b, []byte{c}) + 1
		}
		if same && want > most {
			best, most = c, want
		}
	}
	if most > 1 {
		return best
	}
	// Ragged lines: the delimiter that the header uses most, so that the error is about them.
	head, _, _ := bytes.Cut(b, []byte("\n"))
	for _, c := range []byte(",;\t|") {
		if n := bytes.Count(head, []byte{c}); n >= most {
			best, most = c, n+1
		}
	}
	return best
}

func (r *Reader) takeHeader(fields [][]byte) error {
	if len(fields) > r.lim.Columns {
		return &fault.Error{Code: fault.Invalid, Line: 1, Msg: fmt.Sprintf("The header has %d columns, more than %d. Leave some out.", len(fields), r.lim.Columns)}
	}
	at := map[string]int{}
	numbers := 0
	for i, f := range fields {
		name := string(bytes.TrimSpace(f))
		if name == "" {
			return &fault.Error{Code: fault.Invalid, Line: 1, Column: i + 1, Msg: fmt.Sprintf("Column %d has no name in the header. Name it, or remove the column.", i+1)}
		}
		if first, taken := at[name]; taken {
			return &fault.Error{Code: fault.Invalid, Line: 1, Column: i + 1, Msg: fmt.Sprintf("Columns %d and %d are both called %q. Rename one of them.", first+1, i+1, name)}
		}
		if _, ok := ParseNumber(f); ok {
			numbers++
		}
		at[name] = i
		r.header = append(r.header, name)
	}
	if numbers == len(fields) {
		return &fault.Error{Code: fault.Invalid, Line: 1, Msg: "Line 1 should name the columns, but it has only numbers. Add a line with names above it."}
	}
	return nil
}

// Header gives the columns' names.
func (r *Reader) Header() []string { return r.header }

// Comma gives the delimiter that was found.
func (r *Reader) Comma() byte { return r.comma }

// Line gives the line on which the record read last begins, from 1.
func (r *Reader) Line() int { return r.begun }

// Read gives the fields of the next record, as many as the header has. They
// are valid until the next call. At the end it returns io.EOF; a file without
// any record is a fault.
func (r *Reader) Read() ([][]byte, error) {
	fields, err := r.record()
	if err == io.EOF && r.rows == 0 {
		return nil, fault.Newf(fault.Invalid, "The file has a header, but no rows.")
	}
	if err != nil {
		return nil, err
	}
	if len(fields) != len(r.header) {
		return nil, &fault.Error{Code: fault.Invalid, Line: r.begun, Column: min(len(fields), len(r.header)+1),
			Msg: fmt.Sprintf("Line %d has %d fields, the header has %d. Correct the line, then try again.", r.begun, len(fields), len(r.header))}
	}
	r.rows++
	return fields, nil
}

// record gives the next record that is not an empty line.
func (r *Reader) record() ([][]byte, error) {
	for {
		end, quotes, err := r.find()
		if err != nil {
			return nil, err
		}
		rec := r.buf[r.at:end]
		r.begun = r.line
		r.at = min(end+1, len(r.buf))
		r.line++
		if n := len(rec); n > 0 && rec[n-1] == '\r' {
			rec = rec[:n-1]
		}
		if len(rec) == 0 {
			continue
		}
		if !utf8.Valid(rec) || bytes.IndexByte(rec, 0) >= 0 {
			return nil, r.badText(rec)
		}
		if quotes {
			r.line += bytes.Count(rec, []byte("\n"))
			return r.splitQuoted(rec)
		}
		return r.split(rec)
	}
}

// find gives the end of the next record in buf, and whether it has quotes.
func (r *Reader) find() (end int, quotes bool, err error) {
	for from := 0; ; {
		b := r.buf[r.at:]
		if nl := bytes.IndexByte(b[from:], '\n'); nl >= 0 {
			if !quotes && bytes.IndexByte(b[from:from+nl], '"') < 0 {
				return r.at + from + nl, false, nil
			}
			if end, ok := r.quotedEnd(b); ok {
				return r.at + end, true, nil
			}
			quotes = true
		}
		if r.eof {
			if len(b) == 0 {
				return 0, false, io.EOF
			}
			if bytes.IndexByte(b, '"') < 0 {
				return len(r.buf), false, nil
			}
			if end, ok := r.quotedEnd(b); ok {
				return r.at + end, true, nil
			}
			return 0, false, &fault.Error{Code: fault.Invalid, Line: r.line, Msg: fmt.Sprintf("A quote opened in the record that begins on line %d is never closed. Close it, or double it if it belongs to the text.", r.line)}
		}
		if !quotes { // what was searched need not be searched again
			from = 0
			if bytes.IndexByte(b, '"') < 0 {
				from = len(b)
			}
		}
		if len(b) > recordBytes {
			col := bytes.Count(b, []byte{r.comma}) + 1
			return 0, false, &fault.Error{Code: fault.Invalid, Line: r.line, Column: col,
				Msg: fmt.Sprintf("Line %d goes on for more than %d MiB, at column %d. Is a line end or a closing quote missing?", r.line, recordBytes>>20, col)}
		}
		if err := r.more(); err != nil {
			return 0, false, err
		}
	}
}

// quotedEnd finds the line end outside of quotes that ends the record at b.
func (r *Reader) quotedEnd(b []byte) (int, bool) {
	inQuotes := false
	for i, c := range b {
		switch c {
		case '"':
			inQuotes = !inQuotes
		case '\n':
			if !inQuotes {
				return i, true
			}
		}
	}
	return len(b), r.eof && !inQuotes
}

// more reads some bytes.
func (r *Reader) more() error {
	if r.at > 0 && r.at >= len(r.buf)/2 {
		r.buf = r.buf[:copy(r.buf, r.buf[r.at:])]
		r.at = 0
	}
	if len(r.buf) == cap(r.buf) {
		r.buf = append(make([]byte, 0, 2*cap(r.buf)), r.buf...)
	}
	for range 100 {
		n, err := r.src.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if err == io.EOF {
			r.eof = true
			return nil
		}
		if err != nil {
			return err
		}
		if n > 0 {
			return nil
		}
	}
	return io.ErrNoProgress
}

func (r *Reader) split(rec []byte) ([][]byte, error) {
	r.fields = r.fields[:0]
	for {
		i := bytes.IndexByte(rec, r.comma)
		if i < 0 {
			r.fields = append(r.fields, rec)
			break
		}
		r.fields = append(r.fields, rec[:i])
		rec = rec[i+1:]
	}
	return r.checked()
}

func (r *Reader) checked() ([][]byte, error) {
	for i, f := range r.fields {
		if len(f) > r.lim.FieldBytes {
			return nil, &fault.Error{Code: fault.Invalid, Line: r.begun, Column: i + 1,
				Msg: fmt.Sprintf("Line %d, column %d has a field of %d bytes, more than %d. Shorten it, or leave the column out.", r.begun, i+1, len(f), r.lim.FieldBytes)}
		}
	}
	return r.fields, nil
}

func (r *Reader) splitQuoted(rec []byte) ([][]byte, error) {
	r.fields, r.quoted = r.fields[:0], r.quoted[:0]
	if cap(r.quoted) < len(rec) { // fields point into it: it must not move
		r.quoted = make([]byte, 0, 2*len(rec))
	}
	for i := 0; ; {
		start := len(r.quoted)
		if i < len(rec) && rec[i] == '"' {
			i++
			for i < len(rec) {
				if rec[i] == '"' {
					if i+1 < len(rec) && rec[i+1] == '"' {
						i++
					} else {
						break
					}
				}
				r.quoted = append(r.quoted, rec[i])
				i++
			}
			i++ // the closing quote
			if i < len(rec) && rec[i] != r.comma {
				col := len(r.fields) + 1
				return nil, &fault.Error{Code: fault.Invalid, Line: r.begun, Column: col,
					Msg: fmt.Sprintf("Line %d, column %d goes on after its closing quote. Double the quotes that belong to the text.", r.begun, col)}
			}
		} else {
			for i < len(rec) && rec[i] != r.comma {
				if rec[i] == '"' {
					col := len(r.fields) + 1
					return nil, &fault.Error{Code: fault.Invalid, Line: r.begun, Column: col,
						Msg: fmt.Sprintf("Line %d, column %d has a quote in a field without quotes. Put the field in quotes and double the quote.", r.begun, col)}
				}
				r.quoted = append(r.quoted, rec[i])
				i++
			}
		}
		r.fields = append(r.fields, r.quoted[start:len(r.quoted):len(r.quoted)])
		if i >= len(rec) {
			return r.checked()
		}
		i++ // the delimiter
		if i == len(rec) {
			r.fields = append(r.fields, nil)
			return r.checked()
		}
	}
}

// badText says where a record has what is not text.
func (r *Reader) badText(rec []byte) error {
	col := 1
	for i := 0; i < len(rec); {
		c, size := utf8.DecodeRune(rec[i:])
		if c == 0 {
			return &fault.Error{Code: fault.Invalid, Line: r.begun, Column: col,
				Msg: fmt.Sprintf("Line %d, column %d has a NUL byte: this is not a text file, or it is damaged.", r.begun, col)}
		}
		if c == utf8.RuneError && size == 1 {
			return &fault.Error{Code: fault.Invalid, Line: r.begun, Column: col,
				Msg: fmt.Sprintf("Line %d, column %d has the byte 0x%02X, which is not UTF-8. Save the file as UTF-8, then try again.", r.begun, col, rec[i])}
		}
		if c == rune(r.comma) {
			col++
		}
		i += size
	}
	return fault.Newf(fault.Invalid, "Line %d is not UTF-8. Save the file as UTF-8, then try again.", r.begun)
}
