package upload

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/centroid-studio/centroid/shared/fault"
)

// outcome is what a request of the protocol came to, besides what tusd says.
type outcome struct{ err error }

type outcomeKey struct{}

// note keeps err, in our words, for the answer and gives tusd a status for it.
func note(ctx context.Context, status int, err error) error {
	if o, ok := ctx.Value(outcomeKey{}).(*outcome); ok {
		o.err = err
	}
	return handler.NewError("ERR_REFUSED", fault.Message(err), status)
}

// words puts a full disk into words; all else stays as it is.
func words(ctx context.Context, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return note(ctx, http.StatusServiceUnavailable, &fault.Error{Code: fault.Unavailable, Op: "upload", Err: err,
			Msg: "The server's disk is full. What was sent stays: go on when there is room, or ask whoever runs this server."})
	}
	return err
}

// piece is an upload whose writes say when the disk is full.
type piece struct{ handler.Upload }

// WriteChunk is of handler.Upload.
func (p piece) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := p.Upload.WriteChunk(ctx, offset, src)
	return n, words(ctx, err)
}

// create names a new upload, or refuses it.
func (s *Store) create(h handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	owner, _ := h.Context.Value(ownerKey{}).(string) // Serve has put it there
	all, err := s.List(h.Context, owner)
	if err == nil && len(all) >= MostUnfinished {
		err = &fault.Error{Code: fault.TooMany, RetryAfter: Life, Msg: "You have " + strconv.Itoa(len(all)) + " unfinished uploads. Go on with one, or stop one, first."}
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, note(h.Context, http.StatusTooManyRequests, err)
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: rand.Text()}, err
}

// Serve answers a request of the protocol for a user: POST to Base begins an
// upload; HEAD, PATCH and DELETE to one ask how far it is, add to it and end it.
// What goes wrong is left to refuse, with the status that tus gives it, unless that is 0.
func (s *Store) Serve(w http.ResponseWriter, r *http.Request, owner string, refuse func(status int, err error)) {
	out := &outcome{}
	ctx := context.WithValue(context.WithValue(r.Context(), ownerKey{}, owner), outcomeKey{}, out)
	inner := r.Clone(ctx)
	inner.Header.Del("X-Http-Method-Override") // a method is what it says
	inner.URL.Path = strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(s.o.Base, "/"))
	a := &answer{ResponseWriter: w, head: r.Method == http.MethodHead}
	s.tus.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			s.tus.PostFile(w, r)
		case http.MethodHead:
			s.tus.HeadFile(w, r)
		case http.MethodPatch:
			s.tus.PatchFile(w, r)
		case http.MethodDelete:
			s.tus.DelFile(w, r)
		default:
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	})).ServeHTTP(a, inner)
	if a.status < 400 {
		return
	}
	if a.head {
		w.WriteHeader(a.status)
		return
	}
	if out.err == nil {
		out.err = s.fault(a.status, a.said.String())
	}
	refuse(a.status, out.err)
}

// fault puts tusd's own refusals into words.
func (s *Store) fault(status int, said string) error {
	code, detail, _ := strings.Cut(strings.TrimSpace(said), ": ")
	cause := errors.New(said)
	switch code {
	case "ERR_UPLOAD_NOT_FOUND":
		return errGone()
	case "ERR_MISMATCHED_OFFSET":
		return &fault.Error{Code: fault.Conflict, Err: cause, Msg: "The upload is not where this piece begins. Ask how far it is (HEAD), and go on from there."}
	case "ERR_MAX_SIZE_EXCEEDED":
		return &fault.Error{Code: fault.TooLarge, Err: cause, Msg: "The file is larger than the limit of " + strconv.FormatInt(s.o.Limit/1e6, 10) + " MB. Split it, or ask whoever runs this server to raise --upload-limit."}
	case "ERR_UPLOAD_SIZE_EXCEEDED":
		return &fault.Error{Code: fault.Invalid, Err: cause, Msg: "The piece is more than the file was said to be. Begin again."}
	case "ERR_UPLOAD_LOCKED", "ERR_LOCK_TIMEOUT":
		return &fault.Error{Code: fault.Conflict, Err: cause, Msg: "Another request is sending this file. Wait for it, then go on."}
	case "ERR_CONNECTION_RESET", "ERR_READ_TIMEOUT", "ERR_UNEXPECTED_EOF", "ERR_UPLOAD_INTERRUPTED":
		return &fault.Error{Code: fault.Canceled, Err: cause, Msg: "The connection broke off. What was sent stays: go on from there."}
	}
	if status >= 500 {
		return cause // for the log
	}
	return &fault.Error{Code: fault.Invalid, Err: cause, Msg: "This is no request of the tus protocol 1.0.0: " + detail + "."}
}

// answer holds back what tusd says when it refuses.
type answer struct {
	http.ResponseWriter
	head   bool
	status int
	said   strings.Builder
}

// WriteHeader passes a success on.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	if a.status = status; status < 400 {
		a.ResponseWriter.WriteHeader(status)
	}
}

// Write passes a success on.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.status < 400 {
		return a.ResponseWriter.Write(p)
	}
	if a.said.Len() < 4<<10 {
		a.said.Write(p)
	}
	return len(p), nil
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
