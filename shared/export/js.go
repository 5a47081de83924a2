package export

import (
	_ "embed" // the sources of what is exported
	"encoding/json"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

//go:embed js/core.js
var jsCore string

//go:embed js/single.js
var jsSingle string

// jsInput is a column as the JavaScript forms hold it, and show it to forms
// that are drawn from it.
type jsInput struct {
	Name    string   `json:"name"`
	Min     *float64 `json:"min,omitempty"` // absent if unknown
	Max     *float64 `json:"max,omitempty"`
	Example any      `json:"example,omitempty"`
	Levels  []string `json:"levels,omitempty"`
	Usual   string   `json:"usual,omitempty"`
	Offset  *float64 `json:"offset,omitempty"`
	Factor  float64  `json:"factor,omitempty"`
	Log     bool     `json:"log,omitempty"`
	Fill    *float64 `json:"fill,omitempty"`
}

// jsConstants declares what core.js needs, but for the centroids.
func jsConstants(m *model.Model) string {
	var ins []jsInput
	for i, c := range m.Prep.Columns {
		in := m.Inputs[i]
		j := jsInput{Name: c.Name, Levels: c.Levels, Usual: c.Usual}
		if !in.Example.Missing() {
			j.Example = exampleOf(in)
		}
		if c.Levels == nil {
			j.Offset, j.Factor, j.Log = &c.Offset, c.Factor, c.Log
			if m.Prep.Missing != prep.Drop {
				j.Fill = &c.Fill
			}
			if Known(in) {
				j.Min, j.Max = &in.Min, &in.Max
			}
		}
		ins = append(ins, j)
	}
	return "// k-means: " + strconv.Itoa(m.Centroids.Rows) + " clusters. Made by Centroid from the model " + comment(m.Name) + ", " + m.Hash[:12] + "\n" +
		"const name=" + jsonText(m.Name) + ",inputs=" + jsonText(ins) + ",drop=" + jsonText(m.Prep.Missing == prep.Drop) + ",unit=" + jsonText(m.Prep.Unit) +
		",k=" + strconv.Itoa(m.Centroids.Rows) + ",d=" + strconv.Itoa(m.Centroids.Cols) + "\n"
}

// Known tells whether the range of a number was learned in a training: an
// imported model can lack it.
func Known(in model.Input) bool { return in.Min != 0 || in.Max != 0 }

func writeJS(m *model.Model) ([]File, error) {
	js := jsConstants(m)
	head, rest, _ := strings.Cut(js, "\n")
	js = head + "\n;(() => {\n" + rest + "const centroids=new Float64Array([" + numbers(m.Centroids.Data) + "])\n" + plain(jsCore) + plain(jsSingle) + "})()\n"
	return []File{{"predictor.js", jsMIME, []byte(js)}}, nil
}

// numbers writes floats so that they read back with the same bits, with commas between.
func numbers(values []float64) string {
	b, err := json.Marshal(values)
	if err != nil {
		panic(err) // Validate has refused what is not finite
	}
	return string(b[1 : len(b)-1])
}

func jsSnippet(m *model.Model) string {
	return `// <script src="predictor.js"></script>, importScripts("predictor.js"),
// or in Node: const predictor = require("./predictor.js")
const { cluster, distance } = predictor.predict(` + example(m) + `)
const labels = predictor.predict([row, row]) // many: an Int32Array, -1 for rows that are left out
`
}
