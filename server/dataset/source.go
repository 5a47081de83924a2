package dataset

import (
	"context"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Source is one version of a dataset, open for reading: a table.Source.
type Source struct {
	rec     Record
	version Version
	file    *os.File
	patches []Patch
}

// Schema describes the columns.
func (s *Source) Schema() table.Schema { return s.version.Schema }

// Rows gives the number of rows.
func (s *Source) Rows() int64 { return s.version.Rows }

// Hash gives the hash of the version's content.
func (s *Source) Hash() string { return s.version.Hash }

// Close ends the reading. The caller of Service.Source calls it, once.
func (s *Source) Close() error { return s.file.Close() }

// Scan reads the named columns in the order of row ids.
func (s *Source) Scan(ctx context.Context, names []string, fn func(*table.Batch) error) error {
	at := make([]int, len(names))
	for i, name := range names {
		if at[i] = s.version.Schema.Index(name); at[i] < 0 {
			return fault.Newf(fault.Invalid, "There is no column %q.", name)
		}
	}
	m := merge{s: s, at: at, order: distinct(at), fn: fn, patches: s.patches}
	read := m.order
	if s.version.File.IDs {
		read = append(slices.Clone(read), len(s.rec.Stored)) // the column after the others
	}
	if err := scanParquet(ctx, s.file, read, m.block); err != nil {
		return err
	}
	return m.rest()
}

// distinct gives the file's columns to read, each once, ascending.
func distinct(at []int) []int {
	need := map[int]bool{}
	most := -1
	for _, c := range at {
		need[c] = true
		most = max(most, c)
	}
	var out []int
	for c := 0; c <= most; c++ {
		if need[c] {
			out = append(out, c)
		}
	}
	return out
}

// merge puts the patches of a version over the rows of its file.
type merge struct {
	s       *Source
	at      []int // the schema's columns that are asked for
	order   []int // those of the file that are read
	fn      func(*table.Batch) error
	patches []Patch // that were not met yet
	count   int64   // rows given so far
}

// block merges rows of the file; the last of columns is the row ids if the file has them.
func (m *merge) block(first int64, rows int, columns []table.Vector) error {
	id := func(i int) int64 { return first + int64(i) }
	if m.s.version.File.IDs {
		ids := columns[len(columns)-1].Numbers
		id = func(i int) int64 { return int64(ids[i]) }
	}
	b := table.Batch{First: m.count, Rows: rows, Columns: make([]table.Vector, len(m.at))}
	for i, c := range m.at {
		for j, have := range m.order {
			if have == c {
				b.Columns[i] = convertKind(columns[j], m.s.version.Schema[c].Kind)
			}
		}
	}
	mine := len(m.patches) > 0 && rows > 0 && m.patches[0].Row <= id(rows-1)
	if mine || m.s.version.File.IDs || m.count != first {
		b = m.patched(b, id)
	}
	m.count += int64(b.Rows)
	if b.Rows == 0 {
		return nil
	}
	return m.fn(&b)
}

// patched copies a batch with changed rows replaced, deleted ones left out, and
// those put in that the file has not.
func (m *merge) patched(b table.Batch, id func(int) int64) table.Batch {
	out := table.Batch{First: b.First, Columns: make([]table.Vector, len(b.Columns))}
	for i := range b.Rows {
		for len(m.patches) > 0 && m.patches[0].Row < id(i) {
			m.put(&out, m.patches[0])
			m.patches = m.patches[1:]
		}
		if len(m.patches) > 0 && m.patches[0].Row == id(i) {
			m.put(&out, m.patches[0])
			m.patches = m.patches[1:]
			continue
		}
		out.IDs = append(out.IDs, id(i))
		out.Rows++
		for c, v := range b.Columns {
			if v.Texts != nil {
				out.Columns[c].Texts = append(out.Columns[c].Texts, v.Texts[i])
			} else {
				out.Columns[c].Numbers = append(out.Columns[c].Numbers, v.Numbers[i])
			}
		}
	}
	return out
}

// put adds a changed row, unless it is deleted.
func (m *merge) put(out *table.Batch, p Patch) {
	id, cells := p.Row, p.Cells
	if cells == nil {
		return
	}
	out.IDs = append(out.IDs, id)
	out.Rows++
	for i, c := range m.at {
		if m.s.version.Schema[c].Kind == table.Number {
			x := math.NaN()
			if cells[c].Number != nil {
				x = *cells[c].Number
			} else if cells[c].Text != nil {
				var ok bool
				if x, ok = table.ParseNumber([]byte(*cells[c].Text)); !ok {
					x = math.NaN()
				}
			}
			out.Columns[i].Numbers = append(out.Columns[i].Numbers, x)
		} else {
			out.Columns[i].Texts = append(out.Columns[i].Texts, cellAs(cells[c], table.Text).String())
		}
	}
}

// rest gives the rows that come after those of the file.
func (m *merge) rest() error {
	b := table.Batch{First: m.count, Columns: make([]table.Vector, len(m.at))}
	for _, p := range m.patches {
		m.put(&b, p)
	}
	if b.Rows == 0 {
		return nil
	}
	return m.fn(&b)
}

// convertKind reads stored values as another kind.
func convertKind(v table.Vector, kind table.Kind) table.Vector {
	switch {
	case v.Texts == nil && kind != table.Number:
		texts := make([]string, len(v.Numbers))
		for i, x := range v.Numbers {
			texts[i] = numberText(x)
		}
		return table.Vector{Texts: texts}
	case v.Texts != nil && kind == table.Number:
		numbers := make([]float64, len(v.Texts))
		for i, s := range v.Texts {
			x, ok := table.ParseNumber([]byte(s))
			if !ok {
				x = math.NaN()
			}
			numbers[i] = x
		}
		return table.Vector{Numbers: numbers}
	}
	return v
}

// cellAs reads a cell as it is kept as one of a kind.
func cellAs(c table.Cell, kind table.Kind) table.Cell {
	switch {
	case kind == table.Number && c.Text != nil:
		if x, ok := table.ParseNumber([]byte(*c.Text)); ok {
			return table.Num(x)
		}
		return table.Cell{}
	case kind != table.Number && c.Number != nil:
		return table.Str(numberText(*c.Number))
	}
	return c
}

// numberText is a number as a category: the shortest text that reads back as
// the same, with an exponent below 1e-4 and from 1e16. It is what kindSQL makes.
func numberText(x float64) string {
	switch size := math.Abs(x); {
	case math.IsNaN(x):
		return ""
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	case size == 0:
		return "0"
	case size < 1e-4 || size >= 1e16:
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
