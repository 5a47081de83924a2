package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Columns is what a version gets more of, computed from columns that it has.
type Columns struct {
	Names  []string     // as far as they are free: a number is added to one that is taken
	Kinds  []table.Kind // Number, or Category for texts
	Inputs []table.Column
	// Compute fills out with the values of the rows of b, which has the columns of
	// Inputs in that order. out has vectors of b.Rows values, NaN or "" for missing.
	Compute func(b *table.Batch, out []table.Vector) error
	Kind    wire.ChangeKind
	Change  string
	Origin  Origin
}

// AddColumns makes a version with columns added, which are ignored in training,
// and gives the names that they have. The version has a file of its own: to join
// files by row id would make every read slower for good, a copy takes as long
// as one reading. Memory does not depend on the number of rows.
func (s *Service) AddColumns(ctx context.Context, owner, id string, c Columns) (wire.Dataset, []string, error) {
	var names []string
	d, err := again(func() (d wire.Dataset, err error) {
		d, names, err = s.addColumns(ctx, owner, id, c)
		return d, err
	})
	return d, names, full("dataset.AddColumns", err)
}

func (s *Service) addColumns(ctx context.Context, owner, id string, c Columns) (d wire.Dataset, names []string, err error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil {
		return d, nil, err
	}
	at := make([]int, len(c.Inputs))
	for i, in := range c.Inputs {
		if at[i] = v.Schema.Index(in.Name); at[i] < 0 {
			return d, nil, fault.Newf(fault.Invalid, "Version %d of %s has no column %q, which is needed. Choose a version that has it, or rename a column.", v.Number, r.Name, in.Name)
		}
		if is := v.Schema[at[i]].Kind; (is == table.Number) != (in.Kind == table.Number) {
			return d, nil, fault.Newf(fault.Invalid, "Column %q is read as %s, but a %s is needed. Change how it is read.", in.Name, is, in.Kind)
		}
	}
	for _, have := range v.Schema {
		names = append(names, have.Name)
	}
	for _, name := range c.Names {
		names = append(names, table.FreeName(names, name))
	}
	names = names[len(v.Schema):]

	next := v
	next.Number++
	next.Schema = append(table.Schema(nil), v.Schema...)
	next.File = File{Version: next.Number, IDs: !v.dense()}
	next.Root = next.Number
	next.Kind, next.Change, next.Origin = c.Kind, c.Change, c.Origin
	next.Undo, next.Redo = next.Number, 0
	wide := r
	wide.Stored = append([]table.Kind(nil), r.Stored...)
	added := make([]table.Kind, len(names))
	for i, k := range c.Kinds {
		if added[i] = table.Number; k != table.Number {
			added[i] = table.Text
		}
	}
	wide.Stored = append(wide.Stored, added...)
	counted := newCounter(names, added)
	rows := s.copied(ctx, r, v)
	path := s.file(r.ID, next.File)
	err = writeRows(path, wide.Stored, next.File.IDs, func(write func(*table.Batch) error) error {
		in, out := table.Batch{Columns: make([]table.Vector, len(at))}, make([]table.Vector, len(names))
		return rows(func(b *table.Batch) error {
			in.First, in.IDs, in.Rows = b.First, b.IDs, b.Rows
			for i, j := range at {
				in.Columns[i] = convertKind(b.Columns[j], v.Schema[j].Kind)
			}
			for i, k := range added {
				if out[i].Numbers = nil; k == table.Number {
					out[i].Numbers = make([]float64, b.Rows)
				} else {
					out[i].Texts = make([]string, b.Rows)
				}
			}
			if err := c.Compute(&in, out); err != nil {
				return err
			}
			counted.count(out, b.Rows)
			whole := *b
			whole.Columns = append(append([]table.Vector(nil), b.Columns...), out...)
			return write(&whole)
		})
	})
	if err != nil {
		return d, nil, err
	}
	in := counted.result()
	for i, col := range in.schema {
		if col.Role = table.Ignored; c.Kinds[i] == table.Category && col.Distinct <= table.MaxLevels {
			col.Kind = table.Category
		}
		next.Schema = append(next.Schema, col)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s", v.Hash, in.hash))
	next.Hash = hex.EncodeToString(sum[:])
	if d, err = s.add(ctx, wide, next, nil); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return d, names, err
}
