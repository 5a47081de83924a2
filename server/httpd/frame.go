package httpd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Frames gives the engine of one user's tables.
type Frames interface {
	For(owner string) frame.Engine
	Queue(owner string) wire.FrameQueue
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
	handle(s, op{route: "GET frames/queue", tag: "frames", summary: "Where one's own queries are in the queue"},
		func(_ context.Context, who auth.Identity, _ *none) (*body[wire.FrameQueue], error) {
			return &body[wire.FrameQueue]{s.o.Frames.Queue(who.User)}, nil
		})

	type planInput struct{ Body wire.FramePlan }
	handle(s, op{route: "POST frames/columns", tag: "frames", summary: "Columns of a plan, without its rows"},
		func(ctx context.Context, who auth.Identity, in *planInput) (*body[[]wire.FrameColumn], error) {
			columns, err := s.o.Frames.For(who.User).Columns(ctx, in.Body.Steps)
			return &body[[]wire.FrameColumn]{orEmpty(columns)}, err
		})

	type saveInput struct{ Body wire.FrameSave }
	handle(s, op{route: "POST frames/save", tag: "frames", summary: "Keep the rows of a plan as a new dataset, or as the next version of one", status: http.StatusCreated},
		func(ctx context.Context, who auth.Identity, in *saveInput) (*body[wire.Dataset], error) {
			d, err := s.saveFrame(ctx, who, in.Body)
			return &body[wire.Dataset]{d}, err
		})

	type downloadInput struct {
		Format string `query:"format" enum:"csv,parquet,arrow,ndjson" default:"csv" doc:"numbers are written as float64, all else as UTF-8"`
		Body   wire.FramePlan
	}
	handle(s, op{route: "POST frames/download", tag: "frames", summary: "All rows of a plan as a file", gives: fileKinds()},
		func(ctx context.Context, who auth.Identity, in *downloadInput) (*stream, error) {
			f := format.Format(in.Format)
			kind, end := f.ContentType()
			return s.download("rows"+end, kind, func(ctx context.Context, w io.Writer) error {
				return s.writeFrame(ctx, who, in.Body.Steps, f, w)
			}), nil
		})

	type persistInput struct{ Body wire.FramePersist }
	handle(s, op{route: "POST frames/persisted", tag: "frames", summary: "Compute the rows of a plan once and keep them: plans that begin with the same steps go on from there", status: http.StatusCreated},
		func(ctx context.Context, who auth.Identity, in *persistInput) (*body[wire.Persisted], error) {
			p, err := s.o.Frames.For(who.User).Persist(ctx, in.Body.Steps, in.Body.Level)
			return &body[wire.Persisted]{p}, err
		})
	handle(s, op{route: "GET frames/persisted", tag: "frames", summary: "What is kept so, with its size, the newest first"},
		func(ctx context.Context, who auth.Identity, _ *none) (*body[[]wire.Persisted], error) {
			all, err := s.o.Frames.For(who.User).Persisted(ctx)
			return &body[[]wire.Persisted]{orEmpty(all)}, err
		})
	handle(s, op{route: "DELETE frames/persisted/{id}", tag: "frames", summary: "Keep it no more"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*none, error) {
			return &none{}, s.o.Frames.For(who.User).Unpersist(ctx, in.ID)
		})
}

// writeFrame writes the rows of a plan in a format.
func (s *Server) writeFrame(ctx context.Context, who auth.Identity, steps []wire.Step, f format.Format, w io.Writer) error {
	rows, err := s.o.Frames.For(who.User).Run(ctx, steps, 0)
	if err != nil {
		return err
	}
	defer rows.Close()
	return frame.Write(ctx, rows, f, w)
}

// saveFrame keeps the rows of a plan, with what they were made from.
func (s *Server) saveFrame(ctx context.Context, who auth.Identity, in wire.FrameSave) (wire.Dataset, error) {
	e := s.o.Frames.For(who.User)
	parents, err := e.Sources(ctx, in.Steps)
	if err != nil {
		return wire.Dataset{}, err
	}
	rows, err := e.Run(ctx, in.Steps, 0)
	if err != nil {
		return wire.Dataset{}, err
	}
	defer rows.Close()
	kinds, err := frame.Kinds(ctx, rows)
	if err != nil {
		return wire.Dataset{}, err
	}
	put := dataset.Rows{Kinds: kinds, Each: func(ctx context.Context, write func(*table.Batch) error) error {
		return frame.Each(ctx, rows, kinds, write)
	}}
	for _, c := range rows.Columns() {
		put.Names = append(put.Names, c.Name)
	}
	words := frame.Words(in.Steps)
	return s.o.Datasets.Put(ctx, who.User, dataset.PutInto{Dataset: in.Dataset, Name: in.Name, Change: change(words),
		Origin: dataset.Origin{Parents: parents, Steps: words}}, put)
}

// change is what history says of saved rows.
func change(words []string) string {
	said := strings.Join(words[min(1, len(words)-1):], ", ")
	if r := []rune(said); len(r) > 200 {
		said = string(r[:199]) + "…"
	}
	return said
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
