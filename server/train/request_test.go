package train

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func flowers() wire.Dataset {
	return wire.Dataset{ID: "d", Name: "flowers", Version: 4, Rows: 100, Schema: table.Schema{
		{Name: "x", Kind: table.Number, Role: table.Feature},
		{Name: "y", Kind: table.Number, Role: table.Feature, Missing: 5},
		{Name: "colour", Kind: table.Category, Role: table.Feature, Distinct: 3},
		{Name: "note", Kind: table.Text, Role: table.Ignored, Distinct: 99},
		{Name: "species", Kind: table.Category, Role: table.Label, Distinct: 2},
		{Name: "empty", Kind: table.Number, Role: table.Ignored, Missing: 100},
		{Name: "id", Kind: table.Number, Role: table.Ignored},
	}}
}

func TestComplete(t *testing.T) {
	row := []table.Cell{table.Num(1), table.Num(2), table.Str("red")}
	for name, tc := range map[string]struct {
		in   wire.TrainStart
		want func(wire.TrainStart) bool
	}{
		"defaults": {wire.TrainStart{}, func(r wire.TrainStart) bool {
			return r.Version == 4 && r.DataName == "flowers" && r.Name == "flowers k=8" && r.Config.K == 8 && r.Config.Restarts == 1 && r.Config.MaxIterations == 300 &&
				r.Config.Init == kmeans.Parallel && r.Prep.Scale == prep.Standard && r.Prep.Missing == prep.Drop && slices.Equal(r.Prep.Columns, []string{"x", "y", "colour"})
		}},
		"what is set stays": {wire.TrainStart{Name: " mine ", Config: kmeans.Config{K: 2, Init: kmeans.Random, Restarts: 9, MaxIterations: 7, Tolerance: 0.1, Seed: 5}, Prep: prep.Config{Columns: []string{"id"}, Scale: prep.NoScale, Missing: prep.Median}},
			func(r wire.TrainStart) bool {
				return r.Name == "mine" && r.Config.K == 2 && r.Config.Init == kmeans.Random && r.Config.Restarts == 9 && r.Config.MaxIterations == 7 && r.Config.Tolerance == 0.1 &&
					r.Config.Seed == 5 && slices.Equal(r.Prep.Columns, []string{"id"}) && r.Prep.Scale == prep.NoScale && r.Prep.Missing == prep.Median
			}},
		"start centroids say k": {wire.TrainStart{Start: [][]table.Cell{row, row}}, func(r wire.TrainStart) bool {
			return r.Config.K == 2 && r.Config.Init == kmeans.Given && len(r.Start) == 2 && r.Config.Start.IsZero() && r.Name == "flowers k=2"
		}},
		"as many as rows": {wire.TrainStart{Config: kmeans.Config{K: 100}}, func(r wire.TrainStart) bool { return r.Config.K == 100 }},
	} {
		got, err := complete(tc.in, flowers())
		if err != nil || !tc.want(got) {
			t.Errorf("%s: complete() = %+v, %v", name, got, err)
		}
	}
}

func TestCheck(t *testing.T) {
	cfg := func(c kmeans.Config) wire.TrainStart { return wire.TrainStart{Config: c} }
	columns := func(names ...string) wire.TrainStart { return wire.TrainStart{Prep: prep.Config{Columns: names}} }
	row := []table.Cell{table.Num(1), table.Num(2), table.Str("red")}
	for name, tc := range map[string]struct {
		in    wire.TrainStart
		field string
		says  []string
	}{
		"k below 1":             {cfg(kmeans.Config{K: -2}), "config.k", []string{"k is -2, want at least 1"}},
		"k above the rows":      {cfg(kmeans.Config{K: 101}), "config.k", []string{"k is 101, but there are only 100 rows"}},
		"restarts":              {cfg(kmeans.Config{Restarts: 1001}), "config.restarts", []string{"1 to 1000"}},
		"iterations":            {cfg(kmeans.Config{MaxIterations: -1}), "config.maxIterations", []string{"-1"}},
		"tolerance":             {cfg(kmeans.Config{Tolerance: -1}), "config.tolerance", []string{"-1"}},
		"initialisation":        {cfg(kmeans.Config{Init: "best"}), "config.init", []string{`"best"`}},
		"given, but none":       {cfg(kmeans.Config{Init: kmeans.Given}), "config.start", []string{"no start centroids are given"}},
		"scale":                 {wire.TrainStart{Prep: prep.Config{Scale: "log"}}, "prep.scale", []string{`"log"`, "none, standard or minmax"}},
		"missing":               {wire.TrainStart{Prep: prep.Config{Missing: "zero"}}, "prep.missing", []string{`"zero"`, "drop, mean or median"}},
		"unknown column":        {columns("x", "z"), "prep.columns", []string{`no column "z" in version 4 of "flowers"`}},
		"twice":                 {columns("x", "x"), "prep.columns", []string{`"x" is chosen twice`}},
		"text":                  {columns("note"), "prep.columns", []string{`"note" holds text`}},
		"label":                 {columns("species"), "prep.columns", []string{`"species" is the label`}},
		"no values":             {columns("empty"), "prep.columns", []string{`"empty" has no values`}},
		"name":                  {wire.TrainStart{Name: strings.Repeat("x", 201)}, "name", []string{"201 bytes"}},
		"start too short":       {wire.TrainStart{Start: [][]table.Cell{row, row[:2]}}, "start", []string{"Start centroid 1 has 2 values", "3 columns"}},
		"start twice":           {wire.TrainStart{Start: [][]table.Cell{row}, Config: kmeans.Config{Start: kmeans.NewMatrix(1, 5)}}, "start", []string{"given twice"}},
		"start of another k":    {wire.TrainStart{Start: [][]table.Cell{row}, Config: kmeans.Config{K: 2}}, "config.start", []string{"1 start centroids, but k is 2"}},
		"start and restarts":    {wire.TrainStart{Start: [][]table.Cell{row}, Config: kmeans.Config{Restarts: 3}}, "config.restarts", []string{"each of the 3 restarts would be the same"}},
		"start, but another":    {wire.TrainStart{Start: [][]table.Cell{row}, Config: kmeans.Config{Init: kmeans.Random}}, "config.start", []string{"the initialisation is"}},
		"all that is wrong":     {wire.TrainStart{Prep: prep.Config{Columns: []string{"z", "note"}, Scale: "log"}, Config: kmeans.Config{K: -1, Restarts: -1}}, "prep.scale", []string{`"log"`, `"z"`, `"note"`, "k is -1", "restarts is -1"}},
		"prepared start's size": {cfg(kmeans.Config{K: 1, Start: kmeans.NewMatrix(1, 2)}), "config.start", []string{"2 features, but the rows have 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := complete(tc.in, flowers())
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Code != fault.Invalid || e.Field != tc.field {
				t.Fatalf("complete() = %+v, want a fault of %s", err, tc.field)
			}
			for _, says := range tc.says {
				if !strings.Contains(e.Msg, says) {
					t.Errorf("words = %q, want %q among them", e.Msg, says)
				}
			}
		})
	}
	none := flowers()
	none.Schema = none.Schema[3:]
	if _, err := complete(wire.TrainStart{}, none); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "No column is a feature") {
		t.Errorf("without a feature: %v", err)
	}
}

// TestSingle joins faults into one; a foreign error keeps its cause from the user.
func TestSingle(t *testing.T) {
	a, b := fault.Fieldf("a", "A."), fault.Newf(fault.NotFound, "B.")
	if err := single(errors.Join(a, errors.Join(b, a))); fault.CodeOf(err) != fault.Invalid || fault.Message(err) != "A. B. A." {
		t.Errorf("single() = %v, want all words and the first code", err)
	}
	if err := single(nil); err != nil {
		t.Errorf("single(nil) = %v", err)
	}
	cause := errors.New("disk 7 on fire")
	if err := single(errors.Join(cause, a)); fault.CodeOf(err) != fault.Internal || !errors.Is(err, cause) || strings.Contains(fault.Message(err), "7") {
		t.Errorf("single() of a foreign error = %v", err)
	}
}
