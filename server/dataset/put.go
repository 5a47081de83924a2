package dataset

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Rows is a table that is written as it comes: the result of a transform.
type Rows struct {
	Names []string
	Kinds []table.Kind // Number or Text: how each column's values come; what texts are is found out
	// Each calls write with all rows, batch by batch; their ids don't matter. It
	// returns the error of write at once.
	Each func(ctx context.Context, write func(*table.Batch) error) error
}

// PutInto says what rows are to become.
type PutInto struct {
	Dataset string // id of the dataset that they are the next version of; empty for a new one
	Name    string // of a new dataset
	Change  string // what was done, for the user: "filtered"
	Origin  Origin // the versions that the rows were made from, and how
}

// Put keeps rows as a new dataset, or as the next version of one, with row ids
// from 0. With an error nothing is kept. Memory does not depend on their number.
func (s *Service) Put(ctx context.Context, owner string, into PutInto, rows Rows) (wire.Dataset, error) {
	const op = "dataset.Put"
	if err := checkColumns(rows); err != nil {
		return wire.Dataset{}, err
	}
	if into.Change == "" {
		into.Change = "computed"
	}
	if into.Dataset != "" {
		d, err := again(func() (wire.Dataset, error) { return s.putNext(ctx, owner, into, rows) })
		return d, full(op, err)
	}
	first := Version{Change: into.Change, Kind: wire.ChangeTransform, Origin: into.Origin}
	return s.create(ctx, op, owner, into.Name, "", first, func(work string) (*ingested, int64, error) {
		path := filepath.Join(work, fileName(1))
		in, err := tallied(ctx, path, rows)
		if err != nil {
			return nil, 0, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, 0, err
		}
		return in, info.Size(), nil
	})
}

// putNext keeps rows as the next version of a dataset.
func (s *Service) putNext(ctx context.Context, owner string, into PutInto, rows Rows) (wire.Dataset, error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, into.Dataset, 0)
	if err != nil {
		return wire.Dataset{}, err
	}
	next := v
	next.Number++
	next.File = File{Version: next.Number}
	path := s.file(r.ID, next.File)
	in, err := tallied(ctx, path, rows)
	if err != nil {
		return wire.Dataset{}, err
	}
	r.Stored = in.stored
	next.Rows, next.NextID, next.Hash, next.Schema = in.rows, in.rows, in.hash, in.schema
	next.Kind, next.Change, next.Origin = wire.ChangeTransform, into.Change, into.Origin
	next.Epoch, next.Root, next.Undo, next.Redo = next.Number, next.Number, next.Number, 0
	d, err := s.add(ctx, r, next, nil)
	if err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return d, err
}

// tallied writes rows as a file and counts what they hold.
func tallied(ctx context.Context, path string, rows Rows) (*ingested, error) {
	t := newCounter(rows.Names, rows.Kinds)
	err := writeRows(path, rows.Kinds, false, func(write func(*table.Batch) error) error {
		return rows.Each(ctx, func(b *table.Batch) error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			t.count(b.Columns, b.Rows)
			return write(b)
		})
	})
	if err != nil {
		return nil, err
	}
	if t.rows == 0 {
		return nil, errors.Join(fault.Newf(fault.Invalid, "The result has no row, so there is nothing to keep."), os.Remove(path))
	}
	return t.result(), nil
}

// checkColumns makes sure that columns can be told apart and kept.
func checkColumns(rows Rows) error {
	if len(rows.Names) == 0 || len(rows.Names) != len(rows.Kinds) {
		return fault.Newf(fault.Invalid, "The result has no columns.")
	}
	seen := map[string]bool{}
	for i, name := range rows.Names {
		switch {
		case strings.TrimSpace(name) == "":
			return fault.Newf(fault.Invalid, "Column %d of the result has no name. Give it one.", i+1)
		case seen[name]:
			return fault.Newf(fault.Invalid, "The result has two columns called %q. Give one another name.", name)
		}
		seen[name] = true
		if rows.Kinds[i] != table.Number {
			rows.Kinds[i] = table.Text
		}
	}
	return nil
}

// nameOf checks the name of a dataset.
func nameOf(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		name = "table"
	}
	if len(name) > 200 {
		return "", fault.Fieldf("name", "The name has %d bytes, want at most 200.", len(name))
	}
	return name, nil
}
