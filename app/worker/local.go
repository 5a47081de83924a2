package worker

import (
	"context"
	"sync"
)

// local is a port to handlers in this program.
type local struct {
	w     *Worker
	mu    sync.Mutex
	stops map[int]context.CancelFunc
}

func newLocal(w *Worker) *local { return &local{w: w, stops: map[int]context.CancelFunc{}} }

func (l *local) send(id int, method string, params []byte, parts []Part) error {
	ctx, stop := context.WithCancel(context.Background())
	l.mu.Lock()
	l.stops[id] = stop
	l.mu.Unlock()
	c := &Call{Parts: parts, ctx: ctx, slice: pageSlice, send: func(body []byte, parts []Part) { l.w.tell(id, body, parts) }}
	go func() { // ends with the handler, which cancel and end tell to
		defer l.cancel(id)
		a := serve(c, method, params)
		l.w.take(id, &a)
	}()
	return nil
}

func (l *local) cancel(id int) {
	l.mu.Lock()
	stop := l.stops[id]
	delete(l.stops, id)
	l.mu.Unlock()
	if stop != nil {
		stop()
	}
}

func (l *local) end() {
	l.mu.Lock()
	stops := l.stops
	l.stops = map[int]context.CancelFunc{}
	l.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
}
