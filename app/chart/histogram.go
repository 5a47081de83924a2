package chart

import (
	"math"
	"sort"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Histogram draws how many rows fall into each bin, and the density over them.
type Histogram struct {
	app.Compo

	ID    string // of the element that ECharts draws in
	Label string // a sentence that says what the picture shows
	X     string // name of the axis
	Class string // height, as Scatter's
	File  string // name of saved files, without an ending; "" is ID

	Edges   []float64    // ascending, one more than Bins
	Bins    []int64      // rows in each bin
	Density []wire.Point // a curve over an area of one; drawn on the scale of the rows
	Box     *BoxPlot     // above the bars; nil: none
	Lit     Lit          // of each bin, how many rows are selected
	Spans   []Span       // what is selected along the axis
	OnPick  Pick         // hears what is; nil: nothing can be

	Stamp int // another one: the numbers have changed

	frame frame
}

// BoxPlot is the quartiles, the ends of the whiskers, and values beyond them.
type BoxPlot struct {
	Low, Q1, Median, Q3, High float64
	Outliers                  []float64
}

// OnMount draws the picture.
func (h *Histogram) OnMount(ctx app.Context) { h.redraw(ctx) }

// OnUpdate draws what has changed.
func (h *Histogram) OnUpdate(ctx app.Context) {
	if h.key() != h.frame.shown {
		h.redraw(ctx)
	}
}

// OnDismount gives the picture back.
func (h *Histogram) OnDismount() { h.frame.picture.close() }

func (h *Histogram) key() string {
	return h.ID + "\x00" + h.Label + "\x00" + h.X + "\x00" + strconv.Itoa(h.Stamp)
}

func (h *Histogram) redraw(ctx app.Context) {
	h.frame.shown = h.key()
	h.frame.picture.draw(ctx, h.spec)
}

// bin is one bar and what its tooltip says.
type bin struct {
	From, To float64
	Rows     int64
	Sum      int64   // rows in this bin and those before it
	Density  float64 // at its middle; NaN if there is no curve there
}

func (h *Histogram) bins() []bin {
	var sum int64
	n := min(len(h.Bins), len(h.Edges)-1)
	out := make([]bin, max(0, n))
	for i := range out {
		sum += h.Bins[i]
		from, to := h.Edges[i], h.Edges[i+1]
		out[i] = bin{From: from, To: to, Rows: h.Bins[i], Sum: sum, Density: densityAt(h.Density, from+(to-from)/2)}
	}
	return out
}

// densityAt reads a curve at x, straight between its points; NaN outside.
func densityAt(curve []wire.Point, x float64) float64 {
	i := sort.Search(len(curve), func(i int) bool { return curve[i].X >= x })
	switch {
	case i == len(curve) || i == 0 && curve[0].X > x:
		return math.NaN()
	case curve[i].X == x:
		return curve[i].Y
	}
	a, b := curve[i-1], curve[i]
	return a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X)
}

// histogramHead is what charts.js reads of a histogram.
type histogramHead struct {
	Kind  string `json:"kind"`
	Label string `json:"label"`
	X     string `json:"x"`
	Bins  int    `json:"bins"`  // index of an array: from, to, rows, sum, density of each bin
	Curve int    `json:"curve"` // likewise: points on the scale of the rows
	Lit   int    `json:"lit"`   // likewise: selected rows of each bin; -1: nothing is selected
	Box   int    `json:"box"`   // likewise: whisker, quartile, median, quartile, whisker, outliers; -1: none
	Spans []Span `json:"spans,omitempty"`
}

func (h *Histogram) spec() spec {
	var out spec
	var flat []float64
	bins := h.bins()
	for _, b := range bins {
		flat = append(flat, b.From, b.To, float64(b.Rows), float64(b.Sum), b.Density)
	}
	head := histogramHead{Kind: "histogram", Label: h.Label, X: h.X, Bins: out.put(flat), Spans: h.Spans}
	var x, y []float64
	if len(bins) > 0 {
		// An area of one becomes the bars' area: rows times the width of a bin.
		first, last := bins[0], bins[len(bins)-1]
		scale := float64(last.Sum) * (last.To - first.From) / float64(len(bins))
		for _, p := range h.Density {
			x, y = append(x, p.X), append(y, p.Y*scale)
		}
	}
	head.Curve = out.putPoints(x, y)
	lit := h.Lit.rows()
	head.Lit = out.putIf(lit != nil, lit)
	head.Box = -1
	if b := h.Box; b != nil {
		head.Box = out.put(append([]float64{b.Low, b.Q1, b.Median, b.Q3, b.High}, b.Outliers...))
	}
	out.head = head
	return out
}

// Render draws the figure.
func (h *Histogram) Render() app.UI {
	return h.frame.figure(place{id: h.ID, label: h.Label, class: h.Class, file: h.File, pick: h.OnPick}, h.lines)
}

func (h *Histogram) lines(most int) lines {
	out := lines{most: most, head: []string{"from", "to", "count", "cumulative", "density"}}
	lit := h.Lit.rows()
	if lit != nil {
		out.head = append(out.head, "selected")
	}
	for i, b := range h.bins() {
		row := []string{whole(b.From), whole(b.To), strconv.FormatInt(b.Rows, 10), strconv.FormatInt(b.Sum, 10), ui.Num(b.Density)}
		if lit != nil {
			row = append(row, whole(math.Round(lit[i])))
		}
		out.add(row...)
	}
	return out
}
