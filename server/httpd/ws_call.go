package httpd

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gorilla/websocket"

	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// answer does one call.
func (p *peer) answer(frame []byte) {
	req, bad := wire.DecodeRequest(frame)
	if bad != nil {
		p.respond(req.ID, nil, bad)
		return
	}
	if _, err := p.identifyAgain(); err != nil { // a call does not wait for the next ping to notice a logout
		p.respond(req.ID, nil, p.faultOf(fault.Newf(fault.NoLogin, "Your session has ended. Log in again.")))
		return
	}
	var result any = wire.Empty{}
	var after func() // done once the answer is on its way
	var err error
	switch req.Method {
	case wire.MethodTrainStart:
		result, after, err = p.trainStart(req.Params)
	case wire.MethodTrainCancel:
		err = p.trainCancel(req.Params)
	case wire.MethodJobSubscribe:
		result, after, err = p.jobSubscribe(req.Params)
	case wire.MethodJobUnsubscribe:
		err = p.jobUnsubscribe(req.Params)
	default:
		p.respond(req.ID, nil, &wire.Error{Code: wire.CodeMethod, Message: "There is no method " + req.Method + ".", Data: &wire.ErrorData{Code: string(fault.NotFound)}})
		return
	}
	if err != nil {
		p.respond(req.ID, nil, p.faultOf(err))
		return
	}
	if p.respond(req.ID, result, nil) && after != nil {
		after()
	}
}

// faultOf puts a fault into JSON-RPC's words, and logs what is ours.
func (p *peer) faultOf(err error) *wire.Error {
	e := &wire.Error{Code: wire.CodeFault, Message: fault.Message(err), Data: &wire.ErrorData{Code: string(fault.CodeOf(err))}}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		e.Data.Field = f.Field
	}
	switch fault.CodeOf(err) {
	case fault.Invalid:
		e.Code = wire.CodeParams
	case fault.Internal:
		e.Code = wire.CodeInternal
		p.socket.o.Logger.Error("call failed", "user", p.user, "err", err)
	}
	return e
}

func (p *peer) trainStart(params json.RawMessage) (any, func(), error) {
	var req wire.TrainStart
	if err := wire.DecodeStrict(params, &req); err != nil {
		return nil, nil, err
	}
	if err := p.room(""); err != nil { // before there is a job that nobody watches
		return nil, nil, err
	}
	job, err := p.socket.o.Trainer.Start(p.ctx, p.user, req)
	if err != nil {
		return nil, nil, err
	}
	return wire.Started{Job: job}, func() {
		if err := p.watch(job, 0); err != nil {
			p.socket.o.Logger.Error("can't watch a job that was just made", "job", job, "err", err)
		}
	}, nil
}

func (p *peer) trainCancel(params json.RawMessage) error {
	ref, err := decodeRef(params)
	if err != nil {
		return err
	}
	return p.socket.o.Trainer.Cancel(p.ctx, p.user, ref.Job)
}

func (p *peer) jobSubscribe(params json.RawMessage) (any, func(), error) {
	var req wire.Subscribe
	if err := wire.DecodeStrict(params, &req); err != nil {
		return nil, nil, err
	}
	if req.Job == "" {
		return nil, nil, errNoJob
	}
	if err := p.room(req.Job); err != nil {
		return nil, nil, err
	}
	j, err := p.socket.o.Trainer.Get(p.ctx, p.user, req.Job)
	if err != nil {
		return nil, nil, err
	}
	if req.After < 0 || req.After > j.Last {
		return nil, nil, fault.Fieldf("after", "after is %d, want 0 to %d, the newest event's seq.", req.After, j.Last)
	}
	return wire.Subscribed{Job: req.Job, Last: j.Last}, func() {
		if err := p.watch(req.Job, req.After); err != nil {
			p.socket.o.Logger.Error("can't watch a job", "job", req.Job, "err", err)
		}
	}, nil
}

func (p *peer) jobUnsubscribe(params json.RawMessage) error {
	ref, err := decodeRef(params)
	if err != nil {
		return err
	}
	p.unwatch(ref.Job)
	return nil
}

var errNoJob = fault.Fieldf("job", "Say which job.")

func decodeRef(params json.RawMessage) (wire.JobRef, error) {
	var ref wire.JobRef
	if err := wire.DecodeStrict(params, &ref); err != nil {
		return ref, err
	}
	if ref.Job == "" {
		return ref, errNoJob
	}
	return ref, nil
}

// watching is one subscription of a peer.
type watching struct {
	sub  *hub.Sub
	stop context.CancelFunc
	done chan struct{} // closed when its goroutine has ended
}

// room fails when one more subscription is too many. One to the same job takes no place.
func (p *peer) room(job string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if most := p.socket.o.Subscriptions; len(p.subs) >= most && p.subs[job] == nil {
		return fault.Newf(fault.TooMany, "This connection watches %d jobs, which is the most. Unsubscribe from one first.", most)
	}
	return nil
}

// watch sends the job's events after seq after, instead of a subscription that is there already.
func (p *peer) watch(job string, after int64) error {
	p.unwatch(job)
	ctx, stop := context.WithCancel(p.ctx)
	sub, err := p.socket.o.Hub.Subscribe(ctx, job, after)
	if err != nil {
		stop()
		return err
	}
	w := &watching{sub, stop, make(chan struct{})}
	p.mu.Lock()
	p.subs[job] = w
	p.mu.Unlock()
	p.work.Go(func() { p.forward(ctx, job, after, w) })
	return nil
}

// unwatch ends a subscription; none of its events is sent after it returns.
func (p *peer) unwatch(job string) {
	p.mu.Lock()
	w := p.subs[job]
	delete(p.subs, job)
	p.mu.Unlock()
	if w != nil {
		w.stop()
		<-w.done
	}
}

// forward brings a subscription's events to the writer. A peer that reads
// slower than events come is cut off by the hub, and goes on from the log at its own pace.
func (p *peer) forward(ctx context.Context, job string, last int64, w *watching) {
	defer close(w.done)
	defer w.stop()
	sub := w.sub
	for {
		for m := range sub.Events() {
			frame, err := m.Frame(frameOf)
			if err != nil {
				p.socket.o.Logger.Error("can't encode an event", "job", job, "seq", m.Seq, "err", err)
				p.stop(&closing{websocket.CloseInternalServerErr, "an event can't be sent"})
				return
			}
			select {
			case p.out <- frame:
				last = m.Seq
			case <-ctx.Done():
				return
			}
		}
		err := sub.Err()
		if errors.Is(err, hub.ErrSlow) {
			sub, err = p.socket.o.Hub.Subscribe(ctx, job, last)
			if err == nil {
				continue
			}
		}
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, hub.ErrClosed):
			p.stop(&closing{closeRestart, "the server restarts, come back"})
		case err != nil:
			p.socket.o.Logger.Error("a subscription broke", "job", job, "err", err)
			p.stop(&closing{websocket.CloseInternalServerErr, "events can't be read, come back"})
		default: // the job has ended
			p.mu.Lock()
			if p.subs[job] == w {
				delete(p.subs, job)
			}
			p.mu.Unlock()
		}
		return
	}
}

// frameOf makes the notification of an event, once for all who watch.
func frameOf(e wire.Event) (any, error) {
	b, err := json.Marshal(struct {
		Version string      `json:"jsonrpc"`
		Method  string      `json:"method"`
		Params  *wire.Event `json:"params"`
	}{wire.Version, wire.NotifyJobEvent, &e})
	if err != nil {
		return nil, err
	}
	return websocket.NewPreparedMessage(websocket.TextMessage, b)
}
