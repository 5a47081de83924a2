package dataset

import (
	"context"
	"fmt"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Relation is one version of a dataset for another DuckDB than ours.
type Relation struct {
	Record  Record
	Version Version
	SQL     string   // gives the rows by row id, the columns as c0, c1 and so on: DOUBLE for numbers, else VARCHAR
	Number  string   // SQL of the same rows, in order too, with their places from 0 as n before the columns; empty: there is none that is quicker than counting
	Files   []string // that SQL reads
}

// Relation describes how to read a version; 0 means the newest.
func (s *Service) Relation(ctx context.Context, owner, id string, version int) (Relation, error) {
	const op = "dataset.Relation"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return Relation{}, fault.Wrap(op, err)
	}
	patches, err := s.c.Meta.Patches(ctx, id, v.File.Version, v.Number)
	if err != nil {
		return Relation{}, fault.Wrap(op, err)
	}
	view, err := s.view(ctx, r, v, seq(len(r.Stored)))
	if err != nil {
		return Relation{}, fault.Wrap(op, err)
	}
	names := make([]string, len(v.Schema))
	for i := range v.Schema {
		names[i] = column(i)
	}
	out := Relation{Record: r, Version: v, SQL: fmt.Sprintf("SELECT %s FROM (%s)", strings.Join(names, ", "), view), Files: []string{s.file(id, v.File)}}
	switch {
	case len(patches) > 0: // changed rows come after the file's
		out.SQL += " ORDER BY id"
	case !v.File.IDs: // an id is the place in the file, which is known wherever reading begins
		out.Number = fmt.Sprintf("SELECT id AS n, %s FROM (%s)", strings.Join(names, ", "), view)
	}
	return out, nil
}

// Type gives the SQL type of column i.
func (r Relation) Type(i int) string {
	if r.Version.Schema[i].Kind == table.Number {
		return "DOUBLE"
	}
	return "VARCHAR"
}
