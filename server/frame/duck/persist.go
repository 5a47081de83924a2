package duck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// read makes an answer that is kept known to the sandbox.
func (b *build) read(k note, rows *shared) relation {
	list := make([]string, len(k.Columns))
	var r relation
	for i, c := range k.Columns {
		list[i] = fmt.Sprintf("c%d::%s AS %s", i, c.Type, sandbox.Name(c.Name))
		r.columns = append(r.columns, columnOf(c.Name, c.Type))
	}
	path := sandbox.Input(len(b.inputs))
	b.inputs = append(b.inputs, rows)
	name := fmt.Sprintf("\x01kept %d", len(b.inputs))
	b.tables = append(b.tables, sandbox.Table{Name: name, SQL: "SELECT " + strings.Join(list, ", ") + " FROM read_parquet(" + sandbox.Literal(path) + ")"})
	r.sql = ours("SELECT * FROM " + sandbox.Name(name))
	return r
}

// files gives the files that the tables read.
func (b *build) files() (list []*os.File) {
	for _, rows := range b.inputs {
		list = append(list, rows.file)
	}
	return list
}

// free gives back what the build has in use.
func (b *build) free() error {
	var err error
	for _, rows := range b.inputs {
		err = errors.Join(err, b.e.d.cache.done(rows))
	}
	b.inputs = nil
	return fault.Wrap("duck.free", err)
}

// Sources gives the versions of the tables that a plan reads.
func (u *user) Sources(ctx context.Context, steps []wire.Step) ([]wire.Parent, error) {
	if err := frame.Check("steps", steps); err != nil {
		return nil, err
	}
	p, err := u.pin(ctx, "steps", steps)
	return p.uses, fault.Wrap("duck.Sources", err)
}

// ID gives the id under which Persist keeps the rows of a plan.
func (u *user) ID(ctx context.Context, steps []wire.Step) (string, error) {
	if err := frame.Check("steps", steps); err != nil {
		return "", err
	}
	p, err := u.pin(ctx, "steps", steps)
	if err != nil {
		return "", fault.Wrap("duck.ID", err)
	}
	return p.ids[len(p.ids)-1], nil
}

// Persist computes the rows of a plan and keeps them.
func (u *user) Persist(ctx context.Context, steps []wire.Step, level string) (info wire.Persisted, err error) {
	const op = "duck.Persist"
	if err := frame.Check("steps", steps); err != nil {
		return info, err
	}
	if level == "" {
		level = wire.MemoryAndDisk
	}
	if !slices.Contains([]string{wire.Memory, wire.Disk, wire.MemoryAndDisk}, level) {
		return info, fault.Fieldf("level", "There is no level %q; choose memory, disk or memory-and-disk.", level)
	}
	p, err := u.pin(ctx, "steps", steps)
	if err != nil {
		return info, fault.Wrap(op, err)
	}
	id := p.ids[len(p.ids)-1]
	info, ok, err := u.d.cache.move(u.owner, id, level)
	if ok || err != nil {
		return info, fault.Wrap(op, err)
	}
	b := u.build()
	defer func() { err = errors.Join(err, b.free()) }()
	r, err := b.plan(ctx, "steps", steps)
	if err != nil {
		return info, fault.Wrap(op, err)
	}
	// What goes to disk comes by way of a file that has no name: a crash leaves nothing.
	scratch := sandbox.Scratch
	if level == wire.Disk {
		scratch = u.d.box.ScratchOnDisk
	}
	out, err := scratch()
	if err != nil {
		return info, fault.Wrap(op, err)
	}
	rows, err := b.run(ctx, r.sql, 0, out)
	if err != nil {
		return info, errors.Join(fault.Wrap(op, err), out.Close())
	}
	stat, err := out.Stat()
	if err != nil {
		return info, errors.Join(fault.Wrap(op, err), out.Close())
	}
	k := &kept{rows: &shared{file: out}, note: note{Owner: u.owner, Uses: p.uses,
		Info: wire.Persisted{ID: id, Steps: p.steps, Level: level, Rows: rows.Len(), Bytes: stat.Size()}}}
	for _, c := range rows.Columns() {
		k.Columns = append(k.Columns, sandbox.Column{Name: c.Name, Type: c.Type})
	}
	if info, err = u.d.cache.add(k); err != nil {
		return info, errors.Join(fault.Wrap(op, err), out.Close())
	}
	return info, nil
}

// Unpersist forgets what is kept under id.
func (u *user) Unpersist(_ context.Context, id string) error {
	ok, err := u.d.cache.forget(u.owner, id)
	if err == nil && !ok {
		err = fault.Newf(fault.NotFound, "Nothing is persisted under this id.")
	}
	return fault.Wrap("duck.Unpersist", err)
}

// Persisted lists what is kept.
func (u *user) Persisted(ctx context.Context) ([]wire.Persisted, error) {
	const op = "duck.Persisted"
	list, err := u.tables.List(ctx)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	there := map[string]bool{}
	for _, e := range list {
		there[e.ID] = true
	}
	out := []wire.Persisted{}
	for _, k := range u.d.cache.list(u.owner) {
		if slices.ContainsFunc(k.Uses, func(t wire.Parent) bool { return !there[t.Dataset] }) {
			if _, err := u.d.cache.forget(u.owner, k.Info.ID); err != nil {
				return nil, fault.Wrap(op, err)
			}
			continue
		}
		out = append(out, k.told())
	}
	return out, nil
}
