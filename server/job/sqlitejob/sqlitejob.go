// Package sqlitejob keeps the queue in a SQLite file that several processes of
// one machine may share. A commit survives the death of the process; the last
// ones before a power cut may be lost, never torn.
package sqlitejob

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite" // and the driver of this name, in pure Go
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
)

//go:embed migration/*.sql
var migrations embed.FS

// Store is a job.Store in a SQLite file.
type Store struct {
	write *sql.DB // one connection: SQLite has one writer at a time
	read  *sql.DB
	opt   job.Options

	mu   sync.Mutex
	wake chan struct{} // closed and replaced when a job may have become due
}

var _ job.Store = (*Store)(nil)

// Open opens the file at path, and makes it if it is not there. The caller closes the store.
func Open(ctx context.Context, path string, o job.Options) (*Store, error) {
	const op = "sqlitejob.Open"
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_txlock": {"immediate"}, // a transaction that will write takes the lock at once and so never fails to upgrade
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"},
	}.Encode()}).String()
	s := &Store{opt: o.WithDefaults(), wake: make(chan struct{})}
	var err error
	if s.write, err = sql.Open("sqlite", dsn); err != nil {
		return nil, fault.Wrap(op, err)
	}
	s.write.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return nil, fault.Wrap(op, errors.Join(err, s.write.Close()))
	}
	if s.read, err = sql.Open("sqlite", dsn); err != nil {
		return nil, fault.Wrap(op, errors.Join(err, s.write.Close()))
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error {
	return fault.Wrap("sqlitejob.Close", errors.Join(s.read.Close(), s.write.Close()))
}

// migrate brings the file's tables up to date. The write lock makes two
// processes that start together take turns.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY) STRICT`)
		return err
	}); err != nil {
		return err
	}
	names, err := fs.Glob(migrations, "migration/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		if err := s.tx(ctx, func(tx *sql.Tx) error {
			r, err := tx.ExecContext(ctx, `INSERT INTO migration (name) VALUES ($1) ON CONFLICT DO NOTHING`, name)
			if err != nil {
				return err
			}
			if n, err := r.RowsAffected(); err != nil || n == 0 {
				return err
			}
			_, err = tx.ExecContext(ctx, string(text))
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// tx runs fn in a transaction that holds the write lock.
func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			return errors.Join(err, e)
		}
		return err
	}
	return tx.Commit()
}

// wakeup returns a channel that is closed when a job may have become due.
func (s *Store) wakeup() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wake
}

// poke wakes all that wait in Lease.
func (s *Store) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.wake)
	s.wake = make(chan struct{})
}

func (s *Store) now() time.Time { return s.opt.Clock.Now().UTC() }

// wrap adds op, keeps what callers test for, and puts a full disk into the user's words.
func wrap(op string, err error) error {
	if err == nil || errors.Is(err, job.ErrLost) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_FULL {
		return &fault.Error{Code: fault.Unavailable, Op: op, Err: errors.Join(syscall.ENOSPC, err), Msg: "The server's disk is full. Make room, then try again."}
	}
	return fault.Wrap(op, err)
}

func unknown(id string) error { return fault.Newf(fault.NotFound, "There is no job %q.", id) }
