package page

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// rowsPage is how many rows are shown at once.
const rowsPage = 50

// modelRows shows the rows that a model was trained on with their cluster,
// page by page, all of them or those of one cluster. The server has the rows:
// without it the component says so.
type modelRows struct {
	app.Compo

	Model   string // id
	K       int
	Dataset string // id and version of what it was trained on
	Version int

	shown   string // the model that was asked for last
	cluster int    // from 0; -1 means all
	page    wire.Rows
	names   []string
	loaded  bool
	err     error
}

// OnMount loads the first page.
func (c *modelRows) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	c.start(ctx)
}

// OnUpdate loads anew when the model is another.
func (c *modelRows) OnUpdate(ctx app.Context) {
	if c.shown != c.Model {
		c.start(ctx)
	}
}

// start shows the first rows of all clusters.
func (c *modelRows) start(ctx app.Context) {
	c.shown, c.cluster, c.page, c.names, c.loaded = c.Model, -1, wire.Rows{}, nil, false
	c.load(ctx, 0)
}

// load asks for the rows from offset on.
func (c *modelRows) load(ctx app.Context, offset int64) {
	id, cluster, named := c.Model, c.cluster, c.names != nil
	q := url.Values{"offset": {strconv.FormatInt(offset, 10)}, "limit": {strconv.Itoa(rowsPage)}}
	if cluster >= 0 {
		q.Set("cluster", strconv.Itoa(cluster))
	}
	dataset := "datasets/" + url.PathEscape(c.Dataset) + "?version=" + strconv.Itoa(c.Version)
	ctx.Async(func() {
		var rows wire.Rows
		err := client.Get().Do("GET", "models/"+url.PathEscape(id)+"/rows?"+q.Encode(), nil, &rows)
		var set wire.Dataset
		if err == nil && !named {
			err = client.Get().Do("GET", dataset, nil, &set)
		}
		ctx.Dispatch(func(app.Context) {
			if c.Model != id || c.cluster != cluster {
				return // the user has gone on
			}
			c.loaded, c.err = true, err
			if err != nil {
				return
			}
			c.page = rows
			if !named {
				c.names = []string{}
				for _, col := range set.Schema {
					c.names = append(c.names, col.Name)
				}
			}
		})
	})
}

func (c *modelRows) onCluster(ctx app.Context, _ app.Event) {
	n, err := strconv.Atoi(ctx.JSSrc().Get("value").String())
	if err != nil {
		n = -1
	}
	c.cluster = n
	c.load(ctx, 0)
}

func (c *modelRows) onPrevious(ctx app.Context, _ app.Event) {
	c.load(ctx, max(0, c.page.Offset-rowsPage))
}

func (c *modelRows) onNext(ctx app.Context, _ app.Event) { c.load(ctx, c.page.Offset+rowsPage) }

func (c *modelRows) onRetry(ctx app.Context, _ app.Event) { c.load(ctx, c.page.Offset) }

// Render draws the table with its filter.
func (c *modelRows) Render() app.UI {
	options := []app.UI{app.Option().Value("-1").Selected(c.cluster < 0).Text("All clusters")}
	for i := range c.K {
		options = append(options, app.Option().Value(strconv.Itoa(i)).Selected(c.cluster == i).Text("Cluster "+strconv.Itoa(i)))
	}
	body := []app.UI{app.Header().Body(app.H2().ID("rows-title").Text("Rows with their cluster"),
		app.Label().Class("row tight").Body(app.Text("Show"), app.Select().ID("rows-cluster").OnChange(c.onCluster).Body(options...)))}
	switch {
	case c.err != nil:
		body = append(body, ui.ErrorBox(c.err, c.onRetry))
	case !c.loaded:
		body = append(body, ui.Skeleton())
	default:
		body = append(body, c.table(), c.pager())
	}
	return app.Section().Class("card").ID("rows").Aria("labelledby", "rows-title").Body(body...)
}

// table draws the page of rows; the last cell of each is its cluster.
func (c *modelRows) table() app.UI {
	head := []app.UI{app.Th().Scope("col").Class("num").Text("#"), app.Th().Scope("col").Text("Cluster")}
	for _, n := range c.names {
		head = append(head, app.Th().Scope("col").Text(n))
	}
	var rows []app.UI
	for _, r := range c.page.Rows {
		if len(r.Cells) == 0 {
			continue
		}
		last := len(r.Cells) - 1
		cells := []app.UI{app.Th().Scope("row").Class("num").Text(strconv.FormatInt(r.ID, 10)), clusterCell(r.Cells[last].Number)}
		for _, cell := range r.Cells[:last] {
			td := app.Td().Text(cell.String())
			if cell.Number != nil {
				td = td.Class("num")
			}
			if cell.Missing() {
				td = td.Class("gap").Text("–")
			}
			cells = append(cells, td)
		}
		rows = append(rows, app.Tr().Body(cells...))
	}
	return app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Table of rows with their cluster").Body(
		app.Table().ID("rows-table").Body(app.THead().Body(app.Tr().Body(head...)), app.TBody().Body(rows...)))
}

// clusterCell draws a row's cluster; a row that was left out has none.
func clusterCell(v *float64) app.UI {
	if v == nil {
		return app.Td().Class("gap").Text("left out")
	}
	i := int(*v)
	return app.Td().Class(ui.ClusterClass(i)).Body(ui.Badge(i))
}

// pager draws where one is and the way to the other rows.
func (c *modelRows) pager() app.UI {
	from, to := c.page.Offset+1, c.page.Offset+int64(len(c.page.Rows))
	text := fmt.Sprintf("Rows %d to %d of %d", from, to, c.page.Total)
	if c.page.Total == 0 {
		text = "No rows."
	}
	return app.Div().Class("foot").Body(
		app.Span().Class("grow").ID("rows-note").Text(text),
		app.Button().Type("button").Class("secondary").ID("rows-previous").Disabled(c.page.Offset == 0).OnClick(c.onPrevious).Text("Previous"),
		app.Button().Type("button").Class("secondary").ID("rows-next").Disabled(to >= c.page.Total).OnClick(c.onNext).Text("Next"),
	)
}
