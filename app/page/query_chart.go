package page

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// The kinds of charts of an answer.
const (
	chartNone    = "none"
	chartBars    = "bars"
	chartLine    = "line"
	chartScatter = "scatter"
)

// chartBarsMost is how many bars are drawn.
const chartBarsMost = 40

// queryChart says how an answer is drawn: which columns, by their index.
type queryChart struct {
	Kind string
	X, Y int
}

// fit chooses columns that an answer has: the first that is a number for y, the
// first other one for x.
func (c *queryChart) fit(columns []wire.FrameColumn) {
	number := func(i int) bool { return i < len(columns) && columns[i].Kind == table.Number }
	if !number(c.Y) || c.X >= len(columns) || c.X == c.Y {
		c.X, c.Y = 0, 0
		for i := range columns {
			if number(i) && (i > 0 || len(columns) == 1) {
				c.Y = i
				break
			}
		}
		if c.Y == 0 && len(columns) > 1 {
			c.X = 1
		}
	}
	if c.wrong(columns) != "" {
		c.Kind = chartNone
	}
}

// wrong says why the chart can't be drawn; "" if it can.
func (c *queryChart) wrong(columns []wire.FrameColumn) string {
	number := func(i int) bool { return i < len(columns) && columns[i].Kind == table.Number }
	switch {
	case c.Kind == chartNone:
		return ""
	case !number(c.Y):
		return "A chart needs a column of numbers for its height."
	case c.Kind != chartBars && !number(c.X):
		return "Lines and points need a column of numbers for both directions."
	}
	return ""
}

// form draws the choice of the chart.
func (c *queryChart) form(columns []wire.FrameColumn, on app.EventHandler) app.UI {
	var kinds []app.UI
	for _, k := range []struct{ value, text string }{{chartNone, "No chart"}, {chartBars, "Bars"}, {chartLine, "Line"}, {chartScatter, "Points"}} {
		kinds = append(kinds, app.Option().Value(k.value).Selected(k.value == c.Kind).Text(k.text))
	}
	choice := func(at int) (out []app.UI) {
		for i, col := range columns {
			out = append(out, app.Option().Value(strconv.Itoa(i)).Selected(i == at).Text(col.Name))
		}
		return out
	}
	return app.Div().Class("row ends").ID("sql-chart-form").Body(
		ui.Field("Chart", "sql-chart-kind", app.Select().OnChange(on).Body(kinds...), "", ""),
		ui.Field("Across", "sql-chart-x", app.Select().OnChange(on).Body(choice(c.X)...), "", ""),
		ui.Field("Height", "sql-chart-y", app.Select().OnChange(on).Body(choice(c.Y)...), "", ""),
		app.Span().Class("err").Attr("role", "alert").Text(c.wrong(columns)),
	)
}

func (q *query) onChart(app.Context, app.Event) {
	q.chart.Kind = valueOf("sql-chart-kind")
	for id, to := range map[string]*int{"sql-chart-x": &q.chart.X, "sql-chart-y": &q.chart.Y} {
		if i, err := strconv.Atoi(valueOf(id)); err == nil {
			*to = i
		}
	}
}

// draw draws the chart of an answer; nil if there is none.
func (c *queryChart) draw(res *wire.FrameResult, stamp int) app.UI {
	if c.Kind == chartNone || c.wrong(res.Columns) != "" {
		return nil
	}
	x, y := res.Columns[c.X].Name, res.Columns[c.Y].Name
	label := y + " by " + x
	stamp = (stamp*1000+c.X)*1000 + c.Y
	switch c.Kind {
	case chartBars:
		names, values, left := c.bars(res)
		if left > 0 {
			label += fmt.Sprintf(", the first %d of %s bars", len(names), ui.Whole(int64(len(names)+left)))
		}
		class := "mid"
		if len(names) > 15 {
			class = "tall"
		}
		return &chart.Bars{ID: "sql-bars", Label: label + ".", Class: class, Names: names, Values: values, Stamp: stamp}
	case chartLine:
		xs, ys, left := c.points(res)
		return &chart.Line{ID: "sql-line", Label: label + lackWords(left), Class: "mid", X: x, Y: y, Stamp: stamp, Series: []chart.Series{{Name: y, X: xs, Y: ys}}}
	}
	xs, ys, left := c.points(res)
	return &chart.Scatter{ID: "sql-points", Label: label + lackWords(left), Class: "mid", X: x, Y: y, Stamp: stamp, Groups: []chart.Group{{Name: y, Cluster: -1, X: xs, Y: ys}}}
}

// lackWords ends a chart's sentence with the rows that are not in it.
func lackWords(left int) string {
	if left == 0 {
		return "."
	}
	return ", without " + manyRows(int64(left)) + " that lack a value."
}

// bars gives a bar for each row that has a number, and counts those that are left out.
func (c *queryChart) bars(res *wire.FrameResult) (names []string, values []float64, left int) {
	for _, row := range res.Rows {
		switch {
		case row[c.Y].Number == nil:
		case len(names) == chartBarsMost:
			left++
		default:
			name := ui.CellText(row[c.X])
			if name == "" {
				name = "missing"
			}
			names, values = append(names, name), append(values, *row[c.Y].Number)
		}
	}
	return names, values, left
}

// points gives the rows that have both numbers, and counts the others.
func (c *queryChart) points(res *wire.FrameResult) (x, y []float64, left int) {
	for _, row := range res.Rows {
		if row[c.X].Number == nil || row[c.Y].Number == nil {
			left++
			continue
		}
		x, y = append(x, *row[c.X].Number), append(y, *row[c.Y].Number)
	}
	return x, y, left
}
