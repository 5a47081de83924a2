//go:build !wasm

package app

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// get gives what the handler answers.
func get(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d, want 200", path, w.Code)
	}
	return w.Body.String()
}

func TestPages(t *testing.T) {
	Routes()
	h := Handler("v1")
	worker := get(t, h, "/app-worker.js")
	for _, p := range pages {
		html := get(t, h, p.Path)
		for _, part := range []string{`id="main"`, `lang="en"`, "/web/app.css", "/web/theme.js", `src="/web/loader.js"></script>`, "<h1"} {
			if !strings.Contains(html, part) {
				t.Errorf("%s has no %s", p.Path, part)
			}
		}
		// The policy that pages are sent with allows neither.
		if regexp.MustCompile(`\sstyle=|<style|\son[a-z]+=|<script(>| [^>]*>[^<])`).MatchString(html) {
			t.Errorf("%s has a style or a script in it", p.Path)
		}
		if !strings.Contains(worker, `"`+p.Path+`"`) {
			t.Errorf("%s does not open without a server: the service worker does not keep it", p.Path)
		}
	}
	for _, file := range slices.Concat(Styles, []string{"/web/theme.js", "/web/loader.js", "/web/charts.js", "/web/app.wasm", "/web/icon.svg", "/wasm_exec.js", "/app.js"}) {
		if !strings.Contains(worker, `"`+file+`"`) {
			t.Errorf("the service worker does not keep %s", file)
		}
	}
	if strings.Contains(worker, "http:") || strings.Contains(worker, "https:") {
		t.Error("the service worker keeps what is not ours")
	}
	if !strings.Contains(worker, `startsWith("/api/")) return;`) {
		t.Error("calls of the API go through the service worker")
	}
	if !strings.Contains(worker, "ignoreSearch") {
		t.Error("a link with a query does not open without a server")
	}
	if js := get(t, h, "/app.js"); !strings.Contains(js, WasmLength) || !strings.Contains(js, `"v1"`) {
		t.Error("app.js knows neither the size nor the version of the app")
	}
}

// A theme comes before the first paint, so its script may not wait.
func TestThemeIsEarly(t *testing.T) {
	html := get(t, Handler("v1"), "/")
	tag := regexp.MustCompile(`<script[^>]*theme\.js[^>]*>`).FindString(html)
	if tag == "" || strings.Contains(tag, "defer") || strings.Contains(tag, "async") {
		t.Errorf("theme.js is included by %q, want a script that is run at once", tag)
	}
}
