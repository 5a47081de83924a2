package chart

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/wire"
)

func histogram() *Histogram {
	return &Histogram{
		ID: "h", Label: "Length of 4 rows.", X: "length", Edges: []float64{0, 2, 4}, Bins: []int64{3, 1},
		Density: []wire.Point{{X: -1, Y: 0}, {X: 1, Y: .4}, {X: 5, Y: 0}},
	}
}

func TestBins(t *testing.T) {
	tests := []struct {
		name string
		h    Histogram
		want []bin
	}{
		{"two bins", *histogram(), []bin{{0, 2, 3, 3, .4}, {2, 4, 1, 4, .2}}},
		{"nothing", Histogram{}, []bin{}},
		{"an edge too few", Histogram{Edges: []float64{1, 2}, Bins: []int64{5, 6}, Density: []wire.Point{{X: 1.5, Y: 7}}}, []bin{{1, 2, 5, 5, 7}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.h.bins(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("bins() = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDensityAt(t *testing.T) {
	curve := histogram().Density
	for x, want := range map[float64]float64{-1: 0, 0: .2, 1: .4, 3: .2, 5: 0} {
		if got := densityAt(curve, x); got != want {
			t.Errorf("densityAt(%v) = %v, want %v", x, got, want)
		}
	}
	for _, x := range []float64{-1.5, 5.5} {
		if got := densityAt(curve, x); !math.IsNaN(got) {
			t.Errorf("densityAt(%v) = %v, want NaN outside the curve", x, got)
		}
	}
}

func TestSpec(t *testing.T) {
	tests := []struct {
		name   string
		spec   func() spec
		head   string
		arrays [][]float64
	}{
		{"scatter", (&Scatter{
			Label: "L", X: "a", Y: "b",
			Groups:  []Group{{Name: "g", Cluster: 2, X: []float64{1, 3}, Y: []float64{2, 4}, IDs: []int64{7, 9}}, {Name: "rest", Cluster: -1}},
			Centers: []Center{{Cluster: 2, X: 5, Y: 6, TrailX: []float64{8, 5}, TrailY: []float64{9, 6}}},
		}).spec,
			`{"kind":"scatter","label":"L","x":"a","y":"b","groups":[{"name":"g","cluster":2,"shade":-1,"points":0,"ids":1,"third":-1,"lit":-1},{"name":"rest","cluster":-1,"shade":-1,"points":2,"ids":-1,"third":-1,"lit":-1}],"centers":[{"cluster":2,"at":3,"trail":4}]}`,
			[][]float64{{1, 2, 3, 4}, {7, 9}, {}, {5, 6}, {8, 9, 5, 6}}},
		{"centers that move", (&Scatter{Groups: []Group{{X: []float64{1}, Y: []float64{2}}}, Centers: []Center{{Cluster: 1, X: 5, Y: 6}}}).centers,
			`{"kind":"scatter","label":"","x":"","y":"","groups":null,"centers":[{"cluster":1,"at":0,"trail":1}]}`,
			[][]float64{{5, 6}, {}}},
		{"line", (&Line{Label: "L", X: "pass", Y: "inertia", Series: []Series{{Name: "run 1", X: []float64{1, 2, 3}, Y: []float64{9, 4}}}}).spec,
			`{"kind":"line","label":"L","x":"pass","y":"inertia","series":[{"name":"run 1","points":0}]}`,
			[][]float64{{1, 9, 2, 4}}}, // the third has no height
		{"histogram", histogram().spec,
			`{"kind":"histogram","label":"Length of 4 rows.","x":"length","bins":0,"curve":1,"lit":-1,"box":-1}`,
			// The curve's area of one becomes that of the bars: 4 rows in bins 2 wide.
			[][]float64{{0, 2, 3, 3, .4, 2, 4, 1, 4, .2}, {-1, 0, 1, .4 * 8, 5, 0}}},
		{"bars", (&Bars{Label: "L", Names: []string{"x", "y"}, Values: []float64{3, 1}, Clusters: []int{0, -1}}).spec,
			`{"kind":"bars","label":"L","names":["x","y"],"values":0,"clusters":[0,-1],"lit":-1}`,
			[][]float64{{3, 1}}},
		{"selected points of three columns", (&Scatter{X: "a", Y: "b", Z: "c", Spans: []Span{{Axis: 1, Lo: 2, Hi: 3}},
			Groups: []Group{{Name: "low", Cluster: -1, Shaded: true, Shade: .25, X: []float64{1, 2}, Y: []float64{3, 4}, Third: []float64{5, 6}, Lit: []int{1}}}}).spec,
			`{"kind":"scatter","label":"","x":"a","y":"b","z":"c","groups":[{"name":"low","cluster":-1,"shade":0.25,"points":0,"ids":-1,"third":1,"lit":2}],"centers":[],"spans":[{"axis":1,"lo":2,"hi":3}]}`,
			[][]float64{{1, 3, 2, 4}, {5, 6}, {1}}},
		{"selected bins below a box plot", (&Histogram{X: "a", Edges: []float64{0, 1}, Bins: []int64{4}, Lit: func() []float64 { return []float64{2} }, Box: &BoxPlot{Low: .1, Q1: .2, Median: .3, Q3: .4, High: .5, Outliers: []float64{.9}}}).spec,
			`{"kind":"histogram","label":"","x":"a","bins":0,"curve":1,"lit":2,"box":3}`,
			[][]float64{{0, 1, 4, 4, math.NaN()}, {}, {2}, {.1, .2, .3, .4, .5, .9}}},
		{"heat map", func() spec {
			return (&Heat{Rows: []string{"a", "b"}, Cols: []string{"a", "b"}, Values: [][]float64{{1, .5}, {.5, 1}}, Counts: [][]int64{{9, 8}, {8, 9}}}).spec("L")
		}, `{"kind":"heat","label":"L","rows":["a","b"],"cols":["a","b"],"values":0,"counts":1}`, [][]float64{{1, .5, .5, 1}, {9, 8, 8, 9}}},
		{"parallel axes", func() spec {
			return (&Parallel{Table{Axes: []Axis{{Name: "a", Lo: 10, Hi: 20}, {Name: "b", Hi: 2, Levels: []string{"x", "y", "z"}}, {Name: "same", Lo: 3, Hi: 3}},
				Strands: []Strand{{Name: "g", Cluster: 1, Rows: []float64{15, 2, 3, 20, 0, 3}, IDs: []int64{4, 5}, Lit: []int{0}}}, Spans: []Span{{Axis: 1, Lo: 0, Hi: 1}}}}).spec("L")
		}, `{"kind":"parallel","label":"L","axes":[{"name":"a","lo":10,"hi":20},{"name":"b","lo":0,"hi":2,"levels":["x","y","z"]},{"name":"same","lo":3,"hi":3}],"groups":[{"cluster":1,"shade":-1,"rows":0,"lit":1}],"spans":[{"axis":1,"lo":0,"hi":1}]}`,
			[][]float64{{.5, 1, .5, 1, 0, .5}, {0}}},
		{"empty bars", (&Bars{}).spec, `{"kind":"bars","label":"","names":[],"values":0,"clusters":null,"lit":-1}`, [][]float64{{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.spec()
			head, err := json.Marshal(s.head)
			if err != nil || string(head) != tt.head {
				t.Errorf("head = %s, %v\nwant   %s", head, err, tt.head)
			}
			if len(s.arrays) != len(tt.arrays) {
				t.Fatalf("arrays = %v, want %v", s.arrays, tt.arrays)
			}
			for i, want := range tt.arrays {
				if !same(s.arrays[i], want) {
					t.Errorf("array %d = %v, want %v", i, s.arrays[i], want)
				}
			}
		})
	}
}

// same compares floats; NaN is NaN.
func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
}

func TestFigure(t *testing.T) {
	scatter := &Scatter{ID: "pair", Label: "Two rows.", X: "a", Y: "b", Class: "tall",
		Groups: []Group{{Name: "g <b>", Cluster: 0, X: []float64{1.25, 3}, Y: []float64{2, 4}, IDs: []int64{7, 9}}}, Centers: []Center{{Cluster: 0, X: 2, Y: 3}}}
	line := &Line{ID: "curve", Label: "Inertia.", X: "pass", Y: "inertia", Series: []Series{{Name: "run 1", X: []float64{1}, Y: []float64{9.5}}}}
	bars := &Bars{ID: "levels", Label: "Levels.", Names: []string{"x"}, Values: []float64{3}}
	lit := &Bars{ID: "lit", Names: []string{"x"}, Values: []float64{3}, Lit: func() []float64 { return []float64{2.2} }}
	heat := &Plot{ID: "heat", Of: &Heat{Rows: []string{"mass"}, Cols: []string{"length"}, Values: [][]float64{{.25}}}}
	space := &Plot{ID: "space", Of: &Space{Table{Axes: []Axis{{Name: "a", Hi: 2}, {Name: "b", Hi: 1, Levels: []string{"x", "y"}}, {Name: "c"}},
		Strands: []Strand{{Name: "g", Cluster: 2, Rows: []float64{1.5, 1, math.NaN()}, IDs: []int64{7}}}}}}
	tests := []struct {
		name   string
		chart  app.Composer
		open   *bool
		closed []string // parts of the HTML
		table  []string // parts that only an open table has
	}{
		{"scatter", scatter, &scatter.frame.open,
			[]string{`id="pair"`, `class="chart tall"`, `role="img"`, `aria-label="Two rows."`, "Show as a table", "g &lt;b&gt;", "badge k1"},
			[]string{"centroid of cluster 0", "<td", "1.25", ">7<", "Two rows."}},
		{"line", line, &line.frame.open, []string{`id="curve"`, `aria-label="Inertia."`}, []string{"run 1", "9.5"}},
		{"histogram", nil, nil, []string{`id="h"`}, []string{"cumulative", "0.4"}},
		{"bars", bars, &bars.frame.open, []string{`id="levels"`}, []string{">x<", ">3<"}},
		{"selected bars", lit, &lit.frame.open, []string{`id="lit"`, "Picture, SVG", "Data, CSV"}, []string{"selected", ">2<"}},
		{"heat map", heat, &heat.frame.open, []string{`id="heat"`}, []string{"length", "0.25"}},
		{"three columns", space, &space.frame.open, []string{`id="space"`, "Turn left", "badge k3"}, []string{">7<", "1.5", ">y<"}},
	}
	h := histogram()
	tests[2].chart, tests[2].open = h, &h.frame.open
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			html := app.HTMLString(tt.chart.Render())
			for _, part := range tt.closed {
				if !strings.Contains(html, part) {
					t.Errorf("the figure has no %q:\n%s", part, html)
				}
			}
			if strings.Contains(html, "<table") {
				t.Error("the table is drawn though nobody looks")
			}
			*tt.open = true
			html = app.HTMLString(tt.chart.Render())
			for _, part := range tt.table {
				if !strings.Contains(html, part) {
					t.Errorf("the table has no %q:\n%s", part, html)
				}
			}
		})
	}
}

func TestTableIsCutAndSaysSo(t *testing.T) {
	x := make([]float64, 1500)
	s := &Scatter{Label: "Many rows.", Groups: []Group{{Name: "g", Cluster: -1, X: x, Y: x}}}
	s.frame.open = true
	html := app.HTMLString(s.Render())
	if n := strings.Count(html, "<tr>"); n != tableLines+1 {
		t.Errorf("the table has %d lines, want %d and a head", n, tableLines)
	}
	if want := "The first 200 of 1,500 lines."; !strings.Contains(html, want) {
		t.Errorf("the table does not say %q", want)
	}
	s.Groups[0].X, s.Groups[0].Y = x[:3], x[:3]
	if html := app.HTMLString(s.Render()); strings.Contains(html, "The first") {
		t.Error("a whole table says that it is cut")
	}
}

func TestCSV(t *testing.T) {
	x := make([]float64, tableLines+5)
	whole := (&Scatter{X: `a "b"`, Y: "c, d", Groups: []Group{{Name: "g\nh", X: x, Y: x}}}).lines(-1)
	if got := len(whole.rows); got != len(x) {
		t.Errorf("all lines are %d, want %d: what is saved is not cut", got, len(x))
	}
	whole.rows = whole.rows[:1]
	if got, want := whole.csv(), "group,row,\"a \"\"b\"\"\",\"c, d\"\r\n\"g\nh\",,0,0\r\n"; got != want {
		t.Errorf("csv() = %q, want %q", got, want)
	}
}
