package matrix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// build writes a matrix under another name and renames it. Two builders of the
// same matrix do not disturb one another: the second finds the first one's.
func build(ctx context.Context, dir, key string, src Source, p *prep.Prep, weight string, progress func(done, total int64)) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	site, err := newSite(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.clear()) }()
	if err := write(ctx, site.folder(), src, p, weight, progress); err != nil {
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
func write(ctx context.Context, folder string, src Source, p *prep.Prep, weight string, progress func(done, total int64)) (err error) {
	var files []*os.File
	defer func() {
		for _, f := range files {
			err = errors.Join(err, closeSynced(f, err))
		}
	}()
	create := func(name string) (*os.File, error) {
		f, err := os.Create(filepath.Join(folder, name))
		if err == nil {
			files = append(files, f)
		}
		return f, err
	}
	rows, err := create(rowsFile)
	if err != nil {
		return err
	}
	ids, err := create(idsFile)
	if err != nil {
		return err
	}
	columns := p.Names()
	var weights *os.File
	if weight != "" {
		if weights, err = create(weightsFile); err != nil {
			return err
		}
		columns = append(columns, weight)
	}
	var (
		vectors []float32
		kept    []int
		names   []int64
		heavy   []float64
	)
	return src.Scan(ctx, columns, func(b *table.Batch) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		features := *b
		features.Columns = b.Columns[:len(p.Columns)]
		vectors, kept = p.Batch(&features, vectors[:0], kept[:0])
		if i := p.Directionless(vectors); i >= 0 {
			return fault.Newf(fault.Invalid, "Row %d is zero in all columns after scaling, so it has no direction and no cosine to a cluster. Leave it out, or choose the Euclidean distance.", b.First+int64(kept[i])+1)
		}
		names = names[:0]
		for _, i := range kept {
			names = append(names, b.ID(i))
		}
		if _, err := rows.Write(mapped.BytesOf(vectors)); err != nil {
			return err
		}
		if _, err := ids.Write(mapped.BytesOf(names)); err != nil {
			return err
		}
		if weights != nil {
			heavy = heavy[:0]
			for _, i := range kept {
				w := b.Columns[len(p.Columns)].Numbers[i]
				if !(w >= 0 && w-w == 0) {
					return badWeight(b.First+int64(i)+1, w, weight)
				}
				heavy = append(heavy, w)
			}
			if _, err := weights.Write(mapped.BytesOf(heavy)); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(b.First+int64(b.Rows), src.Rows())
		}
		return nil
	})
}

func badWeight(row int64, w float64, column string) error {
	has := fmt.Sprintf("the weight %v", w)
	if w != w {
		has = "no weight"
	}
	return fault.Fieldf("weight", "Row %d has %s in column %q, want a number, 0 or more. Correct it, or train without weights.", row, has, column)
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
