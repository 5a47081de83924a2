package chart

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Series is one line of a chart.
type Series struct {
	Name string
	X, Y []float64
}

// Line draws lines over a common axis. They are told apart by their dashes and
// by their names at the end: colours are for clusters.
type Line struct {
	app.Compo

	ID    string // of the element that ECharts draws in
	Label string // a sentence that says what the picture shows
	X, Y  string // names of the axes
	Class string // height, as Scatter's
	File  string // name of saved files, without an ending; "" is ID

	Series []Series

	Stamp int // another one: Series have changed

	frame frame
}

// OnMount draws the picture.
func (l *Line) OnMount(ctx app.Context) { l.redraw(ctx) }

// OnUpdate draws what has changed.
func (l *Line) OnUpdate(ctx app.Context) {
	if l.key() != l.frame.shown {
		l.redraw(ctx)
	}
}

// OnDismount gives the picture back.
func (l *Line) OnDismount() { l.frame.picture.close() }

func (l *Line) key() string {
	return l.ID + "\x00" + l.Label + "\x00" + l.X + "\x00" + l.Y + "\x00" + strconv.Itoa(l.Stamp)
}

func (l *Line) redraw(ctx app.Context) {
	l.frame.shown = l.key()
	l.frame.picture.draw(ctx, l.spec)
}

// lineHead is what charts.js reads of a line chart.
type lineHead struct {
	Kind   string     `json:"kind"`
	Label  string     `json:"label"`
	X      string     `json:"x"`
	Y      string     `json:"y"`
	Series []linePart `json:"series"`
}

type linePart struct {
	Name   string `json:"name"`
	Points int    `json:"points"` // index of an array
}

func (l *Line) spec() spec {
	var out spec
	head := lineHead{Kind: "line", Label: l.Label, X: l.X, Y: l.Y, Series: []linePart{}}
	for _, s := range l.Series {
		head.Series = append(head.Series, linePart{Name: s.Name, Points: out.putPoints(s.X, s.Y)})
	}
	out.head = head
	return out
}

// Render draws the figure.
func (l *Line) Render() app.UI {
	return l.frame.figure(place{id: l.ID, label: l.Label, class: l.Class, file: l.File}, l.lines)
}

func (l *Line) lines(most int) lines {
	out := lines{most: most, head: []string{"line", l.X, l.Y}, texts: 1}
	for _, s := range l.Series {
		for i := range min(len(s.X), len(s.Y)) {
			out.add(s.Name, whole(s.X[i]), whole(s.Y[i]))
		}
	}
	return out
}
