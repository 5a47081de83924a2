package httpd

import (
	"context"
	"encoding/csv"
	"io"
	"strings"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// versionInput names a version of a dataset.
type versionInput struct {
	ID      string `path:"id"`
	Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
}

// idInput names a thing.
type idInput struct {
	ID string `path:"id"`
}

func (s *Server) datasetRoutes() {
	handle(s, op{route: "GET datasets", tag: "datasets", summary: "All datasets, the newest first"},
		func(ctx context.Context, who auth.Identity, _ *none) (*body[[]wire.Dataset], error) {
			all, err := s.o.Datasets.List(ctx, who.User)
			return &body[[]wire.Dataset]{orEmpty(all)}, err
		})
	handle(s, op{route: "GET datasets/{id}", tag: "datasets", summary: "A version of a dataset, with its schema"},
		func(ctx context.Context, who auth.Identity, in *versionInput) (*body[wire.Dataset], error) {
			d, err := s.o.Datasets.Get(ctx, who.User, in.ID, in.Version)
			return &body[wire.Dataset]{d}, err
		})
	type versionsInput struct {
		ID    string `path:"id"`
		Limit int    `query:"limit" minimum:"0" doc:"versions at most; 0 or absent means all"`
	}
	handle(s, op{route: "GET datasets/{id}/versions", tag: "versions", summary: "The versions with their schemas, the newest first"},
		func(ctx context.Context, who auth.Identity, in *versionsInput) (*body[[]wire.Dataset], error) {
			all, err := s.o.Datasets.Versions(ctx, who.User, in.ID, in.Limit)
			return &body[[]wire.Dataset]{orEmpty(all)}, err
		})

	type patchInput struct {
		ID   string `path:"id"`
		Body wire.DatasetPatch
	}
	handle(s, op{route: "PATCH datasets/{id}", tag: "datasets", summary: "Rename it, or read its columns otherwise, which makes a version"},
		func(ctx context.Context, who auth.Identity, in *patchInput) (*body[wire.Dataset], error) {
			d, err := s.o.Datasets.Patch(ctx, who.User, in.ID, in.Body)
			return &body[wire.Dataset]{d}, err
		})
	handle(s, op{route: "DELETE datasets/{id}", tag: "datasets", summary: "Delete it with all versions; models stay"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*none, error) {
			return &none{}, s.o.Datasets.Delete(ctx, who.User, in.ID)
		})
	handle(s, op{route: "GET datasets/{id}/rows.csv", tag: "datasets", summary: "A version as a CSV file", gives: "text/csv"},
		func(ctx context.Context, who auth.Identity, in *versionInput) (*stream, error) {
			d, err := s.o.Datasets.Get(ctx, who.User, in.ID, in.Version)
			if err != nil {
				return nil, err
			}
			return s.download(d.Name+".csv", csvKind, func(ctx context.Context, w io.Writer) error {
				return s.o.Datasets.ExportCSV(ctx, who.User, d.ID, d.Version, w, nil, nil)
			}), nil
		})
}

// downloadRoute gives a version as a file.
func (s *Server) downloadRoute() {
	type downloadInput struct {
		ID      string `path:"id"`
		Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
		Format  string `query:"format" enum:"csv,parquet,arrow,ndjson" default:"csv" doc:"numbers are written as float64, all else as UTF-8"`
	}
	handle(s, op{route: "GET datasets/{id}/download", tag: "datasets", summary: "A version as a file", gives: fileKinds()},
		func(ctx context.Context, who auth.Identity, in *downloadInput) (*stream, error) {
			d, err := s.o.Datasets.Get(ctx, who.User, in.ID, in.Version)
			if err != nil {
				return nil, err
			}
			f := format.Format(in.Format)
			kind, end := f.ContentType()
			return s.download(d.Name+end, kind, func(ctx context.Context, w io.Writer) error {
				return s.o.Datasets.Export(ctx, who.User, d.ID, d.Version, f, w)
			}), nil
		})
}

// fileKinds is the content types of tables in files, for op.gives.
func fileKinds() string {
	var kinds []string
	for _, f := range format.Writable {
		kind, _ := f.ContentType()
		kind, _, _ = strings.Cut(kind, ";")
		kinds = append(kinds, kind)
	}
	return strings.Join(kinds, ",")
}

// columnsOf reads names of columns as a CSV file writes them.
func columnsOf(params []string) ([]string, error) {
	var out []string
	for _, p := range params {
		if p == "" {
			continue
		}
		r := csv.NewReader(strings.NewReader(p))
		r.LazyQuotes = true
		names, err := r.Read()
		if err != nil {
			return nil, fault.Fieldf("columns", "The names of columns can't be read. Separate them by commas; put one that has a comma in double quotes.")
		}
		out = append(out, names...)
	}
	return out, nil
}

// clusterColumn is the name of the column that says which cluster a row is in, from 0.
const clusterColumn = "cluster"

// clusters gives the cluster of a row; see registry.Labels.
type clusters interface {
	Of(ctx context.Context, row int64) (cluster int, ok bool, err error)
}

func clusterCell(ctx context.Context, of clusters, row int64) (table.Cell, error) {
	cluster, ok, err := of.Of(ctx, row)
	if err != nil || !ok {
		return table.Cell{}, err
	}
	return table.Num(float64(cluster)), nil
}
