package exported_test

import (
	"database/sql"
	"database/sql/driver"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/centroid-studio/centroid/shared/table"
)

func TestSQL(t *testing.T) {
	each(t, "sql", func(t *testing.T, s *scenario, folder string) []int32 {
		connector, err := duckdb.NewConnector("", nil)
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(connector)
		defer db.Close()
		fill(t, db, connector, s)
		query, err := os.ReadFile(filepath.Join(folder, "cluster.sql"))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := db.QueryContext(t.Context(), string(query))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Close()
		names, err := answer.Columns()
		if err != nil {
			t.Fatal(err)
		}
		if want := append([]string{"row id"}, s.m.Prep.Names()...); !slices.Equal(names[:len(names)-2], want) || slices.Contains(want, names[len(names)-2]) {
			t.Fatalf("the columns are %q, want %q, cluster and distance", names, want)
		}
		out := make([]int32, rowsOfCase)
		for answer.Next() {
			var cluster sql.NullInt32
			var row int
			cells := make([]any, len(names))
			for i := range cells {
				cells[i] = new(any)
			}
			cells[0], cells[len(names)-2] = &row, &cluster
			if err := answer.Scan(cells...); err != nil {
				t.Fatal(err)
			}
			if out[row] = left; cluster.Valid {
				out[row] = cluster.Int32
			}
		}
		if err := answer.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	})
}

// fill makes my_table of the rows, with their numbers before them.
func fill(t *testing.T, db *sql.DB, connector driver.Connector, s *scenario) {
	t.Helper()
	columns := `"row id" INTEGER`
	for _, c := range s.rows.schema {
		kind := "VARCHAR"
		if c.Kind == table.Number {
			kind = "DOUBLE"
		}
		columns += `, "` + strings.ReplaceAll(c.Name, `"`, `""`) + `" ` + kind
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE my_table ("+columns+")"); err != nil {
		t.Fatal(err)
	}
	conn, err := connector.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	a, err := duckdb.NewAppenderFromConn(conn, "", "my_table")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rowsOfCase {
		row := []driver.Value{int32(i)}
		for _, v := range s.rows.data {
			switch {
			case v.Numbers != nil:
				row = append(row, v.Numbers[i]) // missing: NaN
			case v.Texts[i] == "" && i%2 == 0:
				row = append(row, nil)
			default:
				row = append(row, v.Texts[i])
			}
		}
		if err := a.AppendRow(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
