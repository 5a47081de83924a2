package store_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/fault"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// mustOpen opens an empty store with the users ann and bob.
func mustOpen(t *testing.T) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "50% of ann's?#ü.db")
	s, err := store.Open(t.Context(), path, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, id := range []string{"ann", "bob"} {
		must(t, s.AddUser(t.Context(), auth.User{ID: id, Name: strings.ToUpper(id), Password: "hash of " + id, Created: noon}))
	}
	return s, path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(t *testing.T, what string, err error, want fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Errorf("%s = %v, want %q", what, err, want)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s = %+v, want %+v", what, got, want)
	}
}

// inspect opens the file beside the store, to look at what no method shows.
func inspect(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// count gives the rows of a table.
func count(t *testing.T, path, table string) (n int) {
	t.Helper()
	must(t, inspect(t, path).QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func TestMigrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centroid.db")
	var wg sync.WaitGroup
	for range 4 { // several processes may start together
		wg.Go(func() {
			s, err := store.Open(t.Context(), path, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s, err := store.Open(t.Context(), path, time.Now)
	must(t, err)
	must(t, s.AddUser(t.Context(), auth.User{ID: "kept", Name: "kept"}))
	must(t, s.Close())
	s, err = store.Open(t.Context(), path, time.Now)
	must(t, err)
	defer s.Close()
	u, err := s.User(t.Context(), "kept")
	if err != nil || u.Name != "kept" {
		t.Errorf("User() after opening again = %+v, %v", u, err)
	}
	db := inspect(t, path)
	for _, table := range []string{"user", "token", "dataset", "dataset_version", "dataset_patch", "model", "model_file", "model_label"} {
		if n := 0; db.QueryRow(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1`, table).Scan(&n) != nil || n != 1 {
			t.Errorf("table %s is there %d times, want once", table, n)
		}
	}
	var mode string
	must(t, db.QueryRow(`PRAGMA journal_mode`).Scan(&mode))
	if mode != "wal" {
		t.Errorf("journal mode %q, want wal", mode)
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "no", "folder", "x.db"), time.Now); err == nil {
		t.Error("Open() in a folder that is not there went through")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(ctx, filepath.Join(t.TempDir(), "x.db"), time.Now); !errors.Is(err, context.Canceled) {
		t.Errorf("Open() with an ended context = %v", err)
	}
}
