package stats_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// made makes n values by fn, which has a random number from 0 to 1 to itself.
func made(n int, purpose uint64, fn func(i int, u float64) float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = fn(i, kmeans.Uniform(5, purpose, uint64(i)))
	}
	return x
}

func even(_ int, u float64) float64 { return u }

func TestAdvise(t *testing.T) {
	const n = 40_000
	age := made(n, 1, func(_ int, u float64) float64 { return math.Round(20 + 50*u) })
	salary := made(n, 2, func(_ int, u float64) float64 { return 20_000 + 60_000*u })
	tail := made(n, 3, func(_ int, u float64) float64 { return math.Exp(10 * u * u) })
	gaps := made(n, 4, func(_ int, u float64) float64 {
		if u < 0.2 {
			return math.NaN()
		}
		return u
	})
	gone := made(n, 5, func(_ int, u float64) float64 {
		if u < 0.7 {
			return math.NaN()
		}
		return u
	})
	mirrored := made(n, 6, func(i int, u float64) float64 { return -age[i]/50 + u/30 })
	codes := make([]string, n)
	for i := range codes {
		codes[i] = []string{"a", "b", "c"}[i%7%3]
	}
	for _, tc := range []struct {
		name   string
		m      *memory
		cfg    prep.Config
		kind   wire.AdviceKind // "": none at all
		about  []string
		value  float64
		says   string
		remedy *wire.Remedy
	}{
		{"all well", numbers("age salary", age, salary), prep.Config{}, "", nil, 0, "", nil},
		{"dominates", numbers("age salary", age, salary), prep.Config{Scale: prep.NoScale}, wire.AdviceDominates, []string{"salary"}, 0.99999930,
			"salary makes more than 99.9 % of the distance", &wire.Remedy{Label: "Scale the columns", Scale: prep.Standard}},
		{"constant", numbers("x one", salary, made(n, 1, func(int, float64) float64 { return 1 })), prep.Config{}, wire.AdviceConstant, []string{"one"}, n,
			"one: all values are 1", &wire.Remedy{Label: "Leave out one", Without: []string{"one"}}},
		{"rising", numbers("x nothing", salary, made(n, 1, func(i int, _ float64) float64 { return float64(i) })), prep.Config{}, wire.AdviceIDLike, []string{"nothing"}, 1,
			"another value in each row", &wire.Remedy{Label: "Leave out nothing", Without: []string{"nothing"}}},
		{"by its name", numbers("x CustomerID", salary, made(n, 1, func(i int, _ float64) float64 { return float64(i * 7919 % 1_000_003) })), prep.Config{}, wire.AdviceIDLike,
			[]string{"CustomerID"}, 1, "another value in each row", &wire.Remedy{Label: "Leave out CustomerID", Without: []string{"CustomerID"}}},
		{"duplicate", numbers("x y again", salary, age, salary), prep.Config{}, wire.AdviceDuplicate, []string{"x", "again"}, n,
			"x and again are the same", &wire.Remedy{Label: "Leave out again", Without: []string{"again"}}},
		{"correlated", numbers("age mirrored", age, mirrored), prep.Config{}, wire.AdviceCorrelated, []string{"age", "mirrored"}, -0.9994,
			"say nearly the same (r = -0.999)", &wire.Remedy{Label: "Leave out mirrored", Without: []string{"mirrored"}}},
		{"mostly missing", numbers("x gone", salary, gone), prep.Config{Missing: prep.Mean}, wire.AdviceMissing, []string{"gone"}, 0.7,
			"gone: 70", &wire.Remedy{Label: "Leave out gone", Without: []string{"gone"}}},
		{"gaps", numbers("x gaps", salary, gaps), prep.Config{}, wire.AdviceGaps, []string{}, 0.2,
			"have a missing value in these columns and are left out", &wire.Remedy{Label: "Fill gaps with the median", Missing: prep.Median}},
		{"filled gaps", numbers("x gaps", salary, gaps), prep.Config{Missing: prep.Mean}, "", nil, 0, "", nil},
		{"skewed", numbers("x tail", salary, tail), prep.Config{}, wire.AdviceSkewed, []string{"tail"}, 3.82, "Its logarithm, ln(1 + tail)",
			&wire.Remedy{Label: "Take its logarithm", Logs: []string{"tail"}}},
		{"a logarithm is taken", numbers("x tail", salary, tail), prep.Config{Logs: []string{"tail"}}, "", nil, 0, "", nil},
		{"a logarithm has its say", numbers("x tail", made(n, 7, func(_ int, u float64) float64 { return 4 * u }), tail), prep.Config{Scale: prep.NoScale, Logs: []string{"tail"}}, "", nil, 0, "", nil},
		{"repeated", numbers("age", age), prep.Config{}, wire.AdviceRepeated, []string{}, n - 51, "39949 of 40000 rows repeat another",
			&wire.Remedy{Label: "Keep one of each", Steps: []wire.Step{{Op: "table", Dataset: request.Dataset, Version: 1}, {Op: "distinct", Columns: []string{"age"}}}}},
		{"chosen columns", numbers("x one", salary, made(n, 1, func(int, float64) float64 { return 1 })), prep.Config{Columns: []string{"x"}}, "", nil, 0, "", nil},
		{"a category beside numbers", numbers("x", salary).texts("kind", table.Category, codes), prep.Config{}, "", nil, 0, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ok[wire.AdviceList](t)(service(tc.m).Advise(t.Context(), request, tc.cfg))
			if tc.kind == "" {
				if len(got.Advice) != 0 {
					t.Errorf("advice = %+v, want none", got.Advice)
				}
				return
			}
			if len(got.Advice) != 1 {
				t.Fatalf("advice = %+v, want one", got.Advice)
			}
			a := got.Advice[0]
			if a.Kind != tc.kind || !slices.Equal(a.Columns, tc.about) || math.Abs(a.Value/tc.value-1) > 0.01 || !strings.Contains(a.Text, tc.says) {
				t.Errorf("advice = %+v, want %s of %v, value %v, saying %q", a, tc.kind, tc.about, tc.value, tc.says)
			}
			if !reflect.DeepEqual(a.Remedy, tc.remedy) {
				t.Errorf("remedy = %+v, want %+v", a.Remedy, tc.remedy)
			}
		})
	}
	if _, err := service(numbers("x", age)).Advise(t.Context(), request, prep.Config{Columns: []string{"y"}}); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("Advise() of a column that is not there = %v", err)
	}
}

// TestRemedies follows the advice about a bad table until there is none.
func TestRemedies(t *testing.T) {
	const n = 5000
	x := made(n, 1, even)
	m := numbers("id x same big one", made(n, 1, func(i int, _ float64) float64 { return float64(i + 1) }), x, x,
		made(n, 2, func(_ int, u float64) float64 { return 1e6 * u }), made(n, 2, func(int, float64) float64 { return 4 }))
	s := service(m)
	cfg := prep.Config{Columns: []string{"id", "x", "same", "big", "one"}, Scale: prep.NoScale}
	var kinds []wire.AdviceKind
	for range 10 {
		got := ok[wire.AdviceList](t)(s.Advise(t.Context(), request, cfg))
		if len(got.Advice) == 0 {
			break
		}
		a := got.Advice[0]
		kinds = append(kinds, a.Kind)
		if a.Remedy == nil {
			t.Fatalf("%s has no remedy", a.Kind)
		}
		cfg.Columns = slices.DeleteFunc(cfg.Columns, func(c string) bool { return slices.Contains(a.Remedy.Without, c) })
		if a.Remedy.Scale != "" {
			cfg.Scale = a.Remedy.Scale
		}
	}
	want := []wire.AdviceKind{wire.AdviceDominates, wire.AdviceIDLike, wire.AdviceConstant, wire.AdviceDuplicate}
	if !slices.Equal(kinds, want) || fmt.Sprint(cfg.Columns) != "[x big]" || cfg.Scale != prep.Standard {
		t.Errorf("advice was %v, want %v; what is left is %v with %s", kinds, want, cfg.Columns, cfg.Scale)
	}
}

func TestReadings(t *testing.T) {
	const n = 400
	of := func(fn func(i int) string) []string {
		x := make([]string, n)
		for i := range x {
			x[i] = fn(i)
		}
		return x
	}
	text := func(fn func(i int) string) *memory { return (&memory{}).texts("c", table.Text, of(fn)) }
	change := func(c wire.ColumnChange) []wire.ColumnChange { c.Name = "c"; return []wire.ColumnChange{c} }
	for _, tc := range []struct {
		name   string
		m      *memory
		kind   wire.AdviceKind
		value  float64
		says   string
		change []wire.ColumnChange
	}{
		{"numbers", text(func(i int) string { return fmt.Sprint(float64(i%200) / 8) }), wire.AdviceNumberAsText, 1, "All values are numbers", change(wire.ColumnChange{Kind: table.Number})},
		{"nearly numbers", text(func(i int) string {
			if i == 7 {
				return "?"
			}
			return fmt.Sprint(i % 200)
		}), wire.AdviceNumberAsText, 0.9975, `1 are not, "?" for one`, nil},
		{"decimal commas", text(func(i int) string { return strings.Replace(fmt.Sprintf("%.2f", float64(i%200)/8), ".", ",", 1) }), wire.AdviceNumberAsText, 1, "decimal comma", nil},
		{"codes", text(func(i int) string { return fmt.Sprintf("0%d", 1000+i%200) }), "", 0, "", nil},
		{"dates", text(func(i int) string { return fmt.Sprintf("2024-03-%02d", i%31+1) }), wire.AdviceDate, 1, "dates or times", nil},
		{"German dates", text(func(i int) string { return fmt.Sprintf("%d.11.2024 07:30", i%30+1) }), wire.AdviceDate, 1, "dates or times", nil},
		{"names", text(func(i int) string { return fmt.Sprint("name ", i) }), wire.AdviceIDLike, 1, "another value", change(wire.ColumnChange{Role: table.Ignored})},
		{"words", text(func(i int) string { return fmt.Sprint("word ", i%90) }), "", 0, "", nil},
		{"one word", text(func(int) string { return "a" }), wire.AdviceConstant, n, `All values are "a"`, change(wire.ColumnChange{Role: table.Ignored})},
		{"grades", numbers("c", made(n, 1, func(i int, _ float64) float64 { return float64(i*i%5 + 1) })), wire.AdviceCategoryAsNumber, 3, "3 different whole numbers", change(wire.ColumnChange{Kind: table.Category})},
		{"measures", numbers("c", made(n, 1, even)), "", 0, "", nil},
		{"yes and no", numbers("c", made(n, 1, func(i int, _ float64) float64 { return float64(i % 2) })), "", 0, "", nil},
		{"days", numbers("c", made(n, 1, func(i int, _ float64) float64 { return float64(20240101 + i%28 + i%12*100) })), wire.AdviceDate, 1, "dates, such as 2024", nil},
		{"nothing", numbers("c", made(n, 1, func(int, float64) float64 { return math.NaN() })), wire.AdviceConstant, 0, "There are no values", change(wire.ColumnChange{Role: table.Ignored})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ok[wire.Describe](t)(service(tc.m).Describe(t.Context(), request, stats.Profile{})).Columns[0].Advice
			if tc.kind == "" {
				if len(got) != 0 {
					t.Errorf("advice = %+v, want none", got)
				}
				return
			}
			if len(got) != 1 || got[0].Kind != tc.kind || math.Abs(got[0].Value-tc.value) > 1e-9 || !strings.Contains(got[0].Text, tc.says) {
				t.Fatalf("advice = %+v, want %s, %v, saying %q", got, tc.kind, tc.value, tc.says)
			}
			var change []wire.ColumnChange
			if got[0].Remedy != nil {
				change = got[0].Remedy.Change
			}
			if !reflect.DeepEqual(change, tc.change) {
				t.Errorf("change = %+v, want %+v", change, tc.change)
			}
		})
	}
}
