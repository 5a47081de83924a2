package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func info(id string) wire.ModelInfo {
	mean := 0.25
	return wire.ModelInfo{ID: id, Name: "n " + id, Created: noon, Dataset: "d", DataName: "iris", Version: 2, K: 3, Rows: 150, Inertia: 78.85144142614601, Silhouette: &mean, Hash: "h"}
}

// chunks gives the first n of some chunks, one after the other.
func chunks(n int) func() registry.Chunk {
	at := 0
	return func() registry.Chunk {
		if at == n {
			return registry.Chunk{}
		}
		at++
		return registry.Chunk{First: int64(10 * at), Last: int64(10*at + 9), Body: []byte{byte(at)}}
	}
}

func TestModels(t *testing.T) {
	s, path := mustOpen(t)
	ctx := t.Context()
	a, b := info("a"), info("b")
	b.Created, b.Silhouette = noon.Add(time.Second), nil
	must(t, s.AddModel(ctx, "ann", a, []byte("body a")))
	must(t, s.AddModel(ctx, "ann", b, []byte("body b")))
	if err := s.AddModel(ctx, "bob", a, []byte("mine")); err == nil {
		t.Error("AddModel() of a known id went through")
	}
	if err := s.AddModel(ctx, "nobody", info("x"), nil); err == nil {
		t.Error("AddModel() for nobody went through")
	}
	all, err := s.Models(ctx, "ann")
	must(t, err)
	equal(t, "Models()", all, []wire.ModelInfo{b, a})
	if all, err := s.Models(ctx, "bob"); err != nil || all == nil || len(all) != 0 {
		t.Errorf("Models(bob) = %v, %v, want an empty list", all, err)
	}
	must(t, s.RenameModel(ctx, "ann", "a", "other"))
	name, body, err := s.Model(ctx, "ann", "a")
	if err != nil || name != "other" || string(body) != "body a" {
		t.Errorf("Model() = %q, %q, %v, want other with its body", name, body, err)
	}
	must(t, s.SetLabels(ctx, "ann", "a", chunks(2)))

	for _, tc := range []struct{ owner, id string }{{"bob", "a"}, {"ann", "nothing"}} {
		what := fmt.Sprintf(" of %s by %s", tc.id, tc.owner)
		_, _, err := s.Model(ctx, tc.owner, tc.id)
		code(t, "Model()"+what, err, fault.NotFound)
		code(t, "RenameModel()"+what, s.RenameModel(ctx, tc.owner, tc.id, "mine"), fault.NotFound)
		code(t, "DeleteModel()"+what, s.DeleteModel(ctx, tc.owner, tc.id), fault.NotFound)
		code(t, "SetLabels()"+what, s.SetLabels(ctx, tc.owner, tc.id, chunks(1)), fault.NotFound)
		_, err = s.Labels(ctx, tc.owner, tc.id)
		code(t, "Labels()"+what, err, fault.NotFound)
	}
	must(t, s.DeleteModel(ctx, "ann", "a"))
	for table, want := range map[string]int{"model": 1, "model_file": 1, "model_label": 0} {
		if n := count(t, path, table); n != want {
			t.Errorf("%s has %d rows after DeleteModel(), want %d", table, n, want)
		}
	}
}

func TestLabels(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	must(t, s.AddModel(ctx, "ann", info("a"), []byte("body")))
	for _, n := range []int{3, 1, 0, 2} { // each replaces the ones before
		must(t, s.SetLabels(ctx, "ann", "a", chunks(n)))
		got, err := s.Labels(ctx, "ann", "a")
		must(t, err)
		if len(got) != n {
			t.Fatalf("Labels() gives %d chunks, want %d", len(got), n)
		}
		for i, c := range got {
			first := int64(10 * (i + 1))
			body, err := s.LabelChunk(ctx, "a", c.First)
			if err != nil || c.First != first || c.Last != first+9 || c.Body != nil || len(body) != 1 || body[0] != byte(i+1) {
				t.Errorf("chunk %d = %+v with body %v, %v", i, c, body, err)
			}
		}
	}
	_, err := s.LabelChunk(ctx, "a", 30)
	code(t, "LabelChunk() that was replaced", err, fault.NotFound)
	_, err = s.LabelChunk(ctx, "nothing", 10)
	code(t, "LabelChunk() of nothing", err, fault.NotFound)
}

// TestLabelsAreReplacedAsAWhole breaks in the middle: the old ones stay.
func TestLabelsAreReplacedAsAWhole(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	must(t, s.AddModel(ctx, "ann", info("a"), []byte("body")))
	must(t, s.SetLabels(ctx, "ann", "a", chunks(3)))
	same := func() registry.Chunk { return registry.Chunk{First: 7, Last: 8, Body: []byte("x")} } // twice the same: refused
	if err := s.SetLabels(ctx, "ann", "a", same); err == nil {
		t.Fatal("SetLabels() with overlapping chunks went through")
	}
	got, err := s.Labels(ctx, "ann", "a")
	if err != nil || len(got) != 3 {
		t.Errorf("Labels() = %+v, %v, want the three as before", got, err)
	}
}
