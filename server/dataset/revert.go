package dataset

import (
	"context"
	"fmt"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Restore makes a version with the content of an older one.
func (s *Service) Restore(ctx context.Context, owner, id string, version int) (wire.Dataset, error) {
	const op = "dataset.Restore"
	c, err := again(func() (wire.RowsChange, error) {
		r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
		if err != nil {
			return wire.RowsChange{}, err
		}
		if version == v.Number {
			return wire.RowsChange{}, fault.Fieldf("version", "Version %d is the newest already.", version)
		}
		_, to, err := s.c.Meta.Dataset(ctx, owner, id, version)
		if err != nil {
			return wire.RowsChange{}, err
		}
		return s.revert(ctx, r, v, to, back{kind: wire.ChangeRestore, words: fmt.Sprintf("version %d restored", version), undo: v.Number + 1})
	})
	if err != nil {
		return wire.Dataset{}, wrap(op, err)
	}
	s.grown(owner, id)
	return c.Dataset, nil
}

// Undo takes the last change back that has not been, by a version without it.
// The answer has the rows that it changed, but those that it removed.
func (s *Service) Undo(ctx context.Context, owner, id string) (wire.RowsChange, error) {
	return s.step(ctx, "dataset.Undo", owner, id, func(v Version) (int, string) { return v.Undo, "There is nothing to undo." },
		func(v, before Version, words string) back {
			return back{kind: wire.ChangeUndo, words: "undone: " + words, undo: before.Undo, redo: v.Number + 1}
		})
}

// Redo does the change again that the last undo took back, unless there was
// another since.
func (s *Service) Redo(ctx context.Context, owner, id string) (wire.RowsChange, error) {
	return s.step(ctx, "dataset.Redo", owner, id, func(v Version) (int, string) { return v.Redo, "There is nothing to redo." },
		func(v, before Version, words string) back {
			return back{kind: wire.ChangeRedo, words: "done again: " + words, undo: v.Number + 1, redo: before.Redo}
		})
}

// step takes the change back of a version that the newest one names. The
// content before that version is what it was when the version was made, since
// all changes in between were taken back before.
func (s *Service) step(ctx context.Context, op, owner, id string, which func(v Version) (int, string), how func(v, before Version, words string) back) (wire.RowsChange, error) {
	c, err := again(func() (wire.RowsChange, error) {
		r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
		if err != nil {
			return wire.RowsChange{}, err
		}
		n, none := which(v)
		if n == 0 {
			return wire.RowsChange{}, fault.Newf(fault.Invalid, "%s", none)
		}
		words, err := s.original(ctx, owner, id, n)
		if err != nil {
			return wire.RowsChange{}, err
		}
		_, before, err := s.c.Meta.Dataset(ctx, owner, id, n-1)
		if err != nil {
			return wire.RowsChange{}, err
		}
		return s.revert(ctx, r, v, before, how(v, before, words))
	})
	if err != nil {
		return wire.RowsChange{}, wrap(op, err)
	}
	s.grown(owner, id)
	return c, nil
}

// original gives the words of the change that a version makes, or takes back, or makes again.
func (s *Service) original(ctx context.Context, owner, id string, version int) (string, error) {
	for {
		_, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
		if err != nil || v.Kind != wire.ChangeUndo && v.Kind != wire.ChangeRedo {
			return v.Change, err
		}
		_, before, err := s.c.Meta.Dataset(ctx, owner, id, version-1)
		if err != nil {
			return "", err
		}
		if version = before.Redo; v.Kind == wire.ChangeUndo {
			version = before.Undo
		}
	}
}

// back says what a version is called that has an older one's content, and what
// it lets be undone and redone.
type back struct {
	kind       wire.ChangeKind
	words      string
	undo, redo int
}

// touchedListed is how many rows the answer to an undo or redo has.
const touchedListed = 1000

// revert makes the version after v, with the content of to.
func (s *Service) revert(ctx context.Context, r Record, v, to Version, b back) (wire.RowsChange, error) {
	next := to
	next.Number, next.NextID = v.Number+1, max(v.NextID, to.NextID)
	next.Kind, next.Change, next.Origin = b.kind, b.words, Origin{}
	next.Undo, next.Redo = b.undo, b.redo
	var out wire.RowsChange
	if to.Root != v.Root {
		d, err := s.rewritten(ctx, to, next, r)
		return wire.RowsChange{Dataset: d}, err
	}
	next.File = v.File
	rows, err := s.c.Meta.Touched(ctx, r.ID, to.Number, v.Number)
	if err != nil {
		return out, err
	}
	was, err := s.rowsAt(ctx, r, to, rows)
	if err != nil {
		return out, err
	}
	is, err := s.rowsAt(ctx, r, v, rows)
	if err != nil {
		return out, err
	}
	stored, err := s.storedAt(ctx, r, to, rows, was)
	if err != nil {
		return out, err
	}
	var ps []Patch
	for _, row := range rows {
		w, had := was[row]
		i, has := is[row]
		if had == has && slices.EqualFunc(w.Cells, i.Cells, same) {
			continue
		}
		p := Patch{Row: row}
		if had {
			p.Cells = stored[row]
			if len(out.Touched) < touchedListed {
				out.Touched = append(out.Touched, w)
			}
		}
		ps = append(ps, p)
	}
	out.Dataset, err = s.add(ctx, r, next, ps)
	return out, err
}
