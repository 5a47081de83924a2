package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

func record(id, owner string) dataset.Record {
	return dataset.Record{ID: id, Owner: owner, Name: "n " + id, Source: "from " + owner, Bytes: 77, Created: noon, Stored: []table.Kind{table.Number, table.Text}, Newest: 1}
}

func version(n int) dataset.Version {
	lo, hi := -1.5, 2.0
	return dataset.Version{Number: n, Rows: int64(10 * n), NextID: int64(100 * n), Hash: fmt.Sprint("hash ", n), Change: fmt.Sprint("change ", n), Updated: noon.Add(time.Duration(n) * time.Second),
		Schema: table.Schema{{Name: "x", Kind: table.Number, Role: table.Feature, Missing: 3, Min: &lo, Max: &hi}, {Name: "c", Kind: table.Category, Role: table.Label, Distinct: 2}}}
}

func TestDatasets(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	must(t, s.AddDataset(ctx, record("a", "ann"), version(1)))
	later := record("b", "ann")
	later.Created = noon.Add(time.Second)
	must(t, s.AddDataset(ctx, later, version(1)))
	must(t, s.AddDataset(ctx, record("c", "bob"), version(1)))
	if err := s.AddDataset(ctx, record("a", "bob"), version(1)); err == nil {
		t.Error("AddDataset() of a known id went through")
	}

	r, v, err := s.Dataset(ctx, "ann", "a", 0)
	must(t, err)
	equal(t, "record", r, record("a", "ann"))
	equal(t, "version", v, version(1))
	must(t, s.AddVersion(ctx, "ann", "a", version(2), nil))
	for asked, want := range map[int]int{0: 2, 1: 1, 2: 2} {
		r, v, err := s.Dataset(ctx, "ann", "a", asked)
		must(t, err)
		equal(t, fmt.Sprintf("Dataset(%d)", asked), v, version(want))
		if r.Newest != 2 {
			t.Errorf("newest = %d, want 2", r.Newest)
		}
	}
	rs, vs, err := s.Datasets(ctx, "ann")
	must(t, err)
	if len(rs) != 2 || rs[0].ID != "b" || rs[1].ID != "a" || vs[1].Number != 2 {
		t.Errorf("Datasets() = %+v, %+v, want b and then version 2 of a", rs, vs)
	}
	_, vs, err = s.Versions(ctx, "ann", "a")
	must(t, err)
	equal(t, "Versions()", vs, []dataset.Version{version(2), version(1)})

	must(t, s.RenameDataset(ctx, "ann", "a", "other"))
	if r, _, _ := s.Dataset(ctx, "ann", "a", 1); r.Name != "other" {
		t.Errorf("name = %q, want other", r.Name)
	}

	for _, tc := range []struct {
		owner, id string
		version   int
	}{{"ann", "nothing", 0}, {"bob", "a", 0}, {"bob", "a", 1}, {"ann", "a", 3}, {"ann", "a", -1}} {
		_, _, err := s.Dataset(ctx, tc.owner, tc.id, tc.version)
		code(t, fmt.Sprintf("Dataset(%s, %s, %d)", tc.owner, tc.id, tc.version), err, fault.NotFound)
	}
	for _, owner := range []string{"bob", "nobody"} {
		_, _, err := s.Versions(ctx, owner, "a")
		code(t, "Versions() by "+owner, err, fault.NotFound)
		code(t, "AddVersion() by "+owner, s.AddVersion(ctx, owner, "a", version(3), nil), fault.NotFound)
		code(t, "RenameDataset() by "+owner, s.RenameDataset(ctx, owner, "a", "mine"), fault.NotFound)
		code(t, "DeleteDataset() by "+owner, s.DeleteDataset(ctx, owner, "a"), fault.NotFound)
	}
	if rs, _, err := s.Datasets(ctx, "nobody"); err != nil || len(rs) != 0 {
		t.Errorf("Datasets(nobody) = %v, %v, want none", rs, err)
	}

	for id, want := range map[string]bool{"a": true, "c": true, "nothing": false} {
		if has, err := s.HasDataset(ctx, id); err != nil || has != want {
			t.Errorf("HasDataset(%s) = %v, %v, want %v", id, has, err, want)
		}
	}
	must(t, s.DeleteDataset(ctx, "ann", "a"))
	_, _, err = s.Dataset(ctx, "ann", "a", 1)
	code(t, "Dataset() that was deleted", err, fault.NotFound)
	if has, _ := s.HasDataset(ctx, "a"); has {
		t.Error("HasDataset() of a deleted one = true")
	}
}

func TestPatches(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	must(t, s.AddDataset(ctx, record("a", "ann"), version(1)))
	patch := func(row int64, x float64) *dataset.Patch {
		return &dataset.Patch{Row: row, Cells: []table.Cell{table.Num(x), table.Str("it's")}}
	}
	steps := []*dataset.Patch{patch(5, 1), patch(3, 2), patch(5, 3), {Row: 3}, nil, patch(3, 4)}
	for i, p := range steps {
		must(t, s.AddVersion(ctx, "ann", "a", version(i+2), p))
	}
	for v, want := range map[int][]dataset.Patch{
		1: nil,
		2: {*patch(5, 1)},
		3: {*patch(3, 2), *patch(5, 1)},
		4: {*patch(3, 2), *patch(5, 3)},
		5: {{Row: 3}, *patch(5, 3)},
		6: {{Row: 3}, *patch(5, 3)},
		7: {*patch(3, 4), *patch(5, 3)},
	} {
		got, err := s.Patches(ctx, "a", v)
		must(t, err)
		equal(t, fmt.Sprintf("Patches(%d)", v), got, want)
	}
}

// TestVersionsDoNotClash has several writers make the same next version: one
// succeeds, the others are told, and leave nothing behind.
func TestVersionsDoNotClash(t *testing.T) {
	s, path := mustOpen(t)
	ctx := t.Context()
	must(t, s.AddDataset(ctx, record("a", "ann"), version(1)))
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = s.AddVersion(ctx, "ann", "a", version(2), &dataset.Patch{Row: int64(i)}) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			code(t, "AddVersion()", err, fault.Conflict)
		}
	}
	if won != 1 || count(t, path, "dataset_version") != 2 || count(t, path, "dataset_patch") != 1 {
		t.Errorf("%d writers made version 2, with %d patches; want one and one", won, count(t, path, "dataset_patch"))
	}
	code(t, "AddVersion() that leaves one out", s.AddVersion(ctx, "ann", "a", version(4), nil), fault.Conflict)
}
