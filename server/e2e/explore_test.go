package e2e

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

// picture is what ECharts draws in an element.
type picture struct {
	X, Y   string // names of the axes
	Series []struct {
		ID, Name string
		Data     [][]float64 // the points, or a histogram's bins: middle, rows, from, to, sum, density
	}
}

// group gives the points of the series called name.
func (p picture) group(name string) [][]float64 {
	for _, s := range p.Series {
		if s.Name == name {
			return s.Data
		}
	}
	return nil
}

// picture reads a chart from ECharts itself.
func (b *browser) picture(id string) (p picture) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`(e => e && echarts.getInstanceByDom(e))(document.getElementById(%q))`, id))
	b.Eval(fmt.Sprintf(`(o => ({X: o.xAxis[0].name, Y: o.yAxis[0].name, Series: o.series.filter(Boolean).map(s => ({ID: s.id, Name: s.name ?? "",
		Data: ArrayBuffer.isView(s.data) ? Array.from({length: s.data.length / 2}, (_, i) => [s.data[2 * i], s.data[2 * i + 1]]) : s.id === "centers" ? [] : s.data}))}))
		(echarts.getInstanceByDom(document.getElementById(%q)).getOption())`, id), &p)
	return p
}

// pairIs waits until the scatter has these axes and all of its points.
func (b *browser) pairIs(x, y string) picture {
	b.t.Helper()
	b.Until(fmt.Sprintf(`(o => o?.xAxis[0].name === %q && o.yAxis[0].name === %q)((e => e && echarts.getInstanceByDom(e)?.getOption())(document.getElementById("pair"))) && !document.querySelector("[aria-labelledby=pair-title][aria-busy=true]")`, x, y))
	return b.picture("pair")
}

// tooltip points the mouse at a value of a chart and gives the tooltip's lines.
func (b *browser) tooltip(id string, x, y float64) string {
	b.t.Helper()
	b.Do("show "+id, chromedp.ScrollIntoView("#"+id, chromedp.ByQuery))
	for range 50 { // as long as the page moves beneath the mouse
		var at struct{ X, Y float64 }
		b.Eval(fmt.Sprintf(`(e => { e.scrollIntoView({block: "center", behavior: "instant"}); const box = e.getBoundingClientRect(), p = echarts.getInstanceByDom(e).convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, [%g, %g])
			return {X: box.x + p[0], Y: box.y + p[1]} })(document.getElementById(%q))`, x, y, id), &at)
		b.Do("point at "+id, chromedp.MouseEvent(input.MouseMoved, at.X-3, at.Y), chromedp.MouseEvent(input.MouseMoved, at.X, at.Y))
		// The tooltip is drawn in the canvas, for a strict policy: its texts are among what is drawn.
		var got []string
		b.Eval(fmt.Sprintf(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(
			echarts.getInstanceByDom(document.getElementById(%q)).getZr().storage.getDisplayList(true)
			.filter(d => d.type === "tspan" && d.parent?.type === "text" && d.parent.style.text.includes("\n")).map(d => d.style.text)))))`, id), &got)
		if len(got) > 0 {
			return strings.Join(got, "\n")
		}
	}
	b.t.Fatalf("no tooltip at %v, %v of %s", x, y, id)
	return ""
}

// TestE2EExplore looks at iris and penguins as a user does before a training.
func TestE2EExplore(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ada")
	var iris, penguins wire.Dataset
	a.do("POST", "datasets/sample/iris", nil, "", &iris)
	var profile wire.Describe
	a.do("GET", "datasets/"+iris.ID+"/describe", nil, "", &profile)

	b := openBrowser(t)
	b.logIn(s, "ada", "/explore#dataset="+iris.ID)
	b.Until(`document.querySelector("#explore-about")?.textContent.includes("150 rows, 5 columns")`)

	// A histogram with its density for each column of numbers.
	for i, name := range []string{"sepal_len", "sepal_width", "petal_len", "petal_width"} {
		id, c := fmt.Sprint("column-", i), profile.Columns[i]
		p := b.picture(id)
		if p.X != name || len(p.Series) != 3 || p.Series[0].ID != "bins" || p.Series[1].ID != "curve" || p.Series[2].ID != "box" {
			t.Errorf("the histogram of %s is %+v", name, p)
			continue
		}
		bins, curve := p.Series[0].Data, p.Series[1].Data
		var rows float64
		most := bins[0]
		for _, bin := range bins {
			if rows += bin[1]; rows != bin[4] {
				t.Errorf("%s: up to %v there are %v rows, said to be %v", name, bin[3], rows, bin[4])
			}
			if bin[1] > most[1] {
				most = bin
			}
		}
		if rows != 150 || bins[0][2] != c.Min || bins[len(bins)-1][3] != c.Max {
			t.Errorf("%s: the bins have %v rows from %v to %v, want 150 from %v to %v", name, rows, bins[0][2], bins[len(bins)-1][3], c.Min, c.Max)
		}
		// Density and bars have the same area, but for what the curve has beyond its ends.
		var area float64
		for j := 1; j < len(curve); j++ {
			area += (curve[j][0] - curve[j-1][0]) * (curve[j][1] + curve[j-1][1]) / 2
		}
		if want := rows * (bins[0][3] - bins[0][2]); math.Abs(area/want-1) > 0.1 {
			t.Errorf("%s: the curve has an area of %v, the bars of %v", name, area, want)
		}
		tip := b.tooltip(id, most[0], most[1]/2)
		for _, want := range []string{fmt.Sprint("count: ", most[1]), fmt.Sprint("cumulative: ", most[4]), "density: ", " to "} {
			if !strings.Contains(tip, want) {
				t.Errorf("%s: the tooltip says %q, want %q in it", name, tip, want)
			}
		}
	}
	b.Shot("explore-tooltip")
	b.Click(`figure:has(#column-2) summary`)
	b.Until(fmt.Sprintf(`document.querySelectorAll("figure:has(#column-2) tbody tr").length === %d`, len(profile.Columns[2].Bins)))

	// The scatter names the axes as they are: what is across is across.
	first := b.pairIs("sepal_len", "sepal_width")
	b.Choose("#pair-x", "petal_len")
	b.pairIs("petal_len", "sepal_width")
	b.Choose("#pair-y", "petal_width")
	p := b.pairIs("petal_len", "petal_width")
	b.Choose("#pair-x", "petal_width")
	b.Choose("#pair-y", "petal_len")
	swapped := b.pairIs("petal_width", "petal_len")
	for _, tt := range []struct {
		name string
		p    picture
		x, y float64
	}{{"at first", first, 5.1, 3.5}, {"petals", p, 1.4, 0.2}, {"swapped", swapped, 0.2, 1.4}} {
		for _, category := range []string{"setosa", "versicolor", "virginica"} {
			if got := len(tt.p.group(category)); got != 50 {
				t.Errorf("%s: %d points of %s, want 50", tt.name, got, category)
			}
		}
		// The first row of the table is a setosa.
		found := false
		for _, at := range tt.p.group("setosa") {
			found = found || at[0] == tt.x && at[1] == tt.y
		}
		if !found {
			t.Errorf("%s: no setosa is at %v across and %v up", tt.name, tt.x, tt.y)
		}
	}
	b.See("All 150 rows.")
	b.Until(`document.querySelector("#pair").getAttribute("aria-label").includes("petal_width across, petal_len up, coloured by category")`)
	if tip := b.tooltip("pair", 0.2, 1.4); !strings.Contains(tip, "setosa") || !strings.Contains(tip, "petal_width: 0.2") || !strings.Contains(tip, "petal_len: 1.4") {
		t.Errorf("the tooltip of a point says %q", tip)
	}
	b.Shot("explore-category")

	// Coloured by the clusters of a model.
	m := a.train(wire.TrainStart{Dataset: iris.ID, Name: "flowers", Config: kmeans.Config{K: 3, Seed: 1, Tolerance: 1e-4}})
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.pairIs("petal_width", "petal_len") // the address keeps the view
	b.Choose("#pair-by", "model:"+m.ID)
	b.Until(`document.querySelector("#pair").getAttribute("aria-label").includes("coloured by cluster")`)
	p = b.pairIs("petal_width", "petal_len")
	for i, c := range m.Clusters {
		if got := len(p.Series[i].Data); int64(got) != c.Size || !strings.HasPrefix(p.Series[i].Name, "Cluster") {
			t.Errorf("%s has %d points, want the %d of cluster %d", p.Series[i].Name, got, c.Size, i)
		}
	}
	b.Shot("explore-clusters")
	b.Choose("#pair-by", "")
	b.Until(`!document.querySelector("#pair").getAttribute("aria-label").includes("coloured")`)
	if p = b.pairIs("petal_width", "petal_len"); len(p.group("all rows")) != 150 {
		t.Errorf("without a colour %+v, want one group of 150", p)
	}

	// What is missing is said, and not drawn.
	a.do("POST", "datasets/sample/penguins", nil, "", &penguins)
	b.Open(s.URL + "/data") // another dataset than the one that is shown
	b.Open(s.URL + "/explore#dataset=" + penguins.ID)
	b.Choose("#pair-x", "bill_length_mm")
	b.Choose("#pair-y", "body_mass_g")
	b.Choose("#pair-by", "column:sex")
	p = b.pairIs("bill_length_mm", "body_mass_g")
	b.See("2 of them lack a value and are not drawn")
	b.Until(`document.querySelector("#pair").getAttribute("aria-label").startsWith("Scatter of 342 rows")`)
	p = b.pairIs("bill_length_mm", "body_mass_g")
	if got := len(p.group("no value")); got != 9 {
		t.Errorf("%d points have no sex, want 9", got)
	}
	for column, want := range map[int]string{2: "342 rows, 2 missing", 6: "333 rows, 11 missing", 7: "all 344 rows"} {
		b.Until(fmt.Sprintf(`document.getElementById("column-%d-title").parentElement.textContent.includes(%q)`, column, want))
	}
	b.Shot("explore-missing")
	b.Phone()
	b.Until(`document.documentElement.scrollWidth <= innerWidth + 1`) // the charts follow a frame later
	b.Shot("explore-phone")
	b.Desktop()
	b.NoErrors()
}
