package client

import (
	"errors"
	"sync"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
)

// browser gives the transport of this window.
func browser() Transport { return window{} }

// listen ends the client's pauses when the browser says that the network is back.
func listen(c *Client) {
	js.Global().Call("addEventListener", "online", js.FuncOf(func(js.Value, []js.Value) any {
		c.hurry()
		return nil
	}))
	js.Global().Call("addEventListener", "offline", js.FuncOf(func(js.Value, []js.Value) any {
		go c.lost()
		return nil
	}))
}

type window struct{}

// Fetch calls the browser's fetch. It does not time out: the browser does.
func (window) Fetch(method, path string, body []byte, cancel <-chan struct{}) (Response, error) {
	headers := map[string]any{"Accept": "application/json"}
	options := map[string]any{"method": method, "headers": headers, "credentials": "same-origin", "cache": "no-store"}
	if body != nil {
		headers["Content-Type"] = "application/json"
		options["body"] = string(body)
	}
	if cancel != nil {
		abort, done := js.Global().Get("AbortController").New(), make(chan struct{})
		defer close(done)
		options["signal"] = abort.Get("signal")
		go func() {
			select {
			case <-cancel:
				abort.Call("abort")
			case <-done:
			}
		}()
	}
	r, err := fetch(path, options)
	if err != nil && cancel != nil {
		select {
		case <-cancel:
			return Response{}, errStopped
		default:
		}
	}
	return r, err
}

// errStopped ends a call that the user has stopped.
var errStopped = fault.Newf(fault.Canceled, "It was stopped.")

func fetch(path string, options map[string]any) (Response, error) {
	res, err := await(js.Global().Call("fetch", path, options))
	if err != nil {
		return Response{}, err
	}
	buf, err := await(res.Call("arrayBuffer"))
	if err != nil {
		return Response{}, err
	}
	view := js.Global().Get("Uint8Array").New(buf)
	r := Response{Status: res.Get("status").Int(), Body: make([]byte, view.Length())}
	js.CopyBytesToGo(r.Body, view)
	if h := res.Get("headers").Call("get", "Retry-After"); h.Type() == js.TypeString {
		r.RetryAfter = h.String()
	}
	return r, nil
}

// await waits for a promise.
func await(promise js.Value) (js.Value, error) {
	type settled struct {
		v   js.Value
		err error
	}
	done := make(chan settled, 1)
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- settled{v: args[0]}
		return nil
	})
	defer then.Release()
	fail := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- settled{err: errors.New(args[0].Call("toString").String())}
		return nil
	})
	defer fail.Release()
	promise.Call("then", then, fail)
	s := <-done
	return s.v, s.err
}

// Dial opens a WebSocket to the same host.
func (window) Dial(path string, open func(), message func([]byte), shut func()) Socket {
	loc := js.Global().Get("location")
	scheme := "ws://"
	if loc.Get("protocol").String() == "https:" {
		scheme = "wss://"
	}
	s := &webSocket{ws: js.Global().Get("WebSocket").New(scheme + loc.Get("host").String() + path)}
	s.on("open", func(js.Value) { open() })
	s.on("message", func(e js.Value) {
		if d := e.Get("data"); d.Type() == js.TypeString {
			message([]byte(d.String()))
		}
	})
	s.on("close", func(js.Value) {
		shut()
		s.once.Do(func() {
			go func() { // not while one of them runs
				for _, f := range s.funcs {
					f.Release()
				}
			}()
		})
	})
	return s
}

// webSocket is the browser's WebSocket. An error event is always followed by a close event.
type webSocket struct {
	ws    js.Value
	funcs []js.Func
	once  sync.Once
}

func (s *webSocket) on(event string, fn func(js.Value)) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		fn(args[0])
		return nil
	})
	s.funcs = append(s.funcs, f)
	s.ws.Call("addEventListener", event, f)
}

// Send fails if the socket is not open.
func (s *webSocket) Send(text []byte) error {
	if s.ws.Get("readyState").Int() != 1 {
		return errors.New("the socket is not open")
	}
	s.ws.Call("send", string(text))
	return nil
}

// Close begins the closing handshake.
func (s *webSocket) Close() { s.ws.Call("close") }

// send makes a request by XMLHttpRequest: fetch can't tell how far an upload is.
func send(q request) (Response, error) {
	type ended struct {
		r   Response
		err error
	}
	done := make(chan ended, 4)
	xhr := js.Global().Get("XMLHttpRequest").New()
	var funcs []js.Func
	on := func(target js.Value, event string, fn func(js.Value)) {
		f := js.FuncOf(func(_ js.Value, args []js.Value) any {
			fn(args[0])
			return nil
		})
		funcs = append(funcs, f)
		target.Call("addEventListener", event, f)
	}
	if progress := q.progress; progress != nil {
		on(xhr.Get("upload"), "progress", func(e js.Value) {
			progress(int64(e.Get("loaded").Float()), int64(e.Get("total").Float()))
		})
	}
	on(xhr, "load", func(js.Value) {
		r := Response{Status: xhr.Get("status").Int(), Body: []byte(xhr.Get("responseText").String())}
		if h := xhr.Call("getResponseHeader", "Retry-After"); h.Type() == js.TypeString {
			r.RetryAfter = h.String()
		}
		r.Header = map[string]string{}
		for _, name := range []string{"Location", "Upload-Offset"} {
			if h := xhr.Call("getResponseHeader", name); h.Type() == js.TypeString {
				r.Header[name] = h.String()
			}
		}
		done <- ended{r: r}
	})
	on(xhr, "error", func(js.Value) { done <- ended{err: errors.New("the request failed")} })
	on(xhr, "abort", func(js.Value) { done <- ended{err: errCanceled} })
	defer func() {
		for _, f := range funcs {
			f.Release()
		}
	}()
	xhr.Call("open", q.method, q.path)
	xhr.Call("setRequestHeader", "Accept", "application/json")
	for name, value := range q.headers {
		xhr.Call("setRequestHeader", name, value)
	}
	if q.body != nil {
		xhr.Call("send", unwrap(q.body))
	} else {
		xhr.Call("send")
	}
	select {
	case e := <-done:
		return e.r, e.err
	case <-q.cancel:
		xhr.Call("abort")
		e := <-done // its abort event, or what came just before
		return e.r, e.err
	}
}

// unwrap gives the js.Value inside a value of go-app, which it keeps to itself:
// it goes by way of a holder that both can reach.
func unwrap(v app.Value) js.Value {
	holder := app.Window().Get("Object").New()
	holder.Set("value", v)
	app.Window().Set("centroidHand", holder)
	out := js.Global().Get("centroidHand").Get("value")
	js.Global().Delete("centroidHand")
	return out
}

// blob makes a Blob of text.
func blob(text string) app.Value {
	parts := app.Window().Get("Array").New()
	parts.Call("push", text)
	return app.Window().Get("Blob").New(parts)
}
