package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// wait bounds every step: a step that takes longer has failed.
const wait = 60 * time.Second

// browser is one Chromium with a profile of its own, showing one page.
type browser struct {
	t      testing.TB
	ctx    context.Context
	Errors []string // exceptions and errors on the console, CSP violations among them
	quiet  bool     // errors are expected: the server is away
}

// chromium gives Chromium's path.
func chromium(t testing.TB) string {
	t.Helper()
	path := os.Getenv("CHROMIUM")
	if path == "" {
		path = "/usr/bin/chromium"
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no Chromium at %s: run `make setup` or set CHROMIUM", path)
	}
	return path
}

// openBrowser starts Chromium, at desktop size and in the light theme.
func openBrowser(t testing.TB) *browser {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.WindowSize(1360, 900))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); cancelAlloc() })
	b := &browser{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			b.note(ev.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			if ev.Type == runtime.APITypeError {
				var words []string
				for _, a := range ev.Args {
					words = append(words, string(a.Value)+a.Description)
				}
				b.note(strings.Join(words, " "))
			}
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.LevelError && !strings.Contains(ev.Entry.Text, "status of 4") {
				b.note(ev.Entry.Text + " " + ev.Entry.URL)
			}
		}
	})
	b.Do("start", log.Enable(), network.Enable())
	return b
}

func (b *browser) note(s string) {
	if !b.quiet {
		b.Errors = append(b.Errors, s)
	}
}

// Do runs the steps or fails the test, with the page as it is then.
func (b *browser) Do(what string, steps ...chromedp.Action) {
	b.t.Helper()
	// The first call must not carry a deadline: Chromium lives as long as its context.
	if chromedp.FromContext(b.ctx).Target == nil {
		if err := chromedp.Run(b.ctx); err != nil {
			b.t.Fatalf("starting Chromium: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	if err := chromedp.Run(ctx, steps...); err != nil {
		b.Shot("failed-" + b.t.Name())
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.body ? document.body.innerText : ""`, &text))
		b.t.Fatalf("%s: %v\npage:\n%s\nerrors: %q", what, err, text, b.Errors)
	}
}

// Open goes to a page and returns when the app runs in it.
func (b *browser) Open(url string) {
	b.t.Helper()
	b.Do("open "+url, chromedp.Navigate(url))
	b.Running()
}

// Running returns when the app's own code has drawn the page.
func (b *browser) Running() {
	b.t.Helper()
	b.Until(`document.documentElement.dataset.ready === "true"`)
}

// Until waits for a JavaScript expression to be true.
func (b *browser) Until(expr string) {
	b.t.Helper()
	var ok bool
	b.Do("until "+expr, chromedp.Poll("Boolean("+expr+")", &ok, chromedp.WithPollingTimeout(wait-time.Second), chromedp.WithPollingInterval(20*time.Millisecond)))
}

// See waits until the text stands in the page.
func (b *browser) See(text string) {
	b.t.Helper()
	q, _ := json.Marshal(text) // a string always marshals
	b.Until(fmt.Sprintf(`document.body.innerText.includes(%s)`, q))
}

// Click clicks what a selector names, once it is there, enabled, and at rest: what
// was done before may still move it.
func (b *browser) Click(selector string) {
	b.t.Helper()
	b.Do("click "+selector, chromedp.WaitEnabled(selector, chromedp.ByQuery), chromedp.ScrollIntoView(selector, chromedp.ByQuery),
		chromedp.Evaluate(fmt.Sprintf(`new Promise(done => {
			let last = "", still = 0;
			const look = () => {
				const at = JSON.stringify(document.querySelector(%q)?.getBoundingClientRect());
				still = at === last ? still + 1 : 0;
				last = at;
				still === 3 ? done(true) : requestAnimationFrame(look);
			};
			look();
		})`, selector), nil, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
		chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// Fill replaces a field's text by typing.
func (b *browser) Fill(selector, text string) {
	b.t.Helper()
	b.Do("fill "+selector, chromedp.WaitVisible(selector, chromedp.ByQuery),
		chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).select()`, selector), nil),
		chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// Choose picks a value of a select.
func (b *browser) Choose(selector, value string) {
	b.t.Helper()
	b.Do("choose "+selector, chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Evaluate(fmt.Sprintf(
		`(e => { e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector(%q))`, value, selector), nil))
}

// Text gives the text of what a selector names.
func (b *browser) Text(selector string) string {
	b.t.Helper()
	var s string
	b.Do("text of "+selector, chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Text(selector, &s, chromedp.ByQuery))
	return strings.TrimSpace(s)
}

// Eval runs JavaScript, waits for a promise, and decodes the result into v.
func (b *browser) Eval(expr string, v any) {
	b.t.Helper()
	b.Do("eval "+expr, chromedp.Evaluate(expr, v, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
}

// Phone makes the window 390 x 844 CSS pixels with touch, Desktop 1360 x 900.
func (b *browser) Phone() {
	b.Do("phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateTouch))
}

// Desktop undoes Phone.
func (b *browser) Desktop() { b.Do("desktop", chromedp.EmulateViewport(1360, 900)) }

// Theme asks for the dark or light theme as the system's wish.
func (b *browser) Theme(name string) {
	b.Do("theme", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}),
		chromedp.Evaluate(fmt.Sprintf(`document.documentElement.dataset.theme = %q`, name), nil))
}

// Shot keeps a picture of the whole page in the folder SHOTS, if there is one.
func (b *browser) Shot(name string) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	var png []byte
	if err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot(&png)); err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
		return
	}
	path := filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png")
	if err := os.WriteFile(path, png, 0o600); err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
	}
}

// NoErrors fails the test if the page reported any.
func (b *browser) NoErrors() {
	b.t.Helper()
	for _, e := range b.Errors {
		b.t.Errorf("the page reported: %s", e)
	}
	b.Errors = nil
}
