package export

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// Numbers of onnx.proto3, IR version 8: the types of tensors and attributes.
const (
	onnxFloat, onnxInt64, onnxString, onnxDouble = 1, 7, 8, 11
	attrInt, attrInts, attrStrings               = 2, 7, 8
)

// onnxGraph is a GraphProto that grows.
type onnxGraph struct {
	proto
	names int // of intermediate values
}

// attribute makes an AttributeProto.
type attribute struct {
	name    string
	kind    int64
	int     int64
	ints    []int64
	strings []string
}

func (a attribute) encode() []byte {
	var p proto
	p.text(1, a.name)
	switch a.kind {
	case attrInt:
		p.int(3, a.int)
	case attrInts:
		for _, v := range a.ints {
			p.int(8, v)
		}
	case attrStrings:
		for _, v := range a.strings {
			p.text(9, v)
		}
	}
	p.int(20, a.kind)
	return p
}

// node adds an operator and gives the name of its output.
func (g *onnxGraph) node(domain, op string, inputs []string, attributes ...attribute) string {
	g.names++
	out := "_" + strconv.Itoa(g.names)
	g.named(domain, op, inputs, out, attributes...)
	return out
}

func (g *onnxGraph) named(domain, op string, inputs []string, out string, attributes ...attribute) {
	var p proto
	for _, in := range inputs {
		p.text(1, in)
	}
	p.text(2, out)
	p.text(3, "node"+out)
	p.text(4, op)
	for _, a := range attributes {
		p.bytes(5, a.encode())
	}
	if domain != "" {
		p.text(7, domain)
	}
	g.bytes(1, p)
}

// op adds an operator of the default domain without attributes.
func (g *onnxGraph) op(name string, inputs ...string) string { return g.node("", name, inputs) }

// constant adds an initializer and gives its name.
func (g *onnxGraph) constant(kind int64, raw []byte, dims ...int64) string {
	g.names++
	name := "_" + strconv.Itoa(g.names)
	var p proto
	for _, d := range dims {
		p.int(1, d)
	}
	p.int(2, kind)
	p.text(8, name)
	p.bytes(9, raw)
	g.bytes(5, p)
	return name
}

func (g *onnxGraph) float(values ...float64) string {
	return g.constant(onnxDouble, littleEndian(values), int64(len(values)))
}

func (g *onnxGraph) integers(values ...int64) string {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return g.constant(onnxInt64, b, int64(len(values)))
}

// value makes a ValueInfoProto of a tensor; a dimension of 0 is that of the rows.
func value(name string, kind int64, dims ...int64) []byte {
	var shape proto
	for _, d := range dims {
		var dim proto
		if d == 0 {
			dim.text(2, "rows")
		} else {
			dim.int(1, d)
		}
		shape.bytes(1, dim)
	}
	var tensor, kindOf, p proto
	tensor.int(1, kind)
	tensor.bytes(2, shape)
	kindOf.bytes(1, tensor)
	p.text(1, name)
	p.bytes(2, kindOf)
	return p
}

// to rounds or converts to a type.
func (g *onnxGraph) to(kind int64, in string) string {
	return g.node("", "Cast", []string{in}, attribute{name: "to", kind: attrInt, int: kind})
}

// rounded rounds to float32, as the training does, and goes on in float64.
func (g *onnxGraph) rounded(in string) string { return g.to(onnxDouble, g.to(onnxFloat, in)) }

// column adds an input and gives its values in the vector. Not a number stands
// for all that can't be predicted; it makes the distances not numbers too.
func (g *onnxGraph) column(p *prep.Prep, c *prep.Column, name string) string {
	if c.Levels == nil {
		g.bytes(11, value(name, onnxDouble, 0, 1))
		x := name
		if p.Missing != prep.Drop {
			x = g.op("Where", g.op("IsNaN", x), g.float(c.Fill), x)
		}
		if c.Log {
			x = g.signedLog(x)
		}
		return g.rounded(g.op("Div", g.op("Sub", x, g.float(c.Offset)), g.float(c.Factor)))
	}
	const missing = -2 // as -1, which stands for an unknown level, it is no level's index
	g.bytes(11, value(name, onnxString, 0, 1))
	keys, at := append([]string{""}, c.Levels...), []int64{missing}
	var all []int64
	for i, l := range c.Levels {
		if l == c.Usual && p.Missing != prep.Drop {
			at[0] = int64(i)
		}
		at, all = append(at, int64(i)), append(all, int64(i))
	}
	if p.Missing != prep.Drop && at[0] == missing {
		at[0] = -1 // there is no usual level: a missing one is unknown
	}
	index := g.node("ai.onnx.ml", "LabelEncoder", []string{name},
		attribute{name: "keys_strings", kind: attrStrings, strings: keys},
		attribute{name: "values_int64s", kind: attrInts, ints: at},
		attribute{name: "default_int64", kind: attrInt, int: -1})
	hot := g.to(onnxDouble, g.op("Equal", index, g.integers(all...)))
	if at[0] != missing {
		return hot
	}
	return g.op("Where", g.op("Equal", index, g.integers(missing)), g.float(math.NaN()), hot)
}

// signedLog gives sign(x) ln(1 + |x|). What 1 + |x| loses of a small x is put right
// by a quotient (Kahan's, in the manual of the HP-15C): no operator is exact there.
func (g *onnxGraph) signedLog(x string) string {
	a, one := g.op("Abs", x), g.float(1)
	u := g.op("Add", a, one)
	y := g.op("Div", g.op("Mul", g.op("Log", u), a), g.op("Sub", u, one))
	return g.op("Mul", g.op("Sign", x), g.op("Where", g.op("Equal", u, one), a, y))
}

// writeONNX writes (x-c)² summed in float64, which is right far from the origin
// too, where the usual form of x·c in float32 names the wrong cluster.
func writeONNX(m *model.Model) ([]File, error) {
	var g onnxGraph
	taken := map[string]bool{"cluster": true, "distance": true, "distances": true}
	var parts []string
	for i := range m.Prep.Columns {
		c := &m.Prep.Columns[i]
		parts = append(parts, g.column(&m.Prep, c, onnxName(c.Name, taken)))
	}
	x := parts[0]
	if len(parts) > 1 {
		x = g.node("", "Concat", parts, attribute{name: "axis", kind: attrInt, int: 1})
	}
	if m.Prep.Unit {
		length := g.op("Sqrt", g.op("ReduceSum", g.op("Mul", x, x), g.integers(1)))
		x = g.rounded(g.op("Div", x, length))
	}
	e := g.op("Sub", g.op("Unsqueeze", x, g.integers(1)),
		g.constant(onnxDouble, littleEndian(m.Centroids.Data), 1, int64(m.Centroids.Rows), int64(m.Centroids.Cols)))
	squares := g.node("", "ReduceSum", []string{g.op("Mul", e, e), g.integers(2)}, attribute{name: "keepdims", kind: attrInt, int: 0})
	best := g.node("", "ReduceMin", []string{squares}, attribute{name: "axes", kind: attrInts, ints: []int64{1}}, attribute{name: "keepdims", kind: attrInt, int: 0})
	nearest := g.node("", "ArgMin", []string{squares}, attribute{name: "axis", kind: attrInt, int: 1}, attribute{name: "keepdims", kind: attrInt, int: 0})
	fine := g.op("Less", best, g.float(math.Inf(1)))
	g.named("", "Where", []string{fine, nearest, g.integers(-1)}, "cluster")
	g.named("", "Sqrt", []string{best}, "distance")
	g.named("", "Sqrt", []string{squares}, "distances")
	g.text(2, "kmeans")
	g.bytes(12, value("cluster", onnxInt64, 0))
	g.bytes(12, value("distance", onnxDouble, 0))
	g.bytes(12, value("distances", onnxDouble, 0, int64(m.Centroids.Rows)))

	var file proto
	file.int(1, 8)
	file.text(2, "Centroid")
	file.text(6, m.Name)
	file.bytes(7, g.proto)
	for _, set := range []struct {
		domain  string
		version int64
	}{{"", 13}, {"ai.onnx.ml", 2}} {
		var p proto
		p.text(1, set.domain)
		p.int(2, set.version)
		file.bytes(8, p)
	}
	return []File{{"model.onnx", "application/octet-stream", file}}, nil
}

// onnxName gives a column's input its name: the column's, unless an output or a value of ours has it.
func onnxName(name string, taken map[string]bool) string {
	for taken[name] || name[0] == '_' {
		name = "column " + name
	}
	taken[name] = true
	return name
}

func onnxSnippet(m *model.Model) string {
	taken := map[string]bool{"cluster": true, "distance": true, "distances": true}
	feed := ""
	for _, in := range m.Inputs {
		kind := "np.float64"
		if in.Levels != nil {
			kind = "object"
		}
		feed += "    " + jsonText(onnxName(in.Name, taken)) + ": np.array([[" + jsonText(exampleOf(in)) + "]], " + kind + "),\n"
	}
	return `import numpy as np, onnxruntime as ort
model = ort.InferenceSession("model.onnx")
# One array of rows x 1 a column. Missing numbers are NaN, missing texts "".
cluster, distance, distances = model.run(None, {
` + feed + `})
print(cluster)  # -1 for rows that are left out
`
}
