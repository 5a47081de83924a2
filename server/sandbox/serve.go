package sandbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"golang.org/x/sys/unix"
)

// slack is memory of the process that is not a query's: the program itself, and
// what DuckDB does not count.
const slack = 768 << 20

// Serve is the other side of Box.Run, in a process of its own: it runs the one
// query that stdin brings, and ends the process when stdin ends before it does.
func Serve(stdin io.Reader, stdout io.Writer) error {
	var t task
	d := json.NewDecoder(stdin)
	if err := d.Decode(&t); err != nil {
		return fmt.Errorf("sandbox: no task: %w", err)
	}
	go func() {
		_, err := io.Copy(io.Discard, io.MultiReader(d.Buffered(), stdin))
		fmt.Fprintln(os.Stderr, "sandbox: nobody waits for the answer", err)
		os.Exit(1)
	}()
	signal.Ignore(unix.SIGXFSZ) // a file that may grow no more is a failure to write
	for resource, most := range map[int]int64{
		unix.RLIMIT_DATA: t.Memory + slack, unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: max(t.Spill, t.Output),
	} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: uint64(most), Max: uint64(most)}); err != nil {
			return os.NewSyscallError("setrlimit", err)
		}
	}
	var r reply
	err := t.run(&r)
	if err != nil {
		if r.Failure = failure(err); r.Failure == nil {
			return err
		}
	}
	return json.NewEncoder(stdout).Encode(r)
}

// run opens a database, gives it the tables, locks it, and runs the query.
func (t task) run(r *reply) error {
	c, err := duckdb.NewConnector("", nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(c)
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, q := range t.setup() {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%.200s: %w", q, err)
		}
	}
	if _, err := conn.ExecContext(ctx, `SET lock_configuration = true`); err != nil {
		return err
	}
	const describe = "DESCRIBE SELECT * FROM (\n"
	if r.Columns, err = columns(ctx, conn, describe+t.Query+"\n)"); err != nil {
		return at(err, len(describe), len(t.Query))
	}
	if t.Describe {
		return nil
	}
	before, after := t.copies(r.Columns)
	if _, err := conn.ExecContext(ctx, before+t.Query+after); err != nil {
		return at(err, len(before), len(t.Query))
	}
	return nil
}

func (t task) setup() []string {
	q := []string{
		`SET errors_as_json = true`, `SET autoinstall_known_extensions = false`, `SET autoload_known_extensions = false`,
		`SET parquet_metadata_cache = true`, `SET TimeZone = 'UTC'`,
		fmt.Sprintf(`SET threads = %d`, t.Threads), fmt.Sprintf(`SET memory_limit = '%dB'`, t.Memory),
		`SET temp_directory = ` + Literal(t.Dir), fmt.Sprintf(`SET max_temp_directory_size = '%dB'`, t.Spill),
	}
	paths := []string{Literal(output)}
	for i := range t.Files {
		paths = append(paths, Literal(Input(i)))
	}
	for i := range t.Tables {
		for _, f := range t.Tables[i].Files {
			paths = append(paths, Literal(f))
		}
	}
	q = append(q, `SET allowed_paths = [`+strings.Join(paths, ", ")+`]`, `SET enable_external_access = false`)
	for _, table := range t.Tables {
		q = append(q, `CREATE VIEW `+Name(table.Name)+` AS `+table.SQL)
	}
	return q
}

var output = fmt.Sprintf("/proc/self/fd/%d", outputFile)

func columns(ctx context.Context, conn *sql.Conn, q string) ([]Column, error) {
	rows, err := conn.QueryContext(ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Column{}
	for rows.Next() {
		var c Column
		var rest [4]any
		if err := rows.Scan(&c.Name, &c.Type, &rest[0], &rest[1], &rest[2], &rest[3]); err != nil {
			return nil, err
		}
		if c.Type == `"NULL"` { // a column that has never a value has no type
			c.Type = "VARCHAR"
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// copies gives what stands before and after the query in the statement that
// writes its rows. Names of users may be anything, also twice the same.
func (t task) copies(columns []Column) (before, after string) {
	values, names := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = fmt.Sprintf("c%d", i)
		values[i] = names[i] + "::" + Plain(c.Type) + " AS " + names[i]
	}
	before = `COPY (SELECT ` + strings.Join(values, ", ") + ` FROM (` + "\n"
	after = "\n" + `) AS t(` + strings.Join(names, ", ") + `)`
	if t.Limit > 0 {
		after += fmt.Sprintf(` LIMIT %d`, t.Limit)
	}
	return before, after + `) TO ` + Literal(output) + ` (FORMAT parquet, USE_TMP_FILE false, COMPRESSION snappy)`
}

// Plain gives the type as which values of an SQL type are in an answer:
// DOUBLE, BIGINT or VARCHAR. A HUGEINT, which sums of integers are, and a
// DECIMAL are DOUBLE.
func Plain(sqlType string) string {
	switch kind, _, _ := strings.Cut(sqlType, "("); kind {
	case "DOUBLE", "FLOAT", "HUGEINT", "UHUGEINT", "DECIMAL":
		if !strings.HasSuffix(sqlType, "]") {
			return "DOUBLE"
		}
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		return "BIGINT"
	}
	return "VARCHAR"
}

// Literal quotes a text for SQL.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Name quotes a name for SQL.
func Name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// at moves the position of a failure from the statement to the query in it.
func at(err error, before, length int) error {
	f := failure(err)
	if f == nil {
		return err
	}
	if f.Position -= before; f.Position < 0 || f.Position > length {
		f.Position = -1
	}
	return f
}

// failure reads an error that DuckDB writes as JSON; nil if it is none.
func failure(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return nil
	}
	return parseFailure(e.Msg)
}

func parseFailure(msg string) *Failure {
	var said struct {
		Type     string `json:"exception_type"`
		Message  string `json:"exception_message"`
		Subtype  string `json:"error_subtype"`
		Position string `json:"position"`
		Name     string `json:"name"`
		Closest  string `json:"candidates"`
	}
	if json.Unmarshal([]byte(msg), &said) != nil || said.Type == "" {
		kind, rest, _ := strings.Cut(msg, " Error: ")
		return &Failure{Type: kind, Message: rest, Position: -1}
	}
	f := &Failure{Type: said.Type, Subtype: said.Subtype, Message: said.Message, Name: said.Name, Closest: said.Closest, Position: -1}
	if n, err := strconv.Atoi(said.Position); err == nil && n >= 0 {
		f.Position = n
	}
	return f
}
