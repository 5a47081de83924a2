package dataset

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	// patchLimit is how many changes of rows are merged on reading before they
	// are written into a file: as many as a query takes without slowing down.
	patchLimit = 500
	// copiesKept is how many of those files a dataset has: older versions are merged
	// from the file that they began with.
	copiesKept = 2
	// retirement is how long a file stays that nobody is told of any more: who was,
	// in this process or another, has opened it by then.
	retirement = time.Minute
)

// compactor writes changes into files, one dataset at a time, on a goroutine of its own.
type compactor struct {
	mu      sync.Mutex
	waiting []owned
	now     owned              // that is being written
	stop    context.CancelFunc // ends it
	idle    sync.Cond          // told when now has ended
	wake    chan struct{}
	done    chan struct{}
	cancel  context.CancelFunc
	retired []retired // of the goroutine
}

// retired is a file that is to be removed.
type retired struct {
	path  string
	since time.Time
}

// owned names a dataset.
type owned struct{ owner, id string }

func (s *Service) startCompactor() {
	ctx, cancel := context.WithCancel(context.Background())
	c := &s.compactor
	c.cancel, c.wake, c.done = cancel, make(chan struct{}, 1), make(chan struct{})
	c.idle.L = &c.mu
	go func() {
		defer close(c.done)
		tick := time.NewTicker(retirement)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return // what is retired is swept at the next start
			case <-tick.C:
			case <-c.wake:
			}
			for s.compactNext(ctx) {
			}
			s.removeRetired()
		}
	}()
}

// compactNext takes the dataset that has waited longest; false if none waits.
func (s *Service) compactNext(ctx context.Context) bool {
	c := &s.compactor
	c.mu.Lock()
	if len(c.waiting) == 0 || ctx.Err() != nil {
		c.mu.Unlock()
		return false
	}
	c.now, c.waiting = c.waiting[0], c.waiting[1:]
	work, stop := context.WithCancel(ctx)
	c.stop = stop
	now := c.now
	c.mu.Unlock()
	dropped, err := s.compact(work, now.owner, now.id, s.c.PatchLimit)
	for _, path := range dropped {
		c.retired = append(c.retired, retired{path, time.Now()})
	}
	if err != nil && work.Err() == nil && fault.CodeOf(err) != fault.NotFound { // nobody waits for it, and nothing is lost
		s.c.Logger.Error("changes could not be written into a file", "dataset", now.id, "err", err)
	}
	stop()
	c.mu.Lock()
	c.now, c.stop = owned{}, nil
	c.idle.Broadcast()
	c.mu.Unlock()
	return true
}

func (s *Service) removeRetired() {
	c := &s.compactor
	c.retired = slices.DeleteFunc(c.retired, func(r retired) bool {
		if time.Since(r.since) < retirement {
			return false
		}
		if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) { // its dataset may be gone
			s.c.Logger.Error("a file that is not needed could not be removed", "path", r.path, "err", err)
		}
		return true
	})
}

// grown tells that a dataset has more changes.
func (s *Service) grown(owner, id string) {
	c := &s.compactor
	if c.wake == nil {
		return // a guest leaves it to the owner
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.waiting {
		if w.id == id {
			return
		}
	}
	c.waiting = append(c.waiting, owned{owner, id})
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// leave ends what is being done with a dataset, and waits for the end.
func (c *compactor) leave(id string) {
	if c.wake == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.now.id == id {
		c.stop()
		c.idle.Wait()
	}
}

func (c *compactor) close() {
	if c.wake == nil {
		return
	}
	c.cancel()
	<-c.done
}

// Compact writes the changes of rows that a dataset's newest version is merged
// from into a file. Versions, their content and who reads them are not touched.
// Files that are not needed any more are removed when the datasets are opened the next time.
func (s *Service) Compact(ctx context.Context, owner, id string) error {
	_, err := s.compact(ctx, owner, id, 0)
	return fault.Wrap("dataset.Compact", err)
}

// compact does so if there are more than limit changes, and gives the files
// that can be removed when nobody is about to open them.
func (s *Service) compact(ctx context.Context, owner, id string, limit int) (dropped []string, err error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return nil, err
	}
	behind, err := s.c.Meta.Behind(ctx, id, v.File.Version)
	if err != nil || behind <= limit || v.File.Version == v.Number {
		return nil, err
	}
	f := File{Version: v.Number, IDs: !v.dense()}
	path := s.file(id, f)
	if err := writeRows(path, r.Stored, f.IDs, s.copied(ctx, r, v)); err != nil {
		return nil, err
	}
	if err := s.c.Meta.AddFile(ctx, r, f); err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return s.dropCopies(ctx, id)
}

// dropCopies forgets files that can be made again, but for the newest of them.
func (s *Service) dropCopies(ctx context.Context, id string) (dropped []string, err error) {
	files, roots, err := s.c.Meta.Files(ctx, id)
	if err != nil {
		return nil, err
	}
	kept := 0
	for _, f := range files {
		if roots[f.Version] {
			continue
		}
		if kept++; kept <= copiesKept {
			continue
		}
		if err := s.c.Meta.DropFile(ctx, id, f.Version); err != nil {
			return dropped, err
		}
		dropped = append(dropped, s.file(id, f))
	}
	return dropped, nil
}

// sweepFiles removes a dataset's files that Meta does not know: a crash came
// before it did, or after it forgot them.
func (s *Service) sweepFiles(ctx context.Context, id string) error {
	files, _, err := s.c.Meta.Files(ctx, id)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range files {
		known[s.file(id, f)] = true
	}
	all, err := filepath.Glob(filepath.Join(s.c.Dir, id, "v*.parquet"))
	if err != nil {
		return err
	}
	for _, path := range all {
		if known[path] {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
