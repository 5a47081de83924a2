package httpd

import (
	"context"
	"net/http"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) sampleRoutes() {
	handle(s, op{route: "GET datasets/sample", tag: "datasets", summary: "Tables that come with the program"},
		func(context.Context, auth.Identity, *none) (*body[[]wire.SampleData], error) {
			if s.o.Samples == nil {
				return &body[[]wire.SampleData]{[]wire.SampleData{}}, nil
			}
			return &body[[]wire.SampleData]{dataset.Samples}, nil
		})

	type sampleInput struct {
		Name string `path:"name"`
	}
	handle(s, op{route: "POST datasets/sample/{name}", tag: "datasets", summary: "Make a dataset of such a table", status: http.StatusCreated},
		func(ctx context.Context, who auth.Identity, in *sampleInput) (*body[wire.Dataset], error) {
			if s.o.Samples == nil {
				return nil, fault.Newf(fault.NotFound, "There is no sample %q.", in.Name)
			}
			d, err := s.o.Datasets.IngestSample(ctx, who.User, in.Name, s.o.Samples)
			return &body[wire.Dataset]{d}, err
		})
}
