package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// foreignPolicy is that of a strict page: it lets nothing in but its own files.
const foreignPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"

// foreignPage is somebody's page with the element in a form of theirs.
const foreignPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flowers</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script>
<script type="module" src="centroid-predictor.mjs"></script></head>
<body><main><h1>Flowers</h1><form id="order" action="/done"><fieldset id="set"><legend>Yours</legend>
<centroid-predictor id="p" name="group" src="predictor.mjs" label="Which flower?"></centroid-predictor></fieldset><button>Order</button></form></main></body></html>`

// foreignFiles are beside it. The predictor's clusters lie at 1 and at 5; blue counts as 2 more.
var foreignFiles = map[string]struct{ kind, body string }{
	"/page.css": {"text/css", `:root { color-scheme: light dark; font-family: sans-serif; } centroid-predictor { --centroid-radius: 3px; } centroid-predictor::part(cluster) { font-style: italic; }`},
	"/page.js": {"text/javascript", `window.seen = [];
for (const type of ["predict", "input", "change"]) document.addEventListener(type, (e) => seen.push({type, target: e.target.id, detail: e.detail ?? null}));
document.querySelector("#p").value = {length: 1.5};`}, // before the element's class is there
	"/predictor.mjs": {"text/javascript", `export const name = "flowers";
export const inputs = [
	{name: "length", kind: "number", min: 0.5, max: 6.2, example: 1.4, required: true},
	{name: "wide <b>", kind: "number", min: 0, max: 3, example: null},
	{name: "colour", kind: "category", levels: ["red", "blue"], example: "red"}];
export function predict(row) {
	if (row.length > 100) throw Object.assign(new Error("No flower is that long."), {field: "length"});
	if (row["wide <b>"] > 100) throw new Error("This row is too large.");
	const x = row.length + (row.colour === "blue" ? 2 : 0) + (row["wide <b>"] ?? 0);
	return Math.abs(x - 1) <= Math.abs(x - 5) ? {cluster: 0, distance: Math.abs(x - 1)} : {cluster: 1, distance: Math.abs(x - 5)};
}`},
	"/empty.mjs": {"text/javascript", `export const name = "empty";`},
	"/icon.svg":  {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`},
	"/done":      {"text/html; charset=utf-8", `<!doctype html><html lang="en"><title>Done</title><h1>Done</h1></html>`},
}

// newForeign serves the page, with the element as the program hands it out.
func newForeign(t *testing.T, s *server) *httptest.Server {
	t.Helper()
	f := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", foreignPolicy)
		switch file, ok := foreignFiles[r.URL.Path]; {
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, foreignPage)
		case r.URL.Path == "/centroid-predictor.mjs":
			w.Header().Set("Content-Type", "text/javascript")
			_, body := s.file("/web/centroid-predictor.mjs")
			_, _ = w.Write(body)
		case ok:
			w.Header().Set("Content-Type", file.kind)
			fmt.Fprint(w, file.body)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// file gives what the server has at a path.
func (s *server) file(path string) (http.Header, []byte) {
	s.t.Helper()
	res, err := http.Get(s.URL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s = %d, %v", path, res.StatusCode, err)
	}
	return res.Header, body
}

// inside is JavaScript for what a selector names in the element's shadow.
func inside(selector string) string {
	return fmt.Sprintf(`document.querySelector("#p").shadowRoot.querySelector(%q)`, selector)
}

// TestE2EComponent uses the element as a stranger's page does: under a strict
// policy, in a form, by keyboard.
func TestE2EComponent(t *testing.T) {
	s := startServer(t)
	f := newForeign(t, s)
	a := newAxe(t, openBrowser(t))
	b := a.browser
	b.Do("open", chromedp.Navigate(f.URL+"/"))
	answers := func(cluster, distance string) {
		t.Helper()
		b.Until(fmt.Sprintf(`%s?.textContent === %q && %s.textContent.includes(%q)`, inside("#cluster"), "Cluster "+cluster, inside("#distance"), distance))
	}
	equal := func(expr, want string) {
		t.Helper()
		var got string
		if b.Eval("JSON.stringify("+expr+")", &got); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
	// The value that the page set early holds; the rest is the real row that the predictor brings.
	answers("0", "0.5")
	equal(`p.value`, `{"length":1.5,"wide <b>":null,"colour":"red"}`)
	equal(`seen`, `[{"type":"predict","target":"p","detail":{"row":{"length":1.5,"wide <b>":null,"colour":"red"},"cluster":0,"distance":0.5}}]`)
	equal(`[...new FormData(order)]`, `[["group","0"]]`)

	// One answer a key, by the keyboard alone: number, slider, choice.
	b.Eval(`void (seen.length = 0, document.querySelector("#p").focus(), document.querySelector("#p").shadowRoot.activeElement.select())`, nil)
	b.press("4.25")
	answers("1", "0.75")
	equal(`seen.filter(e => e.type === "predict").map(e => e.detail.row.length)`, `[4,4,4.2,4.25]`)
	equal(`seen.filter(e => e.type === "input").length`, `4`)
	equal(inside("#in-0 + input")+".value", `"4.25"`)
	b.press(kb.Tab)
	b.press(kb.ArrowRight)
	answers("1", "0.74")
	equal(`p.value.length`, `4.26`)
	b.press(kb.Tab)
	b.press("0.5")
	answers("1", "0.24")
	b.press(kb.Tab)
	b.press(kb.Tab)
	b.press("b") // blue
	answers("1", "1.76")
	equal(`p.answer.cluster`, `1`)
	b.Until(inside("#say") + `.textContent === "Cluster 1."`)
	a.check("component")

	// What is no answer says why beside the field, and holds the form back.
	b.Eval(`void (seen.length = 0, p.shadowRoot.querySelector("#in-0").focus(), p.shadowRoot.activeElement.select())`, nil)
	b.press("-")
	b.Until(inside("#in-0-note") + `.textContent === "This is not a number."`)
	equal(`[order.checkValidity(), p.validity.badInput, p.validationMessage, p.answer, [...new FormData(order)]]`, `[false,true,"length: This is not a number.",null,[]]`)
	equal(`seen.filter(e => e.type === "predict").length`, `0`)
	a.check("component, wrong")
	b.press(kb.Backspace)
	b.Until(inside("#in-0-note") + `.textContent === "The model needs a value here."`)
	b.press("200")
	b.Until(inside("#in-0-note") + `.textContent === "No flower is that long."`)
	b.Until(inside("#say") + `.textContent === "length: No flower is that long."`)
	equal(inside(`#in-0`)+`.getAttribute("aria-invalid")`, `"true"`)
	b.Eval(`void (p.value = {length: 9, "wide <b>": 200, colour: "green"})`, nil)
	b.Until(inside("#error") + `.textContent === "This row is too large."`)
	equal(inside("#in-0-note")+`.textContent`, `"Outside of training: it saw 0.5 to 6.2."`)
	equal(inside("#in-2-note")+`.textContent`, `"Not a level of the training: it counts as none of them."`)
	equal(`p.value`, `{"length":9,"wide <b>":200,"colour":"green"}`)

	// In the form: reset, a fieldset that is off, sent.
	b.Eval(`order.reset()`, nil)
	answers("0", "0.4")
	b.Eval(`void (p.setAttribute("value", '{"colour": "blue"}'))`, nil)
	answers("1", "1.6")
	b.Eval(`void (p.value = {length: 1})`, nil)
	answers("0", "0")
	b.Eval(`order.reset()`, nil)
	answers("1", "1.6")
	b.Eval(`void (document.querySelector("#set").disabled = true)`, nil)
	b.Until(inside("#in-0") + `.disabled`)
	equal(`[[...new FormData(order)], p.matches(":disabled"), p.willValidate]`, `[[],true,false]`)
	b.Eval(`void (document.querySelector("#set").disabled = false)`, nil)
	b.Until(`!` + inside("#in-0") + `.disabled`)
	b.Eval(`void (p.disabled = true)`, nil)
	b.Until(inside("#in-2") + `.disabled && p.hasAttribute("disabled")`)
	b.Eval(`void (p.disabled = false)`, nil)

	// Another model in its place keeps the columns of the same names; a module of the page's own will do.
	b.Eval(`void (p.predictor = {name: "own", inputs: [{name: "length", kind: "number"}], predict: (row) => ({cluster: 7, distance: row.length})})`, nil)
	answers("7", "1.4")
	b.NoErrors()

	// What can't be loaded says so.
	b.quiet = true
	for src, want := range map[string]string{"missing.mjs": "could not be loaded", "empty.mjs": "is no predictor", "http://127.0.0.1:1/x.mjs": "could not be loaded"} {
		b.Eval(fmt.Sprintf(`new Promise(done => { p.addEventListener("error", e => done(e.message), {once: true}); p.src = %q })`, src), &want)
		if text := inside("[role=alert]"); !strings.Contains(want, src) {
			t.Errorf("the error of %s says %q", src, want)
		} else {
			equal(text+".textContent", fmt.Sprintf("%q", want))
		}
		equal(`[order.checkValidity(), p.answer]`, `[false,null]`)
	}
	a.check("component, not loaded")
	b.Eval(`void (p.src = "predictor.mjs")`, nil)
	answers("0", "0.4")
	b.quiet = false

	var sent string
	b.Do("order", chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click("button", chromedp.ByQuery))
		return err
	}))
	if b.Eval(`location.search`, &sent); sent != "?group=0" {
		t.Errorf("the form sends %q, want ?group=0", sent)
	}
	b.NoErrors()
}

// TestE2EComponentIsApart: people who visit the app do not load it.
func TestE2EComponentIsApart(t *testing.T) {
	s := startServer(t)
	if _, worker := s.file("/app-worker.js"); strings.Contains(string(worker), "centroid-predictor") {
		t.Error("the service worker keeps the element, which no page of the app shows")
	}
	head, body := s.file("/web/centroid-predictor.mjs")
	if !slices.Contains(head.Values("Content-Type"), "text/javascript; charset=utf-8") || !strings.Contains(string(body), "customElements.define") {
		t.Errorf("it is served as %q, %d bytes", head.Get("Content-Type"), len(body))
	}
}
