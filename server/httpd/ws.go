package httpd

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Codes with which the server closes a socket, besides those of RFC 6455.
const (
	closeLogin   = 4401 // the session has ended: log in, then connect again
	closeRestart = websocket.CloseServiceRestart
)

// Trainer is what the socket asks of train.Service. Another owner's job is fault.NotFound.
type Trainer interface {
	Start(ctx context.Context, owner string, req wire.TrainStart) (job string, err error)
	Cancel(ctx context.Context, owner, job string) error
	Get(ctx context.Context, owner, job string) (wire.Job, error)
}

// Subscriber is what the socket asks of hub.Hub.
type Subscriber interface {
	Subscribe(ctx context.Context, job string, after int64) (*hub.Sub, error)
}

// Visitor is who is at the other end of a socket.
type Visitor struct {
	User    string    // id
	Expires time.Time // when the session ends unless it is used before
}

// SocketOptions says how the socket works. The first three must be set.
type SocketOptions struct {
	Trainer Trainer
	Hub     Subscriber
	// Identify says who sent the request; nobody is fault.NoLogin. It is asked
	// again with the same request while the socket is open, to notice that the
	// session has ended.
	Identify func(r *http.Request) (Visitor, error)
	Refuse   func(w http.ResponseWriter, r *http.Request, err error) // writes err as an answer; nil means plain text

	Ping          time.Duration // between pings; 0 means 30 s
	Write         time.Duration // the longest that a frame may take; 0 means 10 s
	FrameBytes    int64         // the largest frame read; 0 means 1 MiB
	Subscriptions int           // of one socket; 0 means 64
	CallsASecond  float64       // of one socket, more wait; 0 means 200
	Now           func() time.Time
	Logger        *slog.Logger
}

// Socket serves JSON-RPC 2.0 over WebSockets, as package wire describes it.
type Socket struct {
	o        SocketOptions
	upgrader websocket.Upgrader

	mu     sync.Mutex
	conns  map[*peer]bool
	closed bool
	open   sync.WaitGroup // one for each of conns
}

// NewSocket makes the handler. The caller calls Close before it closes the hub.
func NewSocket(o SocketOptions) *Socket {
	if o.Ping <= 0 {
		o.Ping = 30 * time.Second
	}
	if o.Write <= 0 {
		o.Write = 10 * time.Second
	}
	if o.FrameBytes <= 0 {
		o.FrameBytes = 1 << 20
	}
	if o.Subscriptions <= 0 {
		o.Subscriptions = 64
	}
	if o.CallsASecond <= 0 {
		o.CallsASecond = 200
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Refuse == nil {
		o.Refuse = func(w http.ResponseWriter, _ *http.Request, err error) {
			status := map[fault.Code]int{fault.NoLogin: 401, fault.Denied: 403, fault.Unavailable: 503}[fault.CodeOf(err)]
			if status == 0 {
				status = 500
			}
			http.Error(w, fault.Message(err), status)
		}
	}
	s := &Socket{o: o, conns: map[*peer]bool{}}
	s.upgrader = websocket.Upgrader{ // its CheckOrigin stays nil, which wants Origin to name the request's Host
		ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &sync.Pool{},
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			if status == http.StatusForbidden {
				o.Refuse(w, r, fault.Newf(fault.Denied, "Connect from the page of this server: the origin %q is another.", r.Header.Get("Origin")))
				return
			}
			http.Error(w, reason.Error(), status)
		},
	}
	return s
}

// ServeHTTP speaks with one browser or program until either side ends it.
func (s *Socket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, err := s.o.Identify(r)
	if err != nil {
		s.o.Refuse(w, r, err)
		return
	}
	p := newPeer(s, r, who)
	if !s.admit(p) {
		s.o.Refuse(w, r, fault.Newf(fault.Unavailable, "The server is about to stop. Come back in a moment."))
		return
	}
	defer s.leave(p)
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	p.serve(ws)
}

func (s *Socket) admit(p *peer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[p] = true
	s.open.Add(1)
	return true
}

func (s *Socket) leave(p *peer) {
	p.stop(nil)
	s.mu.Lock()
	delete(s.conns, p)
	s.mu.Unlock()
	s.open.Done()
}

// Close tells all peers to come back later, and waits until they are gone or
// ctx ends. No one is let in from now on.
func (s *Socket) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for p := range s.conns {
		p.stop(&closing{closeRestart, "the server restarts, come back"})
	}
	s.mu.Unlock()
	gone := make(chan struct{})
	go func() { s.open.Wait(); close(gone) }()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// closing is why the server closes a socket, told to the peer.
type closing struct {
	code int
	text string
}

func (c *closing) Error() string { return c.text }

// identifyAgain is an error when the session does not live any more. Its new
// end is zero when it can't be told just then.
func (p *peer) identifyAgain() (expires time.Time, err error) {
	who, err := p.socket.o.Identify(p.request.WithContext(p.ctx))
	switch {
	case err == nil && who.User == p.user:
		return who.Expires, nil
	case err != nil && fault.CodeOf(err) != fault.NoLogin:
		p.socket.o.Logger.Warn("can't check a socket's session; trying again", "err", err)
		return time.Time{}, nil
	}
	return time.Time{}, &closing{closeLogin, "the session has ended, log in again"}
}

var errPeerGone = errors.New("httpd: the peer is gone")
