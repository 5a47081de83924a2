// Package upload keeps files that come in pieces, by the tus protocol 1.0.0
// (https://tus.io), until they are whole and become datasets. An upload belongs to
// one user; to all others it does not exist. One that stands still for a day is
// removed.
package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	// Life is how long an upload may stand still.
	Life = 24 * time.Hour
	// MostUnfinished is how many uploads a user may have at a time.
	MostUnfinished = 16
)

// Options is what a Store works with. Dir must be set.
type Options struct {
	Dir     string           // where the files are
	Base    string           // path of the URLs, such as /api/v1/uploads/
	Limit   int64            // bytes of one file; 0 means no limit
	Proxied bool             // believe X-Forwarded-Proto and -Host in URLs
	Stall   time.Duration    // how long a client may send nothing; 0 means 30 s
	Now     func() time.Time // nil means time.Now
}

// Store is all uploads.
type Store struct {
	o   Options
	tus *handler.UnroutedHandler

	mu    sync.Mutex
	taken map[string]chan struct{} // closed when it is given back
}

// Open opens the uploads in o.Dir.
func Open(o Options) (*Store, error) {
	const op = "upload.Open"
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Stall <= 0 {
		o.Stall = 30 * time.Second
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.Wrap(op, err)
	}
	s := &Store{o: o, taken: map[string]chan struct{}{}}
	composer := handler.NewStoreComposer()
	files := owned{s}
	composer.UseCore(files)
	composer.UseTerminater(files)
	memorylocker.New().UseIn(composer)
	var err error
	s.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: o.Base, MaxSize: o.Limit, RespectForwardedHeaders: o.Proxied, NetworkTimeout: o.Stall,
		Cors: &handler.CorsConfig{Disable: true}, GracefulRequestCompletionTimeout: time.Second,
		Logger:                  slog.New(slog.NewTextHandler(discard{}, nil)), // each request has its line in the log already
		PreUploadCreateCallback: s.create,
	})
	return s, fault.Wrap(op, err)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// home is the folder of a user's uploads: a user's id may be any text.
func (s *Store) home(owner string) string {
	sum := sha256.Sum256([]byte(owner))
	return filepath.Join(s.o.Dir, hex.EncodeToString(sum[:16]))
}

var idForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// file gives an upload's file; fault.NotFound if id is none.
func (s *Store) file(owner, id string) (string, error) {
	if !idForm.MatchString(id) {
		return "", errGone()
	}
	return filepath.Join(s.home(owner), id), nil
}

func errGone() error {
	return fault.Newf(fault.NotFound, "There is no such upload. It was finished or stopped, or it stood still for a day: begin again.")
}

// doneEnd ends the name of the note that says which dataset an upload became.
const doneEnd = ".done"

// List gives a user's uploads that are not datasets yet, the newest first.
func (s *Store) List(ctx context.Context, owner string) ([]wire.Upload, error) {
	const op = "upload.List"
	names, err := os.ReadDir(s.home(owner))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(op, err)
	}
	out := []wire.Upload{}
	for _, e := range names {
		id, isInfo := strings.CutSuffix(e.Name(), ".info")
		if !isInfo {
			continue
		}
		u, err := s.look(owner, id)
		if fault.CodeOf(err) == fault.NotFound {
			continue // it went meanwhile
		}
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		out = append(out, u)
	}
	slices.SortStableFunc(out, func(a, b wire.Upload) int { return b.Expires.Compare(a.Expires) })
	return out, nil
}

// look gives one upload.
func (s *Store) look(owner, id string) (u wire.Upload, err error) {
	path, err := s.file(owner, id)
	if err != nil {
		return u, err
	}
	b, err := os.ReadFile(path + ".info")
	if errors.Is(err, fs.ErrNotExist) {
		return u, errGone()
	}
	if err != nil {
		return u, err
	}
	var info handler.FileInfo
	if err := json.Unmarshal(b, &info); err != nil {
		return u, err
	}
	stat, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return u, errGone()
	}
	if err != nil {
		return u, err
	}
	u = wire.Upload{ID: id, Name: info.MetaData["filename"], Size: info.Size, Offset: stat.Size(), Expires: stat.ModTime().Add(Life).UTC()}
	u.Modified, _ = strconv.ParseInt(info.MetaData["modified"], 10, 64) // 0 if the client did not say
	return u, nil
}

// Sweep removes what has stood still for too long.
func (s *Store) Sweep() error {
	const op = "upload.Sweep"
	homes, err := os.ReadDir(s.o.Dir)
	if err != nil {
		return fault.Wrap(op, err)
	}
	for _, h := range homes {
		home := filepath.Join(s.o.Dir, h.Name())
		all, err := os.ReadDir(home)
		if err != nil {
			return fault.Wrap(op, err)
		}
		for _, e := range all {
			path := filepath.Join(home, e.Name())
			// The info is as old as the upload: what counts is its file.
			last, err := os.Stat(strings.TrimSuffix(path, ".info"))
			if errors.Is(err, fs.ErrNotExist) {
				last, err = os.Stat(path)
			}
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return fault.Wrap(op, err)
			}
			if s.o.Now().Sub(last.ModTime()) < Life {
				continue
			}
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fault.Wrap(op, err)
			}
			if err := os.Remove(path + ".info"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fault.Wrap(op, err)
			}
		}
		_ = os.Remove(home) // if it is empty
	}
	return nil
}

// Whole is an upload that is whole, held so that nobody else makes a dataset of it.
type Whole struct {
	wire.Upload
	Path    string // of the file, which must not be changed
	Dataset string // what it became already; then there is no file
	release func()
}

// Take holds an upload whose bytes are all there. It waits while another holds it.
// The caller ends with Done, Drop or Release.
func (s *Store) Take(ctx context.Context, owner, id string) (*Whole, error) {
	const op = "upload.Take"
	path, err := s.file(owner, id)
	if err != nil {
		return nil, err
	}
	for {
		s.mu.Lock()
		wait := s.taken[path]
		if wait == nil {
			s.taken[path] = make(chan struct{})
		}
		s.mu.Unlock()
		if wait == nil {
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, fault.Wrap(op, context.Cause(ctx))
		}
	}
	w := &Whole{Path: path, release: func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(s.taken[path])
		delete(s.taken, path)
	}}
	if b, err := os.ReadFile(path + doneEnd); err == nil {
		w.Dataset = string(b)
		return w, nil
	}
	if w.Upload, err = s.look(owner, id); err == nil && w.Offset != w.Size {
		err = fault.Newf(fault.Conflict, "The file is not whole yet: %d of %d bytes are here. Send the rest first.", w.Offset, w.Size)
	}
	if err != nil {
		w.Release()
		return nil, fault.Wrap(op, err)
	}
	return w, nil
}

// Release gives the upload back as it was.
func (w *Whole) Release() { w.release() }

// Drop removes the upload.
func (w *Whole) Drop() error {
	defer w.release()
	return fault.Wrap("upload.Drop", w.remove())
}

func (w *Whole) remove() error {
	var bad []error
	for _, end := range []string{"", ".info"} {
		if err := os.Remove(w.Path + end); !errors.Is(err, fs.ErrNotExist) {
			bad = append(bad, err)
		}
	}
	return errors.Join(bad...)
}

// Done removes the upload and notes what it became, for a client that did not hear it.
func (w *Whole) Done(dataset string) error {
	defer w.release()
	err := os.WriteFile(w.Path+doneEnd, []byte(dataset), 0o600)
	return fault.Wrap("upload.Done", errors.Join(err, w.remove()))
}

// owned keeps each user's files in a folder of their own, so that another's id leads nowhere.
type owned struct{ s *Store }

type ownerKey struct{}

func (o owned) of(ctx context.Context) filestore.FileStore {
	owner, _ := ctx.Value(ownerKey{}).(string) // Serve has put it there
	return filestore.New(o.s.home(owner))
}

// NewUpload is of handler.DataStore.
func (o owned) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	files := o.of(ctx)
	err := os.MkdirAll(files.Path, 0o700)
	if err != nil {
		return nil, words(ctx, err)
	}
	u, err := files.NewUpload(ctx, info)
	return piece{u}, words(ctx, err)
}

// GetUpload is of handler.DataStore.
func (o owned) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	if !idForm.MatchString(id) {
		return nil, handler.ErrNotFound
	}
	u, err := o.of(ctx).GetUpload(ctx, id)
	if err != nil {
		return nil, words(ctx, err)
	}
	return piece{u}, nil
}

// AsTerminatableUpload is of handler.TerminaterDataStore.
func (o owned) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return filestore.FileStore{}.AsTerminatableUpload(u.(piece).Upload)
}
