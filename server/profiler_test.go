package main

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// oneTable is a table of three rows, as stats.Tables, that tells when it is read.
type oneTable struct {
	stats.Table
	read chan string
}

func (o oneTable) Get(_ context.Context, _, id string, _ int) (wire.Dataset, error) {
	if id == "gone" {
		return wire.Dataset{}, fault.Newf(fault.NotFound, "There is no such dataset.")
	}
	return wire.Dataset{ID: id, Version: 1, Rows: 3, Hash: id, Schema: table.Schema{{Name: "x", Kind: table.Number}}}, nil
}

func (o oneTable) Open(_ context.Context, _, id string, _ int) (stats.Table, error) {
	o.read <- id
	return o, nil
}

func (o oneTable) Scan(_ context.Context, _ []string, fn func(*table.Batch) error) error {
	return fn(&table.Batch{Rows: 3, Columns: []table.Vector{{Numbers: []float64{1, 2, 4}}}})
}

func (o oneTable) Close() error { return nil }

// TestProfiler: a new table is profiled before somebody asks, large and lost ones are not.
func TestProfiler(t *testing.T) {
	tables := oneTable{read: make(chan string, 9)}
	var said bytes.Buffer
	p := newProfiler(stats.New(stats.Options{Tables: tables}), slog.New(slog.NewTextHandler(&said, nil)))
	large := wire.Dataset{ID: "large", Rows: profileCells + 1, Schema: make(table.Schema, 1)}
	for _, d := range []wire.Dataset{large, {ID: "gone"}, {ID: "a"}, {ID: "b"}} {
		p.has("ada", d)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.run(ctx); close(ended) }()
	for _, want := range []string{"a", "b"} {
		if got := <-tables.read; got != want {
			t.Errorf("%s is read, want %s", got, want)
		}
	}
	stop()
	<-ended
	if said.Len() > 0 {
		t.Errorf("it says %s", said.String())
	}
	for range profilesAhead + 3 { // nobody works: more than wait are left out
		p.has("ada", wire.Dataset{ID: "c"})
	}
	if len(p.next) != profilesAhead {
		t.Errorf("%d wait, want %d", len(p.next), profilesAhead)
	}
}
