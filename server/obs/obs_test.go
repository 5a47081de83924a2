package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestLogger(t *testing.T) {
	var b bytes.Buffer
	log := Logger(&b, slog.LevelWarn, false)
	log.Info("quiet")
	log.Warn("disk", "free", 3)
	if got := b.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "msg=disk free=3") || strings.Count(got, "\n") != 1 {
		t.Errorf("text log = %q, want one line of disk", got)
	}
	b.Reset()
	Logger(&b, slog.LevelDebug, true).Debug("disk", "free", 3)
	var line struct {
		Level, Msg string
		Free       int
	}
	if err := json.Unmarshal(b.Bytes(), &line); err != nil || line.Msg != "disk" || line.Free != 3 || line.Level != "DEBUG" {
		t.Errorf("JSON log = %q, %v, want a line of disk", b.String(), err)
	}
}

func TestHealth(t *testing.T) {
	broken := errors.New("secret cause")
	fine := Check{"queue", func(context.Context) error { return nil }}
	for name, x := range map[string]struct {
		handler http.HandlerFunc
		status  int
		report  map[string]string
		logged  string
	}{
		"live":      {Live, 200, map[string]string{"status": "ok"}, ""},
		"ready":     {nil, 200, map[string]string{"status": "ok"}, ""},
		"not ready": {nil, 503, map[string]string{"status": "unavailable", "accounts": "failed"}, "secret cause"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			h := x.handler
			if h == nil {
				checks := []Check{fine}
				if x.status != 200 {
					checks = append(checks, Check{"accounts", func(ctx context.Context) error {
						if _, bounded := ctx.Deadline(); !bounded {
							t.Error("a check may take for ever")
						}
						return broken
					}})
				}
				h = Ready(Logger(&log, slog.LevelInfo, false), checks...)
			}
			w := httptest.NewRecorder()
			h(w, httptest.NewRequest("GET", "/readyz", nil))
			var report map[string]string
			body := w.Body.String()
			if err := json.Unmarshal(w.Body.Bytes(), &report); err != nil {
				t.Fatal(err)
			}
			if w.Code != x.status || len(report) != len(x.report) || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%d %v %v, want %d %v", w.Code, report, w.Header(), x.status, x.report)
			}
			for k, want := range x.report {
				if report[k] != want {
					t.Errorf("%s = %q, want %q", k, report[k], want)
				}
			}
			if strings.Contains(body, "secret") || !strings.Contains(log.String(), x.logged) {
				t.Errorf("answer %q, log %q: the cause is for the log", body, log.String())
			}
		})
	}
}

// metrics gives what Prometheus would read.
func metrics(t *testing.T, m http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("GET /metrics = %d", w.Code)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	m := NewMetrics("v1")
	s := httptest.NewServer(m.Requests(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		if _, ok := w.(http.Hijacker); !ok && r.Header.Get("Upgrade") != "" {
			t.Error("a socket can't take its connection over")
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("Flush: %v", err)
		}
	})))
	defer s.Close()
	get := func(path, upgrade string) {
		req, err := http.NewRequest("GET", s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if upgrade != "" {
			req.Header.Set("Upgrade", upgrade)
		}
		res, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
	}
	get("/", "")
	get("/", "")
	get("/gone", "")
	get("/ws", "websocket")
	s.Close() // waits for the handlers, which count when they have answered
	m.Events(wire.Event{Type: wire.EventPass, Pass: &wire.Pass{PassInfo: kmeans.PassInfo{}, Rows: 150}},
		wire.Event{Type: wire.EventPass, Pass: &wire.Pass{Rows: 50}}, wire.Event{Type: wire.EventDone})
	text := metrics(t, m)
	for _, want := range []string{
		`centroid_http_requests_total{code="200",method="get"} 3`,
		`centroid_http_requests_total{code="404",method="get"} 1`,
		`centroid_http_request_seconds_count{method="get"} 3`,
		`centroid_http_requests_open 0`,
		`centroid_job_events_total{type="pass"} 2`,
		`centroid_job_events_total{type="done"} 1`,
		`centroid_train_rows_total 200`,
		`centroid_build_info{version="v1"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s:\n%s", want, lines(text, "centroid"))
		}
	}
}

func lines(text, with string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, with) {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestPrivate(t *testing.T) {
	h := Private(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for name, x := range map[string]struct {
		from, header string
		want         int
	}{
		"this machine": {"127.0.0.1:5", "", 204}, "IPv6": {"[::1]:5", "", 204},
		"another machine": {"192.0.2.7:5", "", 404}, "no address": {"", "", 404},
		"by a proxy": {"127.0.0.1:5", "X-Forwarded-For", 404}, "by RFC 7239's": {"127.0.0.1:5", "Forwarded", 404},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/metrics", nil)
			r.RemoteAddr = x.from
			if x.header != "" {
				r.Header.Set(x.header, "for=192.0.2.7")
			}
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != x.want {
				t.Errorf("from %q with %q: %d, want %d", x.from, x.header, w.Code, x.want)
			}
		})
	}
}

func TestProfile(t *testing.T) {
	var log bytes.Buffer
	stop, err := Profile("127.0.0.1:0", NewMetrics("v1"), Logger(&log, slog.LevelInfo, false))
	if err != nil {
		t.Fatal(err)
	}
	_, url, _ := strings.Cut(strings.TrimSpace(log.String()), "url=")
	base := strings.TrimSuffix(url, "/debug/pprof/")
	for path, want := range map[string]string{"/debug/pprof/": "goroutine", "/debug/pprof/cmdline": "test", "/metrics": "centroid_build_info"} {
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != 200 || !strings.Contains(string(b), want) {
			t.Errorf("GET %s: %s, %v, want it to hold %q", path, res.Status, err, want)
		}
	}
	if _, err := Profile(strings.TrimPrefix(base, "http://"), NewMetrics("v1"), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a second profiler on the same port started")
	}
	if err := stop(); err != nil {
		t.Errorf("stop() = %v", err)
	}
	if _, err := http.Get(base + "/metrics"); err == nil {
		t.Error("the profiler answers after stop")
	}
}
