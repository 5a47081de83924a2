package page

import (
	"math"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws the page. Each part keeps its place, shown or not.
func (p *Private) Render() app.UI {
	class := "stack"
	if p.over {
		class += " over"
	}
	return ui.Shell("private",
		app.Div().Class(class).ID("private").OnDragOver(p.onDragOver).OnDragEnter(p.onDragOver).OnDragLeave(p.onDragLeave).OnDrop(p.onDrop).Body(
			app.Input().Type("file").ID("private-file").Hidden(true).Aria("label", "Table to open").Accept(".csv,.tsv,.txt,text/csv,text/plain").OnChange(p.onFile),
			p.head(),
			slot(p.openCard()),
			slot(p.look()),
			slot(p.training()),
			slot(p.keptCard()),
			slot(p.publishCard()),
		))
}

// head draws what this page is, and what has left it.
func (p *Private) head() app.UI {
	right := []app.UI{app.Span().Class("pill", "good").ID("private-sent").Text(p.sentWords())}
	if p.train.run != nil {
		text, class := p.train.run.pill(p.train.canceling)
		right = append(right, app.Span().Class("pill", class).ID("train-state").Text(text))
	}
	return app.Div().Class("pagehead").Body(
		app.Div().Class("grow").Body(app.H1().Text("Private"),
			app.P().Text("Open a file, look at it, train and predict: all of it happens in this tab. No account, and nothing is sent.")),
		app.Div().Class("row").Body(right...),
	)
}

// sentWords says how much was sent since the file was opened: all bodies of requests, whatever they are.
func (p *Private) sentWords() string {
	if p.table == nil && p.reading == "" {
		return "Rows sent: 0"
	}
	if n := client.Get().Sent() - p.before; n > 0 {
		return "Rows sent: 0; " + ui.Bytes(n) + " of models"
	}
	return "Rows sent: 0; bytes: 0"
}

// openCard draws the way in, or how far reading is.
func (p *Private) openCard() app.UI {
	if p.reading != "" {
		title := "Reading " + p.reading
		text := ui.Bytes(p.read.Done) + " of " + ui.Bytes(p.read.Total)
		meter := app.Progress().ID("private-bar").Aria("labelledby", "private-reading").Max("1")
		if p.read.Done < p.read.Total {
			meter = meter.Value(strconv.FormatFloat(float64(p.read.Done)/float64(max(1, p.read.Total)), 'f', 3, 64))
		} else {
			text = "All is read; the columns are being told apart."
		}
		return app.Section().Class("card").Aria("labelledby", "private-reading").Body(
			app.Header().Body(app.H2().ID("private-reading").Text(title)), meter, app.P().Class("small").Text(text),
			app.Div().Class("row").Body(app.Button().Type("button").Class("secondary").ID("private-stop").OnClick(p.onStop).Body(ui.Icon("x"), app.Text("Stop"))))
	}
	buttons := app.Div().Class("row").Body(
		app.Button().Type("button").ID("private-open").Disabled(p.worker == nil).OnClick(p.onChoose).Body(ui.Icon("table"), app.Text("Open a file")),
		app.Button().Type("button").Class("secondary").ID("private-sample").Disabled(p.worker == nil).OnClick(p.onSample).Body(ui.Icon("play"), app.Text("Try the penguins")))
	var fail []app.UI
	if p.openErr != nil {
		fail = append(fail, ui.ErrorBox(p.openErr, nil))
	}
	if p.worker != nil && p.worker.Local != nil {
		fail = append(fail, app.Div().Class("banner warn").Body(ui.Icon("info"), app.Span().Class("grow").Text("This browser runs no workers, so the work is done in the page, which may stutter meanwhile.")))
	}
	if p.table != nil {
		return app.Div().Class("stack").Body(append([]app.UI{buttons}, fail...)...)
	}
	return app.Div().Class("stack").Body(append(fail, app.Section().Class("drop").Aria("label", "Open a table").Body(
		ui.Icon("lock"), app.P().Text("Drop a CSV here: delimited text with a head line, up to 512 MB."), buttons,
		app.P().Class("xs").Text("The table is kept in this tab's memory, and is gone when you close it. Models you train stay in this browser.")))...)
}

// look draws what is in the table.
func (p *Private) look() app.UI {
	if p.table == nil {
		return nil
	}
	d := &p.table.Dataset
	var heads, lines []app.UI
	for _, c := range d.Schema {
		heads = append(heads, app.Th().Scope("col").Body(app.Text(c.Name+" "), app.Small().Text(string(c.Kind))))
	}
	for _, r := range p.table.Preview {
		var cells []app.UI
		for i, c := range r {
			td := app.Td().Text(cellText(c))
			if d.Schema[i].Kind == table.Number {
				td = td.Class("num")
			}
			cells = append(cells, td)
		}
		lines = append(lines, app.Tr().Body(cells...))
	}
	note := count(int(d.Rows), "row", "rows") + ", " + count(len(d.Schema), "column", "columns") + ", " + ui.Bytes(d.Bytes)
	preview := app.Section().Class("card").ID("private-table").Aria("labelledby", "private-name").Body(
		app.Header().Body(app.H2().ID("private-name").Text(d.Name), app.Small().Text(note)),
		app.Div().Class("scroll passes").TabIndex(0).Attr("role", "region").Aria("label", "The first rows of "+d.Name).Body(
			app.Table().Body(app.THead().Body(app.Tr().Body(heads...)), app.TBody().Body(lines...))),
		app.P().Class("xs").Text("The first "+count(len(lines), "row", "rows")+"."))
	return app.Div().Class("stack").Body(preview, p.columns(), p.pair())
}

// columns draws a chart for each of the first columns.
func (p *Private) columns() app.UI {
	var cards []app.UI
	var texts []string
	left := 0
	for i := range p.table.Columns {
		c := &p.table.Columns[i]
		switch {
		case c.Kind == table.Text:
			texts = append(texts, c.Name)
		case len(cards) == p.charts:
			left++
		default:
			cards = append(cards, p.column(i, c))
		}
	}
	body := []app.UI{app.Div().Class("row").Body(app.H2().Class("grow").ID("spread-title").Text("Each column"), app.Small().Text("Every row is counted.")),
		app.Div().Class("cols").Body(cards...)}
	if left > 0 {
		body = append(body, app.Div().Class("row").Body(app.Button().Type("button").Class("secondary").ID("more-columns").OnClick(p.onMore).
			Text("Show "+count(min(left, privateCharts), "more column", "more columns")+" of "+ui.Num(float64(left)))))
	}
	if texts != nil {
		body = append(body, app.P().Class("small").Text(textWords(texts)))
	}
	return app.Section().Class("stack").Aria("labelledby", "spread-title").Body(body...)
}

func (p *Private) column(i int, c *wire.ColumnProfile) app.UI {
	id, file := "column-"+strconv.Itoa(i), p.table.Dataset.Name+" "+c.Name
	body := []app.UI{app.Header().Body(app.H3().ID(id+"-title").Text(c.Name), app.Small().Text(coverWords(*c)))}
	switch {
	case c.Count == 0:
		body = append(body, app.P().Class("small").Text("No row has a value here."))
	case c.Kind == table.Number:
		body = append(body, app.Dl().Class("facts").Body(factView("mean", c.Mean), factView("deviation", c.Std), factView("median", c.Median)),
			&chart.Histogram{ID: id, Label: columnWords(*c), X: c.Name, Class: "sm", File: file, Edges: c.Edges, Bins: c.Bins, Stamp: p.stamp})
	default:
		names, rows := barsOf(*c)
		body = append(body, &chart.Bars{ID: id, Label: columnWords(*c), Class: "sm", File: file, Names: names, Values: rows, Stamp: p.stamp})
	}
	return app.Section().Class("card c4").Aria("labelledby", id+"-title").Body(body...)
}

// pair draws two columns against each other.
func (p *Private) pair() app.UI {
	numbers := columnsOf(p.table.Dataset.Schema, table.Number)
	if len(numbers) < 2 {
		return card("pair-title", "Two columns", "", app.P().Class("small").Text("A scatter needs two columns of numbers."))
	}
	x, y := p.rows.Columns[p.x].Numbers, p.rows.Columns[p.y].Numbers
	g := chart.Group{Name: "rows", Cluster: -1}
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			g.X, g.Y, g.IDs = append(g.X, x[i]), append(g.Y, y[i]), append(g.IDs, p.rows.IDs[i])
		}
	}
	note := count(len(g.X), "row", "rows") + " of " + ui.Num(float64(p.rows.Of)) + ": " + p.rows.Chosen
	return card("pair-title", "Two columns", note,
		app.Div().Class("row ends").Body(
			ui.Field("Across", "pair-x", app.Select().OnChange(p.onX).Body(optionsOf(numbers, p.x)...), "", ""),
			ui.Field("Up", "pair-y", app.Select().OnChange(p.onY).Body(optionsOf(numbers, p.y)...), "", "")),
		&chart.Scatter{ID: "pair", Label: "Scatter of " + count(len(g.X), "row", "rows") + ": " + p.x + " across, " + p.y + " up.", X: p.x, Y: p.y, Class: "mid",
			File: p.table.Dataset.Name + " " + p.x + " " + p.y, Groups: []chart.Group{g}, Stamp: p.stamp})
}

// training draws the settings and the training.
func (p *Private) training() app.UI {
	if p.table == nil {
		return nil
	}
	return app.Section().Class("stack").Aria("labelledby", "private-train").Body(app.H2().ID("private-train").Text("Train"), p.train.body())
}

func (p *Private) rowsButton() app.UI {
	return app.Div().Class("row").Body(
		app.A().Attr("role", "button").Class("secondary").ID("predict-link").Href("/predict#model="+p.train.run.Model.ID).Body(ui.Icon("predict"), app.Text("Predict with it")),
		app.Button().Type("button").Class("secondary").ID("rows-csv").OnClick(p.onRows).Body(ui.Icon("down"), app.Text("Rows with clusters, CSV")))
}
