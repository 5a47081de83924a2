package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"syscall"

	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// statusCanceled is for the log: who asked has gone. It is nginx's number.
const statusCanceled = 499

// status is the one place where a fault's code becomes an HTTP status.
var status = map[fault.Code]int{
	fault.Invalid:     http.StatusBadRequest,
	fault.NoLogin:     http.StatusUnauthorized,
	fault.Denied:      http.StatusForbidden,
	fault.NotFound:    http.StatusNotFound,
	fault.Conflict:    http.StatusConflict,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.TooMany:     http.StatusTooManyRequests,
	fault.Canceled:    statusCanceled,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// problem is a wire.Problem as huma sends errors.
type problem struct {
	wire.Problem
	header http.Header
}

// Error is for the log.
func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus tells huma the status.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders tells huma the headers.
func (p *problem) GetHeaders() http.Header { return p.header }

// ContentType is RFC 9457's.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// problem turns an error into what the user gets, and logs what is ours.
func (s *Server) problem(ctx context.Context, err error) *problem {
	p := &problem{}
	if errors.As(err, &p) {
		return p
	}
	switch {
	case ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))):
		err = fault.Newf(fault.Canceled, "The request was canceled.")
	case errors.Is(err, syscall.ENOSPC):
		s.o.Logger.Error("disk full", "request", requestID(ctx), "err", err)
		err = fault.Newf(fault.Unavailable, "The server's disk is full. Nothing half-made was kept. Delete something, or ask whoever runs the server for room, and try again.")
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		f = &fault.Error{Code: fault.Internal}
	}
	p = &problem{Problem: newProblem(f.Code, fault.Message(err)), header: http.Header{}}
	p.Field, p.Line, p.Column = f.Field, f.Line, f.Column
	p.Conflict, _ = f.Data.(*wire.Conflict)
	switch f.Code {
	case fault.Internal:
		p.ID = requestID(ctx)
		p.Detail = "Something went wrong on our side. Try again; if it stays, tell whoever runs the server the id " + p.ID + "."
		s.o.Logger.Error("request failed", "request", p.ID, "err", err)
	case fault.TooMany:
		wait := max(1, int(math.Ceil(f.RetryAfter.Seconds())))
		p.header.Set("Retry-After", strconv.Itoa(wait))
	case fault.NoLogin:
		p.header.Set("WWW-Authenticate", "Bearer")
	case fault.Unavailable:
		p.header.Set("Retry-After", "5")
	}
	return p
}

func newProblem(code fault.Code, detail string) wire.Problem {
	st, ok := status[code]
	if !ok {
		st = http.StatusInternalServerError
	}
	title := http.StatusText(st)
	if st == statusCanceled {
		title = "Canceled"
	}
	return wire.Problem{Type: "about:blank", Title: title, Status: st, Detail: detail, Code: string(code)}
}

// refuse writes err as the answer to a request that huma does not handle.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, s.problem(r.Context(), err))
}

func writeProblem(w http.ResponseWriter, p *problem) {
	h := w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Del("Content-Length")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.Problem) // the client has gone, if anything
}

// noRoute answers calls of the API that mean nothing.
func (s *Server) noRoute(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, fault.Newf(fault.NotFound, "There is nothing at %s. What there is stands at /api/docs.", r.URL.Path))
}

// apiHandler answers with problems where the mux has no handler.
func (s *Server) apiHandler(rest *patterns) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux := rest.of(r)
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &bodiless{header: http.Header{}}
		h.ServeHTTP(probe, r)
		if probe.status != http.StatusMethodNotAllowed {
			s.noRoute(w, r)
			return
		}
		p := &problem{Problem: newProblem(fault.Invalid, r.Method+" can't be done here; what can is "+probe.header.Get("Allow")+"."), header: http.Header{}}
		p.Status, p.Title = probe.status, http.StatusText(probe.status)
		p.header.Set("Allow", probe.header.Get("Allow"))
		writeProblem(w, p)
	})
}

// bodiless learns what a handler would answer.
type bodiless struct {
	header http.Header
	status int
}

func (b *bodiless) Header() http.Header         { return b.header }
func (b *bodiless) Write(p []byte) (int, error) { return len(p), nil }
func (b *bodiless) WriteHeader(status int)      { b.status = status }

// fromHuma puts what huma found wrong with a request into our words.
func fromHuma(st int, msg string, errs ...error) huma.StatusError {
	p := &problem{header: http.Header{}}
	switch st {
	case http.StatusRequestEntityTooLarge:
		p.Problem = newProblem(fault.TooLarge, "The request is too large: a JSON body may have at most 1 MB, one of edits 16 MB.")
	case http.StatusUnsupportedMediaType:
		p.Problem = newProblem(fault.Invalid, `Send JSON, with the header "Content-Type: application/json".`)
		p.Status, p.Title = st, http.StatusText(st)
	case http.StatusRequestTimeout:
		p.Problem = newProblem(fault.Canceled, "The request came too slowly. Try again.")
		p.Status, p.Title = st, http.StatusText(st)
	case http.StatusInternalServerError: // handlers return problems; this is a body that broke off
		p.Problem = newProblem(fault.Canceled, "The request broke off. Try again.")
		p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	default:
		p.Problem = newProblem(fault.Invalid, "The request has no body. Send JSON.")
		if len(errs) > 0 {
			p.Field, p.Detail = wordsFor(errs[0])
		}
	}
	return p
}
