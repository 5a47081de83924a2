package chart

import (
	"fmt"
	"math"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Bars draws a number for each name, as lying bars, the first on top.
type Bars struct {
	app.Compo

	ID    string // of the element that ECharts draws in
	Label string // a sentence that says what the picture shows
	Class string // height, as Scatter's
	File  string // name of saved files, without an ending; "" is ID

	Names    []string
	Values   []float64
	Clusters []int // colours of the bars; nil, or -1 for one of them: neutral
	Lit      Lit   // of each name, how much of its value is selected

	OnPick Pick // hears which bar is chosen; nil: none can be

	Stamp int // another one: the numbers have changed

	frame frame
}

// OnMount draws the picture.
func (b *Bars) OnMount(ctx app.Context) { b.redraw(ctx) }

// OnUpdate draws what has changed.
func (b *Bars) OnUpdate(ctx app.Context) {
	if b.key() != b.frame.shown {
		b.redraw(ctx)
	}
}

// OnDismount gives the picture back.
func (b *Bars) OnDismount() { b.frame.picture.close() }

func (b *Bars) key() string {
	return fmt.Sprintf("%s\x00%s\x00%q%d\x00%d", b.ID, b.Label, b.Names, b.Clusters, b.Stamp)
}

func (b *Bars) redraw(ctx app.Context) {
	b.frame.shown = b.key()
	b.frame.picture.draw(ctx, b.spec)
}

// barsHead is what charts.js reads of a bar chart.
type barsHead struct {
	Kind     string   `json:"kind"`
	Label    string   `json:"label"`
	Names    []string `json:"names"`
	Values   int      `json:"values"` // index of an array
	Clusters []int    `json:"clusters"`
	Lit      int      `json:"lit"` // likewise; -1: nothing is selected
}

func (b *Bars) spec() spec {
	var out spec
	n := min(len(b.Names), len(b.Values))
	head := barsHead{Kind: "bars", Label: b.Label, Names: append([]string{}, b.Names[:n]...), Clusters: b.Clusters}
	head.Values = out.put(b.Values[:n])
	lit := b.Lit.rows()
	head.Lit = out.putIf(lit != nil, lit)
	out.head = head
	return out
}

// Render draws the figure.
func (b *Bars) Render() app.UI {
	return b.frame.figure(place{id: b.ID, label: b.Label, class: b.Class, file: b.File, pick: b.OnPick}, b.lines)
}

func (b *Bars) lines(most int) lines {
	out := lines{most: most, head: []string{"name", "value"}, texts: 1}
	lit := b.Lit.rows()
	if lit != nil {
		out.head = append(out.head, "selected")
	}
	for i := range min(len(b.Names), len(b.Values)) {
		row := []string{b.Names[i], whole(b.Values[i])}
		if lit != nil {
			row = append(row, whole(math.Round(lit[i])))
		}
		out.add(row...)
	}
	return out
}
