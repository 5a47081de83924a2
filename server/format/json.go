package format

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// jsonSource is objects, one a row: in an array, or one after another. A column is
// a key that any of them has.
type jsonSource struct {
	path  string
	array bool
}

func (jsonSource) close() error { return nil }

func (s jsonSource) format() Format {
	if s.array {
		return JSON
	}
	return NDJSON
}

func (s jsonSource) read(ctx context.Context, all bool) (Reader, error) {
	columns, err := s.guess(ctx, all)
	if err != nil {
		return nil, err
	}
	o, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return &jsonReader{objects: o, columns: columns}, nil
}

// guess finds the columns and how they are kept.
func (s jsonSource) guess(ctx context.Context, all bool) (*jsonColumns, error) {
	o, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	c := &jsonColumns{at: map[string]map[string]int{}, known: map[string]int{}}
	lists := false
	for o.rows < GuessRows || all {
		err := o.next(func(outer, inner []byte, kind jsontext.Kind, raw []byte) error {
			lists = lists || kind == '['
			i := c.index(outer, inner)
			if i < 0 {
				var err error
				if i, err = c.add(outer, inner); err != nil {
					return err
				}
			}
			switch {
			case kind == 'n' || c.kinds[i] == table.Text:
			case kind == '0' && table.Numeric(raw) || kind == '"' && endless(raw) != 0:
				c.kinds[i] = table.Number
			default:
				c.kinds[i] = table.Text
			}
			return nil
		})
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case o.rows == 0:
		return nil, fault.Newf(fault.Invalid, "The %s file has no rows.", words[o.format])
	case o.rows == 1 && lists && !s.array:
		return nil, fault.Newf(fault.Invalid, "The JSON file is one object with a list in it. Make it a list of objects, one a row: [{\"a\": 1}, {\"a\": 2}].")
	}
	c.settle()
	return c, nil
}

// jsonColumns is the columns of a file by the keys as they are written, quotes and all.
type jsonColumns struct {
	at    map[string]map[string]int // inner is "" for what is not in an object
	known map[string]int            // the same by the keys that they mean, in case one is written in two ways
	names []string
	kinds []table.Kind
}

// settle gives columns of nothing but null a kind. Where other rows have an object,
// null is not a column of its own.
func (c *jsonColumns) settle() {
	names, kinds, to := []string(nil), []table.Kind(nil), make([]int, len(c.names))
	for i := range c.kinds {
		for _, in := range c.at {
			if at, ok := in[""]; ok && at == i && c.kinds[i] == "" && len(in) > 1 {
				to[i] = -1
			}
		}
		if to[i] < 0 {
			continue
		}
		to[i] = len(names)
		names, kinds = append(names, c.names[i]), append(kinds, c.kinds[i])
		if c.kinds[i] == "" {
			kinds[to[i]] = table.Number
		}
	}
	for _, in := range c.at {
		for key, i := range in {
			in[key] = to[i]
		}
	}
	c.names, c.kinds = names, kinds
}

func (c *jsonColumns) index(outer, inner []byte) int {
	if in, ok := c.at[string(outer)]; ok {
		if i, ok := in[string(inner)]; ok {
			return i
		}
	}
	return -1
}

func (c *jsonColumns) add(outer, inner []byte) (int, error) {
	name, err := jsontext.AppendUnquote(nil, outer)
	key := string(name) + "\x00"
	if err == nil && inner != nil {
		name, err = jsontext.AppendUnquote(append(name, '.'), inner)
		key += string(name)
	}
	if err != nil {
		return 0, err
	}
	if c.at[string(outer)] == nil {
		c.at[string(outer)] = map[string]int{}
	}
	if i, known := c.known[key]; known {
		c.at[string(outer)][string(inner)] = i
		return i, nil
	}
	if len(c.names) == table.MaxColumns {
		return 0, fault.Newf(fault.Invalid, "The JSON file has more than %d different keys. Leave some out.", table.MaxColumns)
	}
	if err := checkText("a key", string(name), 0); err != nil {
		return 0, err
	}
	i := len(c.names)
	c.at[string(outer)][string(inner)], c.known[key] = i, i
	c.names, c.kinds = append(c.names, strings.TrimSpace(string(name))), append(c.kinds, "")
	return i, nil
}

// endless gives the infinity that a string stands for, 0 if it does not: JSON has no number for it.
func endless(raw []byte) float64 {
	switch string(raw) {
	case `"Infinity"`:
		return math.Inf(1)
	case `"-Infinity"`:
		return math.Inf(-1)
	}
	return 0
}

// jsonReader makes blocks of objects.
type jsonReader struct {
	*objects
	columns *jsonColumns
	err     error // after which nothing comes
	text    []byte
}

func (r *jsonReader) Columns() ([]string, []table.Kind) { return r.columns.names, r.columns.kinds }

func (r *jsonReader) Fill(b *Block) error {
	b.clear()
	for r.err == nil && !b.full() {
		for i := range b.Columns {
			b.setMissing(i, b.Rows)
		}
		r.err = r.next(func(outer, inner []byte, kind jsontext.Kind, raw []byte) error {
			i := r.columns.index(outer, inner)
			switch {
			case kind == 'n':
				return nil
			case i < 0:
				return ErrKinds
			}
			return r.put(b, i, kind, raw)
		})
		if r.err == nil {
			b.Rows++
		}
	}
	if r.err == nil || r.err == io.EOF && b.Rows > 0 {
		return nil
	}
	return r.err
}

func (r *jsonReader) put(b *Block, i int, kind jsontext.Kind, raw []byte) error {
	v := &b.Columns[i]
	switch {
	case v.Numbers != nil && kind == '0' && table.Numeric(raw):
		v.Numbers[b.Rows], _ = table.ParseNumber(raw)
		return nil
	case v.Numbers != nil && kind == '"' && endless(raw) != 0:
		v.Numbers[b.Rows] = endless(raw)
		return nil
	case v.Numbers != nil:
		return ErrKinds
	case kind == '"':
		var err error
		if r.text, err = jsontext.AppendUnquote(r.text[:0], raw); err != nil {
			return err
		}
		raw = r.text
	}
	s := string(raw)
	if err := checkText(r.columns.names[i], s, r.rows); err != nil {
		return err
	}
	v.Texts[b.Rows] = s
	b.Bytes += len(s)
	return nil
}

// objectBytes is how long one object may be.
const objectBytes = 16 << 20

// objects scans a file object by object.
type objects struct {
	f      *os.File
	format Format
	path   string
	bound  *bounded
	d      *jsontext.Decoder
	opened bool // the array was begun
	outer  []byte
	inner  []byte
	rows   int64 // scanned whole
}

func (s jsonSource) open(ctx context.Context) (*objects, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	var mark [3]byte
	if n, err := f.ReadAt(mark[:], 0); err != nil && err != io.EOF || n < 3 || string(mark[:]) != "\xef\xbb\xbf" {
		mark = [3]byte{}
	} else if _, err := f.Seek(3, io.SeekStart); err != nil {
		return nil, closed(f, err)
	}
	b := &bounded{r: reader{ctx, f}, left: objectBytes}
	return &objects{f: f, format: s.format(), path: s.path, bound: b, d: jsontext.NewDecoder(b)}, nil
}

// Close ends the scan.
func (o *objects) Close() error { return o.f.Close() }

// bounded reads no more than objectBytes for one object, besides what the decoder reads ahead.
type bounded struct {
	r    io.Reader
	left int
}

var errLong = errors.New("format: an object is too long")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLong
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

// next gives the values of one object to visit, and io.EOF after the last one.
// What visit gets is valid during the call.
func (o *objects) next(visit func(outer, inner []byte, kind jsontext.Kind, raw []byte) error) error {
	o.bound.left = objectBytes
	if o.format == JSON && !o.opened {
		if _, err := o.d.ReadToken(); err != nil {
			return o.wrong(err)
		}
		o.opened = true
	}
	switch kind := o.d.PeekKind(); {
	case kind == ']' && o.format == JSON && o.d.StackDepth() == 1:
		if _, err := o.d.ReadToken(); err != nil {
			return o.wrong(err)
		}
		if _, err := o.d.ReadToken(); err != io.EOF {
			return o.wrong(errors.Join(errors.New("the file goes on after its list"), err))
		}
		return io.EOF
	case kind == '{':
	default:
		v, err := o.d.ReadValue()
		if err == io.EOF && o.format == NDJSON {
			return io.EOF
		}
		if err != nil {
			return o.wrong(err)
		}
		return &fault.Error{Code: fault.Invalid, Line: o.line(o.d.InputOffset()),
			Msg: fmt.Sprintf("Row %d of the JSON file is %s, not an object. Each row is an object with the columns as keys, such as {\"a\": 1, \"b\": \"x\"}.", o.rows+1, kindWords(v.Kind()))}
	}
	if err := o.object(false, visit); err != nil {
		return o.wrong(err)
	}
	o.rows++
	return nil
}

// object reads one: nested is the value of the key outer.
func (o *objects) object(nested bool, visit func(outer, inner []byte, kind jsontext.Kind, raw []byte) error) error {
	if _, err := o.d.ReadToken(); err != nil {
		return err
	}
	for o.d.PeekKind() != '}' {
		key, err := o.d.ReadValue()
		if err != nil {
			return err
		}
		if nested { // the key is valid until the decoder is asked again
			o.inner = append(o.inner[:0], key...)
		} else {
			o.outer, o.inner = append(o.outer[:0], key...), nil
			if o.d.PeekKind() == '{' {
				if err := o.object(true, visit); err != nil {
					return err
				}
				continue
			}
		}
		raw, err := o.d.ReadValue()
		if err != nil {
			return err
		}
		if err := visit(o.outer, o.inner, raw.Kind(), raw); err != nil {
			return err
		}
	}
	_, err := o.d.ReadToken()
	return err
}

// wrong puts an error of the scan into words.
func (o *objects) wrong(err error) error {
	if _, ours := errors.AsType[*fault.Error](err); ours || err == ErrKinds || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	at := o.d.InputOffset()
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	if isSyntax {
		at = syntax.ByteOffset
	}
	line := o.line(at)
	e := &fault.Error{Code: fault.Invalid, Op: "format.JSON", Err: err, Line: line}
	switch {
	case errors.Is(err, errLong):
		e.Msg = fmt.Sprintf("Line %d: row %d has more than %d MB. Leave something out.", line, o.rows+1, objectBytes>>20)
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		e.Msg = fmt.Sprintf("The %s file ends in the middle of row %d: it was cut off. Send it again.", words[o.format], o.rows+1)
	case errors.Is(err, jsontext.ErrDuplicateName):
		e.Msg = fmt.Sprintf("Line %d: row %d has a key twice. Rename one of them.", line, o.rows+1)
	case isSyntax:
		e.Msg = fmt.Sprintf("Line %d: row %d is no JSON: %v. Correct it, then try again.", line, o.rows+1, syntax.Err)
	default:
		e.Msg = fmt.Sprintf("Line %d: row %d is no JSON: %v. Correct it, then try again.", line, o.rows+1, err)
	}
	return e
}

// line gives the line of a byte of the file, from 1, by reading up to it.
func (o *objects) line(at int64) int {
	f, err := os.Open(o.path)
	if err != nil {
		return 0
	}
	defer f.Close()
	line, buf := 1, make([]byte, 64<<10)
	for r := io.LimitReader(f, at); ; {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			if c == '\n' {
				line++
			}
		}
		if err != nil {
			return line
		}
	}
}

func kindWords(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	case '"':
		return "a text"
	case '0':
		return "a number"
	}
	return "a list"
}
