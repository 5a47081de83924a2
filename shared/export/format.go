// Package export writes a model in the forms that other programs predict with,
// and reads models that other programs have made. All of it runs in the browser
// too: a private model is exported without a request.
//
// Each form takes rows in original units, by column name, and does what the
// model's preparation does: it fills or refuses missing values, scales, encodes
// categories, brings to length 1. It names the same cluster as model.Predict;
// Format.Exact says where floats can be added in another order.
package export

import (
	"encoding/json"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// File is one file of an export.
type File struct {
	Name string // without a folder
	MIME string
	Body []byte
}

// Format is one form that a model can be written in.
type Format struct {
	ID    string // as in --format and ?format=
	Title string
	About string // one sentence: who takes it
	Exact bool   // the labels are those of Predict, bit for bit; else only rows nearly as far from two clusters can differ

	Language string // of the snippet
	snippet  func(*model.Model) string
	write    func(*model.Model) ([]File, error)
}

// Formats gives all forms, in the order to show them.
func Formats() []Format { return formats }

var formats = []Format{
	{ID: "mjs", Title: "JavaScript module with WebAssembly", About: "An ES module of a few kilobytes with types, for pages, workers, Node, Deno and the edge.",
		Exact: true, Language: "js", snippet: mjsSnippet, write: writeMJS},
	{ID: "js", Title: "JavaScript, one file", About: "A script of plain JavaScript for a page, a worker or Node: nothing to install.",
		Exact: true, Language: "js", snippet: jsSnippet, write: writeJS},
	{ID: "onnx", Title: "ONNX", About: "For ONNX Runtime and all that reads ONNX, in float64; one input a column.",
		Language: "python", snippet: onnxSnippet, write: writeONNX},
	{ID: "pmml", Title: "PMML 4.4", About: "A ClusteringModel for scoring engines on the JVM and in databases.",
		Language: "python", snippet: pmmlSnippet, write: writePMML},
	{ID: "sklearn", Title: "scikit-learn", About: "A script that builds the fitted Pipeline from a JSON file: no pickle, which could run anything.",
		Language: "python", snippet: sklearnSnippet, write: writeSklearn},
	{ID: "go", Title: "Go", About: "One file of Go that needs the standard library only.",
		Exact: true, Language: "go", snippet: goSnippet, write: writeGo},
	{ID: "sql", Title: "SQL", About: "A query that labels a table in DuckDB, where the rows are.",
		Exact: true, Language: "sql", snippet: sqlSnippet, write: writeSQL},
	{ID: "json", Title: "JSON", About: "The model's own file with its JSON Schema: centroid reads it back, bit for bit.",
		Exact: true, Language: "sh", snippet: jsonSnippet, write: writeJSON},
}

// Find gives the format called id, or a fault that lists them all.
func Find(id string) (Format, error) {
	var ids []string
	for _, f := range formats {
		if f.ID == id {
			return f, nil
		}
		ids = append(ids, f.ID)
	}
	return Format{}, fault.Fieldf("format", "There is no format %q. Choose from %s.", id, strings.Join(ids, ", "))
}

// Write makes the files of m. A model that the format can't express is a fault
// that says why, and which format can.
func (f Format) Write(m *model.Model) ([]File, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return f.write(m)
}

// Snippet gives code to paste that predicts one row of m's training with the files of Write.
func (f Format) Snippet(m *model.Model) string { return f.snippet(m) }

// jsonText writes a value that can't fail: texts and finite numbers. Its quoting
// is valid in JavaScript and Python too, and can't end a script element.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // Validate has refused what JSON can't hold
	}
	return string(b)
}

// example gives the example row of m as JSON, by column.
func example(m *model.Model) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, in := range m.Inputs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(jsonText(in.Name) + ": " + jsonText(exampleOf(in)))
	}
	b.WriteByte('}')
	return b.String()
}

// exampleOf gives a value of an input that can be predicted with: a number or a text.
func exampleOf(in model.Input) any {
	switch {
	case in.Example.Number != nil:
		return *in.Example.Number
	case in.Example.Text != nil:
		return *in.Example.Text
	case len(in.Levels) > 0:
		return in.Levels[0]
	}
	return in.Min
}

// plain takes the comments and the indents off a source of ours, so that what
// is downloaded is small. The sources have no text that spans lines.
func plain(source string) string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// comment takes a text into one line of a comment, whatever language it is of.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '*' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
