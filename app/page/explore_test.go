package page

import (
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

func TestPointsOf(t *testing.T) {
	_, profile := exploreSet()
	tests := []struct {
		name  string
		view  pairView
		rows  []wire.Row
		of    int64
		want  []chart.Group
		words string
	}{
		{"without colours", pairView{X: "bill", Y: "mass"},
			[]wire.Row{sampleRow(4, 1., 2.), sampleRow(9, 3., 4.)}, 2,
			[]chart.Group{{Name: "all rows", Cluster: -1, X: []float64{1, 3}, Y: []float64{2, 4}, IDs: []int64{4, 9}}},
			"All 2 rows."},
		{"a category in the order of its frequency, what is rare and what lacks last", pairView{X: "bill", Y: "mass", By: "species"},
			[]wire.Row{sampleRow(1, 1., 1., nil), sampleRow(2, 2., 2., "Gentoo"), sampleRow(3, 3., 3., "Emperor"), sampleRow(4, 4., 4., "Adelie"), sampleRow(5, 5., 5., "Gentoo")}, 5,
			[]chart.Group{
				{Name: "Adelie", Cluster: 0, X: []float64{4}, Y: []float64{4}, IDs: []int64{4}},
				{Name: "Gentoo", Cluster: 1, X: []float64{2, 5}, Y: []float64{2, 5}, IDs: []int64{2, 5}},
				{Name: "no value", Cluster: -1, X: []float64{1}, Y: []float64{1}, IDs: []int64{1}},
				{Name: "other levels", Cluster: -1, X: []float64{3}, Y: []float64{3}, IDs: []int64{3}},
			},
			"All 5 rows."},
		{"clusters of a model, a row without a place, a sample", pairView{X: "bill", Y: "mass", Model: "m"},
			[]wire.Row{sampleRow(1, 1., 1., 2.), sampleRow(2, 2., nil, 0.), sampleRow(3, 3., 3., nil), sampleRow(4, 4., 4., 0.)}, 20100,
			[]chart.Group{
				{Name: "Cluster 0", Cluster: 0, X: []float64{4}, Y: []float64{4}, IDs: []int64{4}},
				{Name: "Cluster 2", Cluster: 2, X: []float64{1}, Y: []float64{1}, IDs: []int64{1}},
				{Name: "left out of the training", Cluster: -1, X: []float64{3}, Y: []float64{3}, IDs: []int64{3}},
			},
			"4 of 20.1k rows, chosen at random, the same ones each time; 1 of them lacks a value and is not drawn."},
		{"infinities are not drawn", pairView{X: "bill", Y: "mass"}, []wire.Row{sampleRow(1, "Infinity", 1.)}, 1, nil,
			"The only row; it lacks a value and is not drawn."},
		{"no rows", pairView{X: "bill", Y: "mass"}, nil, 0, nil, "No rows."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := pointsOf(tt.view, wire.SampleRows{Of: tt.of, Rows: tt.rows}, profile)
			if !reflect.DeepEqual(got.Groups, tt.want) {
				t.Errorf("pointsOf(%v) = %+v\nwant %+v", tt.view, got.Groups, tt.want)
			}
			if got := got.words(); got != tt.words {
				t.Errorf("words() = %q, want %q", got, tt.words)
			}
		})
	}
}

func TestPairViewWithin(t *testing.T) {
	set, _ := exploreSet()
	models := []wire.ModelInfo{{ID: "m"}}
	tests := []struct {
		name       string
		view, want pairView
		schema     table.Schema
	}{
		{"a first visit takes two numbers and the label", pairView{}, pairView{X: "bill", Y: "mass", By: "species"}, set.Schema},
		{"what the address says stays", pairView{X: "mass", Y: "bill", By: "island"}, pairView{X: "mass", Y: "bill", By: "island"}, set.Schema},
		{"its model too", pairView{X: "mass", Y: "bill", Model: "m"}, pairView{X: "mass", Y: "bill", Model: "m"}, set.Schema},
		{"no colour is a choice", pairView{X: "mass", Y: "bill"}, pairView{X: "mass", Y: "bill"}, set.Schema},
		{"what is gone is replaced", pairView{X: "gone", Y: "gone", By: "gone", Model: "gone"}, pairView{X: "bill", Y: "mass"}, set.Schema},
		{"one number against itself", pairView{}, pairView{X: "bill", Y: "bill"}, set.Schema[1:2]},
		{"no number, no scatter", pairView{X: "bill"}, pairView{}, set.Schema[:1]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.view.within(tt.schema, models); got != tt.want {
				t.Errorf("%+v.within() = %+v, want %+v", tt.view, got, tt.want)
			}
		})
	}
}

func TestPairViewQuery(t *testing.T) {
	tests := []struct {
		view pairView
		want url.Values
	}{
		{pairView{X: "a, b", Y: `5" pipe`, By: "d"}, url.Values{"columns": {`"a, b","5"" pipe","d"`}, "n": {"5000"}, "seed": {"1"}, "version": {"2"}}},
		{pairView{X: "a", Y: "c", Model: "m"}, url.Values{"columns": {`"a","c"`}, "n": {"5000"}, "seed": {"1"}, "version": {"2"}, "model": {"m"}}},
	}
	for _, tt := range tests {
		if got := tt.view.query(2); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v.query(2) = %v, want %v", tt.view, got, tt.want)
		}
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
	set, profile := exploreSet()
	view := pairView{X: "bill", Y: "mass", By: "species"}
	shown := Explore{loaded: true, sets: []wire.Dataset{set}, set: &set, opened: true, profile: profile, charts: exploreCharts, view: view, sampled: true,
		points: pointsOf(view, wire.SampleRows{Of: 1, Rows: []wire.Row{sampleRow(1, 39., 3500., "Adelie")}}, profile)}
	with := func(change func(*Explore)) *Explore {
		e := shown
		change(&e)
		return &e
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
		{"opening", with(func(e *Explore) { e.opened = false }), []string{"Loading", "penguins"}, []string{"pair-title"}},
		{"the profile failed", with(func(e *Explore) { e.openErr = fault.Newf(fault.NotFound, "It is gone.") }), []string{"It is gone.", "Try again"}, []string{"pair-title"}},
		{"all rows deleted", with(func(e *Explore) { e.profile.Rows = 0 }), []string{"No rows"}, []string{"pair-title"}},
		{"shown", &shown, []string{
			"6 rows, 5 columns, version 3", `id="pair"`, "Scatter of 1 row: bill across, mass up, coloured by species.", "The only row.",
			`id="column-1"`, "bill of 5 rows: from 39 to 50, half of them between 40 and 45.", "5 rows, 1 missing", "42.5",
			"mass</h3>", "No row has a value here.", `id="column-3"`, "most often Adelie, 3 rows",
			"nearly all different: note.", `href="/train#dataset=d"`, `value="column:island"`,
		}, []string{`id="column-2"`, `id="column-4"`, "more-columns", "Clusters of a model"}},
		{"a model of an older version", with(func(e *Explore) {
			e.models, e.view = []wire.ModelInfo{{ID: "m", Name: "first", K: 3, Version: 2}}, pairView{X: "bill", Y: "mass", Model: "m"}
		}), []string{"They are those of version 2, which the model was trained on.", "Clusters of a model", "first, 3 clusters"}, nil},
		{"the points failed", with(func(e *Explore) { e.sampleErr, e.points = fault.Newf(fault.Internal, "No points."), points{} }), []string{"No points.", "Try again", `id="column-1"`}, []string{`id="pair"`}},
		{"no number", with(func(e *Explore) { e.set = &wire.Dataset{ID: "d", Schema: texts}; e.view = pairView{} }), []string{"needs a column of numbers"}, []string{`id="pair-x"`}},
		{"more columns than fit", with(func(e *Explore) { e.charts = 1 }), []string{"Show 3 more columns of 3", `id="column-0"`}, []string{`id="column-1"`}},
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
