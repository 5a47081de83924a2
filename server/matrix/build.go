package matrix

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// build writes a matrix under another name and renames it. Two builders of the
// same matrix do not disturb one another: the second finds the first one's.
func build(ctx context.Context, dir, key string, src Source, p *prep.Prep, progress func(done, total int64)) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	site, err := newSite(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.clear()) }()
	if err := write(ctx, site.folder(), src, p, progress); err != nil {
		return err
	}
	err = os.Rename(site.folder(), filepath.Join(dir, key))
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFile(dir)
}

// write fills the folder, batch by batch: memory does not grow with the rows.
func write(ctx context.Context, folder string, src Source, p *prep.Prep, progress func(done, total int64)) (err error) {
	rows, err := os.Create(filepath.Join(folder, rowsFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSynced(rows, err)) }()
	ids, err := os.Create(filepath.Join(folder, idsFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSynced(ids, err)) }()
	var (
		vectors []float32
		kept    []int
		names   []int64
	)
	return src.Scan(ctx, p.Names(), func(b *table.Batch) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		vectors, kept = p.Batch(b, vectors[:0], kept[:0])
		names = names[:0]
		for _, i := range kept {
			names = append(names, b.ID(i))
		}
		if _, err := rows.Write(bytesOf(vectors)); err != nil {
			return err
		}
		if _, err := ids.Write(bytesOf(names)); err != nil {
			return err
		}
		if progress != nil {
			progress(b.First+int64(b.Rows), src.Rows())
		}
		return nil
	})
}

// closeSynced closes f; it brings its content to the disk first, unless failed
// says that it is of no use.
func closeSynced(f *os.File, failed error) error {
	if failed != nil {
		return f.Close()
	}
	return errors.Join(f.Sync(), f.Close())
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// wrap adds op, and puts a full disk into the user's words.
func wrap(op string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return &fault.Error{Code: fault.Unavailable, Op: op, Err: err, Msg: "The disk is full: there is no room for the prepared rows. Free some space, then train again."}
	}
	return fault.Wrap(op, err)
}
