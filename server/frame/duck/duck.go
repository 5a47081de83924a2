// Package duck computes frames with DuckDB, each plan in a sandbox of its own.
package duck

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// DuckDB computes frames of all users.
type DuckDB struct {
	box    runner
	parser *parser
	cache  *cache
}

// runner is what DuckDB asks of sandbox.Box.
type runner interface {
	Run(ctx context.Context, j sandbox.Job, out *os.File) ([]sandbox.Column, error)
	ScratchOnDisk() (*os.File, error)
	Queue(owner string) sandbox.Queue
}

// Options is what a DuckDB works with. Box and Dir must be set.
type Options struct {
	Box    *sandbox.Box
	Dir    string           // of what is persisted on disk; it is made if it is not there
	Memory int64            // bytes of all that is persisted in memory; 0 means 512 MB
	Disk   int64            // bytes of all that is persisted on disk; 0 means 16 GB
	Now    func() time.Time // nil means time.Now
}

// New makes a DuckDB. The caller closes it.
func New(o Options) (*DuckDB, error) {
	p, err := newParser()
	if err != nil {
		return nil, fault.Wrap("duck.New", err)
	}
	c, err := openCache(o)
	if err != nil {
		return nil, errors.Join(fault.Wrap("duck.New", err), p.close())
	}
	return &DuckDB{box: o.Box, parser: p, cache: c}, nil
}

// Close ends it, when no plan is computed any more. What is persisted on disk stays.
func (d *DuckDB) Close() error { return errors.Join(d.cache.close(), d.parser.close()) }

// For gives the engine of one user's tables.
func (d *DuckDB) For(owner string, tables Tables) frame.Engine {
	return &user{d: d, owner: owner, tables: tables}
}

// Queue tells where the queries of a user are.
func (d *DuckDB) Queue(owner string) wire.FrameQueue {
	q := d.box.Queue(owner)
	return wire.FrameQueue{Running: q.Running, Waiting: q.Waiting, Ahead: q.Ahead}
}

// user is the engine of one user.
type user struct {
	d      *DuckDB
	owner  string
	tables Tables
}

func (u *user) build() *build {
	return &build{e: u, taken: map[string]bool{}, opened: map[string]bool{}}
}

// memoryRows is how many rows are few enough to be held in memory.
const memoryRows = 20_000

// Columns gives the columns of the plan's rows.
func (u *user) Columns(ctx context.Context, steps []wire.Step) (columns []wire.FrameColumn, err error) {
	const op = "duck.Columns"
	if err := frame.Check("steps", steps); err != nil {
		return nil, err
	}
	b := u.build()
	defer func() { err = errors.Join(err, b.free()) }()
	r, err := b.plan(ctx, "steps", steps)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	columns, err = b.columns(ctx, r.sql)
	return columns, fault.Wrap(op, err)
}

// Run computes the rows of a plan.
func (u *user) Run(ctx context.Context, steps []wire.Step, limit int64) (_ frame.Rows, err error) {
	const op = "duck.Run"
	if err := frame.Check("steps", steps); err != nil {
		return nil, err
	}
	b := u.build()
	defer func() { err = errors.Join(err, b.free()) }()
	r, err := b.plan(ctx, "steps", steps)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	scratch := u.d.box.ScratchOnDisk
	if limit > 0 && limit <= memoryRows {
		scratch = sandbox.Scratch
	}
	out, err := scratch()
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	rows, err := b.run(ctx, r.sql, limit, out)
	if err != nil {
		return nil, errors.Join(fault.Wrap(op, err), out.Close())
	}
	return rows, nil
}

// run writes the rows of q into out, which the rows own if all goes well.
func (b *build) run(ctx context.Context, q text, limit int64, out *os.File) (*rows, error) {
	job := sandbox.Job{Owner: b.e.owner, Tables: b.tables, Query: q.String()}
	if limit > 0 {
		job.Limit = limit + 1 // one more tells that there are more
	}
	job.Inputs = b.files()
	columns, err := b.e.d.box.Run(ctx, job, out)
	if err != nil {
		return nil, words(q, err)
	}
	return openRows(out, columns, limit)
}

// columns asks the sandbox for the columns of q.
func (b *build) columns(ctx context.Context, q text) ([]wire.FrameColumn, error) {
	out, err := sandbox.Scratch()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	job := sandbox.Job{Owner: b.e.owner, Tables: b.tables, Query: q.String(), Describe: true, Inputs: b.files()}
	columns, err := b.e.d.box.Run(ctx, job, out)
	if err != nil {
		return nil, words(q, err)
	}
	list := make([]wire.FrameColumn, len(columns))
	for i, c := range columns {
		list[i] = columnOf(c.Name, c.Type)
	}
	return list, nil
}
