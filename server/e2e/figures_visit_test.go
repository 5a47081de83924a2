package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// visits is how many browsers, each with a new profile, a median is of.
const visits = 5

// traffic is what a browser received, by path, headers included.
type traffic struct {
	mu    sync.Mutex
	paths map[string]string // by session and request
	bytes map[string]int64  // by path
	times map[string]int    // by path
}

// watch counts what the session's page or worker receives.
func (t *traffic) watch(session string, ev any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		t.see(session+string(ev.RequestID), ev.Request.URL)
	case *network.EventResponseReceived: // all that is told of a worker's own script, and of its length the headers' alone
		t.see(session+string(ev.RequestID), ev.Response.URL)
	case *network.EventLoadingFinished:
		if path, ok := t.paths[session+string(ev.RequestID)]; ok {
			t.bytes[path] += int64(ev.EncodedDataLength)
			t.times[path]++
		}
	}
}

func (t *traffic) see(request, address string) {
	if u, err := url.Parse(address); err == nil && u.Scheme == "http" {
		t.paths[request] = u.Path
	}
}

// watchTraffic counts what the page receives, and its service worker, which is
// held at its start until it is watched.
func (b *browser) watchTraffic() *traffic {
	b.t.Helper()
	t := &traffic{paths: map[string]string{}, bytes: map[string]int64{}, times: map[string]int{}}
	chromedp.ListenTarget(b.ctx, func(ev any) {
		switch ev := ev.(type) {
		case *target.EventAttachedToTarget:
			go b.release(ev.SessionID) // a listener must not wait
		case *target.EventReceivedMessageFromTarget:
			var m cdproto.Message
			if err := json.Unmarshal([]byte(ev.Message), &m); err != nil {
				b.t.Errorf("message of a worker: %v", err)
			} else if m.Error != nil {
				b.t.Errorf("watching a worker: %v", m.Error)
			} else if strings.HasPrefix(string(m.Method), "Network.") {
				if seen, err := cdproto.UnmarshalMessage(&m, chromedp.DefaultUnmarshalOptions); err == nil { // else it is one that cdproto does not know
					t.watch(string(ev.SessionID), seen)
				}
			}
		default:
			t.watch("page", ev)
		}
	})
	b.Do("hold workers", target.SetAutoAttach(true, true).WithFlatten(false))
	return t
}

// release lets a worker run, once its traffic is watched. The worker is spoken
// to through the page: chromedp has no session for what is held.
func (b *browser) release(worker target.SessionID) {
	for i, method := range []string{network.CommandEnable, runtime.CommandRunIfWaitingForDebugger} {
		params := map[string]any{"sessionId": worker, "message": fmt.Sprintf(`{"id": %d, "method": %q}`, i+1, method)}
		err := chromedp.Run(b.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
			return cdp.Execute(ctx, "Target.sendMessageToTarget", params, nil)
		}))
		if err != nil && b.ctx.Err() == nil {
			b.t.Errorf("watching a worker: %v", err)
		}
	}
}

// clock makes every page remember when it was ready, in ms after the navigation began.
func (b *browser) clock() {
	b.t.Helper()
	b.Do("clock", chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`new MutationObserver((_, seen) => {
			if (document.documentElement?.dataset.ready !== "true") return;
			window.readyAfter = performance.now();
			seen.disconnect();
		}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"]})`).Do(ctx)
		return err
	}))
}

// readyAfter opens a page and gives the seconds until it can be used.
func (b *browser) readyAfter(url string) float64 {
	b.t.Helper()
	b.Open(url)
	var ms float64
	b.Eval(`window.readyAfter`, &ms)
	return ms / 1000
}

// leave closes the browser: the next one shall have the machine for itself.
func (b *browser) leave() {
	b.t.Helper()
	if err := chromedp.Cancel(b.ctx); err != nil {
		b.t.Errorf("closing Chromium: %v", err)
	}
}

// measureVisit opens the first page in browsers that never saw it, counts what
// they receive until the service worker has kept all that it keeps, and opens
// it again without a server.
func measureVisit(tb *testing.B, f *figures) {
	s := startServer(tb)
	var first, offline []float64
	for range visits {
		b := openBrowser(tb)
		b.clock()
		first = append(first, b.readyAfter(s.URL+"/"))
		b.Eval(`navigator.serviceWorker.ready.then(() => {})`, nil)
		s.Kill()
		b.quiet = true
		b.Do("leave", chromedp.Navigate("about:blank"))
		offline = append(offline, b.readyAfter(s.URL+"/"))
		var controlled bool
		if b.Eval(`Boolean(navigator.serviceWorker.controller)`, &controlled); !controlled {
			tb.Fatal("the page did not come from the service worker")
		}
		b.leave()
		s.Start()
	}

	// Watching holds the worker and takes time, so it has a visit of its own.
	b := openBrowser(tb)
	t := b.watchTraffic()
	b.Open(s.URL + "/")
	b.Eval(`navigator.serviceWorker.ready.then(() => {})`, nil)
	var kept []string
	b.Eval(`caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys())))).then(all => all.flat().map(r => new URL(r.url).pathname))`, &kept)
	b.leave()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, path := range kept {
		if t.times[path] == 0 {
			tb.Errorf("the browser keeps %s, but was not seen to fetch it", path)
		}
	}
	var sum int64
	for _, path := range slices.SortedFunc(maps.Keys(t.bytes), func(a, b string) int { return cmp.Or(cmp.Compare(t.bytes[b], t.bytes[a]), strings.Compare(a, b)) }) {
		sum += t.bytes[path]
		f.files = append(f.files, fmt.Sprintf("| %s | %.1f | %d |\n", path, float64(t.bytes[path])/1e3, t.times[path]))
	}
	f.limit("first visit, whole download with headers", float64(sum)/1e6, 1.8, "MB", "")
	f.limit(fmt.Sprintf("first visit, interactive after (median of %d new profiles)", visits), median(first), 1.5, "s", fmt.Sprintf("%s s (%s)", number(median(first)), spread(first, "%.2f")))
	f.limit(fmt.Sprintf("start without a server, interactive after (median of %d)", visits), median(offline), 0.6, "s", fmt.Sprintf("%s s (%s)", number(median(offline)), spread(offline, "%.2f")))
}
