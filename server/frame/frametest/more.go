package frametest

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func asFault(err error) *fault.Error {
	e, _ := errors.AsType[*fault.Error](err)
	return e
}

// column computes a column of numbers.
func (s *suite) column(t *testing.T, f frame.Frame, name string) []float64 {
	t.Helper()
	cells, err := f.Select(name).Collect(t.Context())
	if err != nil {
		t.Fatalf("%+v", err)
	}
	out := make([]float64, len(cells))
	for i := range cells {
		if cells[i][0].Number == nil {
			t.Fatalf("row %d has no number", i)
		}
		out[i] = *cells[i][0].Number
	}
	return out
}

// order checks on many rows that verbs keep the order, whatever runs in parallel.
func (s *suite) order(t *testing.T) {
	many := s.of("many")
	inOrder := func(name string, f frame.Frame, want int) {
		t.Helper()
		got := s.column(t, f, "n")
		if len(got) != want || !slices.IsSorted(got) {
			t.Errorf("%s: %d rows, sorted %v, want %d in order", name, len(got), slices.IsSorted(got), want)
		}
	}
	inOrder("table", many, manyRows)
	inOrder("filter", many.Filter("g = 'g1' OR n % 2 = 0").Filter("n >= 0"), manyRows*3/5)
	inOrder("withColumn", many.WithColumn("y", "sqrt(x)").DropNA("any"), manyRows)
	inOrder("distinct", many.Distinct(), manyRows)
	inOrder("distinct by a column", many.WithColumn("n", "floor(n / 2)").Distinct("n"), manyRows/2)
	inOrder("join", many.Join(many.Select("x").WithColumn("y", "x + 1").Sort(wire.SortKey{Column: "x", Desc: true}), "left", "x"), manyRows)
	inOrder("semi join", many.Join(many.Filter("n % 3 = 0").Select("x"), "semi", "x"), manyRows/3)
	inOrder("union", many.Filter("n < 70000").Union(many.Filter("n >= 70000")), manyRows)
	inOrder("sort", many.Sort(wire.SortKey{Column: "x"}).Sort(wire.SortKey{Column: "n"}), manyRows)
	inOrder("stable sort", many.Sort(wire.SortKey{Column: "g"}).Filter("g = 'g3'"), manyRows/5)
	inOrder("groupBy", many.WithColumn("n", "floor(n / 10)").GroupBy("n").Count(), manyRows/10)
	if got := s.column(t, many.Sort(wire.SortKey{Column: "n", Desc: true}).Limit(3), "n"); !slices.Equal(got, []float64{manyRows - 1, manyRows - 2, manyRows - 3}) {
		t.Errorf("the last three are %v", got)
	}
	if n, err := many.Count(t.Context()); n != manyRows || err != nil {
		t.Errorf("Count() = %d, %v", n, err)
	}
}

// draw checks samples and splits: seeded, in order, of the right size.
func (s *suite) draw(t *testing.T) {
	many := s.of("many")
	a, b, c := s.column(t, many.Sample(0.1, 1), "n"), s.column(t, many.Sample(0.1, 1), "n"), s.column(t, many.Sample(0.1, 2), "n")
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Error("a seed draws other rows, or two seeds draw the same")
	}
	// Six standard deviations of a binomial.
	if dev := 6 * math.Sqrt(manyRows*0.1*0.9); math.Abs(float64(len(a))-manyRows*0.1) > dev || !slices.IsSorted(a) {
		t.Errorf("a tenth of %d rows is %d, in order %v", manyRows, len(a), slices.IsSorted(a))
	}
	n := s.column(t, many.SampleN(1000, 7), "n")
	if len(n) != 1000 || !slices.IsSorted(n) || len(slices.Compact(n)) != 1000 {
		t.Errorf("1000 rows are %d, in order %v", len(n), slices.IsSorted(n))
	}
	if got := s.column(t, s.of("dups").SampleN(99, 7), "a"); !slices.Equal(got, []float64{2, 1, 2, 1, 1}) {
		t.Errorf("99 of 5 rows are %v", got)
	}
	if got := s.column(t, s.of("dups").Sample(1, 7), "a"); len(got) != 5 {
		t.Errorf("all of 5 rows are %v", got)
	}
	parts := many.RandomSplit([]float64{3, 1, 1}, 5)
	var union []float64
	for i, want := range []float64{0.6, 0.2, 0.2} {
		got := s.column(t, parts[i], "n")
		if dev := 6 * math.Sqrt(manyRows*want*(1-want)); math.Abs(float64(len(got))-manyRows*want) > dev || !slices.IsSorted(got) {
			t.Errorf("part %d has %d of %d rows", i, len(got), manyRows)
		}
		union = append(union, got...)
	}
	slices.Sort(union)
	if len(union) != manyRows || len(slices.Compact(union)) != manyRows {
		t.Errorf("the parts have %d rows, want each of %d once", len(union), manyRows)
	}
}

// faults checks what is refused, where, and in which words.
func (s *suite) faults(t *testing.T) {
	p := s.of("people")
	s.refused(t, p.Select("nope"), "steps[1].columns", 0, 0, `no column "nope"`)
	s.refused(t, p.Drop("name", "age", "city", "pay"), "steps[1].columns", 0, 0, "No column")
	s.refused(t, p.Filter("age >\n nope"), "steps[1].expr", 2, 2, "nope")
	s.refused(t, p.Filter("age >"), "steps[1].expr", 1, 6, "too early")
	s.refused(t, p.Filter("age > > 1"), "steps[1].expr", 1, 7, "yntax")
	s.refused(t, p.Filter("true) LIMIT (1"), "steps[1].expr", 1, 1, "not one expression")
	s.refused(t, p.Filter("true); DROP TABLE people; SELECT (1"), "steps[1].expr", 1, 1, "")
	s.refused(t, p.Filter("age > (SELECT max(x) FROM nobody)"), "steps[1].expr", 1, 27, `"nobody"`)
	s.refused(t, p.Filter("age > (SELECT count(*) FROM read_csv('/etc/passwd'))"), "steps[1].expr", 1, 29, "no files")
	s.refused(t, p.WithColumn("x", "age + 1), (2"), "steps[1].expr", 1, 1, "not one expression")
	s.refused(t, p.WithColumn("x", "1) AS y, (2"), "steps[1].expr", 1, 1, "not one expression")
	s.refused(t, p.WithColumn("x", "sum(age)"), "steps[1].expr", 0, 0, "")
	s.refused(t, p.WithColumn("x", "name::INT"), "steps[1].expr", 1, 5, "ada")
	s.refused(t, p.WithColumn("", "1"), "steps[1].name", 0, 0, "no name")
	s.refused(t, p.Map(wire.NamedExpr{As: "x", Expr: "1"}, wire.NamedExpr{As: "X", Expr: "2"}), "steps[1].exprs[1].as", 0, 0, `"X"`)
	s.refused(t, p.Sort(wire.SortKey{Column: "name"}, wire.SortKey{Column: "x"}), "steps[1].sort[1].column", 0, 0, `"x"`)
	s.refused(t, p.Rename("name", "AGE"), "steps[1].as", 0, 0, "Two columns")
	s.refused(t, p.FillNA(table.Num(1), "city"), "steps[1].value", 0, 0, "VARCHAR")
	s.refused(t, p.FillNA(table.Str("x"), "age"), "steps[1].value", 0, 0, "DOUBLE")
	s.refused(t, p.FillNA(table.Cell{}), "steps[1].value", 0, 0, "no value")
	s.refused(t, p.GroupBy("city").Agg(wire.Agg{Fn: "sum", Column: "name"}), "steps[1].aggs[0].fn", 0, 0, "numbers")
	s.refused(t, p.GroupBy("city").Agg(wire.Agg{Fn: "count", As: "City"}), "steps[1].aggs[0].as", 0, 0, `"City"`)
	s.refused(t, p.GroupBy("city").Agg(wire.Agg{Fn: "evil"}), "steps[1].aggs[0].fn", 0, 0, `"evil"`)
	s.refused(t, p.Join(s.of("dups"), "inner", "name"), "steps[1].columns[0]", 0, 0, "other table")
	s.refused(t, p.Join(s.of("cities").Rename("country", "age"), "inner", "age"), "steps[1].columns[0]", 0, 0, "can't be equal")
	s.refused(t, p.Join(s.of("dups"), "outer", "name"), "steps[1].how", 0, 0, `"outer"`)
	s.refused(t, p.Join(s.of("dups").Select("x"), "inner", "name"), "steps[1].other[1].columns", 0, 0, `"x"`)
	s.refused(t, p.Union(s.of("dups")), "steps[1].other", 0, 0, "same number")
	s.refused(t, p.Select("age", "name").Union(s.of("dups").Select("b", "a")), "steps[2].other", 0, 0, "Convert")
	s.refused(t, p.Sample(1.5, 1), "steps[1].fraction", 0, 0, "share")
	s.refused(t, p.RandomSplit([]float64{1, -1}, 1)[0], "steps[1].weights", 0, 0, "-1")
	s.refused(t, p.Summary(2), "steps[1].quantiles", 0, 0, "2")
	s.refused(t, frame.Of(s.e), "steps", 0, 0, "no steps")
	s.refused(t, frame.Of(s.e, wire.Step{Op: "select"}), "steps[0].op", 0, 0, "first step")
	s.refused(t, frame.Of(s.e, append(p.Steps(), p.Steps()...)...), "steps[1].op", 0, 0, "first step")
	s.refused(t, frame.Of(s.e, append(p.Steps(), wire.Step{Op: "explode"})...), "steps[1].op", 0, 0, "explode")
	s.refused(t, frame.Query(s.e, "SELECT *\nFROM people, nobody"), "steps[0].sql", 2, 14, "nobody")
	s.refused(t, frame.Query(s.e, "SELECT 1; SELECT 2"), "steps[0].sql", 0, 0, "2 statements")
	s.refused(t, frame.Query(s.e, "DELETE FROM people"), "steps[0].sql", 1, 1, "Only SELECT")
	long := p
	for range frame.MaxSteps {
		long = long.Filter("true")
	}
	s.refused(t, long, "steps[100]", 0, 0, "100 steps")
	if _, err := frame.From(s.e, "nobody", 0).Rows(t.Context(), 1); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a table that is not there: %v", err)
	}
}

// limit checks that Run gives no more than it is asked for, and says so.
func (s *suite) limit(t *testing.T) {
	for limit, want := range map[int64]int64{1: 1, 4: 4, 5: 5, 6: 5} {
		r, err := s.of("people").Rows(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		cells, err := frame.Cells(t.Context(), r)
		if err != nil || r.Len() != want || int64(len(cells)) != want || r.Truncated() != (limit < 5) {
			t.Errorf("limit %d: %d rows, Len() = %d, truncated %v, %v", limit, len(cells), r.Len(), r.Truncated(), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	var b strings.Builder
	if err := s.of("people").Show(t.Context(), &b, 2, 5); err != nil {
		t.Fatal(err)
	}
	const want = "+----+----+-----+----+\n|name| age| city| pay|\n+----+----+-----+----+\n| ada|  36|lo...|10.5|\n| bob|NULL|paris|  20|\n+----+----+-----+----+\nonly showing top 2 rows\n"
	if b.String() != want {
		t.Errorf("Show() prints\n%swant\n%s", b.String(), want)
	}
}

// sql checks queries over tables by name and by id.
func (s *suite) sql(t *testing.T) {
	for q, want := range map[string]string{
		"SELECT name FROM people WHERE age > 90": "eve",
		"SELECT p.name, c.country FROM People p JOIN \"" + s.ids["cities"] + "\" c USING (city) ORDER BY 1, 2": "ada,ca ada,uk bob,fr dee,ca dee,uk",
		"WITH people AS (SELECT 1 AS one) SELECT * FROM people":                                                "1",
		"WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) FROM r;":                "1 2 3",
		"SELECT sum(n)::BIGINT, count(DISTINCT g) FROM many -- all":                                            "1.1249925e+10,5",
		"SELECT 9007199254740993 AS big, 1::DECIMAL(5,2) AS d, true AS t, NULL AS n, [1, 2] AS l":              "9007199254740993,1,true,~,[1, 2]",
		"SELECT '' AS empty, DATE '2024-02-29' AS day, 'Infinity'::DOUBLE AS inf":                              ",2024-02-29,+Inf",
		"SELECT i FROM range(3) t(i)": "0 1 2",
		"DESCRIBE dups":               "a,DOUBLE,YES,~,~,~ b,VARCHAR,YES,~,~,~",
	} {
		if _, got := s.rows(t, frame.Query(s.e, q)); got != want {
			t.Errorf("%s = %s, want %s", q, got, want)
		}
	}
}

// immutable checks that a verb leaves the frame that it is called on as it was.
func (s *suite) immutable(t *testing.T) {
	base := s.of("people").Filter("age > 0").Select("name", "age")
	a, b := base.Limit(1), base.Drop("age")
	if _, got := s.rows(t, a); got != "ada,36" {
		t.Errorf("limit = %s", got)
	}
	if _, got := s.rows(t, b); got != "ada cy dee eve" {
		t.Errorf("drop = %s", got)
	}
	if _, got := s.rows(t, base); got != "ada,36 cy,36 dee,7 eve,99" {
		t.Errorf("the frame itself = %s", got)
	}
}
