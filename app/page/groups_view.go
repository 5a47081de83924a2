package page

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws what can be written into the table, and its groups.
func (g *groups) Render() app.UI {
	body := []app.UI{
		app.Header().Body(app.H2().ID("groups-title").Text("Groups"), app.Small().Text("version "+strconv.Itoa(g.Set.Version))),
		slot(g.writer()),
		slot(g.chooser()),
	}
	switch {
	case g.by == "":
		body = append(body, app.P().Class("small").Text("No column is a category. Add the clusters of a model, or read a column as a category."))
	case g.err != nil:
		body = append(body, ui.ErrorBox(g.err, g.onRetry))
	case !g.ready:
		body = append(body, ui.Skeleton())
	default:
		body = append(body, g.table())
	}
	return app.Section().Class("card").ID("groups").Aria("labelledby", "groups-title").Body(body...)
}

// writer draws the form that adds a model's clusters.
func (g *groups) writer() app.UI {
	if g.Set.Version != g.Set.Newest {
		return nil // an old version can only be read
	}
	if len(g.models) == 0 {
		return app.P().Class("small").ID("clusters-none").Body(app.Text("Train a model on this table, and its clusters can be added as a column. "),
			app.A().Href("/train#dataset="+g.Set.ID).Text("Train on this"))
	}
	var options []app.UI
	for _, m := range g.models {
		options = append(options, app.Option().Value(m.ID).Selected(m.ID == g.model).Text(m.Name+", "+strconv.Itoa(m.K)+" clusters, from version "+strconv.Itoa(m.Version)))
	}
	return app.Form().Class("row ends").ID("clusters-form").OnSubmit(g.onWrite).Body(
		app.Label().Class("grow").Body(app.Text("Model"), app.Select().ID("clusters-model").OnChange(g.onModel).Body(options...)),
		app.Button().Type("submit").ID("clusters-write").Disabled(g.writing).Aria("busy", g.writing).Body(ui.Icon("plus"), app.Text("Add clusters to the table")),
		app.P().Class("small").ID("clusters-left").Hidden(g.left == "").Text(g.left),
	)
}

// chooser draws the choice of the column.
func (g *groups) chooser() app.UI {
	var options []app.UI
	if g.by == "" {
		options = append(options, app.Option().Value("").Selected(true).Text("Choose a column"))
	}
	for _, c := range g.Set.Schema {
		if c.Kind == table.Text {
			continue
		}
		options = append(options, app.Option().Value(c.Name).Selected(c.Name == g.by).Text(c.Name))
	}
	if len(options) == 0 {
		return nil
	}
	return app.Label().Class("row tight").Body(app.Text("Group by"), app.Select().ID("groups-by").OnChange(g.onBy).Body(options...))
}

// table draws a line for each group.
func (g *groups) table() app.UI {
	head := []app.UI{app.Th().Scope("col").Text(g.answer.By), app.Th().Scope("col").Class("num").Text("Rows"), app.Th().Scope("col").Class("num").Text("Share")}
	for _, c := range g.answer.Columns {
		th := app.Th().Scope("col").Title(c.What+" of "+c.Name).Body(app.Text(c.Name), app.Small().Class("unit").Text(" "+c.What))
		if c.What == "mean" {
			th = th.Class("num")
		}
		head = append(head, th)
	}
	clusters := isCluster(g.answer)
	var rows []app.UI
	for _, group := range g.answer.Groups {
		name := app.Th().Scope("row")
		n, err := strconv.Atoi(group.Value.String())
		switch {
		case group.Value.Missing():
			name = name.Text("missing")
		case clusters && err == nil:
			name = name.Class(ui.ClusterClass(n)).Body(ui.Badge(n))
		default:
			name = name.Text(cellShown(group.Value))
		}
		share := ui.Share(float64(group.Rows) / float64(max(1, g.answer.Rows)))
		cells := []app.UI{name, app.Td().Class("num").Text(ui.Whole(group.Rows)), app.Td().Class("num").Text(share)}
		for i, c := range group.Cells {
			td := app.Td()
			switch {
			case c.Missing():
				td = td.Class("gap").Text("–")
			case c.Number != nil:
				td = td.Class("num").Title(c.String()).Text(ui.Num(*c.Number))
			default:
				td = td.Text(cellShown(c))
			}
			if g.answer.Columns[i].What == "mean" && c.Missing() {
				td = td.Class("num")
			}
			cells = append(cells, td)
		}
		rows = append(rows, app.Tr().Body(cells...))
	}
	return app.Div().Class("scroll groups-list").TabIndex(0).Attr("role", "region").Aria("label", "Groups by "+g.answer.By).Body(
		app.Table().ID("groups-table").Body(app.THead().Body(app.Tr().Body(head...)), app.TBody().Body(rows...)))
}

// isCluster reports whether groups are those of clusters, which have colours.
func isCluster(g wire.Groups) bool { return g.By == "cluster" || strings.HasPrefix(g.By, "cluster_") }
