package httpd

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) modelRoutes() {
	handle(s, op{route: "GET models", tag: "models", summary: "All models, the newest first"},
		func(ctx context.Context, who auth.Identity, _ *none) (*body[[]wire.ModelInfo], error) {
			all, err := s.o.Models.List(ctx, who.User)
			return &body[[]wire.ModelInfo]{orEmpty(all)}, err
		})
	handle(s, op{route: "GET models/{id}", tag: "models", summary: "A model: all that is needed to predict"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*body[*model.Model], error) {
			m, err := s.o.Models.Get(ctx, who.User, in.ID)
			return &body[*model.Model]{m}, err
		})

	type renameInput struct {
		ID   string `path:"id"`
		Body wire.Rename
	}
	handle(s, op{route: "PATCH models/{id}", tag: "models", summary: "Rename a model"},
		func(ctx context.Context, who auth.Identity, in *renameInput) (*body[wire.ModelInfo], error) {
			if err := s.o.Models.Rename(ctx, who.User, in.ID, in.Body.Name); err != nil {
				return nil, err
			}
			m, err := s.o.Models.Get(ctx, who.User, in.ID)
			if err != nil {
				return nil, err
			}
			return &body[wire.ModelInfo]{registry.Info(m)}, nil
		})
	handle(s, op{route: "DELETE models/{id}", tag: "models", summary: "Delete a model"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*none, error) {
			return &none{}, s.o.Models.Delete(ctx, who.User, in.ID)
		})
	handle(s, op{route: "GET models/{id}/file", tag: "models", summary: "A model as a file", gives: "application/json"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*stream, error) {
			m, err := s.o.Models.Get(ctx, who.User, in.ID)
			if err != nil {
				return nil, err
			}
			return s.download(m.Name+".json", "application/json", func(_ context.Context, w io.Writer) error {
				b, err := model.Encode(m)
				if err != nil {
					return err
				}
				_, err = w.Write(b)
				return err
			}), nil
		})

	type rowsInput struct {
		ID      string `path:"id"`
		Offset  int64  `query:"offset" minimum:"0"`
		Limit   int    `query:"limit" minimum:"0" maximum:"1000" doc:"0 or absent means 100"`
		Cluster int    `query:"cluster" minimum:"-1" default:"-1" doc:"from 0; -1 or absent means all rows"`
	}
	handle(s, op{route: "GET models/{id}/rows", tag: "models", summary: "The rows it was trained on: the last cell is the cluster, from 0, or null for a row that was left out"},
		func(ctx context.Context, who auth.Identity, in *rowsInput) (*body[wire.Rows], error) {
			if in.Limit == 0 {
				in.Limit = 100
			}
			rows, err := s.modelRows(ctx, who, in.ID, in.Cluster, in.Offset, in.Limit)
			return &body[wire.Rows]{rows}, err
		})
	handle(s, op{route: "GET models/{id}/rows.csv", tag: "models", summary: "The rows it was trained on, with the column \"cluster\", as a CSV file", gives: "text/csv"},
		func(ctx context.Context, who auth.Identity, in *idInput) (*stream, error) {
			return s.modelCSV(ctx, who, in.ID)
		})
}

// modelRows gives a window of the rows that a model was trained on.
func (s *Server) modelRows(ctx context.Context, who auth.Identity, id string, cluster int, offset int64, limit int) (wire.Rows, error) {
	m, err := s.o.Models.Get(ctx, who.User, id)
	if err != nil {
		return wire.Rows{}, err
	}
	if k := len(m.Clusters); cluster >= k {
		return wire.Rows{}, fault.Fieldf("cluster", "cluster is %d, but the model has the clusters 0 to %d.", cluster, k-1)
	}
	labels, err := s.o.Models.Labels(ctx, who.User, id)
	if err != nil {
		return wire.Rows{}, err
	}
	var rows wire.Rows
	if cluster < 0 {
		rows, err = s.o.Datasets.Rows(ctx, who.User, m.Data.Dataset, m.Data.Version, dataset.RowQuery{Offset: offset, Limit: limit})
	} else {
		var ids []int64
		rows.Version, rows.Offset = m.Data.Version, offset
		if ids, rows.Total, err = labels.Rows(ctx, cluster, offset, limit); err == nil {
			rows.Rows, err = s.rowsOf(ctx, who, m, ids)
		}
	}
	if err != nil {
		return wire.Rows{}, gone(err)
	}
	for i := range rows.Rows {
		cell, err := clusterCell(ctx, labels, rows.Rows[i].ID)
		if err != nil {
			return wire.Rows{}, err
		}
		rows.Rows[i].Cells = append(rows.Rows[i].Cells, cell)
	}
	rows.Rows = orEmpty(rows.Rows)
	return rows, nil
}

// errEnough ends a scan that has found all it wants.
var errEnough = errors.New("httpd: enough rows")

// rowsOf reads the rows with these ids, which are in ascending order.
func (s *Server) rowsOf(ctx context.Context, who auth.Identity, m *model.Model, ids []int64) ([]wire.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	t, err := s.o.Datasets.Open(ctx, who.User, m.Data.Dataset, m.Data.Version)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range t.Schema() {
		names = append(names, c.Name)
	}
	out := make([]wire.Row, 0, len(ids))
	err = t.Scan(ctx, names, func(b *table.Batch) error {
		for i := range b.Rows {
			if _, wanted := slices.BinarySearch(ids, b.ID(i)); !wanted {
				continue
			}
			row := wire.Row{ID: b.ID(i), Cells: make([]table.Cell, len(names), len(names)+1)}
			for c, v := range b.Columns {
				if v.Texts != nil {
					row.Cells[c] = table.Str(v.Texts[i])
				} else {
					row.Cells[c] = table.Num(v.Numbers[i])
				}
			}
			if out = append(out, row); len(out) == len(ids) {
				return errEnough
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, errors.Join(err, t.Close())
}

func (s *Server) modelCSV(ctx context.Context, who auth.Identity, id string) (*stream, error) {
	m, err := s.o.Models.Get(ctx, who.User, id)
	if err != nil {
		return nil, err
	}
	labels, err := s.o.Models.Labels(ctx, who.User, id)
	if err != nil {
		return nil, err
	}
	if _, err := s.o.Datasets.Get(ctx, who.User, m.Data.Dataset, m.Data.Version); err != nil {
		return nil, gone(err)
	}
	return s.download(m.Name+".csv", csvKind, func(ctx context.Context, w io.Writer) error {
		var failed error
		err := s.o.Datasets.ExportCSV(ctx, who.User, m.Data.Dataset, m.Data.Version, w, []string{clusterColumn}, func(row int64) []string {
			cell, err := clusterCell(ctx, labels, row)
			if err != nil {
				failed = err
			}
			return []string{cell.String()}
		})
		return errors.Join(failed, err)
	}), nil
}

// gone says what it means for a model that its dataset is not there.
func gone(err error) error {
	if fault.CodeOf(err) == fault.NotFound {
		return fault.Newf(fault.NotFound, "The dataset that this model was trained on was deleted, so its rows can't be shown. The model still predicts.")
	}
	return err
}
