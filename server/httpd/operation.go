package httpd

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// op describes an operation: "POST auth/login".
type op struct {
	route   string
	tag     string
	summary string
	status  int  // of success; 0 means 200, or 204 without a body
	open    bool // needs no login

	large int64 // bytes that its JSON body may have; 0 means 1 MB

	takes map[string]*huma.Schema // bodies that the handler reads by itself, by content type
	gives string                  // the content types of an answer that is no JSON, separated by commas
}

// body is an answer of type T.
type body[T any] struct{ Body T }

// none is an answer without a body.
type none struct{}

// request gives an input the request and its writer, when its body is to be
// streamed or a cookie is to be set.
type request struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve is called by huma when the parameters are read.
func (q *request) Resolve(ctx huma.Context) []error {
	q.r, q.w = humago.Unwrap(ctx)
	return nil
}

// handle adds an operation. The handler's error becomes a problem.
func handle[I, O any](s *Server, o op, fn func(ctx context.Context, who auth.Identity, in *I) (*O, error)) {
	method, path, _ := strings.Cut(o.route, " ")
	h := huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: wire.API + "/" + path, Tags: []string{o.tag}, Summary: o.summary,
		DefaultStatus: o.status, BodyReadTimeout: bodyTimeout, MaxBodyBytes: cmp.Or(o.large, 1<<20), Middlewares: huma.Middlewares{s.guard(!o.open)},
		RejectUnknownQueryParameters: true,
	}
	if !o.open {
		h.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	huma.Register(s.api, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := fn(ctx, identityFrom(ctx), in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
	s.document(method, h.Path, o)
}

// document adds to an operation what huma can't know: it must not read these bodies.
func (s *Server) document(method, path string, o op) {
	doc := operationOf(s.api.OpenAPI().Paths[path], method)
	if o.takes != nil {
		doc.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for kind, schema := range o.takes {
			doc.RequestBody.Content[kind] = &huma.MediaType{Schema: schema}
		}
	}
	if o.gives != "" {
		doc.Responses["200"].Content = map[string]*huma.MediaType{}
		for kind := range strings.SplitSeq(o.gives, ",") {
			doc.Responses["200"].Content[kind] = &huma.MediaType{Schema: binarySchema}
		}
	}
}

var binarySchema = &huma.Schema{Type: "string", Format: "binary"}

// methods is those that operations have, in the order of the documentation.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func operationOf(p *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodGet:
		return p.Get
	case http.MethodPost:
		return p.Post
	case http.MethodPut:
		return p.Put
	case http.MethodPatch:
		return p.Patch
	default:
		return p.Delete
	}
}

// bodyTimeout is for JSON bodies, which are small.
const bodyTimeout = 15 * time.Second

// operationID makes "postAuthLogin" of "POST" and "auth/login".
func operationID(method, path string) string {
	id := strings.ToLower(method)
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '{' || r == '}' || r == '.' }) {
		id += strings.ToUpper(part[:1]) + part[1:]
	}
	return id
}

// newSchemas makes the schemas of Go types, for both documents.
func newSchemas() huma.Registry {
	setHuma()
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schemas.RegisterTypeAlias(reflect.TypeFor[problem](), reflect.TypeFor[wire.Problem]())
	schemas.RegisterTypeAlias(reflect.TypeFor[table.Cell](), reflect.TypeFor[cellSchema]())
	schemas.RegisterTypeAlias(reflect.TypeFor[kmeans.Matrix](), reflect.TypeFor[matrixSchema]())
	schemas.Schema(reflect.TypeFor[kmeans.Config](), true, "")
	// huma does not know the option "string" of encoding/json.
	schemas.Map()["KmeansConfig"].Properties["seed"] = &huma.Schema{Type: "string", Pattern: "^[0-9]+$", Description: "an unsigned integer of 64 bits"}
	return schemas
}

func (s *Server) apiConfig() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Centroid", Version: s.o.Version,
				Description: "Tables, trainings and models. Trainings are started over the WebSocket at " + wire.API + "/ws: see /api/asyncapi.json. Large files are sent in pieces to " + UploadPath + " by the tus protocol 1.0.0 (https://tus.io; metadata: filename, and modified in ms) and made a dataset by POST imports. Every error is an RFC 9457 problem in plain words."},
			Components: &huma.Components{
				Schemas: newSchemas(),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "A browser's session, from auth/login. Writes need a same-origin Origin or Sec-Fetch-Site."},
					"token":   {Type: "http", Scheme: "bearer", Description: "A program's token, from auth/tokens."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
	}
}

// jsonFormat is encoding/json's own, so that REST and the socket say the same.
var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: json.Unmarshal}

// schemaName names a type in the document: wire's as they are, others after their package.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, pkg := t.Name(), t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
	if name == "" || pkg == "" || strings.Contains(name, "[") {
		return huma.DefaultSchemaNamer(t, hint)
	}
	switch {
	case pkg == "httpd": // stands for a type that writes itself
		return strings.ToUpper(name[:1]) + strings.TrimSuffix(name[1:], "Schema")
	case pkg == "wire" || strings.EqualFold(pkg, name):
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// cellSchema describes table.Cell, which writes itself.
type cellSchema struct{}

// Schema is part of the document.
func (cellSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "a number, a text, or null if missing; infinities are \"Infinity\" and \"-Infinity\"",
		OneOf: []*huma.Schema{{Type: "number"}, {Type: "string", Nullable: true}}}
}

// matrixSchema describes kmeans.Matrix, which writes itself.
type matrixSchema struct {
	Rows int    `json:"rows"`
	Cols int    `json:"cols"`
	Data string `json:"data" doc:"base64 of little-endian float64, row by row"`
}

// orEmpty makes a list that JSON writes as [], not null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
