package httpd

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
	"github.com/centroid-studio/centroid/shared/wire/example"
)

// object is a JSON object whose keys are written in order of their names.
type object = map[string]any

// AsyncAPI gives the AsyncAPI 3 document of the WebSocket. Its schemas come
// from the Go types that cross it. version is that of the program.
func AsyncAPI(version string) ([]byte, error) {
	d := &asyncDoc{schemas: newSchemas(), messages: object{}, operations: object{}}
	for _, c := range example.Calls() {
		d.call(c)
	}
	d.problem()
	d.event()
	// Whatever is left out of a request has a default.
	types := d.schemas.Map()
	types["TrainStart"].Required = []string{"dataset"}
	types["PrepConfig"].Required, types["KmeansConfig"].Required = nil, nil

	inChannel := object{}
	for name := range d.messages {
		inChannel[name] = ref("components/messages/" + name)
	}
	b, err := json.MarshalIndent(object{
		"asyncapi": "3.0.0",
		"info": object{"title": "Centroid", "version": version,
			"description": "JSON-RPC 2.0 in text frames of at most 1 MB. A connection needs the cookie of a session or the header \"Authorization: Bearer <token>\", " +
				"and in browsers the page of the same server. Events of a job are numbered from 1 without a gap: after a broken connection, job.subscribe with the last number that was seen goes on with the next. " +
				"The server closes with 1012 before it restarts (come back), with 4401 when the session has ended (log in), with 1009 when a frame is too large."},
		"defaultContentType": "application/json",
		"servers": object{"this": object{"host": "{host}", "protocol": "ws", "description": "wss where the pages come by https",
			"variables": object{"host": object{"default": "127.0.0.1:8080"}},
			"security":  []any{ref("components/securitySchemes/session"), ref("components/securitySchemes/token")}}},
		"channels":   object{"socket": object{"address": wire.API + "/ws", "messages": inChannel}},
		"operations": d.operations,
		"components": object{"messages": d.messages, "schemas": types, "securitySchemes": object{
			"session": object{"type": "httpApiKey", "in": "cookie", "name": cookieName},
			"token":   object{"type": "http", "scheme": "bearer"},
		}},
	}, "", "  ")
	return b, fault.Wrap("httpd.AsyncAPI", err)
}

type asyncDoc struct {
	schemas    huma.Registry
	messages   object
	operations object
}

func ref(path string) object { return object{"$ref": "#/" + path} }

// schema gives the schema of v's type.
func (d *asyncDoc) schema(v any) *huma.Schema {
	return d.schemas.Schema(reflect.TypeOf(v), true, "")
}

// message adds a message. fields are those of the JSON-RPC object besides jsonrpc.
func (d *asyncDoc) message(name, summary string, fields object, examples ...any) {
	shown := make([]object, len(examples))
	for i, e := range examples {
		shown[i] = object{"payload": e}
	}
	fields["jsonrpc"] = object{"const": wire.Version}
	required := []string{"jsonrpc"}
	for _, f := range []string{"id", "method", "params", "result", "error"} {
		if fields[f] != nil {
			required = append(required, f)
		}
	}
	d.messages[name] = object{"name": name, "summary": summary, "examples": shown,
		"payload": object{"type": "object", "properties": fields, "required": required}}
}

var idSchema = object{"type": []string{"integer", "string"}, "description": "chosen by the caller; the answer carries it"}

// operation adds what the server does: it receives or it sends.
func (d *asyncDoc) operation(action, name, summary string, replies ...string) {
	o := object{"action": action, "channel": ref("channels/socket"), "summary": summary, "messages": []object{ref("channels/socket/messages/" + name)}}
	if replies != nil {
		var list []object
		for _, r := range replies {
			list = append(list, ref("channels/socket/messages/"+r))
		}
		o["reply"] = object{"channel": ref("channels/socket"), "messages": list}
	}
	d.operations[name] = o
}

const errorMessage = "error"

func (d *asyncDoc) call(c example.Call) {
	answer := c.Method + ".result"
	d.message(c.Method, c.Summary, object{"id": idSchema, "method": object{"const": c.Method}, "params": d.schema(c.Params)},
		object{"jsonrpc": wire.Version, "id": 1, "method": c.Method, "params": c.Params})
	d.message(answer, "Answers "+c.Method+".", object{"id": idSchema, "result": d.schema(c.Result)},
		object{"jsonrpc": wire.Version, "id": 1, "result": c.Result})
	d.operation("receive", c.Method, c.Summary, answer, errorMessage)
}

func (d *asyncDoc) problem() {
	var shown []any
	for _, e := range example.Errors() {
		var id any = 1
		if e.Code == wire.CodeParse {
			id = nil
		}
		shown = append(shown, object{"jsonrpc": wire.Version, "id": id, "error": e})
	}
	d.message(errorMessage, "Answers a call that went wrong. The message is for the user; data.field names the parameter at fault.",
		object{"id": object{"type": []string{"integer", "string", "null"}, "description": "null if the call could not be read"}, "error": d.schema(wire.Error{})}, shown...)
}

func (d *asyncDoc) event() {
	var shown []any
	var types []string
	for _, e := range example.Events() {
		shown = append(shown, object{"jsonrpc": wire.Version, "method": wire.NotifyJobEvent, "params": e})
		types = append(types, string(e.Type))
	}
	params := d.schema(wire.Event{})
	kind := d.schemas.Map()["Event"].Properties["type"]
	for _, t := range types {
		kind.Enum = append(kind.Enum, t)
	}
	kind.Description = "says which of the other parts is set: " + strings.Join(types, ", ")
	d.message(wire.NotifyJobEvent, "Something happened to a job that this socket watches.",
		object{"method": object{"const": wire.NotifyJobEvent}, "params": params}, shown...)
	d.operation("send", wire.NotifyJobEvent, "Events of the jobs that were started or subscribed to on this socket, until the one that ends the job.")
}
