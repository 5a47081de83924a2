package httpd

import (
	"context"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) jobRoutes() {
	handle(s, op{route: "GET jobs", tag: "jobs", summary: "All trainings, the newest first"},
		func(ctx context.Context, who auth.Identity, _ *none) (*body[[]wire.Job], error) {
			all, err := s.o.Trainings.List(ctx, who.User)
			return &body[[]wire.Job]{orEmpty(all)}, err
		})
	handle(s, op{route: "GET jobs/{id}", tag: "jobs", summary: "A training"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*body[wire.Job], error) {
			j, err := s.o.Trainings.Get(ctx, who.User, in.ID)
			return &body[wire.Job]{j}, err
		})

	type eventsInput struct {
		ID    string `path:"id"`
		After int64  `query:"after" minimum:"0" doc:"events with a greater seq"`
		Limit int    `query:"limit" minimum:"0" maximum:"1000" doc:"0 or absent means 100"`
	}
	handle(s, op{route: "GET jobs/{id}/events", tag: "jobs", summary: "Events of a training so far; the WebSocket brings them as they happen"},
		func(ctx context.Context, who auth.Identity, in *eventsInput) (*body[[]wire.Event], error) {
			if in.Limit == 0 {
				in.Limit = 100
			}
			events, err := s.o.Trainings.Events(ctx, who.User, in.ID, in.After, in.Limit)
			return &body[[]wire.Event]{orEmpty(events)}, err
		})
}
