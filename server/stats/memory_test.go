package stats_test

import (
	"context"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const owner = "ada"

// memory is one dataset in memory, as stats.Tables, that counts how often it is read.
type memory struct {
	schema table.Schema
	data   []table.Vector
	rows   int
	ids    []int64 // nil: 0, 1, ...
	scans  atomic.Int64
}

func (m *memory) Get(_ context.Context, who, id string, version int) (wire.Dataset, error) {
	if who != owner || id != "D" || version > 1 {
		return wire.Dataset{}, fault.Newf(fault.NotFound, "There is no such dataset.")
	}
	return wire.Dataset{ID: id, Version: 1, Newest: 1, Rows: int64(m.rows), Hash: "h", Schema: m.schema}, nil
}

func (m *memory) Open(ctx context.Context, who, id string, version int) (stats.Table, error) {
	_, err := m.Get(ctx, who, id, version)
	return m, err
}

func (m *memory) Schema() table.Schema { return m.schema }
func (m *memory) Rows() int64          { return int64(m.rows) }
func (m *memory) Close() error         { return nil }

// Scan gives batches of odd sizes, in buffers that are used again.
func (m *memory) Scan(ctx context.Context, columns []string, fn func(*table.Batch) error) error {
	const most = 1237
	m.scans.Add(1)
	var numbers [][]float64
	for range columns {
		numbers = append(numbers, make([]float64, most))
	}
	for lo := 0; lo < m.rows; lo += most {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		hi := min(lo+most, m.rows)
		b := table.Batch{First: int64(lo), Rows: hi - lo}
		if m.ids != nil {
			b.IDs = m.ids[lo:hi]
		}
		for i, name := range columns {
			v := m.data[m.schema.Index(name)]
			if v.Texts != nil {
				b.Columns = append(b.Columns, table.Vector{Texts: v.Texts[lo:hi]})
				continue
			}
			copy(numbers[i], v.Numbers[lo:hi])
			b.Columns = append(b.Columns, table.Vector{Numbers: numbers[i][:hi-lo]})
		}
		if err := fn(&b); err != nil {
			return err
		}
	}
	return nil
}

// numbers is a dataset of columns of numbers.
func numbers(names string, columns ...[]float64) *memory {
	m := &memory{rows: len(columns[0])}
	for i, name := range strings.Fields(names) {
		m.add(name, columns[i])
	}
	return m
}

func (m *memory) add(name string, x []float64) *memory {
	c := table.Column{Name: name, Kind: table.Number, Role: table.Feature}
	for _, v := range x {
		if math.IsNaN(v) {
			c.Missing++
		}
	}
	m.schema, m.data = append(m.schema, c), append(m.data, table.Vector{Numbers: x})
	return m
}

func (m *memory) texts(name string, kind table.Kind, x []string) *memory {
	c := table.Column{Name: name, Kind: kind, Role: table.Feature}
	seen := map[string]bool{}
	for _, v := range x {
		if seen[v] = true; v == "" {
			c.Missing++
		}
	}
	c.Distinct = min(int64(len(seen)), table.MaxLevels+1)
	m.rows = len(x)
	m.schema, m.data = append(m.schema, c), append(m.data, table.Vector{Texts: x})
	return m
}

// service answers about m.
func service(m *memory) *stats.Service { return stats.New(stats.Options{Tables: m, Workers: 2}) }

var request = stats.Request{Owner: owner, Dataset: "D"}

func ok[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
