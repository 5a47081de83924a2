package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/sqlitejob"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/server/sandbox/sandboxtest"
	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/server/upload"
	"github.com/centroid-studio/centroid/shared/wire"
)

// rig is a whole server on a folder of its own, joined as main joins it.
type rig struct {
	t      *testing.T
	url    string
	dir    string
	queue  *sqlitejob.Store
	hub    *hub.Hub
	front  *httptest.Server
	server *Server
	log    *lines
	later  atomic.Int64 // how far the accounts' clock is ahead
}

// rigOptions changes a rig.
type rigOptions struct {
	idle    bool           // nobody trains
	limit   int64          // of uploads; 0 means 4 GB
	buffer  int            // of the hub
	options func(*Options) // last, before the server is made
	server  func(*Server)  // before it serves
}

// tables is dataset.Service as main gives it to httpd.
type tables struct{ *dataset.Service }

func (d tables) Open(ctx context.Context, owner, id string, version int) (Table, error) {
	return d.Source(ctx, owner, id, version)
}

// sources is dataset.Service as main gives it to stats.
type sources struct{ *dataset.Service }

func (d sources) Open(ctx context.Context, owner, id string, version int) (stats.Table, error) {
	return d.Source(ctx, owner, id, version)
}

// frames is duck.DuckDB over the datasets, as main joins them.
type frames struct {
	db   *duck.DuckDB
	data *dataset.Service
}

func (f frames) Queue(owner string) wire.FrameQueue { return f.db.Queue(owner) }

func (f frames) For(owner string) frame.Engine {
	return f.db.For(owner, duck.Datasets{Service: f.data, Owner: owner})
}

func TestMain(m *testing.M) { sandboxtest.Main(m) }

func newRig(t *testing.T, o rigOptions) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), log: &lines{}}
	ctx := context.Background()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	closed := func(fn func() error) { t.Cleanup(func() { ok(fn()) }) }
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))

	accounts, err := store.Open(ctx, filepath.Join(r.dir, "centroid.db"), time.Now)
	ok(err)
	closed(accounts.Close)
	r.queue, err = sqlitejob.Open(ctx, filepath.Join(r.dir, "job.db"), job.Options{})
	ok(err)
	closed(r.queue.Close)
	data, err := dataset.Open(ctx, dataset.Config{Dir: filepath.Join(r.dir, "dataset"), Meta: accounts, UploadLimit: o.limit})
	ok(err)
	closed(data.Close)
	models := registry.New(accounts)
	r.hub = hub.New(hub.Options{Log: r.queue, Buffer: o.buffer, Logger: log})
	closed(r.hub.Close)
	if !o.idle {
		worker := train.NewWorker(train.WorkerOptions{Queue: r.queue, Watchers: r.hub, Models: models, MatrixDir: filepath.Join(r.dir, "matrix"), Workers: 2, Jobs: 1, Logger: log,
			Open: func(ctx context.Context, owner, id string, version int) (train.Data, error) {
				return data.Source(ctx, owner, id, version)
			}})
		work, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- worker.Run(work) }()
		closed(func() error { stop(); return <-done })
	}
	db, err := duck.New(duck.Options{Box: sandboxtest.New(t, sandbox.Options{}), Dir: filepath.Join(r.dir, "frame")})
	ok(err)
	closed(db.Close)
	users, err := auth.New(accounts, auth.Options{
		Password: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		Now:      func() time.Time { return time.Now().Add(time.Duration(r.later.Load())) },
	})
	ok(err)
	uploads, err := upload.Open(upload.Options{Dir: filepath.Join(r.dir, "upload"), Base: UploadPath, Limit: o.limit})
	ok(err)
	options := Options{
		Uploads:  uploads,
		Accounts: users, Datasets: tables{data}, Stats: stats.New(stats.Options{Tables: sources{data}, Clusters: models}), Models: models, Hub: r.hub, Frames: frames{db, data},
		Trainings: train.NewService(train.ServiceOptions{Queue: r.queue, Datasets: data, Watchers: r.hub}),
		Samples:   os.DirFS("../../web/sample"), UploadLimit: o.limit, Version: "test", Logger: log,
		Now: func() time.Time { return time.Now().Add(time.Duration(r.later.Load())) },
	}
	if o.options != nil {
		o.options(&options)
	}
	r.server, err = New(options)
	ok(err)
	if o.server != nil {
		o.server(r.server)
	}
	r.front = httptest.NewUnstartedServer(r.server)
	r.front.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelError)
	r.front.Start()
	r.url = r.front.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.server.Close(ctx); err != nil {
			t.Error(err)
		}
		r.front.Close()
		if t.Failed() {
			t.Logf("log:\n%s", r.log)
		}
	})
	return r
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// visitor speaks with the server as a program, with a token, or as a browser, with a cookie.
type visitor struct {
	r      *rig
	t      *testing.T
	name   string
	token  string
	cookie string
}

const password = "correct horse battery"

// browser registers a user and keeps the cookie.
func (r *rig) browser(name string) *visitor {
	r.t.Helper()
	v := &visitor{r: r, t: r.t, name: name}
	v.cookie = v.must("POST", "auth/register", wire.Register{Username: name, Password: password}, nil).cookie()
	return v
}

// program registers a user and makes a token.
func (r *rig) program(name string) *visitor {
	r.t.Helper()
	v := r.browser(name)
	var made wire.NewToken
	v.must("POST", "auth/tokens", wire.TokenRequest{Name: "test"}, &made)
	v.token, v.cookie = made.Secret, ""
	return v
}

// reply is what the server answered.
type reply struct {
	*http.Response
	body []byte
}

func (a *reply) cookie() string {
	for _, c := range a.Cookies() {
		if c.Name == cookieName {
			return c.Value
		}
	}
	return ""
}

// problem reads the answer as a problem.
func (a *reply) problem(t *testing.T) wire.Problem {
	t.Helper()
	var p wire.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%s %s answers %s %q, want a problem", a.Request.Method, a.Request.URL, a.Status, a.body)
	}
	return p
}

// request makes a request: body is a reader, a string, bytes, nil, or what becomes JSON.
func (v *visitor) request(method, path string, body any) *http.Request {
	v.t.Helper()
	var r io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r, kind = b, "text/csv"
	case string:
		r, kind = strings.NewReader(b), "application/json"
	case []byte:
		r, kind = bytes.NewReader(b), "text/csv"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			v.t.Fatal(err)
		}
		r, kind = bytes.NewReader(raw), "application/json"
	}
	if !strings.HasPrefix(path, "/") {
		path = wire.API + "/" + path
	}
	req, err := http.NewRequest(method, v.r.url+path, r)
	if err != nil {
		v.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	if v.cookie != "" {
		req.AddCookie(&http.Cookie{Name: cookieName, Value: v.cookie})
		req.Header.Set("Origin", v.r.url)
	}
	return req
}

// plain neither follows redirects nor unpacks what comes.
var plain = &http.Client{
	Transport:     &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func send(t *testing.T, req *http.Request) *reply {
	t.Helper()
	res, err := plain.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &reply{res, b}
}

// do sends a request and reads the answer.
func (v *visitor) do(method, path string, body any) *reply {
	v.t.Helper()
	a := send(v.t, v.request(method, path, body))
	v.r.documented(a, method, path)
	return a
}

// documented checks an answer of the API against the OpenAPI document.
func (r *rig) documented(a *reply, method, path string) {
	r.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	var o *huma.Operation
	words := -1 // that the pattern says, so that datasets/sample is not datasets/{id}
	for pattern, item := range r.server.api.OpenAPI().Paths {
		expr := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(strings.TrimPrefix(pattern, wire.API+"/"), `[^/]+`)
		n := strings.Count(pattern, "/") - strings.Count(pattern, "{")
		if regexp.MustCompile("^"+expr+"$").MatchString(path) && operationOf(item, method) != nil && n > words {
			o, words = operationOf(item, method), n
		}
	}
	if o == nil {
		return
	}
	said := o.Responses[strconv.Itoa(a.StatusCode)]
	if said == nil {
		said = o.Responses["default"]
	}
	content := said.Content[kind]
	switch {
	case len(said.Content) == 0 && len(a.body) == 0:
	case content == nil:
		r.t.Errorf("%s %s answers %s with %q, which is not documented", method, path, a.Status, kind)
	case kind != "text/csv" && content.Schema.Format != "binary":
		if bad := disagree(r.t, r.server.api.OpenAPI().Components.Schemas, content.Schema, a.body); bad != "" {
			r.t.Errorf("%s %s answers %.300s, which is not as documented: %s", method, path, a.body, bad)
		}
	}
}

// must is do for what has to go well; the answer is read into out unless it is nil.
func (v *visitor) must(method, path string, body, out any) *reply {
	v.t.Helper()
	a := v.do(method, path, body)
	if a.StatusCode >= 300 {
		v.t.Fatalf("%s %s answers %s %s", method, path, a.Status, a.body)
	}
	if out != nil {
		if err := json.Unmarshal(a.body, out); err != nil {
			v.t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return a
}

// iris makes a dataset of the sample.
func (v *visitor) iris() (d wire.Dataset) {
	v.t.Helper()
	v.must("POST", "datasets/sample/iris", nil, &d)
	return d
}
