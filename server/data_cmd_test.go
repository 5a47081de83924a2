package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/wire"
)

// file writes a file for a command.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const people = "name,age,city\nada,36,london\nbob,,paris\ncy,36,\ndee,7,london\n"

// The commands print what they print on a small table, exactly.
func TestData(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	p, c := file(t, "people.csv", people), file(t, "cities.csv", "city;country\nlondon;uk\nparis;fr\n")
	for name, x := range map[string]struct {
		args []string
		want string
	}{
		"show":        {[]string{"show", p, "--rows", "2"}, "+----+----+------+\n|name| age|  city|\n+----+----+------+\n| ada|  36|london|\n| bob|NULL| paris|\n+----+----+------+\nonly showing top 2 rows\n"},
		"count":       {[]string{"count", p, "--filter", "age > 7"}, "2\n"},
		"columns":     {[]string{"columns", p, "--drop", "age"}, "name\ncity\n"},
		"dtypes":      {[]string{"dtypes", p, "--with-column", "old=age > 10"}, "name\tvarchar\nage\tdouble\ncity\tvarchar\nold\tboolean\n"},
		"schema":      {[]string{"schema", p, "--select", "age"}, "root\n |-- age: double (nullable = true)\n"},
		"describe":    {[]string{"describe", p, "--select", "age"}, "+-------+------------------+\n|summary|               age|\n+-------+------------------+\n|  count|                 3|\n|   mean|26.333333333333332|\n| stddev| 16.74315780649915|\n|    min|                 7|\n|    max|                36|\n+-------+------------------+\n"},
		"collect":     {[]string{"collect", p, "--dropna", "--limit", "1"}, "name,age,city\nada,36,london\n"},
		"order":       {[]string{"collect", p, "--limit", "2", "--sort", "-name"}, "name,age,city\nbob,,paris\nada,36,london\n"},
		"other order": {[]string{"collect", p, "--sort", "-name", "--limit", "2"}, "name,age,city\ndee,7,london\ncy,36,\n"},
		"join":        {[]string{"collect", p, "--join", c, "--on", "city", "--how", "left", "--select", "name,country"}, "name,country\nada,uk\nbob,fr\ncy,\ndee,uk\n"},
		"union":       {[]string{"collect", p, "--select", "city", "--distinct", "--union", file(t, "more.ndjson", `{"x":"rome"}`)}, "city\nlondon\nparis\n\"\"\nrome\n"},
		"groups":      {[]string{"collect", p, "--group-by", "city", "--agg", "count, mean(age) as m, quantile(age, 1)", "--fillna", "none", "--sort", "-count"}, "city,count,m,quantile(age)\nlondon,2,21.5,36\nparis,1,,\nnone,1,36,36\n"},
		"map":         {[]string{"collect", p, "--map", "n=upper(name); x=';' || coalesce(city, 'y')", "--limit", "1"}, "n,x\nADA,;london\n"},
		"reduce":      {[]string{"collect", p, "--reduce", "total=sum(age); n=count(*)"}, "total,n\n79,4\n"},
		"rename":      {[]string{"columns", p, "--rename", "name=who,city=where"}, "who\nage\nwhere\n"},
		"sql":         {[]string{"sql", "SELECT name, country FROM people JOIN cities USING (city) ORDER BY 1", p, c, "--format", "csv"}, "name,country\nada,uk\nbob,fr\ndee,uk\n"},
		"--sql":       {[]string{"count", p, "--sql", "SELECT DISTINCT city FROM people", "--dropna"}, "2\n"},
		"verb":        {[]string{"filter", p, "age < 10"}, "+----+---+------+\n|name|age|  city|\n+----+---+------+\n| dee|  7|london|\n+----+---+------+\n"},
		"verb more":   {[]string{"join", p, c, "--on", "city", "--select", "country", "--format", "csv"}, "country\nuk\nfr\nuk\n"},
		"verb bare":   {[]string{"dropna", p, "--format", "ndjson"}, "{\"name\":\"ada\",\"age\":36,\"city\":\"london\"}\n{\"name\":\"dee\",\"age\":7,\"city\":\"london\"}\n"},
		"verb groups": {[]string{"group-by", p, "city", "--agg", "count as n", "--format", "csv"}, "city,n\nlondon,2\nparis,1\n,1\n"},
		"sample":      {[]string{"sample", p, "99", "--seed", "3", "--select", "name", "--format", "csv"}, "name\nada\nbob\ncy\ndee\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := line(t, nil, "", append([]string{"data"}, x.args...)...)
			if code != 0 || out != x.want || errs != "" {
				t.Errorf("%q = %d, %q\n%swant\n%s", x.args, code, errs, out, x.want)
			}
		})
	}
	if code, out, errs := line(t, nil, people, "data", "count", "-"); code != 0 || out != "4\n" {
		t.Errorf("from standard input: %d, %q, %q", code, out, errs)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Files are written in the format that their name says, and Parquet keeps its types.
func TestDataFiles(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	p, dir := file(t, "people.csv", people), t.TempDir()
	for _, name := range []string{"a.parquet", "a.arrow", "a.ndjson", "a.csv"} {
		out := filepath.Join(dir, name)
		if code, _, errs := line(t, nil, "", "data", "collect", p, "--out", out); code != 0 {
			t.Fatalf("%s: %s", name, errs)
		}
		if code, got, errs := line(t, nil, "", "data", "collect", out); code != 0 || got != people {
			t.Errorf("%s reads back as %d, %q, %s", name, code, got, errs)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "a.parquet")); err != nil || !bytes.HasPrefix(b, []byte("PAR1")) {
		t.Errorf("a.parquet: %v", err)
	}
	train, test := filepath.Join(dir, "train.csv"), filepath.Join(dir, "test.csv")
	if code, _, errs := line(t, nil, "", "data", "split", sampleFile("iris.csv"), "--weights", "0.7,0.3", "--split-seed", "1", "--out", train+","+test); code != 0 {
		t.Fatal(errs)
	}
	if code, out, errs := line(t, nil, "", "data", "count", train, "--union", test); code != 0 || out != "150\n" {
		t.Errorf("the parts have %q rows, %s", out, errs)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// What is wrong is said with the place, with exit code 2; Ctrl-C is 130.
func TestDataFaults(t *testing.T) {
	p := file(t, "people.csv", people)
	for name, x := range map[string]struct {
		args []string
		want string
	}{
		"no file":       {[]string{"show", "gone.csv"}, "gone.csv can't be opened"},
		"broken file":   {[]string{"show", file(t, "x.csv", "a,b\n1\n")}, "x.csv: "},
		"no parquet":    {[]string{"show", file(t, "x.parquet", "PAR1 and then nothing")}, "no Parquet file"},
		"no column":     {[]string{"show", p, "--select", "nope"}, `no column "nope"`},
		"syntax":        {[]string{"show", p, "--filter", "age >"}, "Line 1, character 6 of the SQL: The expression ends too early"},
		"no table":      {[]string{"sql", "SELECT *\nFROM nobody", p}, `Line 2, character 6 of the SQL: There is no dataset "nobody". You have: "people".`},
		"another file":  {[]string{"sql", "SELECT * FROM read_csv('/etc/passwd')", p}, "no files"},
		"on alone":      {[]string{"show", p, "--on", "a"}, "must follow the join"},
		"agg":           {[]string{"show", p, "--group-by", "city", "--agg", "mean age"}, `"mean age" is no aggregate`},
		"bad verb":      {[]string{"limit", p, "some"}, "number of rows"},
		"unknown verb":  {[]string{"explode", p}, `Unknown command "explode"`},
		"format":        {[]string{"collect", p, "--format", "xlsx"}, `"xlsx" can't be written`},
		"parts":         {[]string{"split", p, "--out", "one.csv"}, "1 files"},
		"not in memory": {[]string{"sql", "SELECT len(range(300000000))", "--memory", "64MiB"}, "more memory than the 64 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := line(t, nil, "", append([]string{"data"}, x.args...)...)
			if code != exitUsage || out != "" || !strings.Contains(errs, x.want) {
				t.Errorf("%q = %d, %q, %q, want %q", x.args, code, out, errs, x.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code, _, errs := lineWith(t, ctx, nil, "", "data", "count", p); code != exitBreak || errs != "Stopped.\n" {
		t.Errorf("after Ctrl-C: %d, %q", code, errs)
	}
}

// FuzzDataFlags: values of flags are read or refused.
func FuzzDataFlags(f *testing.F) {
	for _, s := range []string{"a,b", `"a,b",c`, "x=a + 1; y=';'", "count, mean(a) as m, quantile(a, 0.9)", "-a", "a=b", "0.1", "*", "((", "'", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range verbs {
			step, err := v.read(s)
			if err == nil && step.Op != v.op {
				t.Errorf("%s %q gives %+v", v.name, s, step)
			}
		}
		aggs, err := readAggs(s)
		if err == nil && len(aggs) == 0 {
			t.Errorf("readAggs(%q) gives nothing", s)
		}
		if parts := splitOutside(s, ';'); strings.Join(parts, ";") != s {
			t.Errorf("splitOutside(%q) = %q", s, parts)
		}
		var l stepList
		if l.say("join", func(*wire.Step) error { return nil }) == nil {
			t.Error("a step that is not there was changed")
		}
	})
}
