package device

import (
	"slices"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// TestStore holds both stores to the same promises: memory everywhere, the
// browser's where there is one.
func TestStore(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testStore(t, &memory{}) })
	t.Run("browser", func(t *testing.T) {
		s := browser()
		if _, err := s.All(); fault.CodeOf(err) == fault.Unavailable {
			t.Skip("there is no IndexedDB here")
		}
		testStore(t, s)
	})
}

func testStore(t *testing.T, s Store) {
	check := func(key, want string, there bool) {
		t.Helper()
		got, ok, err := s.Get(key)
		if got != want || ok != there || err != nil {
			t.Errorf("Get(%q) = %q, %v, %v, want %q, %v, nil", key, got, ok, err, want, there)
		}
	}
	all := func(want ...string) {
		t.Helper()
		got, err := s.All()
		slices.Sort(got)
		if !slices.Equal(got, want) || err != nil {
			t.Errorf("All() = %q, %v, want %q, nil", got, err, want)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	all()
	check("a", "", false)
	do(s.Put("a", "1"))
	do(s.Put("b", "")) // an empty text is a text
	check("a", "1", true)
	check("b", "", true)
	all("", "1")
	do(s.Put("a", "zwei ✓")) // in the place of the other
	check("a", "zwei ✓", true)
	do(s.Delete("b"))
	do(s.Delete("b")) // once more
	check("b", "", false)
	all("zwei ✓")
	do(s.Delete("a"))
	all()
}

// made gives a model that Validate takes.
func made(id, name string, minute int) *model.Model {
	m := &model.Model{
		Format: model.Format, ID: id, Name: name, Created: time.Date(2026, 11, 25, 8, minute, 0, 0, time.UTC),
		Inputs:    []model.Input{{Name: "x", Kind: table.Number, Max: 9, Example: table.Num(3)}},
		Prep:      prep.Prep{Missing: prep.Drop, Scale: prep.NoScale, Columns: []prep.Column{{Name: "x", Factor: 1}}},
		Centroids: kmeans.Matrix{Rows: 2, Cols: 1, Data: []float64{.1, 8}},
		Clusters:  []model.Cluster{{Size: 1, Center: []table.Cell{table.Num(.1)}}, {Size: 2, Center: []table.Cell{table.Num(8)}}},
	}
	m.Hash = model.HashOf(m)
	return m
}

func TestModels(t *testing.T) {
	s := &memory{}
	for _, m := range []*model.Model{made("b", "old", 1), made("c", "new", 9), made("a", "old too", 1), made("c", "renamed", 9)} {
		if err := save(s, m); err != nil {
			t.Fatal(err)
		}
	}
	names := func() (out []string, err error) {
		all, err := models(s)
		for _, m := range all {
			out = append(out, m.Name)
		}
		return out, err
	}
	want := []string{"renamed", "old too", "old"} // the newest first, then by id
	if got, err := names(); !slices.Equal(got, want) || err != nil {
		t.Errorf("Models() = %q, %v, want %q, nil", got, err, want)
	}
	if m, err := get(s, "c"); err != nil || m.Name != "renamed" || m.Centroids.Data[0] != .1 {
		t.Errorf("Model(c) = %+v, %v, want the one that was saved last", m, err)
	}
	if _, err := get(s, "x"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("Model(x) = %v, want %s", err, fault.NotFound)
	}
	if err := save(s, made("", "nameless", 1)); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("SaveModel without an id = %v, want %s", err, fault.Invalid)
	}
	if err := s.Put("z", `{"format":1}`); err != nil { // what is broken hides no other
		t.Fatal(err)
	}
	if got, err := names(); !slices.Equal(got, want) || fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Models() with a broken one = %q, %v, want %q, %s", got, err, want, fault.Invalid)
	}
	if _, err := get(s, "z"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Model(z) = %v, want %s", err, fault.Invalid)
	}
}
