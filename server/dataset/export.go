package dataset

import (
	"context"
	"io"
	"slices"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// ExportCSV writes a version as CSV. extraNames and extra, which may be nil, add
// columns, under other names where the table has theirs; a row for which extra
// gives nil is left out.
func (s *Service) ExportCSV(ctx context.Context, owner, id string, version int, w io.Writer, extraNames []string, extra func(row int64) []string) error {
	const op = "dataset.ExportCSV"
	src, err := s.Source(ctx, owner, id, version)
	if err != nil {
		return fault.Wrap(op, err)
	}
	defer src.Close()
	names, schema := make([]string, len(src.Schema())), slices.Clone(src.Schema())
	for i, c := range schema {
		names[i] = c.Name
	}
	header := slices.Clone(names)
	for _, name := range extraNames {
		header = append(header, table.FreeName(header, name))
		schema = append(schema, table.Column{Name: header[len(header)-1], Kind: table.Text})
	}
	out, err := format.NewCSVWriter(w, schema)
	if err != nil {
		return fault.Wrap(op, err)
	}
	err = src.Scan(ctx, names, func(b *table.Batch) error {
		if extra == nil {
			return out.Write(b)
		}
		for i := range b.Rows {
			if more := extra(b.ID(i)); more != nil {
				if err := out.Row(b, i, more); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, out.Close())
}

// Export writes a version in a format that format.NewWriter knows. Its memory does
// not depend on the size of the table.
func (s *Service) Export(ctx context.Context, owner, id string, version int, f format.Format, w io.Writer) error {
	const op = "dataset.Export"
	src, err := s.Source(ctx, owner, id, version)
	if err != nil {
		return fault.Wrap(op, err)
	}
	defer src.Close()
	return fault.Wrap(op, Write(ctx, src, f, w))
}

// Write writes all rows of any table in a format that format.NewWriter knows: a
// version, a selection or the result of a query.
func Write(ctx context.Context, src table.Source, f format.Format, w io.Writer) error {
	out, err := format.NewWriter(w, f, src.Schema())
	if err != nil {
		return err
	}
	names := make([]string, len(src.Schema()))
	for i, c := range src.Schema() {
		names[i] = c.Name
	}
	if err := src.Scan(ctx, names, out.Write); err != nil {
		return err
	}
	return out.Close()
}
