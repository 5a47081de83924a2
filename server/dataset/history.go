package dataset

import (
	"context"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// revisionsAtMost is how many versions one answer has.
const revisionsAtMost = 500

// History gives a window of a dataset's versions below before, the newest
// first, and what can be undone and redone; before 0 means from the newest, limit 0 means 100.
func (s *Service) History(ctx context.Context, owner, id string, before, limit int) (wire.History, error) {
	const op = "dataset.History"
	if limit <= 0 {
		limit = 100
	}
	_, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return wire.History{}, fault.Wrap(op, err)
	}
	h := wire.History{Newest: v.Number}
	for _, step := range []struct {
		taken int
		words *string
	}{{v.Undo, &h.Undo}, {v.Redo, &h.Redo}} {
		if step.taken == 0 {
			continue
		}
		if *step.words, err = s.original(ctx, owner, id, step.taken); err != nil {
			return wire.History{}, fault.Wrap(op, err)
		}
	}
	h.Revisions, h.Total, err = s.c.Meta.Revisions(ctx, owner, id, before, min(limit, revisionsAtMost))
	return h, fault.Wrap(op, err)
}
