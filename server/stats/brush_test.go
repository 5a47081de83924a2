package stats_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// mixed is a table of several blocks with each kind of column, gaps and ids of its own.
func mixed(rows int) *memory {
	x, y := make([]float64, rows), make([]float64, rows)
	kind, note := make([]string, rows), make([]string, rows)
	m := &memory{rows: rows}
	for i := range rows {
		u := func(purpose uint64) float64 { return kmeans.Uniform(3, purpose, uint64(i)) }
		x[i], y[i] = math.Round(100*u(1))/10, 1000*u(2)*u(3)
		if u(4) < 0.05 {
			x[i] = math.NaN()
		}
		if kind[i] = []string{"common", "usual", "rare", ""}[min(3, int(4*u(5)*u(5)*u(5)))]; u(6) < 0.002 {
			kind[i] = "very rare"
		}
		note[i] = fmt.Sprint("note ", int(50*u(7)))
		m.ids = append(m.ids, int64(3*i+7))
	}
	y[5], y[6] = math.Inf(1), math.NaN()
	return m.add("x", x).add("y", y).texts("kind", table.Category, kind).texts("note", table.Text, note)
}

func ptr[T any](v T) *T { return &v }

// TestBrush counts rows by the filters' own words, and wants the same.
func TestBrush(t *testing.T) {
	const rows = 100_000
	m := mixed(rows)
	s := service(m)
	x, y, kind, note := m.data[0].Numbers, m.data[1].Numbers, m.data[2].Texts, m.data[3].Texts
	whole := ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{Bins: 12}))
	for _, tc := range []struct {
		name   string
		brush  wire.Brush
		passes func(i int) bool
	}{
		{"all", wire.Brush{}, func(int) bool { return true }},
		{"a range", wire.Brush{Filter: wire.Filters{{Column: "x", Min: ptr(2.0), Max: ptr(3.5)}}}, func(i int) bool { return x[i] >= 2 && x[i] <= 3.5 }},
		{"two", wire.Brush{Filter: wire.Filters{{Column: "x", Max: ptr(5.0)}, {Column: "y", Min: ptr(100.0)}}}, func(i int) bool { return x[i] <= 5 && y[i] >= 100 }},
		{"a range or missing", wire.Brush{Filter: wire.Filters{{Column: "x", Max: ptr(1.0), Missing: wire.MissingAlso}}}, func(i int) bool { return !(x[i] > 1) }},
		{"missing", wire.Brush{Filter: wire.Filters{{Column: "x", Missing: wire.MissingOnly}}}, func(i int) bool { return x[i] != x[i] }},
		{"not missing", wire.Brush{Filter: wire.Filters{{Column: "kind", Missing: wire.MissingNever}}}, func(i int) bool { return kind[i] != "" }},
		{"levels", wire.Brush{Filter: wire.Filters{{Column: "kind", Levels: []string{"rare", "none"}}}}, func(i int) bool { return kind[i] == "rare" }},
		{"levels or missing", wire.Brush{Filter: wire.Filters{{Column: "kind", Levels: []string{"rare"}, Missing: wire.MissingAlso}}}, func(i int) bool { return kind[i] == "rare" || kind[i] == "" }},
		{"a part of a level", wire.Brush{Filter: wire.Filters{{Column: "kind", Contains: "RARE"}}}, func(i int) bool { return strings.Contains(kind[i], "rare") }},
		{"texts", wire.Brush{Filter: wire.Filters{{Column: "note", Levels: []string{"note 3", "note 44"}}}}, func(i int) bool { return note[i] == "note 3" || note[i] == "note 44" }},
		{"a part of a text", wire.Brush{Filter: wire.Filters{{Column: "note", Contains: "Note 1"}}}, func(i int) bool { return strings.HasPrefix(note[i], "note 1") }},
		{"rows", wire.Brush{Rows: []int64{7, 9, 3*99_999 + 7, 3*41 + 7}}, func(i int) bool { return i == 0 || i == 99_999 || i == 41 }},
		{"rows of a range", wire.Brush{Rows: []int64{3*40 + 7, 3*41 + 7, 3*42 + 7}, Filter: wire.Filters{{Column: "y", Min: ptr(y[41]), Max: ptr(y[41])}}}, func(i int) bool { return i == 41 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.brush.Bins, tc.brush.Limit = 12, 5
			got := ok[wire.Brushed](t)(s.Brush(t.Context(), owner, "D", tc.brush))
			n, ids := int64(0), []int64{}
			bins, count, missing := make([]int64, 12), int64(0), int64(0)
			levels := map[string]int64{}
			edges := whole.Columns[1].Edges
			for i := range rows {
				if !tc.passes(i) {
					continue
				}
				if n++; len(ids) < 5 {
					ids = append(ids, m.ids[i])
				}
				levels[kind[i]]++
				switch {
				case y[i] != y[i]:
					missing++
				case !math.IsInf(y[i], 0):
					count++
					at, exact := slices.BinarySearch(edges, y[i])
					if !exact {
						at--
					}
					bins[min(at, 11)]++
				}
			}
			yy, kk := got.Columns[1], got.Columns[2]
			if got.Rows != n || got.Of != rows || !reflect.DeepEqual(got.IDs, ids) || len(got.Columns) != 3 {
				t.Errorf("%d of %d rows pass, the first %d; %d columns, want %d, %d, 3 columns", got.Rows, got.Of, got.IDs, len(got.Columns), n, ids)
			}
			if !reflect.DeepEqual(yy.Bins, bins) || yy.Count != count || yy.Missing != missing || !reflect.DeepEqual(yy.Edges, edges) {
				t.Errorf("y = %+v, want bins %d, count %d, missing %d", yy, bins, count, missing)
			}
			if kk.Missing != levels[""] || kk.Count != n-levels[""] {
				t.Errorf("kind = %d rows, %d missing, want %d, %d", kk.Count, kk.Missing, n-levels[""], levels[""])
			}
			for i, l := range kk.Top {
				if l.Rows != levels[l.Value] || l.Value != whole.Columns[2].Top[i].Value {
					t.Errorf("level %q has %d rows, want %d, at the place of %q", l.Value, l.Rows, levels[l.Value], whole.Columns[2].Top[i].Value)
				}
			}
		})
	}
}

// TestDescribeMixed looks at what SciPy has nothing to say about.
func TestDescribeMixed(t *testing.T) {
	m := mixed(60_000)
	d := ok[wire.Describe](t)(service(m).Describe(t.Context(), request, stats.Profile{}))
	x, kind, note := d.Columns[0], d.Columns[2], d.Columns[3]
	if x.Box == nil || x.Box.Below+x.Box.Above != 0 || len(x.Box.Outliers) != 0 || x.Box.Low != x.Min || x.Box.High != x.Max {
		t.Errorf("the box of evenly spread values is %+v", x.Box)
	}
	y := d.Columns[1]
	if y.Infinite != 1 || y.Missing != 1 || y.Count != 59_998 || y.Box.Above < 101 || len(y.Box.Outliers) != 100 {
		t.Errorf("y has %d infinite, %d missing, %d other values, %d outliers of which %d are named", y.Infinite, y.Missing, y.Count, y.Box.Above, len(y.Box.Outliers))
	}
	last := y.Box.Outliers[99]
	if row, _ := slices.BinarySearch(m.ids, last.Row); last.Value != y.Max || m.data[1].Numbers[row] != y.Max {
		t.Errorf("the farthest outlier is %+v, want row of %v", last, y.Max)
	}
	count := func(c int) map[string]int64 {
		rows := map[string]int64{}
		for _, v := range m.data[c].Texts {
			if v != "" {
				rows[v]++
			}
		}
		return rows
	}
	for c, p := range map[int]wire.ColumnProfile{2: kind, 3: note} {
		rows := count(c)
		total := int64(0)
		for i, l := range p.Top {
			if total += l.Rows; l.Rows != rows[l.Value] || i > 0 && l.Rows > p.Top[i-1].Rows {
				t.Errorf("%s: level %d is %+v, want %d rows", p.Name, i, l, rows[l.Value])
			}
		}
		if len(p.Top) != min(50, len(rows)) || p.Distinct != int64(len(rows)) || len(rows) <= 50 && total != p.Count {
			t.Errorf("%s: %d levels are named of %d, with %d of %d rows", p.Name, len(p.Top), p.Distinct, total, p.Count)
		}
	}
	_, err := service(m).Describe(t.Context(), request, stats.Profile{Columns: []string{"z"}})
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a column that is not there: %v", err)
	}
}

// TestManyTexts has more different texts than are counted one by one.
func TestManyTexts(t *testing.T) {
	const rows = 200_000
	x := make([]string, rows)
	for i := range x {
		x[i] = fmt.Sprintf("single %d", i)
		if i%1000 == 3 {
			x[i] = fmt.Sprintf("often %d", i/1000%40)
		}
	}
	m := (&memory{}).texts("note", table.Text, x)
	p := ok[wire.Describe](t)(service(m).Describe(t.Context(), request, stats.Profile{})).Columns[0]
	if p.Count != rows || p.Distinct != rows-200+40 || len(p.Top) != 50 {
		t.Fatalf("%d rows, %d different, %d named", p.Count, p.Distinct, len(p.Top))
	}
	for i, l := range p.Top {
		often := i < 40
		if often != strings.HasPrefix(l.Value, "often") || l.Rows != map[bool]int64{true: 5, false: 1}[often] {
			t.Errorf("level %d is %+v", i, l)
		}
	}
}

// TestRoom has a service with less memory than a table: what can be told column
// by column is told, and what can't is refused in words.
func TestRoom(t *testing.T) {
	m := mixed(50_000) // 400 kB a column of numbers
	s := stats.New(stats.Options{Tables: m, Memory: 900 << 10})
	d := ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{}))
	if d.Columns[0].Count == 0 || d.Columns[1].Count == 0 || d.Columns[3].Distinct != 50 {
		t.Errorf("describe = %+v", d)
	}
	all := ok[wire.Correlation](t)(service(m).Correlate(t.Context(), request, nil, stats.Spearman))
	some := ok[wire.Correlation](t)(s.Correlate(t.Context(), request, nil, stats.Spearman))
	if some.Sampled < 1000 || some.Sampled > 3000 || some.Rows[1][1] > some.Sampled || all.Sampled != 0 || math.Abs(*some.R[0][1]-*all.R[0][1]) > 0.08 {
		t.Errorf("Correlate() of %d rows = %v, of all rows %v", some.Sampled, *some.R[0][1], *all.R[0][1])
	}
	wide := &memory{rows: m.rows, ids: m.ids}
	for i := range 4 {
		wide.add(fmt.Sprint("x", i), m.data[0].Numbers)
	}
	if _, err := stats.New(stats.Options{Tables: wide, Memory: 900 << 10}).PCA(t.Context(), request, stats.Components{}); fault.CodeOf(err) != fault.TooLarge || !strings.Contains(fault.Message(err), "Choose fewer columns") {
		t.Errorf("PCA() = %v", err)
	}
	rows := ok[wire.SampleRows](t)(s.Sample(t.Context(), request, stats.Sample{N: 10}))
	big := ok[wire.SampleRows](t)(service(m).Sample(t.Context(), request, stats.Sample{N: 10}))
	if !reflect.DeepEqual(rows, big) || len(rows.Rows) != 10 {
		t.Errorf("sample = %+v, with more memory %+v", rows, big)
	}
	if _, err := s.Correlate(t.Context(), request, nil, ""); err != nil {
		t.Errorf("Correlate() of two columns that just fit: %v", err)
	}
}

// TestKept reads columns once, and again when they had to go.
func TestKept(t *testing.T) {
	m := mixed(50_000)
	s := stats.New(stats.Options{Tables: m, Memory: 900 << 10, Workers: 1})
	ask := func() {
		ok[wire.Brushed](t)(s.Brush(t.Context(), owner, "D", wire.Brush{Columns: []string{"x", "y"}}))
	}
	ask()
	ask()
	if n := m.scans.Load(); n != 1 {
		t.Errorf("two questions read the table %d times, want 1", n)
	}
	first := ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{Columns: []string{"note", "kind"}}))
	m.scans.Store(0)
	ask()
	if n := m.scans.Load(); n != 1 {
		t.Errorf("after another question for more memory the table is read %d times, want 1", n)
	}
	if again := ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{Columns: []string{"note", "kind"}})); m.scans.Load() != 1 || !reflect.DeepEqual(again, first) {
		t.Errorf("an answer that was given is computed again, with %d readings, or is another", m.scans.Load()-1)
	}
	if one := ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{Columns: []string{"kind"}, Bandwidth: stats.Silverman})); m.scans.Load() != 1 || !reflect.DeepEqual(one.Columns[0], first.Columns[1]) {
		t.Errorf("a column that is known is computed again, with %d readings, or is another", m.scans.Load()-1)
	}
}

// TestOthersTable asks for somebody else's table, after its owner did.
func TestOthersTable(t *testing.T) {
	s := service(mixed(100))
	ok[wire.Describe](t)(s.Describe(t.Context(), request, stats.Profile{}))
	q := stats.Request{Owner: "bob", Dataset: "D"}
	if _, err := s.Describe(t.Context(), q, stats.Profile{}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("Describe() of another's = %v", err)
	}
	if _, err := s.Brush(t.Context(), "bob", "D", wire.Brush{}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("Brush() of another's = %v", err)
	}
}

// TestTogether asks all questions at once, again and again, with hardly any
// memory: the answers are those that are given one by one.
func TestTogether(t *testing.T) {
	m := mixed(20_000)
	questions := []func(s *stats.Service) (any, error){
		func(s *stats.Service) (any, error) { return s.Describe(t.Context(), request, stats.Profile{}) },
		func(s *stats.Service) (any, error) { return s.Describe(t.Context(), request, stats.Profile{Bins: 5}) },
		func(s *stats.Service) (any, error) { return s.Correlate(t.Context(), request, nil, stats.Pearson) },
		func(s *stats.Service) (any, error) { return s.PCA(t.Context(), request, stats.Components{}) },
		func(s *stats.Service) (any, error) { return s.Sample(t.Context(), request, stats.Sample{By: "kind"}) },
		func(s *stats.Service) (any, error) {
			return s.Brush(t.Context(), owner, "D", wire.Brush{Filter: wire.Filters{{Column: "x", Min: ptr(3.0)}}})
		},
		func(s *stats.Service) (any, error) { return s.Advise(t.Context(), request, prep.Config{}) },
	}
	want := make([]any, len(questions))
	for i, ask := range questions {
		want[i] = ok[any](t)(ask(service(m)))
	}
	s := stats.New(stats.Options{Tables: m, Memory: 600 << 10, Workers: 3})
	var wg sync.WaitGroup
	for range 3 {
		for i, ask := range questions {
			wg.Go(func() {
				for range 3 {
					if got, err := ask(s); err != nil || !reflect.DeepEqual(got, want[i]) {
						t.Errorf("question %d, asked beside others = %+v, %v, want %+v", i, got, err, want[i])
					}
				}
			})
		}
	}
	wg.Wait()
}
