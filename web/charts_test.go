package web_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	cdp "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/centroid-studio/centroid/web"
)

// policy is as strict as the server's.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'"

// page has a place for each kind of chart.
const page = `<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Charts</title>
<link rel="stylesheet" href="/web/app.css"><script src="/web/charts.js"></script></head><body>
<div class="chart" id="scatter"></div><div class="chart" id="line"></div><div class="chart" id="histogram"></div><div class="chart" id="bars"></div>
<div class="chart" id="heat"></div><div class="chart" id="parallel"></div><div class="chart" id="matrix"></div><div class="chart" id="space"></div><div class="chart" id="lit"></div><div class="chart" id="box"></div></body></html>`

// setUp defines what to draw, as package app/chart sends it, and how to look at it.
const setUp = `
const f = (...v) => new Float64Array(v);
var at = id => document.getElementById(id), chart = id => echarts.getInstanceByDom(at(id));
var specs = {
	scatter: {kind: "scatter", label: "Two groups.", x: "bill", y: "mass", groups: [{name: "a {x|y}", cluster: 0, points: 0, ids: 1}, {name: "rest", cluster: -1, points: 2, ids: -1}],
		centers: [{cluster: 0, at: 3, trail: 4}], arrays: [f(1, 10, 2, 20), f(7, 9), f(3, 30), f(1, 10), f(3, 30, 2, 20, 1, 10)]},
	line: {kind: "line", label: "Inertia.", x: "pass", y: "inertia", series: [{name: "run 1", points: 0}], arrays: [f(1, 80500, 2, 20100)]},
	histogram: {kind: "histogram", label: "Spread.", x: "length", bins: 0, curve: 1, arrays: [f(0, 2, 3, 3, .4, 2, 4, 1, 4, .2), f(0, 2, 4, 1)]},
	bars: {kind: "bars", label: "Levels.", names: ["Dream", "Biscoe"], values: 0, clusters: [2, -1], arrays: [f(30, 12)]},
	heat: {kind: "heat", label: "Correlation.", rows: ["bill", "mass"], cols: ["bill", "mass"], values: 0, counts: 1, arrays: [f(1, -.5, -.5, NaN), f(9, 8, 8, 9)]},
	lit: {kind: "scatter", label: "Selected.", x: "bill", y: "mass", z: "depth", groups: [{name: "a", cluster: 0, points: 0, ids: 1, third: 2, lit: 3}], centers: [],
		spans: [{axis: 0, lo: 2, hi: 3}], arrays: [f(1, 10, 2, 20, 3, 30), f(7, 8, 9), f(1, 2, NaN), f(1, 2)]},
	box: {kind: "histogram", label: "Box.", x: "length", bins: 0, curve: 1, lit: 2, box: 3, arrays: [f(0, 2, 3, 3, .4, 2, 4, 1, 4, .2), f(0, 2, 4, 1), f(2, 1), f(0, 1, 2, 3, 4, 9)]},
};
const axes = [{name: "bill", lo: 10, hi: 20}, {name: "mass", lo: 0, hi: 8}, {name: "sex", lo: 0, hi: 1, levels: ["male", "female"]}];
for (const kind of ["parallel", "matrix", "space"])
	specs[kind] = {kind, label: kind + ".", axes, groups: [{cluster: 1, shade: -1, rows: 0, lit: 1}, {cluster: -1, shade: .5, rows: 2, lit: -1}], spans: [{axis: 1, lo: 2, hi: 4}],
		arrays: [f(0, .5, 1, 1, NaN, 0), f(1), f(.5, .5, .5)]};
// picked gathers what the pointer selects.
var picked = {};
for (const id in specs) Object.assign(specs[id], {picks: true, pick: (spans, done) => { picked[id] = [[...spans], done]; }});
for (const id in specs) centroidCharts.draw(at(id), specs[id]);
// drag pulls the pointer over a chart, from place to place in px of it.
var drag = (id, ...places) => {
	const zr = chart(id).getZr(), send = (type, [x, y]) => zr.handler.dispatch(type, {zrX: x, zrY: y, offsetX: x, offsetY: y});
	send("mousedown", places[0]);
	return new Promise(done => {
		const next = i => requestAnimationFrame(() => {
			if (i < places.length) { send("mousemove", places[i]); return next(i + 1); }
			send("mouseup", places.at(-1));
			done(picked[id]);
		});
		next(1);
	});
};
// shapes lists what is painted; texts what is written there.
var shapes = id => chart(id).getZr().storage.getDisplayList(true);
var texts = id => shapes(id).map(e => e.style.text).filter(Boolean);
var tip = (id, seriesIndex, dataIndex) => { chart(id).dispatchAction({type: "showTip", seriesIndex, dataIndex}); return texts(id); };
var fills = id => shapes(id).map(e => e.style.fill).filter(Boolean);
// mark tells where the outlined mark of the centroid is, and where its point of the picture is.
var mark = () => { const e = shapes("scatter").find(e => e.style.lineWidth === 2 && e.z === 4); return [e.parent.x, e.parent.y].map(Math.round); };
var goal = (x, y) => chart("scatter").convertToPixel("grid", [x, y]).map(Math.round);
var go = (x, y) => centroidCharts.move(at("scatter"), {centers: [{cluster: 0, at: 0, trail: 1}], arrays: [f(x, y), f()]});
`

// tab is one page of Chromium with the charts drawn.
type tab struct {
	t      *testing.T
	ctx    context.Context
	errors []string
}

func open(t *testing.T) *tab {
	t.Helper()
	if _, err := fs.Stat(web.Dist, "charts.js"); err != nil {
		t.Fatalf("web/dist is not built, run `make wasm`: %v", err)
	}
	path := os.Getenv("CHROMIUM")
	if path == "" {
		path = "/usr/bin/chromium"
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no Chromium at %s: run `make setup` or set CHROMIUM", path)
	}
	mux := http.NewServeMux()
	mux.Handle("/web/", http.StripPrefix("/web/", http.FileServerFS(web.Dist)))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(page)) // a browser that has gone needs no page
	})
	srv := httptest.NewServer(mux)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(800, 2700))...)
	ctx, close := chromedp.NewContext(alloc)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(func() { cancel(); close(); stop(); srv.Close() })
	b := &tab{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *cdp.EventExceptionThrown:
			b.errors = append(b.errors, ev.ExceptionDetails.Error())
		case *cdp.EventConsoleAPICalled:
			if ev.Type == cdp.APITypeError || ev.Type == cdp.APITypeWarning {
				b.errors = append(b.errors, string(ev.Args[0].Value))
			}
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.LevelError && !strings.Contains(ev.Entry.URL, "favicon") {
				b.errors = append(b.errors, ev.Entry.Text)
			}
		}
	})
	if err := chromedp.Run(ctx, log.Enable(), chromedp.Navigate(srv.URL)); err != nil {
		t.Fatalf("opening the page: %v", err)
	}
	b.eval(setUp+`null`, nil)
	return b
}

// eval runs a script in the page; a promise is waited for.
func (b *tab) eval(script string, out any) {
	b.t.Helper()
	var raw json.RawMessage
	wait := func(p *cdp.EvaluateParams) *cdp.EvaluateParams { return p.WithAwaitPromise(true) }
	if err := chromedp.Run(b.ctx, chromedp.Evaluate(script, &raw, wait)); err != nil {
		b.t.Fatalf("eval(%s): %v; errors %q", script, err, b.errors)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			b.t.Fatalf("eval(%s) = %s: %v", script, raw, err)
		}
	}
}

func TestCharts(t *testing.T) {
	b := open(t)

	t.Run("each kind is drawn and described", func(t *testing.T) {
		for id, label := range map[string]string{"scatter": "Two groups.", "line": "Inertia.", "histogram": "Spread.", "bars": "Levels.",
			"heat": "Correlation.", "parallel": "parallel.", "matrix": "matrix.", "space": "space.", "lit": "Selected.", "box": "Box."} {
			var got struct {
				Label  string
				Shapes int
			}
			b.eval(`({Label: at("`+id+`").getAttribute("aria-label"), Shapes: shapes("`+id+`").length})`, &got)
			if got.Label != label || got.Shapes < 5 {
				t.Errorf("%s: label %q, %d shapes; want %q and a picture", id, got.Label, got.Shapes, label)
			}
		}
	})

	t.Run("words", func(t *testing.T) {
		tests := []struct{ name, script, want string }{
			{"axes of the scatter", `texts("scatter")`, "bill"},
			{"tooltip of a point", `tip("scatter", 0, 1)`, "row 9 bill: 2 mass: 20"},
			{"markup in a name is none", `tip("scatter", 0, 1).map(s => s.replaceAll("\u200b", ""))`, "a {x|y}"},
			{"tooltip of a point without a row", `tip("scatter", 1, 0)`, "rest bill: 3 mass: 30"},
			{"tooltip of a centroid", `tip("scatter", 3, 0)`, "Centroid of cluster 0 bill: 1 mass: 10"},
			{"tooltip of a pass", `tip("line", 0, 1)`, "pass 2 inertia: 20100"},
			{"tooltip of a bin", `tip("histogram", 0, 0)`, "0 to 2 count: 3 cumulative: 3 density: 0.4"},
			{"tooltip of a bar", `tip("bars", 0, 1)`, "Biscoe 12"},
			{"tooltip of a cell", `tip("heat", 0, 1)`, "bill, mass -0.5 of 8 rows"},
			{"a cell without a number", `texts("heat")`, "–"},
			{"tooltip of a selected point", `tip("lit", 1, 0)`, "row 8 bill: 2 mass: 20 depth: 2"},
			{"tooltip of a point without a third value", `tip("lit", 1, 1)`, "row 9 bill: 3 mass: 30 depth: none"},
			{"tooltip of a bin with selected rows", `tip("box", 0, 0)`, "count: 3 selected: 2"},
			{"ends of parallel axes", `texts("parallel")`, "female male"},
			{"columns of a matrix", `texts("matrix")`, "mass 0 to 8"},
			{"ends of a space", `texts("space")`, "bill 20"},
		}
		for _, tt := range tests {
			var got []string
			b.eval(tt.script, &got)
			if all := strings.Join(got, " "); !strings.Contains(all, tt.want) {
				t.Errorf("%s: %q lacks %q", tt.name, all, tt.want)
			}
		}
	})

	t.Run("axes have no room for what is selected", func(t *testing.T) {
		var got []float64
		b.eval(`chart("lit").getModel().getComponent("xAxis").axis.scale.getExtent()`, &got)
		if len(got) != 2 || got[0] != 1 || got[1] != 3 {
			t.Errorf("the axis goes from %v, want from 1 to 3", got)
		}
	})

	t.Run("the pointer selects", func(t *testing.T) {
		tests := []struct {
			name, script string
			want         []float64
			loose        float64
		}{
			{"a rectangle", `drag("lit", chart("lit").convertToPixel("grid", [1.5, 15]), chart("lit").convertToPixel("grid", [2, 20]), chart("lit").convertToPixel("grid", [2.5, 25]))`, []float64{0, 1.5, 2.5, 1, 15, 25}, 1e-6},
			{"backwards and out of the axes", `drag("lit", chart("lit").convertToPixel("grid", [2, 20]), chart("lit").convertToPixel("grid", [1.5, 15]), [0, 0])`, []float64{0, 1, 2, 1, 20, 30}, 1e-6},
			{"an interval", `drag("histogram", chart("histogram").convertToPixel("grid", [1, 1]), chart("histogram").convertToPixel("grid", [2, 2]), chart("histogram").convertToPixel("grid", [3, 1]))`, []float64{0, 1, 3}, 1e-6},
			{"a click into what is selected", `drag("lit", chart("lit").convertToPixel("grid", [2, 20]))`, nil, 0},
			{"an axis of many", `(l => drag("parallel", [l.x1, l.y2 - 1], [l.x1 + 2, (l.y1 + l.y2) / 2], [l.x1 + 2, l.y1 + 1]))(shapes("parallel").filter(e => e.type === "line")[1].shape)`, []float64{1, 0, 8}, 0.1},
			{"a field of a matrix", `(r => drag("matrix", [r.x + 4, r.y + 4], [r.x + r.width / 2, r.y + r.height / 2], [r.x + r.width - 4, r.y + r.height - 4]))(shapes("matrix").filter(e => e.type === "rect")[2].shape)`, []float64{0, 10, 20, 1, 0, 8}, 0.2},
		}
		for _, tt := range tests {
			var got []json.RawMessage
			b.eval(`picked = {}, `+tt.script, &got)
			var spans []float64
			var done bool
			if len(got) != 2 || json.Unmarshal(got[0], &spans) != nil || json.Unmarshal(got[1], &done) != nil || !done || len(spans) != len(tt.want) {
				t.Errorf("%s selects %s, want %v and an end", tt.name, got, tt.want)
				continue
			}
			for i, v := range spans {
				if math.Abs(v-tt.want[i]) > tt.loose {
					t.Errorf("%s selects %v, want %v", tt.name, spans, tt.want)
					break
				}
			}
		}
	})

	t.Run("three columns turn", func(t *testing.T) {
		var got struct{ Before, After, Dragged, Whole []float64 }
		b.eval(`(async () => { const dots = () => shapes("space").filter(e => e.shape?.at?.length).flatMap(e => [...e.shape.at]), Before = dots();
			centroidCharts.turn(at("space"), 90, 0); const After = dots();
			await drag("space", [100, 100], [150, 100], [200, 120]); const Dragged = dots();
			centroidCharts.turn(at("space"), 270 - 50, -10); return {Before, After, Dragged, Whole: dots()}; })()`, &got)
		if slices.Equal(got.Before, got.After) || slices.Equal(got.After, got.Dragged) {
			t.Errorf("the points are at %v, %v, then %v", got.Before, got.After, got.Dragged)
		}
		for i, v := range got.Whole {
			if math.Abs(v-got.Before[i]) > 1e-6 {
				t.Errorf("after a whole turn the points are at %v, want %v", got.Whole, got.Before)
				break
			}
		}
	})

	t.Run("a chart that can't be drawn is reported, and the app goes on", func(t *testing.T) {
		before := len(b.errors)
		b.eval(`new Promise(done => { addEventListener("error", () => done(null), {once: true}); centroidCharts.draw(at("box"), {kind: "scatter", arrays: []}); })`, nil)
		b.eval(`centroidCharts.draw(at("box"), specs.box), null`, nil)
		if len(b.errors) != before+1 {
			t.Errorf("the page reported %q, want one error", b.errors[before:])
		}
		b.errors = b.errors[:before]
	})

	t.Run("numbers are written by the app", func(t *testing.T) {
		var got []string
		b.eval(`centroidCharts.num = v => "<" + v + ">", centroidCharts.draw(at("line"), specs.line), texts("line")`, &got)
		if !slices.Contains(got, "<40000>") {
			t.Errorf("the axis of the line is written %q, want the app's writing, as <40000>", got)
		}
	})

	t.Run("colours follow the theme", func(t *testing.T) {
		var light, dark []string
		b.eval(`fills("bars")`, &light)
		b.eval(`new Promise(done => { document.documentElement.dataset.theme = "dark"; requestAnimationFrame(() => done(fills("bars"))); })`, &dark)
		for name, want := range map[string]string{"light": "rgb(48, 143, 114)", "dark": "rgb(71, 195, 125)"} {
			got := map[string][]string{"light": light, "dark": dark}[name]
			if !slices.Contains(got, want) {
				t.Errorf("in the %s theme the bars are filled %q, want --c3, %s, among them", name, got, want)
			}
		}
	})

	t.Run("centroids glide", func(t *testing.T) {
		var got struct{ Start, End, Goal []int }
		b.eval(`new Promise(done => { go(2, 20); chart("scatter").getZr().flush(); const Start = mark(), Goal = goal(2, 20);
			chart("scatter").on("finished", () => { if (String(mark()) === String(Goal)) done({Start, End: mark(), Goal}); }); })`, &got)
		if slices.Equal(got.Start, got.Goal) {
			t.Errorf("the mark jumped to %v, want it to glide", got.Goal)
		}
	})

	t.Run("or jump where motion is unwanted", func(t *testing.T) {
		if err := chromedp.Run(b.ctx, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}})); err != nil {
			t.Fatal(err)
		}
		var got struct{ Start, Goal []int }
		b.eval(`go(3, 30), chart("scatter").getZr().flush(), ({Start: mark(), Goal: goal(3, 30)})`, &got)
		if !slices.Equal(got.Start, got.Goal) {
			t.Errorf("the mark is at %v, want it at %v at once", got.Start, got.Goal)
		}
	})

	t.Run("a size that changes", func(t *testing.T) {
		var width int
		b.eval(`new Promise(done => { at("line").style.width = "321px"; const look = () => chart("line").getWidth() === 321 ? done(321) : requestAnimationFrame(look); look(); })`, &width)
		if width != 321 {
			t.Errorf("the chart is %d px wide, want 321", width)
		}
	})

	t.Run("gone", func(t *testing.T) {
		var gone bool
		b.eval(`centroidCharts.drop(at("line")), centroidCharts.move(at("line"), {}), chart("line") === undefined && at("line").children.length === 0`, &gone)
		if !gone {
			t.Error("a dropped chart is still there")
		}
	})

	if len(b.errors) > 0 {
		t.Errorf("the page reported %q; the policy may have been broken", b.errors)
	}
}
