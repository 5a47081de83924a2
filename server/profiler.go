package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	profileCells  = 32_000_000 // of a table that is looked at before somebody asks: about a second's work
	profilesAhead = 8          // tables that may wait for that
)

// profiler computes the statistics of tables that have just come, so that they are
// there when the Explore page is opened.
type profiler struct {
	stats *stats.Service
	log   *slog.Logger
	next  chan stats.Request
}

func newProfiler(s *stats.Service, log *slog.Logger) *profiler {
	return &profiler{stats: s, log: log, next: make(chan stats.Request, profilesAhead)}
}

// run works until ctx ends.
func (p *profiler) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-p.next:
			_, err := p.stats.Describe(ctx, q, stats.Profile{})
			if err != nil && ctx.Err() == nil && fault.CodeOf(err) != fault.NotFound { // it may be deleted by now
				p.log.Warn("a new table was not profiled", "dataset", q.Dataset, "err", err)
			}
		}
	}
}

// has notes a new table, unless it is large or too many wait.
func (p *profiler) has(owner string, d wire.Dataset) {
	if d.Rows*int64(len(d.Schema)) > profileCells {
		return
	}
	select {
	case p.next <- stats.Request{Owner: owner, Dataset: d.ID, Version: d.Version}:
	default:
	}
}

// profiled is datasets of which the new ones are profiled.
type profiled struct {
	datasets
	profiler *profiler
}

func (p profiled) Ingest(ctx context.Context, owner, name, source string, r io.Reader) (wire.Dataset, error) {
	d, err := p.datasets.Ingest(ctx, owner, name, source, r)
	if err == nil {
		p.profiler.has(owner, d)
	}
	return d, err
}

func (p profiled) IngestFile(ctx context.Context, owner, name, source, path string) (wire.Dataset, error) {
	d, err := p.datasets.IngestFile(ctx, owner, name, source, path)
	if err == nil {
		p.profiler.has(owner, d)
	}
	return d, err
}
