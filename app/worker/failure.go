package worker

import (
	"encoding/json"
	"errors"

	"github.com/centroid-studio/centroid/shared/fault"
)

// failure is a fault on its way out of a worker.
type failure struct {
	Code  fault.Code
	Msg   string
	Field string
	Line  int
	Text  string // for the log
}

// failureOf writes err so that the caller gets the same words, code and field.
func failureOf(err error) []byte {
	f := failure{Code: fault.CodeOf(err), Msg: fault.Message(err), Text: err.Error()}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		f.Field, f.Line = e.Field, e.Line
	}
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // texts and numbers can always be written
	}
	return b
}

func (f failure) fault() error {
	return &fault.Error{Code: f.Code, Msg: f.Msg, Field: f.Field, Line: f.Line, Op: "worker", Err: errors.New(f.Text)}
}
