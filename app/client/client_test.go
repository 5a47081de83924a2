package client

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// server is a Transport whose other end is the test.
type server struct {
	mu      sync.Mutex
	fetch   func(method, path string) (Response, error)
	fetched []string
	sockets []*socket
	dialled []time.Time
	refuse  bool // sockets can't be opened
}

// socket is the server's end of a connection.
type socket struct {
	open    func()
	message func([]byte)
	shut    func()

	mu     sync.Mutex
	asked  []wire.Request // not answered yet
	closed bool
}

func (s *server) Fetch(method, path string, _ []byte, _ <-chan struct{}) (Response, error) {
	s.mu.Lock()
	s.fetched = append(s.fetched, method+" "+path)
	fetch := s.fetch
	s.mu.Unlock()
	if fetch == nil {
		return Response{Status: 200, Body: []byte("{}")}, nil
	}
	return fetch(method, path)
}

func (s *server) Dial(_ string, open func(), message func([]byte), shut func()) Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialled = append(s.dialled, time.Now())
	k := &socket{open: open, message: message, shut: shut}
	s.sockets = append(s.sockets, k)
	if s.refuse {
		go shut()
	} else {
		go open()
	}
	return k
}

func (k *socket) Send(text []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return errors.New("closed")
	}
	var r wire.Request
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	k.asked = append(k.asked, r)
	return nil
}

func (k *socket) Close() {
	k.mu.Lock()
	was := k.closed
	k.closed = true
	k.mu.Unlock()
	if !was {
		go k.shut()
	}
}

// set changes how the server behaves.
func (s *server) set(refuse bool, fetch func(method, path string) (Response, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse, s.fetch = refuse, fetch
}

// newest gives the connection opened last, when nothing moves any more.
func (s *server) newest(t *testing.T) *socket {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) == 0 {
		t.Fatal("no socket was opened")
	}
	return s.sockets[len(s.sockets)-1]
}

// next gives the oldest call that was not answered.
func (k *socket) next(t *testing.T) wire.Request {
	t.Helper()
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.asked) == 0 {
		t.Fatal("no call waits for an answer")
	}
	r := k.asked[0]
	k.asked = k.asked[1:]
	return r
}

// calls counts those that were not answered.
func (k *socket) calls() int {
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.asked)
}

func (k *socket) say(t *testing.T, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	k.message(b)
	synctest.Wait()
}

func (k *socket) answer(t *testing.T, r wire.Request, result string, e *wire.Error) {
	t.Helper()
	res := wire.Response{Version: wire.Version, ID: r.ID, Error: e}
	if e == nil {
		res.Result = json.RawMessage(result)
	}
	k.say(t, res)
}

// event sends one event of job j.
func (k *socket) event(t *testing.T, seq int64, kind wire.EventType) {
	t.Helper()
	params, err := json.Marshal(wire.Event{Job: "j", Seq: seq, Type: kind})
	if err != nil {
		t.Fatal(err)
	}
	k.say(t, map[string]any{"jsonrpc": wire.Version, "method": wire.NotifyJobEvent, "params": json.RawMessage(params)})
}

// subscribed answers a subscribe call and gives what it asked for.
func (k *socket) subscribed(t *testing.T) wire.Subscribe {
	t.Helper()
	r := k.next(t)
	if r.Method != wire.MethodJobSubscribe {
		t.Fatalf("the client called %s, want %s", r.Method, wire.MethodJobSubscribe)
	}
	var s wire.Subscribe
	if err := json.Unmarshal(r.Params, &s); err != nil {
		t.Fatal(err)
	}
	k.answer(t, r, "{}", nil)
	return s
}

// log keeps the numbers of events.
type log struct {
	mu  sync.Mutex
	seq []int64
}

func (l *log) add(e wire.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq = append(l.seq, e.Seq)
}

func (l *log) is(t *testing.T, want ...int64) {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.seq, want) {
		t.Fatalf("events %v, want %v", l.seq, want)
	}
}

// start gives a client whose pauses are as short as they can be, and its server.
func start() (*Client, *server) {
	s := &server{}
	return New(s, time.After, func() float64 { return 0 }), s
}

func TestWatchResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		var got log
		c.Watch("j", 0, got.add)
		k := s.newest(t)
		if sub := k.subscribed(t); sub != (wire.Subscribe{Job: "j", After: 0}) {
			t.Fatalf("subscribed to %+v, want j after 0", sub)
		}
		k.event(t, 1, wire.EventPass)
		k.event(t, 2, wire.EventPass)
		k.event(t, 2, wire.EventPass) // sent again
		got.is(t, 1, 2)

		k.event(t, 4, wire.EventPass) // 3 was lost
		got.is(t, 1, 2)
		if sub := k.subscribed(t); sub.After != 2 {
			t.Fatalf("after a gap it asked for events after %d, want 2", sub.After)
		}
		k.event(t, 3, wire.EventPass)
		k.event(t, 4, wire.EventPass)
		got.is(t, 1, 2, 3, 4)

		k.Close() // the connection breaks
		k2 := s.newest(t)
		if k2 == k {
			t.Fatal("no other socket was opened")
		}
		if sub := k2.subscribed(t); sub.After != 4 {
			t.Fatalf("on the new socket it asked for events after %d, want 4", sub.After)
		}
		k.event(t, 5, wire.EventPass) // a late word on the old one is as good
		k2.event(t, 5, wire.EventPass)
		k2.event(t, 6, wire.EventDone)
		got.is(t, 1, 2, 3, 4, 5, 6)

		k2.Close() // nothing is watched any more: no third one
		synctest.Wait()
		if len(s.sockets) != 2 {
			t.Fatalf("%d sockets were opened, want 2", len(s.sockets))
		}
	})
}

func TestWatchBreaksWhileSubscribing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		var got log
		stop := c.Watch("j", 7, got.add)
		k := s.newest(t)
		if k.calls() != 1 {
			t.Fatal("it did not subscribe")
		}
		k.Close()
		time.Sleep(time.Second) // in the bubble's time
		k2 := s.newest(t)
		if sub := k2.subscribed(t); k2 == k || sub.After != 7 {
			t.Fatalf("asked for events after %d on the new socket, want 7", sub.After)
		}
		k2.event(t, 8, wire.EventPass)
		stop()
		if r := k2.next(t); r.Method != wire.MethodJobUnsubscribe {
			t.Fatalf("stop called %s, want %s", r.Method, wire.MethodJobUnsubscribe)
		}
		k2.event(t, 9, wire.EventPass)
		got.is(t, 8)
		k2.Close()
	})
}

func TestWatchBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		s.set(true, func(string, string) (Response, error) { return Response{}, errors.New("refused") })
		var states []bool
		c.OnState(func(online bool) { states = append(states, online) })
		var got log
		begin := time.Now()
		c.Watch("j", 0, got.add)
		time.Sleep(40 * time.Second)
		synctest.Wait()
		var pauses []time.Duration
		for i := 1; i < len(s.dialled); i++ {
			pauses = append(pauses, s.dialled[i].Sub(s.dialled[i-1]))
		}
		ms := time.Millisecond
		want := []time.Duration{125 * ms, 250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 7500 * ms, 7500 * ms, 7500 * ms, 7500 * ms}
		if s.dialled[0] != begin || !slices.Equal(pauses, want) {
			t.Errorf("pauses between attempts %v, want %v", pauses, want)
		}
		if c.Online() {
			t.Error("Online() = true with the server away, want false")
		}

		s.set(false, nil)
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if sub := s.newest(t).subscribed(t); sub.After != 0 {
			t.Errorf("asked for events after %d, want 0", sub.After)
		}
		if !c.Online() || !slices.Equal(states, []bool{false, true}) {
			t.Errorf("Online() = %v, OnState heard %v, want true, [false true]", c.Online(), states)
		}
		s.newest(t).event(t, 1, wire.EventDone)
		got.is(t, 1)
	})
}

// The network's return ends a pause at once.
// TestWatchRefused pauses before it asks again on a connection that stands; other
// watches are asked for all the same.
func TestWatchRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		full := &wire.Error{Code: wire.CodeFault, Message: "too many", Data: &wire.ErrorData{Code: string(fault.TooMany)}}
		stop1, stop2 := c.Watch("one", 0, func(wire.Event) {}), c.Watch("two", 0, func(wire.Event) {})
		k := s.newest(t)
		defer func() { // which ends the goroutines
			stop1()
			stop2()
			k.Close()
			synctest.Wait()
		}()
		refused := k.next(t)
		k.answer(t, refused, "", full)
		k.answer(t, k.next(t), "{}", nil)
		if n := k.calls(); n != 0 {
			t.Fatalf("%d calls before a pause", n)
		}
		for range 3 {
			time.Sleep(lastPause) // of the bubble
			again := k.next(t)
			if string(again.Params) != string(refused.Params) {
				t.Errorf("asks again for %s, want %s", again.Params, refused.Params)
			}
			k.answer(t, again, "", full)
			if n := k.calls(); n != 0 {
				t.Fatalf("%d calls before a pause", n)
			}
		}
		time.Sleep(lastPause)
		k.answer(t, k.next(t), "{}", nil)
		time.Sleep(lastPause)
		if n := k.calls(); n != 0 {
			t.Errorf("%d calls after the answer", n)
		}
	})
}

func TestHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		s.set(true, func(string, string) (Response, error) { return Response{}, errors.New("refused") })
		stop := c.Watch("j", 0, func(wire.Event) {})
		time.Sleep(20 * time.Second)
		synctest.Wait()
		n := len(s.dialled)
		s.set(false, nil)
		c.hurry()
		synctest.Wait()
		if len(s.dialled) != n+1 {
			t.Errorf("%d attempts after hurry, want %d", len(s.dialled), n+1)
		}
		s.newest(t).subscribed(t)
		stop()
		s.newest(t).Close()
	})
}

func TestCall(t *testing.T) {
	const params = `{"job":"j"}`
	for _, tt := range []struct {
		name  string
		reply func(t *testing.T, s *server, k *socket, r wire.Request)
		code  fault.Code
		field string
	}{
		{"answered", func(t *testing.T, _ *server, k *socket, r wire.Request) { k.answer(t, r, params, nil) }, "", ""},
		{"refused", func(t *testing.T, _ *server, k *socket, r wire.Request) {
			k.answer(t, r, "", &wire.Error{Code: wire.CodeParams, Message: "k is 0", Data: &wire.ErrorData{Code: string(fault.Invalid), Field: "config.k"}})
		}, fault.Invalid, "config.k"},
		{"broken before the answer", func(_ *testing.T, _ *server, k *socket, _ wire.Request) { k.Close() }, fault.Unavailable, ""},
		{"no answer to read", func(t *testing.T, _ *server, k *socket, r wire.Request) { k.answer(t, r, `[]`, nil) }, fault.Internal, ""},
		{"not our server", func(_ *testing.T, _ *server, k *socket, _ wire.Request) { k.message([]byte("<html>")) }, fault.Unavailable, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := start()
				var out wire.JobRef
				var err error
				var wg sync.WaitGroup
				wg.Go(func() { err = c.Call(wire.MethodTrainCancel, wire.JobRef{Job: "j"}, &out) })
				k := s.newest(t)
				r := k.next(t)
				if r.Method != wire.MethodTrainCancel || string(r.Params) != params {
					t.Fatalf("called %s %s, want %s %s", r.Method, r.Params, wire.MethodTrainCancel, params)
				}
				tt.reply(t, s, k, r)
				wg.Wait()
				var e *fault.Error
				errors.As(err, &e)
				if fault.CodeOf(err) != tt.code || e != nil && e.Field != tt.field {
					t.Errorf("Call = %v, want code %q field %q", err, tt.code, tt.field)
				}
				if err == nil && out.Job != "j" {
					t.Errorf("Call read %+v, want job j", out)
				}
				k.Close()
			})
		})
	}
}

// A call after the socket broke opens another one.
func TestCallAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		for n := 1; n <= 2; n++ {
			var err error
			var wg sync.WaitGroup
			wg.Go(func() { err = c.Call(wire.MethodTrainCancel, wire.JobRef{Job: "j"}, nil) })
			k := s.newest(t)
			k.answer(t, k.next(t), "{}", nil)
			wg.Wait()
			if err != nil || len(s.sockets) != n {
				t.Fatalf("Call %d = %v over %d sockets, want nil over %d", n, err, len(s.sockets), n)
			}
			k.Close()
			synctest.Wait()
		}
	})
}

func TestDo(t *testing.T) {
	for _, tt := range []struct {
		name string
		path string
		r    Response
		err  error

		code  fault.Code
		msg   string
		field string
		wait  time.Duration
		guest bool
		away  bool
	}{
		{name: "well", path: "auth/user", r: Response{Status: 200, Body: []byte(`{"username":"ada"}`)}},
		{name: "a problem", path: "datasets", r: Response{Status: 422, Body: []byte(`{"code":"invalid","detail":"Line 3 is short.","field":"body.name"}`)},
			code: fault.Invalid, msg: "Line 3 is short.", field: "body.name"},
		{name: "too many", path: "auth/login", r: Response{Status: 429, RetryAfter: "7", Body: []byte(`{"code":"too_many","detail":"Too many attempts."}`)},
			code: fault.TooMany, msg: "Too many attempts.", wait: 7 * time.Second},
		{name: "a proxy's words", path: "datasets", r: Response{Status: 502, Body: []byte(`<html>`)},
			code: fault.Unavailable, msg: "The server answered with status 502. Try again later."},
		{name: "nobody is logged in", path: "datasets", r: Response{Status: 401, Body: []byte(`{"code":"unauthenticated","detail":"Log in."}`)},
			code: fault.NoLogin, msg: "Log in.", guest: true},
		{name: "a wrong password is no guest", path: "auth/login", r: Response{Status: 401, Body: []byte(`{"code":"unauthenticated","detail":"Wrong."}`)},
			code: fault.NoLogin, msg: "Wrong."},
		{name: "what can't be read", path: "auth/user", r: Response{Status: 200, Body: []byte(`<html>`)},
			code: fault.Internal, msg: "The server's answer can't be read. Reload the page."},
		{name: "away", path: "datasets", err: errors.New("refused"), code: fault.Unavailable, msg: errAway.Msg, away: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := start()
				s.set(false, func(_, path string) (Response, error) {
					if path == "/healthz" {
						return Response{Status: 200}, nil
					}
					return tt.r, tt.err
				})
				guests := 0
				stop := c.OnGuest(func() { guests++ })
				var u wire.User
				err := c.Do("GET", tt.path, nil, &u)
				if away := !c.Online(); away != tt.away {
					t.Errorf("away = %v, want %v", away, tt.away)
				}
				if fault.CodeOf(err) != tt.code || (guests == 1) != tt.guest {
					t.Errorf("Do = %v with %d guests, want code %q, guest %v", err, guests, tt.code, tt.guest)
				}
				if e, ok := errors.AsType[*fault.Error](err); ok && (e.Msg != tt.msg || e.Field != tt.field || e.RetryAfter != tt.wait) {
					t.Errorf("Do = %+v, want message %q, field %q, wait %v", e, tt.msg, tt.field, tt.wait)
				}
				if err == nil && u.Username != "ada" {
					t.Errorf("Do read %+v, want ada", u)
				}
				stop()
				time.Sleep(time.Second) // until the probe has found the server
				if !c.Online() {
					t.Error("Online() = false when the server is back, want true")
				}
			})
		})
	}
}

// Logging out hangs up: what the next user does goes over another socket.
func TestLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		var got log
		c.Watch("j", 0, got.add)
		k := s.newest(t)
		k.subscribed(t)
		if err := c.Logout(true); err != nil {
			t.Fatal(err)
		}
		k.event(t, 1, wire.EventPass)
		got.is(t)
		if last := s.fetched[len(s.fetched)-1]; last != "POST /api/v1/auth/logoutall" || len(s.sockets) != 1 || !k.closed {
			t.Errorf("logging out sent %s, socket closed: %v, sockets %d; want POST /api/v1/auth/logoutall, true, 1", last, k.closed, len(s.sockets))
		}
	})
}

// A guest's watch ends instead of asking for ever.
func TestWatchGuest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := start()
		s.set(true, func(string, string) (Response, error) {
			return Response{Status: 401, Body: []byte(`{"code":"unauthenticated"}`)}, nil
		})
		guests := 0
		c.OnGuest(func() { guests++ })
		c.Watch("j", 0, func(wire.Event) {})
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(s.dialled) != 1 || guests != 1 {
			t.Errorf("%d attempts and %d guests, want 1 and 1", len(s.dialled), guests)
		}
	})
}
