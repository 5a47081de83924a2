package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func record(id, owner string) dataset.Record {
	return dataset.Record{ID: id, Owner: owner, Name: "n " + id, Source: "from " + owner, Bytes: 77, Created: noon, Stored: []table.Kind{table.Number, table.Text}, Newest: 1}
}

func version(n int) dataset.Version {
	lo, hi := -1.5, 2.0
	return dataset.Version{Number: n, Rows: int64(10 * n), NextID: int64(100 * n), Hash: fmt.Sprint("hash ", n), Change: fmt.Sprint("change ", n), Updated: noon.Add(time.Duration(n) * time.Second),
		Schema: table.Schema{{Name: "x", Kind: table.Number, Role: table.Feature, Missing: 3, Min: &lo, Max: &hi}, {Name: "c", Kind: table.Category, Role: table.Label, Distinct: 2}},
		Kind:   wire.ChangeRows, By: "ann", Origin: dataset.Origin{Parents: []wire.Parent{{Dataset: "p", Version: n, Name: "its parent"}}, Steps: []string{"x > 1"}},
		Epoch: 1, Undo: n, Redo: n - 1, File: dataset.File{Version: 1}, Root: 1}
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
	must(t, s.AddVersion(ctx, r, version(2), nil))
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
	_, vs, err = s.Versions(ctx, "ann", "a", 0)
	must(t, err)
	equal(t, "Versions()", vs, []dataset.Version{version(2), version(1)})
	if _, vs, err = s.Versions(ctx, "ann", "a", 1); err != nil || len(vs) != 1 || vs[0].Number != 2 {
		t.Errorf("Versions(1) = %+v, %v, want version 2", vs, err)
	}

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
		_, _, err := s.Versions(ctx, owner, "a", 0)
		code(t, "Versions() by "+owner, err, fault.NotFound)
		code(t, "AddVersion() by "+owner, s.AddVersion(ctx, record("a", owner), version(3), nil), fault.NotFound)
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
	patch := func(row int64, x float64) dataset.Patch {
		return dataset.Patch{Row: row, Cells: []table.Cell{table.Num(x), table.Str("it's")}}
	}
	steps := [][]dataset.Patch{{patch(5, 1)}, {patch(3, 2)}, {patch(5, 3)}, {{Row: 3}}, nil, {patch(3, 4), patch(9, 4)}}
	for i, ps := range steps {
		must(t, s.AddVersion(ctx, record("a", "ann"), version(i+2), ps))
	}
	for v, want := range map[int][]dataset.Patch{
		1: nil,
		2: {patch(5, 1)},
		3: {patch(3, 2), patch(5, 1)},
		4: {patch(3, 2), patch(5, 3)},
		5: {{Row: 3}, patch(5, 3)},
		6: {{Row: 3}, patch(5, 3)},
		7: {patch(3, 4), patch(5, 3), patch(9, 4)},
	} {
		got, err := s.Patches(ctx, "a", 1, v)
		must(t, err)
		equal(t, fmt.Sprintf("Patches(1, %d)", v), got, want)
		got, err = s.PatchesOf(ctx, "a", 1, v, []int64{3, 4})
		must(t, err)
		var mine []dataset.Patch
		for _, p := range want {
			if p.Row == 3 {
				mine = append(mine, p)
			}
		}
		equal(t, fmt.Sprintf("PatchesOf(1, %d)", v), got, mine)
	}
	got, err := s.Patches(ctx, "a", 4, 7)
	must(t, err)
	equal(t, "Patches(4, 7)", got, []dataset.Patch{patch(3, 4), patch(9, 4)})
	rows, err := s.Touched(ctx, "a", 4, 7)
	must(t, err)
	equal(t, "Touched(4, 7)", rows, []int64{3, 9})
	if n, err := s.Behind(ctx, "a", 2); err != nil || n != 5 {
		t.Errorf("Behind(2) = %d, %v, want 5", n, err)
	}
	if n, err := s.NextID(ctx, "a", 1); err != nil || n != 700 {
		t.Errorf("NextID(1) = %d, %v, want 700", n, err)
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
		wg.Go(func() { errs[i] = s.AddVersion(ctx, record("a", "ann"), version(2), []dataset.Patch{{Row: int64(i)}}) })
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
	code(t, "AddVersion() that leaves one out", s.AddVersion(ctx, record("a", "ann"), version(4), nil), fault.Conflict)
}

// TestFiles wants each version read from the newest file that is not newer, and
// roots to stay.
func TestFiles(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	r := record("a", "ann")
	must(t, s.AddDataset(ctx, r, version(1)))
	must(t, s.AddVersion(ctx, r, version(2), nil))
	must(t, s.AddVersion(ctx, r, version(3), nil))
	must(t, s.AddFile(ctx, r, dataset.File{Version: 2, IDs: true}))
	code(t, "AddFile() of a version that has one", s.AddFile(ctx, r, dataset.File{Version: 2}), fault.Conflict)
	code(t, "AddFile() of no version", s.AddFile(ctx, r, dataset.File{Version: 9}), fault.NotFound)
	wider := r
	wider.Stored = append(wider.Stored, table.Number)
	root := version(4)
	root.File = dataset.File{Version: 4}
	must(t, s.AddVersion(ctx, wider, root, nil))
	must(t, s.AddVersion(ctx, wider, version(5), nil))
	for v, want := range map[int]dataset.File{1: {Version: 1}, 2: {Version: 2, IDs: true}, 3: {Version: 2, IDs: true}, 4: {Version: 4}, 5: {Version: 4}} {
		r, got, err := s.Dataset(ctx, "ann", "a", v)
		must(t, err)
		roots, columns := 1, 2
		if v > 3 {
			roots, columns = 4, 3
		}
		if got.File != want || got.Root != roots || len(r.Stored) != columns {
			t.Errorf("version %d: file %+v, root %d, %d columns; want %+v, %d, %d", v, got.File, got.Root, len(r.Stored), want, roots, columns)
		}
	}
	must(t, s.DropFile(ctx, "a", 1))
	must(t, s.DropFile(ctx, "a", 2))
	files, roots, err := s.Files(ctx, "a")
	must(t, err)
	equal(t, "Files()", files, []dataset.File{{Version: 4}, {Version: 1}})
	if !roots[1] || !roots[4] {
		t.Errorf("roots = %v, want 1 and 4", roots)
	}
}

func TestRevisions(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	must(t, s.AddDataset(ctx, record("a", "ann"), version(1)))
	for n := 2; n <= 5; n++ {
		must(t, s.AddVersion(ctx, record("a", "ann"), version(n), nil))
	}
	all, total, err := s.Revisions(ctx, "ann", "a", 0, 2)
	must(t, err)
	if total != 5 || len(all) != 2 || all[0].Version != 5 || all[1].Version != 4 {
		t.Fatalf("Revisions() = %+v of %d, want 5 and 4 of 5", all, total)
	}
	v := version(4)
	equal(t, "revision 4", all[1], wire.Revision{Version: 4, Kind: v.Kind, Change: v.Change, By: "ANN", Made: v.Updated, Rows: v.Rows, Columns: 2, Hash: v.Hash, Parents: v.Origin.Parents, Steps: v.Origin.Steps})
	if all, _, _ = s.Revisions(ctx, "ann", "a", 3, 9); len(all) != 2 || all[0].Version != 2 {
		t.Errorf("Revisions() below 3 = %+v, want 2 and 1", all)
	}
	_, _, err = s.Revisions(ctx, "bob", "a", 0, 2)
	code(t, "Revisions() by bob", err, fault.NotFound)
}
