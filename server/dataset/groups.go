package dataset

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Groups gives the rows of a version in groups of a column's value: how many
// they are, the mean of each number, and each category's most frequent level.
// Texts are left out, and infinite values are of no mean.
func (s *Service) Groups(ctx context.Context, owner, id string, version int, by string) (wire.Groups, error) {
	const op = "dataset.Groups"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return wire.Groups{}, fault.Wrap(op, err)
	}
	key := v.Schema.Index(by)
	if key < 0 {
		return wire.Groups{}, fault.Fieldf("by", "There is no column %q to group by.", by)
	}
	g := wire.Groups{Version: v.Number, By: by, Rows: v.Rows, Columns: []wire.GroupColumn{}, Groups: []wire.Group{}}
	var numbers, categories []int
	for i, c := range v.Schema {
		switch {
		case i == key:
		case c.Kind == table.Number:
			numbers = append(numbers, i)
		case c.Kind == table.Category:
			categories = append(categories, i)
		}
	}
	at, err := s.groupsOf(ctx, r, v, key, &g)
	if err != nil {
		return wire.Groups{}, wrap(op, err)
	}
	column := map[int]int{} // of the answer, by that of the table
	for i, c := range v.Schema {
		if i == key || c.Kind == table.Text {
			continue
		}
		what := "mean"
		if c.Kind == table.Category {
			what = "usual"
		}
		column[i] = len(g.Columns)
		g.Columns = append(g.Columns, wire.GroupColumn{Name: c.Name, What: what})
	}
	for i := range g.Groups {
		g.Groups[i].Cells = make([]table.Cell, len(g.Columns))
	}
	for from := 0; from < len(numbers); from += queryColumns {
		part := numbers[from:min(from+queryColumns, len(numbers))]
		if err := s.means(ctx, r, v, key, part, func(group string, i int, x float64) {
			g.Groups[at[group]].Cells[column[i]] = table.Num(x)
		}); err != nil {
			return wire.Groups{}, wrap(op, err)
		}
	}
	for _, i := range categories {
		if err := s.usual(ctx, r, v, key, i, func(group, level string) {
			g.Groups[at[group]].Cells[column[i]] = table.Str(level)
		}); err != nil {
			return wire.Groups{}, wrap(op, err)
		}
	}
	return g, nil
}

// keySQL is a group's value as a text, by which answers are put together; missing is the empty text.
func keySQL(v Version, key int) string {
	if v.Schema[key].Kind == table.Number {
		return fmt.Sprintf(`coalesce((%[1]s + 0)::VARCHAR, '')`, column(key)) // -0 is 0
	}
	return fmt.Sprintf(`coalesce(%s, '')`, column(key))
}

// groupsOf finds the groups, by value with missing last, and the place of each by its text.
func (s *Service) groupsOf(ctx context.Context, r Record, v Version, key int, g *wire.Groups) (map[string]int, error) {
	// Numbers are sorted as numbers, and so are texts that all are whole numbers: clusters.
	rows, err := s.query(ctx, r, v, []int{key}, fmt.Sprintf(`SELECT %[1]s AS k, min(%[2]s) AS value, count(*) FROM t GROUP BY k
		ORDER BY value IS NULL, CASE WHEN bool_and(coalesce(regexp_full_match(k, '-?[0-9]{1,9}|'), true)) OVER () THEN try_cast(k AS BIGINT) END, value LIMIT %[3]d`,
		keySQL(v, key), column(key), table.MaxLevels+2))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at := map[string]int{}
	for rows.Next() {
		var k string
		var number sql.NullFloat64
		var text sql.NullString
		var group wire.Group
		value := any(&text)
		if v.Schema[key].Kind == table.Number {
			value = &number
		}
		if err := rows.Scan(&k, value, &group.Rows); err != nil {
			return nil, err
		}
		switch {
		case number.Valid:
			group.Value = table.Num(number.Float64)
		case text.Valid:
			group.Value = table.Str(text.String)
		}
		at[k] = len(g.Groups)
		g.Groups = append(g.Groups, group)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(g.Groups) > table.MaxLevels+1 {
		return nil, fault.Fieldf("by", "Column %q has more than %d different values. Group by a column with fewer.", g.By, table.MaxLevels)
	}
	return at, nil
}

// means gives the mean of the finite values of columns in each group that has some.
func (s *Service) means(ctx context.Context, r Record, v Version, key int, columns []int, fn func(group string, column int, mean float64)) error {
	var means []string
	for _, i := range columns {
		means = append(means, fmt.Sprintf(`avg(%[1]s) FILTER (WHERE isfinite(%[1]s))`, column(i)))
	}
	rows, err := s.query(ctx, r, v, distinct(append([]int{key}, columns...)), `SELECT `+keySQL(v, key)+` AS k, `+strings.Join(means, ", ")+` FROM t GROUP BY k`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var k string
	values := make([]sql.NullFloat64, len(columns))
	to := []any{&k}
	for i := range values {
		to = append(to, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i, x := range values {
			if x.Valid {
				fn(k, columns[i], x.Float64)
			}
		}
	}
	return rows.Err()
}

// usual gives the most frequent level of a category in each group that has one, ties to the first.
func (s *Service) usual(ctx context.Context, r Record, v Version, key, col int, fn func(group, level string)) error {
	rows, err := s.query(ctx, r, v, distinct([]int{key, col}), fmt.Sprintf(`SELECT k, level FROM (
		SELECT k, level, row_number() OVER (PARTITION BY k ORDER BY n DESC, level) AS place FROM (
			SELECT %s AS k, %s AS level, count(*) AS n FROM t WHERE level IS NOT NULL GROUP BY k, level)) WHERE place = 1`, keySQL(v, key), column(col)))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k, level string
		if err := rows.Scan(&k, &level); err != nil {
			return err
		}
		fn(k, level)
	}
	return rows.Err()
}
