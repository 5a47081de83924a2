package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/server/sandbox/sandboxtest"
	"github.com/centroid-studio/centroid/shared/fault"
)

func TestMain(m *testing.M) { sandboxtest.Main(m) }

var numbers = sandbox.Table{Name: "my numbers", SQL: `SELECT i::DOUBLE AS a, 'x' || i AS b FROM range(1000) r(i)`}

// run gives the rows of the answer.
func run(t testing.TB, b *sandbox.Box, ctx context.Context, j sandbox.Job) (columns []sandbox.Column, rows int64, err error) {
	t.Helper()
	out, err := sandbox.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	columns, err = b.Run(ctx, j, out)
	if err != nil {
		return nil, 0, err
	}
	r, err := file.NewParquetReader(out)
	if err != nil {
		t.Fatal(err)
	}
	return columns, r.NumRows(), nil
}

func TestRun(t *testing.T) {
	b := sandboxtest.New(t, sandbox.Options{})
	for q, want := range map[string]string{
		`SELECT * FROM "my numbers"`:                                     "[{a DOUBLE} {b VARCHAR}] 1000",
		`SELECT a, a FROM "My Numbers" WHERE a < 3`:                      "[{a DOUBLE} {a_1 DOUBLE}] 3",
		`SELECT true, 1, [1, 2], {'a': 1}, DATE '2024-01-02' LIMIT 0`:    "5 0",
		`SELECT sum(a::INT) AS "c""d" FROM "my numbers" -- end`:          "[{c\"d HUGEINT}] 1",
		`SELECT 1::DECIMAL(10,2) AS d, [1.5::DOUBLE] AS l, 3::UBIGINT u`: "[{d DECIMAL(10,2)} {l DOUBLE[]} {u UBIGINT}] 1",
	} {
		columns, rows, err := run(t, b, t.Context(), sandbox.Job{Tables: []sandbox.Table{numbers}, Query: q})
		got := fmt.Sprint(columns, " ", rows)
		if !strings.HasPrefix(want, "[") {
			got = fmt.Sprint(len(columns), " ", rows)
		}
		if err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", q, got, err, want)
		}
	}
	_, rows, err := run(t, b, t.Context(), sandbox.Job{Tables: []sandbox.Table{numbers}, Query: `FROM "my numbers"`, Limit: 10})
	if err != nil || rows != 10 {
		t.Errorf("with a limit of 10: %d rows, %v", rows, err)
	}
}

// TestFailures: a failure points at the place in the query.
func TestFailures(t *testing.T) {
	b := sandboxtest.New(t, sandbox.Options{})
	for q, want := range map[string]struct{ kind, at string }{
		`SELECT a, foo FROM "my numbers"`:                    {"Binder", "foo"},
		`SELECT sume(a) FROM "my numbers"`:                   {"Catalog", "sume"},
		`SELECT 'ä', b::INT FROM "my numbers"`:               {"Conversion", "::INT"},
		`SELECT 'ä' FROM "my numbers" WHERE error('no') = 1`: {"Invalid Input", ""},
	} {
		_, _, err := run(t, b, t.Context(), sandbox.Job{Tables: []sandbox.Table{numbers}, Query: q})
		f, ok := errors.AsType[*sandbox.Failure](err)
		if !ok {
			t.Errorf("%s: %v, want a failure", q, err)
			continue
		}
		at := strings.Index(q, want.at)
		if want.at == "" {
			at = -1
		}
		if f.Type != want.kind || f.Position != at {
			t.Errorf("%s: %q at %d, want %q at %d", q, f.Type, f.Position, want.kind, at)
		}
	}
}

// TestRefused: whatever a query tries, it reads its tables and nothing else. The
// sandbox is told to run statements that nobody would let through to it.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("password\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	called := make(chan struct{})
	go func() {
		if c, err := l.Accept(); err == nil {
			close(called)
			c.Close()
		}
	}()
	b := sandboxtest.New(t, sandbox.Options{})
	for _, q := range []string{
		`SELECT * FROM read_csv('` + secret + `')`, `SELECT * FROM read_text('` + secret + `')`, `SELECT * FROM '` + secret + `'`, `SELECT * FROM glob('` + dir + `/*')`,
		`SELECT * FROM read_blob('/etc/passwd')`, `SELECT * FROM read_text('/proc/self/environ')`, `SELECT * FROM read_text('/proc/self/maps')`,
		`SELECT * FROM query('SELECT * FROM read_text(''` + secret + `'')')`, `SELECT * FROM sniff_csv('` + secret + `')`, `SELECT * FROM sqlite_scan('` + secret + `', 't')`,
		`SELECT * FROM read_csv('http://` + l.Addr().String() + `/x.csv')`, `SELECT * FROM read_parquet('s3://bucket/x.parquet')`,
		`SELECT 1) TO '` + dir + `/out.csv' (FORMAT csv); COPY (SELECT 1`,
		`SELECT 1; SET enable_external_access = true`, `SELECT 1; SET lock_configuration = false`, `SELECT 1; SET memory_limit = '100GB'`, `SELECT 1; PRAGMA threads = 64`,
		`SELECT 1; ATTACH '` + dir + `/x.db'`, `SELECT 1; COPY (SELECT 1) TO '` + dir + `/x.csv'`, `SELECT 1; EXPORT DATABASE '` + dir + `/x'`, `SELECT 1; INSTALL httpfs`, `SELECT 1; LOAD '` + secret + `'`,
		`SELECT getenv('HOME')`,
	} {
		_, _, err := run(t, b, t.Context(), sandbox.Job{Tables: []sandbox.Table{numbers}, Query: q})
		if _, ok := errors.AsType[*sandbox.Failure](err); !ok {
			t.Errorf("%s: %v, want a failure", q, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Fatalf("%s left %v, %v", q, left, err)
		}
	}
	select {
	case <-called:
		t.Error("a query called a server")
	default:
	}
}

// TestEnds: a query that never ends, or takes all memory, is ended, and the next one runs.
func TestEnds(t *testing.T) {
	b := sandboxtest.New(t, sandbox.Options{Time: 2 * time.Second, Memory: 128 << 20, Spill: 1 << 20, Output: 1 << 20})
	for q, says := range map[string]string{
		`SELECT count(*) FROM range(100000000000) a(i), range(10000000) b(j) WHERE a.i * b.j = 3`:        "longer than the 2s",
		`WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT (i + 1) % 7 FROM r) SELECT max(i) FROM r`:   "",
		`SELECT length(repeat('x', 2000000000))`:                                                         "",
		`SELECT length(repeat('x', 1000000000) || repeat('y', 1000000000))`:                              "",
		`SELECT len(range(3000000000))`:                                                                  "memory",
		`SELECT list(i) FROM range(1000000000) r(i)`:                                                     "",
		`SELECT string_agg(repeat('x', 1000), ',') FROM range(10000000) r(i)`:                            "",
		`SELECT count(*) FROM (SELECT DISTINCT i FROM range(1000000000) r(i))`:                           "",
		`SELECT max(x) FROM (SELECT i, repeat('x', i::INT) x FROM range(1000000) r(i) ORDER BY hash(i))`: "",
		`SELECT len(list_transform(range(100000000), lambda a: repeat('abc', 100)))`:                     "",
		`SELECT hash(i), hash(i + 1) FROM range(100000000) r(i)`:                                         "more than the 1 MB",
	} {
		_, _, err := run(t, b, t.Context(), sandbox.Job{Query: q})
		if fault.CodeOf(err) != fault.TooLarge || !strings.Contains(fault.Message(err), says) {
			t.Errorf("%s: %v, want too large: %q", q, err, says)
		}
	}
	if _, rows, err := run(t, b, t.Context(), sandbox.Job{Query: `SELECT 1`}); err != nil || rows != 1 {
		t.Errorf("the next query: %d rows, %v", rows, err)
	}
}

// TestCancel: who goes away ends the query, also one that waits for another.
func TestCancel(t *testing.T) {
	b := sandboxtest.New(t, sandbox.Options{Processes: 1})
	const endless = `SELECT length(repeat('x', 2000000000)), count(*) FROM range(100000000000) a(i), range(10000000) b(j) WHERE a.i * b.j = 3`
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			_, _, err := run(t, b, ctx, sandbox.Job{Query: endless})
			ended <- err
		}()
	}
	cancel()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
	}
	if _, rows, err := run(t, b, t.Context(), sandbox.Job{Query: `SELECT 1`}); err != nil || rows != 1 {
		t.Errorf("the next query: %d rows, %v", rows, err)
	}
}

// TestServeAlone: a process that is told nonsense says so.
func TestServeAlone(t *testing.T) {
	for _, in := range []string{"", "{", "[1]", `"x"`} {
		if err := sandbox.Serve(strings.NewReader(in), io.Discard); err == nil {
			t.Errorf("Serve(%q) went well", in)
		}
	}
	if _, err := sandbox.New(sandbox.Options{Dir: "/proc/nowhere"}); err == nil {
		t.Error("a folder that can't be made was made")
	}
	b, err := sandbox.New(sandbox.Options{Command: []string{"/nowhere"}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(t, b, t.Context(), sandbox.Job{Query: "SELECT 1"}); fault.CodeOf(err) != fault.Internal {
		t.Errorf("a process that can't start: %v", err)
	}
}

// FuzzPlain: a type is one of three.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"DOUBLE", "DECIMAL(18,3)", "INTEGER[]", "STRUCT(a INTEGER)", "ENUM('DOUBLE')"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p := sandbox.Plain(s); !bytes.Contains([]byte("DOUBLE BIGINT VARCHAR"), []byte(p)) {
			t.Errorf("Plain(%q) = %q", s, p)
		}
	})
}

// BenchmarkRun is what a query costs that does nothing.
func BenchmarkRun(b *testing.B) {
	x := sandboxtest.New(b, sandbox.Options{})
	for b.Loop() {
		if _, _, err := run(b, x, b.Context(), sandbox.Job{Tables: []sandbox.Table{numbers}, Query: `SELECT a FROM "my numbers"`}); err != nil {
			b.Fatal(err)
		}
	}
}
