package registry_test

import (
	"database/sql"
	"math"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func mustOpen(t *testing.T) (*registry.Registry, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "centroid.db")
	s, err := store.Open(t.Context(), path, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, id := range []string{"ann", "bob"} {
		if err := s.AddUser(t.Context(), auth.User{ID: id, Name: id}); err != nil {
			t.Fatal(err)
		}
	}
	return registry.New(s), path
}

// trained makes a small model that Validate takes.
func trained(name string) *model.Model {
	m := &model.Model{
		Format: model.Format, Name: name, Created: noon,
		Data:      model.Data{Dataset: "d", Name: "iris", Version: 3, Hash: "h", Rows: 5},
		Inputs:    []model.Input{{Name: "x", Kind: table.Number, Example: table.Num(1)}},
		Prep:      prep.Prep{Missing: prep.Drop, Scale: prep.Standard, Columns: []prep.Column{{Name: "x", Offset: 1. / 3, Factor: 3}}},
		Centroids: kmeans.Matrix{Rows: 2, Cols: 1, Data: []float64{-1, math.Pi}},
		Clusters:  []model.Cluster{{Size: 2, Center: []table.Cell{table.Num(0)}}, {Size: 3, Center: []table.Cell{table.Num(9)}}},
		Config:    kmeans.Config{K: 2}.WithDefaults(),
		Training:  model.Training{Inertia: 0.1, Passes: 4, Silhouette: &score.Silhouette{Mean: 0.5}},
	}
	m.Hash = model.HashOf(m)
	return m
}

func code(t *testing.T, what string, err error, want fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Errorf("%s = %v, want %q", what, err, want)
	}
}

func TestModels(t *testing.T) {
	r, _ := mustOpen(t)
	ctx := t.Context()
	m := trained(" first ")
	id, err := r.Put(ctx, "ann", m)
	if err != nil || id == "" || m.ID != id || m.Name != "first" {
		t.Fatalf("Put() = %q, %v; the model has id %q and name %q", id, err, m.ID, m.Name)
	}
	got, err := r.Get(ctx, "ann", id)
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("Get() = %+v, %v, want what was put, %+v", got, err, m)
	}
	later := trained("second")
	later.Created = noon.Add(time.Second)
	if _, err := r.Put(ctx, "ann", later); err != nil || later.ID == id {
		t.Fatalf("second Put() = %q, %v", later.ID, err)
	}
	list, err := r.List(ctx, "ann")
	if err != nil || len(list) != 2 || list[0].ID != later.ID || !reflect.DeepEqual(list[1], registry.Info(m)) {
		t.Errorf("List() = %+v, %v, want the second, then the first", list, err)
	}
	if i := list[1]; i.K != 2 || i.Rows != 5 || i.Version != 3 || i.Inertia != 0.1 || i.Silhouette == nil || *i.Silhouette != 0.5 || i.Hash != m.Hash {
		t.Errorf("info = %+v", i)
	}

	if err := r.Rename(ctx, "ann", id, "  third name "); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Get(ctx, "ann", id); err != nil || got.Name != "third name" || got.Hash != m.Hash {
		t.Errorf("Get() after Rename() = %+v, %v", got, err)
	}

	_, err = r.Get(ctx, "bob", id)
	code(t, "Get() by another", err, fault.NotFound)
	code(t, "Rename() by another", r.Rename(ctx, "bob", id, "mine"), fault.NotFound)
	code(t, "Delete() by another", r.Delete(ctx, "bob", id), fault.NotFound)
	code(t, "PutLabels() by another", r.PutLabels(ctx, "bob", id, []int64{1}, []int32{0}), fault.NotFound)
	_, err = r.Labels(ctx, "bob", id)
	code(t, "Labels() by another", err, fault.NotFound)
	if list, err := r.List(ctx, "bob"); err != nil || list == nil || len(list) != 0 {
		t.Errorf("List(bob) = %v, %v, want an empty one", list, err)
	}

	code(t, "Delete()", r.Delete(ctx, "ann", id), "")
	_, err = r.Get(ctx, "ann", id)
	code(t, "Get() after Delete()", err, fault.NotFound)
	code(t, "Delete() again", r.Delete(ctx, "ann", id), fault.NotFound)
}

func TestNames(t *testing.T) {
	r, _ := mustOpen(t)
	ctx := t.Context()
	id, err := r.Put(ctx, "ann", trained("x"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fault.Code{
		"": fault.Invalid, " \t": fault.Invalid, "a\xff": fault.Invalid,
		strings.Repeat("ü", registry.MaxName): "", strings.Repeat("ü", registry.MaxName+1): fault.Invalid,
		"it's <b> \U0001F600": "",
	} {
		_, err := r.Put(ctx, "ann", trained(name))
		code(t, "Put() with the name "+name, err, want)
		code(t, "Rename() to "+name, r.Rename(ctx, "ann", id, name), want)
	}
}

// TestDamagedModel changes a byte of what was kept: it is not the user's fault.
func TestDamagedModel(t *testing.T) {
	r, path := mustOpen(t)
	id, err := r.Put(t.Context(), "ann", trained("x"))
	if err != nil {
		t.Fatal(err)
	}
	execute(t, path, `UPDATE model_file SET body = CAST(replace(CAST(body AS TEXT), '"offset":0.', '"offset":1.') AS BLOB)`)
	_, err = r.Get(t.Context(), "ann", id)
	code(t, "Get() of a damaged model", err, fault.Internal)
}

func execute(t *testing.T, path, query string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := db.Exec(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%s met %d rows, %v, want 1", query, n, err)
	}
}

// TestLabels puts random labels, in any order, and asks for them in all ways.
func TestLabels(t *testing.T) {
	r, _ := mustOpen(t)
	ctx := t.Context()
	id, err := r.Put(ctx, "ann", trained("x"))
	if err != nil {
		t.Fatal(err)
	}
	const k = 7
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 100, 1<<14 - 1, 1 << 14, 3<<14 + 5} { // about a chunk's rows
		want := map[int64]int{}
		var rows []int64
		var clusters []int32
		for len(rows) < n {
			row := int64(random.IntN(3*n + 1))
			if random.IntN(100) == 0 {
				row = int64(random.Uint64())
			}
			if _, known := want[row]; known {
				continue
			}
			c := random.IntN(k)
			want[row] = c
			rows, clusters = append(rows, row), append(clusters, int32(c))
		}
		given := slices.Clone(rows)
		if err := r.PutLabels(ctx, "ann", id, rows, clusters); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(rows, given) {
			t.Error("PutLabels() changed the order of what it was given")
		}
		l, err := r.Labels(ctx, "ann", id)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(rows)
		var seen []int64
		if err := l.Each(ctx, func(row int64, c int) bool {
			if want[row] != c {
				t.Errorf("Each: row %d is in %d, want %d", row, c, want[row])
			}
			seen = append(seen, row)
			return true
		}); err != nil || !slices.Equal(seen, rows) {
			t.Fatalf("Each gave %d rows, %v, want %d in order", len(seen), err, n)
		}
		for range 200 {
			row := int64(random.IntN(3*n + 10))
			if n > 0 && random.IntN(2) == 0 {
				row = rows[random.IntN(n)]
			}
			c, known := want[row]
			if got, ok, err := l.Of(ctx, row); err != nil || ok != known || got != c {
				t.Fatalf("Of(%d) = %d, %v, %v, want %d, %v", row, got, ok, err, c, known)
			}
		}
		counts, err := l.Counts(ctx, k)
		if err != nil {
			t.Fatal(err)
		}
		all := int64(0)
		for c := range k {
			var mine []int64
			for _, row := range rows {
				if want[row] == c {
					mine = append(mine, row)
				}
			}
			all += counts[c]
			offset := random.IntN(len(mine) + 2)
			window := mine[min(offset, len(mine)):min(offset+20, len(mine))]
			got, total, err := l.Rows(ctx, c, int64(offset), 20)
			if err != nil || total != int64(len(mine)) || counts[c] != total || !slices.Equal(got, window) {
				t.Errorf("Rows(%d, %d, 20) = %v of %d, %v, want %v of %d (counted %d)", c, offset, got, total, err, window, len(mine), counts[c])
			}
		}
		if got, total, err := l.Rows(ctx, -1, 0, 3); err != nil || total != int64(n) || all != total || !slices.Equal(got, rows[:min(3, n)]) {
			t.Errorf("Rows of all = %v of %d, %v", got, total, err)
		}
	}
	if err := r.PutLabels(ctx, "ann", id, []int64{1}, nil); err == nil {
		t.Error("PutLabels() with a row but no cluster went through")
	}
}

func TestDamagedLabels(t *testing.T) {
	r, path := mustOpen(t)
	ctx := t.Context()
	id, err := r.Put(ctx, "ann", trained("x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.PutLabels(ctx, "ann", id, []int64{1, 2, 3}, []int32{0, 1, 0}); err != nil {
		t.Fatal(err)
	}
	execute(t, path, `UPDATE model_label SET body = substr(body, 1, length(body) - 1)`)
	l, err := r.Labels(ctx, "ann", id)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = l.Of(ctx, 2)
	code(t, "Of() of a damaged chunk", err, fault.Internal)
	_, err = l.Counts(ctx, 2)
	code(t, "Counts() of a damaged chunk", err, fault.Internal)
}
