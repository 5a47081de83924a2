package dataset

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// writeRows writes the rows that each gives, kept as kinds say, as a file that
// is not there yet. Readers know of a file when Meta does, so that one half
// written is never read; Open removes it.
func writeRows(path string, kinds []table.Kind, ids bool, each func(write func(*table.Batch) error) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.Newf(fault.Conflict, "Another change of the dataset is under way. Try again.")
	}
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	buffered := bufio.NewWriterSize(f, 1<<20)
	w, err := newParquetWriter(buffered, kinds, ids)
	if err != nil {
		return err
	}
	var row []int64
	err = each(func(b *table.Batch) error {
		bytes := 0
		for _, v := range b.Columns {
			for _, text := range v.Texts {
				bytes += len(text)
			}
		}
		row = row[:0]
		for i := range b.Rows {
			if ids {
				row = append(row, b.ID(i))
			}
		}
		return w.WriteRows(b.Columns, b.Rows, bytes, row)
	})
	if err != nil {
		return err
	}
	if err := errors.Join(w.Close(), buffered.Flush(), f.Sync()); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// copied gives the rows of a version, as they are kept, to a writer.
func (s *Service) copied(ctx context.Context, r Record, v Version) func(write func(*table.Batch) error) error {
	raw, _ := asStored(r, v)
	var names []string
	for _, c := range v.Schema {
		names = append(names, c.Name)
	}
	return func(write func(*table.Batch) error) error {
		src, err := s.source(ctx, r, raw)
		if err != nil {
			return err
		}
		return errors.Join(src.Scan(ctx, names, write), src.Close())
	}
}

// asStored gives a version whose columns are read as they are kept, and
// whether it reads any otherwise.
func asStored(r Record, v Version) (raw Version, otherwise bool) {
	raw = v
	raw.Schema = slices.Clone(v.Schema)
	for i, stored := range r.Stored {
		otherwise = otherwise || (stored == table.Number) != (v.Schema[i].Kind == table.Number)
		raw.Schema[i].Kind = stored
	}
	return raw, otherwise
}

// dense reports whether the ids of a version's rows are 0, 1, 2, ...
func (v Version) dense() bool { return v.Rows == v.NextID }

// rewritten makes next with a file of its own, which has the rows of from.
func (s *Service) rewritten(ctx context.Context, from, next Version, newest Record) (wire.Dataset, error) {
	r, _, err := s.c.Meta.Dataset(ctx, newest.Owner, newest.ID, from.Number) // how its columns are kept
	if err != nil {
		return wire.Dataset{}, err
	}
	if next.NextID, err = s.c.Meta.NextID(ctx, r.ID, from.Epoch); err != nil {
		return wire.Dataset{}, err
	}
	return s.rooted(ctx, r, next, s.copied(ctx, r, from))
}

// rooted makes next, with the rows that each gives in a file of its own.
func (s *Service) rooted(ctx context.Context, r Record, next Version, each func(write func(*table.Batch) error) error) (wire.Dataset, error) {
	next.File = File{Version: next.Number, IDs: !next.dense()}
	next.Root = next.Number
	path := s.file(r.ID, next.File)
	if err := writeRows(path, r.Stored, next.File.IDs, each); err != nil {
		return wire.Dataset{}, err
	}
	d, err := s.add(ctx, r, next, nil)
	if err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return d, err
}
