package duck

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// table opens a dataset as a source.
func (b *build) table(ctx context.Context, at string, s wire.Step) (relation, error) {
	t, err := b.e.open(ctx, at, s)
	if err != nil {
		return relation{}, err
	}
	name := b.view(fmt.Sprintf("\x01frame %d", len(b.tables)), t)
	r := relation{sql: ours("SELECT * FROM " + sandbox.Name(name)), table: &t}
	for _, c := range uniqueNames(t.Columns) {
		r.columns = append(r.columns, columnOf(c.Name, c.Type))
	}
	return r, nil
}

// open opens the dataset of a step.
func (u *user) open(ctx context.Context, at string, s wire.Step) (Table, error) {
	t, err := u.tables.Open(ctx, s.Dataset, s.Version)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Code == fault.NotFound {
		c := *e
		c.Field = at + ".dataset"
		return t, &c
	}
	return t, err
}

// view makes a table known to the sandbox and gives its name there.
func (b *build) view(name string, t Table) string {
	for b.taken[strings.ToLower(name)] {
		name += "_"
	}
	b.taken[strings.ToLower(name)] = true
	b.tables = append(b.tables, sandbox.Table{Name: name, SQL: viewSQL(t, t.SQL), Files: t.Files})
	return name
}

// uniqueNames gives columns names that differ in more than case, as SQL needs.
func uniqueNames(columns []Column) []Column {
	out := make([]Column, len(columns))
	taken := make(map[string]bool, len(columns))
	for _, c := range columns {
		taken[c.Name] = true
	}
	used := make(map[string]bool, len(columns))
	for i, c := range columns {
		name := c.Name
		for n := 2; used[strings.ToLower(name)] || name != c.Name && taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		used[strings.ToLower(name)] = true
		out[i] = Column{Name: name, Type: c.Type}
	}
	return out
}

// viewSQL names the columns that sql gives of a table, and more after them.
func viewSQL(t Table, sql string, more ...string) string {
	names := uniqueNames(t.Columns)
	list := make([]string, len(names))
	for i, c := range names {
		list[i] = fmt.Sprintf("c%d AS %s", i, sandbox.Name(c.Name))
	}
	return "SELECT " + strings.Join(append(list, more...), ", ") + " FROM (" + sql + ")"
}

// query takes a user's SELECT as a source.
func (b *build) query(ctx context.Context, field, sql string) (relation, error) {
	sql = cut(sql)
	refs, err := b.e.d.parser.query(ctx, sql)
	if err == nil {
		err = b.resolve(ctx, refs)
	}
	if err != nil {
		return relation{}, pointed(field, sql, err)
	}
	return relation{sql: join("SELECT * FROM (\n", text{{sql, field}}, "\n)")}, nil
}

// cut is a query without what may stand at its end, but not in parentheses.
func cut(sql string) string { return strings.TrimRight(sql, "; \t\r\n") }

// expr takes a user's expression, in parentheses.
func (b *build) expr(ctx context.Context, field, expr string) (text, error) {
	refs, err := b.e.d.parser.expr(ctx, expr)
	if err == nil {
		err = b.resolve(ctx, refs)
	}
	if err != nil {
		return nil, pointed(field, expr, err)
	}
	return join("(", text{{expr, field}}, "\n)"), nil
}

// resolve opens the datasets that a text names.
func (b *build) resolve(ctx context.Context, refs []ref) error {
	if len(refs) == 0 {
		return nil
	}
	list, err := b.e.tables.List(ctx)
	if err != nil {
		return err
	}
	for _, r := range refs {
		found, err := lookup(list, r)
		if err != nil {
			return err
		}
		if found == nil || b.opened[strings.ToLower(r.name)] {
			continue
		}
		t, err := b.e.tables.Open(ctx, found.ID, 0)
		if err != nil {
			return err
		}
		if len(b.tables) >= maxTables {
			return &problem{fmt.Sprintf("The query names more than %d datasets.", maxTables), r.at}
		}
		b.opened[strings.ToLower(r.name)] = true
		b.taken[strings.ToLower(r.name)] = true
		b.tables = append(b.tables, sandbox.Table{Name: r.name, SQL: viewSQL(t, t.SQL), Files: t.Files})
	}
	return nil
}

// maxTables is how many datasets one plan may name in SQL.
const maxTables = 64

// lookup finds the dataset that a text means: the one with this id, or the only
// one of this name. It is nil where a WITH of the text has the name.
func lookup(list []Entry, r ref) (*Entry, error) {
	var byName []Entry
	for i := range list {
		if strings.EqualFold(list[i].ID, r.name) {
			return &list[i], nil
		}
		if strings.EqualFold(list[i].Name, r.name) {
			byName = append(byName, list[i])
		}
	}
	switch {
	case r.cte:
		return nil, nil
	case len(byName) == 1:
		return &byName[0], nil
	case len(byName) > 1:
		ids := make([]string, len(byName))
		for i, e := range byName {
			ids[i] = sandbox.Name(e.ID)
		}
		return nil, &problem{fmt.Sprintf("%d datasets are called %q. Rename one, or write its id: %s.", len(byName), r.name, strings.Join(ids, ", ")), r.at}
	case len(list) == 0:
		return nil, &problem{fmt.Sprintf("There is no dataset %q: you have none. Upload one first.", r.name), r.at}
	}
	var names []string
	for _, e := range list {
		if name := sandbox.Name(e.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	more := ""
	if len(names) > 10 {
		more = fmt.Sprintf(" and %d more", len(names)-10)
		names = names[:10]
	}
	return nil, &problem{fmt.Sprintf("There is no dataset %q. You have: %s%s.", r.name, strings.Join(names, ", "), more), r.at}
}
