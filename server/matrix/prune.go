package matrix

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	sitePrefix = ".build-"
	siteFolder = ".d"
)

// site is where a matrix is being built: a lock file, and the folder that only
// its holder makes. The lock tells a builder at work from one that died.
type site struct{ lock *os.File }

func newSite(dir string) (*site, error) {
	for {
		f, err := os.CreateTemp(dir, sitePrefix+"*")
		if err != nil {
			return nil, err
		}
		ok, err := tryLock(f)
		if err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		if !ok || !linked(f) { // Prune took it for a leftover before it was locked
			if err := f.Close(); err != nil {
				return nil, err
			}
			continue
		}
		s := &site{f}
		if err := os.Mkdir(s.folder(), 0o700); err != nil {
			return nil, errors.Join(err, s.clear())
		}
		return s, nil
	}
}

func (s *site) folder() string { return s.lock.Name() + siteFolder }

// clear removes the site. The lock file goes last, and with it the lock.
func (s *site) clear() error {
	return errors.Join(os.RemoveAll(s.folder()), os.Remove(s.lock.Name()), s.lock.Close())
}

// linked reports whether f's name still leads to f.
func linked(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Name())
	return err == nil && os.SameFile(here, there)
}

// Prune removes what builders that died have left in dir, and then the matrices
// that were not opened for longest, until the rest has at most maxBytes. A
// matrix that is open stays readable until it is closed.
func Prune(dir string, maxBytes int64) error {
	return fault.Wrap("matrix.Prune", prune(dir, maxBytes))
}

func prune(dir string, maxBytes int64) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	type matrix struct {
		path  string
		bytes int64
		used  time.Time
	}
	var all []matrix
	var sum int64
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), sitePrefix):
			if err := removeLeftover(path); err != nil {
				return err
			}
		case e.IsDir() && len(e.Name()) == 64:
			m := matrix{path: path}
			if m.bytes, m.used, err = weigh(path); errors.Is(err, fs.ErrNotExist) {
				continue // another process was quicker
			} else if err != nil {
				return err
			}
			sum += m.bytes
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b matrix) int { return a.used.Compare(b.used) })
	for _, m := range all {
		if sum <= maxBytes {
			break
		}
		if err := remove(dir, m.path); err != nil {
			return err
		}
		sum -= m.bytes
	}
	return nil
}

// remove takes a matrix away at once, as far as others can see: by a rename
// into a building site, which is then cleared.
func remove(dir, path string) error {
	s, err := newSite(dir)
	if err != nil {
		return err
	}
	err = os.Rename(path, filepath.Join(s.folder(), "old"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, s.clear())
}

// weigh tells how large a matrix is, and when it was opened last.
func weigh(folder string) (bytes int64, used time.Time, err error) {
	info, err := os.Stat(folder)
	if err != nil {
		return 0, time.Time{}, err
	}
	for _, name := range []string{rowsFile, idsFile} {
		f, err := os.Stat(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a damaged matrix is pruned like any other
		}
		if err != nil {
			return 0, time.Time{}, err
		}
		bytes += f.Size()
	}
	return bytes, info.ModTime(), nil
}

// removeLeftover removes a building site unless its builder is alive.
func removeLeftover(path string) error {
	path = strings.TrimSuffix(path, siteFolder)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) { // its holder removes the folder before the file
		return os.RemoveAll(path + siteFolder)
	}
	if err != nil {
		return err
	}
	ok, err := tryLock(f)
	if err != nil || !ok || !linked(f) {
		return errors.Join(err, f.Close())
	}
	return (&site{f}).clear()
}
