package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestWrap(t *testing.T) {
	if Wrap("op", nil) != nil {
		t.Error("Wrap(nil) is an error")
	}
	foreign := Wrap("store.Get", io.ErrUnexpectedEOF)
	if CodeOf(foreign) != Internal || Message(foreign) != "Something went wrong on our side." || !errors.Is(foreign, io.ErrUnexpectedEOF) {
		t.Errorf("Wrap() of a foreign error = %v", foreign)
	}
	if got, want := foreign.Error(), "store.Get: Something went wrong on our side.: unexpected EOF"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	inner := Fieldf("config.k", "k is %d.", 0)
	inner.Line, inner.Column = 3, 4
	twice := Wrap("httpd.Start", fmt.Errorf("while starting: %w", Wrap("train.Start", inner)))
	e, ok := errors.AsType[*Error](twice)
	if !ok || e.Code != Invalid || e.Msg != "k is 0." || e.Op != "httpd.Start" || e.Field != "config.k" || e.Line != 3 || e.Column != 4 || !errors.Is(twice, inner) {
		t.Errorf("Wrap() of a fault = %+v, want its code, words and place", e)
	}
	if inner.Op != "" || inner.Err != nil {
		t.Errorf("Wrap() changed what it was given: %+v", inner)
	}
}

func TestCodeAndMessage(t *testing.T) {
	denied := Newf(Denied, "No.")
	for name, tc := range map[string]struct {
		err  error
		code Code
		msg  string
	}{
		"nothing": {nil, "", "Something went wrong on our side."},
		"foreign": {io.EOF, Internal, "Something went wrong on our side."},
		"fault":   {denied, Denied, "No."},
		"wrapped": {fmt.Errorf("x: %w", denied), Denied, "No."},
		"joined":  {errors.Join(io.EOF, denied, Newf(NotFound, "Gone.")), Denied, "No."},
	} {
		if got := CodeOf(tc.err); got != tc.code {
			t.Errorf("%s: CodeOf() = %q, want %q", name, got, tc.code)
		}
		if got := Message(tc.err); got != tc.msg {
			t.Errorf("%s: Message() = %q, want %q", name, got, tc.msg)
		}
	}
}
