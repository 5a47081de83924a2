package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/httpd"
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/sqlitejob"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/server/upload"
	"github.com/centroid-studio/centroid/shared/fault"
)

// folder is the open data folder, which several processes may share: one
// server, and workers and commands as guests.
type folder struct {
	store    *store.Store
	queue    *sqlitejob.Store
	datasets *dataset.Service
	uploads  *upload.Store // nil for a guest
	models   *registry.Registry
	matrix   string // where prepared rows are kept

	closers []func() error
}

// openFolder opens the data folder and makes it if it is not there. As its
// owner, not as a guest, it removes what a crash left half made; a second owner
// is fault.Conflict. The caller closes the folder.
func openFolder(ctx context.Context, c config.Config, guest bool) (*folder, error) {
	if err := c.Prepare(); err != nil {
		return nil, err
	}
	f := &folder{matrix: filepath.Join(c.Data, "matrix")}
	if err := f.fill(ctx, c, guest); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// fill opens the parts. After an error some may be open.
func (f *folder) fill(ctx context.Context, c config.Config, guest bool) (err error) {
	if !guest {
		lock, err := own(c.Data)
		if err != nil {
			return err
		}
		f.closers = append(f.closers, lock.Close)
	}
	if f.store, err = store.Open(ctx, filepath.Join(c.Data, "centroid.db"), time.Now); err != nil {
		return err
	}
	f.closers = append(f.closers, f.store.Close)
	if f.queue, err = sqlitejob.Open(ctx, filepath.Join(c.Data, "job.db"), job.Options{}); err != nil {
		return err
	}
	f.closers = append(f.closers, f.queue.Close)
	f.datasets, err = dataset.Open(ctx, dataset.Config{
		Dir: filepath.Join(c.Data, "dataset"), Meta: f.store, UploadLimit: int64(c.UploadLimit), Guest: guest,
	})
	if err != nil {
		return err
	}
	f.closers = append(f.closers, f.datasets.Close)
	if !guest {
		f.uploads, err = upload.Open(upload.Options{Dir: filepath.Join(c.Data, "upload"), Base: httpd.UploadPath, Limit: int64(c.UploadLimit), Proxied: c.Proxies > 0})
		if err != nil {
			return err
		}
	}
	f.models = registry.New(f.store)
	return nil
}

// Close closes the parts in the reverse order of their opening.
func (f *folder) Close() error {
	var err error
	for i := len(f.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, f.closers[i]())
	}
	f.closers = nil
	return err
}

// own takes the folder for a server until the file is closed.
func own(dir string) (lock *os.File, err error) {
	const op = "main.own"
	if lock, err = os.OpenFile(filepath.Join(dir, "server.lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fault.Wrap(op, err)
	}
	if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		taken := &fault.Error{Code: fault.Conflict, Field: "data", Op: op,
			Msg: fmt.Sprintf("The data folder %s is in use by another server%s. Stop that one, or name another folder with --data (or CENTROID_DATA). To train with more processes, start `centroid worker`.", dir, holder(lock))}
		return nil, errors.Join(taken, lock.Close())
	}
	if err == nil {
		err = lock.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(lock, "%d\n", os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(fault.Wrap(op, err), lock.Close())
	}
	return lock, nil
}

// holder names the process that has written itself into the lock, as far as it can be told.
func holder(lock io.Reader) string {
	b, err := io.ReadAll(io.LimitReader(lock, 32))
	if id := strings.TrimSpace(string(b)); err == nil && id != "" {
		return ", process " + id
	}
	return ""
}

// open gives a worker the rows of a dataset.
func (f *folder) open(ctx context.Context, owner, id string, version int) (train.Data, error) {
	s, err := f.datasets.Source(ctx, owner, id, version)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// datasets is dataset.Service as httpd wants it.
type datasets struct{ *dataset.Service }

// Open gives a version's rows; the caller closes them.
func (d datasets) Open(ctx context.Context, owner, id string, version int) (httpd.Table, error) {
	s, err := d.Source(ctx, owner, id, version)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// tables is dataset.Service as stats wants it.
type tables struct{ *dataset.Service }

// Open gives a version's rows; the caller closes them.
func (d tables) Open(ctx context.Context, owner, id string, version int) (stats.Table, error) {
	s, err := d.Source(ctx, owner, id, version)
	if err != nil {
		return nil, err
	}
	return s, nil
}
