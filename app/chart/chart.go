// Package chart draws charts: scatter, line, histogram, bars, and plots of many
// columns. A chart is a figure with a picture and the same as a table, and both
// can be saved. Here is what to show; how it looks is web/charts.js, which draws
// with ECharts and the style sheet's colours.
//
// A chart is drawn anew when its Stamp is another one, so that a page may fill
// its slices in place and need not copy them. Only the picture needs a browser.
package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// tableLines is how many lines a chart's table has at most.
const tableLines = 200

// Span is an interval along one axis of a chart, in the data's units; of names,
// from and to which of them.
type Span struct {
	Axis int     `json:"axis"` // 0 is across, 1 up; in plots of many columns, which of them
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
}

// Lit counts the selected rows of each bar when somebody looks at it; nil, or giving
// nil: nothing is selected.
type Lit func() []float64

func (l Lit) rows() []float64 {
	if l == nil {
		return nil
	}
	return l()
}

// Pick hears what the user selects in a picture: the spans, none to take back
// what was selected, and whether the pointer has let go.
type Pick func(ctx app.Context, spans []Span, done bool)

// frame is what all charts have: the picture, and whether the table is open.
type frame struct {
	picture picture
	open    bool // the table is drawn only while somebody looks
	shown   string
	lines   func(most int) lines
	id      string
	file    string
}

// place is where a chart is in its page, and what is beside the picture.
type place struct {
	id    string // of the element that ECharts draws in
	label string // a sentence that stands for the picture
	class string // height
	file  string // name of saved files without their ending; "" is the id
	below []app.UI
	pick  Pick // nil: nothing can be selected
}

// figure draws a chart's place, and below it the table that lines makes, of so
// many lines at most, or of all if most is below 0.
func (f *frame) figure(p place, lines func(most int) lines) app.UI {
	f.picture.pick, f.lines, f.id, f.file = p.pick, lines, p.id, p.file
	if f.file == "" {
		f.file = p.id
	}
	body := []app.UI{app.Div().ID(p.id).Class("chart", p.class).Attr("role", "img").Aria("label", p.label)}
	body = append(body, p.below...)
	table := []app.UI{app.Summary().Text("Show as a table")}
	if f.open {
		table = append(table, lines(tableLines).draw(p.label))
	}
	body = append(body, app.Details().Class("small").On("toggle", f.onToggle).Body(table...), f.saveMenu())
	return app.Figure().Class("plot").Body(body...)
}

func (f *frame) onToggle(ctx app.Context, _ app.Event) {
	f.open = ctx.JSSrc().Get("open").Bool()
}

// saveMenu draws what a chart can be saved as.
func (f *frame) saveMenu() app.UI {
	item := func(text string, do app.EventHandler) app.UI {
		return app.Button().Type("button").OnClick(do, f.id).Text(text)
	}
	return app.Details().Class("menu small").Body(
		app.Summary().Aria("label", "Save this chart").Text("Save"),
		app.Div().Class("pop short").Body(item("Picture, PNG", f.onPNG), item("Picture, SVG", f.onSVG), item("Data, CSV", f.onCSV)))
}

func (f *frame) onPNG(ctx app.Context, _ app.Event) { f.save(ctx, "png") }
func (f *frame) onSVG(ctx app.Context, _ app.Event) { f.save(ctx, "svg") }

func (f *frame) save(ctx app.Context, format string) {
	fold(ctx)
	if bridge, ok := charts(); ok && f.picture.el != nil {
		bridge.Call("save", f.picture.el, format, f.file)
	}
}

func (f *frame) onCSV(ctx app.Context, _ app.Event) {
	fold(ctx)
	if bridge, ok := charts(); ok {
		bridge.Call("saveFile", f.file+".csv", "text/csv", f.lines(-1).csv())
	}
}

// fold closes the menu that a button is in, and keeps the focus at it.
func fold(ctx app.Context) {
	menu := ctx.JSSrc().Call("closest", "details")
	menu.Set("open", false)
	menu.Get("firstElementChild").Call("focus")
}

// lines is a chart as a table.
type lines struct {
	head  []string
	texts int // how many columns, from the first on, are texts; the others are numbers
	rows  [][]string
	of    int // lines that there are
	most  int // rows kept; below 0: all
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
	if !l.full() {
		l.rows = append(l.rows, cells)
	}
}

func (l *lines) full() bool { return l.most >= 0 && len(l.rows) >= l.most }

// csv writes the table as RFC 4180 has it.
func (l lines) csv() string {
	var out strings.Builder
	for _, row := range append([][]string{l.head}, l.rows...) {
		for i, text := range row {
			if i > 0 {
				out.WriteByte(',')
			}
			if strings.ContainsAny(text, ",\"\r\n") {
				text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
			}
			out.WriteString(text)
		}
		out.WriteString("\r\n")
	}
	return out.String()
}

// whole writes a number with all its digits.
func whole(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// number is whole, with nothing in the place of what is missing.
func number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return whole(v)
}
