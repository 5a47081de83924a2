// Package fault is the one error vocabulary of the project: a stable code for
// programs, a message for the user, and an operation and cause for the log.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code is stable: clients may test for it.
type Code string

// The codes. httpd maps each to one HTTP status, the socket to one JSON-RPC code.
const (
	Invalid     Code = "invalid"         // the input is wrong; Msg says what to do
	NoLogin     Code = "unauthenticated" // no session or token, or an expired one
	Denied      Code = "denied"          // logged in, but not allowed
	NotFound    Code = "not_found"       // does not exist, or belongs to somebody else
	Conflict    Code = "conflict"        // clashes with the present state (a name taken, an old version)
	TooLarge    Code = "too_large"       // over a limit that Msg names
	TooMany     Code = "too_many"        // over a rate; see RetryAfter
	Canceled    Code = "canceled"        // somebody asked to stop
	Unavailable Code = "unavailable"     // a part is away (disk full, engine down); trying again may help
	Internal    Code = "internal"        // our fault; Msg is generic, Err has the cause
)

// Error carries a message for the user and a cause for the log, never both in one string.
type Error struct {
	Code Code
	Msg  string // for the user: plain words, what happened and what to do
	Op   string // for the log: package.Function
	Err  error  // for the log: the cause, may be nil

	Field  string // the parameter at fault, a JSON path such as "config.k"; may be empty
	Line   int    // line of the input, from 1; 0 if it has none
	Column int    // field of the line, from 1; 0 if it has none

	Data any // more for programs, such as a *wire.Conflict; may be nil

	RetryAfter time.Duration // with TooMany: when it is worth trying again
}

// Error gives all of it, for the log. The user sees Message.
func (e *Error) Error() string {
	s := e.Msg
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Newf makes an error for the user.
func Newf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// Fieldf makes an Invalid error about one parameter.
func Fieldf(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Msg: fmt.Sprintf(format, args...)}
}

// Wrap adds the operation to err, once per package border. A foreign error
// becomes Internal; an *Error keeps its code and message. Wrap(op, nil) is nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return &Error{Code: Internal, Msg: "Something went wrong on our side.", Op: op, Err: err}
	}
	c := *e
	c.Op, c.Err = op, err
	return &c
}

// CodeOf gives err's code: Internal for a foreign error, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// Message gives the words for the user.
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Msg
	}
	return "Something went wrong on our side."
}
