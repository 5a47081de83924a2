package duck_test

import (
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
	"github.com/centroid-studio/centroid/server/sandbox/sandboxtest"
	"github.com/centroid-studio/centroid/server/store"
)

func TestMain(m *testing.M) { sandboxtest.Main(m) }

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
	o.Box = sandboxtest.New(t, sandbox.Options{})
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
