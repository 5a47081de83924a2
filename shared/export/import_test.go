package export_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// fileOf gives the file of an export that Import reads.
func fileOf(t testing.TB, format string, m *model.Model) []byte {
	t.Helper()
	f, err := export.Find(format)
	if err != nil {
		t.Fatal(err)
	}
	files, err := f.Write(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file.Name == "model.json" || file.Name == "model.pmml" {
			return file.Body
		}
	}
	t.Fatalf("%s has no file to import", format)
	return nil
}

// models has each kind of preparation.
func models(t testing.TB) map[string]*model.Model {
	const gaps = "x,it's,y\n1,\"z\"\"1\",0.1\n2,<b>,0.3\n9,\"z\"\"1\",-4\n11,ü,-4.5\n,<b>,1\n10,,-5\n"
	return map[string]*model.Model{
		"drop":    trained(t, small, 2, prep.Config{}),
		"median":  trained(t, gaps, 3, prep.Config{Missing: prep.Median, Scale: prep.MinMax}),
		"mean":    trained(t, gaps, 2, prep.Config{Missing: prep.Mean, Scale: prep.NoScale}),
		"unit":    trained(t, gaps, 2, prep.Config{Missing: prep.Mean, Unit: true}),
		"unit, 1": trained(t, "x\n1\n2\n-3\n", 2, prep.Config{Unit: true, Scale: prep.NoScale}),
	}
}

// TestRoundTrip wants a model that was exported and imported to be the same: the
// same hash means the same preparation and the same bits of the centroids.
func TestRoundTrip(t *testing.T) {
	for name, m := range models(t) {
		for _, format := range []string{"json", "pmml", "sklearn"} {
			got, err := export.Import(fileOf(t, format, m))
			if err != nil {
				t.Errorf("%s: Import(%s) = %v", name, format, err)
				continue
			}
			if got.Hash != m.Hash || got.Name != m.Name {
				t.Errorf("%s: Import(%s) is %q with the preparation %+v, want %q with %+v", name, format, got.Name, got.Prep, m.Name, m.Prep)
			}
			if imported := got.Data.Imported != ""; imported != (format != "json") || imported && (got.Clusters[0].Size != 0 || got.Inputs[0].Max != 0 || !got.Inputs[0].Example.Missing()) {
				t.Errorf("%s: Import(%s) says it is %q, with %+v and %+v", name, format, got.Data.Imported, got.Clusters[0], got.Inputs[0])
			}
		}
	}
}

// TestPMMLOfOthers reads what R and KNIME write, and a model whose columns are interleaved.
func TestPMMLOfOthers(t *testing.T) {
	for _, tc := range []struct {
		file   string
		inputs string
		row    []table.Cell
		want   int
	}{
		{"r.pmml", "[Sepal.Length Petal.Length]", []table.Cell{table.Num(5), table.Num(1.5)}, 1},
		{"knime.pmml", "[x kind]", []table.Cell{table.Num(30), table.Str("b")}, 1},
	} {
		b, err := os.ReadFile(filepath.Join("testdata", tc.file))
		if err != nil {
			t.Fatal(err)
		}
		m, err := export.Import(b)
		if err != nil {
			t.Errorf("Import(%s) = %v", tc.file, err)
			continue
		}
		got, err := m.Predict(tc.row)
		if names := fmt.Sprint(m.Prep.Names()); names != tc.inputs || err != nil || got.Cluster != tc.want {
			t.Errorf("%s: inputs %s, Predict() = %+v, %v, want %s and cluster %d", tc.file, names, got, err, tc.inputs, tc.want)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	all := models(t)
	pmml, sk := string(fileOf(t, "pmml", all["drop"])), string(fileOf(t, "sklearn", all["drop"]))
	filled := string(fileOf(t, "pmml", all["mean"]))
	change := func(s, old, with string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("there is no %q to change", old)
		}
		return strings.Replace(s, old, with, 1)
	}
	for name, tc := range map[string]struct{ file, says string }{
		"nothing":               {"", "no model that can be read"},
		"a table":               {"x,y\n1,2\n", "no model that can be read"},
		"other JSON":            {`{"a":1}`, "not a model file of Centroid"},
		"HTML":                  {"<html></html>", "no PMML"},
		"a document type":       {`<!DOCTYPE x [<!ENTITY a "b">]><PMML/>`, "document type"},
		"an entity":             {`<PMML a="&b;"/>`, "&b;"},
		"cut":                   {pmml[:len(pmml)-30], "ends"},
		"another model":         {`<PMML><TreeModel/></PMML>`, "it holds TreeModel"},
		"a distribution":        {change(pmml, "centerBased", "distributionBased"), "distributionBased"},
		"another distance":      {change(pmml, "<squaredEuclidean/>", "<chebychev/>"), "chebychev"},
		"another comparison":    {change(pmml, "absDiff", "delta"), "compared by delta"},
		"a weight":              {change(pmml, `compareFunction="absDiff"`, `fieldWeight="2"`), "weight 2"},
		"another function":      {change(pmml, `function="/"`, `function="pow"`), `"pow"`},
		"a field of itself":     {change(pmml, `<FieldRef field="x"/>`, `<FieldRef field="v1"/>`), "made of itself"},
		"a field not declared":  {change(pmml, `<FieldRef field="x"/>`, `<FieldRef field="z"/>`), `"z"`},
		"a value too few":       {change(pmml, `type="real">`, `type="real"> 1 `), "values, want"},
		"no number":             {change(pmml, `type="real">-`, `type="real">x`), "want a number"},
		"some filled":           {change(filled, "missingValueReplacement", "x"), "only some fields"},
		"no center":             {change(pmml, "<Array", "<Partition"), "ends an element"},
		"another version":       {change(sk, `"version":1`, `"version":2`), "version 2"},
		"an unknown field":      {change(sk, `"version":1`, `"version":1,"kernel":"rbf"`), "kernel"},
		"no columns":            {`{"writer":"centroid-sklearn","version":1,"centers":[[1]]}`, "no columns"},
		"no clusters":           {change(sk, `"centers":[[`, `"centers":[],"x":[[`), "x"},
		"values too few":        {change(sk, `"centers":[[`, `"centers":[[1,`), "values, want"},
		"a factor of zero":      {`{"writer":"centroid-sklearn","version":1,"missing":"drop","scale":"none","columns":[{"name":"x"}],"centers":[[1]]}`, "factor"},
		"an infinite centroid":  {change(pmml, `type="real">`, `type="real">Inf `), "values, want"},
		"elements without ends": {strings.Repeat("<a>", 5000), "too deeply"},
	} {
		m, err := export.Import([]byte(tc.file))
		if m != nil || fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: Import() = %v, %v, want an invalid fault with %q", name, m, err, tc.says)
		}
	}
}

// FuzzImport wants no panic, faults in words, and that what is taken can predict and be exported.
func FuzzImport(f *testing.F) {
	for _, m := range models(f) {
		for _, format := range []string{"json", "pmml", "sklearn"} {
			f.Add(fileOf(f, format, m))
		}
	}
	for _, name := range []string{"r.pmml", "knime.pmml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := export.Import(file)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Errorf("Import() = %v, want an invalid fault", err)
			}
			return
		}
		if m.Prep.Width()*m.Centroids.Rows > 1<<12 {
			return
		}
		for _, format := range export.Formats() {
			files, err := format.Write(m)
			if code := fault.CodeOf(err); err != nil && code != fault.Invalid && code != fault.TooLarge {
				t.Errorf("%s: Write() = %v", format.ID, err)
			}
			if err != nil || format.ID != "pmml" && format.ID != "sklearn" {
				continue
			}
			for _, out := range files {
				if !strings.HasPrefix(out.Name, "model.") {
					continue
				}
				if again, err := export.Import(out.Body); err != nil || again.Hash != m.Hash {
					t.Errorf("%s: what was exported is imported as %+v, %v, want %+v", format.ID, again, err, m.Prep)
				}
			}
		}
	})
}
