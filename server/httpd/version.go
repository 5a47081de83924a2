package httpd

import (
	"context"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) versionRoutes() {
	type historyInput struct {
		ID     string `path:"id"`
		Before int    `query:"before" minimum:"0" doc:"versions below this; 0 or absent means from the newest"`
		Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"0 or absent means 100"`
	}
	handle(s, op{route: "GET datasets/{id}/history", tag: "versions", summary: "Who changed what and when, the newest first, with the models trained on each version"},
		func(ctx context.Context, who auth.Identity, in *historyInput) (*body[wire.History], error) {
			h, err := s.o.Datasets.History(ctx, who.User, in.ID, in.Before, in.Limit)
			if err != nil {
				return nil, err
			}
			h.Revisions = orEmpty(h.Revisions)
			return &body[wire.History]{h}, s.addModels(ctx, who, in.ID, h.Revisions)
		})

	type diffInput struct {
		ID     string `path:"id"`
		From   int    `query:"from" required:"true" minimum:"1"`
		To     int    `query:"to" minimum:"0" doc:"0 or absent means the newest"`
		Offset int64  `query:"offset" minimum:"0"`
		Limit  int    `query:"limit" minimum:"0" maximum:"1000" doc:"0 or absent means 100"`
	}
	handle(s, op{route: "GET datasets/{id}/diff", tag: "versions", summary: "How two versions differ: columns, counts, and a window of the rows added, removed and changed"},
		func(ctx context.Context, who auth.Identity, in *diffInput) (*body[wire.Diff], error) {
			d, err := s.o.Datasets.Diff(ctx, who.User, in.ID, in.From, in.To, in.Offset, in.Limit)
			return &body[wire.Diff]{d}, err
		})

	type restoreInput struct {
		ID   string `path:"id"`
		Body wire.Restore
	}
	handle(s, op{route: "POST datasets/{id}/restore", tag: "versions", summary: "An older version again, as a new one"},
		func(ctx context.Context, who auth.Identity, in *restoreInput) (*body[wire.Dataset], error) {
			d, err := s.o.Datasets.Restore(ctx, who.User, in.ID, in.Body.Version)
			return &body[wire.Dataset]{d}, err
		})
	handle(s, op{route: "POST datasets/{id}/undo", tag: "versions", summary: "Take the last change back, by a new version; the answer has the rows that it changed"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*body[wire.RowsChange], error) {
			return touched(s.o.Datasets.Undo(ctx, who.User, in.ID))
		})
	handle(s, op{route: "POST datasets/{id}/redo", tag: "versions", summary: "Do the change again that was undone last"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*body[wire.RowsChange], error) {
			return touched(s.o.Datasets.Redo(ctx, who.User, in.ID))
		})

	type editsInput struct {
		ID   string `path:"id"`
		Body wire.RowEdits
	}
	handle(s, op{route: "POST datasets/{id}/edits", tag: "rows", large: 16 << 20, summary: "Change many cells and rows at once, which makes one version"},
		func(ctx context.Context, who auth.Identity, in *editsInput) (*body[wire.RowsChange], error) {
			return touched(s.o.Datasets.Edit(ctx, who.User, in.ID, in.Body))
		})
}

func touched(c wire.RowsChange, err error) (*body[wire.RowsChange], error) {
	c.Touched = orEmpty(c.Touched)
	return &body[wire.RowsChange]{c}, err
}

// addModels adds to each version the models that were trained on it.
func (s *Server) addModels(ctx context.Context, who auth.Identity, dataset string, revisions []wire.Revision) error {
	models, err := s.o.Models.List(ctx, who.User)
	if err != nil {
		return err
	}
	at := map[int]*wire.Revision{}
	for i := range revisions {
		at[revisions[i].Version] = &revisions[i]
	}
	for _, m := range models {
		if r := at[m.Version]; r != nil && m.Dataset == dataset {
			r.Models = append(r.Models, wire.ModelRef{ID: m.ID, Name: m.Name, K: m.K})
		}
	}
	return nil
}
