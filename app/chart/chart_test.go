package chart

import (
	"encoding/json"
	"math"
	"reflect"
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
			`{"kind":"scatter","label":"L","x":"a","y":"b","groups":[{"name":"g","cluster":2,"points":0,"ids":1},{"name":"rest","cluster":-1,"points":2,"ids":-1}],"centers":[{"cluster":2,"at":3,"trail":4}]}`,
			[][]float64{{1, 2, 3, 4}, {7, 9}, {}, {5, 6}, {8, 9, 5, 6}}},
		{"centers that move", (&Scatter{Groups: []Group{{X: []float64{1}, Y: []float64{2}}}, Centers: []Center{{Cluster: 1, X: 5, Y: 6}}}).centers,
			`{"kind":"scatter","label":"","x":"","y":"","groups":null,"centers":[{"cluster":1,"at":0,"trail":1}]}`,
			[][]float64{{5, 6}, {}}},
		{"line", (&Line{Label: "L", X: "pass", Y: "inertia", Series: []Series{{Name: "run 1", X: []float64{1, 2, 3}, Y: []float64{9, 4}}}}).spec,
			`{"kind":"line","label":"L","x":"pass","y":"inertia","series":[{"name":"run 1","points":0}]}`,
			[][]float64{{1, 9, 2, 4}}}, // the third has no height
		{"histogram", histogram().spec,
			`{"kind":"histogram","label":"Length of 4 rows.","x":"length","bins":0,"curve":1}`,
			// The curve's area of one becomes that of the bars: 4 rows in bins 2 wide.
			[][]float64{{0, 2, 3, 3, .4, 2, 4, 1, 4, .2}, {-1, 0, 1, .4 * 8, 5, 0}}},
		{"bars", (&Bars{Label: "L", Names: []string{"x", "y"}, Values: []float64{3, 1}, Clusters: []int{0, -1}}).spec,
			`{"kind":"bars","label":"L","names":["x","y"],"values":0,"clusters":[0,-1]}`,
			[][]float64{{3, 1}}},
		{"empty bars", (&Bars{}).spec, `{"kind":"bars","label":"","names":[],"values":0,"clusters":null}`, [][]float64{{}}},
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
				if len(want)+len(s.arrays[i]) > 0 && !reflect.DeepEqual(s.arrays[i], want) {
					t.Errorf("array %d = %v, want %v", i, s.arrays[i], want)
				}
			}
		})
	}
}

func TestFigure(t *testing.T) {
	scatter := &Scatter{ID: "pair", Label: "Two rows.", X: "a", Y: "b", Class: "tall",
		Groups: []Group{{Name: "g <b>", Cluster: 0, X: []float64{1.25, 3}, Y: []float64{2, 4}, IDs: []int64{7, 9}}}, Centers: []Center{{Cluster: 0, X: 2, Y: 3}}}
	line := &Line{ID: "curve", Label: "Inertia.", X: "pass", Y: "inertia", Series: []Series{{Name: "run 1", X: []float64{1}, Y: []float64{9.5}}}}
	bars := &Bars{ID: "levels", Label: "Levels.", Names: []string{"x"}, Values: []float64{3}}
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
