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
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
)

// folder is the open data folder, which several processes may share: one
// server, and workers and commands as guests.
type folder struct {
	store    *store.Store
	queue    *sqlitejob.Store
	datasets *dataset.Service
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
	// Two processes that start together take turns in bringing the tables up to date.
	turn, err := lockFile(filepath.Join(c.Data, "open.lock"), syscall.LOCK_EX)
	if err != nil {
		return fault.Wrap("main.openFolder", err)
	}
	defer func() { err = errors.Join(err, turn.Close()) }()
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
func own(dir string) (*os.File, error) {
	lock, err := lockFile(filepath.Join(dir, "server.lock"), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, &fault.Error{Code: fault.Conflict, Field: "data", Op: "main.own",
			Msg: fmt.Sprintf("The data folder %s is in use by another server%s. Stop that one, or name another folder with --data (or CENTROID_DATA). To train with more processes, start `centroid worker`.", dir, holder(dir))}
	}
	if err != nil {
		return nil, fault.Wrap("main.own", err)
	}
	if err = lock.Truncate(0); err == nil {
		_, err = fmt.Fprintf(lock, "%d\n", os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(fault.Wrap("main.own", err), lock.Close())
	}
	return lock, nil
}

// holder names the process that has the folder, as far as it can be told.
func holder(dir string) string {
	f, err := os.Open(filepath.Join(dir, "server.lock"))
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 32))
	if id := strings.TrimSpace(string(b)); err == nil && id != "" {
		return ", process " + id
	}
	return ""
}

// lockFile opens a file, makes it if it is not there, and locks it until it is closed.
func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
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
