package exported_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// TestDump fits scikit-learn's pipelines, dumps them with dump_kmeans.py, imports
// them and compares the labels of rows that have gaps and levels nobody has seen.
func TestDump(t *testing.T) {
	py, folder := python(t), t.TempDir()
	script := export.SklearnScript()
	write(t, filepath.Join(folder, script.Name), script.Body)
	write(t, filepath.Join(folder, "run.py"), []byte(`import json
import numpy as np, pandas as pd
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder, RobustScaler, StandardScaler
from dump_kmeans import dump

r = np.random.default_rng(1)
n = 2000
frame = pd.DataFrame({"b": r.normal(0, 1, n) + r.integers(0, 3, n) * 5, "a it's": r.normal(100, 20, n), "kind": r.choice(["z", "y", "ü"], n)})
frame["kind"] = frame["kind"].astype(object)
gaps = frame.copy()
gaps.loc[r.random(n) < 0.1, "b"] = np.nan
gaps.loc[r.random(n) < 0.1, "kind"] = np.nan
new = gaps.copy()
new.loc[r.random(n) < 0.1, "kind"] = "never seen"
numbers = ["b", "a it's"]
hot = lambda: OneHotEncoder(handle_unknown="ignore", sparse_output=False)
km = lambda k=4: KMeans(k, n_init=1, random_state=1)
cases = {
    "bare": (km(), frame[numbers], frame[numbers]),
    "mini-batch": (MiniBatchKMeans(3, n_init=1, random_state=1), frame[numbers], frame[numbers]),
    "scaled": (make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), km()), gaps[numbers], gaps[numbers]),
    "min-max": (make_pipeline(MinMaxScaler((-1, 2)), km()), frame[numbers], frame[numbers]),
    "unit": (make_pipeline(StandardScaler(with_std=False), Normalizer(), km()), frame[numbers], frame[numbers]),
    "columns": (make_pipeline(ColumnTransformer([
        ("c", make_pipeline(SimpleImputer(strategy="most_frequent"), hot()), ["kind"]),
        ("n", make_pipeline(SimpleImputer(), MinMaxScaler()), make_column_selector(dtype_include=float)),
    ]), km(5)), gaps, new),
    "rest": (make_pipeline(ColumnTransformer([("c", hot(), [2])], remainder="passthrough"), km()), frame, frame),
}
out = {}
for name, (model, fitted, rows) in cases.items():
    model.fit(fitted)
    dump(model, name + ".json")
    cells = rows.astype(object).where(rows.notna(), None)
    out[name] = {"columns": list(rows.columns), "rows": cells.values.tolist(), "labels": model.predict(rows).tolist()}
refused = {}
for name, model, rows in [("BisectingKMeans", BisectingKMeans(2), frame[numbers]), ("RobustScaler", make_pipeline(RobustScaler(), km()), frame[numbers]),
                          ("columns=", km().fit(frame[numbers].values), frame[numbers].values)]:
    try: dump(model.fit(rows), "refused.json")
    except ValueError as e: refused[name] = str(e)
print(json.dumps({"cases": out, "refused": refused}))
`))
	var got struct {
		Cases map[string]struct {
			Columns []string
			Rows    [][]table.Cell
			Labels  []int
		}
		Refused map[string]string
	}
	if err := json.Unmarshal(output(t, folder, py, "run.py"), &got); err != nil {
		t.Fatal(err)
	}
	for name, c := range got.Cases {
		file, err := os.ReadFile(filepath.Join(folder, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := export.Import(file)
		if err != nil {
			t.Errorf("%s: Import() = %v", name, err)
			continue
		}
		wrong := 0
		for i, row := range c.Rows {
			cells := make([]table.Cell, len(m.Inputs))
			for j, in := range m.Inputs {
				cells[j] = row[slices.Index(c.Columns, in.Name)]
			}
			p, err := m.Predict(cells)
			if err != nil {
				t.Fatalf("%s: row %d: %v", name, i, err)
			}
			if p.Cluster != c.Labels[i] {
				wrong++
			}
		}
		if wrong > 0 || len(c.Rows) != 2000 {
			t.Errorf("%s: %d of %d labels are not scikit-learn's", name, wrong, len(c.Rows))
		}
	}
	if len(got.Cases) != 7 || len(got.Refused) != 3 {
		t.Errorf("%d pipelines were dumped, %d refused: %v", len(got.Cases), len(got.Refused), got.Refused)
	}
	for name, words := range got.Refused {
		if !strings.Contains(words, name) {
			t.Errorf("the refusal of %s says %q", name, words)
		}
	}
}

// TestImportPredicts holds models that went through PMML and scikit-learn's JSON
// to the labels of the first model.
func TestImportPredicts(t *testing.T) {
	for _, s := range scenarios(t) {
		for _, format := range []string{"pmml", "sklearn", "json"} {
			f, err := export.Find(format)
			if err != nil {
				t.Fatal(err)
			}
			files, err := f.Write(s.m)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if !strings.HasPrefix(file.Name, "model.") || strings.Contains(file.Name, "schema") {
					continue
				}
				m, err := export.Import(file.Body)
				if err != nil {
					t.Fatalf("%s as %s: %v, %s", s.name, format, err, fault.Message(err))
				}
				if again := answer(t, s.name, m, s.rows); !slices.Equal(again.labels, s.labels) || m.Hash != s.m.Hash {
					t.Errorf("%s as %s: other labels, or the hash %.8s, want %.8s", s.name, format, m.Hash, s.m.Hash)
				}
			}
		}
	}
}
