package page

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// result draws the finished model: how good it is, and one card a cluster.
func (t *Train) result() app.UI {
	m := t.run.Model
	rows := app.UI(app.A().Attr("role", "button").Class("secondary").ID("rows-csv").Hidden(t.deleted).Href(wire.API+"/models/"+url.PathEscape(m.ID)+"/rows.csv").Attr("download", "").Body(ui.Icon("down"), app.Text("Rows with clusters, CSV")))
	if t.private != nil {
		rows = t.private.rowsButton()
	}
	return app.Section().Class("stack").ID("result").Aria("labelledby", "result-title").Body(
		app.Div().Class("row").Body(
			app.H2().ID("result-title").Class("grow").Text("Clusters"),
			rows,
		),
		app.P().Class("small").ID("result-summary").Text(summary(m)),
		app.P().Class("small").ID("result-how").Text(how(m)),
		t.partial(),
		scoreCard(m),
		clusters(t.view.Cards),
	)
}

// summary tells how good a model is, in a sentence.
func summary(m *model.Model) string {
	s := fmt.Sprintf("%s rows in %d clusters, inertia %s.", ui.Num(float64(m.Data.Rows)), m.Centroids.Rows, ui.Num(m.Training.Inertia))
	if m.Data.Dropped > 0 {
		s += " " + count(int(m.Data.Dropped), "row with gaps was", "rows with gaps were") + " left out."
	}
	if sil := m.Training.Silhouette; sil != nil {
		s += " Silhouette " + silhouetteValue(sil, m.Data.Rows) + "."
	}
	return s
}

// clusters draws one card a cluster.
func clusters(cards []clusterCard) app.UI {
	var out []app.UI
	for _, c := range cards {
		out = append(out, clusterView(c))
	}
	return app.Div().Class("clusters").ID("clusters").Body(out...)
}

// clusterView draws one card: number, size, what sets it apart, the centroid.
func clusterView(c clusterCard) app.UI {
	n := strconv.Itoa(c.Index)
	var apart, center []app.UI
	for _, t := range c.Apart {
		apart = append(apart, app.Li().Text(apartWords(t)))
	}
	if len(apart) == 0 {
		apart = append(apart, app.Li().Text("Nothing: it lies in the middle of all rows."))
	}
	for _, t := range c.Center {
		value := cellText(t.Cell)
		if t.Kind == table.Number {
			value = ui.Num(t.Mine)
		}
		center = append(center, app.Tr().Body(app.Th().Scope("row").Text(t.Name), app.Td().Class("num").Title("%s", t.Cell.String()).Text(value)))
	}
	return app.Article().Class("card cluster", ui.ClusterClass(c.Index)).ID("cluster-"+n).Aria("labelledby", "cluster-title-"+n).Body(
		app.H3().ID("cluster-title-"+n).Body(ui.Badge(c.Index), app.Text("Cluster "+n)),
		app.Div().Body(app.Span().Class("size").Text(ui.Num(float64(c.Size))), app.Text(" rows, "+ui.Share(c.Share))),
		shareBar(c.Share),
		app.H4().Class("small").Text("What sets it apart"),
		app.Ul().Class("apart small").Body(apart...),
		app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Centroid of cluster "+n).Body(
			app.Table().Body(app.Caption().Class("sr").Text("Centroid of cluster "+n+", original units"), app.TBody().Body(center...))),
		app.P().Class("xs").Text("Sum of squared distances "+ui.Num(c.Within)),
	)
}

// apartWords says in which direction a column differs.
func apartWords(t trait) string {
	word := "high"
	if t.Apart < 0 {
		word = "low"
	}
	all := "all rows "
	if t.Rough {
		all += "≈ "
	}
	if t.Kind == table.Number {
		return fmt.Sprintf("%s %s: %s, %s%s", t.Name, word, ui.Num(t.Mine), all, ui.Num(t.All))
	}
	word = "more often"
	if t.Apart < 0 {
		word = "less often"
	}
	return fmt.Sprintf("%s %s %s: %s, %s%s", t.Name, word, t.Level, ui.Share(t.Mine), all, ui.Share(t.All))
}

// cellText writes a cell for people.
func cellText(c table.Cell) string {
	switch {
	case c.Number != nil:
		return ui.Num(*c.Number)
	case c.Text != nil:
		return *c.Text
	}
	return "–"
}

// svg makes an SVG element. Each needs its name space.
func svg(tag string) app.HTMLElem { return app.Elem(tag).XMLNS("http://www.w3.org/2000/svg") }

// shareBar draws a part of a whole in the colour that --k has around it.
func shareBar(share float64) app.UI {
	width := strconv.FormatFloat(100*max(0, min(1, share)), 'f', 2, 64)
	return svg("svg").Attr("viewBox", "0 0 100 6").Attr("width", "100%").Attr("height", "6").Attr("preserveAspectRatio", "none").Aria("hidden", "true").Body(
		svg("rect").Attr("width", "100").Attr("height", "6").Attr("rx", "1").Attr("fill", "var(--sunk)"),
		svg("rect").Attr("width", width).Attr("height", "6").Attr("rx", "1").Attr("fill", "var(--k, var(--bar))"),
	)
}

// comparison draws the clusters against the label column.
func (t *Train) comparison() app.UI {
	if t.run.Model == nil || t.run.Model.Training.Label == nil {
		return app.Div().Hidden(true)
	}
	return comparisonTable(t.run.Model.Training.Label)
}

// comparisonTable draws how many rows of each label are in each cluster.
func comparisonTable(l *score.LabelComparison) app.UI {
	head := []app.UI{app.Th().Scope("col").Text("Cluster")}
	for _, name := range l.Labels {
		head = append(head, app.Th().Scope("col").Class("num").Text(name))
	}
	var rows []app.UI
	for i, counts := range l.Counts {
		cells := []app.UI{app.Th().Scope("row").Class(ui.ClusterClass(i)).Body(ui.Badge(i))}
		for _, n := range counts {
			cells = append(cells, app.Td().Class("num").Text(ui.Num(float64(n))))
		}
		rows = append(rows, app.Tr().Body(cells...))
	}
	scores := []app.UI{scoreRow("Adjusted Rand index", fmt.Sprintf("%.3f", l.ARI), ariWords)}
	if l.NMI != nil {
		scores = append(scores, scoreRow("Mutual information, normalised", fmt.Sprintf("%.3f", *l.NMI), nmiWords))
	}
	return app.Section().Class("card").ID("labels").Aria("labelledby", "labels-title").Body(
		app.Header().Body(app.H2().ID("labels-title").Text("Against "+l.Column), app.Small().ID("ari").Text(fmt.Sprintf("adjusted Rand index %.3f", l.ARI))),
		app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Clusters against "+l.Column).Body(
			app.Table().Body(app.THead().Body(app.Tr().Body(head...)), app.TBody().Body(rows...))),
		app.Table().Class("facts-table").Body(app.TBody().Body(scores...)),
	)
}
