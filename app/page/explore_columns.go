package page

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// columns draws a chart for each column.
func (e *Explore) columns() app.UI {
	var cards []app.UI
	var texts []string
	left := 0
	for i, c := range e.set.Schema {
		switch {
		case c.Kind == table.Text:
			texts = append(texts, c.Name)
		case len(cards) == e.charts:
			left++
		default:
			cards = append(cards, e.column(i, c.Name))
		}
	}
	density := app.FieldSet().Class("fit").Body(app.Legend().Class("sr").Text("Bandwidth of the density"), app.Div().Class("seg sm").ID("density").Body(
		e.choice("density", bandwidthRough, "Silverman", !e.view.Fine, e.onDensity), e.choice("density", bandwidthFine, "Sheather–Jones", e.view.Fine, e.onDensity)))
	legend := "Bars: rows. Line: density. Both count every row, not a sample. Dark: what is selected."
	body := []app.UI{app.Div().Class("row").Body(app.H2().Class("grow").ID("spread-title").Text("Each column"), app.Small().ID("spread-note").Text(legend+e.older()), density)}
	body = append(body, app.Div().Class("cols").Body(cards...))
	if left > 0 {
		body = append(body, app.Div().Class("row").Body(app.Button().Type("button").Class("secondary").ID("more-columns").OnClick(e.onMore).
			Text("Show "+count(min(left, exploreCharts), "more column", "more columns")+" of "+ui.Num(float64(left)))))
	}
	if texts != nil {
		body = append(body, app.P().Class("small").ID("texts").Text(textWords(texts)))
	}
	return app.Section().Class("stack").Aria("labelledby", "spread-title").Body(body...)
}

// column draws the card of column i.
func (e *Explore) column(i int, name string) app.UI {
	n := strconv.Itoa(i)
	id, title := "column-"+n, "column-"+n+"-title"
	p := e.profiles[name]
	if p == nil {
		return app.Section().Class("card c4").Aria("labelledby", title).Aria("busy", true).Body(
			app.Header().Body(app.H3().ID(title).Text(name)), ui.Skeleton())
	}
	body := []app.UI{app.Header().Body(app.H3().ID(title).Text(name), app.Small().Text(coverWords(*p)))}
	switch {
	case p.Count == 0:
		body = append(body, app.P().Class("small").Text("No row has a value here."))
	case p.Kind == table.Number:
		h := &chart.Histogram{ID: id, Label: columnWords(*p), X: name, File: e.file(name), Edges: p.Edges, Bins: p.Bins, Density: p.Density,
			Box: boxOf(*p), Lit: func() []float64 { return e.litBins(p) }, OnPick: func(_ app.Context, spans []chart.Span, done bool) {
				e.pickSpans([]chart.Axis{{Name: name, Lo: p.Min, Hi: p.Max}}, spans, done)
			}, Stamp: e.stamp}
		h.Spans = spansOf(e.view.Picked, []chart.Axis{{Name: name, Lo: p.Edges[0], Hi: p.Edges[len(p.Edges)-1]}})
		body = append(body, app.Dl().Class("facts").Body(factView("mean", p.Mean), factView("deviation", p.Std), factView("median", p.Median)), h)
	default:
		names, rows := barsOf(*p)
		body = append(body, &chart.Bars{ID: id, Label: columnWords(*p), Class: "sm", File: e.file(name), Names: names, Values: rows, Clusters: e.barColours(*p, len(names)),
			Lit: func() []float64 { return e.litLevels(p, names) }, OnPick: func(_ app.Context, spans []chart.Span, _ bool) { e.pickBar(name, names, spans) }, Stamp: e.stamp})
	}
	if w := outlierWords(*p); w != "" {
		body = append(body, app.P().Class("small").Text(w))
	}
	for _, a := range p.Advice {
		body = append(body, app.P().Class("small", "advice").Body(ui.Icon("info"), app.Text(a.Text+" "),
			app.A().Href("/data#dataset="+e.set.ID).Text("Change it on the Data page")))
	}
	return app.Section().Class("card c4").Aria("labelledby", title).Body(body...)
}

// pickBar selects the level of a bar too, or takes it back.
func (e *Explore) pickBar(column string, names []string, spans []chart.Span) {
	if len(spans) == 0 {
		return
	}
	if i := int(spans[0].Lo); i >= 0 && i < len(names) {
		if names[i] == groupOthers && e.profiles[column] != nil && i >= len(e.profiles[column].Top[:min(len(e.profiles[column].Top), mostBars)]) {
			ui.Say(e.ctx, "The other levels can't be selected as one.")
			return
		}
		e.pick(e.view.Picked.toggle(column, names[i]), true)
	}
}

func (e *Explore) onMore(ctx app.Context, _ app.Event) {
	e.charts += exploreCharts
	e.picked.exact = nil // it has no counts of the columns that are shown too
	e.count(ctx)
}

func (e *Explore) onDensity(ctx app.Context, _ app.Event) {
	e.view.Fine = ctx.JSSrc().Get("value").String() == bandwidthFine
	e.address(ctx)
	first, rest := e.batches()
	e.askProfiles(ctx, first, rest)
}

// barColours gives the levels of the column that colours the rows the same colours.
func (e *Explore) barColours(c wire.ColumnProfile, n int) []int {
	if c.Name != e.view.By {
		return nil
	}
	out := make([]int, n)
	for i := range out {
		out[i] = i
		if i >= min(len(c.Top), mostBars) {
			out[i] = -1
		}
	}
	return out
}

// mostBars is how many levels of a category are drawn.
const mostBars = 8

// barsOf gives a category's most frequent levels, and what is left as one bar.
func barsOf(c wire.ColumnProfile) (names []string, rows []float64) {
	left := c.Count
	for _, l := range c.Top[:min(len(c.Top), mostBars)] {
		names, rows, left = append(names, l.Value), append(rows, float64(l.Rows)), left-l.Rows
	}
	if left > 0 {
		names, rows = append(names, groupOthers), append(rows, float64(left))
	}
	return names, rows
}

// mostOutliers is how many points beyond the whiskers are drawn on either side.
const mostOutliers = 100

// boxOf gives a column's box plot, if it has one.
func boxOf(c wire.ColumnProfile) *chart.BoxPlot {
	if c.Box == nil {
		return nil
	}
	b := &chart.BoxPlot{Low: c.Box.Low, Q1: c.Q1, Median: c.Median, Q3: c.Q3, High: c.Box.High}
	for _, o := range c.Box.Outliers[:min(len(c.Box.Outliers), 2*mostOutliers)] {
		b.Outliers = append(b.Outliers, o.Value)
	}
	return b
}

// outlierWords says how many values are far from the others.
func outlierWords(c wire.ColumnProfile) string {
	if c.Box == nil || c.Box.Below+c.Box.Above == 0 {
		return ""
	}
	var parts []string
	if n := c.Box.Below; n > 0 {
		parts = append(parts, ui.Num(float64(n))+" below "+ui.Num(c.Box.Low))
	}
	if n := c.Box.Above; n > 0 {
		parts = append(parts, ui.Num(float64(n))+" above "+ui.Num(c.Box.High))
	}
	return "Outliers: " + strings.Join(parts, ", ") + "."
}

// columnWords says in a sentence what a column's chart shows.
func columnWords(c wire.ColumnProfile) string {
	rows := count(int(c.Count), "row", "rows")
	switch {
	case c.Count == 0:
		return c.Name + " has no values."
	case c.Kind == table.Number:
		return c.Name + " of " + rows + ": from " + ui.Num(c.Min) + " to " + ui.Num(c.Max) + ", half of them between " + ui.Num(c.Q1) + " and " + ui.Num(c.Q3) + "."
	case len(c.Top) == 0:
		return c.Name + " of " + rows + "."
	}
	return c.Name + " of " + rows + ": most often " + c.Top[0].Value + ", " + count(int(c.Top[0].Rows), "row", "rows") + "."
}

// coverWords says of how many rows a column's chart is.
func coverWords(c wire.ColumnProfile) string {
	s := "all " + count(int(c.Count), "row", "rows")
	if c.Missing > 0 {
		s = count(int(c.Count), "row", "rows") + ", " + ui.Num(float64(c.Missing)) + " missing (" + ui.Share(float64(c.Missing)/float64(c.Count+c.Missing)) + ")"
	}
	if c.Infinite > 0 {
		s += ", " + ui.Num(float64(c.Infinite)) + " infinite"
	}
	return s
}

// factView draws a number with its name; the whole number is its tooltip.
func factView(name string, v float64) app.UI {
	return app.Div().Body(app.Dt().Text(name), app.Dd().Title("%s", strconv.FormatFloat(v, 'g', -1, 64)).Text(ui.Num(v)))
}

// textWords names the columns that have no chart, and says why.
func textWords(names []string) string {
	const most = 10
	s := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		s += " and " + strconv.Itoa(len(names)-most) + " more"
	}
	if len(names) == 1 {
		return "Not drawn, for its texts are nearly all different: " + s + "."
	}
	return "Not drawn, for their texts are nearly all different: " + s + "."
}

// mostDescribed is how many columns the table of statistics has.
const mostDescribed = 200

// describe draws the statistics of all columns as a table.
func (e *Explore) describe() app.UI {
	heads := []app.UI{app.Th().Scope("col").Text("column"), app.Th().Scope("col").Text("type")}
	for _, h := range []string{"values", "missing", "different", "mean", "deviation", "least", "25 %", "median", "75 %", "greatest", "skewness"} {
		heads = append(heads, app.Th().Scope("col").Class("num").Text(h))
	}
	var rows []app.UI
	for _, c := range e.set.Schema {
		p := e.profiles[c.Name]
		if p == nil || len(rows) == mostDescribed {
			continue
		}
		cell := func(v float64, there bool) app.UI {
			if !there {
				return app.Td().Class("num")
			}
			return app.Td().Class("num").Title("%s", strconv.FormatFloat(v, 'g', -1, 64)).Text(ui.Num(v))
		}
		number := p.Kind == table.Number && p.Count > 0
		cells := []app.UI{app.Th().Scope("row").Text(p.Name), app.Td().Text(string(p.Kind)), cell(float64(p.Count), true), cell(float64(p.Missing), true), cell(float64(p.Distinct), p.Kind != table.Number)}
		for _, v := range []float64{p.Mean, p.Std, p.Min, p.Q1, p.Median, p.Q3, p.Max, p.Skew} {
			cells = append(cells, cell(v, number))
		}
		rows = append(rows, app.Tr().Body(cells...))
	}
	note := "all " + count(int(e.set.Rows), "row", "rows")
	if len(e.set.Schema) > mostDescribed {
		note += ", the first " + strconv.Itoa(mostDescribed) + " of " + count(len(e.set.Schema), "column", "columns")
	}
	return card("describe-title", "All columns in numbers", note+"."+e.older(),
		app.Div().Class("scroll", "listed").TabIndex(0).Attr("role", "region").Aria("label", "Statistics of all columns").Body(
			app.Table().ID("describe").Body(app.THead().Body(app.Tr().Body(heads...)), app.TBody().Body(rows...))))
}
