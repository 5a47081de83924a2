package client

import (
	"encoding/json"
	"strconv"
	"sync"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// socketPath is where the socket is.
const socketPath = wire.API + "/ws"

// link is one open socket and the calls that wait for an answer on it.
type link struct {
	socket Socket

	mu      sync.Mutex
	pending map[string]chan answer
	shut    bool
}

// answer is what a call waits for; err is set if none will come.
type answer struct {
	res wire.Response
	err error
}

// dialing is an attempt to open the socket, shared by all who need it.
type dialing struct {
	done chan struct{}
	link *link
	err  error
}

// Call asks over the socket and reads the result into out unless it is nil. The
// socket is opened if it is not open. When it breaks before the answer, the
// call fails with fault.Unavailable: it may or may not have been heard.
func (c *Client) Call(method string, params, out any) error {
	l, err := c.connect()
	if err != nil {
		return err
	}
	return c.callOn(l, method, params, out)
}

// connect gives the open socket, or opens it.
func (c *Client) connect() (*link, error) {
	c.mu.Lock()
	if c.link != nil {
		defer c.mu.Unlock()
		return c.link, nil
	}
	d := c.dialing
	if d == nil {
		d = &dialing{done: make(chan struct{})}
		c.dialing = d
		go c.dial(d)
	}
	c.mu.Unlock()
	<-d.done
	return d.link, d.err
}

// dial opens the socket for all who wait for d.
func (c *Client) dial(d *dialing) {
	l := &link{pending: map[string]chan answer{}}
	opened := make(chan bool, 2)
	l.socket = c.t.Dial(socketPath,
		func() { opened <- true },
		func(text []byte) { c.receive(l, text) },
		func() { opened <- false; c.broken(l) })
	ok := <-opened
	var err error
	if !ok {
		// A browser does not say why a socket could not be opened: ask the other way.
		err = c.Do("GET", "auth/user", nil, nil)
		if err == nil {
			err = fault.Newf(fault.Unavailable, "The live connection to the server can't be opened. Reload the page, or try again later.")
		}
	} else {
		c.reached()
	}
	c.mu.Lock()
	c.dialing = nil
	l.mu.Lock()
	if ok && !l.shut {
		c.link = l
	}
	l.mu.Unlock()
	c.mu.Unlock()
	if err == nil {
		d.link = l
	}
	d.err = err
	close(d.done)
}

// callOn asks over l.
func (c *Client) callOn(l *link, method string, params, out any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return fault.Wrap("client.Call", err)
	}
	c.mu.Lock()
	c.next++
	id := strconv.Itoa(c.next)
	c.mu.Unlock()
	text, err := json.Marshal(wire.Request{Version: wire.Version, ID: json.RawMessage(id), Method: method, Params: raw})
	if err != nil {
		return fault.Wrap("client.Call", err)
	}
	wait := make(chan answer, 1)
	l.mu.Lock()
	if l.shut {
		l.mu.Unlock()
		return errBroken
	}
	l.pending[id] = wait
	l.mu.Unlock()
	c.sent.Add(int64(len(text)))
	if err := l.socket.Send(text); err != nil {
		l.mu.Lock()
		delete(l.pending, id)
		l.mu.Unlock()
		return &fault.Error{Code: errBroken.Code, Msg: errBroken.Msg, Op: "client.Call", Err: err}
	}
	a := <-wait
	switch {
	case a.err != nil:
		return a.err
	case a.res.Error != nil:
		e := callError(a.res.Error)
		if e.Code == fault.NoLogin {
			c.tellGuest()
		}
		return e
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(a.res.Result, out); err != nil {
		return &fault.Error{Code: fault.Internal, Msg: "The server's answer can't be read. Reload the page.", Op: "client.Call", Err: err}
	}
	return nil
}

// errBroken is what a call gives whose socket breaks.
var errBroken = fault.Newf(fault.Unavailable, "The connection broke before the server answered. Look whether it was done, then try again.")

// callError turns JSON-RPC's error into ours.
func callError(e *wire.Error) *fault.Error {
	out := &fault.Error{Code: fault.Internal, Msg: e.Message, Op: "client.Call"}
	if e.Data != nil {
		out.Code, out.Field = fault.Code(e.Data.Code), e.Data.Field
	} else if e.Code == wire.CodeParams {
		out.Code = fault.Invalid
	}
	return out
}

// receive reads one message: an answer to a call, or an event.
func (c *Client) receive(l *link, text []byte) {
	var m struct {
		wire.Response
		Method string          `json:"method"`
		Params json.RawMessage `json:"params"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		l.socket.Close() // whoever this is, it is not our server
		return
	}
	if m.Method == wire.NotifyJobEvent {
		var e wire.Event
		if err := json.Unmarshal(m.Params, &e); err != nil {
			l.socket.Close()
			return
		}
		c.event(l, e)
		return
	}
	l.mu.Lock()
	wait := l.pending[string(m.ID)]
	delete(l.pending, string(m.ID))
	l.mu.Unlock()
	if wait != nil {
		wait <- answer{res: m.Response}
	}
}

// broken ends l: its calls fail, and watches bring a new socket up.
func (c *Client) broken(l *link) {
	c.mu.Lock()
	if c.link == l {
		c.link = nil
	}
	l.mu.Lock()
	l.shut = true
	pending := l.pending
	l.pending = map[string]chan answer{}
	l.mu.Unlock()
	c.mu.Unlock()
	for _, wait := range pending {
		wait <- answer{err: errBroken}
	}
	c.tend()
}
