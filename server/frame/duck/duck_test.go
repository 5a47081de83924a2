package duck_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/server/frame/frametest"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/server/store"
)

// The test binary is the sandbox's process too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "sandbox" {
		if err := sandbox.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// rig is a DuckDB over datasets of the user ada.
type rig struct {
	db    *duck.DuckDB
	data  *dataset.Service
	owner string
	o     duck.Options
}

func open(t testing.TB, o duck.Options) *rig {
	t.Helper()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	meta, err := store.Open(t.Context(), filepath.Join(dir, "centroid.db"), time.Now)
	must(err)
	t.Cleanup(func() { must(meta.Close()) })
	r := &rig{owner: "ADA"}
	must(meta.AddUser(t.Context(), auth.User{ID: r.owner, Name: r.owner, Created: time.Now()}))
	r.data, err = dataset.Open(t.Context(), dataset.Config{Dir: filepath.Join(dir, "dataset"), Meta: meta})
	must(err)
	t.Cleanup(func() { must(r.data.Close()) })
	exe, err := os.Executable()
	must(err)
	o.Box, err = sandbox.New(sandbox.Options{Command: []string{exe, "sandbox"}, Dir: filepath.Join(dir, "sandbox")})
	must(err)
	if o.Dir == "" {
		o.Dir = filepath.Join(dir, "frame")
	}
	r.o = o
	r.db, err = duck.New(o)
	must(err)
	t.Cleanup(func() { must(r.db.Close()) })
	return r
}

// restart closes the DuckDB and opens it again.
func (r *rig) restart(t testing.TB) {
	t.Helper()
	err := r.db.Close()
	if err == nil {
		r.db, err = duck.New(r.o)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) engine() frame.Engine {
	return r.db.For(r.owner, duck.Datasets{Service: r.data, Owner: r.owner})
}

func (r *rig) ingest(t testing.TB, name, csv string) (id string) {
	t.Helper()
	d, err := r.data.Ingest(t.Context(), r.owner, name, "", strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	return d.ID
}

func TestEngine(t *testing.T) {
	frametest.Run(t, func(t *testing.T, csv map[string]string) (frame.Engine, map[string]string) {
		r := open(t, duck.Options{})
		ids := map[string]string{}
		for name, text := range csv {
			ids[name] = r.ingest(t, name, text)
		}
		return r.engine(), ids
	})
}
