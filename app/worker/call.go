package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Call is a call at work, on the handler's side.
type Call struct {
	// Parts is what came beside the params.
	Parts []Part

	ctx   context.Context
	send  func(body []byte, parts []Part)
	back  []Part
	slice time.Duration
	since time.Time // when it rested last
}

// How long a handler works between two rests: in a worker it only delays a
// cancel; in the page, the next frame.
const (
	workSlice = 50 * time.Millisecond
	pageSlice = 8 * time.Millisecond
)

// Context ends when the caller cancels. A handler then returns soon: an error, or
// what it has.
func (c *Call) Context() context.Context { return c.ctx }

// Rest lets messages in if it is time. Call it often: it is cheap.
func (c *Call) Rest() {
	if time.Since(c.since) < c.slice {
		return
	}
	time.Sleep(time.Nanosecond) // the browser's events have their turn only while no Go runs
	c.since = time.Now()
}

// Tell sends v as JSON, and parts, to the caller's Tell.
func (c *Call) Tell(v any, parts ...Part) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap("worker.Tell", err)
	}
	c.send(body, parts)
	return nil
}

// Return has parts go with the answer.
func (c *Call) Return(parts ...Part) { c.back = append(c.back, parts...) }

// File gives the first file that came with the call.
func (c *Call) File() (*File, error) {
	for _, p := range c.Parts {
		if p.File != nil {
			return p.File, nil
		}
	}
	return nil, fault.Newf(fault.Invalid, "There is no file. Choose one.")
}

// serve answers a call. What goes wrong inside the handler is its caller's
// to hear, not the end of the worker.
func serve(c *Call, method string, params []byte) (a reply) {
	defer func() {
		if p := recover(); p != nil {
			a = reply{err: fault.Wrap("worker."+method, fmt.Errorf("panic: %v", p))}
		}
	}()
	h, err := handlerOf(method)
	if err != nil {
		return reply{err: err}
	}
	c.since = time.Now()
	body, err := h(c, params)
	if err != nil && c.ctx.Err() != nil {
		err = fault.Newf(fault.Canceled, "It was stopped.")
	}
	return reply{body: body, parts: c.back, err: err}
}
