package export

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// xmlText escapes a text for XML 1.0, in elements and in attributes. Line ends
// and tabs are written as references, which parsers don't change into spaces.
func xmlText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune("&<>\"'\n\r\t", r):
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// inXML reports whether XML 1.0 can hold a text.
func inXML(s string) bool {
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// pmmlPrefix begins the names of fields that are computed. No column begins so.
func pmmlPrefix(m *model.Model) string {
	prefix := "v"
	for i := 0; i < len(m.Inputs); i++ {
		if strings.HasPrefix(m.Inputs[i].Name, prefix) {
			prefix, i = prefix+"_", -1
		}
	}
	return prefix
}

func apply(function string, arguments ...string) string {
	return `<Apply function="` + xmlText(function) + `">` + strings.Join(arguments, "") + "</Apply>"
}

func pmmlConstant(v float64) string {
	return `<Constant dataType="double">` + strconv.FormatFloat(v, 'g', -1, 64) + "</Constant>"
}

// pmmlNumber gives what of a number is scaled.
func pmmlNumber(c *prep.Column) string {
	x := fieldRef(c.Name)
	if !c.Log {
		return x
	}
	negative := apply("-", pmmlConstant(0), apply("ln1p", apply("-", pmmlConstant(0), x)))
	return apply("if", apply("lessThan", x, pmmlConstant(0)), negative, apply("ln1p", x))
}

func fieldRef(name string) string { return `<FieldRef field="` + xmlText(name) + `"/>` }

// derived declares a field that is computed: a float, to round as the training does, or a double.
func derived(name, kind, expression string) string {
	return `   <DerivedField name="` + xmlText(name) + `" optype="continuous" dataType="` + kind + `">` + expression + "</DerivedField>\n"
}

func writePMML(m *model.Model) ([]File, error) {
	for _, in := range m.Inputs {
		for _, s := range append([]string{in.Name}, in.Levels...) {
			if !inXML(s) {
				return nil, fault.Newf(fault.Invalid, "PMML can't hold the text %q of column %q: XML has no such characters. Rename it, or take another format.", s, in.Name)
			}
		}
	}
	var fields, mining, local strings.Builder
	var vector []string
	prefix := pmmlPrefix(m)
	name := func() string { return prefix + strconv.Itoa(len(vector)+1) }
	for i := range m.Prep.Columns {
		c := &m.Prep.Columns[i]
		n := xmlText(c.Name)
		treat := ` missingValueTreatment="returnInvalid"`
		fill := strconv.FormatFloat(c.Fill, 'g', -1, 64)
		if c.Levels != nil {
			fill = xmlText(c.Usual)
		}
		if m.Prep.Missing != prep.Drop {
			treat = ` missingValueReplacement="` + fill + `" missingValueTreatment="asValue"`
		}
		mining.WriteString(`   <MiningField name="` + n + `" usageType="active" invalidValueTreatment="asIs"` + treat + "/>\n")
		if c.Levels == nil {
			fields.WriteString(`  <DataField name="` + n + `" optype="continuous" dataType="double"/>` + "\n")
			v := name()
			local.WriteString(derived(v, "float", apply("/", apply("-", pmmlNumber(c), pmmlConstant(c.Offset)), pmmlConstant(c.Factor))))
			vector = append(vector, v)
			continue
		}
		fields.WriteString(`  <DataField name="` + n + `" optype="categorical" dataType="string"/>` + "\n")
		for _, l := range c.Levels {
			v := name()
			local.WriteString(derived(v, "float", `<NormDiscrete field="`+n+`" value="`+xmlText(l)+`"/>`))
			vector = append(vector, v)
		}
	}
	if m.Prep.Unit {
		var squares []string
		for _, v := range vector {
			squares = append(squares, apply("*", fieldRef(v), fieldRef(v)))
		}
		length := prefix + "length"
		local.WriteString(derived(length, "double", apply("sqrt", sum(squares))))
		for i, v := range vector {
			vector[i] = v + "u"
			local.WriteString(derived(v+"u", "float", apply("/", fieldRef(v), fieldRef(length))))
		}
	}
	var clustering, clusters strings.Builder
	for _, v := range vector {
		clustering.WriteString(`   <ClusteringField field="` + xmlText(v) + `" compareFunction="absDiff"/>` + "\n")
	}
	for j := range m.Centroids.Rows {
		row := m.Centroids.Row(j)
		text := make([]string, len(row))
		for t, v := range row {
			text[t] = strconv.FormatFloat(v, 'g', -1, 64)
		}
		size := ""
		if j < len(m.Clusters) && m.Clusters[j].Size > 0 {
			size = ` size="` + strconv.FormatInt(m.Clusters[j].Size, 10) + `"`
		}
		clusters.WriteString(`   <Cluster id="` + strconv.Itoa(j) + `" name="` + strconv.Itoa(j) + `"` + size +
			`><Array n="` + strconv.Itoa(len(row)) + `" type="real">` + strings.Join(text, " ") + "</Array></Cluster>\n")
	}
	k := strconv.Itoa(m.Centroids.Rows)
	name2 := ""
	if inXML(m.Name) {
		name2 = ` modelName="` + xmlText(m.Name) + `"`
	}
	out := `<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
 <Header description="k-means, ` + m.Hash + `"><Extension extender="Centroid" name="preparation" value="` + string(m.Prep.Missing) + " " + string(m.Prep.Scale) + `"/><Application name="Centroid"/></Header>
 <DataDictionary>
` + fields.String() + ` </DataDictionary>
 <ClusteringModel` + name2 + ` functionName="clustering" modelClass="centerBased" numberOfClusters="` + k + `">
  <MiningSchema>
` + mining.String() + `  </MiningSchema>
  <Output>
   <OutputField name="cluster" optype="categorical" dataType="string" feature="predictedValue"/>
   <OutputField name="squared distance" optype="continuous" dataType="double" feature="affinity"/>
  </Output>
  <LocalTransformations>
` + local.String() + `  </LocalTransformations>
  <ComparisonMeasure kind="distance"><squaredEuclidean/></ComparisonMeasure>
` + clustering.String() + clusters.String() + ` </ClusteringModel>
</PMML>
`
	return []File{{"model.pmml", "application/xml", []byte(out)}}, nil
}

// sum adds terms from the first to the last, two at a time, so that no program adds them in another order.
func sum(terms []string) string {
	s := terms[0]
	for _, t := range terms[1:] {
		s = apply("+", s, t)
	}
	return s
}

func pmmlSnippet(m *model.Model) string {
	return `from pypmml import Model  # pip install pypmml; it needs Java
model = Model.fromFile("model.pmml")
print(model.predict(` + example(m) + `))
`
}
