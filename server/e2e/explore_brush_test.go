package e2e

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/shared/wire"
)

// penguinsCSV is what the sample of penguins is made of.
const penguinsCSV = "../../web/sample/penguins.csv"

// tableOf reads a CSV file: its columns by name.
func tableOf(t testing.TB, path string) map[string][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for i, name := range all[0] {
		for _, row := range all[1:] {
			out[name] = append(out[name], row[i])
		}
	}
	return out
}

// between counts the rows whose numbers lie in ranges, and whose texts are as said.
func between(table map[string][]string, ranges map[string][2]float64, texts map[string]string) (n int) {
	for i := range slices.Collect(mapValues(table))[0] {
		ok := true
		for name, r := range ranges {
			v, err := strconv.ParseFloat(table[name][i], 64)
			ok = ok && err == nil && v >= r[0] && v <= r[1]
		}
		for name, text := range texts {
			ok = ok && table[name][i] == text
		}
		if ok {
			n++
		}
	}
	return n
}

func mapValues(m map[string][]string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

type spot struct{ X, Y float64 }

// spots gives where points of a chart's data are in the window, with the chart in view.
func (b *browser) spots(id string, points ...[2]float64) (out []spot) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`(e => e && echarts.getInstanceByDom(e))(document.getElementById(%q))`, id))
	var list []string
	for _, p := range points {
		list = append(list, fmt.Sprintf("[%g, %g]", p[0], p[1]))
	}
	b.Eval(fmt.Sprintf(`(e => { e.scrollIntoView({block: "center", behavior: "instant"}); const box = e.getBoundingClientRect(), c = echarts.getInstanceByDom(e);
		return [%s].map(p => c.convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, p)).map(p => ({X: box.x + p[0], Y: box.y + p[1]})) })(document.getElementById(%q))`, strings.Join(list, ","), id), &out)
	return out
}

// drag pulls the pressed pointer from one place in the window to another.
func (b *browser) drag(from, to spot) {
	b.t.Helper()
	held := func(p *input.DispatchMouseEventParams) *input.DispatchMouseEventParams { return p.WithButtons(1) }
	b.Do("drag", chromedp.MouseEvent(input.MouseMoved, from.X, from.Y), chromedp.MouseEvent(input.MousePressed, from.X, from.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		chromedp.MouseEvent(input.MouseMoved, (from.X+to.X)/2, (from.Y+to.Y)/2, held), chromedp.MouseEvent(input.MouseMoved, to.X, to.Y, held),
		chromedp.MouseEvent(input.MouseReleased, to.X, to.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

// press clicks at a place in the window.
func (b *browser) pressAt(at spot) {
	b.t.Helper()
	b.Do("press", chromedp.MouseClickXY(at.X, at.Y))
}

// filters gives the selection that stands in the address.
func (b *browser) filters() wire.Filters {
	b.t.Helper()
	var hash string
	b.Eval(`location.hash.slice(1)`, &hash)
	at, err := url.ParseQuery(hash)
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := wire.ParseFilters(at.Get("filter"))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// rangeOf gives the range of a column among filters.
func rangeOf(t testing.TB, all wire.Filters, column string) [2]float64 {
	t.Helper()
	for _, f := range all {
		if f.Column == column && f.Min != nil && f.Max != nil {
			return [2]float64{*f.Min, *f.Max}
		}
	}
	t.Fatalf("%s has no range in %s", column, all)
	return [2]float64{}
}

// litIs waits until so many points of the scatter are lit.
func (b *browser) litIs(id string, want int) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`(o => o?.series.some(s => s?.id[0] === "l") && o.series.filter(s => s?.id[0] === "l").reduce((n, s) => n + s.data.length / 2, 0) === %d)(
		echarts.getInstanceByDom(document.getElementById(%q))?.getOption())`, want, id))
}

// litBins waits until the dark bars of a histogram or of a category count so many rows.
func (b *browser) litBins(id string, want int) {
	b.t.Helper()
	b.Do("show "+id, chromedp.ScrollIntoView("#"+id, chromedp.ByQuery))
	b.Until(fmt.Sprintf(`(s => s && Math.round(s.data.reduce((n, d) => n + (Array.isArray(d) ? d[1] : d.value ?? d), 0)) === %d)(
		echarts.getInstanceByDom(document.getElementById(%q))?.getOption().series.find(s => s?.id === "lit"))`, want, id))
}

// TestE2EExploreBrush selects in each kind of chart and sees all others follow.
func TestE2EExploreBrush(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ada")
	var set wire.Dataset
	a.do("POST", "datasets/sample/penguins", nil, "", &set)
	table := tableOf(t, penguinsCSV)

	b := openBrowser(t)
	b.logIn(s, "ada", "/explore#"+url.Values{"dataset": {set.ID}, "x": {"bill_length_mm"}, "y": {"body_mass_g"}, "by": {"species"}}.Encode())
	b.pairIs("bill_length_mm", "body_mass_g")

	// A range of a histogram.
	at := b.spots("column-5", [2]float64{3500, 5}, [2]float64{4500, 15})
	b.drag(at[0], at[1])
	b.Until(`location.hash.includes("filter=")`)
	mass := rangeOf(t, b.filters(), "body_mass_g")
	if mass[0] < 3450 || mass[0] > 3550 || mass[1] < 4450 || mass[1] > 4550 {
		t.Errorf("dragging from 3500 to 4500 selects %v", mass)
	}
	want := between(table, map[string][2]float64{"body_mass_g": mass}, nil)
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.litBins("column-5", want)
	b.litBins("column-0", want) // a category has a level for each row
	b.litIs("pair", want)
	b.Shot("brush-histogram")

	// A bar: both must hold.
	adelie := b.spots("column-0", [2]float64{20, 0})
	b.pressAt(adelie[0])
	want = between(table, map[string][2]float64{"body_mass_g": mass}, map[string]string{"species": "Adelie"})
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.litIs("pair", want)
	b.litBins("column-5", want)

	// The address says it all: after a reload and in another window.
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.litIs("pair", want)
	b.Until(fmt.Sprintf(`document.querySelectorAll("#picked-rows tbody tr").length === %d`, min(want, 50)))
	b.Do("rows", chromedp.ScrollIntoView("#picked-rows", chromedp.ByQuery))
	b.Shot("brush-rows")

	// The rectangle of a scatter takes the place of what was selected of its columns.
	at = b.spots("pair", [2]float64{40, 3000}, [2]float64{50, 4000})
	b.drag(at[0], at[1])
	b.Until(`decodeURIComponent(location.hash).includes('"bill_length_mm"')`)
	both := map[string][2]float64{"body_mass_g": rangeOf(t, b.filters(), "body_mass_g"), "bill_length_mm": rangeOf(t, b.filters(), "bill_length_mm")}
	if got := both["bill_length_mm"]; got[0] < 39.5 || got[0] > 40.5 || got[1] < 49.5 || got[1] > 50.5 {
		t.Errorf("dragging from 40 to 50 selects %v", got)
	}
	if both["body_mass_g"] == mass {
		t.Errorf("the rectangle left the range of body_mass_g at %v", mass)
	}
	want = between(table, both, map[string]string{"species": "Adelie"})
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.litIs("pair", want)
	b.Shot("brush-scatter")

	// A click into it takes back what its axes selected, a chip what it names.
	at = b.spots("pair", [2]float64{55, 3000})
	b.pressAt(at[0])
	want = between(table, nil, map[string]string{"species": "Adelie"})
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.Click(".chip")
	b.See("Drag over a chart or click a bar")
	b.Until(`!location.hash.includes("filter=")`)

	// An interval of a parallel axis: the third of the five shown.
	var axis struct{ X, Top, Bottom float64 }
	b.Do("show", chromedp.ScrollIntoView("#many-parallel", chromedp.ByQuery))
	b.Until(`(e => e && echarts.getInstanceByDom(e)?.getZr().storage.getDisplayList(true).length)(document.querySelector("#many-parallel"))`)
	b.Eval(`(e => { e.scrollIntoView({block: "center", behavior: "instant"}); const box = e.getBoundingClientRect(), lines = echarts.getInstanceByDom(e).getZr().storage.getDisplayList(true).filter(d => d.type === "line");
		const l = lines[2].shape; return {X: box.x + l.x1, Top: box.y + l.y1, Bottom: box.y + l.y2} })(document.querySelector("#many-parallel"))`, &axis)
	b.drag(spot{axis.X, axis.Bottom - 1}, spot{axis.X + 3, (axis.Top + axis.Bottom) / 2})
	b.Until(`decodeURIComponent(location.hash).includes("flipper_length_mm")`)
	flipper := rangeOf(t, b.filters(), "flipper_length_mm")
	if flipper[0] > 174 || flipper[1] < 200 || flipper[1] > 203 {
		t.Errorf("the lower half of the axis from 172 to 231 selects %v", flipper)
	}
	want = between(table, map[string][2]float64{"flipper_length_mm": flipper}, nil)
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.litIs("pair", want)
	b.Shot("brush-parallel")
	b.Click("#pick-clear")
	b.See("Drag over a chart or click a bar")

	// By the keyboard alone.
	b.Do("focus", chromedp.Focus("#pick-form", chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
	b.Choose("#pick-column", "bill_depth_mm")
	b.Do("from", chromedp.Focus("#pick-from", chromedp.ByQuery), chromedp.KeyEvent("18"+kb.Tab+"20"+kb.Enter))
	want = between(table, map[string][2]float64{"bill_depth_mm": {18, 20}}, nil)
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.Choose("#pick-column", "sex")
	b.Click(`.picks input[type=checkbox][value=male]`)
	want = between(table, map[string][2]float64{"bill_depth_mm": {18, 20}}, map[string]string{"sex": "male"})
	b.See(fmt.Sprintf("%d of 344 rows selected", want))
	b.Shot("brush-form")
	b.Click("#pick-form")

	// A scatter matrix, and three columns that turn.
	b.Do("show", chromedp.ScrollIntoView("#many-kind", chromedp.ByQuery))
	dots := `JSON.stringify(echarts.getInstanceByDom(document.querySelector("#many-%s")).getZr().storage.getDisplayList(true).filter(d => d.shape?.at?.length).map(d => [...d.shape.at].slice(0, 20)))`
	b.Click(`#many-kind label:has([value=matrix])`)
	b.Until(`document.querySelector("#many-matrix")?.getAttribute("aria-label").includes("344 rows as scatters of each pair of bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g, year")`)
	b.Until(fmt.Sprintf(dots, "matrix") + ".length > 100")
	b.Shot("explore-matrix")
	b.Click(`#many-kind label:has([value=space])`)
	b.Until(`document.querySelector("#many-space canvas")`)
	var before, after string
	b.Until(fmt.Sprintf(dots, "space") + ".length > 100")
	b.Eval(fmt.Sprintf(dots, "space"), &before)
	b.Shot("explore-space")
	b.Click(`[aria-label="Turn left"]`)
	b.Eval(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))`, nil)
	if b.Eval(fmt.Sprintf(dots, "space"), &after); before == after {
		t.Error("the points did not turn")
	}

	// The correlation: ranks are another number; a cell leads to its pair.
	var rank wire.Correlation
	a.do("GET", "datasets/"+set.ID+"/correlation?method=spearman&columns=bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,year", nil, "", &rank)
	b.Do("show", chromedp.ScrollIntoView("#correlation", chromedp.ByQuery))
	b.Click(`label:has([name=ranks][value=true])`)
	b.Until(`document.querySelector("#correlation").getAttribute("aria-label").includes("Spearman")`)
	var cell spot
	shown := strconv.FormatFloat(*rank.R[3][2], 'f', 2, 64)
	b.Until(fmt.Sprintf(`echarts.getInstanceByDom(document.querySelector("#correlation")).getZr().storage.getDisplayList(true).some(d => d.style.text === %q)`, shown))
	b.Eval(`(e => { e.scrollIntoView({block: "center", behavior: "instant"}); const box = e.getBoundingClientRect(),
		r = echarts.getInstanceByDom(e).getZr().storage.getDisplayList(true).filter(d => d.type === "rect" && d.shape.width > 20)[3 * 5 + 2].shape; return {X: box.x + r.x + r.width / 4, Y: box.y + r.y + r.height / 4} })(document.querySelector("#correlation"))`, &cell)
	b.pressAt(cell)
	b.pairIs("flipper_length_mm", "body_mass_g")

	// A third column by size, and steps of a number as colours.
	b.Choose("#pair-z", "bill_depth_mm")
	b.Choose("#pair-by", "column:bill_length_mm")
	b.Until(`document.querySelector("#pair").getAttribute("aria-label").includes("bill_depth_mm by size, coloured by bill_length_mm")`)
	b.Until(`document.querySelectorAll("figure:has(#pair) .legend .dot").length === 5`)
	b.Shot("explore-size")

	// The principal components are drawn, with the rows that have all values.
	b.Do("show", chromedp.ScrollIntoView("#pca-plane", chromedp.ByQuery))
	b.Until(`document.querySelector("#pca-plane").getAttribute("aria-label").startsWith("Scatter of 342 rows in the first two components")`)
	b.Until(`echarts.getInstanceByDom(document.querySelector("#pca-loadings")) && echarts.getInstanceByDom(document.querySelector("#pca-variance"))`)
	b.Shot("explore-components")

	// The selected rows open in the grid.
	b.Click("#rows-open")
	b.Until(fmt.Sprintf(`document.querySelector("#rows[aria-rowcount='%d']")`, want+1))
	b.NoErrors()
}

// TestE2EExploreCounts selects in a table of which the page has a part: the
// server counts all rows.
func TestE2EExploreCounts(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ada")
	const rows = 30_000
	var file strings.Builder
	file.WriteString("x,y,kind\n")
	table := map[string][]string{}
	for i := range rows {
		x, y, kind := fmt.Sprint(i*7919%1000), fmt.Sprint(i%97), []string{"a", "b", "c"}[i%3]
		fmt.Fprintf(&file, "%s,%s,%s\n", x, y, kind)
		table["x"], table["y"], table["kind"] = append(table["x"], x), append(table["y"], y), append(table["kind"], kind)
	}
	set, _, err := a.upload(t.Context(), "counted.csv", strings.NewReader(file.String()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t)
	b.logIn(s, "ada", "/explore#"+url.Values{"dataset": {set.ID}, "filter": {`[{"column":"x","min":100,"max":250},{"column":"kind","levels":["b"]}]`}}.Encode())
	want := between(table, map[string][2]float64{"x": {100, 250}}, map[string]string{"kind": "b"})
	b.See(fmt.Sprintf("%s of 30k rows selected, %.1f %%.", short(want), 100*float64(want)/rows))
	b.litBins("column-1", want)
	b.litBins("column-2", want)
	b.See("5000 of 30000 rows, chosen at random")

	// What a chart selects is counted too.
	at := b.spots("column-1", [2]float64{20, 100}, [2]float64{60, 100})
	b.drag(at[0], at[1])
	b.Until(`decodeURIComponent(location.hash).includes('"y"')`)
	y := rangeOf(t, b.filters(), "y")
	want = between(table, map[string][2]float64{"x": {100, 250}, "y": y}, map[string]string{"kind": "b"})
	b.See(fmt.Sprintf("%s of 30k rows selected, %.1f %%.", short(want), 100*float64(want)/rows))
	b.litBins("column-1", want)
	b.Click(".chip:nth-child(3)")

	// Counting fails: what the page knows stays, and it can be tried again.
	b.quiet = true
	s.Kill()
	b.Click(".chip")
	b.Until(`document.querySelector(".picks [role=alert]")`)
	b.See("of the sample; the bars are estimated from it.")
	s.Start()
	b.Until(`!document.querySelector(".picks [role=alert]")`)
	left := between(table, nil, map[string]string{"kind": "b"})
	b.See(fmt.Sprintf("%s of 30k rows selected", short(left)))
}

// short writes whole numbers as the app does, up to a million.
func short(n int) string {
	switch {
	case n < 1000:
		return strconv.Itoa(n)
	case n < 10_000:
		return fmt.Sprintf("%d,%03d", n/1000, n%1000)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/1000), ".0") + "k"
}

// TestE2EExploreSave saves a chart in each way.
func TestE2EExploreSave(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ada")
	var set wire.Dataset
	a.do("POST", "datasets/sample/penguins", nil, "", &set)
	b := openBrowser(t)
	b.logIn(s, "ada", "/explore#dataset="+set.ID)
	b.Until(`document.querySelector("#pair canvas")`)
	dir := t.TempDir()
	done := make(chan string, 8)
	chromedp.ListenTarget(b.ctx, func(ev any) {
		if ev, ok := ev.(*cdpbrowser.EventDownloadProgress); ok && ev.State == cdpbrowser.DownloadProgressStateCompleted {
			done <- ev.GUID
		}
	})
	b.Do("downloads", cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName).WithDownloadPath(dir).WithEventsEnabled(true))
	save := func(figure string, item int) string {
		b.Click(fmt.Sprintf("figure:has(#%s) > details.menu > summary", figure))
		b.Click(fmt.Sprintf("figure:has(#%s) .pop button:nth-child(%d)", figure, item))
		select {
		case name := <-done:
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		case <-time.After(wait):
			t.Fatalf("nothing of %s came", figure)
			return ""
		}
	}
	if got := http.DetectContentType([]byte(save("pair", 1))); got != "image/png" {
		t.Errorf("the picture is %s, want a PNG", got)
	}
	for _, figure := range []string{"pair", "correlation", "column-2", "column-0", "many-parallel"} {
		b.Do("show", chromedp.ScrollIntoView("#"+figure, chromedp.ByQuery))
		b.Until(fmt.Sprintf(`document.querySelector("#%s canvas")`, figure))
		if got := save(figure, 2); !strings.HasPrefix(got, "<svg") || strings.Count(got, "<path")+strings.Count(got, "<rect") < 4 {
			t.Errorf("the SVG of %s is %.200q", figure, got)
		}
	}
	all, err := csv.NewReader(strings.NewReader(save("pair", 3))).ReadAll()
	if err != nil || len(all) != 343 || strings.Join(all[0], " ") != "group row bill_length_mm bill_depth_mm" {
		t.Errorf("the data are %d lines, %.1v, %v; want a head and 342 rows", len(all), all, err)
	}
	b.NoErrors()
}
