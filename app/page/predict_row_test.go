package page

import (
	"math"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
)

// testModel is a small model with a number, a category and a number.
func testModel(missing prep.Missing) *model.Model {
	p := prep.Prep{Missing: missing, Scale: prep.Standard, Columns: []prep.Column{
		{Name: "bill", Offset: 40, Factor: 5, Fill: 41},
		{Name: "island", Levels: []string{"Biscoe", "Dream"}, Usual: "Biscoe"},
		{Name: "mass", Offset: 4000, Factor: 500, Fill: 4100},
	}}
	return &model.Model{
		Format: model.Format, ID: "m1", Name: "penguins k=2", Created: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC),
		Data: model.Data{Dataset: "d", Name: "penguins", Version: 2, Rows: 30},
		Inputs: []model.Input{
			{Name: "bill", Kind: table.Number, Min: 30, Max: 60, Example: table.Num(36.5)},
			{Name: "island", Kind: table.Category, Levels: []string{"Biscoe", "Dream"}, Example: table.Str("Dream")},
			{Name: "mass", Kind: table.Number, Min: 2700, Max: 6300, Example: table.Num(3500)},
		},
		Prep: p, Centroids: matrix([]float64{-1, .2, .8, -1}, []float64{1, .9, .1, 1}),
		Clusters: []model.Cluster{
			{Size: 20, Within: 12, Center: []table.Cell{table.Num(35), table.Str("Dream"), table.Num(3500)}},
			{Size: 10, Within: 5, Center: []table.Cell{table.Num(45), table.Str("Biscoe"), table.Num(4500)}},
		},
		Config:   kmeans.Config{K: 2, Init: kmeans.Parallel, Restarts: 1, MaxIterations: 100, Tolerance: 1e-4, Seed: 11},
		Training: model.Training{Inertia: 17, Passes: 4, Converged: true, Seconds: .2, Silhouette: &score.Silhouette{Mean: .5, Error: .01, Rows: 20, Sampled: true}},
		Hash:     "abc",
	}
}

func TestRowFormAnswersAtOnce(t *testing.T) {
	f := newRowForm(testModel(prep.Drop))
	if f.Answer == nil || f.Answer.Cluster != 0 {
		t.Fatalf("the example row is in %+v, want cluster 0", f.Answer)
	}
	f.set(0, "50", false)
	f.set(1, "Biscoe", false)
	f.set(2, "5000", false)
	if f.Answer == nil || f.Answer.Cluster != 1 || len(f.Answer.Distances) != 2 {
		t.Fatalf("the other row is in %+v, want cluster 1", f.Answer)
	}
	if want := math.Sqrt(1*1 + .1*.1 + .1*.1 + 1*1); math.Abs(f.Answer.Distance-want) > 1e-9 {
		t.Errorf("distance = %v, want %v", f.Answer.Distance, want)
	}
}

func TestRowFormOddValues(t *testing.T) {
	for _, c := range []struct {
		name        string
		missing     prep.Missing
		field       int
		text        string
		bad         bool
		note, fault bool
		answer      bool
	}{
		{"inside", prep.Drop, 0, "31", false, false, false, true},
		{"above training", prep.Drop, 0, "61", false, true, false, true},
		{"below training", prep.Drop, 0, "-5", false, true, false, true},
		{"half typed", prep.Drop, 0, "", true, false, true, false},
		{"not a number", prep.Drop, 0, "ten", false, false, true, false},
		{"infinite", prep.Drop, 0, "1e999", false, false, true, false},
		{"empty, rows were dropped", prep.Drop, 0, "", false, false, true, false},
		{"empty, filled", prep.Mean, 0, "", false, true, false, true},
		{"empty category, filled", prep.Median, 1, "", false, true, false, true},
		{"empty category, dropped", prep.Drop, 1, "", false, false, true, false},
		{"another level", prep.Drop, 1, otherLevel, false, true, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newRowForm(testModel(c.missing))
			f.set(c.field, c.text, c.bad)
			got := f.Fields[c.field]
			if (got.Note != "") != c.note || (got.Error != "") != c.fault || (f.Answer != nil) != c.answer {
				t.Errorf("note %q, error %q, answer %v; want note %v, error %v, answer %v", got.Note, got.Error, f.Answer, c.note, c.fault, c.answer)
			}
			f.set(c.field, f.Fields[c.field].Input.Example.String(), false)
			if f.Answer == nil {
				t.Error("no answer after the value was mended")
			}
		})
	}
}

func TestRowFormKeepsTextWhileBad(t *testing.T) {
	f := newRowForm(testModel(prep.Drop))
	f.set(0, "", true)
	if f.Fields[0].Text != "36.5" {
		t.Errorf("text = %q: a half typed number must not clear the field", f.Fields[0].Text)
	}
}

func TestSlider(t *testing.T) {
	for _, c := range []struct {
		min, max float64
		want     slider
	}{
		{32.1, 59.6, slider{32.1, 59.6, .1}},
		{2700, 6300, slider{2700, 6300, 10}},
		{0.1, 2.5, slider{0.1, 2.5, .01}},
		{0.123, 2.567, slider{0.12, 2.57, .01}},
		{5, 5, slider{5, 6, 1}},
		{-3, 4, slider{-3, 4, .01}},
	} {
		if got := sliderOf(model.Input{Min: c.min, Max: c.max}); math.Abs(got.Min-c.want.Min) > 1e-12 || math.Abs(got.Max-c.want.Max) > 1e-12 || got.Step != c.want.Step {
			t.Errorf("sliderOf(%v, %v) = %v, want %v", c.min, c.max, got, c.want)
		}
	}
	in := model.Input{Min: 0.123, Max: 2.567}
	for text, want := range map[string]string{"0.12": "0.123", "2.57": "2.567", "1.5": "1.5"} {
		if got := slid(in, text); got != want {
			t.Errorf("slid(%s) = %s, want %s", text, got, want)
		}
	}
}
