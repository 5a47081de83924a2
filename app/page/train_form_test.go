package page

import (
	"errors"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// penguins is a dataset with each kind of column.
func penguins() *wire.Dataset {
	return &wire.Dataset{ID: "d", Name: "penguins", Version: 2, Rows: 6, Schema: table.Schema{
		{Name: "species", Kind: table.Category, Role: table.Label},
		{Name: "island", Kind: table.Category, Role: table.Feature, Distinct: 2},
		{Name: "bill", Kind: table.Number, Role: table.Feature},
		{Name: "note", Kind: table.Text, Role: table.Ignored},
		{Name: "id", Kind: table.Number, Role: table.Ignored},
		{Name: "void", Kind: table.Number, Role: table.Feature, Missing: 6},
	}}
}

func TestFormColumns(t *testing.T) {
	f := newTrainForm(7)
	f.setData(penguins())
	var names, used []string
	for _, c := range f.choices() {
		names = append(names, c.Name)
	}
	for _, c := range f.columns() {
		used = append(used, c.Name)
	}
	if got := strings.Join(names, " "); got != "island bill id void" {
		t.Errorf("choices = %q: labels and texts can't be trained on", got)
	}
	if got := strings.Join(used, " "); got != "island bill" {
		t.Errorf("in use at first = %q, want the features that have values", got)
	}
}

func TestFormRequest(t *testing.T) {
	f := newTrainForm(18446744073709551615)
	f.setData(penguins())
	req, ok := f.request()
	if !ok {
		t.Fatalf("request() of the defaults: %v", f.Errors)
	}
	if req.Dataset != "d" || req.Version != 2 || req.Config.K != 3 || req.Config.Seed != 18446744073709551615 || req.Config.Init != kmeans.Parallel ||
		req.Config.Tolerance != 1e-4 || strings.Join(req.Prep.Columns, " ") != "island bill" {
		t.Errorf("request() = %+v", req)
	}
}

func TestFormFaults(t *testing.T) {
	for _, c := range []struct {
		name, field string
		change      func(*trainForm)
	}{
		{"k of 0", fieldK, func(f *trainForm) { f.K = "0" }},
		{"k empty", fieldK, func(f *trainForm) { f.K = "" }},
		{"k not whole", fieldK, func(f *trainForm) { f.K = "2.5" }},
		{"k over the rows", fieldK, func(f *trainForm) { f.K = "7" }},
		{"no dataset", fieldDataset, func(f *trainForm) { f.Data = nil }},
		{"no column", fieldColumns, func(f *trainForm) { clear(f.Use) }},
		{"no restarts", fieldRestarts, func(f *trainForm) { f.Restarts = "0" }},
		{"no passes", fieldPasses, func(f *trainForm) { f.Passes = "-1" }},
		{"tolerance below 0", fieldTolerance, func(f *trainForm) { f.Tolerance = "-1" }},
		{"tolerance not a number", fieldTolerance, func(f *trainForm) { f.Tolerance = "NaN" }},
		{"seed below 0", fieldSeed, func(f *trainForm) { f.Seed = "-1" }},
		{"seed too long", fieldSeed, func(f *trainForm) { f.Seed = "18446744073709551616" }},
		{"too many restarts", fieldRestarts, func(f *trainForm) { f.Restarts = "1001" }},
		{"too many passes", fieldPasses, func(f *trainForm) { f.Passes = "1000001" }},
		{"no time", fieldTimeLimit, func(f *trainForm) { f.TimeLimit = "0" }},
		{"time not a number", fieldTimeLimit, func(f *trainForm) { f.TimeLimit = "soon" }},
		{"no sample", fieldSample, func(f *trainForm) { f.Sample = "0" }},
		{"sample below k", fieldSample, func(f *trainForm) { f.Sample = "2" }},
		{"no rows a step", fieldBatch, func(f *trainForm) { f.Algorithm, f.Batch = kmeans.MiniBatch, "0" }},
		{"too many rows a step", fieldBatch, func(f *trainForm) { f.Algorithm, f.Batch = kmeans.MiniBatch, "99999999" }},
		{"no rounds", fieldRounds, func(f *trainForm) { f.Rounds = "-1" }},
		{"too many rounds", fieldRounds, func(f *trainForm) { f.Rounds = "101" }},
		{"no oversampling", fieldFactor, func(f *trainForm) { f.Factor = "0" }},
		{"too much oversampling", fieldFactor, func(f *trainForm) { f.Factor = "1001" }},
		{"bisecting from a given start", fieldAlgorithm, func(f *trainForm) { f.Algorithm, f.Init = kmeans.Bisecting, kmeans.Given }},
		{"restarts of a given start", fieldRestarts, func(f *trainForm) { f.Init, f.Restarts = kmeans.Given, "2" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newTrainForm(1)
			f.setData(penguins())
			c.change(&f)
			_, ok := f.request()
			if ok || f.Errors[c.field] == "" {
				t.Errorf("request() ok = %v, errors %v, want one at %s", ok, f.Errors, c.field)
			}
		})
	}
}

// What belongs to another algorithm or another start is not sent, nor checked.
func TestFormSendsWhatApplies(t *testing.T) {
	f := newTrainForm(1)
	f.setData(penguins())
	f.Algorithm, f.Batch, f.Init, f.Rounds, f.Factor, f.Stays[0], f.Frozen = kmeans.Lloyd, "x", kmeans.Random, "x", "x", true, "x"
	req, ok := f.request()
	if c := req.Config; !ok || c.Algorithm != kmeans.Lloyd || c.Batch != 0 || c.InitRounds != 0 || c.Oversampling != 0 || c.Frozen != nil {
		t.Errorf("request() = %+v, errors %v", req, f.Errors)
	}
	f.Algorithm, f.Batch, f.Init, f.Rounds, f.Factor = kmeans.MiniBatch, " 5 ", kmeans.Parallel, "4", "1.5"
	req, ok = f.request()
	if c := req.Config; !ok || c.Batch != 5 || c.InitRounds != 4 || c.Oversampling != 1.5 {
		t.Errorf("request() = %+v, errors %v", req, f.Errors)
	}
}

// The column that weighs the rows is no feature, and is one again afterwards.
func TestFormWeight(t *testing.T) {
	f := newTrainForm(1)
	f.setData(penguins())
	var can []string
	for _, c := range f.weights() {
		can = append(can, c.Name)
	}
	if got := strings.Join(can, " "); got != "bill id" {
		t.Errorf("weights() = %q, want the numbers that have values", got)
	}
	for _, c := range []struct{ weight, columns string }{{"bill", "island"}, {"id", "island bill"}, {"", "island bill"}} {
		f.Weight = c.weight
		req, ok := f.request()
		if got := strings.Join(req.Prep.Columns, " "); !ok || got != c.columns || req.Weight != c.weight {
			t.Errorf("weighed by %q: features %q, weight %q, errors %v, want features %q", c.weight, got, req.Weight, f.Errors, c.columns)
		}
	}
	f.Weight = "bill"
	f.setData(penguins())
	if f.Weight != "" {
		t.Errorf("another dataset is weighed by %q, want none", f.Weight)
	}
}

func TestFormRefused(t *testing.T) {
	f := newTrainForm(1)
	f.refused(errors.Join(
		fault.Fieldf("config.k", "k is 3, but only 2 different rows are left."),
		fault.Fieldf("prep.columns.1", "The column void has no values."),
		fault.Fieldf("weight", "Row 3 has no weight."),
		fault.Fieldf("timeLimit", "Too long."),
		fault.Fieldf("config.oversampling", "Too much."),
		fault.Newf(fault.Unavailable, "The queue is away."),
	))
	if f.Errors[fieldWeight] != "Row 3 has no weight." || f.Errors[fieldTimeLimit] != "Too long." || f.Errors[fieldFactor] != "Too much." {
		t.Errorf("errors = %v", f.Errors)
	}
	if f.Errors[fieldK] == "" || !strings.Contains(f.Errors[fieldColumns], "void") || f.Errors[""] != "The queue is away." {
		t.Errorf("errors = %v", f.Errors)
	}
}
