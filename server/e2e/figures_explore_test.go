package e2e

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// exploreLooks is how many times the page of a large table is opened, each time
// by another browser of a server that has not seen it.
const exploreLooks = 3

// watchDraws makes the page remember when each chart was drawn, and settles says
// when what is on the screen has followed what was done at begin, in ms after it:
// the frame after the last drawing, once there was none for two frames.
const watchDraws = `(() => {
	window.draws = [];
	const bridge = window.centroidCharts, draw = bridge.draw;
	bridge.draw = (el, spec) => { draw(el, spec); window.draws.push(performance.now()); };
	window.settles = (begin, changed) => new Promise(done => {
		let still = 0, seen = -1;
		const look = () => {
			const last = window.draws.at(-1) ?? 0;
			still = last > begin && last === seen && changed() ? still + 1 : 0;
			seen = last;
			if (still < 2) return requestAnimationFrame(look);
			done(last - begin);
		};
		requestAnimationFrame(look);
	});
})()`

// measureExplore opens the page of a table of a million rows, and selects in it.
func measureExplore(tb *testing.B, f *figures) {
	path := filepath.Join(tb.TempDir(), "table.csv")
	header, rows := writeCSV(tb, path, overlapping(bigRows, bigCols))
	file, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	var first, scatter, all, drags, worst, letGo, exact, colour []float64
	for range exploreLooks {
		s := startServer(tb)
		a := program(tb, s, "ada")
		d, _, err := a.upload(tb.Context(), "table", io.NewSectionReader(file, 0, header+rows), header+rows)
		if err != nil {
			tb.Fatal(err)
		}
		b := openBrowser(tb)
		b.logIn(s, "ada", "/account")
		b.Do("another page", chromedp.Evaluate(fmt.Sprintf(`localStorage.setItem("dataset", JSON.stringify(%q))`, d.ID), nil))
		b.Do("watch", chromedp.Evaluate(watchDraws, nil))
		var took struct{ First, Scatter, All float64 }
		b.Eval(`new Promise(done => {
			const begin = performance.now(), out = {};
			const look = () => {
				const now = performance.now() - begin, canvases = document.querySelectorAll("main .chart canvas").length;
				if (canvases && !out.First) out.First = now;
				if (document.querySelector("#pair canvas") && !out.Scatter) out.Scatter = now;
				if (out.Scatter && document.querySelector("#correlation canvas") && document.querySelector("#column-15 canvas") && document.querySelector("#pca-plane canvas")) { out.All = now; return done(out); }
				requestAnimationFrame(look);
			};
			document.querySelector('nav a[href="/explore"]').click();
			requestAnimationFrame(look);
		})`, &took)
		first, scatter, all = append(first, took.First/1000), append(scatter, took.Scatter/1000), append(all, took.All/1000)

		// The pointer goes over the scatter: at each step all charts in sight follow.
		var steps struct {
			Moves        []float64
			LetGo, Exact float64
		}
		b.Do("show", chromedp.Evaluate(`document.querySelector("#pair").scrollIntoView({block: "center"})`, nil))
		b.Eval(`(async () => {
			const zr = echarts.getInstanceByDom(document.querySelector("#pair")).getZr(), words = () => document.querySelector(".picks").textContent;
			const send = (type, x, y) => zr.handler.dispatch(type, {zrX: x, zrY: y, offsetX: x, offsetY: y});
			const Moves = [];
			send("mousedown", 150, 120);
			for (let i = 0; i < 20; i++) {
				const before = words(), begin = performance.now();
				send("mousemove", 200 + 10 * i, 160 + 8 * i);
				Moves.push(await settles(begin, () => words() !== before));
			}
			const begin = performance.now();
			send("mouseup", 400, 320);
			const LetGo = await settles(begin, () => location.hash.includes("filter"));
			const counted = await new Promise(done => {
				const look = () => words().includes("sample") ? requestAnimationFrame(look) : done(performance.now());
				look();
			});
			return {Moves, LetGo, Exact: counted - begin};
		})()`, &steps)
		drags, worst = append(drags, median(steps.Moves)), append(worst, slices.Max(steps.Moves))
		letGo, exact = append(letGo, steps.LetGo), append(exact, steps.Exact)

		// Another column across.
		var change float64
		b.Eval(`(async () => {
			const e = document.querySelector("#pair-x"), begin = performance.now();
			e.value = [...e.options].at(-1).value;
			e.dispatchEvent(new Event("change", {bubbles: true}));
			return settles(begin, () => document.querySelector("#pair").getAttribute("aria-label").includes(e.value));
		})()`, &change)
		colour = append(colour, change)
		b.leave()
		s.Kill()
	}
	const what = "Explore, 1e6 x 16, "
	f.limit(what+fmt.Sprintf("first chart after the click (median of %d)", exploreLooks), median(first), 1, "s", fmt.Sprintf("%s s (%s)", number(median(first)), spread(first, "%.2f")))
	f.note(what+"scatter after the click", "%s s (%s)", number(median(scatter)), spread(scatter, "%.2f"))
	f.note(what+"all charts after the click", "%s s (%s)", number(median(all)), spread(all, "%.2f"))
	f.limit(what+"a step of the pointer until all charts in sight follow", median(drags), 100, "ms", fmt.Sprintf("%s ms (the slowest of 20 steps: %s)", number(median(drags)), spread(worst, "%.0f")))
	f.limit(what+"letting go", median(letGo), 100, "ms", fmt.Sprintf("%s ms (%s)", number(median(letGo)), spread(letGo, "%.0f")))
	f.note(what+"exact counts of all rows after letting go", "%s ms (%s)", number(median(exact)), spread(exact, "%.0f"))
	f.limit(what+"another column across", median(colour), 100, "ms", fmt.Sprintf("%s ms (%s)", number(median(colour)), spread(colour, "%.0f")))
}
