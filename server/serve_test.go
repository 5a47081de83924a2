package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

// stopLimit is how long Ctrl-C may take, in the middle of a training too.
const stopLimit = 5 * time.Second

// running is a server in this process, as the command line starts it.
type running struct {
	t    *testing.T
	URL  string
	ctx  context.Context
	stop context.CancelFunc // as Ctrl-C does
	done chan struct{}      // closed when the command has returned
	code int                // its exit code, after done
	log  *syncBuffer
}

// startServing runs `centroid serve` on a free port and returns when it has printed its address.
func startServing(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	s := &running{t: t, done: make(chan struct{}), log: &syncBuffer{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	out, in := io.Pipe()
	root := newRootCommand(nothing)
	root.SetArgs(append([]string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--password-memory", "7MiB", "--password-passes", "1"}, args...))
	root.SetOut(in)
	root.SetErr(s.log)
	go func() {
		defer close(s.done)
		s.code = report(s.log, execute(s.ctx, root))
		in.Close()
	}()
	t.Cleanup(func() { s.Stop() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		<-s.done
		t.Fatalf("serve printed no address, exit code %d:\n%s", s.code, s.log)
	}
	s.URL = strings.TrimSpace(address)
	return s
}

// Stop ends the server and wants it to do so cleanly and soon enough.
func (s *running) Stop() {
	s.t.Helper()
	s.stop()
	select {
	case <-s.done:
	case <-time.After(stopLimit):
		s.t.Fatalf("the server did not stop in %v:\n%s", stopLimit, s.log)
	}
	if s.code != 0 {
		s.t.Errorf("serve ended with exit code %d, want 0:\n%s", s.code, s.log)
	}
}

// call asks the REST side; secret may be empty.
func (s *running) call(method, path, secret, contentType string, body io.Reader, out any) int {
	s.t.Helper()
	req, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			s.t.Fatalf("%s %s: %s %s: %v", method, path, res.Status, b, err)
		}
	}
	return res.StatusCode
}

// socket opens the WebSocket.
func (s *running) socket(secret string) *websocket.Conn {
	s.t.Helper()
	c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+wire.API+"/ws", http.Header{"Authorization": {"Bearer " + secret}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// visitor makes an account in the folder, and gives a secret that lets it in.
func visitor(t *testing.T, data *folder, name string) (secret string, user string) {
	t.Helper()
	users, err := auth.New(data.store, auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	secret, id, err := users.Register(t.Context(), name, "", "correct horse", "test")
	if err != nil {
		t.Fatal(err)
	}
	return secret, id.User
}

// blobs makes a CSV file of overlapping blobs, on which a training takes many passes.
func blobs(rows int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("x,y,z\n")
	for range rows {
		m := float64(rng.IntN(9))
		fmt.Fprintf(&b, "%.4f,%.4f,%.4f\n", m+rng.NormFloat64(), m/2+rng.NormFloat64(), rng.NormFloat64())
	}
	return b.String()
}

// longTraining takes more passes than there are while a server stops.
func longTraining(dataset string) wire.TrainStart {
	return wire.TrainStart{Dataset: dataset, Config: kmeans.Config{K: 30, Seed: 3, Init: kmeans.Random, MaxIterations: 200, Restarts: 20}}
}

func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	s := startServing(t, dir)
	for _, path := range []string{"/healthz", "/readyz", "/api/openapi.json"} {
		if got := s.call("GET", path, "", "", nil, nil); got != 200 {
			t.Errorf("GET %s = %d, want 200", path, got)
		}
	}
	if got := s.call("POST", wire.API+"/auth/register", "", "application/json", strings.NewReader(`{"username":"ada","password":"correct horse"}`), nil); got >= 300 {
		t.Fatalf("register = %d, want less than 300", got)
	}
	res, err := http.Get(s.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	res.Body.Close()
	if want := `centroid_http_requests_total{code="200",method="get"} 3`; err != nil || !bytes.Contains(b, []byte(want)) {
		t.Errorf("GET /metrics: %v, %s, want it to hold %s", err, b, want)
	}

	t.Run("folder in use", func(t *testing.T) {
		code, out, errs := line(t, nil, "", "serve", "--addr", "127.0.0.1:0", "--data", dir)
		if want := fmt.Sprintf("in use by another server, process %d.", os.Getpid()); code != exitFault || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, "--data") {
			t.Errorf("a second server on the folder: %d, %q, %q, want %d, %q", code, out, errs, exitFault, want)
		}
	})
	t.Run("port taken", func(t *testing.T) {
		code, out, errs := line(t, nil, "", "serve", "--addr", strings.TrimPrefix(s.URL, "http://"), "--data", t.TempDir())
		if code != exitFault || out != "" || !strings.Contains(errs, "listens on") || !strings.Contains(errs, "--addr (or CENTROID_ADDR)") {
			t.Errorf("a second server on the port: %d, %q, %q", code, out, errs)
		}
	})
	t.Run("profiler's port taken", func(t *testing.T) {
		code, out, errs := line(t, nil, "", "serve", "--addr", "127.0.0.1:0", "--pprof", strings.TrimPrefix(s.URL, "http://"), "--data", t.TempDir())
		if code != exitFault || out != "" || !strings.Contains(errs, "--pprof (or CENTROID_PPROF)") {
			t.Errorf("a profiler on the server's port: %d, %q, %q", code, out, errs)
		}
	})
	t.Run("user beside the server", func(t *testing.T) {
		if code, out, errs := userLine(t, dir, "", "list"); code != 0 || !strings.Contains(out, "ada") {
			t.Errorf("user list = %d, %q, %q, want ada", code, out, errs)
		}
	})

	s.Stop()
	if _, err := http.Get(s.URL + "/healthz"); err == nil {
		t.Error("it answers after the stop")
	}
	again := startServing(t, dir)
	if got := again.call("POST", wire.API+"/auth/login", "", "application/json", strings.NewReader(`{"username":"ada","password":"correct horse"}`), nil); got >= 300 {
		t.Errorf("after another start, login = %d, want less than 300", got)
	}
}

func TestServeCannotWrite(t *testing.T) {
	file := tempFile(t, "file", "")
	code, out, errs := line(t, nil, "", "serve", "--addr", "127.0.0.1:0", "--data", filepath.Join(file, "data"))
	if code != exitFault || out != "" || !strings.Contains(errs, "can't be written to") {
		t.Errorf("serve on a folder that can't be = %d, %q, %q", code, out, errs)
	}
}

// Ctrl-C in the middle of a training and of an upload: sockets are told to come
// back, the training leaves a checkpoint and is queued again, and goes on at the next start.
func TestServeStopsInMidTraining(t *testing.T) {
	dir := t.TempDir()
	s := startServing(t, dir)
	data := guest(t, dir)
	secret, _ := visitor(t, data, "ada")
	var ds wire.Dataset
	if got := s.call("POST", wire.API+"/datasets?name=blobs", secret, "text/csv", strings.NewReader(blobs(60000)), &ds); got >= 300 {
		t.Fatalf("upload = %d", got)
	}
	c := s.socket(secret)
	params, err := json.Marshal(longTraining(ds.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WriteJSON(wire.Request{Version: "2.0", ID: json.RawMessage("1"), Method: wire.MethodTrainStart, Params: params}); err != nil {
		t.Fatal(err)
	}

	// An upload that never ends.
	body, more := io.Pipe()
	uploaded := make(chan bool, 1)
	req, err := http.NewRequest("POST", s.URL+wire.API+"/datasets?name=endless", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "text/csv")
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
		}
		uploaded <- err == nil && res.StatusCode < 300
	}()
	if _, err := io.WriteString(more, "x,y\n1,2\n"); err != nil {
		t.Fatal(err)
	}

	id := ""
	for passes := 0; passes < 5; {
		var m struct {
			Params wire.Event
			Error  *wire.Error
		}
		if err := c.ReadJSON(&m); err != nil || m.Error != nil {
			t.Fatalf("%v %+v", err, m.Error)
		}
		if m.Params.Type.Ends() {
			t.Fatalf("the training ended (%s) before it could be stopped", m.Params.Type)
		}
		if m.Params.Type == wire.EventPass {
			passes++
			id = m.Params.Job
		}
	}
	s.Stop()
	for {
		if _, _, err = c.ReadMessage(); err != nil {
			break
		}
	}
	if !websocket.IsCloseError(err, websocket.CloseServiceRestart) {
		t.Errorf("the socket ended with %v, want close code %d", err, websocket.CloseServiceRestart)
	}
	more.Close()
	if <-uploaded {
		t.Error("the upload that was cut off succeeded")
	}
	j, err := data.queue.Get(t.Context(), id)
	if err != nil || j.State != job.Queued || j.Attempt != 1 {
		t.Fatalf("after the stop the job is %+v, %v, want it queued after its first attempt", j, err)
	}

	again := startServing(t, dir)
	end, resumed := wait(t, data, id)
	if end.Type != wire.EventDone || resumed == 0 {
		t.Errorf("after another start it ended with %s %+v, resumed at pass %d, want done and above 0", end.Type, end.Fault, resumed)
	}
	again.Stop()
	left, err := filepath.Glob(filepath.Join(dir, "dataset", "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("in the data folder are %q, %v, want the dataset alone", left, err)
	}
}

// wait gives a job's last event, and the pass from which a later attempt went on.
func wait(t *testing.T, data *folder, id string) (end wire.Event, resumed int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	h := hub.New(hub.Options{Log: data.queue, Buffer: 1 << 14}) // all events: this reader is not cut off
	defer h.Close()
	sub, err := h.Subscribe(ctx, id, 0)
	if err != nil {
		t.Fatal(err)
	}
	for m := range sub.Events() {
		end, resumed = m.Event, max(resumed, m.Resumed)
	}
	if err := sub.Err(); err != nil {
		t.Fatalf("after event %d: %v", end.Seq, err)
	}
	return end, resumed
}

// A worker is a process of its own: it needs no server, only the data folder.
func TestWorker(t *testing.T) {
	dir := t.TempDir()
	data := guest(t, dir)
	_, user := visitor(t, data, "ada")
	ds, err := data.datasets.Ingest(t.Context(), user, "blobs", "", strings.NewReader(blobs(3000)))
	if err != nil {
		t.Fatal(err)
	}
	service := train.NewService(train.ServiceOptions{Queue: data.queue, Datasets: data.datasets, Watchers: nobody{}})
	id, err := service.Start(t.Context(), user, wire.TrainStart{Dataset: ds.ID, Config: kmeans.Config{K: 3}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan string, 1)
	go func() {
		code, out, errs := lineWith(t, ctx, nil, "", "worker", "--data", dir, "--jobs", "1")
		done <- fmt.Sprintf("%d %s%s", code, out, errs)
	}()
	end, _ := wait(t, data, id)
	if end.Type != wire.EventDone || end.Model == nil {
		t.Errorf("the training ended with %s %+v, want done", end.Type, end.Fault)
	}
	if all, err := data.models.List(t.Context(), user); err != nil || len(all) != 1 {
		t.Errorf("%d models, %v, want 1", len(all), err)
	}
	stop()
	select {
	case said := <-done:
		if !strings.HasPrefix(said, "0 ") {
			t.Errorf("the worker ended with %s, want 0", said)
		}
	case <-time.After(stopLimit):
		t.Errorf("the worker did not stop in %v", stopLimit)
	}
}

// Guests do not remove what the folder's owner is in the middle of making.
func TestGuestsSweepNothing(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, "dataset", "X.partial")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	guest(t, dir)
	if _, err := os.Stat(half); err != nil {
		t.Errorf("a guest removed a half-made dataset: %v", err)
	}
	s := startServing(t, dir)
	s.Stop()
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the owner left a half-made dataset: %v", err)
	}
}

// syncBuffer is a bytes.Buffer for several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
