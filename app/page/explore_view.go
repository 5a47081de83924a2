package page

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws the page.
func (e *Explore) Render() app.UI {
	return ui.Shell("explore", append([]app.UI{e.head()}, e.body()...)...)
}

// head draws the title and the choice of the dataset.
func (e *Explore) head() app.UI {
	sub := "See how the values are spread before you look for clusters."
	if e.set != nil {
		sub = count(int(e.set.Rows), "row", "rows") + ", " + count(len(e.set.Schema), "column", "columns") + ", version " + strconv.Itoa(e.set.Version)
	}
	right := app.Div().Class("row")
	if e.set != nil {
		var options []app.UI
		for _, s := range e.sets {
			options = append(options, app.Option().Value(s.ID).Selected(s.ID == e.set.ID).Text(s.Name))
		}
		right = right.Body(
			ui.Field("Dataset", "explore-dataset", app.Select().OnChange(e.onSet).Body(options...), "", ""),
			app.A().Attr("role", "button").Class("secondary").Href("/train#dataset="+e.set.ID).Body(ui.Icon("train"), app.Text("Train")),
		)
	}
	return app.Div().Class("pagehead").Body(
		app.Div().Class("grow").Body(app.H1().Text("Explore"), app.P().ID("explore-about").Text(sub)), right.Class("ends"))
}

// body draws the charts, or what stands in their place.
func (e *Explore) body() []app.UI {
	switch {
	case e.loadErr != nil:
		return []app.UI{ui.ErrorBox(e.loadErr, e.onRetry)}
	case !e.loaded:
		return []app.UI{ui.Skeleton()}
	case e.set == nil:
		return []app.UI{ui.Empty("Nothing to explore yet", "Bring a CSV of yours, or take one of the samples: its columns are drawn here.",
			app.A().Attr("role", "button").Href("/data").Text("Go to Data"))}
	case e.openErr != nil:
		return []app.UI{ui.ErrorBox(e.openErr, e.onRetry)}
	case !e.opened:
		return []app.UI{ui.Skeleton()}
	case e.profile.Rows == 0:
		return []app.UI{ui.Empty("No rows", "This dataset has no rows any more. Add some on the Data page, or go back to an older version there.",
			app.A().Attr("role", "button").Href("/data#dataset="+e.set.ID).Text("Go to Data"))}
	}
	return []app.UI{e.scatter(), e.columns()}
}

// scatter draws two columns against each other.
func (e *Explore) scatter() app.UI {
	head := app.Header().Body(app.H2().ID("pair-title").Text("Two columns"), app.Small().ID("pair-note").Text(e.note()))
	numbers := columnsOf(e.set.Schema, table.Number)
	if len(numbers) == 0 {
		return app.Section().Class("card").Aria("labelledby", "pair-title").Body(head,
			app.P().Class("small").Text("A scatter needs a column of numbers, and this dataset has none. If one is read as texts by mistake, change its type on the Data page."))
	}
	body := []app.UI{head, app.Div().Class("row ends").Body(
		ui.Field("Across", "pair-x", app.Select().OnChange(e.onX).Body(optionsOf(numbers, e.view.X)...), "", ""),
		ui.Field("Up", "pair-y", app.Select().OnChange(e.onY).Body(optionsOf(numbers, e.view.Y)...), "", ""),
		ui.Field("Colour by", "pair-by", app.Select().OnChange(e.onBy).Body(e.colours()...), "", ""),
	)}
	if e.sampleErr != nil {
		body = append(body, ui.ErrorBox(e.sampleErr, e.onAgain))
	}
	// While other points are on their way the old ones stay, with the names of their own columns.
	if p := e.points; p.View.X != "" {
		body = append(body, &chart.Scatter{ID: "pair", Label: p.label(), X: p.View.X, Y: p.View.Y, Class: "tall", Groups: p.Groups, Stamp: e.samples})
	} else if e.sampleErr == nil {
		body = append(body, ui.Skeleton())
	}
	return app.Section().Class("card").Aria("labelledby", "pair-title").Aria("busy", !e.sampled && e.sampleErr == nil).Body(body...)
}

// note says which rows the scatter shows.
func (e *Explore) note() string {
	if !e.sampled || e.sampleErr != nil {
		return ""
	}
	s := e.points.words()
	if v := e.version(); v != e.set.Version {
		s += fmt.Sprintf(" They are those of version %d, which the model was trained on.", v)
	}
	return s
}

// optionsOf draws the choices of a select.
func optionsOf(names []string, chosen string) []app.UI {
	out := make([]app.UI, len(names))
	for i, n := range names {
		out[i] = app.Option().Value(n).Selected(n == chosen).Text(n)
	}
	return out
}

// colours draws the choices of what colours the points.
func (e *Explore) colours() []app.UI {
	out := []app.UI{app.Option().Value("").Selected(e.view.By == "" && e.view.Model == "").Text("nothing")}
	for _, n := range columnsOf(e.set.Schema, table.Category) {
		out = append(out, app.Option().Value("column:"+n).Selected(n == e.view.By).Text(n))
	}
	var models []app.UI
	for _, m := range e.models {
		text := m.Name + ", " + count(m.K, "cluster", "clusters")
		models = append(models, app.Option().Value("model:"+m.ID).Selected(m.ID == e.view.Model).Text(text))
	}
	if models != nil {
		out = append(out, app.OptGroup().Label("Clusters of a model").Body(models...))
	}
	return out
}

// columns draws a chart for each column.
func (e *Explore) columns() app.UI {
	var cards []app.UI
	var texts []string
	left := 0
	for i, c := range e.profile.Columns {
		switch {
		case c.Kind == table.Text:
			texts = append(texts, c.Name)
		case len(cards) == e.charts:
			left++
		default:
			cards = append(cards, e.column(i, c))
		}
	}
	body := []app.UI{app.Div().Class("row").Body(app.H2().ID("spread-title").Text("Each column"),
		app.Small().Text("Bars: rows. Line: density. Both count every row, not a sample."))}
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
func (e *Explore) column(i int, c wire.ColumnProfile) app.UI {
	n := strconv.Itoa(i)
	id, title := "column-"+n, "column-"+n+"-title"
	body := []app.UI{app.Header().Body(app.H3().ID(title).Text(c.Name), app.Small().Text(coverWords(c)))}
	switch {
	case c.Count == 0:
		body = append(body, app.P().Class("small").Text("No row has a value here."))
	case c.Kind == table.Number:
		body = append(body,
			app.Dl().Class("facts").Body(factView("mean", c.Mean), factView("deviation", c.Std), factView("median", c.Median)),
			&chart.Histogram{ID: id, Label: columnWords(c), X: c.Name, Edges: c.Edges, Bins: c.Bins, Density: c.Density, Stamp: e.profiles})
	default:
		names, rows := barsOf(c)
		body = append(body, &chart.Bars{ID: id, Label: columnWords(c), Class: "sm", Names: names, Values: rows, Clusters: e.barColours(c, len(names)), Stamp: e.profiles})
	}
	return app.Section().Class("card c4").Aria("labelledby", title).Body(body...)
}

// barColours gives the levels of the column that colours the scatter the same colours.
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
