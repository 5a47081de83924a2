// Package chart draws charts: scatter, line, histogram, bars. A chart is a
// figure with a picture and the same as a table. Here is what to show; how it
// looks is web/charts.js, which draws with ECharts and the style sheet's colours.
//
// A chart is drawn anew when its Stamp is another one, so that a page may fill
// its slices in place and need not copy them. Only the picture needs a browser.
package chart

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// tableLines is how many lines a chart's table has at most.
const tableLines = 200

// frame is what all charts have: the picture, and whether the table is open.
type frame struct {
	picture picture
	open    bool // the table is drawn only while somebody looks
	shown   string
}

// figure draws a chart's place, and below it the table that lines makes.
// label is the sentence that stands for the picture.
func (f *frame) figure(id, label, class string, below []app.UI, lines func() lines) app.UI {
	body := []app.UI{app.Div().ID(id).Class("chart", class).Attr("role", "img").Aria("label", label)}
	body = append(body, below...)
	table := []app.UI{app.Summary().Text("Show as a table")}
	if f.open {
		table = append(table, lines().draw(label))
	}
	body = append(body, app.Details().Class("small").On("toggle", f.onToggle).Body(table...))
	return app.Figure().Class("plot").Body(body...)
}

func (f *frame) onToggle(ctx app.Context, _ app.Event) {
	f.open = ctx.JSSrc().Get("open").Bool()
}

// lines is a chart as a table.
type lines struct {
	head  []string
	texts int        // how many columns, from the first on, are texts; the others are numbers
	rows  [][]string // at most tableLines
	of    int        // lines that there are
}

// draw draws the table, and says so if it is not all.
func (l lines) draw(label string) app.UI {
	heads := make([]app.UI, len(l.head))
	for i, h := range l.head {
		heads[i] = app.Th().Scope("col").Class(l.class(i)).Text(h)
	}
	rows := make([]app.UI, len(l.rows))
	for i, r := range l.rows {
		cells := make([]app.UI, len(r))
		for j, text := range r {
			cells[j] = app.Td().Class(l.class(j)).Text(text)
		}
		rows[i] = app.Tr().Body(cells...)
	}
	caption := label
	if l.of > len(l.rows) {
		caption += " The first " + strconv.Itoa(len(l.rows)) + " of " + ui.Num(float64(l.of)) + " lines."
	}
	return app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Table: "+label).Body(
		app.Table().Body(app.Caption().Text(caption), app.THead().Body(app.Tr().Body(heads...)), app.TBody().Body(rows...)))
}

func (l lines) class(column int) string {
	if column < l.texts {
		return ""
	}
	return "num"
}

// add puts a line into the table while there is room.
func (l *lines) add(cells ...string) {
	l.of++
	if len(l.rows) < tableLines {
		l.rows = append(l.rows, cells)
	}
}

// whole writes a number with all its digits.
func whole(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
