package page

import (
	"math"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// exploreSet is a small dataset with a label, a gap and a text column.
func exploreSet() (wire.Dataset, wire.Describe) {
	return wire.Dataset{ID: "d", Name: "penguins", Version: 3, Newest: 3, Rows: 6, Schema: table.Schema{
			{Name: "island", Kind: table.Category, Role: table.Feature}, {Name: "bill", Kind: table.Number, Role: table.Feature},
			{Name: "mass", Kind: table.Number, Role: table.Feature}, {Name: "species", Kind: table.Category, Role: table.Label}, {Name: "note", Kind: table.Text, Role: table.Ignored},
		}}, wire.Describe{Version: 3, Rows: 6, Columns: []wire.ColumnProfile{
			{Name: "island", Kind: table.Category, Count: 6, Top: []wire.Level{{Value: "Dream", Rows: 6}}},
			{Name: "bill", Kind: table.Number, Count: 5, Missing: 1, Mean: 42.5, Std: 3, Min: 39, Q1: 40, Median: 42, Q3: 45, Max: 50, Edges: []float64{39, 44.5, 50}, Bins: []int64{3, 2}},
			{Name: "mass", Kind: table.Number, Missing: 6},
			{Name: "species", Kind: table.Category, Count: 5, Missing: 1, Top: []wire.Level{{Value: "Adelie", Rows: 3}, {Value: "Gentoo", Rows: 2}}},
			{Name: "note", Kind: table.Text, Count: 6},
		}}
}

// sampleRow makes a row: a float64 is a number, a string a text, nil is missing.
func sampleRow(id int64, values ...any) wire.Row {
	r := wire.Row{ID: id}
	for _, v := range values {
		switch v := v.(type) {
		case float64:
			r.Cells = append(r.Cells, table.Num(v))
		case string:
			r.Cells = append(r.Cells, table.Str(v))
		default:
			r.Cells = append(r.Cells, table.Cell{})
		}
	}
	return r
}

// exploreProfiles gives them by column.
func exploreProfiles() map[string]*wire.ColumnProfile {
	_, d := exploreSet()
	out := map[string]*wire.ColumnProfile{}
	for i := range d.Columns {
		out[d.Columns[i].Name] = &d.Columns[i]
	}
	return out
}

// exploreSample makes the rows of a sample.
func exploreSample(of int64, columns []string, rows ...wire.Row) exploreRows {
	set, _ := exploreSet()
	r, err := rowsOf(wire.SampleRows{Of: of, Columns: columns, Rows: rows}.ByColumn(), set.Schema)
	if err != nil {
		panic(err) // what ByColumn makes can be read
	}
	r.order(exploreProfiles())
	return r
}

var pairColumns = []string{"bill", "mass", "species"}

func TestGroupsOf(t *testing.T) {
	tests := []struct {
		name   string
		view   exploreView
		rows   exploreRows
		want   []chart.Group
		drawn  int
		picked selection
	}{
		{"without colours", exploreView{}, exploreSample(2, pairColumns, sampleRow(4, 1., 2., nil), sampleRow(9, 3., 4., nil)),
			[]chart.Group{{Name: "all rows", Cluster: -1, X: []float64{1, 3}, Y: []float64{2, 4}, IDs: []int64{4, 9}}}, 2, nil},
		{"a category in the order of its frequency in the table, what lacks last", exploreView{By: "species"},
			exploreSample(5, pairColumns, sampleRow(1, 1., 1., nil), sampleRow(2, 2., 2., "Gentoo"), sampleRow(3, 3., 3., "Emperor"), sampleRow(4, 4., 4., "Adelie"), sampleRow(5, 5., 5., "Gentoo")),
			[]chart.Group{
				{Name: "Adelie", Cluster: 0, X: []float64{4}, Y: []float64{4}, IDs: []int64{4}},
				{Name: "Gentoo", Cluster: 1, X: []float64{2, 5}, Y: []float64{2, 5}, IDs: []int64{2, 5}},
				{Name: "Emperor", Cluster: 2, X: []float64{3}, Y: []float64{3}, IDs: []int64{3}},
				{Name: "no value", Cluster: -1, X: []float64{1}, Y: []float64{1}, IDs: []int64{1}},
			}, 5, nil},
		{"clusters of a model, a row without a place", exploreView{Model: "m"},
			exploreSample(20100, []string{"bill", "mass", "cluster"}, sampleRow(1, 1., 1., 2.), sampleRow(2, 2., nil, 0.), sampleRow(3, 3., 3., nil), sampleRow(4, 4., 4., 0.)),
			[]chart.Group{
				{Name: "Cluster 0", Cluster: 0, X: []float64{4}, Y: []float64{4}, IDs: []int64{4}},
				{Name: "Cluster 2", Cluster: 2, X: []float64{1}, Y: []float64{1}, IDs: []int64{1}},
				{Name: "left out of the training", Cluster: -1, X: []float64{3}, Y: []float64{3}, IDs: []int64{3}},
			}, 3, nil},
		{"numbers in steps, the selected ones lit, a third by size", exploreView{By: "bill", Z: "bill"},
			exploreSample(3, pairColumns, sampleRow(1, 5., 1., nil), sampleRow(2, 7., 2., nil), sampleRow(3, 5., 3., nil)),
			[]chart.Group{
				{Name: "5 to 5", Cluster: -1, Shaded: true, X: []float64{5, 5}, Y: []float64{1, 3}, IDs: []int64{1, 3}, Third: []float64{5, 5}, Lit: []int{1}},
				{Name: "5 to 7", Cluster: -1, Shaded: true, Shade: 1, X: []float64{7}, Y: []float64{2}, IDs: []int64{2}, Third: []float64{7}, Lit: []int{0}},
			}, 3, selection{}.between("mass", 2, 9)},
		{"infinities are not drawn", exploreView{}, exploreSample(1, pairColumns, sampleRow(1, "Infinity", 1., nil)), nil, 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.view.X, tt.view.Y = "bill", "mass"
			lit, _ := tt.rows.lit(tt.picked)
			got, drawn := tt.rows.scatter(tt.view, tt.rows.groupsOf(tt.view), lit)
			if !reflect.DeepEqual(got, tt.want) || drawn != tt.drawn {
				t.Errorf("scatter(%v) = %+v, %d\nwant %+v, %d", tt.view, got, drawn, tt.want, tt.drawn)
			}
		})
	}
}

func TestManyLevelsShareTheNeutralInk(t *testing.T) {
	var rows []wire.Row
	for i := range 30 {
		rows = append(rows, sampleRow(int64(i), 1., 1., strings.Repeat("x", i+1)))
	}
	groups := exploreSample(30, pairColumns, rows...).groupsOf(exploreView{By: "species"})
	if last := groups[len(groups)-1]; len(groups) != 11 || last.Name != groupOthers || last.Cluster != -1 || len(last.At) != 20 {
		// Two of the twelve colours belong to levels that the profile knows and no row has.
		t.Errorf("%d groups, the last %+v; want ten levels and 20 rows of others", len(groups), last)
	}
}

func TestTableOfRows(t *testing.T) {
	r := exploreSample(4, pairColumns, sampleRow(1, 1., nil, "Gentoo"), sampleRow(2, nil, nil, nil), sampleRow(3, 2., 8., "Adelie"), sampleRow(4, 3., 9., nil))
	all := []rowGroup{{Name: groupAll, Cluster: -1, At: []int{0, 1, 2, 3}}}
	lit, _ := r.lit(selection{}.among("species", "Adelie"))
	got, n := r.table([]string{"bill", "species"}, all, lit, 100, false)
	nan := math.NaN()
	want := chart.Table{
		Axes:    []chart.Axis{{Name: "bill", Lo: 1, Hi: 3}, {Name: "species", Hi: 1, Levels: []string{"Adelie", "Gentoo"}}},
		Strands: []chart.Strand{{Name: groupAll, Cluster: -1, Rows: []float64{1, 1, 2, 0, 3, nan}, IDs: []int64{1, 3, 4}, Lit: []int{1}}},
	}
	if n != 3 || !math.IsNaN(got.Strands[0].Rows[5]) {
		t.Fatalf("table() = %+v, %d, want 3 rows, the last without a level", got, n)
	}
	got.Strands[0].Rows[5], want.Strands[0].Rows[5] = 0, 0
	if !reflect.DeepEqual(got, want) {
		t.Errorf("table() = %+v\nwant %+v", got, want)
	}
	if _, n := r.table([]string{"bill", "mass"}, all, nil, 100, true); n != 2 {
		t.Errorf("%d rows have both values, want 2", n)
	}
	if got, n := r.table([]string{"bill"}, all, nil, 2, false); n != 2 || got.Strands[0].IDs[1] != 3 {
		t.Errorf("two of four rows are %+v, want every other one", got)
	}
}

func TestLit(t *testing.T) {
	r := exploreSample(4, pairColumns, sampleRow(1, 39., 3000., "Adelie"), sampleRow(2, 44.5, 4000., "Gentoo"), sampleRow(3, 50., 5000., nil), sampleRow(4, nil, 4000., "Gentoo"))
	tests := []struct {
		name string
		s    selection
		want []bool
		bins []float64 // of bill: 39 to 44.5, to 50
	}{
		{"nothing selected", nil, nil, nil},
		{"both ends are in", selection{}.between("mass", 3000, 4000), []bool{true, true, false, true}, []float64{1, 1}},
		{"open below", selection{}.between("bill", math.Inf(-1), 44.5), []bool{true, true, false, false}, []float64{1, 1}},
		{"levels and the missing", selection{}.among("species", "Adelie", ""), []bool{true, false, true, false}, []float64{1, 1}},
		{"the missing alone", selection{}.among("species", ""), []bool{false, false, true, false}, []float64{0, 1}},
		{"a missing number", selection{{Column: "bill", Missing: wire.MissingOnly}}, []bool{false, false, false, true}, []float64{0, 0}},
		{"all parts must hold", selection{}.between("mass", 4000, 4000).among("species", "Gentoo").between("bill", 0, 100), []bool{false, true, false, false}, []float64{0, 1}},
		{"a column that the sample lacks", selection{}.among("island", "Dream"), []bool{true, true, true, true}, []float64{1, 2}},
		{"contains", selection{{Column: "species", Contains: "GEN"}}, []bool{false, true, false, true}, []float64{0, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := r.lit(tt.s)
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("lit(%v) = %v, want %v", tt.s, got, tt.want)
			}
			if bins := r.spread(*exploreProfiles()["bill"], got); !reflect.DeepEqual(bins, tt.bins) {
				t.Errorf("spread() = %v, want %v", bins, tt.bins)
			}
		})
	}
}

func TestSelection(t *testing.T) {
	s := selection{}.between("mass", 1, 2).among("sex", "male").toggle("sex", "female").between("bill", math.Inf(-1), 3)
	var got []string
	for _, f := range s {
		got = append(got, f.Column+": "+words(f))
	}
	if got, want := strings.Join(got, "; "), "mass: 1 to 2; sex: male or female; bill: at most 3"; got != want {
		t.Errorf("the selection says %q, want %q", got, want)
	}
	if s = s.toggle("sex", "male").toggle("sex", "female"); s.of("sex") != nil {
		t.Errorf("levels taken back leave %v", s)
	}
	if s = s.between("mass", 5, 6); len(s) != 2 || *s.of("mass").Min != 5 {
		t.Errorf("another range of mass makes %v, want it in the place of the first", s)
	}
	if s = s.among("sex", ""); !reflect.DeepEqual(s.levels("sex"), []string{""}) || words(*s.of("sex")) != "no value" {
		t.Errorf("the missing ones are %q, %q", s.levels("sex"), words(*s.of("sex")))
	}
	if s = s.toggle("sex", "male"); !reflect.DeepEqual(s.levels("sex"), []string{"male", ""}) {
		t.Errorf("levels() = %q, want male and the missing", s.levels("sex"))
	}
	set, _ := exploreSet()
	wrong := selection{{Column: "gone", Levels: []string{"x"}}, {Column: "island", Min: new(float64)}, {Column: "bill"}}.among("island", "Dream")
	if got := wrong.within(set.Schema); len(got) != 1 || got[0].Column != "island" {
		t.Errorf("within() = %v, want the island alone", got)
	}
}

func TestTidy(t *testing.T) {
	for _, tt := range []struct{ v, span, want float64 }{{3123.4567, 3600, 3123}, {0.1234567, 1, 0.123}, {123456.7, 4e6, 123000}, {0.30000000000000004, 2, 0.3}, {5, 0, 5}, {-2.3456e-9, 1e-7, -2.3e-9}} {
		if got := tidy(tt.v, tt.span); math.Abs(got-tt.want) > 1e-12*math.Abs(tt.want) {
			t.Errorf("tidy(%v, %v) = %v, want %v", tt.v, tt.span, got, tt.want)
		}
	}
}

func TestExploreViewWithin(t *testing.T) {
	set, _ := exploreSet()
	models := []wire.ModelInfo{{ID: "m"}}
	both := []string{"bill", "mass"}
	tests := []struct {
		name       string
		view, want exploreView
		schema     table.Schema
	}{
		{"a first visit takes two numbers and the label", exploreView{}, exploreView{X: "bill", Y: "mass", By: "species", Columns: both}, set.Schema},
		{"what the address says stays", exploreView{X: "mass", Y: "bill", Z: "bill", By: "island", Columns: []string{"island", "mass"}}, exploreView{X: "mass", Y: "bill", Z: "bill", By: "island", Columns: []string{"island", "mass"}}, set.Schema},
		{"its model too", exploreView{X: "mass", Y: "bill", Model: "m"}, exploreView{X: "mass", Y: "bill", Model: "m", Columns: both}, set.Schema},
		{"clusters can be selected then", exploreView{X: "mass", Y: "bill", Model: "m", Picked: selection{}.among("cluster", "1")}, exploreView{X: "mass", Y: "bill", Model: "m", Columns: both, Picked: selection{}.among("cluster", "1")}, set.Schema},
		{"and not without", exploreView{X: "mass", Y: "bill", Picked: selection{}.among("cluster", "1")}, exploreView{X: "mass", Y: "bill", Columns: both}, set.Schema},
		{"no colour is a choice", exploreView{X: "mass", Y: "bill"}, exploreView{X: "mass", Y: "bill", Columns: both}, set.Schema},
		{"numbers colour too", exploreView{X: "mass", Y: "bill", By: "mass"}, exploreView{X: "mass", Y: "bill", By: "mass", Columns: both}, set.Schema},
		{"what is gone is replaced", exploreView{X: "gone", Y: "gone", Z: "gone", By: "gone", Model: "gone", Columns: []string{"gone"}}, exploreView{X: "bill", Y: "mass", Columns: both}, set.Schema},
		{"one number against itself", exploreView{}, exploreView{X: "bill", Y: "bill", Columns: both[:1]}, set.Schema[1:2]},
		{"no number, no scatter", exploreView{X: "bill", By: "island"}, exploreView{By: "island"}, set.Schema[:1]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.view.within(tt.schema, models); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v.within() = %+v\nwant %+v", tt.view, got, tt.want)
			}
		})
	}
}

func TestExploreAddress(t *testing.T) {
	for _, v := range []exploreView{
		{Many: manyParallel},
		{X: "a b", Y: "c&d=e", Z: "#", By: "ü", Model: "m", Many: manyMatrix, Columns: []string{"x,y", `"`}, Ranks: true, Fine: true,
			Picked: selection{}.between("a b", -1e-9, 1e300).among("ü", "a,b", "", "&").between("c", 3, math.Inf(1))},
	} {
		at, err := url.ParseQuery(v.values("set").Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got := exploreViewOf(at); !reflect.DeepEqual(got, v) || at.Get("dataset") != "set" {
			t.Errorf("%v reads back as %+v\nwant %+v", at, got, v)
		}
	}
}

func FuzzExploreAddress(f *testing.F) {
	f.Add("dataset=d&x=a&y=b&by=c&many=space&column=a&column=b&ranks=true")
	f.Add(`filter=[{"column":"x","min":1},{"column":"k","levels":["a"],"missing":"also"}]&density=sheather-jones`)
	f.Add("filter=x&column=&many=3d")
	set, _ := exploreSet()
	f.Fuzz(func(t *testing.T, fragment string) {
		at, err := url.ParseQuery(fragment)
		if err != nil {
			return
		}
		v := exploreViewOf(at)
		again := exploreViewOf(v.values(at.Get("dataset")))
		if !reflect.DeepEqual(v.values("d"), again.values("d")) {
			t.Errorf("%q is %+v, then %+v", fragment, v, again)
		}
		v = v.within(set.Schema, nil)
		if len(v.Columns) > mostMany || v.X == "" || v.Y == "" {
			t.Errorf("%q gives the view %+v, which can't be drawn", fragment, v)
		}
		exploreSample(1, pairColumns, sampleRow(1, 1., 2., "Adelie")).lit(v.Picked)
	})
}

func TestExploreQuery(t *testing.T) {
	set, _ := exploreSet()
	wide := make([]string, 30)
	for i := range wide {
		wide[i] = "c" + string(rune('a'+i))
	}
	tests := []struct {
		view    exploreView
		columns []string
		want    url.Values
	}{
		{exploreView{By: "species"}, []string{"a, b", `5" pipe`}, url.Values{"columns": {`"a, b","5"" pipe"`}, "n": {"5000"}, "seed": {"1"}, "version": {"2"}, "by": {"species"}}},
		{exploreView{By: "bill"}, wide[:12:12], url.Values{"columns": {listed(wide[:12])}, "n": {"5000"}, "seed": {"1"}, "version": {"2"}}},
		{exploreView{Model: "m"}, wide, url.Values{"columns": {listed(wide)}, "n": {"2000"}, "seed": {"1"}, "version": {"2"}, "model": {"m"}, "by": {"cluster"}}},
	}
	for _, tt := range tests {
		if got := tt.view.query(tt.columns, 2, set.Schema); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v.query() = %v, want %v", tt.view, got, tt.want)
		}
	}
	if got, want := (exploreView{X: "mass", Y: "bill", Picked: selection{}.among("note", "x").among("species", "y")}).sampled(set.Schema), []string{"mass", "bill", "species", "island"}; !reflect.DeepEqual(got, want) {
		t.Errorf("sampled() = %q, want %q: no texts, what the view needs first", got, want)
	}
}

func TestPlane(t *testing.T) {
	r := exploreSample(3, pairColumns, sampleRow(1, 3., 10., nil), sampleRow(2, 5., 30., nil), sampleRow(3, nil, 3., nil))
	pc := together{pca: &wire.PCA{Columns: []string{"bill", "mass"}, Mean: []float64{4, 20}, Scales: []float64{1, 10}, Components: []wire.Component{{Loadings: []float64{.6, .8}}, {Loadings: []float64{.8, -.6}}}}}
	got, n := pc.plane(r, []rowGroup{{Name: "g", Cluster: 1, At: []int{0, 1, 2}}}, []bool{false, true, true})
	if n != 2 || len(got) != 1 || !reflect.DeepEqual(got[0].Lit, []int{1}) || !reflect.DeepEqual(got[0].IDs, []int64{1, 2}) ||
		math.Abs(got[0].X[0]+1.4) > 1e-12 || math.Abs(got[0].Y[1]-.2) > 1e-12 {
		t.Errorf("plane() = %+v, %d, want -1.4, -0.2 and 1.4, 0.2, the second lit", got, n)
	}
}

func TestBarsOf(t *testing.T) {
	many := wire.ColumnProfile{Count: 100}
	for _, v := range "abcdefghij" {
		many.Top = append(many.Top, wire.Level{Value: string(v), Rows: 5})
	}
	names, rows := barsOf(many)
	if got, want := strings.Join(names, " "), "a b c d e f g h other levels"; got != want {
		t.Errorf("barsOf() names %q, want %q", got, want)
	}
	if got := rows[len(rows)-1]; got != 60 {
		t.Errorf("barsOf() has %v rows of other levels, want 60: those that Top does not list count too", got)
	}
	if names, _ := barsOf(wire.ColumnProfile{Count: 5, Top: many.Top[:1]}); len(names) != 1 {
		t.Errorf("barsOf(one level) = %q, want one bar", names)
	}
}

func TestExploreStates(t *testing.T) {
	set, _ := exploreSet()
	one := 1.
	half := -.5
	shown := func() *Explore {
		e := &Explore{loaded: true, sets: []wire.Dataset{set}, set: &set, profiles: exploreProfiles(), charts: exploreCharts, sampled: true,
			view: exploreView{Many: manyParallel, X: "bill", Y: "mass", By: "species", Columns: []string{"bill", "mass", "species"}},
			rows: exploreSample(1, []string{"bill", "mass", "species", "island"}, sampleRow(1, 39., 3500., "Adelie", "Dream")),
			together: together{corr: &wire.Correlation{Of: 6, Method: "pearson", Columns: []string{"bill", "mass"}, R: [][]*float64{{&one, &half}, {&half, &one}}, Rows: [][]int64{{5, 0}, {0, 0}}},
				pca: &wire.PCA{Of: 6, Rows: 5, Columns: []string{"bill", "mass"}, Mean: []float64{0, 0}, Scales: []float64{1, 1}, Components: []wire.Component{{Share: .75, Loadings: []float64{1, 0}}, {Share: .25, Loadings: []float64{0, 1}}}}}}
		e.profiles["bill"].Box = &wire.Box{Low: 39, High: 49, Above: 2}
		e.profiles["note"].Advice = nil
		e.profiles["island"].Advice = []wire.Advice{{Text: "It is a constant."}}
		e.draw()
		return e
	}
	with := func(change func(*Explore)) *Explore {
		e := shown()
		change(e)
		return e
	}
	texts := table.Schema{{Name: "note", Kind: table.Text}}
	tests := []struct {
		name string
		page *Explore
		want []string
		not  []string
	}{
		{"loading", &Explore{}, []string{"Loading"}, []string{"pair-title"}},
		{"the list failed", &Explore{loaded: true, loadErr: fault.Newf(fault.Unavailable, "No way to the server.")}, []string{"No way to the server.", "banner warn", "Try again"}, nil},
		{"no dataset", &Explore{loaded: true}, []string{"Nothing to explore yet", `href="/data"`}, []string{"pair-title"}},
		{"opening", with(func(e *Explore) { e.profiles, e.sampled = nil, false }), []string{"Loading", "penguins"}, []string{"pair-title"}},
		{"the profile failed", with(func(e *Explore) { e.openErr = fault.Newf(fault.NotFound, "It is gone.") }), []string{"It is gone.", "Try again"}, []string{"pair-title"}},
		{"all rows deleted", with(func(e *Explore) { e.set = &wire.Dataset{ID: "d", Schema: set.Schema} }), []string{"No rows"}, []string{"pair-title"}},
		{"shown", shown(), []string{
			"6 rows, 5 columns, version 3", `id="pair"`, "Scatter of 1 row: bill across, mass up, coloured by species.", "The only row.",
			`id="column-1"`, "bill of 5 rows: from 39 to 50, half of them between 40 and 45.", "5 rows, 1 missing (16.7 %)", "42.5", "Outliers: 2 above 49.",
			"mass</h3>", "No row has a value here.", `id="column-3"`, "most often Adelie, 3 rows", "It is a constant.",
			"nearly all different: note.", `href="/train#dataset=d"`, `value="column:island"`,
			"Correlation of 2 columns, Pearson's. The strongest: mass and bill, -0.5.", "1 row as lines across the axes bill, mass, species, coloured by species.",
			"explain 100.0 %", "5 rows of 6", "Scatter of 1 row in the first two components", `id="describe"`, "Drag over a chart",
		}, []string{`id="column-2"`, `id="column-4"`, "more-columns", "Clusters of a model", "pick-clear"}},
		{"selected, as the sample says", with(func(e *Explore) {
			e.rows.Of, e.view.Picked = 4, selection{}.between("bill", 39, 40).among("species", "Adelie")
			e.light()
		}), []string{"1 of 1 rows selected, 100.0 % of the sample; the bars are estimated from it.", "bill: 39 to 40", "species: Adelie", `id="pick-clear"`, `id="picked-rows"`, "3500",
			"filter=%5B%7B%22column%22%3A%22bill%22%2C%22min%22%3A39%2C%22max%22%3A40%7D"}, []string{"Drag over a chart or click"}},
		{"selected, as the server has counted", with(func(e *Explore) {
			e.rows.Of, e.view.Picked = 4, selection{}.between("bill", 39, 40)
			e.picked.exact, e.picked.counted = &wire.Brushed{Of: 6, Rows: 2}, e.view.Picked
			e.light()
		}), []string{"2 of 6 rows selected, 33.3 %."}, []string{"of the sample;"}},
		{"selected, the count is of something else", with(func(e *Explore) {
			e.rows.Of, e.view.Picked = 4, selection{}.between("bill", 39, 40)
			e.picked.exact, e.picked.counted = &wire.Brushed{Of: 6, Rows: 2}, selection{}.between("bill", 39, 41)
			e.light()
		}), []string{"of the sample;"}, []string{"2 of 6 rows"}},
		{"the count failed", with(func(e *Explore) {
			e.view.Picked = selection{}.between("bill", 39, 40)
			e.picked.err = fault.Newf(fault.Internal, "No count.")
			e.light()
		}), []string{"No count.", `id="pair"`}, nil},
		{"none of the rows here", with(func(e *Explore) { e.view.Picked = selection{}.between("bill", 0, 1); e.light() }), []string{"None of the rows on this page is selected."}, []string{`id="picked-rows"`}},
		{"three columns", with(func(e *Explore) {
			e.view.Many = manySpace
			e.draw()
		}), []string{"Three columns of numbers are needed"}, []string{`id="many-space"`}},
		{"scatter matrix", with(func(e *Explore) {
			e.view.Many = manyMatrix
			e.draw()
		}), []string{`id="many-matrix"`, "1 row as scatters of each pair of bill, mass, coloured by species."}, nil},
		{"a model of an older version", with(func(e *Explore) {
			e.models, e.view.Model = []wire.ModelInfo{{ID: "m", Name: "first", K: 3, Version: 2}}, "m"
		}), []string{"They are those of version 2, which the model was trained on.", "Clusters of a model", "first, 3 clusters"}, nil},
		{"the rows failed", with(func(e *Explore) { e.sampleErr, e.rows = fault.Newf(fault.Internal, "No points."), exploreRows{} }), []string{"No points.", "Try again", `id="column-1"`}, []string{`id="pair"`}},
		{"the correlation failed", with(func(e *Explore) { e.together.corrErr = fault.Newf(fault.Internal, "No memory.") }), []string{"No memory.", `id="pair"`}, []string{`id="correlation"`}},
		{"no number", with(func(e *Explore) { e.set = &wire.Dataset{ID: "d", Rows: 6, Schema: texts}; e.view = exploreView{} }), []string{"needs a column of numbers", "no two columns"}, []string{`id="pair-x"`}},
		{"more columns than fit", with(func(e *Explore) { e.charts = 1 }), []string{"Show 3 more columns of 3", `id="column-0"`}, []string{`id="column-1"`}},
		{"a profile that is to come", with(func(e *Explore) { delete(e.profiles, "bill") }), []string{`id="column-1-title"`, "Loading"}, []string{`id="column-1"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			html := app.HTMLString(app.Div().Body(append([]app.UI{tt.page.head()}, tt.page.body()...)...))
			for _, part := range tt.want {
				if !strings.Contains(html, part) {
					t.Errorf("the page has no %q:\n%s", part, html)
				}
			}
			for _, part := range tt.not {
				if strings.Contains(html, part) {
					t.Errorf("the page has %q", part)
				}
			}
		})
	}
}
