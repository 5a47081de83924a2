package export

import (
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// pmmlTerm is what a field or an expression of PMML comes to, as far as a preparation can hold it.
type pmmlTerm struct {
	kind   string // one of the constants below
	column string
	log    bool    // of a number: prep.SignedLog takes the place of column
	offset float64 // of a number: (column - offset) / factor
	factor float64
	level  string   // of an indicator
	fields []string // whose squares are summed; of a directed field, that which is divided
}

const (
	termNumber    = "a number"
	termIndicator = "an indicator of a level"
	termConstant  = "a constant" // offset
	termSquares   = "a sum of squares"
	termLength    = "a length"
	termDirected  = "a value of a vector of length 1" // column is the field of the length
)

// pmmlReader resolves the fields of a ClusteringModel.
type pmmlReader struct {
	data    map[string]bool
	derived map[string]*element
	steps   int // of resolving
}

// pmmlSteps bounds what fields that are made of fields may come to.
const pmmlSteps = 1_000_000

func unsupported(format string, args ...any) error {
	e := fault.Newf(fault.Invalid, format, args...)
	e.Msg = "The PMML has what is not supported: " + e.Msg
	return e
}

func readPMML(file []byte) (*model.Model, error) {
	root, err := parseXML(file)
	if err != nil {
		return nil, err
	}
	if root.name != "PMML" {
		return nil, fault.Newf(fault.Invalid, "This is XML, but no PMML: its first element is %s.", root.name)
	}
	clustering := root.child("ClusteringModel")
	if clustering == nil {
		var models []string
		for _, c := range root.children {
			if strings.HasSuffix(c.name, "Model") || strings.HasSuffix(c.name, "Network") {
				models = append(models, c.name)
			}
		}
		return nil, unsupported("it holds %s, want a ClusteringModel.", orWord(strings.Join(models, ", "), "no model"))
	}
	r := &pmmlReader{data: map[string]bool{}, derived: map[string]*element{}}
	if d := root.child("DataDictionary"); d != nil {
		for _, f := range d.children {
			if f.name == "DataField" {
				r.data[f.get("name", "")] = true
			}
		}
	}
	for _, holder := range []*element{root.child("TransformationDictionary"), clustering.child("LocalTransformations")} {
		if holder == nil {
			continue
		}
		for _, f := range holder.children {
			if f.name == "DerivedField" {
				r.derived[f.get("name", "")] = f
			}
		}
	}
	terms, unit, err := r.vector(clustering)
	if err != nil {
		return nil, err
	}
	p, order, err := columnsOf(terms)
	if err != nil {
		return nil, err
	}
	p.Unit = unit
	p.Missing, p.Scale = prep.Drop, prep.Standard
	if err := missingOf(clustering, &p); err != nil {
		return nil, err
	}
	own(root, &p)
	centers, err := centersOf(clustering, order)
	if err != nil {
		return nil, err
	}
	return imported("PMML", clustering.get("modelName", ""), p, centers)
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// vector gives the terms that clusters are measured in, and whether they are of length 1.
func (r *pmmlReader) vector(m *element) (terms []pmmlTerm, unit bool, err error) {
	if c := m.get("modelClass", ""); c != "centerBased" {
		return nil, false, unsupported("a model of class %q, want centerBased.", c)
	}
	measure := m.child("ComparisonMeasure")
	if measure == nil || measure.get("kind", "") != "distance" || measure.child("squaredEuclidean") == nil && measure.child("euclidean") == nil {
		name := "none"
		if measure != nil {
			name = measure.get("kind", "")
			for _, c := range measure.children {
				name += " " + c.name
			}
		}
		return nil, false, unsupported("the comparison measure %s, want a distance, euclidean or squaredEuclidean.", name)
	}
	var fields []string
	for _, f := range m.children {
		if f.name != "ClusteringField" || f.get("isCenterField", "true") == "false" {
			continue
		}
		name := f.get("field", "")
		if how := f.get("compareFunction", measure.get("compareFunction", "absDiff")); how != "absDiff" {
			return nil, false, unsupported("field %q is compared by %s, want absDiff.", name, how)
		}
		if w, err := strconv.ParseFloat(f.get("fieldWeight", "1"), 64); err != nil || w != 1 {
			return nil, false, unsupported("field %q has the weight %s, want 1.", name, f.get("fieldWeight", "1"))
		}
		fields = append(fields, name)
	}
	for _, f := range fields {
		t, err := r.field(f, 0)
		if err != nil {
			return nil, false, err
		}
		terms = append(terms, t)
	}
	if !slices.ContainsFunc(terms, func(t pmmlTerm) bool { return t.kind == termDirected }) {
		return terms, false, nil
	}
	var divided []string
	for i, t := range terms {
		if t.kind != termDirected || t.column != terms[0].column {
			return nil, false, unsupported("field %q is not divided by the length that the first field is divided by.", fields[i])
		}
		divided = append(divided, t.fields[0])
	}
	length, err := r.field(terms[0].column, 0)
	if err != nil {
		return nil, false, err
	}
	if !slices.Equal(length.fields, divided) {
		return nil, false, unsupported("the fields are divided by a length that is not theirs.")
	}
	for i, f := range divided {
		if terms[i], err = r.field(f, 0); err != nil {
			return nil, false, err
		}
	}
	return terms, true, nil
}

// field gives the term of a field, of the table or derived.
func (r *pmmlReader) field(name string, depth int) (pmmlTerm, error) {
	if r.steps++; depth > 100 || r.steps > pmmlSteps {
		return pmmlTerm{}, unsupported("field %q is made of itself, or of too many others.", name)
	}
	if d := r.derived[name]; d != nil {
		for _, e := range d.children {
			if e.name != "Extension" && e.name != "Value" && e.name != "Interval" {
				return r.term(e, depth+1)
			}
		}
		return pmmlTerm{}, unsupported("the derived field %q has no expression.", name)
	}
	if !r.data[name] {
		return pmmlTerm{}, fault.Newf(fault.Invalid, "The PMML uses a field %q that it does not declare.", name)
	}
	return pmmlTerm{kind: termNumber, column: name, factor: 1}, nil
}

// term gives what an expression comes to.
func (r *pmmlReader) term(e *element, depth int) (pmmlTerm, error) {
	if r.steps++; depth > xmlDepth || r.steps > pmmlSteps {
		return pmmlTerm{}, unsupported("an expression that is nested too deeply.")
	}
	if e.get("mapMissingTo", "") != "" || e.get("defaultValue", "") != "" || e.get("invalidValueTreatment", "returnInvalid") != "returnInvalid" {
		return pmmlTerm{}, unsupported("%s with a value for missing or invalid ones: it belongs into the MiningSchema.", e.name)
	}
	switch e.name {
	case "FieldRef":
		return r.field(e.get("field", ""), depth)
	case "Constant":
		v, err := strconv.ParseFloat(strings.TrimSpace(e.text), 64)
		if err != nil {
			return pmmlTerm{}, unsupported("the constant %q, want a number.", e.text)
		}
		return pmmlTerm{kind: termConstant, offset: v}, nil
	case "NormDiscrete":
		t, err := r.field(e.get("field", ""), depth)
		if err == nil && (t.kind != termNumber || t.log || t.offset != 0 || t.factor != 1) {
			err = unsupported("a NormDiscrete of field %q, which is computed.", e.get("field", ""))
		}
		return pmmlTerm{kind: termIndicator, column: t.column, level: e.get("value", "")}, err
	case "NormContinuous":
		return r.norm(e, depth)
	case "Apply":
		return r.apply(e, depth)
	}
	return pmmlTerm{}, unsupported("the expression %s, want FieldRef, Constant, NormContinuous, NormDiscrete or Apply.", e.name)
}

// norm reads a NormContinuous of two points: a line.
func (r *pmmlReader) norm(e *element, depth int) (pmmlTerm, error) {
	name := e.get("field", "")
	t, err := r.field(name, depth)
	if err != nil {
		return t, err
	}
	var v []float64
	for _, l := range e.children {
		if l.name != "LinearNorm" {
			continue
		}
		for _, key := range []string{"orig", "norm"} {
			x, err := strconv.ParseFloat(l.get(key, ""), 64)
			if err != nil {
				return t, unsupported("a LinearNorm of field %q whose %s is %q.", name, key, l.get(key, ""))
			}
			v = append(v, x)
		}
	}
	if t.kind != termNumber || len(v) != 4 || v[0] == v[2] || v[1] == v[3] || e.get("outliers", "asIs") != "asIs" {
		return t, unsupported("a NormContinuous of field %q that is not a line: want two different points, and outliers as they are.", name)
	}
	// norm = (x - offset) / factor
	factor := (v[2] - v[0]) / (v[3] - v[1])
	return pmmlTerm{kind: termNumber, column: t.column, log: t.log, offset: t.offset + t.factor*(v[0]-v[1]*factor), factor: t.factor * factor}, nil
}

func (r *pmmlReader) apply(e *element, depth int) (pmmlTerm, error) {
	function := e.get("function", "")
	if field, ok := signedLog(e); ok {
		t, err := r.field(field, depth)
		if err == nil && (t.kind != termNumber || t.log || t.offset != 0 || t.factor != 1) {
			err = unsupported("a logarithm of field %q, which is computed.", field)
		}
		t.log = true
		return t, err
	}
	var args []pmmlTerm
	var nodes []*element
	for _, c := range e.children {
		if c.name == "Extension" {
			continue
		}
		t, err := r.term(c, depth+1)
		if err != nil {
			return t, err
		}
		args, nodes = append(args, t), append(nodes, c)
	}
	bad := func() (pmmlTerm, error) {
		var kinds []string
		for _, a := range args {
			kinds = append(kinds, a.kind)
		}
		return pmmlTerm{}, unsupported("the function %q of %s.", function, orWord(strings.Join(kinds, " and "), "nothing"))
	}
	if function == "sqrt" && len(args) == 1 && args[0].kind == termSquares {
		return pmmlTerm{kind: termLength, fields: args[0].fields}, nil
	}
	if len(args) != 2 {
		return bad()
	}
	a, b := args[0], args[1]
	number, constant := a.kind == termNumber, b.kind == termConstant
	switch {
	case function == "*" && nodes[0].name == "FieldRef" && nodes[1].name == "FieldRef" && nodes[0].get("field", "") == nodes[1].get("field", ""):
		return pmmlTerm{kind: termSquares, fields: []string{nodes[0].get("field", "")}}, nil
	case function == "+" && a.kind == termSquares && b.kind == termSquares:
		return pmmlTerm{kind: termSquares, fields: append(a.fields, b.fields...)}, nil
	case function == "/" && b.kind == termLength && nodes[0].name == "FieldRef" && nodes[1].name == "FieldRef":
		return pmmlTerm{kind: termDirected, column: nodes[1].get("field", ""), fields: []string{nodes[0].get("field", "")}}, nil
	case (function == "+" || function == "*") && a.kind == termConstant && b.kind == termNumber:
		a, b, number, constant = b, a, true, true
	}
	if !number || !constant {
		return bad()
	}
	switch v := b.offset; function {
	case "-":
		a.offset += v * a.factor
	case "+":
		a.offset -= v * a.factor
	case "/":
		a.factor *= v
	case "*":
		a.factor /= v
	default:
		return bad()
	}
	return a, nil
}

// signedLog gives the field of if(x < 0, 0 - ln1p(0 - x), ln1p(x)), which is sign(x) ln(1 + |x|).
func signedLog(e *element) (field string, ok bool) {
	parts := func(e *element, function string, n int) []*element {
		if e.name != "Apply" || e.get("function", "") != function || len(e.children) != n {
			return make([]*element, n)
		}
		return e.children
	}
	is := func(e *element, name string) bool { return e != nil && e.name == name }
	zero := func(e *element) bool { return is(e, "Constant") && strings.TrimSpace(e.text) == "0" }
	choice := parts(e, "if", 3)
	if !is(choice[0], "Apply") || !is(choice[1], "Apply") || !is(choice[2], "Apply") {
		return "", false
	}
	test, negative, positive := parts(choice[0], "lessThan", 2), parts(choice[1], "-", 2), parts(choice[2], "ln1p", 1)
	if !is(test[0], "FieldRef") || !zero(test[1]) || !zero(negative[0]) || !is(negative[1], "Apply") || !is(positive[0], "FieldRef") {
		return "", false
	}
	inner := parts(negative[1], "ln1p", 1)
	if !is(inner[0], "Apply") {
		return "", false
	}
	minus := parts(inner[0], "-", 2)
	if !zero(minus[0]) || !is(minus[1], "FieldRef") {
		return "", false
	}
	field = test[0].get("field", "")
	return field, positive[0].get("field", "") == field && minus[1].get("field", "") == field
}

// columnsOf makes columns of terms. order says which value of a centroid in the
// file each value of the vector is.
func columnsOf(terms []pmmlTerm) (p prep.Prep, order []int, err error) {
	at, places := map[string]int{}, [][]int{}
	for i, t := range terms {
		c, known := at[t.column]
		if !known {
			c = len(p.Columns)
			at[t.column] = c
			p.Columns, places = append(p.Columns, prep.Column{Name: t.column}), append(places, nil)
		}
		col := &p.Columns[c]
		switch {
		case t.kind == termNumber && !known:
			col.Log, col.Offset, col.Factor = t.log, t.offset, t.factor
		case t.kind == termIndicator && (!known || col.Levels != nil) && !slices.Contains(col.Levels, t.level):
			col.Levels = append(col.Levels, t.level)
		case t.kind == termNumber || t.kind == termIndicator:
			return p, nil, unsupported("the column %q is measured twice.", t.column)
		default:
			return p, nil, unsupported("a clustering field that is %s.", t.kind)
		}
		places[c] = append(places[c], i)
	}
	return p, slices.Concat(places...), nil
}

// missingOf reads from the MiningSchema what stands for missing values.
func missingOf(m *element, p *prep.Prep) error {
	fields := map[string]*element{}
	if s := m.child("MiningSchema"); s != nil {
		for _, f := range s.children {
			fields[f.get("name", "")] = f
		}
	}
	filled := 0
	for i := range p.Columns {
		c := &p.Columns[i]
		f := fields[c.Name]
		if f == nil {
			return fault.Newf(fault.Invalid, "The PMML measures the field %q, which its MiningSchema does not have.", c.Name)
		}
		if o := f.get("outliers", "asIs"); o != "asIs" {
			return unsupported("outliers of %q are treated by %s.", c.Name, o)
		}
		v, there := f.attributes["missingValueReplacement"]
		if !there {
			continue
		}
		filled++
		if c.Levels != nil {
			c.Usual = v
			if !slices.Contains(c.Levels, v) {
				c.Usual = "" // as a level that is not known
			}
			continue
		}
		x, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return fault.Newf(fault.Invalid, "The PMML puts %q for missing values of %q, want a number.", v, c.Name)
		}
		c.Fill = x
	}
	switch filled {
	case 0:
	case len(p.Columns):
		p.Missing = prep.Mean
	default:
		return unsupported("only some fields have a missingValueReplacement: give it to all, or to none.")
	}
	return nil
}

// own reads what PMML has no words for from files that this program wrote, so
// that the model that comes back has the same hash.
func own(root *element, p *prep.Prep) {
	header := root.child("Header")
	if header == nil {
		return
	}
	for _, e := range header.children {
		if e.name != "Extension" || e.get("extender", "") != "Centroid" || e.get("name", "") != "preparation" {
			continue
		}
		missing, scale, _ := strings.Cut(e.get("value", ""), " ")
		if (prep.Missing(missing) == prep.Drop) == (p.Missing == prep.Drop) {
			p.Missing = prep.Missing(missing)
		}
		p.Scale = prep.Scale(scale)
	}
}

// centersOf reads the clusters.
func centersOf(m *element, order []int) ([][]float64, error) {
	var out [][]float64
	for _, c := range m.children {
		if c.name != "Cluster" {
			continue
		}
		a := c.child("Array")
		if a == nil {
			return nil, unsupported("cluster %d has no Array of its center.", len(out))
		}
		words := strings.Fields(a.text)
		if len(words) != len(order) {
			return nil, fault.Newf(fault.Invalid, "Cluster %d of the PMML has %d values, want %d, one a clustering field.", len(out), len(words), len(order))
		}
		center := make([]float64, len(order))
		for to, from := range order {
			v, err := strconv.ParseFloat(words[from], 64)
			if err != nil {
				return nil, fault.Newf(fault.Invalid, "Cluster %d of the PMML has the value %q, want a number.", len(out), words[from])
			}
			center[to] = v
		}
		out = append(out, center)
	}
	return out, nil
}
