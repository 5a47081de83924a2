package export

import (
	_ "embed" // the source of what is exported
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

//go:embed golang/predict.go.txt
var goSource string

func writeGo(m *model.Model) ([]File, error) {
	var b strings.Builder
	b.WriteString(`// Package predictor names the cluster of a row by k-means. Made by Centroid from the
// model ` + comment(m.Name) + `, ` + m.Hash + `.
package predictor

import (
	"fmt"
	"math"
	"strconv"
)

// K is the number of clusters.
const K = ` + strconv.Itoa(m.Centroids.Rows) + `

const (
	leavesOut = ` + strconv.FormatBool(m.Prep.Missing == prep.Drop) + ` // rows with missing values
	unit      = ` + strconv.FormatBool(m.Prep.Unit) + ` // rows are brought to length 1
)

var columns = []column{
`)
	for _, c := range m.Prep.Columns {
		b.WriteString("\t{name: " + strconv.Quote(c.Name))
		if c.Levels == nil {
			if c.Log {
				b.WriteString(", log: true")
			}
			b.WriteString(", offset: " + goFloat(c.Offset) + ", factor: " + goFloat(c.Factor) + ", fill: " + goFloat(c.Fill))
		} else {
			b.WriteString(", levels: []string{")
			for i, l := range c.Levels {
				if i > 0 {
					b.WriteString(", ")
				}
				b.WriteString(strconv.Quote(l))
			}
			b.WriteString("}, usual: " + strconv.Quote(c.Usual))
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n\nvar centroids = [K][" + strconv.Itoa(m.Centroids.Cols) + "]float64{\n")
	for j := range m.Centroids.Rows {
		b.WriteString("\t{")
		for t, v := range m.Centroids.Row(j) {
			if t > 0 {
				b.WriteString(", ")
			}
			b.WriteString(goFloat(v))
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n\n" + goSource)
	return []File{{"predict.go", "text/x-go; charset=utf-8", []byte(b.String())}}, nil
}

// goFloat writes a constant. Constants of Go have no -0, which measures like 0.
func goFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func goSnippet(m *model.Model) string {
	var b strings.Builder
	b.WriteString("// predict.go lies in the folder predictor of your module.\nanswer, err := predictor.Predict(map[string]any{\n")
	for _, in := range m.Inputs {
		v := jsonText(exampleOf(in))
		if s, ok := exampleOf(in).(string); ok {
			v = strconv.Quote(s)
		} else if !strings.ContainsAny(v, ".e") {
			v += ".0"
		}
		b.WriteString("\t" + strconv.Quote(in.Name) + ": " + v + ",\n")
	}
	b.WriteString("})\n")
	return b.String()
}
