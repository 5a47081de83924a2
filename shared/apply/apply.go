// Package apply sends the rows of a delimited file through a model, some at a time:
// memory does not grow with the file.
package apply

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// partRows is how many rows are held at a time.
const partRows = 4096

// Stream is a file on its way through a model. Its counts are of the parts so far.
type Stream struct {
	Rows    int64   // read
	Dropped int64   // that the model leaves out for a missing value
	Counts  []int64 // rows of each cluster
	Unknown []int64 // rows with a level that the training did not have, one an input

	m     *model.Model
	r     *table.Reader
	apply *model.Predictor
	at    []int // of the model's inputs in the file
	batch table.Batch
	text  []byte   // the rows without the two columns
	ends  []int    // of the rows in text
	out   []byte   // with them
	known []levels // of the inputs that are categories
	end   bool
}

// levels finds a level without making a string of it.
type levels map[string]string

// Part is some rows. It is valid until the next one.
type Part struct {
	Batch     *table.Batch // the model's inputs
	Kept      []int        // places in Batch of the rows that have a cluster
	Labels    []int32      // of these
	Distances []float64    // likewise
	Text      []byte       // the rows of the file, with both columns behind their own
}

// New reads the head of a file and finds the model's inputs in it. A file that does
// not fit is fault.Invalid, whose words list each column that lacks.
func New(m *model.Model, in io.Reader) (*Stream, error) {
	r, err := table.NewReader(in, table.Limits{})
	if err != nil {
		return nil, err
	}
	s := &Stream{m: m, r: r, apply: m.NewPredictor(), Counts: make([]int64, m.Centroids.Rows), Unknown: make([]int64, len(m.Inputs))}
	s.batch.Columns = make([]table.Vector, len(m.Inputs))
	header := r.Header()
	var bad []string
	for _, in := range m.Inputs {
		i := slices.Index(header, in.Name)
		if i < 0 {
			bad = append(bad, fmt.Sprintf("\n- %q (%s) is missing: add it, or rename the column that holds it", in.Name, in.Kind))
		}
		s.at = append(s.at, i)
		known := levels{}
		for _, l := range in.Levels {
			known[l] = l
		}
		s.known = append(s.known, known)
	}
	if bad != nil {
		return nil, fault.Fieldf("data", "The file does not fit the model. Its columns are: %s. Of the model's:%s.", strings.Join(header, ", "), strings.Join(bad, ""))
	}
	return s, nil
}

// Head gives the line that names the columns; ours get a number if the file has theirs.
func (s *Stream) Head() []byte {
	names := slices.Clone(s.r.Header())
	for _, name := range []string{"cluster", "distance"} {
		names = append(names, table.FreeName(names, name))
	}
	return append(s.line(names), '\n')
}

func (s *Stream) line(fields []string) (b []byte) {
	for i, f := range fields {
		if i > 0 {
			b = append(b, s.r.Comma())
		}
		b = appendField(b, []byte(f), s.r.Comma())
	}
	return b
}

// Next gives the next rows, io.EOF behind the last. A field that is no number where
// one is wanted is a fault that names its line.
func (s *Stream) Next() (*Part, error) {
	if s.end {
		return nil, io.EOF
	}
	if err := s.fill(); err != nil {
		return nil, err
	}
	kept, labels, distances, err := s.apply.Batch(&s.batch)
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		s.Counts[l]++
	}
	s.Dropped += int64(s.batch.Rows - len(kept))
	s.write(kept, labels, distances)
	return &Part{&s.batch, kept, labels, distances, s.out}, nil
}

// fill reads some rows.
func (s *Stream) fill() error {
	s.batch.First, s.batch.Rows = s.Rows, 0
	s.text, s.ends = s.text[:0], s.ends[:0]
	for j := range s.batch.Columns {
		v := &s.batch.Columns[j]
		v.Numbers, v.Texts = v.Numbers[:0], v.Texts[:0]
	}
	for s.batch.Rows < partRows {
		fields, err := s.r.Read()
		if err == io.EOF {
			s.end = true
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.take(fields); err != nil {
			return err
		}
		for i, f := range fields {
			if i > 0 {
				s.text = append(s.text, s.r.Comma())
			}
			s.text = appendField(s.text, f, s.r.Comma())
		}
		s.ends = append(s.ends, len(s.text))
		s.batch.Rows++
		s.Rows++
	}
	return nil
}

// take puts a row's inputs into the batch.
func (s *Stream) take(fields [][]byte) error {
	for j, in := range s.m.Inputs {
		v, field := &s.batch.Columns[j], fields[s.at[j]]
		missing := table.IsMissing(field)
		if in.Kind != table.Number {
			text := ""
			if !missing {
				known, ok := s.known[j][string(field)]
				if text = known; !ok {
					text = string(field)
					s.Unknown[j]++
				}
			}
			v.Texts = append(v.Texts, text)
			continue
		}
		x, ok := s.r.Number(field)
		switch {
		case missing:
			x = math.NaN()
		case !ok || math.IsInf(x, 0):
			return &fault.Error{Code: fault.Invalid, Line: s.r.Line(), Column: s.at[j] + 1,
				Msg: fmt.Sprintf("line %d: %s is %q, want a number. Correct it, or leave the field empty.", s.r.Line(), in.Name, field)}
		}
		v.Numbers = append(v.Numbers, x)
	}
	return nil
}

// write makes the rows with their clusters.
func (s *Stream) write(kept []int, labels []int32, distances []float64) {
	s.out = s.out[:0]
	begin := 0
	for i, end := range s.ends {
		s.out = append(append(s.out, s.text[begin:end]...), s.r.Comma())
		begin = end
		if len(kept) > 0 && kept[0] == i {
			s.out = strconv.AppendInt(s.out, int64(labels[0]), 10)
			s.out = append(s.out, s.r.Comma())
			s.out = strconv.AppendFloat(s.out, distances[0], 'g', -1, 64)
			kept, labels, distances = kept[1:], labels[1:], distances[1:]
		} else {
			s.out = append(s.out, s.r.Comma())
		}
		s.out = append(s.out, '\n')
	}
}

// Notes tells what the user should know of the rows, a sentence each.
func (s *Stream) Notes() (out []string) {
	if s.Dropped > 0 {
		out = append(out, fmt.Sprintf("%d of %d rows have a missing value, which this model leaves out: their cluster and distance are empty.", s.Dropped, s.Rows))
	}
	for j, n := range s.Unknown {
		if n > 0 {
			out = append(out, fmt.Sprintf("%d of %d rows have a value of %s that the training did not have: it counts as none of the known ones.", n, s.Rows, s.m.Inputs[j].Name))
		}
	}
	return out
}

// appendField writes a field, in quotes where it needs them (RFC 4180).
func appendField(dst, field []byte, comma byte) []byte {
	if bytes.IndexByte(field, comma) < 0 && !bytes.ContainsAny(field, "\"\r\n") {
		return append(dst, field...)
	}
	dst = append(dst, '"')
	for _, c := range field {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
