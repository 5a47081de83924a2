package chart

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Bars draws a number for each name, as lying bars, the first on top.
type Bars struct {
	app.Compo

	ID    string // of the element that ECharts draws in
	Label string // a sentence that says what the picture shows
	Class string // height, as Scatter's

	Names    []string
	Values   []float64
	Clusters []int // colours of the bars; nil, or -1 for one of them: neutral

	Stamp int // another one: the numbers have changed

	frame frame
}

// OnMount draws the picture.
func (b *Bars) OnMount(app.Context) { b.redraw() }

// OnUpdate draws what has changed.
func (b *Bars) OnUpdate(app.Context) {
	if b.key() != b.frame.shown {
		b.redraw()
	}
}

// OnDismount gives the picture back.
func (b *Bars) OnDismount() { b.frame.picture.close() }

func (b *Bars) key() string {
	return fmt.Sprintf("%s\x00%s\x00%q%d\x00%d", b.ID, b.Label, b.Names, b.Clusters, b.Stamp)
}

func (b *Bars) redraw() {
	b.frame.shown = b.key()
	b.frame.picture.draw(b.JSValue(), b.spec)
}

// barsHead is what charts.js reads of a bar chart.
type barsHead struct {
	Kind     string   `json:"kind"`
	Label    string   `json:"label"`
	Names    []string `json:"names"`
	Values   int      `json:"values"` // index of an array
	Clusters []int    `json:"clusters"`
}

func (b *Bars) spec() spec {
	var out spec
	n := min(len(b.Names), len(b.Values))
	head := barsHead{Kind: "bars", Label: b.Label, Names: append([]string{}, b.Names[:n]...), Clusters: b.Clusters}
	head.Values = out.put(b.Values[:n])
	out.head = head
	return out
}

// Render draws the figure.
func (b *Bars) Render() app.UI {
	return b.frame.figure(b.ID, b.Label, b.Class, nil, b.lines)
}

func (b *Bars) lines() lines {
	out := lines{head: []string{"name", "value"}, texts: 1}
	for i := range min(len(b.Names), len(b.Values)) {
		out.add(b.Names[i], whole(b.Values[i]))
	}
	return out
}
