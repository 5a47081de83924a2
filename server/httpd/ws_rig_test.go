package httpd

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/centroid-studio/centroid/shared/wire"
)

// socket is one connection of a visitor.
type socket struct {
	*websocket.Conn
	t    *testing.T
	id   int
	kept []wire.Event // that came while an answer was awaited
}

// dial opens the socket; the answer is that to the upgrade.
func (v *visitor) dial(change func(http.Header)) (*websocket.Conn, *http.Response, error) {
	h := v.request("GET", "ws", nil).Header
	if change != nil {
		change(h)
	}
	return websocket.DefaultDialer.Dial("ws"+v.r.url[len("http"):]+wire.API+"/ws", h)
}

func (v *visitor) socket() *socket {
	v.t.Helper()
	c, res, err := v.dial(nil)
	if err != nil {
		v.t.Fatalf("socket: %v, %v", err, res)
	}
	v.t.Cleanup(func() { c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil { // a test that waits for ever tells nothing
		v.t.Fatal(err)
	}
	return &socket{Conn: c, t: v.t}
}

// message is anything that the server sends.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *wire.Error     `json:"error"`
}

func (s *socket) next() message {
	s.t.Helper()
	var f message
	if err := s.ReadJSON(&f); err != nil {
		s.t.Fatal(err)
	}
	if f.Version != wire.Version {
		s.t.Fatalf("a frame says jsonrpc %q", f.Version)
	}
	return f
}

// raw sends a frame as it is and gives the answer; events that come before it are kept.
func (s *socket) raw(text string) message {
	s.t.Helper()
	if err := s.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
	return s.answer()
}

func (s *socket) answer() message {
	s.t.Helper()
	for {
		f := s.next()
		if f.Method == "" {
			return f
		}
		s.kept = append(s.kept, s.decode(f))
	}
}

func (s *socket) decode(f message) (e wire.Event) {
	s.t.Helper()
	if f.Method != wire.NotifyJobEvent {
		s.t.Fatalf("got %+v, want an event", f)
	}
	if err := json.Unmarshal(f.Params, &e); err != nil {
		s.t.Fatal(err)
	}
	return e
}

// call makes a call and reads its result into out; its error is returned.
func (s *socket) call(method string, params, out any) *wire.Error {
	s.t.Helper()
	s.id++
	b, err := json.Marshal(params)
	if err != nil {
		s.t.Fatal(err)
	}
	id := strconv.Itoa(s.id)
	f := s.raw(`{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `","params":` + string(b) + `}`)
	if string(f.ID) != id {
		s.t.Fatalf("%s: the answer has id %s, want %s", method, f.ID, id)
	}
	if f.Error == nil && out != nil {
		if err := json.Unmarshal(f.Result, out); err != nil {
			s.t.Fatal(err)
		}
	}
	return f.Error
}

func (s *socket) must(method string, params, out any) {
	s.t.Helper()
	if e := s.call(method, params, out); e != nil {
		s.t.Fatalf("%s: %+v %+v", method, e, e.Data)
	}
}

// event gives the next event.
func (s *socket) event() wire.Event {
	s.t.Helper()
	if len(s.kept) > 0 {
		e := s.kept[0]
		s.kept = s.kept[1:]
		return e
	}
	return s.decode(s.next())
}

// events reads until event last, or the one that ends the job if last is 0, and
// checks that they are numbered from after+1 without a gap or a double.
func (s *socket) events(job string, after, last int64) (all []wire.Event) {
	s.t.Helper()
	for {
		e := s.event()
		if after++; e.Seq != after || e.Job != job {
			s.t.Fatalf("got event %d of %s (%s), want event %d of %s", e.Seq, e.Job, e.Type, after, job)
		}
		all = append(all, e)
		if e.Seq == last || last == 0 && e.Ends() {
			return all
		}
	}
}

// closed reads until the connection is closed, and gives the code.
func (s *socket) closed() int {
	s.t.Helper()
	for {
		_, _, err := s.ReadMessage()
		if c, ok := err.(*websocket.CloseError); ok {
			return c.Code
		}
		if err != nil {
			s.t.Fatalf("the connection ends with %v, want a close frame", err)
		}
	}
}

// trains runs a training to its end and gives its model.
func (v *visitor) trains(req wire.TrainStart) *wire.Event {
	v.t.Helper()
	s := v.socket()
	defer s.Close()
	var started wire.Started
	s.must(wire.MethodTrainStart, req, &started)
	all := s.events(started.Job, 0, 0)
	last := &all[len(all)-1]
	if last.Type != wire.EventDone {
		v.t.Fatalf("the training ends with %s %+v", last.Type, last.Fault)
	}
	return last
}

func irisStart(d wire.Dataset) wire.TrainStart {
	return wire.TrainStart{Dataset: d.ID, Config: wire.TrainConfig{K: 3, Seed: 1}}
}
