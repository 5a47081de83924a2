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
		if _, err := s.All("ada"); fault.CodeOf(err) == fault.Unavailable {
			t.Skip("there is no IndexedDB here")
		}
		testStore(t, s)
	})
}

func testStore(t *testing.T, s Store) {
	check := func(owner, key, want string, there bool) {
		t.Helper()
		got, ok, err := s.Get(owner, key)
		if got != want || ok != there || err != nil {
			t.Errorf("Get(%q, %q) = %q, %v, %v, want %q, %v, nil", owner, key, got, ok, err, want, there)
		}
	}
	all := func(owner string, want ...string) {
		t.Helper()
		got, err := s.All(owner)
		slices.Sort(got)
		if !slices.Equal(got, want) || err != nil {
			t.Errorf("All(%q) = %q, %v, want %q, nil", owner, got, err, want)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	all("ada")
	check("ada", "a", "", false)
	do(s.Put("ada", "a", "1"))
	do(s.Put("ada", "b", "")) // an empty text is a text
	check("ada", "a", "1", true)
	check("ada", "b", "", true)
	all("ada", "", "1")
	do(s.Put("ada", "a", "zwei ✓")) // in the place of the other
	check("ada", "a", "zwei ✓", true)

	// Owners whose names sort beside hers, and one whose name and key make hers when joined.
	for _, other := range []string{"ad", "ada0", "bob", "", "ada,a"} {
		all(other)
		check(other, "a", "", false)
		do(s.Delete(other, "a"))
		do(s.Put(other, "a", "not ada's"))
		all(other, "not ada's")
		check("ada", "a", "zwei ✓", true)
		all("ada", "", "zwei ✓")
		do(s.Delete(other, "a"))
		all(other)
	}

	do(s.Delete("ada", "b"))
	do(s.Delete("ada", "b")) // once more
	check("ada", "b", "", false)
	all("ada", "zwei ✓")
	do(s.Delete("ada", "a"))
	all("ada")

	// All of one owner at once, and of nobody else.
	for _, owner := range []string{"ada", "ada0", "ad"} {
		do(s.Put(owner, "a", "1"))
		do(s.Put(owner, "b", "2"))
	}
	if n, bytes, err := size(s, "ada"); n != 2 || bytes != 2 || err != nil {
		t.Errorf("Size() = %d, %d, %v, want 2, 2, nil", n, bytes, err)
	}
	do(clearAll(s, ""))
	all("ada", "1", "2")
	do(clearAll(s, "ada"))
	do(clearAll(s, "ada")) // once more
	all("ada")
	for _, owner := range []string{"ada0", "ad"} {
		all(owner, "1", "2")
		do(s.Clear(owner))
	}
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
		if err := save(s, "ada", m); err != nil {
			t.Fatal(err)
		}
	}
	names := func() (out []string, err error) {
		all, err := models(s, "ada")
		for _, m := range all {
			out = append(out, m.Name)
		}
		return out, err
	}
	want := []string{"renamed", "old too", "old"} // the newest first, then by id
	if got, err := names(); !slices.Equal(got, want) || err != nil {
		t.Errorf("Models() = %q, %v, want %q, nil", got, err, want)
	}
	if m, err := get(s, "ada", "c"); err != nil || m.Name != "renamed" || m.Centroids.Data[0] != .1 {
		t.Errorf("Model(c) = %+v, %v, want the one that was saved last", m, err)
	}
	if _, err := get(s, "ada", "x"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("Model(x) = %v, want %s", err, fault.NotFound)
	}
	if err := save(s, "ada", made("", "nameless", 1)); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("SaveModel without an id = %v, want %s", err, fault.Invalid)
	}
	if err := s.Put("ada", "z", `{"format":1}`); err != nil { // what is broken hides no other
		t.Fatal(err)
	}
	if got, err := names(); !slices.Equal(got, want) || fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Models() with a broken one = %q, %v, want %q, %s", got, err, want, fault.Invalid)
	}
	if _, err := get(s, "ada", "z"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Model(z) = %v, want %s", err, fault.Invalid)
	}
}

// TestOwners holds the models of two accounts apart, and those of nobody away.
func TestOwners(t *testing.T) {
	s := &memory{}
	for owner, m := range map[string]*model.Model{"ada": made("a", "ada's", 1), "bob": made("a", "bob's", 2)} {
		if err := save(s, owner, m); err != nil {
			t.Fatal(err)
		}
	}
	check := func(owner, want string) {
		t.Helper()
		all, err := models(s, owner)
		m, getErr := get(s, owner, "a")
		if want == "" {
			if len(all) != 0 || err != nil || fault.CodeOf(getErr) != fault.NotFound {
				t.Errorf("models of %q = %v, %v; Model(a) = %v, %v, want none", owner, all, err, m, getErr)
			}
			return
		}
		if len(all) != 1 || all[0].Name != want || err != nil || getErr != nil || m.Name != want {
			t.Errorf("models of %q = %v, %v; Model(a) = %v, %v, want %s alone", owner, all, err, m, getErr, want)
		}
	}
	if err := save(s, "", made("a", "nobody's", 1)); fault.CodeOf(err) != fault.NoLogin {
		t.Errorf("SaveModel of nobody = %v, want %s", err, fault.NoLogin)
	}
	if err := remove(s, "", "a"); err != nil {
		t.Errorf("DeleteModel of nobody = %v, want nil", err)
	}
	check("", "")
	check("eve", "")
	check("ada", "ada's")
	if err := remove(s, "bob", "a"); err != nil {
		t.Fatal(err)
	}
	check("bob", "")
	check("ada", "ada's")
}

func TestOwnerIsAwaited(t *testing.T) {
	o := newOwner()
	got := make(chan string)
	go func() { got <- o.id() }()
	o.set("ada")
	if id := <-got; id != "ada" {
		t.Errorf("id() = %q, want ada", id)
	}
	for _, want := range []string{"", "bob"} {
		if o.set(want); o.id() != want {
			t.Errorf("id() = %q, want %q", o.id(), want)
		}
	}
}
