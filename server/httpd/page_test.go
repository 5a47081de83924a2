package httpd

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// testPage writes its address into an attribute, which go-app does not escape.
type testPage struct {
	app.Compo
	address string
}

func (p *testPage) OnPreRender(ctx app.Context) { p.address = ctx.Page().URL().String() }

func (p *testPage) Render() app.UI {
	return app.Main().Body(app.H1().Text("A page"), app.Input().Value(p.address))
}

var routes sync.Once // go-app keeps them for the process

// goApp is a handler as the app's.
func goApp() http.Handler {
	routes.Do(func() {
		app.Route("/", &testPage{})
		app.Route("/train", &testPage{})
	})
	return &app.Handler{Name: "Test", Title: "Test", Version: "1", Styles: []string{"/web/app.css"}, Icon: app.Icon{Default: "/web/icon.png", SVG: "/web/icon.svg"}}
}

// loads finds all that a page loads: src and href, but not links to click.
var loads = regexp.MustCompile(`(?i)(?:\ssrc=|<link[^>]*\shref=)"?([^"\s>]*)`)

// checkStrict: the page obeys the policy: nothing inline, nothing from elsewhere.
func checkStrict(t *testing.T, name, html string) {
	t.Helper()
	for what, bad := range map[string]string{
		"an inline script": `(?is)<script(?:\s[^>]*)?>\s*[^<\s]`, "an inline style": `(?i)<style|\sstyle=`, "a handler": `(?i)<[^>]*\son[a-z]+=`,
	} {
		if m := regexp.MustCompile(bad).FindString(html); m != "" {
			t.Errorf("%s has %s: %s", name, what, m)
		}
	}
	for _, m := range loads.FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
			t.Errorf("%s loads %q from elsewhere", name, m[1])
		}
	}
}

func TestPages(t *testing.T) {
	s := newServer(t, Options{Pages: goApp(), Dist: dist(), Styles: []string{"/web/app.css"}})
	for _, tc := range []struct {
		path   string
		status int
		kind   string
		words  string
	}{
		{"/", 200, "text/html; charset=utf-8", "A page"},
		{"/train", 200, "text/html; charset=utf-8", "A page"},
		{"/train?k=3", 200, "text/html; charset=utf-8", "A page"},
		{"/app.js", 200, "application/javascript", "navigator.serviceWorker"},
		{"/app-worker.js", 200, "application/javascript", "addEventListener"},
		{"/manifest.webmanifest", 200, "application/manifest+json", `"Test"`},
		{"/nothing", 404, "text/html; charset=utf-8", "There is no such page"},
		{"/train/", 404, "text/html; charset=utf-8", "There is no such page"},
		{"/sitemap.xml", 404, "text/html; charset=utf-8", "There is no such page"},
		{"/app.wasm", 404, "text/html; charset=utf-8", "There is no such page"},
		{"/robots.txt", 200, "text/plain; charset=utf-8", "Disallow: /api/"},
		{"/healthz", 200, "application/json", `"ok"`},
		{"/readyz", 200, "application/json", `"ok"`},
	} {
		r := get(t, s, tc.path, "Accept-Encoding", "gzip")
		body := text(t, r)
		if r.StatusCode != tc.status || r.Header.Get("Content-Type") != tc.kind || !strings.Contains(body, tc.words) {
			t.Errorf("%s: %s %q %.300s; want %d %q with %q", tc.path, r.Status, r.Header.Get("Content-Type"), body, tc.status, tc.kind, tc.words)
		}
		if len(body) > 500 && r.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d bytes come as they are, want gzip", tc.path, len(body))
		}
		if etag := r.Header.Get("ETag"); tc.status == 200 && !strings.HasSuffix(tc.path, "z") {
			if again := get(t, s, tc.path, "Accept-Encoding", "gzip", "If-None-Match", etag); again.StatusCode != 304 {
				t.Errorf("%s with its ETag %s: %s, want 304", tc.path, etag, again.Status)
			}
		} else if etag != "" {
			t.Errorf("%s: %d has the ETag %s", tc.path, tc.status, etag)
		}
		if strings.HasPrefix(tc.kind, "text/html") {
			checkStrict(t, tc.path, body)
			if strings.Contains(body, "maximum-scale") || strings.Contains(body, "user-scalable") || !strings.Contains(body, "width=device-width, initial-scale=1") {
				t.Errorf("%s: people can't zoom", tc.path)
			}
			if strings.Contains(body, "og:url") {
				t.Errorf("%s tells its address", tc.path)
			}
		}
	}
}

// TestReflection: nothing of a request gets into a page.
func TestReflection(t *testing.T) {
	s := newServer(t, Options{Pages: goApp(), Dist: dist()})
	for _, path := range []string{`/?x="><script src=/web/evil.js></script>`, `/train?'onload=evil()`, `/?x=%22%3E%3Cevil`, `/"><evil`, `/train/%22%3E%3Cevil`} {
		req := httptest.NewRequest("GET", "/", nil)
		u, raw, _ := strings.Cut(path, "?")
		req.URL.Path, req.URL.RawQuery, req.Host = strings.ReplaceAll(strings.ReplaceAll(u, "%22", `"`), "%3E%3C", "><"), raw, `x"evil`
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if strings.Contains(w.Body.String(), "evil") {
			t.Errorf("GET %s: the page says evil", path)
		}
		if to := w.Header().Get("Location"); strings.ContainsAny(raw, `"'<>`) && (w.Code != 302 || strings.Contains(to, "evil")) {
			t.Errorf("GET %s: %d to %q, want 302 without the query", path, w.Code, to)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/train", strings.NewReader("x")))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST /train: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

// TestSecurityHeaders: each answer has them, errors too.
func TestSecurityHeaders(t *testing.T) {
	s := newServer(t, Options{Pages: goApp(), Dist: dist(), Secure: true})
	const want = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
		"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	ids := map[string]bool{}
	for _, path := range []string{"/", "/nothing", "/web/app.css", "/web/nothing", "/api/v1/datasets", "/api/v1/nothing", "/api/docs", "/api/openapi.json", "/healthz", "/api/v1/ws"} {
		h := get(t, s, path).Header
		for name, value := range map[string]string{
			"Content-Security-Policy": want, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), value)
			}
		}
		if strings.HasPrefix(path, "/api/v1/") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q, want no-store", path, h.Get("Cache-Control"))
		}
		ids[h.Get("X-Request-Id")] = true
	}
	if len(ids) != 10 || ids[""] {
		t.Errorf("10 requests have the ids %v", ids)
	}
	if h := get(t, newServer(t, Options{}), "/").Header; h.Get("Strict-Transport-Security") != "" {
		t.Error("without HTTPS, Strict-Transport-Security would lock people out")
	}
}

// TestDocumentation: the page shows every operation and type, and loads nothing from elsewhere.
func TestDocumentation(t *testing.T) {
	s := newServer(t, Options{Dist: dist(), Styles: []string{"/web/app.css"}})
	r := get(t, s, "/api/docs")
	html := text(t, r)
	checkStrict(t, "/api/docs", html)
	for route := range operations(t, s) {
		method, path, _ := strings.Cut(route, " ")
		if !strings.Contains(html, "<code>"+method+" /api/v1/"+path+"</code>") {
			t.Errorf("the documentation lacks %s", route)
		}
	}
	for name := range s.api.OpenAPI().Components.Schemas.Map() {
		if !strings.Contains(html, `id="type-`+name+`"`) {
			t.Errorf("the documentation lacks the type %s", name)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("the documentation has the id %s twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if !ids[m[1]] {
			t.Errorf("the documentation has a link to #%s, which is not there", m[1])
		}
	}
}

// TestReady: readiness is what main says.
func TestReady(t *testing.T) {
	s := newServer(t, Options{Health: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }})
	if r := get(t, s, "/readyz"); r.StatusCode != 503 {
		t.Errorf("readyz: %s, want 503", r.Status)
	}
	var live struct{ Status string }
	if err := json.NewDecoder(get(t, s, "/healthz").Body).Decode(&live); err != nil || live.Status != "ok" {
		t.Errorf("healthz: %+v, %v", live, err)
	}
}
