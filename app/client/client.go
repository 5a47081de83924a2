// Package client speaks to the server: REST, uploads with true progress, and
// the socket with its numbered events. Its calls block: make them in ctx.Async.
package client

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Response is what the server answered.
type Response struct {
	Status     int
	Body       []byte
	RetryAfter string            // the header of that name
	Header     map[string]string // Location and Upload-Offset, where they were asked for
}

// Transport is what a browser gives to reach the server.
type Transport interface {
	// Fetch sends a request and waits for the answer. An error means that the
	// server was not reached. A nil body sends none; else it is JSON. Closing
	// cancel, which may be nil, breaks it off with fault.Canceled.
	Fetch(method, path string, body []byte, cancel <-chan struct{}) (Response, error)
	// Dial opens the socket. It calls nothing before it returns; then open once
	// or not at all, message for each text, and shut once, last. The calls come
	// one at a time and must not block.
	Dial(path string, open func(), message func([]byte), shut func()) Socket
}

// Socket is an open connection.
type Socket interface {
	Send(text []byte) error
	Close() // shut follows
}

// errAway is what every call gives when the server is not reached.
var errAway = fault.Newf(fault.Unavailable, "The server can't be reached. Check the connection; predictions with the models on this device go on.")

// Client is one browser window's connection to the server. It is safe for
// use by many goroutines.
type Client struct {
	t      Transport
	send   func(request) (Response, error) // what fetch can't do
	blob   func(text string) app.Value
	after  func(time.Duration) <-chan time.Time
	spread func() float64 // 0 to 1: how much of a pause is taken
	sent   atomic.Int64   // see Sent

	mu      sync.Mutex
	away    bool                      // the server was not reached last time
	probing bool                      // somebody asks whether it is back
	hear    map[int]func(online bool) // OnState
	guest   map[int]func()            // OnGuest
	next    int                       // of hear, guest and the ids of calls
	kick    chan struct{}             // closed and renewed when a pause should end

	link    *link // the open socket; nil if there is none
	dialing *dialing
	watches map[string]*watch
	tending bool // somebody brings the socket back for watches
}

// New makes a client over t. after is time.After, spread a random number from
// 0 to 1 that keeps clients from coming back all at once.
func New(t Transport, after func(time.Duration) <-chan time.Time, spread func() float64) *Client {
	c := &Client{
		t: t, blob: blob, after: after, spread: spread,
		hear: map[int]func(bool){}, guest: map[int]func(){}, kick: make(chan struct{}), watches: map[string]*watch{},
	}
	c.send = func(q request) (Response, error) {
		if q.body != nil {
			c.sent.Add(int64(q.body.Get("size").Int()))
		}
		return send(q)
	}
	return c
}

// Sent gives how many bytes went to the server as the body of a request or over the
// socket since the page was loaded: all that could carry a row of somebody's.
func (c *Client) Sent() int64 { return c.sent.Load() }

var (
	once   sync.Once
	shared *Client
)

// Get gives the window's client.
func Get() *Client {
	once.Do(func() {
		shared = New(browser(), time.After, rand.Float64)
		listen(shared)
	})
	return shared
}

// Do calls the REST side: path is below /api/v1, such as "datasets", or whole
// if it begins with a slash. in is sent as JSON unless it is nil; the answer is
// read into out unless it is nil. A Problem becomes a *fault.Error.
func (c *Client) Do(method, path string, in, out any) error {
	return c.DoUntil(nil, method, path, in, out)
}

// DoUntil is Do that is broken off, with fault.Canceled, when cancel is closed:
// the server then stops what it does for the call.
func (c *Client) DoUntil(cancel <-chan struct{}, method, path string, in, out any) error {
	if !strings.HasPrefix(path, "/") {
		path = wire.API + "/" + path
	}
	var body []byte
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fault.Wrap("client.Do", err)
		}
		body = b
		c.sent.Add(int64(len(b)))
	}
	r, err := c.t.Fetch(method, path, body, cancel)
	if fault.CodeOf(err) == fault.Canceled {
		return err
	}
	if err != nil {
		c.lost()
		return &fault.Error{Code: errAway.Code, Msg: errAway.Msg, Op: "client.Do", Err: err}
	}
	return c.read(path, r, out)
}

// Static gives a file that everybody may have, such as a sample. It works offline.
func (c *Client) Static(path string) ([]byte, error) {
	r, err := c.t.Fetch("GET", path, nil, nil)
	switch {
	case err != nil:
		return nil, &fault.Error{Code: errAway.Code, Msg: errAway.Msg, Op: "client.Static", Err: err}
	case r.Status != 200:
		return nil, problem(r)
	}
	return r.Body, nil
}

// read turns an answer into out or an error.
func (c *Client) read(path string, r Response, out any) error {
	c.reached()
	if r.Status >= 200 && r.Status < 300 {
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(r.Body, out); err != nil {
			return &fault.Error{Code: fault.Internal, Msg: "The server's answer can't be read. Reload the page.", Op: "client.Do", Err: err}
		}
		return nil
	}
	e := problem(r)
	if e.Code == fault.NoLogin && path != wire.API+"/auth/login" {
		c.tellGuest()
	}
	return e
}

// codes says what a status means when no problem comes with it.
var codes = map[int]fault.Code{
	400: fault.Invalid, 401: fault.NoLogin, 403: fault.Denied, 404: fault.NotFound, 409: fault.Conflict,
	413: fault.TooLarge, 422: fault.Invalid, 429: fault.TooMany, 502: fault.Unavailable, 503: fault.Unavailable, 504: fault.Unavailable,
}

// problem makes the error of an answer that is not a success.
func problem(r Response) *fault.Error {
	e := &fault.Error{Code: codes[r.Status], Op: "client.Do", Err: errors.New("status " + strconv.Itoa(r.Status))}
	if s, err := strconv.Atoi(r.RetryAfter); err == nil {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	var p wire.Problem
	if json.Unmarshal(r.Body, &p) == nil {
		if p.Code != "" {
			e.Code = fault.Code(p.Code)
		}
		e.Msg, e.Field, e.Line, e.Column = p.Detail, p.Field, p.Line, p.Column
		if p.Conflict != nil {
			e.Data = p.Conflict
		}
	}
	if e.Code == "" {
		e.Code = fault.Internal
	}
	if e.Msg == "" {
		e.Msg = "The server answered with status " + strconv.Itoa(r.Status) + ". Try again later."
	}
	return e
}

// Online reports whether the server was reached last time.
func (c *Client) Online() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.away
}

// OnState calls fn when the server goes out of reach or comes back, until stop
// is called. fn must not block.
func (c *Client) OnState(fn func(online bool)) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	id := c.next
	c.hear[id] = fn
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.hear, id)
	}
}

// OnGuest calls fn when the server says that nobody is logged in, until stop is called.
func (c *Client) OnGuest(fn func()) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	id := c.next
	c.guest[id] = fn
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.guest, id)
	}
}

func (c *Client) tellGuest() {
	c.mu.Lock()
	var fns []func()
	for _, fn := range c.guest {
		fns = append(fns, fn)
	}
	c.mu.Unlock()
	for _, fn := range fns {
		fn()
	}
}

// reached notes that the server answered.
func (c *Client) reached() { c.setAway(false) }

// lost notes that the server was not reached, and asks until it is.
func (c *Client) lost() {
	c.setAway(true)
	c.mu.Lock()
	start := !c.probing
	c.probing = true
	c.mu.Unlock()
	if start {
		go c.probe()
	}
}

// probe asks whether the server is back, ever more rarely, until it is.
func (c *Client) probe() {
	for n := 0; ; n++ {
		c.pause(n)
		if _, err := c.t.Fetch("GET", "/healthz", nil, nil); err == nil {
			c.mu.Lock()
			c.probing = false
			c.mu.Unlock()
			c.reached()
			return
		}
	}
}

func (c *Client) setAway(away bool) {
	c.mu.Lock()
	if c.away == away {
		c.mu.Unlock()
		return
	}
	c.away = away
	var fns []func(bool)
	for _, fn := range c.hear {
		fns = append(fns, fn)
	}
	c.mu.Unlock()
	if !away {
		c.hurry()
	}
	for _, fn := range fns {
		fn(!away)
	}
}

const (
	firstPause = 250 * time.Millisecond
	lastPause  = 15 * time.Second
)

// pause waits before attempt n, from 0: twice as long each time, spread over
// the upper half, and cut short by hurry.
func (c *Client) pause(n int) { c.pauseOr(n, nil) }

// pauseOr is pause, cut short by end too.
func (c *Client) pauseOr(n int, end <-chan struct{}) {
	d := lastPause
	if n < 6 {
		d = firstPause << n
	}
	d = d/2 + time.Duration(c.spread()*float64(d/2))
	c.mu.Lock()
	kick := c.kick
	c.mu.Unlock()
	select {
	case <-c.after(d):
	case <-kick:
	case <-end:
	}
}

// hurry ends all pauses: the network is back.
func (c *Client) hurry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.kick)
	c.kick = make(chan struct{})
}
