package export

import (
	_ "embed" // the script
	"encoding/json"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

//go:embed py/build.py
var sklearnScript string

// sklearnFile is a k-means model as scikit-learn has it: what py/build.py reads
// and py/dump.py writes.
type sklearnFile struct {
	Writer  string          `json:"writer"` // "centroid-sklearn"
	Version int             `json:"version"`
	Name    string          `json:"name,omitempty"`
	Missing prep.Missing    `json:"missing"`
	Scale   prep.Scale      `json:"scale"`
	Unit    bool            `json:"unit"`
	Columns []sklearnColumn `json:"columns"`
	Centers [][]float64     `json:"centers"`
	Passes  int             `json:"passes"`
	Inertia float64         `json:"inertia"`
}

// sklearnColumn is a column's preparation: of numbers without levels.
type sklearnColumn struct {
	Name   string   `json:"name"`
	Offset float64  `json:"offset"`
	Factor float64  `json:"factor"`
	Fill   float64  `json:"fill"`
	Log    bool     `json:"log,omitempty"`
	Levels []string `json:"levels,omitempty"`
	Usual  string   `json:"usual"`
}

const (
	sklearnWriter  = "centroid-sklearn"
	sklearnVersion = 1
)

func writeSklearn(m *model.Model) ([]File, error) {
	f := sklearnFile{Writer: sklearnWriter, Version: sklearnVersion, Name: m.Name, Missing: m.Prep.Missing, Scale: m.Prep.Scale, Unit: m.Prep.Unit,
		Passes: m.Training.Passes, Inertia: m.Training.Inertia}
	for _, c := range m.Prep.Columns {
		f.Columns = append(f.Columns, sklearnColumn(c))
	}
	for j := range m.Centroids.Rows {
		f.Centers = append(f.Centers, m.Centroids.Row(j))
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fault.Wrap("export.sklearn", err)
	}
	return []File{
		{"centroid_model.py", "text/x-python; charset=utf-8", []byte(sklearnScript)},
		{"model.json", "application/json", append(b, '\n')},
	}, nil
}

func sklearnSnippet(m *model.Model) string {
	return `import pandas as pd
import centroid_model  # centroid_model.py and model.json lie beside this
rows = pd.DataFrame([` + example(m) + `])
print(centroid_model.pipeline.predict(rows))
`
}
