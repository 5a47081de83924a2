package httpd

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/shared/fault"
)

// describe makes the OpenAPI document when all operations are there.
func (s *Server) describe() error {
	b, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		return fault.Wrap("httpd.describe", err)
	}
	s.openapi = newAsset("application/json", b)
	return nil
}

// The documentation as its template shows it.
type (
	docPage struct {
		About, OpenAPI, Version string
		Logins                  []docField
		Groups                  []docGroup
		Types                   []docType
	}
	docGroup struct {
		Name       string
		Operations []docOperation
	}
	docOperation struct {
		ID, Method, Path, Summary string
		Open                      bool
		Params                    []docField
		Bodies, Answers           []docBody
	}
	docBody struct {
		Status, Kind string
		Type         *docKind
	}
	docType struct {
		Name, About string
		Fields      []docField
	}
	docField struct {
		Name, In, About string
		Required        bool
		Kind            string
		Type            docKind
	}
	// docKind is words, and the name of the type that they end with, if any.
	docKind struct{ Before, Ref string }
)

// docs draws the documentation. It is HTML without a script, so it loads
// nothing but the styles.
func (s *Server) docs() ([]byte, error) {
	api := s.api.OpenAPI()
	d := docPage{About: api.Info.Description, OpenAPI: api.OpenAPI, Version: api.Info.Version}
	for _, name := range slices.Sorted(maps.Keys(api.Components.SecuritySchemes)) {
		d.Logins = append(d.Logins, docField{Name: name, About: api.Components.SecuritySchemes[name].Description})
	}
	groups := map[string][]docOperation{}
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		for _, method := range methods {
			if o := operationOf(api.Paths[path], method); o != nil {
				groups[o.Tags[0]] = append(groups[o.Tags[0]], docOf(o, method, path))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		d.Groups = append(d.Groups, docGroup{name, groups[name]})
	}
	types := api.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t := docType{Name: name, About: types[name].Description}
		for _, field := range slices.Sorted(maps.Keys(types[name].Properties)) {
			f := types[name].Properties[field]
			t.Fields = append(t.Fields, docField{Name: field, About: f.Description, Type: kindOfSchema(f), Required: slices.Contains(types[name].Required, field)})
		}
		d.Types = append(d.Types, t)
	}
	return s.draw("docs.html", "API", d)
}

func docOf(o *huma.Operation, method, path string) docOperation {
	d := docOperation{ID: o.OperationID, Method: method, Path: path, Summary: o.Summary, Open: len(o.Security) == 0}
	for _, p := range o.Parameters {
		d.Params = append(d.Params, docField{Name: p.Name, In: p.In, About: p.Description, Required: p.Required, Kind: kindOfSchema(p.Schema).Before})
	}
	if o.RequestBody != nil {
		d.Bodies = docBodies("", o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		words := status
		if status == "default" {
			words = "if something is wrong"
		}
		bodies := docBodies(words, o.Responses[status].Content)
		if bodies == nil {
			bodies = []docBody{{Status: words}}
		}
		d.Answers = append(d.Answers, bodies...)
	}
	return d
}

func docBodies(status string, content map[string]*huma.MediaType) []docBody {
	var out []docBody
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		b := docBody{Status: status, Kind: kind}
		if s := content[kind].Schema; s != nil && s.Format != "binary" {
			k := kindOfSchema(s)
			b.Type = &k
		}
		out = append(out, b)
	}
	return out
}

// kindOfSchema puts a schema into words.
func kindOfSchema(s *huma.Schema) docKind {
	switch {
	case s == nil:
		return docKind{Before: "anything"}
	case s.Ref != "":
		return docKind{Ref: s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]}
	case len(s.OneOf) > 0:
		var kinds []string
		for _, o := range s.OneOf {
			kinds = append(kinds, kindOfSchema(o).Before)
		}
		return docKind{Before: strings.Join(kinds, " or ")}
	case s.Type == huma.TypeArray:
		k := kindOfSchema(s.Items)
		return docKind{"list of " + k.Before, k.Ref}
	case s.Type == huma.TypeObject && len(s.Properties) > 0:
		var fields []string
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			fields = append(fields, name+" "+kindOfSchema(s.Properties[name]).Before)
		}
		return docKind{Before: strings.Join(fields, ", ")}
	}
	words := s.Type
	if words == "" {
		words = "anything"
	}
	switch {
	case s.Format == "date-time":
		words = "time"
	case s.Format == "binary":
		words = "file"
	case s.Minimum != nil && s.Maximum != nil:
		words += fmt.Sprintf(" from %v to %v", *s.Minimum, *s.Maximum)
	case s.Minimum != nil:
		words += fmt.Sprintf(" from %v", *s.Minimum)
	}
	if s.Nullable {
		words += " or null"
	}
	return docKind{Before: words}
}
