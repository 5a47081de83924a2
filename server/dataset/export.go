package dataset

import (
	"context"
	"encoding/csv"
	"io"
	"slices"

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
	out := csv.NewWriter(w)
	names := make([]string, len(src.Schema()))
	for i, c := range src.Schema() {
		names[i] = c.Name
	}
	header := slices.Clone(names)
	for _, name := range extraNames {
		header = append(header, table.FreeName(header, name))
	}
	if err := out.Write(header); err != nil {
		return fault.Wrap(op, err)
	}
	line := make([]string, 0, len(names)+len(extraNames))
	err = src.Scan(ctx, names, func(b *table.Batch) error {
		for i := range b.Rows {
			var more []string
			if extra != nil {
				if more = extra(b.ID(i)); more == nil {
					continue
				}
			}
			line = line[:0]
			for _, v := range b.Columns {
				if v.Texts != nil {
					line = append(line, v.Texts[i])
				} else {
					line = append(line, table.Num(v.Numbers[i]).String())
				}
			}
			if line = append(line, more...); len(line) == 1 && line[0] == "" {
				if err := writeEmpty(out, w); err != nil {
					return err
				}
				continue
			}
			if err := out.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fault.Wrap(op, err)
	}
	out.Flush()
	return fault.Wrap(op, out.Error())
}

// writeEmpty writes a row whose only field is empty. The writer would make an
// empty line of it, which readers pass over.
func writeEmpty(out *csv.Writer, w io.Writer) error {
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\"\"\n")
	return err
}
