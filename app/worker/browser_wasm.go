package worker

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
)

const script = "/web/worker.js"

// content is a Blob.
type content js.Value

func (c content) read(from, to int64) ([]byte, error) {
	buf, err := await(js.Value(c).Call("slice", from, to).Call("arrayBuffer"))
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "worker.File", Err: err,
			Msg: "The file can't be read any more: it was changed, moved or taken away. Choose it again."}
	}
	return bytesOf(js.Global().Get("Uint8Array").New(buf)), nil
}

// NewFile makes a file of bytes.
func NewFile(name string, b []byte) *File {
	parts := js.Global().Get("Array").New()
	parts.Call("push", arrayOf(b))
	return &File{name, int64(len(b)), content(js.Global().Get("Blob").New(parts))}
}

// FileOf gives the File that v is in JavaScript.
func FileOf(v app.Value) *File {
	holder := app.Window().Get("Object").New() // go-app keeps the js.Value to itself
	holder.Set("value", v)
	app.Window().Set("centroidFile", holder)
	blob := js.Global().Get("centroidFile").Get("value")
	js.Global().Delete("centroidFile")
	return fileOf(blob)
}

func fileOf(v js.Value) *File {
	f := &File{Size: int64(v.Get("size").Float()), content: content(v)}
	if name := v.Get("name"); name.Type() == js.TypeString {
		f.Name = name.String()
	}
	return f
}

// await waits for a promise.
func await(promise js.Value) (js.Value, error) {
	done := make(chan reply, 1)
	var v js.Value
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		v = args[0]
		done <- reply{}
		return nil
	})
	defer then.Release()
	fail := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- reply{err: js.Error{Value: args[0]}}
		return nil
	})
	defer fail.Release()
	promise.Call("then", then, fail)
	a := <-done
	return v, a.err
}

func bytesOf(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}

func arrayOf(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

// post sends fields and parts. Arrays of bytes are handed over, not copied again.
func post(to js.Value, fields map[string]any, parts []Part) {
	list, moved := js.Global().Get("Array").New(), js.Global().Get("Array").New()
	for _, p := range parts {
		if p.File != nil {
			item := js.Global().Get("Object").New()
			item.Set("file", js.Value(p.File.content))
			item.Set("name", p.File.Name)
			list.Call("push", item)
			continue
		}
		array := arrayOf(p.Bytes)
		list.Call("push", array)
		moved.Call("push", array.Get("buffer"))
	}
	message := js.ValueOf(fields)
	message.Set("parts", list)
	to.Call("postMessage", message, moved)
}

func partsOf(list js.Value) []Part {
	var parts []Part
	for i := range list.Length() {
		item := list.Index(i)
		if blob := item.Get("file"); blob.Truthy() {
			f := fileOf(blob)
			f.Name = item.Get("name").String()
			parts = append(parts, Part{File: f})
			continue
		}
		parts = append(parts, Part{Bytes: bytesOf(item)})
	}
	return parts
}

// thread is a port to a worker of the browser.
type thread struct {
	worker js.Value
	funcs  []js.Func
	once   sync.Once
}

// connect starts a worker and waits until it takes calls.
func connect(w *Worker) (p port, err error) {
	if !js.Global().Get("Worker").Truthy() {
		return nil, errors.New("this browser has no workers")
	}
	defer func() { // the constructor throws where the browser forbids workers
		if r := recover(); r != nil {
			e, ok := r.(js.Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	t := &thread{worker: js.Global().Get("Worker").New(script)}
	ready := make(chan error, 1)
	tell := func(err error) {
		select {
		case ready <- err:
		default: // it had begun to take calls
			if err != nil {
				w.fail(err)
			}
		}
	}
	t.on("message", func(e js.Value) { t.hear(w, e.Get("data"), tell) })
	t.on("error", func(e js.Value) {
		text := "the script of the worker failed"
		if m := e.Get("message"); m.Type() == js.TypeString {
			text = m.String()
		}
		tell(crash(text))
	})
	begin := map[string]any{}
	if module := js.Global().Get("centroidModule"); module.Truthy() {
		begin["module"] = module
	}
	t.worker.Call("postMessage", begin)
	if err := <-ready; err != nil {
		t.end()
		return nil, err
	}
	ready <- nil // from here on, whatever goes wrong is told to the calls
	return t, nil
}

// hear takes a message of the worker.
func (t *thread) hear(w *Worker, data js.Value, tell func(error)) {
	if data.Get("ready").Truthy() {
		tell(nil)
		return
	}
	if text := data.Get("ended"); text.Type() == js.TypeString {
		tell(crash(text.String()))
		return
	}
	id, body, parts := data.Get("id").Int(), []byte(data.Get("body").String()), partsOf(data.Get("parts"))
	switch data.Get("kind").String() {
	case "tell":
		w.tell(id, body, parts)
	case "done":
		w.take(id, &reply{body: body, parts: parts})
	case "fail":
		var e failure
		err := json.Unmarshal(body, &e)
		if err == nil {
			err = e.fault()
		}
		w.take(id, &reply{err: err})
	}
}

func (t *thread) on(event string, fn func(js.Value)) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		fn(args[0])
		return nil
	})
	t.funcs = append(t.funcs, f)
	t.worker.Call("addEventListener", event, f)
}

func (t *thread) send(id int, method string, params []byte, parts []Part) error {
	post(t.worker, map[string]any{"id": id, "method": method, "params": string(params)}, parts)
	return nil
}

func (t *thread) cancel(id int) {
	t.worker.Call("postMessage", map[string]any{"id": id, "cancel": true})
}

func (t *thread) end() {
	t.once.Do(func() {
		t.worker.Call("terminate")
		go func() { // not while one of them runs
			for _, f := range t.funcs {
				f.Release()
			}
		}()
	})
}

// crash puts the end of a worker into the user's words; text is what it said last.
func crash(text string) error {
	msg := "The computation stopped unexpectedly. What was computed before is safe. Try again; if it happens again, reload the page."
	if strings.Contains(text, "out of memory") || strings.Contains(text, "cannot allocate memory") {
		msg = "This browser has too little memory for that. Close other tabs, or take fewer rows or columns."
	}
	return &fault.Error{Code: fault.Unavailable, Op: "worker", Err: errors.New(text), Msg: msg}
}

// Inside reports whether this program runs in a worker: Serve is then its work.
func Inside() bool { return !js.Global().Get("document").Truthy() }

// Serve answers the page's calls, in a worker. It never returns.
func Serve() {
	self := js.Global()
	var mu sync.Mutex
	stops := map[int]context.CancelFunc{}
	self.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		data := args[0].Get("data")
		id := data.Get("id").Int()
		if data.Get("cancel").Truthy() {
			mu.Lock()
			defer mu.Unlock()
			if stop := stops[id]; stop != nil {
				stop()
			}
			return nil
		}
		ctx, stop := context.WithCancel(context.Background())
		mu.Lock()
		stops[id] = stop
		mu.Unlock()
		c := &Call{Parts: partsOf(data.Get("parts")), ctx: ctx, slice: workSlice}
		c.send = func(body []byte, parts []Part) {
			post(self, map[string]any{"id": id, "kind": "tell", "body": string(body)}, parts)
		}
		method, params := data.Get("method").String(), []byte(data.Get("params").String())
		go func() { // lives as long as the call
			a := serve(c, method, params)
			mu.Lock()
			delete(stops, id)
			mu.Unlock()
			stop()
			kind, body := "done", a.body
			if a.err != nil {
				kind, body = "fail", failureOf(a.err)
			}
			post(self, map[string]any{"id": id, "kind": kind, "body": string(body)}, a.parts)
		}()
		return nil
	}))
	self.Call("postMessage", map[string]any{"ready": true})
	select {}
}
