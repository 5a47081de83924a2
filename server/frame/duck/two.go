package duck

import (
	"context"
	"fmt"
	"strings"

	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Steps that put two tables together.

var joinWords = map[string]string{"": "INNER", "inner": "INNER", "left": "LEFT", "right": "RIGHT", "full": "FULL", "semi": "SEMI", "anti": "ANTI", "cross": "CROSS"}

// other compiles the other table of a step.
func (b *build) other(ctx context.Context, at string, s wire.Step) (relation, error) {
	r, err := b.plan(ctx, at+".other", s.Other)
	if err == nil {
		err = b.describe(ctx, &r, s.Op)
	}
	return r, err
}

func (b *build) join(ctx context.Context, at string, s wire.Step, left relation) (relation, error) {
	right, err := b.other(ctx, at, s)
	if err != nil {
		return left, err
	}
	var on []string
	isKey := map[int]int{} // of a left key, the right one
	rightKey := map[int]bool{}
	for j, name := range s.Columns {
		field := fmt.Sprintf("%s.columns[%d]", at, j)
		l, err := find(field, left.columns, name)
		if err != nil {
			return left, err
		}
		r := index(right.columns, name)
		if r < 0 {
			return left, fault.Fieldf(field, "The other table has no column %q. It has: %s.", name, namesOf(right.columns))
		}
		if left.columns[l].Kind != right.columns[r].Kind {
			return left, fault.Fieldf(field, "Column %q is %s here and %s in the other table: they can't be equal. Convert one first.", name, left.columns[l].Type, right.columns[r].Type)
		}
		isKey[l], rightKey[r] = r, true
		on = append(on, fmt.Sprintf("l.%s = r.%s", sandbox.Name(left.columns[l].Name), sandbox.Name(right.columns[r].Name)))
	}
	var out relation
	var list []string
	add := func(value string, c wire.FrameColumn) {
		c.Name = free(out.columns, c.Name)
		out.columns = append(out.columns, c)
		list = append(list, value+" AS "+sandbox.Name(c.Name))
	}
	for i, c := range left.columns {
		value := "l." + sandbox.Name(c.Name)
		if r, ok := isKey[i]; ok && (s.How == "right" || s.How == "full") {
			value = "coalesce(" + value + ", r." + sandbox.Name(right.columns[r].Name) + ")"
		}
		add(value, c)
	}
	half := s.How == "semi" || s.How == "anti" // of which the right is only asked
	for i, c := range right.columns {
		if !rightKey[i] && !half {
			add("r."+sandbox.Name(c.Name), c)
		}
	}
	l, n := b.numbered(left)
	r, m := b.numbered(right)
	out.sql = join("SELECT "+strings.Join(list, ", ")+" FROM (", l, ") AS l "+joinWords[s.How]+" JOIN (", r, ") AS r")
	if on != nil {
		out.sql = join(out.sql, " ON "+strings.Join(on, " AND "))
	}
	out.sql = join(out.sql, " ORDER BY l."+sandbox.Name(n)+" NULLS LAST")
	if !half {
		out.sql = join(out.sql, ", r."+sandbox.Name(m)+" NULLS LAST")
	}
	return out, nil
}

func (b *build) union(ctx context.Context, at string, s wire.Step, r relation) (relation, error) {
	o, err := b.other(ctx, at, s)
	if err != nil {
		return r, err
	}
	if len(o.columns) != len(r.columns) {
		return r, fault.Fieldf(at+".other", "The tables have %d and %d columns: they must have the same number.", len(r.columns), len(o.columns))
	}
	out := relation{columns: append([]wire.FrameColumn(nil), r.columns...)}
	list := make([]string, len(r.columns))
	for i, c := range r.columns {
		j := i
		if s.ByName {
			if j = index(o.columns, c.Name); j < 0 {
				return r, fault.Fieldf(at+".other", "The other table has no column %q. It has: %s.", c.Name, namesOf(o.columns))
			}
		}
		if c.Kind != o.columns[j].Kind {
			return r, fault.Fieldf(at+".other", "Column %q is %s, and %q of the other table is %s. Convert one first.", c.Name, c.Type, o.columns[j].Name, o.columns[j].Type)
		}
		if c.Type != o.columns[j].Type {
			out.columns[i].Type = "" // DuckDB says which
		}
		list[i] = sandbox.Name(o.columns[j].Name)
	}
	out.sql = join("(SELECT * FROM (", r.sql, ")) UNION ALL (SELECT "+strings.Join(list, ", ")+" FROM (", o.sql, "))")
	return out, nil
}
