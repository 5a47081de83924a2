package httpd

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func dist() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"manifest.webmanifest": file(`{"name":"Test"}`),
		".gitkeep":             file(""), "app.wasm": file("\x00asm of some length"), "app.wasm.br": file("brotli"), "app.wasm.gz": file("gzip"),
		"app.css": file("body{}"), "charts.3f2a9c1b.js": file("chart()"), "wasm_exec.js": file("exec"), "lonely.gz": file("not of a file"),
		"theme.js": file("theme"), "icon.svg": file("<svg/>"), "icon-192.png": file("png"),
	}
}

func get(t *testing.T, h http.Handler, path string, headers ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Get("Content-Encoding") == "gzip" && bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return string(b)
}

func newServer(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAssets(t *testing.T) {
	s := newServer(t, Options{Dist: dist()})
	const immutable = "public, max-age=31536000, immutable"
	for _, tc := range []struct {
		name, path, accept          string
		status                      int
		kind, coding, cache, length string
		body                        string
	}{
		{"brotli first", "/web/app.wasm", "gzip, deflate, br", 200, "application/wasm", "br", "no-cache", "19", "brotli"},
		{"gzip alone", "/web/app.wasm", "gzip", 200, "application/wasm", "gzip", "no-cache", "19", "gzip"},
		{"brotli refused", "/web/app.wasm", "br;q=0, gzip;q=0.5", 200, "application/wasm", "gzip", "no-cache", "19", "gzip"},
		{"nothing accepted", "/web/app.wasm", "", 200, "application/wasm", "", "no-cache", "19", "\x00asm of some length"},
		{"a style", "/web/app.css", "br", 200, "text/css; charset=utf-8", "", "no-cache", "", "body{}"},
		{"a name with a hash", "/web/charts.3f2a9c1b.js", "br", 200, "text/javascript; charset=utf-8", "", immutable, "", "chart()"},
		{"an icon", "/web/icon.svg", "", 200, "image/svg+xml", "", "no-cache", "", "<svg/>"},
		{"Go's script beside the pages", "/wasm_exec.js", "", 200, "text/javascript; charset=utf-8", "", "no-cache", "", "exec"},
		{"a packed file by its name", "/web/app.wasm.br", "br", 404, "", "", "", "", ""},
		{"a .gz of no file", "/web/lonely.gz", "", 200, "application/gzip", "", "no-cache", "", "not of a file"},
		{"a hidden file", "/web/.gitkeep", "", 404, "", "", "", "", ""},
		{"no file", "/web/no.js", "", 404, "", "", "", "", ""},
		{"a folder", "/web/", "", 404, "", "", "", "", ""},
	} {
		r := get(t, s, tc.path, "Accept-Encoding", tc.accept)
		h := r.Header
		if r.StatusCode != tc.status {
			t.Errorf("%s: %s, want %d", tc.name, r.Status, tc.status)
		}
		if tc.status != 200 {
			continue
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || string(b) != tc.body || h.Get("Content-Encoding") != tc.coding || h.Get("Cache-Control") != tc.cache || h.Get(wasmLength) != tc.length || h.Get("Content-Length") != strconv.Itoa(len(tc.body)) {
			t.Errorf("%s: %q, %+v", tc.name, b, h)
		}
		if tc.kind != "application/gzip" && h.Get("Content-Type") != tc.kind {
			t.Errorf("%s: content type %q, want %q", tc.name, h.Get("Content-Type"), tc.kind)
		}
		etag := h.Get("ETag")
		if len(etag) < 10 || strings.HasPrefix(etag, "W/") {
			t.Errorf("%s: ETag %s is not a strong one", tc.name, etag)
		}
		if again := get(t, s, tc.path, "Accept-Encoding", tc.accept, "If-None-Match", `"x", `+etag); again.StatusCode != 304 || text(t, again) != "" || again.Header.Get("ETag") != etag {
			t.Errorf("%s: with its ETag %s, want 304", tc.name, again.Status)
		}
	}
	br, gz := get(t, s, "/web/app.wasm", "Accept-Encoding", "br").Header, get(t, s, "/web/app.wasm", "Accept-Encoding", "gzip").Header
	if br.Get("ETag") == gz.Get("ETag") || br.Get("Vary") != "Accept-Encoding" {
		t.Errorf("two codings have the ETags %s and %s, Vary %q", br.Get("ETag"), gz.Get("ETag"), br.Get("Vary"))
	}
	head := httptest.NewRecorder()
	s.ServeHTTP(head, httptest.NewRequest("HEAD", "/web/app.css", nil))
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != "6" {
		t.Errorf("HEAD: %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
	}
}

// TestAssetVersion: another content is another version; what packs it is not.
func TestAssetVersion(t *testing.T) {
	version := func(d fstest.MapFS) string {
		t.Helper()
		v, err := AssetVersion(d)
		if err != nil || v == "" {
			t.Fatalf("AssetVersion = %q, %v", v, err)
		}
		return v
	}
	want := version(dist())
	for _, tc := range []struct {
		name   string
		change func(fstest.MapFS)
		same   bool
	}{
		{"nothing", func(fstest.MapFS) {}, true},
		{"better packed", func(d fstest.MapFS) { d["app.wasm.br"] = &fstest.MapFile{Data: []byte("br")} }, true},
		{"a byte", func(d fstest.MapFS) { d["app.css"] = &fstest.MapFile{Data: []byte("body{ }")} }, false},
		{"a name", func(d fstest.MapFS) { d["b.css"] = d["app.css"]; delete(d, "app.css") }, false},
		{"a file more", func(d fstest.MapFS) { d["x.js"] = d["app.css"] }, false},
	} {
		d := dist()
		tc.change(d)
		if got := version(d); (got == want) != tc.same {
			t.Errorf("%s: version %s, before %s; want the same: %v", tc.name, got, want, tc.same)
		}
	}
	if v, err := AssetVersion(nil); err != nil || v == "" {
		t.Errorf("AssetVersion(nil) = %q, %v", v, err)
	}
}
