package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestBadFrames: each wrong frame has its code, and the socket lives on.
func TestBadFrames(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	s := v.socket()
	start := func(params string) string {
		return `{"jsonrpc":"2.0","id":7,"method":"train.start","params":` + params + `}`
	}
	dataset := `"dataset":"` + d.ID + `"`
	for _, tc := range []struct {
		name, frame string
		code        int
		data, field string
		id          string
	}{
		{"broken JSON", `{"jsonrpc":`, -32700, "invalid", "", "null"},
		{"no JSON", `hello`, -32700, "invalid", "", "null"},
		{"no UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xff\"}", -32700, "invalid", "", "null"},
		{"a batch", `[{"jsonrpc":"2.0","id":7,"method":"train.start"}]`, -32600, "invalid", "", "null"},
		{"null", `null`, -32600, "invalid", "", "null"},
		{"no version", `{"id":7,"method":"train.start"}`, -32600, "invalid", "", "7"},
		{"no id", `{"jsonrpc":"2.0","method":"train.start"}`, -32600, "invalid", "", "null"},
		{"no method", `{"jsonrpc":"2.0","id":7}`, -32600, "invalid", "", "7"},
		{"a field too many", `{"jsonrpc":"2.0","id":7,"method":"train.start","token":"x"}`, -32600, "invalid", "", "7"},
		{"an unknown method", `{"jsonrpc":"2.0","id":"seven","method":"train.stop"}`, -32601, "not_found", "", `"seven"`},
		{"parameters that are a list", start(`[1]`), -32602, "invalid", "", "7"},
		{"no dataset", start(`{}`), -32602, "invalid", "dataset", "7"},
		{"an unknown parameter", start(`{` + dataset + `,"config":{"clusters":3}}`), -32602, "invalid", "config.clusters", "7"},
		{"k that is a text", start(`{` + dataset + `,"config":{"k":"three"}}`), -32602, "invalid", "config.k", "7"},
		{"k below 1", start(`{` + dataset + `,"config":{"k":-1}}`), -32602, "invalid", "config.k", "7"},
		{"k above the rows", start(`{` + dataset + `,"config":{"k":151}}`), -32602, "invalid", "config.k", "7"},
		{"an unknown initialisation", start(`{` + dataset + `,"config":{"init":"best"}}`), -32602, "invalid", "config.init", "7"},
		{"a tolerance below 0", start(`{` + dataset + `,"config":{"k":3,"tolerance":-1}}`), -32602, "invalid", "config.tolerance", "7"},
		{"an unknown scaling", start(`{` + dataset + `,"prep":{"scale":"log"}}`), -32602, "invalid", "prep.scale", "7"},
		{"a column that is not there", start(`{` + dataset + `,"prep":{"columns":["z"]}}`), -32602, "invalid", "prep.columns", "7"},
		{"a matrix that does not fit", start(`{` + dataset + `,"config":{"start":{"rows":3,"cols":4,"data":"AAAA"}}}`), -32602, "invalid", "config.start", "7"},
		{"a dataset that is not there", start(`{"dataset":"abc"}`), -32000, "not_found", "", "7"},
		{"subscribe to nothing", `{"jsonrpc":"2.0","id":7,"method":"job.subscribe","params":{}}`, -32602, "invalid", "job", "7"},
		{"subscribe to an unknown job", `{"jsonrpc":"2.0","id":7,"method":"job.subscribe","params":{"job":"abc"}}`, -32000, "not_found", "job", "7"},
		{"cancel nothing", `{"jsonrpc":"2.0","id":7,"method":"train.cancel"}`, -32602, "invalid", "job", "7"},
		{"cancel an unknown job", `{"jsonrpc":"2.0","id":7,"method":"train.cancel","params":{"job":"abc"}}`, -32000, "not_found", "job", "7"},
	} {
		f := s.raw(tc.frame)
		if f.Error == nil || f.Error.Data == nil {
			t.Errorf("%s: answered %s, want an error", tc.name, f.Result)
			continue
		}
		if f.Error.Code != tc.code || f.Error.Data.Code != tc.data || f.Error.Data.Field != tc.field || string(f.ID) != tc.id || f.Error.Message == "" {
			t.Errorf("%s: id %s, code %d %s, field %q: %q; want id %s, code %d %s, field %q", tc.name, f.ID, f.Error.Code, f.Error.Data.Code, f.Error.Data.Field, f.Error.Message, tc.id, tc.code, tc.data, tc.field)
		}
	}
	var jobs []wire.Job
	if v.must("GET", "jobs", nil, &jobs); len(jobs) != 0 {
		t.Errorf("bad calls made jobs: %+v", jobs)
	}
	s.must(wire.MethodTrainStart, irisStart(d), &wire.Started{})
}

// TestCloses: what breaks the rules of the socket ends it, with the code that says why.
func TestCloses(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	s := v.socket()
	if err := s.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"method":"`+strings.Repeat("x", 3<<20)+`"}`)); err != nil {
		t.Fatal(err)
	}
	if code := s.closed(); code != websocket.CloseMessageTooBig {
		t.Errorf("a frame of 3 MB closes with %d, want 1009", code)
	}
	s = v.socket()
	if err := s.WriteMessage(websocket.BinaryMessage, []byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if code := s.closed(); code != websocket.CloseUnsupportedData {
		t.Errorf("a binary frame closes with %d, want 1003", code)
	}
}

// TestHandshake: who may connect.
func TestHandshake(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	program, browser, guest := r.program("ada"), r.browser("bob"), &visitor{r: r, t: t}
	old := r.program("eve")
	for _, tc := range []struct {
		name   string
		who    *visitor
		change func(http.Header)
		want   int
	}{
		{"a program", program, nil, 101},
		{"a browser on our page", browser, nil, 101},
		{"a browser on another page", browser, func(h http.Header) { h.Set("Origin", "https://evil.example") }, 403},
		{"a page of the same name, another port", browser, func(h http.Header) { h.Set("Origin", "http://127.0.0.1:1") }, 403},
		{"a page without an origin", browser, func(h http.Header) { h.Set("Origin", "null") }, 403},
		{"nobody", guest, nil, 401},
		{"a token that is not one", guest, func(h http.Header) { h.Set("Authorization", "Bearer abc") }, 401},
		{"another scheme", guest, func(h http.Header) { h.Set("Authorization", "Basic YTpi") }, 401},
	} {
		c, res, err := tc.who.dial(tc.change)
		if res == nil || res.StatusCode != tc.want {
			t.Errorf("%s: %v, %v, want %d", tc.name, res, err, tc.want)
			continue
		}
		if err == nil {
			c.Close()
			continue
		}
		var p wire.Problem
		if err := json.NewDecoder(res.Body).Decode(&p); err != nil || p.Status != tc.want || p.Detail == "" {
			t.Errorf("%s: problem %+v, %v", tc.name, p, err)
		}
	}
	r.later.Store(int64(366 * 24 * time.Hour))
	if _, res, err := old.dial(nil); err == nil || res.StatusCode != 401 {
		t.Errorf("an expired token: %v, %v, want 401", res, err)
	}
}

// TestLoginEnds: a socket does not outlive its session.
func TestLoginEnds(t *testing.T) {
	r := newRig(t, rigOptions{idle: true, server: func(s *Server) { s.socket.o.Ping = 10 * time.Millisecond }})
	v := r.browser("ada")
	s := v.socket()
	v.must("POST", "auth/logout", nil, nil)
	if code := s.closed(); code != closeLogin {
		t.Errorf("after logout the socket closes with %d, want %d", code, closeLogin)
	}
}

// TestTraining: the events of a real training, in order, with a model at the end.
// TestCallsAfterLogout does not wait for a ping: a call tells at once.
func TestCallsAfterLogout(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.browser("ann")
	d := v.iris()
	s := v.socket()
	again := v.must("POST", "auth/login", wire.Login{Username: "ann", Password: password}, nil).cookie()
	s.must(wire.MethodTrainStart, irisStart(d), nil)
	v.must("POST", "auth/logout", nil, nil)
	if e := s.call(wire.MethodTrainStart, irisStart(d), nil); e == nil || e.Data.Code != string(fault.NoLogin) {
		t.Errorf("a call after logout = %+v, want %s", e, fault.NoLogin)
	}
	var jobs []wire.Job
	v.cookie = again
	v.must("GET", "jobs", nil, &jobs)
	if len(jobs) != 1 {
		t.Errorf("%d jobs, want the one from before", len(jobs))
	}
}

func TestTraining(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.browser("ada")
	d := v.iris()
	s := v.socket()
	var started wire.Started
	s.must(wire.MethodTrainStart, irisStart(d), &started)
	all := s.events(started.Job, 0, 0)
	count := map[wire.EventType]int{}
	for _, e := range all {
		count[e.Type]++
	}
	last := all[len(all)-1]
	if all[0].Type != wire.EventQueued || last.Type != wire.EventDone || count[wire.EventPass] != last.Model.Training.Passes || count[wire.EventSample] != 1 {
		t.Errorf("events = %v, the last %s with %d passes", count, last.Type, last.Model.Training.Passes)
	}
	if err := last.Model.Validate(); err != nil {
		t.Errorf("the model of the last event: %v", err)
	}
	// One who comes late sees the same.
	late := v.socket()
	var sub wire.Subscribed
	late.must(wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job}, &sub)
	again := late.events(started.Job, 0, 0)
	a, err1 := json.Marshal(all)
	b, err2 := json.Marshal(again)
	if err1 != nil || err2 != nil || string(a) != string(b) || sub.Last != last.Seq {
		t.Errorf("events replayed differ from those that were live, last %d, want %d", sub.Last, last.Seq)
	}
	if e := late.call(wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job, After: last.Seq + 1}, nil); e == nil || e.Code != -32602 || e.Data.Field != "after" {
		t.Errorf("subscribe after the last event: %+v", e)
	}
	// The socket takes more work.
	s.must(wire.MethodTrainStart, irisStart(d), &started)
	s.events(started.Job, 0, 0)
}

// byHand does the work of a training's worker, step by step.
type byHand struct {
	t     *testing.T
	r     *rig
	lease job.Lease
}

func (r *rig) lease() *byHand {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l, err := r.queue.Lease(ctx, "test", train.Kind)
	if err != nil {
		r.t.Fatal(err)
	}
	return &byHand{r.t, r, l}
}

// progress adds n events and publishes them.
func (b *byHand) progress(n int) {
	b.t.Helper()
	events := make([]wire.Event, n)
	for i := range events {
		events[i] = wire.Event{Type: wire.EventProgress, Progress: &wire.Progress{Done: int64(i), Total: int64(n)}}
	}
	added, err := b.r.queue.Append(context.Background(), b.lease, events...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.r.hub.Publish(added...)
}

// fail ends the job.
func (b *byHand) fail() {
	b.t.Helper()
	added, err := b.r.queue.Finish(context.Background(), b.lease, "", wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{Code: "invalid", Message: "No."}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.r.hub.Publish(added...)
}

// TestResume: across a broken connection no event is lost and none comes twice.
func TestResume(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	s := v.socket()
	var started wire.Started
	s.must(wire.MethodTrainStart, irisStart(d), &started)
	work := r.lease()
	work.progress(4) // 2 to 5
	s.events(started.Job, 0, 3)
	s.NetConn().Close() // as when the network goes
	work.progress(200)  // 6 to 205, with nobody there

	s = v.socket()
	var sub wire.Subscribed
	s.must(wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job, After: 3}, &sub)
	if sub.Last != 205 {
		t.Errorf("subscribed = %+v, want last 205", sub)
	}
	s.events(started.Job, 3, 150)
	work.progress(50) // while it catches up
	s.events(started.Job, 150, 255)
	work.progress(1)
	s.events(started.Job, 255, 256)

	// The same job once more on this socket: it goes on where it is told to.
	s.must(wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job, After: 250}, &sub)
	s.events(started.Job, 250, 256)
	s.must(wire.MethodJobUnsubscribe, wire.JobRef(started), nil)
	work.progress(10)
	s.must(wire.MethodJobSubscribe, wire.Subscribe{Job: started.Job, After: 266}, &sub)
	if len(s.kept) != 0 {
		t.Errorf("after job.unsubscribe %d events came", len(s.kept))
	}
	work.fail()
	if all := s.events(started.Job, 266, 0); len(all) != 1 || all[0].Fault.Message != "No." {
		t.Errorf("the end = %+v", all)
	}
}

// TestOthersJobs: another's job can't be watched or canceled.
func TestOthersJobs(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	ada, bob := r.program("ada"), r.program("bob")
	d := ada.iris()
	var started wire.Started
	ada.socket().must(wire.MethodTrainStart, irisStart(d), &started)
	s := bob.socket()
	for method, params := range map[string]any{
		wire.MethodTrainStart: irisStart(d), wire.MethodJobSubscribe: wire.Subscribe{Job: started.Job}, wire.MethodTrainCancel: wire.JobRef(started),
	} {
		if e := s.call(method, params, nil); e == nil || e.Data.Code != string(fault.NotFound) {
			t.Errorf("%s with another's id: %+v, want not_found", method, e)
		}
	}
	var j wire.Job
	if ada.must("GET", "jobs/"+started.Job, nil, &j); j.State != "queued" {
		t.Errorf("the job is %s, want queued", j.State)
	}
}

// TestCancel: the last event says so, to who waits for it.
func TestCancel(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	s := v.socket()
	var started wire.Started
	s.must(wire.MethodTrainStart, irisStart(d), &started)
	s.must(wire.MethodTrainCancel, wire.JobRef(started), nil)
	if all := s.events(started.Job, 0, 0); all[len(all)-1].Type != wire.EventCanceled {
		t.Errorf("the last event is %s, want canceled", all[len(all)-1].Type)
	}
}

// counting counts subscriptions.
type counting struct {
	Subscriber
	n *atomic.Int64
}

func (c counting) Subscribe(ctx context.Context, job string, after int64) (*hub.Sub, error) {
	c.n.Add(1)
	return c.Subscriber.Subscribe(ctx, job, after)
}

// TestSlowWatcher: one who is slower than the events is cut off by the hub, and gets them all nevertheless.
func TestSlowWatcher(t *testing.T) {
	var subscribed atomic.Int64
	r := newRig(t, rigOptions{idle: true, buffer: 1, options: func(o *Options) { o.Hub = counting{o.Hub, &subscribed} }})
	v := r.program("ada")
	d := v.iris()
	s := v.socket()
	var started wire.Started
	s.must(wire.MethodTrainStart, irisStart(d), &started)
	work := r.lease()
	s.events(started.Job, 0, 1)
	after := int64(1)
	for range 20 {
		work.progress(1)
		s.events(started.Job, after, after+1) // it is live
		work.progress(100)                    // more at once than the hub holds for it
		s.events(started.Job, after+1, after+101)
		after += 101
	}
	work.fail()
	s.events(started.Job, after, 0)
	if n := subscribed.Load(); n < 2 {
		t.Errorf("there were %d subscriptions: the watcher was never too slow", n)
	}
}

// TestManySubscribes: a socket that asks without end is answered, and held within bounds.
func TestManySubscribes(t *testing.T) {
	r := newRig(t, rigOptions{idle: true, server: func(s *Server) { s.socket.o.Subscriptions = 5 }})
	v := r.program("ada")
	d := v.iris()
	var jobs []string
	for range 3 {
		s := v.socket()
		for range 2 {
			var started wire.Started
			s.must(wire.MethodTrainStart, irisStart(d), &started)
			jobs = append(jobs, started.Job)
		}
		s.Close()
	}
	s := v.socket()
	var frames []string
	for i := range 1000 {
		frames = append(frames, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"job.subscribe","params":{"job":%q}}`, i, jobs[0]))
	}
	sent := make(chan error, 1)
	go func() { // all of them, without waiting for an answer
		for _, f := range frames {
			if err := s.WriteMessage(websocket.TextMessage, []byte(f)); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range 1000 {
		if f := s.answer(); f.Error != nil || string(f.ID) != fmt.Sprint(i) {
			t.Fatalf("call %d: answer %s, %+v", i, f.ID, f.Error)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs[1:5] {
		s.must(wire.MethodJobSubscribe, wire.Subscribe{Job: j}, nil)
	}
	if e := s.call(wire.MethodJobSubscribe, wire.Subscribe{Job: jobs[5]}, nil); e == nil || e.Data.Code != string(fault.TooMany) {
		t.Errorf("the sixth job: %+v, want too_many", e)
	}
	if e := s.call(wire.MethodTrainStart, irisStart(d), nil); e == nil || e.Data.Code != string(fault.TooMany) {
		t.Errorf("a training that can't be watched: %+v, want too_many", e)
	}
	s.must(wire.MethodJobUnsubscribe, wire.JobRef{Job: jobs[0]}, nil)
	s.must(wire.MethodJobSubscribe, wire.Subscribe{Job: jobs[5]}, nil)
}

// TestRestart: sockets are told to come back, and no one comes in meanwhile.
func TestRestart(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	watching, quiet := v.socket(), v.socket()
	watching.must(wire.MethodTrainStart, irisStart(d), &wire.Started{})
	closed := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		closed <- r.server.Close(ctx)
	}()
	for name, s := range map[string]*socket{"watching": watching, "quiet": quiet} {
		if code := s.closed(); code != websocket.CloseServiceRestart {
			t.Errorf("%s: closes with %d, want 1012", name, code)
		}
		s.Close()
	}
	if err := <-closed; err != nil {
		t.Errorf("Close = %v", err)
	}
	if _, res, err := v.dial(nil); err == nil || res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("a socket while the server stops: %v, %v, want 503", res, err)
	}
}

// TestRestartDeadPeer: one who does not hang up is not waited for.
func TestRestartDeadPeer(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	s := r.program("ada").socket()
	defer s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.server.Close(ctx); err != nil { // nobody reads s: its close is never answered
		t.Errorf("Close = %v", err)
	}
	done, cancelDone := context.WithCancelCause(context.Background())
	cancelDone(errors.New("no time"))
	if err := r.server.Close(done); err != nil && err.Error() != "no time" {
		t.Errorf("Close without time = %v", err)
	}
}
