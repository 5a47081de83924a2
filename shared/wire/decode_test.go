package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestDecodeRequest(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		code     int // 0: it is read
		id       string
	}{
		{"a call", `{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":1}}`, 0, "1"},
		{"no parameters", `{"jsonrpc":"2.0","id":"one","method":"a"}`, 0, `"one"`},
		{"a negative id", ` {"method":"a","id":-1,"jsonrpc":"2.0"} `, 0, "-1"},
		{"nothing", ``, wire.CodeParse, ""},
		{"broken", `{"jsonrpc":"2.0","id":1,"method":"a"`, wire.CodeParse, ""},
		{"two values", `{"jsonrpc":"2.0","id":1,"method":"a"}{}`, wire.CodeParse, ""},
		{"no UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", wire.CodeParse, ""},
		{"a batch", `[]`, wire.CodeRequest, ""},
		{"null", `null`, wire.CodeRequest, ""},
		{"a number", `17`, wire.CodeRequest, ""},
		{"no version", `{"id":1,"method":"a"}`, wire.CodeRequest, "1"},
		{"version 1", `{"jsonrpc":"1.0","id":1,"method":"a"}`, wire.CodeRequest, "1"},
		{"a version that is a number", `{"jsonrpc":2.0,"id":1,"method":"a"}`, wire.CodeRequest, "1"},
		{"no id", `{"jsonrpc":"2.0","method":"a"}`, wire.CodeRequest, ""},
		{"an id that is null", `{"jsonrpc":"2.0","id":null,"method":"a"}`, wire.CodeRequest, ""},
		{"an id that is an object", `{"jsonrpc":"2.0","id":{},"method":"a"}`, wire.CodeRequest, ""},
		{"no method", `{"jsonrpc":"2.0","id":1}`, wire.CodeRequest, "1"},
		{"a method that is a list", `{"jsonrpc":"2.0","id":1,"method":["a"]}`, wire.CodeRequest, "1"},
		{"another field", `{"jsonrpc":"2.0","id":1,"method":"a","auth":"x"}`, wire.CodeRequest, "1"},
		{"a field in capitals", `{"jsonrpc":"2.0","id":1,"Method":"a"}`, wire.CodeRequest, "1"},
	} {
		r, e := wire.DecodeRequest([]byte(tc.in))
		code := 0
		if e != nil {
			code = e.Code
			if e.Message == "" || e.Data == nil || e.Data.Code != string(fault.Invalid) {
				t.Errorf("%s: error %+v says too little", tc.name, e)
			}
		}
		if code != tc.code || string(r.ID) != tc.id || code == 0 && r.Method != "a" {
			t.Errorf("DecodeRequest(%s) = %+v, code %d; want id %s, code %d", tc.in, r, code, tc.id, tc.code)
		}
	}
}

func TestDecodeStrict(t *testing.T) {
	for _, tc := range []struct {
		name, in, field, words string // no words: it is read
	}{
		{"nothing", ``, "", ""},
		{"an empty object", `{}`, "", ""},
		{"a whole request", `{"dataset":"d","config":{"k":3,"seed":"18446744073709551615"},"prep":{"columns":["a"]},"start":[[1,"x",null]]}`, "", ""},
		{"a list", `[]`, "", "not a JSON object"},
		{"null", `null`, "", "not a JSON object"},
		{"broken", `{"dataset":`, "", "not JSON"},
		{"two values", `{} {}`, "", "not JSON"},
		{"an unknown field", `{"data":"d"}`, "data", `There is no parameter "data".`},
		{"an unknown field inside", `{"config":{"clusters":3}}`, "config.clusters", `There is no parameter "config.clusters".`},
		{"a text for a number", `{"config":{"k":"three"}}`, "config.k", "can't be a JSON string"},
		{"a fraction for a whole number", `{"config":{"k":1.5}}`, "config.k", "can't be a JSON number"},
		{"a seed that is a number", `{"config":{"seed":1}}`, "config.seed", "config.seed"},
		{"an object for a text", `{"dataset":{}}`, "dataset", "can't be a JSON object"},
		{"a text for an object", `{"config":"k=3"}`, "config", "can't be a JSON string"},
		{"a matrix that does not fit", `{"config":{"start":{"rows":2,"cols":2,"data":""}}}`, "config.start", "2 x 2"},
		{"a cell that is true", `{"start":[[true]]}`, "start", "A cell is a number"},
	} {
		var v wire.TrainStart
		err := wire.DecodeStrict([]byte(tc.in), &v)
		if tc.words == "" {
			if err != nil {
				t.Errorf("%s: DecodeStrict(%s) = %v", tc.name, tc.in, err)
			}
			continue
		}
		e, ok := err.(*fault.Error)
		if !ok || e.Code != fault.Invalid || e.Field != tc.field || !strings.Contains(e.Msg, tc.words) {
			t.Errorf("%s: DecodeStrict(%s) = %+v, want field %q and %q", tc.name, tc.in, err, tc.field, tc.words)
		}
	}
}

// seeds adds the messages that cross the wire.
func seeds(f *testing.F) {
	for _, s := range []string{``, `{}`, `[]`, `null`, `{"jsonrpc":"2.0","id":1,"method":"train.start","params":{"dataset":"d","config":{"k":3,"seed":"1"}}}`,
		`{"jsonrpc":"2.0","id":"x","method":"job.subscribe","params":{"job":"j","after":4}}`, `{"dataset":"d","start":[[1,"x",null]],"config":{"start":{"rows":1,"cols":1,"data":"AAAAAAAA8D8="}}}`,
		`{"config":{"k":1e999}}`, `{"config":{"start":{"rows":9223372036854775807,"cols":2,"data":""}}}`, `{"CONFIG":{"K":1}}`, `{"a":1,"a":2}`, "\xff"} {
		f.Add([]byte(s))
	}
}

// FuzzDecodeRequest: whatever comes, there is a call or an error that can be sent back.
func FuzzDecodeRequest(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		r, e := wire.DecodeRequest(in)
		id := r.ID
		if id == nil {
			id = json.RawMessage("null")
		}
		b, err := json.Marshal(wire.Response{Version: wire.Version, ID: id, Error: e})
		if err != nil || !json.Valid(b) || !utf8.Valid(b) {
			t.Fatalf("DecodeRequest(%q) gives the answer %q, %v", in, b, err)
		}
		if e != nil {
			return
		}
		if r.Version != wire.Version || r.ID == nil || r.Method == "" || r.Params != nil && !json.Valid(r.Params) {
			t.Fatalf("DecodeRequest(%q) = %+v without an error", in, r)
		}
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		again, e := wire.DecodeRequest(out)
		if e != nil || again.Method != r.Method || string(again.ID) != string(r.ID) {
			t.Fatalf("%q, written as %q, reads as %+v, %+v", in, out, again, e)
		}
	})
}

// FuzzDecodeStrict: what is read can be written and read again as the same; all else is the user's fault.
func FuzzDecodeStrict(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		var v wire.TrainStart
		if err := wire.DecodeStrict(in, &v); err != nil {
			if fault.CodeOf(err) != fault.Invalid || fault.Message(err) == "" {
				t.Fatalf("DecodeStrict(%q) = %v", in, err)
			}
			return
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var w wire.TrainStart
		if err := wire.DecodeStrict(out, &w); err != nil {
			t.Fatalf("%q, written as %q, reads with %v", in, out, err)
		}
		if again, err := json.Marshal(w); err != nil || string(again) != string(out) {
			t.Fatalf("%q reads as %q, then %q, %v", in, out, again, err)
		}
	})
}
