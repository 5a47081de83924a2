package httpd

import (
	"context"
	"errors"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Frames gives the engine of one user's tables.
type Frames interface {
	For(owner string) frame.Engine
}

// defaultRows is how many rows an answer has unless it is asked for another number.
const defaultRows = 1000

func (s *Server) frameRoutes() {
	type sqlInput struct{ Body wire.SQLRun }
	handle(s, op{route: "POST sql", tag: "frames", summary: "Run a SELECT over one's own datasets, which are tables by name and by id"},
		func(ctx context.Context, who auth.Identity, in *sqlInput) (*body[wire.FrameResult], error) {
			r, err := s.frame(ctx, who, []wire.Step{{Op: frame.SQL, SQL: in.Body.SQL}}, in.Body.Limit)
			return r, inSQL(err)
		})

	type runInput struct{ Body wire.FrameRun }
	handle(s, op{route: "POST frames/run", tag: "frames", summary: "Rows of a plan"},
		func(ctx context.Context, who auth.Identity, in *runInput) (*body[wire.FrameResult], error) {
			return s.frame(ctx, who, in.Body.Steps, in.Body.Limit)
		})
	type planInput struct{ Body wire.FramePlan }
	handle(s, op{route: "POST frames/columns", tag: "frames", summary: "Columns of a plan, without its rows"},
		func(ctx context.Context, who auth.Identity, in *planInput) (*body[[]wire.FrameColumn], error) {
			columns, err := s.o.Frames.For(who.User).Columns(ctx, in.Body.Steps)
			return &body[[]wire.FrameColumn]{orEmpty(columns)}, err
		})
}

// inSQL names the field of a fault as wire.SQLRun has it.
func inSQL(err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Field != "steps[0].sql" {
		return err
	}
	c := *e
	c.Field = "sql"
	return &c
}

// frame runs a plan for an answer in JSON.
func (s *Server) frame(ctx context.Context, who auth.Identity, steps []wire.Step, limit int) (*body[wire.FrameResult], error) {
	if limit == 0 {
		limit = defaultRows
	}
	began := time.Now()
	rows, err := s.o.Frames.For(who.User).Run(ctx, steps, int64(limit))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cells, err := frame.Cells(ctx, rows)
	if err != nil {
		return nil, err
	}
	return &body[wire.FrameResult]{wire.FrameResult{Columns: rows.Columns(), Rows: cells, Truncated: rows.Truncated(),
		Elapsed: float64(time.Since(began).Microseconds()) / 1000}}, nil
}
