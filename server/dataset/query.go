package dataset

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// tables runs queries over the files by DuckDB, in memory.
type tables struct{ db *sql.DB }

// openTables starts DuckDB; it may read dir and nothing else.
func openTables(dir string) (*tables, error) {
	c, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	t := &tables{db: sql.OpenDB(c)}
	for _, q := range []string{
		`SET memory_limit = '512MB'`, `SET threads = 2`,
		`SET parquet_metadata_cache = true`, // files never change
		`SET temp_directory = ` + literal(dir+"/spill"+partial),
		`SET allowed_directories = [` + literal(dir+"/") + `]`,
		`SET enable_external_access = false`, `SET lock_configuration = true`,
	} {
		if _, err := t.db.Exec(q); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", q, err), t.db.Close())
		}
	}
	return t, nil
}

func (t *tables) close() error { return t.db.Close() }

// literal quotes a text for SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// view gives SQL for the rows of a version: id, and of c0, c1, ... those that
// are needed, as their kinds say.
func (s *Service) view(ctx context.Context, r Record, v Version, need []int) (string, error) {
	patches, err := s.c.Meta.Patches(ctx, r.ID, v.File.Version, v.Number)
	if err != nil {
		return "", err
	}
	q := s.fileSQL(r, v, need)
	if len(patches) == 0 {
		return q, nil
	}
	changed := make([]string, len(patches))
	var rows [][]*string // the id and the cells of each
	for i, p := range patches {
		id := fmt.Sprint(p.Row)
		if changed[i] = id; p.Cells == nil {
			continue
		}
		row := []*string{&id}
		for _, j := range need {
			row = append(row, cellText(p.Cells[j], v.Schema[j].Kind))
		}
		rows = append(rows, row)
	}
	// One literal for all: DuckDB takes thirty times as long to read one for each.
	q += ` ANTI JOIN (SELECT unnest(string_split('` + strings.Join(changed, ",") + `', ','))::BIGINT AS changed) ON ` + idSQL(v.File) + ` = changed`
	if len(rows) == 0 {
		return q, nil
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return "", err
	}
	cells := []string{`r[1]::BIGINT AS id`}
	for i, j := range need {
		cell := fmt.Sprintf(`r[%d]`, i+2)
		if v.Schema[j].Kind == table.Number {
			cell += `::DOUBLE`
		}
		cells = append(cells, cell+` AS `+column(j))
	}
	return q + ` UNION ALL SELECT ` + strings.Join(cells, ", ") + ` FROM (SELECT unnest(from_json(` + literal(string(list)) + `, '[["VARCHAR"]]')) AS r)`, nil
}

// fileSQL is view without the patches.
func (s *Service) fileSQL(r Record, v Version, need []int) string {
	cols := []string{idSQL(v.File) + " AS id"}
	for _, i := range need {
		cols = append(cols, kindSQL(i, r.Stored[i], v.Schema[i].Kind))
	}
	return fmt.Sprintf(`SELECT %s FROM read_parquet(%s, file_row_number = true)`, strings.Join(cols, ", "), literal(s.file(r.ID, v.File)))
}

// idSQL is the row id in a file.
func idSQL(f File) string {
	if f.IDs {
		return idColumn
	}
	return "file_row_number"
}

// kindSQL reads a stored column as its kind.
func kindSQL(i int, stored, kind table.Kind) string {
	c := column(i)
	switch {
	case stored == table.Number && kind != table.Number:
		return fmt.Sprintf(`CASE WHEN %[1]s = trunc(%[1]s) AND abs(%[1]s) < 1e16 THEN %[1]s::BIGINT::VARCHAR ELSE %[1]s::VARCHAR END AS %[1]s`, c)
	case stored != table.Number && kind == table.Number:
		return fmt.Sprintf(`TRY_CAST(%[1]s AS DOUBLE) AS %[1]s`, c)
	}
	return c
}

// cellText is a cell of a patch as a text that is cast to its kind; nil for a missing one.
func cellText(c table.Cell, kind table.Kind) *string {
	if c = cellAs(c, kind); c.Missing() {
		return nil
	}
	text := c.String()
	return &text
}

// query runs q with the version's rows as t, of which it needs some columns besides the id.
func (s *Service) query(ctx context.Context, r Record, v Version, need []int, q string, args ...any) (*sql.Rows, error) {
	view, err := s.view(ctx, r, v, need)
	if err != nil {
		return nil, err
	}
	return s.db.db.QueryContext(ctx, `WITH t AS (`+view+`) `+q, args...)
}

// rowsAt gives those of some rows, whose ids ascend, that a version has.
func (s *Service) rowsAt(ctx context.Context, r Record, v Version, ids []int64) (map[int64]wire.Row, error) {
	out := make(map[int64]wire.Row, len(ids))
	patches, err := s.c.Meta.PatchesOf(ctx, r.ID, v.File.Version, v.Number, ids)
	if err != nil {
		return nil, err
	}
	patched := make(map[int64]bool, len(patches))
	for _, p := range patches {
		patched[p.Row] = true
		if p.Cells == nil {
			continue
		}
		row := wire.Row{ID: p.Row, Cells: make([]table.Cell, len(p.Cells))}
		for i, c := range p.Cells {
			row.Cells[i] = cellAs(c, v.Schema[i].Kind)
		}
		out[p.Row] = row
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return patched[id] })
	if len(rest) == 0 {
		return out, nil
	}
	f, err := s.open(r, v)
	if err != nil {
		return nil, err
	}
	defer f.Close() // was only read
	rd, err := s.reader(f, true)
	if err != nil {
		return nil, err
	}
	rows, err := (&Source{rec: r, version: v, file: f}).at(ctx, rd, rest)
	for _, row := range rows {
		out[row.ID] = row
	}
	return out, err
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// queryColumns is how many columns a query has at most: DuckDB's memory is bounded.
const queryColumns = 256

// eachRow calls fn with the id and the cells of each row, which has columns of
// v after its id. It closes rows.
func eachRow(rows *sql.Rows, v Version, columns []int, fn func(id int64, cells []table.Cell) error) error {
	defer rows.Close()
	var id int64
	numbers, texts := make([]sql.NullFloat64, len(columns)), make([]sql.NullString, len(columns))
	to, cells := []any{&id}, make([]table.Cell, len(columns))
	for i, c := range columns {
		if v.Schema[c].Kind == table.Number {
			to = append(to, &numbers[i])
		} else {
			to = append(to, &texts[i])
		}
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i := range columns {
			cells[i] = table.Cell{}
			if numbers[i].Valid {
				cells[i] = table.Num(numbers[i].Float64)
			} else if texts[i].Valid {
				cells[i] = table.Str(texts[i].String)
			}
		}
		if err := fn(id, cells); err != nil {
			return err
		}
	}
	return rows.Err()
}

// wrap adds op, and puts a query that needs too much memory into the user's words.
func wrap(op string, err error) error {
	if e, ok := errors.AsType[*duckdb.Error](err); ok && e.Type == duckdb.ErrorTypeOutOfMemory {
		return &fault.Error{Code: fault.TooLarge, Op: op, Err: err, Msg: "The table is too large for this question. Ask for fewer rows or fewer columns."}
	}
	return fault.Wrap(op, err)
}

// unknown gives those of some texts that a column has not.
func (s *Service) unknown(ctx context.Context, r Record, v Version, col int, levels []string) ([]string, error) {
	list := make([]string, len(levels))
	for i, l := range levels {
		list[i] = literal(l)
	}
	q := `SELECT DISTINCT ` + column(col) + ` FROM t WHERE ` + column(col) + ` IN (` + strings.Join(list, ", ") + `)`
	if len(levels) == 1 { // which ends at the first row that has it
		q = `SELECT ` + column(col) + ` FROM t WHERE ` + column(col) + ` = ` + list[0] + ` LIMIT 1`
	}
	rows, err := s.query(ctx, r, v, []int{col}, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]bool{}
	for rows.Next() {
		var level string
		if err := rows.Scan(&level); err != nil {
			return nil, err
		}
		known[level] = true
	}
	var out []string
	for _, l := range levels {
		if !known[l] {
			out = append(out, l)
		}
	}
	return out, rows.Err()
}

// rekind describes column i read as another kind, or says why it can't be. If lossy
// is set, texts that are no numbers are read as missing.
func (s *Service) rekind(ctx context.Context, r Record, v Version, i int, kind table.Kind, lossy bool) (table.Column, error) {
	was := v.Schema[i]
	out := table.Column{Name: was.Name, Kind: kind, Missing: was.Missing}
	v.Schema = slices.Clone(v.Schema)
	switch kind {
	case table.Number:
		bad, example, err := s.unreadable(ctx, r, v, i)
		if err != nil {
			return out, err
		}
		if bad > 0 && !lossy {
			return out, fault.Fieldf("columns", "%d values of column %q are no numbers, %q for one. Correct them, have them read as missing, or leave the column as it is.", bad, was.Name, example)
		}
		v.Schema[i].Kind = table.Number
		out.Missing += bad
		var lo, hi sql.NullFloat64
		if err := s.one(ctx, r, v, i, fmt.Sprintf(`SELECT min(%[1]s), max(%[1]s) FROM t WHERE isfinite(%[1]s)`, column(i)), &lo, &hi); err != nil {
			return out, err
		}
		if lo.Valid {
			out.Min, out.Max = &lo.Float64, &hi.Float64
		}
	case table.Category, table.Text:
		v.Schema[i].Kind = kind
		if err := s.one(ctx, r, v, i, fmt.Sprintf(`SELECT count(DISTINCT %[1]s), count(*) - count(%[1]s) FROM t`, column(i)), &out.Distinct, &out.Missing); err != nil {
			return out, err
		}
		if kind == table.Category && out.Distinct > table.MaxLevels {
			return out, fault.Fieldf("columns", "Column %q has %d different values, more than the %d that a category may have. Read it as text.", was.Name, out.Distinct, table.MaxLevels)
		}
		out.Distinct = min(out.Distinct, table.MaxLevels+1)
	default:
		return out, fault.Fieldf("columns", "The kind %q is not known; choose number, category or text.", kind)
	}
	return out, nil
}

// unreadable counts values of a text column that are no numbers.
func (s *Service) unreadable(ctx context.Context, r Record, v Version, i int) (bad int64, example string, err error) {
	if r.Stored[i] == table.Number {
		return 0, "", nil
	}
	v.Schema = slices.Clone(v.Schema)
	v.Schema[i].Kind = table.Text
	rows, err := s.query(ctx, r, v, []int{i}, fmt.Sprintf(`SELECT DISTINCT %[1]s, count(*), TRY_CAST(%[1]s AS DOUBLE) IS NULL FROM t WHERE %[1]s IS NOT NULL GROUP BY 1 ORDER BY 1`, column(i)))
	if err != nil {
		return 0, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var n int64
		var missing bool
		if err := rows.Scan(&text, &n, &missing); err != nil {
			return 0, "", err
		}
		_, ok := table.ParseNumber([]byte(text))
		if ok == missing { // the table engine and we must agree
			return 0, "", fault.Fieldf("columns", "%q is a number to one reader and none to another. Correct it first.", text)
		}
		if !ok {
			if bad == 0 {
				example = text
			}
			bad += n
		}
	}
	return bad, example, rows.Err()
}

// one scans the only row of a query about a column.
func (s *Service) one(ctx context.Context, r Record, v Version, col int, q string, to ...any) error {
	rows, err := s.query(ctx, r, v, []int{col}, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(errors.New("dataset: the query gave no row"), rows.Err())
	}
	return errors.Join(rows.Scan(to...), rows.Err())
}
