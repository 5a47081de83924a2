package duck

import (
	"context"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
)

// Datasets is the tables of one user that dataset.Service keeps.
type Datasets struct {
	Service *dataset.Service
	Owner   string
}

// List names all.
func (d Datasets) List(ctx context.Context) ([]Entry, error) {
	list, err := d.Service.List(ctx, d.Owner)
	if err != nil {
		return nil, fault.Wrap("duck.List", err)
	}
	out := make([]Entry, len(list))
	for i, x := range list {
		out[i] = Entry{ID: x.ID, Name: x.Name}
	}
	return out, nil
}

// Open gives a version of one.
func (d Datasets) Open(ctx context.Context, id string, version int) (Table, error) {
	r, err := d.Service.Relation(ctx, d.Owner, id, version)
	if err != nil {
		return Table{}, fault.Wrap("duck.Open", err)
	}
	t := Table{ID: id, Name: r.Record.Name, Version: r.Version.Number, SQL: r.SQL, Number: r.Number, Files: r.Files}
	for i, c := range r.Version.Schema {
		t.Columns = append(t.Columns, Column{Name: c.Name, Type: r.Type(i)})
	}
	return t, nil
}
