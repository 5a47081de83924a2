// Package worker runs this program once more in a Web Worker, off the page's
// thread, and calls it there: the same app.wasm, compiled once. Handlers are
// ordinary Go; to add one,
//
//   - write a func(*Call, In) (Out, error) in the package it belongs to, where In
//     and Out travel as JSON; bulk goes beside them as Parts, without a copy of
//     text: files by reference, bytes handed over;
//   - have it call Call.Rest between pieces of some milliseconds, or else it can't
//     be canceled, and Call.Tell when there is something to show;
//   - name it in app.Handlers: worker.Handle("package.verb", worker.Func(fn)).
//
// A page starts a Worker in ctx.Async, calls it as often as it likes, and ends it
// in OnDismount. A worker is a whole Go program: about 10 MB, and 0.1 s to start.
// Where there are no workers, the handlers run in the page, in slices.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Handler answers one call: params and what it gives are JSON. Calls of one
// worker take turns where they rest.
type Handler func(c *Call, params []byte) ([]byte, error)

// Func makes a Handler of a function with types.
func Func[In, Out any](fn func(c *Call, in In) (Out, error)) Handler {
	return func(c *Call, params []byte) ([]byte, error) {
		var in In
		if err := json.Unmarshal(params, &in); err != nil {
			return nil, fault.Wrap("worker.Func", err)
		}
		out, err := fn(c, in)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}

var (
	lock     sync.Mutex
	handlers = map[string]Handler{}
)

// Handle has h answer calls of method, in workers and in pages without them.
func Handle(method string, h Handler) {
	lock.Lock()
	defer lock.Unlock()
	handlers[method] = h
}

func handlerOf(method string) (Handler, error) {
	lock.Lock()
	defer lock.Unlock()
	if h := handlers[method]; h != nil {
		return h, nil
	}
	return nil, fault.Wrap("worker", errors.New("nothing answers "+method))
}

// Part travels beside the JSON of a message: a file by reference, or bytes, which
// are the receiver's from then on.
type Part struct {
	File  *File
	Bytes []byte
}

// Worker is one running worker. Its methods may be called by many goroutines.
type Worker struct {
	port port
	// Local is why the calls run in the page and not beside it; nil where they
	// have a thread of their own.
	Local error

	mu    sync.Mutex
	last  int
	calls map[int]*waiting
	ended error // why there is no worker any more
}

// port is the way to where the handlers run. What comes back goes to Worker.take.
type port interface {
	send(id int, method string, params []byte, parts []Part) error
	cancel(id int)
	end()
}

// waiting is a call without its answer.
type waiting struct {
	tell func(body []byte, parts []Part)
	done chan reply // with room for one
}

type reply struct {
	body  []byte
	parts []Part
	err   error
}

// Start starts a worker and returns when it can be called. The caller ends it.
// Without workers it gives one that runs in the page: see Worker.Local.
func Start() *Worker {
	w := &Worker{calls: map[int]*waiting{}}
	p, err := connect(w)
	if err != nil {
		w.Local, p = err, newLocal(w)
	}
	w.port = p
	return w
}

// Request is one call.
type Request struct {
	Method string
	Params any    // as JSON
	Parts  []Part // bytes in it are no longer the caller's
	// Tell hears what the handler tells, in order, before Do returns. It must be
	// quick: it decodes body, and dispatches. nil hears nothing.
	Tell func(body []byte, parts []Part)
}

// Do makes a call and decodes its answer into out, which may be nil. When ctx
// ends, the handler is told; Do waits for its answer, which may still be a good
// one: the best so far. An error has the handler's own words; fault.Canceled says
// that the call was canceled, or the worker ended by its owner.
func (w *Worker) Do(ctx context.Context, r Request, out any) ([]Part, error) {
	const op = "worker.Do"
	params, err := json.Marshal(r.Params)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	call := &waiting{tell: r.Tell, done: make(chan reply, 1)}
	w.mu.Lock()
	if w.ended != nil {
		w.mu.Unlock()
		return nil, w.ended
	}
	w.last++
	id := w.last
	w.calls[id] = call
	w.mu.Unlock()
	if err := w.port.send(id, r.Method, params, r.Parts); err != nil {
		w.take(id, nil)
		return nil, fault.Wrap(op, err)
	}
	var a reply
	select {
	case a = <-call.done:
	case <-ctx.Done():
		w.port.cancel(id)
		a = <-call.done
	}
	if a.err != nil {
		return nil, a.err
	}
	if out != nil {
		if err := json.Unmarshal(a.body, out); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	return a.parts, nil
}

// End stops the worker at once, whatever it does, and frees its memory. Calls
// that wait get fault.Canceled. It may be called more than once, and on nil.
func (w *Worker) End() {
	if w == nil {
		return
	}
	w.fail(fault.Newf(fault.Canceled, "It was stopped."))
	w.port.end()
}

// fail answers all calls, those to come too.
func (w *Worker) fail(err error) {
	w.mu.Lock()
	if w.ended == nil {
		w.ended = err
	}
	calls := w.calls
	w.calls = map[int]*waiting{}
	w.mu.Unlock()
	for _, c := range calls {
		c.done <- reply{err: err}
	}
}

// tell passes on what the handler of call id says.
func (w *Worker) tell(id int, body []byte, parts []Part) {
	w.mu.Lock()
	c := w.calls[id]
	w.mu.Unlock()
	if c != nil && c.tell != nil {
		c.tell(body, parts)
	}
}

// take ends call id with its answer; nil means that it was never made.
func (w *Worker) take(id int, a *reply) {
	w.mu.Lock()
	c := w.calls[id]
	delete(w.calls, id)
	w.mu.Unlock()
	if c != nil && a != nil {
		c.done <- *a
	}
}
