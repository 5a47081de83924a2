package table

import (
	"bytes"
	"context"
	"io"
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Memory is a table in memory, a Source.
type Memory struct {
	schema Schema
	data   []Vector
	rows   int
	hash   string
}

const batchRows = 4096

// ReadMemory reads a whole file and guesses its columns' kinds and roles.
func ReadMemory(src io.Reader, lim Limits) (*Memory, error) {
	all, err := io.ReadAll(src)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(bytes.NewReader(all), lim)
	if err != nil {
		return nil, err
	}
	kinds, _, err := Guess(r, 0)
	if err != nil {
		return nil, err
	}
	if r, err = NewReader(bytes.NewReader(all), lim); err != nil {
		return nil, err
	}
	m := &Memory{data: make([]Vector, len(kinds))}
	hasher := NewHasher(r.Header(), kinds)
	tallies := make([]*Tally, len(kinds))
	for i, k := range kinds {
		tallies[i] = NewTally(k)
	}
	for {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, f := range fields {
			if kinds[i] == Number {
				x := math.NaN()
				if !IsMissing(f) {
					x, _ = r.Number(f) // Guess saw that it is one
				}
				m.data[i].Numbers = append(m.data[i].Numbers, x)
				tallies[i].Number(x)
				hasher.Number(x)
				continue
			}
			if IsMissing(f) {
				f = nil
			}
			m.data[i].Texts = append(m.data[i].Texts, string(f))
			tallies[i].Text(f)
			hasher.Text(f)
		}
		m.rows++
	}
	for i, t := range tallies {
		m.schema = append(m.schema, t.Column(r.Header()[i]))
	}
	Roles(m.schema)
	m.hash = hasher.Sum()
	return m, nil
}

// Schema describes the columns. The caller may change kinds (Category, Text) and roles.
func (m *Memory) Schema() Schema { return m.schema }

// Rows gives the number of rows.
func (m *Memory) Rows() int64 { return int64(m.rows) }

// Hash gives the content hash; see Hasher.
func (m *Memory) Hash() string { return m.hash }

// Scan reads the named columns in batches.
func (m *Memory) Scan(ctx context.Context, columns []string, fn func(*Batch) error) error {
	at := make([]int, len(columns))
	for i, name := range columns {
		if at[i] = m.schema.Index(name); at[i] < 0 {
			return fault.Newf(fault.Invalid, "There is no column %q.", name)
		}
	}
	b := Batch{Columns: make([]Vector, len(columns))}
	for lo := 0; lo < m.rows; lo += batchRows {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		hi := min(lo+batchRows, m.rows)
		b.First, b.Rows = int64(lo), hi-lo
		for i, j := range at {
			v := m.data[j]
			if v.Numbers != nil {
				b.Columns[i] = Vector{Numbers: v.Numbers[lo:hi]}
			} else {
				b.Columns[i] = Vector{Texts: v.Texts[lo:hi]}
			}
		}
		if err := fn(&b); err != nil {
			return err
		}
	}
	return nil
}
