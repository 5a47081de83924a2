package httpd

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/shared/wire"
	"github.com/centroid-studio/centroid/shared/wire/example"
)

var update = flag.Bool("update", false, "write the golden files anew")

// all is every operation of the API. A route that comes or goes changes this list.
var all = []string{
	"DELETE auth/tokens/{id}", "DELETE datasets/{id}", "DELETE datasets/{id}/rows/{row}", "DELETE frames/persisted/{id}", "DELETE models/{id}",
	"GET auth/tokens", "GET auth/user", "GET datasets", "GET datasets/sample", "GET datasets/{id}", "GET datasets/{id}/advice", "GET datasets/{id}/correlation",
	"GET datasets/{id}/describe", "GET datasets/{id}/diff", "GET datasets/{id}/download", "GET datasets/{id}/groups", "GET datasets/{id}/history",
	"GET datasets/{id}/pca",
	"GET datasets/{id}/rows", "GET datasets/{id}/rows.csv", "GET datasets/{id}/sample", "GET datasets/{id}/sample/columns", "GET datasets/{id}/versions",
	"GET frames/persisted", "GET frames/queue",
	"GET imports", "GET jobs", "GET jobs/{id}", "GET jobs/{id}/events",
	"GET models", "GET models/{id}", "GET models/{id}/export", "GET models/{id}/file", "GET models/{id}/rows", "GET models/{id}/rows.csv", "GET uploads",
	"PATCH datasets/{id}", "PATCH datasets/{id}/rows/{row}", "PATCH models/{id}",
	"POST auth/login", "POST auth/logout", "POST auth/logoutall", "POST auth/register", "POST auth/tokens",
	"POST datasets", "POST datasets/sample/{name}", "POST datasets/{id}/brush", "POST datasets/{id}/clusters", "POST datasets/{id}/edits",
	"POST datasets/{id}/redo", "POST datasets/{id}/restore", "POST datasets/{id}/rows", "POST datasets/{id}/undo",
	"POST frames/columns", "POST frames/download", "POST frames/persisted", "POST frames/run", "POST frames/save", "POST imports", "POST models", "POST sql", "PUT auth/password",
}

func TestOpenAPI(t *testing.T) {
	s := newServer(t, Options{Version: "1.2.3"})
	r := get(t, s, "/api/openapi.json")
	var doc map[string]any
	if err := json.Unmarshal([]byte(text(t, r)), &doc); err != nil || r.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s %v", r.Status, err)
	}
	if doc["openapi"] != "3.1.0" || doc["info"].(map[string]any)["version"] != "1.2.3" {
		t.Errorf("openapi %v, info %v", doc["openapi"], doc["info"])
	}
	checkRefs(t, doc)
	ops := operations(t, s)
	if got := slices.Sorted(maps.Keys(ops)); !slices.Equal(got, all) {
		t.Errorf("operations = %q, want %q", got, all)
	}
	ids := map[any]bool{}
	for route, o := range ops {
		if id := o["operationId"]; id == nil || ids[id] {
			t.Errorf("%s has the operationId %v, want one of its own", route, id)
		}
		ids[o["operationId"]] = true
		if o["summary"] == nil || o["tags"] == nil {
			t.Errorf("%s lacks a summary or a tag", route)
		}
		declared := map[string]bool{}
		params, _ := o["parameters"].([]any)
		for _, p := range params {
			if p := p.(map[string]any); p["in"] == "path" && p["required"] == true {
				declared[p["name"].(string)] = true
			}
		}
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(route, -1) {
			if !declared[m[1]] {
				t.Errorf("%s does not declare {%s}", route, m[1])
			}
		}
		responses := o["responses"].(map[string]any)
		problem, err := json.Marshal(responses["default"])
		if err != nil || !strings.Contains(string(problem), `"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}`) {
			t.Errorf("%s: the answer to what is wrong is %s", route, problem)
		}
		open := slices.Contains([]string{"POST auth/register", "POST auth/login"}, route)
		if (o["security"] == nil) != open {
			t.Errorf("%s: security %v", route, o["security"])
		}
	}
	content := ops["POST datasets"]["requestBody"].(map[string]any)["content"].(map[string]any)
	if content["text/csv"] == nil || content["multipart/form-data"] == nil {
		t.Errorf("POST datasets takes %v", content)
	}
}

// checkRefs checks that each $ref of a document leads somewhere.
func checkRefs(t *testing.T, doc any) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for name, e := range v {
				path, isRef := e.(string)
				if name != "$ref" || !isRef {
					walk(e)
					continue
				}
				at := doc
				for _, part := range strings.Split(strings.TrimPrefix(path, "#/"), "/") {
					m, _ := at.(map[string]any)
					at = m[part]
				}
				if at == nil {
					t.Errorf("$ref %s leads nowhere", path)
				}
			}
		}
	}
	walk(doc)
}

func TestAsyncAPI(t *testing.T) {
	got, err := AsyncAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const golden = "testdata/asyncapi.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the document differs from %s; if that is meant, run the test with -update", golden)
	}
	var doc struct {
		Operations map[string]struct{ Action string }
	}
	var whole any
	if err := errors.Join(json.Unmarshal(got, &doc), json.Unmarshal(got, &whole)); err != nil {
		t.Fatal(err)
	}
	checkRefs(t, whole)
	served := newServer(t, Options{Version: "test"})
	if text(t, get(t, served, "/api/asyncapi.json"))+"\n" != string(got) {
		t.Error("the server gives another document")
	}
	for _, m := range []string{wire.MethodTrainStart, wire.MethodTrainCancel, wire.MethodJobSubscribe, wire.MethodJobUnsubscribe, wire.NotifyJobEvent} {
		if doc.Operations[m].Action == "" {
			t.Errorf("the document lacks %s", m)
		}
	}
}

// TestSchemas: the examples are what the schemas say, field by field.
func TestSchemas(t *testing.T) {
	schemas := newSchemas()
	var values []any
	for _, c := range example.Calls() {
		values = append(values, c.Params, c.Result)
	}
	for _, e := range example.Events() {
		values = append(values, e)
	}
	for _, e := range example.Errors() {
		values = append(values, e)
	}
	for _, v := range values {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if bad := disagree(t, schemas, schemas.Schema(reflect.TypeOf(v), true, ""), b); bad != "" {
			t.Errorf("%T %s: %s", v, b, bad)
		}
	}
	seed := []byte(`{"k":3,"tolerance":0,"seed":1}`)
	if disagree(t, schemas, schemas.Schema(reflect.TypeFor[wire.TrainConfig](), true, ""), seed) == "" {
		t.Errorf("the schema takes %s, whose seed is no text", seed)
	}
}

// disagree says what in a JSON value is not as its schema says.
func disagree(t *testing.T, schemas huma.Registry, s *huma.Schema, b []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	var res huma.ValidateResult
	huma.Validate(schemas, s, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &res)
	if err := errors.Join(res.Errors...); err != nil {
		return err.Error()
	}
	return ""
}
