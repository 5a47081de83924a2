package httpd

import (
	"context"
	"net/http"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) rowRoutes() {
	type rowsInput struct {
		ID      string `path:"id"`
		Offset  int64  `query:"offset" minimum:"0"`
		Limit   int    `query:"limit" minimum:"0" maximum:"1000" doc:"0 or absent means 100"`
		Sort    string `query:"sort" doc:"a column; absent means the order of the file"`
		Desc    bool   `query:"desc"`
		Filter  string `query:"filter" doc:"a JSON array of filters, as [{\"column\":\"age\",\"min\":18},{\"column\":\"kind\",\"levels\":[\"a\"],\"missing\":\"also\"}]; a row must fit all. A filter has min and max, or levels, or contains; missing is also, only or never"`
		Search  string `query:"search" maxLength:"1000" doc:"in any column: a text that has it in it, a number that begins with it"`
		Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
	}
	handle(s, op{route: "GET datasets/{id}/rows", tag: "rows", summary: "A window of a table: of all rows, or of those that fit; total counts them"},
		func(ctx context.Context, who auth.Identity, in *rowsInput) (*body[wire.Rows], error) {
			filters, err := wire.ParseFilters(in.Filter)
			if err != nil {
				return nil, err
			}
			rows, err := s.o.Datasets.Rows(ctx, who.User, in.ID, in.Version, dataset.RowQuery{Offset: in.Offset, Limit: in.Limit, Sort: in.Sort, Desc: in.Desc, Filters: filters, Search: in.Search})
			rows.Rows = orEmpty(rows.Rows)
			return &body[wire.Rows]{rows}, err
		})

	type addInput struct {
		ID   string `path:"id"`
		Body wire.RowWrite
	}
	handle(s, op{route: "POST datasets/{id}/rows", tag: "rows", summary: "Add a row, which makes a version", status: http.StatusCreated},
		func(ctx context.Context, who auth.Identity, in *addInput) (*body[wire.RowChange], error) {
			d, row, err := s.o.Datasets.AddRow(ctx, who.User, in.ID, in.Body)
			return &body[wire.RowChange]{wire.RowChange{Dataset: d, Row: row}}, err
		})

	type editInput struct {
		ID   string `path:"id"`
		Row  int64  `path:"row" minimum:"0"`
		Body wire.RowWrite
	}
	handle(s, op{route: "PATCH datasets/{id}/rows/{row}", tag: "rows", summary: "Replace a row, which makes a version"},
		func(ctx context.Context, who auth.Identity, in *editInput) (*body[wire.RowChange], error) {
			d, row, err := s.o.Datasets.EditRow(ctx, who.User, in.ID, in.Row, in.Body)
			return &body[wire.RowChange]{wire.RowChange{Dataset: d, Row: row}}, err
		})

	type deleteInput struct {
		ID  string `path:"id"`
		Row int64  `path:"row" minimum:"0"`
	}
	handle(s, op{route: "DELETE datasets/{id}/rows/{row}", tag: "rows", summary: "Delete a row, which makes a version"},
		func(ctx context.Context, who auth.Identity, in *deleteInput) (*body[wire.Dataset], error) {
			d, err := s.o.Datasets.DeleteRow(ctx, who.User, in.ID, in.Row)
			return &body[wire.Dataset]{d}, err
		})
}
