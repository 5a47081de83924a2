package private

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// rows returns the table as CSV, with the columns cluster and distance behind its
// own; they are empty in rows that the model leaves out.
func rows(c *worker.Call, _ struct{}) (struct{}, error) {
	m, _, mod, err := present()
	if err != nil {
		return struct{}{}, err
	}
	if mod == nil {
		return struct{}{}, fault.Newf(fault.NotFound, "There is no model yet. Train one first.")
	}
	names := make([]string, len(m.Schema()))
	for i, col := range m.Schema() {
		names[i] = col.Name
	}
	inputs := make([]int, len(mod.Inputs))
	for i, in := range mod.Inputs {
		inputs[i] = m.Schema().Index(in.Name)
	}
	var out bytes.Buffer
	for _, name := range names {
		out.WriteString(quoted(name) + ",")
	}
	out.WriteString(table.FreeName(names, "cluster") + "," + table.FreeName(names, "distance") + "\n")
	apply := mod.NewPredictor()
	err = resting{m, c}.Scan(c.Context(), names, func(b *table.Batch) error {
		part := table.Batch{First: b.First, Rows: b.Rows}
		for _, i := range inputs {
			part.Columns = append(part.Columns, b.Columns[i])
		}
		kept, labels, distances, err := apply.Batch(&part)
		if err != nil {
			return err
		}
		for i := range b.Rows {
			for _, cell := range cellsOf(b, i) {
				out.WriteString(quoted(cell.String()))
				out.WriteByte(',')
			}
			if len(kept) > 0 && kept[0] == i {
				out.WriteString(strconv.Itoa(int(labels[0])) + "," + strconv.FormatFloat(distances[0], 'g', -1, 64))
				kept, labels, distances = kept[1:], labels[1:], distances[1:]
			} else {
				out.WriteByte(',')
			}
			out.WriteByte('\n')
		}
		return nil
	})
	if err != nil {
		return struct{}{}, err
	}
	c.Return(worker.Part{Bytes: out.Bytes()})
	return struct{}{}, nil
}

// quoted writes a field of a CSV file (RFC 4180).
func quoted(s string) string {
	if !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
