package page

import (
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// givenForm asks for two start centroids of island and bill.
func givenForm() trainForm {
	f := newTrainForm(1)
	f.setData(penguins())
	f.Init, f.K = kmeans.Given, "2"
	f.fitRows()
	return f
}

func TestStartTyped(t *testing.T) {
	f := givenForm()
	f.Rows = [][]string{{"Biscoe", " 39.5 "}, {"Dream", "-4e1"}}
	req, ok := f.request()
	want := [][]table.Cell{{table.Str("Biscoe"), table.Num(39.5)}, {table.Str("Dream"), table.Num(-40)}}
	if !ok || !reflect.DeepEqual(req.Start, want) {
		t.Errorf("request() starts from %v, errors %v, want %v", req.Start, f.Errors, want)
	}
	for _, c := range []struct{ name, level, number, says string }{
		{"no level", " ", "1", "Centroid 0 has no value for island."},
		{"no number", "Dream", "", "Centroid 0, bill: want a number."},
		{"a word", "Dream", "ten", "Centroid 0, bill: want a number."},
		{"infinite", "Dream", "Inf", "Centroid 0, bill: want a number."},
	} {
		f.Rows[0] = []string{c.level, c.number}
		if _, ok := f.request(); ok || f.Errors[fieldStart] != c.says {
			t.Errorf("%s: errors %v, want %q", c.name, f.Errors, c.says)
		}
	}
	f.K = "101"
	f.Data.Rows = 1000
	if _, ok := f.request(); ok || !strings.Contains(f.Errors[fieldStart], "can't be typed in") {
		t.Errorf("101 centroids: errors %v", f.Errors)
	}
}

func TestStartOfModel(t *testing.T) {
	f := givenForm()
	f.Model = testModel(prep.Drop)
	req, ok := f.request()
	want := [][]table.Cell{{table.Str("Dream"), table.Num(35)}, {table.Str("Biscoe"), table.Num(45)}}
	if !ok || !reflect.DeepEqual(req.Start, want) {
		t.Errorf("request() starts from %v, errors %v, want %v: in the order of the columns in use", req.Start, f.Errors, want)
	}
	f.Frozen = "1, 0"
	if req, ok := f.request(); !ok || !reflect.DeepEqual(req.Config.Frozen, []int{1, 0}) {
		t.Errorf("request() freezes %v, errors %v, want 1 and 0", req.Config.Frozen, f.Errors)
	}
	for text, says := range map[string]string{
		"one":  "Write the numbers of the centroids that stay, such as 0, 2.",
		"2":    "Centroid 2 can't be frozen: they are numbered from 0 to 1.",
		"0, 0": "Centroid 0 is frozen twice.",
	} {
		f.Frozen = text
		if _, ok := f.request(); ok || f.Errors[fieldFrozen] != says {
			t.Errorf("frozen %q: errors %v, want %q", text, f.Errors, says)
		}
	}
	f.Frozen = ""
	f.K = "3"
	if _, ok := f.request(); ok || !strings.Contains(f.Errors[fieldStart], "has 2 centroids, but k is 3") {
		t.Errorf("another k: errors %v", f.Errors)
	}
	f.K = "2"
	f.Use["id"] = true
	if _, ok := f.request(); ok || !strings.Contains(f.Errors[fieldStart], "was not trained on id") {
		t.Errorf("a column that the model lacks: errors %v", f.Errors)
	}
}

// Settings that were sent come back as they were.
func TestTakeRequest(t *testing.T) {
	f := givenForm()
	f.Rows = [][]string{{"Biscoe", "39.5"}, {"Dream", "-40"}}
	f.Scale, f.Missing, f.Passes, f.Tolerance, f.Seed = prep.MinMax, prep.Median, "7", "0", "18446744073709551615"
	f.Use["island"], f.Use["id"] = true, true
	f.fitRows()
	f.Rows[0][2], f.Rows[1][2] = "1", "2"
	f.Stays[1], f.Stays[2] = true, true // there is no third
	f.Algorithm, f.Distance, f.Weight = kmeans.MiniBatch, kmeans.Cosine, "void"
	f.Data.Schema[5].Missing = 0
	f.TimeLimit, f.Sample, f.Batch = "0.5", "5", "3"
	sent, ok := f.request()
	if !ok {
		t.Fatal(f.Errors)
	}
	g := newTrainForm(5)
	g.setData(penguins())
	g.take(&sent)
	again, ok := g.request()
	if c := sent.Config; sent.Weight != "void" || sent.TimeLimit != .5 || c.Sample != 5 || c.Batch != 3 || !reflect.DeepEqual(c.Frozen, []int{1}) {
		t.Errorf("request() = %+v, want what was chosen", sent)
	}
	if !ok || !reflect.DeepEqual(again, sent) {
		t.Errorf("request() = %+v, errors %v, want what was taken, %+v", again, g.Errors, sent)
	}
}

func TestTrainAgain(t *testing.T) {
	m := testModel(prep.Mean)
	f := newTrainForm(5)
	d := penguins()
	d.Schema = append(d.Schema, table.Column{Name: "mass", Kind: table.Number, Role: table.Feature})
	f.setData(d)
	f.take(startOf(m))
	req, ok := f.request()
	m.Config.Algorithm, m.Config.Distance = kmeans.Auto, kmeans.Euclidean // by default
	if !ok || !reflect.DeepEqual(req.Config, m.Config) || req.Prep.Missing != prep.Mean || !reflect.DeepEqual(req.Prep.Columns, []string{"island", "bill", "mass"}) {
		t.Errorf("request() = %+v, errors %v, want the settings of the model", req, f.Errors)
	}
}
