package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/centroid-studio/centroid/shared/wire"
)

// peer is one open socket. One goroutine reads, one writes, and one a
// subscription brings events to the writer.
type peer struct {
	socket  *Socket
	request *http.Request
	user    string
	expires time.Time // when the session ends; the writer's, once serve has begun
	ctx     context.Context
	stop    context.CancelCauseFunc // ends the socket; a *closing is told to the peer
	calls   *rate.Limiter
	ws      *websocket.Conn
	out     chan any // []byte or *websocket.PreparedMessage, for the writer
	work    sync.WaitGroup

	mu   sync.Mutex
	subs map[string]*watching // by job
}

func newPeer(s *Socket, r *http.Request, who Visitor) *peer {
	p := &peer{socket: s, request: r, user: who.User, expires: who.Expires, out: make(chan any, 16), subs: map[string]*watching{},
		calls: rate.NewLimiter(rate.Limit(s.o.CallsASecond), int(2*s.o.CallsASecond)+1)}
	// Not the request's context: that one does not know of a hijacked connection's end.
	p.ctx, p.stop = context.WithCancelCause(context.WithoutCancel(r.Context()))
	return p
}

// serve returns when the connection is closed and all of the peer's goroutines have ended.
func (p *peer) serve(ws *websocket.Conn) {
	p.ws = ws
	ws.SetReadLimit(p.socket.o.FrameBytes)
	wait := 2*p.socket.o.Ping + p.socket.o.Write
	p.deadline(wait)
	ws.SetPongHandler(func(string) error {
		if p.ctx.Err() == nil {
			p.deadline(wait)
		}
		return nil
	})
	p.work.Go(p.write)
	p.stop(p.read())
	p.work.Wait()
	if err := ws.Close(); err != nil && p.ctx.Err() == nil {
		p.socket.o.Logger.Debug("closing a socket", "err", err)
	}
}

// deadline makes reads fail after d; an error means that they fail anyway.
func (p *peer) deadline(d time.Duration) {
	if err := p.ws.SetReadDeadline(time.Now().Add(d)); err != nil {
		p.stop(errPeerGone)
	}
}

// read answers calls until the peer is gone or breaks the rules.
func (p *peer) read() error {
	for {
		kind, frame, err := p.ws.ReadMessage()
		if errors.Is(err, websocket.ErrReadLimit) { // the close with 1009 is sent already
			p.linger()
			return errPeerGone
		}
		if err != nil {
			return errPeerGone
		}
		if p.ctx.Err() != nil {
			continue // the writer has said goodbye; wait for the peer to hang up
		}
		if kind != websocket.TextMessage {
			p.stop(&closing{websocket.CloseUnsupportedData, "send text, not binary"})
			continue
		}
		if err := p.calls.Wait(p.ctx); err != nil {
			continue
		}
		p.answer(frame)
	}
}

// linger reads what is still on its way, so that the close frame is not lost
// to a reset of the connection.
func (p *peer) linger() {
	conn := p.ws.NetConn()
	if conn.SetReadDeadline(time.Now().Add(time.Second)) == nil {
		_, _ = io.CopyN(io.Discard, conn, 64<<20) // ends with an error: the deadline or the peer's end
	}
}

// send gives a message to the writer, and waits for it.
func (p *peer) send(m any) bool {
	select {
	case p.out <- m:
		return true
	case <-p.ctx.Done():
		return false
	}
}

// write is the one that writes. It ends with the peer's context, then says why.
func (p *peer) write() {
	o := &p.socket.o
	ping := time.NewTicker(o.Ping)
	defer ping.Stop()
	expiry := time.NewTimer(p.expires.Sub(o.Now()))
	defer expiry.Stop()
	for {
		var err error
		select {
		case m := <-p.out:
			err = p.writeOne(m)
		case <-ping.C:
			if err = p.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(o.Write)); err == nil {
				err = p.renew()
			}
			expiry.Reset(p.expires.Sub(o.Now()))
		case <-expiry.C:
			if err = p.renew(); err == nil {
				expiry.Reset(max(p.expires.Sub(o.Now()), time.Second))
			}
		case <-p.ctx.Done():
			p.goodbye()
			return
		}
		if err != nil {
			p.stop(err)
		}
	}
}

// renew notes how long the session lives on.
func (p *peer) renew() error {
	expires, err := p.identifyAgain()
	if !expires.IsZero() {
		p.expires = expires
	}
	return err
}

func (p *peer) writeOne(m any) error {
	if err := p.ws.SetWriteDeadline(time.Now().Add(p.socket.o.Write)); err != nil {
		return errPeerGone
	}
	var err error
	switch m := m.(type) {
	case *websocket.PreparedMessage:
		err = p.ws.WritePreparedMessage(m)
	case []byte:
		err = p.ws.WriteMessage(websocket.TextMessage, m)
	}
	if err != nil {
		return errPeerGone
	}
	return nil
}

// goodbye tells why the server closes, and gives the peer a second to hang up.
func (p *peer) goodbye() {
	wait := time.Duration(0) // wakes the reader up at once
	if c, ok := errors.AsType[*closing](context.Cause(p.ctx)); ok {
		if p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(c.code, c.text), time.Now().Add(time.Second)) == nil {
			wait = time.Second
		}
	}
	if err := p.ws.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return // the connection is closed: the reader notices
	}
}

// respond sends an answer.
func (p *peer) respond(id json.RawMessage, result any, e *wire.Error) bool {
	r := wire.Response{Version: wire.Version, ID: id, Error: e}
	if r.ID == nil {
		r.ID = json.RawMessage("null")
	}
	if e == nil {
		b, err := json.Marshal(result)
		if err != nil {
			r.Error = p.faultOf(err)
		} else {
			r.Result = b
		}
	}
	b, err := json.Marshal(r)
	if err != nil { // only an id that is not JSON could do that, and it was checked
		p.socket.o.Logger.Error("can't encode an answer", "err", err)
		return false
	}
	return p.send(b)
}
