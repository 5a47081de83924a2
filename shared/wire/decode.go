package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Version is the version of JSON-RPC that all messages carry.
const Version = "2.0"

// DecodeRequest reads one call. With an error, the request's ID is set as far
// as it could be read, so that the answer can carry it.
func DecodeRequest(b []byte) (Request, *Error) {
	refuse := func(format string, args ...any) *Error {
		return &Error{Code: CodeRequest, Message: fmt.Sprintf(format, args...), Data: &ErrorData{Code: string(fault.Invalid)}}
	}
	if !utf8.Valid(b) || !json.Valid(b) {
		return Request{}, &Error{Code: CodeParse, Message: "The message is not JSON.", Data: &ErrorData{Code: string(fault.Invalid)}}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil || fields == nil {
		return Request{}, refuse("The message is not one JSON object. Batches are not spoken here.")
	}
	var r Request
	if id := fields["id"]; len(id) > 0 && (id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9') {
		r.ID = id
	}
	for name, raw := range fields {
		switch name {
		case "jsonrpc", "method":
			if raw[0] != '"' {
				return r, refuse("%s is not a string.", name)
			}
		case "id", "params":
		default:
			return r, refuse("The message has an unknown field %q; it may have jsonrpc, id, method and params.", name)
		}
	}
	if err := json.Unmarshal(b, &struct {
		Version *string          `json:"jsonrpc"`
		Method  *string          `json:"method"`
		Params  *json.RawMessage `json:"params"`
	}{&r.Version, &r.Method, &r.Params}); err != nil {
		return r, refuse("The message can't be read.")
	}
	switch {
	case r.ID == nil:
		return r, refuse("The message has no id that is a number or a string. All calls are answered, so all need one.")
	case r.Version != Version:
		return r, refuse(`jsonrpc is not "2.0".`)
	case r.Method == "":
		return r, refuse("The message names no method.")
	}
	return r, nil
}

// DecodeStrict reads one JSON value into the struct that v points to. Unknown
// fields and values of the wrong kind are fault.Invalid, naming the field as
// a path such as "config.k". An absent value reads as {}.
func DecodeStrict(b []byte, v any) error {
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}")
	}
	if b := bytes.TrimSpace(b); b[0] != '{' {
		return fault.Newf(fault.Invalid, "The parameters are not a JSON object.")
	}
	err := strict(b, v)
	if err == nil {
		return nil
	}
	field := locate(b, reflect.TypeOf(v).Elem())
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return fault.Fieldf(field, "%s", e.Msg)
	}
	var kind *json.UnmarshalTypeError
	switch {
	case field == "":
		return fault.Newf(fault.Invalid, "The parameters are not JSON.")
	case strings.Contains(err.Error(), "unknown field"):
		return fault.Fieldf(field, "There is no parameter %q.", field)
	case errors.As(err, &kind):
		return fault.Fieldf(field, "%s can't be a JSON %s.", field, kind.Value)
	}
	return fault.Fieldf(field, "%s has a value that can't be read.", field)
}

func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// locate finds the first field of the object b that does not read into a
// struct of type t, by reading each alone. It is "" if there is none.
func locate(b []byte, t reflect.Type) string {
	d := json.NewDecoder(bytes.NewReader(b))
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		return ""
	}
	for d.More() {
		tok, err := d.Token()
		name, ok := tok.(string)
		if err != nil || !ok {
			return ""
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return ""
		}
		key, err := json.Marshal(name)
		if err != nil {
			return ""
		}
		alone := append(append(append([]byte("{"), key...), ':'), append(raw, '}')...)
		if strict(alone, reflect.New(t).Interface()) == nil {
			continue
		}
		if inner := fieldOf(t, name); inner != nil && !reflect.PointerTo(inner).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			if deeper := locate(raw, inner); deeper != "" {
				return name + "." + deeper
			}
		}
		return name
	}
	return ""
}

// fieldOf gives the struct type of t's field that JSON calls name; nil if it is none.
func fieldOf(t reflect.Type, name string) reflect.Type {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if strings.EqualFold(tag, name) {
			u := f.Type
			if u.Kind() == reflect.Pointer {
				u = u.Elem()
			}
			if u.Kind() == reflect.Struct {
				return u
			}
		}
	}
	return nil
}
