// Package store keeps accounts, datasets' metadata and models' metadata in one
// SQLite file. A method is a transaction: it happens as a whole or not at all.
// Times are UTC.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	"golang.org/x/sys/unix"
	"modernc.org/sqlite" // and the driver of this name
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/centroid-studio/centroid/shared/fault"
)

//go:embed migration/*.sql
var migrations embed.FS

// Store is the open file.
type Store struct {
	write *sql.DB // one connection: SQLite has one writer
	read  *sql.DB
	now   func() time.Time
}

// Open opens the file, makes it if it is not there, and brings its tables up
// to date. The caller closes the store.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	const op = "store.Open"
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_time_format=sqlite&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)"
	write, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, errors.Join(fault.Wrap(op, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	s := &Store{write: write, read: read, now: now}
	if err := s.migrate(ctx, path); err != nil {
		return nil, errors.Join(fault.Wrap(op, err), s.Close())
	}
	return s, nil
}

// migrate brings the tables up to date. Processes that start together take
// turns: a lock file, which stays, tells them.
func (s *Store) migrate(ctx context.Context, path string) error {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close() // and with it the lock; nothing was written
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return os.NewSyscallError("flock", err)
	}
	dir, err := fs.Sub(migrations, "migration")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.write, dir)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Close ends the store.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// tx runs fn in a write transaction.
func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// millis and at keep times as milliseconds since 1970.
func millis(t time.Time) int64 { return t.UnixMilli() }
func at(ms int64) time.Time    { return time.UnixMilli(ms).UTC() }

// wrap adds op, and puts a full disk into the user's words.
func wrap(op string, err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_FULL {
		return &fault.Error{Code: fault.Unavailable, Op: op, Err: errors.Join(syscall.ENOSPC, err), Msg: "The server's disk is full. Make room, then try again."}
	}
	return fault.Wrap(op, err)
}

// missing turns "no rows" into NotFound.
func missing(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Newf(fault.NotFound, format, args...)
	}
	return err
}

// taken reports whether err is a breach of a UNIQUE constraint.
func taken(err error) bool {
	return err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed")
}

// affected gives NotFound when an UPDATE or DELETE met no row.
func affected(res sql.Result, what string) error {
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Newf(fault.NotFound, "There is no such %s.", what)
	}
	return nil
}
