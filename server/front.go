package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/server/httpd"
	"github.com/centroid-studio/centroid/server/obs"
	"github.com/centroid-studio/centroid/shared/fault"
)

// How long stopping may wait for requests at work, and then for what is cut off.
const (
	grace    = 500 * time.Millisecond
	cleaning = 500 * time.Millisecond
)

// front is what answers on the network.
type front struct {
	listener net.Listener
	handler  *httpd.Server
	server   *http.Server
	open     sync.WaitGroup // requests
	cut      context.CancelFunc
	told     chan error // from the sockets, when they were told to come back
}

// newFront makes a front that serves on l, which it closes.
func newFront(l net.Listener, handler *httpd.Server, metrics *obs.Metrics, log *slog.Logger) *front {
	f := &front{listener: l, handler: handler, told: make(chan error, 1)}
	ctx, cut := context.WithCancel(context.Background())
	f.cut = cut
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", obs.Private(metrics))
	mux.Handle("/", metrics.Requests(handler))
	f.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f.open.Add(1)
			defer f.open.Done()
			mux.ServeHTTP(w, r)
		}),
		BaseContext: func(net.Listener) context.Context { return ctx },
		// ReadTimeout ends a body that nobody reads and that does not come, while
		// the answer can still be written (httpd.Options.Stall). An upload moves
		// it on: it may take as long as it moves.
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	f.server.RegisterOnShutdown(func() { // when no connection is accepted any more
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		f.told <- handler.Close(ctx)
	})
	return f
}

// start serves until stop is called; if that ends before, failed hears of it.
func (f *front) start(failed chan<- error) {
	go func() {
		if err := f.server.Serve(f.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fault.Wrap("main.front", err)
		}
	}()
}

// stop accepts no more, tells the sockets to come back, lets requests end, and
// cuts off those that take long.
func (f *front) stop() error {
	defer f.cut()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := f.server.Shutdown(ctx)
	late := errors.Is(err, context.DeadlineExceeded)
	if late {
		f.cut()
		err = f.server.Close()
	}
	if e := <-f.told; !errors.Is(e, context.DeadlineExceeded) { // a peer that does not hang up is left
		err = errors.Join(err, e)
	}
	if late {
		gone := make(chan struct{})
		go func() { f.open.Wait(); close(gone) }()
		select {
		case <-gone:
		case <-time.After(cleaning): // the next start sweeps what is left
		}
	}
	return fault.Wrap("main.front", err)
}
