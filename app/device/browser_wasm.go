package device

import (
	"errors"
	"sync"
	"syscall/js"

	"github.com/centroid-studio/centroid/shared/fault"
)

func browser() Store { return &indexed{name: "centroid"} }

// shelf is the database's only object store: a model's file by its owner and id.
const shelf = "models"

// place is the key of a text.
func place(owner, key string) any { return []any{owner, key} }

// places are the keys of all texts of an owner: in IndexedDB a list lies behind
// its beginning, and every text before every list.
func places(owner string) js.Value {
	return js.Global().Get("IDBKeyRange").Call("bound", []any{owner}, []any{owner, []any{}})
}

// indexed is a Store in the browser's IndexedDB. It opens the database when it
// is first used, and again when the browser has closed it.
type indexed struct {
	name string

	mu sync.Mutex
	db js.Value // undefined: not open
}

func (s *indexed) All(owner string) ([]string, error) {
	v, err := s.do("readonly", func(t js.Value) js.Value { return t.Call("getAll", places(owner)) })
	if err != nil {
		return nil, err
	}
	all := make([]string, v.Length())
	for i := range all {
		all[i] = v.Index(i).String()
	}
	return all, nil
}

func (s *indexed) Get(owner, key string) (string, bool, error) {
	v, err := s.do("readonly", func(t js.Value) js.Value { return t.Call("get", place(owner, key)) })
	if err != nil || v.Type() != js.TypeString {
		return "", false, err
	}
	return v.String(), true, nil
}

func (s *indexed) Put(owner, key, text string) error {
	_, err := s.do("readwrite", func(t js.Value) js.Value { return t.Call("put", text, place(owner, key)) })
	return err
}

func (s *indexed) Delete(owner, key string) error {
	_, err := s.do("readwrite", func(t js.Value) js.Value { return t.Call("delete", place(owner, key)) })
	return err
}

func (s *indexed) Clear(owner string) error {
	_, err := s.do("readwrite", func(t js.Value) js.Value { return t.Call("delete", places(owner)) })
	return err
}

// do runs one request in a transaction of its own and waits until that is complete.
func (s *indexed) do(mode string, ask func(store js.Value) js.Value) (js.Value, error) {
	db, err := s.open()
	if err != nil {
		return js.Undefined(), err
	}
	tx, err := transaction(db, mode)
	if err != nil { // the browser closed the database in between
		s.forget(db)
		if db, err = s.open(); err != nil {
			return js.Undefined(), err
		}
		if tx, err = transaction(db, mode); err != nil {
			return js.Undefined(), away(err)
		}
	}
	var request js.Value
	err = wait(func(done func(error)) []listener {
		fail := func(js.Value) { done(reason(tx)) }
		request = ask(tx.Call("objectStore", shelf))
		return []listener{
			{tx, "complete", func(js.Value) { done(nil) }},
			{tx, "abort", fail},
		}
	})
	if err != nil {
		return js.Undefined(), away(err)
	}
	return request.Get("result"), nil
}

// open gives the open database.
func (s *indexed) open() (js.Value, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db.Truthy() {
		return s.db, nil
	}
	factory := js.Global().Get("indexedDB")
	if !factory.Truthy() {
		return js.Undefined(), away(errors.New("there is no indexedDB"))
	}
	request, err := try(func() js.Value { return factory.Call("open", s.name, 1) })
	if err != nil {
		return js.Undefined(), away(err)
	}
	err = wait(func(done func(error)) []listener {
		return []listener{
			{request, "upgradeneeded", func(js.Value) { request.Get("result").Call("createObjectStore", shelf) }},
			{request, "success", func(js.Value) { done(nil) }},
			{request, "error", func(js.Value) { done(reason(request)) }},
		}
	})
	if err != nil {
		return js.Undefined(), away(err)
	}
	s.db = request.Get("result")
	return s.db, nil
}

// forget has the next call open the database again.
func (s *indexed) forget(db js.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db.Equal(db) {
		s.db = js.Undefined()
	}
}

func transaction(db js.Value, mode string) (js.Value, error) {
	return try(func() js.Value { return db.Call("transaction", shelf, mode) })
}

// try turns an exception into an error.
func try(fn func() js.Value) (v js.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(js.Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	return fn(), nil
}

// listener hears one kind of event of a target.
type listener struct {
	target js.Value
	event  string
	fn     func(event js.Value)
}

// wait listens to what begin gives until done is called, the first call counts.
// All of it happens before the browser can send an event.
func wait(begin func(done func(error)) []listener) error {
	end := make(chan error, 1)
	done := func(err error) {
		select {
		case end <- err:
		default:
		}
	}
	var funcs []js.Func
	for _, l := range begin(done) {
		f := js.FuncOf(func(_ js.Value, args []js.Value) any {
			l.fn(args[0])
			return nil
		})
		funcs = append(funcs, f)
		l.target.Call("addEventListener", l.event, f)
	}
	err := <-end
	for _, f := range funcs {
		f.Release()
	}
	return err
}

// reason gives the error of a request or a transaction.
func reason(v js.Value) error {
	e := v.Get("error")
	if !e.Truthy() {
		return errors.New("the browser gave up")
	}
	return js.Error{Value: e}
}

// away says in the user's words that the browser's storage failed.
func away(err error) error {
	msg := "This browser keeps no data for this page. Leave private browsing, or allow the page to store data."
	if e, ok := errors.AsType[js.Error](err); ok && e.Value.Get("name").String() == "QuotaExceededError" {
		msg = "The storage of this browser is full. Take models that you don't need off this device."
	}
	return &fault.Error{Code: fault.Unavailable, Msg: msg, Op: "device", Err: err}
}
