package httpd

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/centroid-studio/centroid/shared/fault"
)

// pages serves what go-app's handler draws. Pages hold nothing of a user, so
// each is drawn once, put right, and kept.
type pages struct {
	app     http.Handler // nil means that there are no pages
	missing *asset       // for paths that mean nothing

	mu   sync.Mutex
	made map[string]*asset // by path; as many as the app has routes
}

// ServeHTTP answers with a page, or one of the files beside the pages such as
// the service worker; all else is not found.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "A page can only be read.", http.StatusMethodNotAllowed)
		return
	}
	if strings.ContainsAny(r.URL.RawQuery, `"'<>`) { // no page reads its query: such a link means harm
		http.Redirect(w, r, r.URL.EscapedPath(), http.StatusFound)
		return
	}
	if a := p.at(r); a != nil {
		a.ServeHTTP(w, r)
		return
	}
	p.missing.send(w, r, http.StatusNotFound)
}

// none of the app's: it would look for these on another server.
var foreign = map[string]bool{"/robots.txt": true, "/sitemap.xml": true, "/ads.txt": true}

// at gives what the app answers at the path of r; nil means nothing.
func (p *pages) at(r *http.Request) *asset {
	if p.app == nil || foreign[r.URL.Path] {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.made[r.URL.Path]; a != nil {
		return a
	}
	// Neither host nor query nor header gets into what all will see.
	plain, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "/", nil)
	if err != nil {
		return nil
	}
	plain.URL.Path = r.URL.Path
	rec := &recorder{header: http.Header{}}
	p.app.ServeHTTP(rec, plain)
	if rec.status != 0 && rec.status != http.StatusOK {
		return nil
	}
	kind, body := rec.header.Get("Content-Type"), rec.body.Bytes()
	if strings.HasPrefix(kind, "text/html") {
		kind, body = "text/html; charset=utf-8", amend(body)
	}
	a := newAsset(kind, body)
	p.made[r.URL.Path] = a
	return a
}

var (
	noZoom = regexp.MustCompile(`,\s*maximum-scale=[^,"]*|,\s*user-scalable=[^,"]*`)
	ogURL  = regexp.MustCompile(`(?s)\s*<meta[^>]*property="og:url"[^>]*>`)
)

// amend lets people zoom, and takes out the address, which go-app writes
// without escaping it.
func amend(html []byte) []byte {
	return ogURL.ReplaceAll(noZoom.ReplaceAll(html, nil), nil)
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

//go:embed template
var templates embed.FS

// layout draws the pages that are not go-app's: documentation, not found.
var layout = template.Must(template.New("").Funcs(template.FuncMap{"lower": strings.ToLower}).ParseFS(templates, "template/*.html"))

// sheet is what every such page shows.
type sheet struct {
	Title  string
	Styles []string
	Theme  string // script that sets the theme; empty if there is none
	Icon   string // empty if there is none
	Body   any
}

// draw makes a page from a template.
func (s *Server) draw(name, title string, body any) ([]byte, error) {
	d := sheet{Title: title, Styles: s.o.Styles, Body: body}
	if s.assets.files["/web/theme.js"] != nil {
		d.Theme = "/web/theme.js"
	}
	if s.assets.files["/web/icon.svg"] != nil {
		d.Icon = "/web/icon.svg"
	}
	var b bytes.Buffer
	if err := layout.ExecuteTemplate(&b, name, d); err != nil {
		return nil, fault.Wrap("httpd.draw", err)
	}
	return b.Bytes(), nil
}

// notFoundPage is the answer to a path that means nothing.
func (s *Server) notFoundPage() ([]byte, error) {
	return s.draw("missing.html", "Not found", nil)
}
