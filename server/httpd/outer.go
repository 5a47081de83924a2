package httpd

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/shared/wire"
)

// policy lets a page load from this server only, and run no script or style
// that stands inside of it. It is also what keeps a mistake in a page from
// becoming a hole.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// security is the headers of every answer.
var security = map[string]string{
	"Content-Security-Policy":      policy,
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

// outer is round all handlers: security headers, an id for the log, a
// deadline for each write, a line in the log, and an answer when a handler panics.
func (s *Server) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, began := rand.Text()[:12], time.Now()
		r = r.WithContext(context.WithValue(r.Context(), requestKey, id))
		h := w.Header()
		for name, value := range security {
			h.Set(name, value)
		}
		if s.o.Secure || r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, wire.API+"/") {
			h.Set("Cache-Control", "no-store")
		}
		h.Set("X-Request-Id", id)
		a := &answer{ResponseWriter: w, stall: s.o.Stall}
		defer func() {
			broken := s.caught(recover(), a, r)
			s.logRequest(a, r, time.Since(began))
			if broken {
				panic(http.ErrAbortHandler) // what was sent is not whole: the client must see it
			}
		}()
		next.ServeHTTP(a, r)
	})
}

// caught notes a panic, and answers if nothing was sent yet; else it reports
// that the answer is broken.
func (s *Server) caught(p any, a *answer, r *http.Request) (broken bool) {
	if p == nil || p == http.ErrAbortHandler {
		return p != nil
	}
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if a.began {
		s.o.Logger.Error("request failed", "request", requestID(r.Context()), "err", err)
		return true
	}
	s.refuse(a, r, err)
	return false
}

func (s *Server) logRequest(a *answer, r *http.Request, took time.Duration) {
	level := slog.LevelInfo
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || strings.HasPrefix(r.URL.Path, "/web/") {
		level = slog.LevelDebug
	}
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	s.o.Logger.Log(context.WithoutCancel(r.Context()), level, "request", "request", requestID(r.Context()),
		"method", r.Method, "path", r.URL.Path, "status", status, "bytes", a.bytes, "took", took.Round(time.Microsecond), "from", s.address(r))
}

// requestID gives the id that the log and a problem name a request by.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey).(string) // outer has put it there
	return id
}

// answer watches what is sent, and moves the deadline of writing on: a reader
// may be as slow as it likes, but not stand still.
type answer struct {
	http.ResponseWriter
	stall  time.Duration
	began  bool
	status int
	bytes  int64
}

// WriteHeader notes the status; only the first one counts.
func (a *answer) WriteHeader(status int) {
	if a.began {
		return
	}
	a.status = status
	a.began = status >= 200 || status == http.StatusSwitchingProtocols
	a.ResponseWriter.WriteHeader(status)
}

// Write sends p, and fails when the client has taken nothing for the stall's time.
func (a *answer) Write(p []byte) (int, error) {
	if !a.began {
		a.WriteHeader(http.StatusOK)
	}
	total := 0
	for {
		if err := http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.stall)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return total, err
		}
		n, err := a.ResponseWriter.Write(p[:min(len(p), writeAtMost)])
		total += n
		a.bytes += int64(n)
		if p = p[n:]; err != nil || len(p) == 0 {
			return total, err
		}
	}
}

// writeAtMost is what has to get through within one deadline.
const writeAtMost = 64 << 10

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Hijack is for the WebSocket.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(a.ResponseWriter).Hijack()
	if err == nil {
		a.began, a.status = true, http.StatusSwitchingProtocols
	}
	return c, rw, err
}
