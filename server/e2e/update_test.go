package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/centroid-studio/centroid/app"
)

// refused is what a browser reports of a call to a server that is away.
var refused = regexp.MustCompile(`net::ERR_(CONNECTION_REFUSED|FAILED) \S+/(api/v1/\S*|healthz|app-worker\.js)$|WebSocket connection to 'ws://\S+/api/v1/ws' failed`)

// installed returns when the service worker has kept the app and serves the page.
func (b *browser) installed() {
	b.t.Helper()
	b.Eval(`navigator.serviceWorker.ready.then(() => {})`, nil)
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(`navigator.serviceWorker.controller`)
}

// TestE2EOffline takes the server away: every page opens, says so, and goes on
// by itself when the server is back.
func TestE2EOffline(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.register(s, "off")
	m := b.trainIris(s, "3")
	b.installed()
	var kept []string
	b.Eval(`caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys())))).then(all => all.flat().map(r => new URL(r.url).pathname))`, &kept)
	for _, path := range slices.Concat(app.Paths(), app.Styles, []string{"/web/app.wasm", "/web/charts.js", "/web/theme.js", "/app.js", "/wasm_exec.js"}) {
		if !slices.Contains(kept, path) {
			t.Errorf("the browser does not keep %s", path)
		}
	}
	for _, path := range kept {
		if strings.HasPrefix(path, "/api/") {
			t.Errorf("the browser keeps %s, which is the user's", path)
		}
	}
	b.NoErrors()

	s.Kill()
	for _, path := range app.Paths() {
		b.Open(s.URL + path)
		// A page that needs no account asks for nothing of a guest, but this one was logged in.
		b.Until(`document.querySelector("#offline")?.innerText.includes("can't be reached")`)
		b.Until(`!document.querySelector("main .skeleton") && document.querySelector("main h1")`)
		var at string
		if b.Eval(`location.pathname`, &at); at != path {
			t.Errorf("without a server %s leads to %s", path, at)
		}
		b.Shot("offline" + strings.ReplaceAll(path, "/", "-"))
		for _, e := range b.Errors {
			if !refused.MatchString(e) {
				t.Errorf("%s reported: %s", path, e)
			}
		}
		b.Errors = nil
	}

	// The model of this device predicts.
	b.Open(s.URL + "/predict")
	b.Until(fmt.Sprintf(`location.hash === "#model=%s" && document.querySelector("#answer-cluster")`, m.ID))
	b.Fill("#input-2", "1.4")
	b.Fill("#input-3", "0.2")
	low := b.Text("#answer-cluster strong")
	b.Fill("#input-2", "6.5")
	b.Fill("#input-3", "2.3")
	if high := b.Text("#answer-cluster strong"); high == low {
		t.Errorf("a small and a large flower are both in %s", low)
	}

	// Back again, every page that waits shows what it could not.
	b.Open(s.URL + "/data")
	b.Until(`document.querySelector("#offline")`)
	b.online(s)
	b.about("150 rows")
	b.Errors = nil // what was refused in the meantime
	b.whole(s, "/models")
	b.NoErrors()
}

// versions is a server whose app becomes a newer one: the service worker's
// version is another, and a style tells which one a page has.
type versions struct {
	*httptest.Server
	n atomic.Int64
}

func newVersions(t *testing.T, s *server) *versions {
	t.Helper()
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	v := &versions{}
	v.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // the server compares it with the origin
			if change[r.In.URL.Path] != nil {
				r.Out.Header.Del("Accept-Encoding")
				r.Out.Header.Del("If-None-Match")
			}
		},
		ModifyResponse: func(res *http.Response) error {
			fn := change[res.Request.URL.Path]
			if fn == nil || res.StatusCode != http.StatusOK {
				return nil
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return err
			}
			body = fn(body, v.n.Load())
			res.Body = io.NopCloser(bytes.NewReader(body))
			res.ContentLength = int64(len(body))
			res.Header.Set("Content-Length", strconv.Itoa(len(body)))
			res.Header.Del("ETag")
			return nil
		},
	})
	t.Cleanup(v.Close)
	return v
}

var cacheName = regexp.MustCompile(`(const cacheName = "app-" \+ ")([^"]+)`)

// waits is the first version whose service worker waits for the pages before it.
const waits = 3

// change makes the files of version n.
var change = map[string]func(body []byte, n int64) []byte{
	"/app-worker.js": func(body []byte, n int64) []byte {
		if n >= waits { // what a browser does as long as it sees the one before at work
			body = bytes.Replace(body, []byte("self.skipWaiting();"), nil, 1)
		}
		return cacheName.ReplaceAll(body, fmt.Appendf(nil, "${1}${2}-%d", n))
	},
	"/web/app.css": func(body []byte, n int64) []byte { return fmt.Appendf(body, "\n:root { --version: %d; }\n", n) },
}

// version waits until the page has the style of a version.
func (b *browser) version(n int64) {
	b.t.Helper()
	b.Running()
	b.Until(fmt.Sprintf(`getComputedStyle(document.documentElement).getPropertyValue("--version") === "%d"`, n))
}

// renew presses Reload and returns when the page was loaded anew.
func (b *browser) renew() {
	b.t.Helper()
	b.Do("renew", chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click("#update button", chromedp.ByQuery))
		return err
	}))
}

// TestE2EUpdate has a newer version come to a page that is open, and to one
// that is opened.
func TestE2EUpdate(t *testing.T) {
	s := startServer(t)
	v := newVersions(t, s)
	b := openBrowser(t)
	b.Open(v.URL + "/login")
	b.installed()
	b.version(0)
	b.Until(`!document.querySelector("#update")`)

	// While a page is open: it looks from time to time, as here at once.
	v.n.Store(1)
	b.Eval(`navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => {})`, nil)
	b.Until(`document.querySelector("#update")?.innerText.includes("A new version is ready.")`)
	b.version(0) // nothing changes beneath the user's hands
	b.Shot("update")
	b.renew()
	b.version(1)
	b.Until(`!document.querySelector("#update")`)

	// When a page is opened: what is kept comes first, then the word of the newer one.
	v.n.Store(2)
	b.Open(v.URL + "/register")
	b.version(1)
	b.Until(`document.querySelector("#update")`)
	b.renew()
	b.version(2)
	b.Until(`!document.querySelector("#update")`)
	var names []string
	if b.Eval(`caches.keys()`, &names); len(names) != 1 || !strings.HasSuffix(names[0], "-2") {
		t.Errorf("the browser keeps %q, want version 2 alone", names)
	}

	// When its worker waits: a page that is opened after the announcement says so
	// too, and Reload loads the newer version.
	v.n.Store(waits)
	b.Eval(`navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => {})`, nil)
	b.Until(`document.querySelector("#update")`)
	b.Open(v.URL + "/login")
	b.version(2)
	b.Until(`document.querySelector("#update")`)
	b.renew()
	b.version(waits)
	b.Until(`!document.querySelector("#update")`)
	b.NoErrors()
}
