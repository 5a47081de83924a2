package httpd

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const csvKind = "text/csv; charset=utf-8; header=present"

// stream is an answer that is written bit by bit.
type stream struct{ Body func(huma.Context) }

// download makes an answer that browsers save as a file. An error before the
// first byte becomes a problem; one after it breaks the connection off, so
// that nobody takes a half for the whole.
func (s *Server) download(name, kind string, write func(ctx context.Context, w io.Writer) error) *stream {
	return &stream{func(c huma.Context) {
		r, w := humago.Unwrap(c)
		f := &attachment{w: w, name: name, kind: kind}
		err := write(r.Context(), f)
		if err == nil {
			_, err = f.Write(nil)
		}
		switch {
		case err == nil:
		case !f.began:
			s.refuse(w, r, err)
		default:
			s.problem(r.Context(), err) // for the log
			panic(http.ErrAbortHandler)
		}
	}}
}

// attachment sends the headers of a file with its first byte.
type attachment struct {
	w          http.ResponseWriter
	name, kind string
	began      bool
}

func (a *attachment) Write(p []byte) (int, error) {
	if !a.began {
		a.began = true
		h := a.w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(a.name)}))
		a.w.WriteHeader(http.StatusOK)
	}
	return a.w.Write(p)
}

// fileName makes a name that every system can save under.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
}
