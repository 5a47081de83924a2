package chart

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// Axis is one column of a plot of many.
type Axis struct {
	Name   string   `json:"name"`
	Lo     float64  `json:"lo"` // ends of what the axis shows; of levels 0 and their number less one
	Hi     float64  `json:"hi"`
	Levels []string `json:"levels,omitempty"` // of a category, in the order of their values
}

// Strand is rows that belong together.
type Strand struct {
	Name    string
	Cluster int       // as Group has it
	Shaded  bool      // as Group has it
	Shade   float64   // as Group has it
	Rows    []float64 // row by row, a value for each axis; NaN: missing
	IDs     []int64   // of the rows
	Lit     []int     // which of the rows are selected; nil: nothing is
}

// Table is rows of many columns.
type Table struct {
	Axes    []Axis
	Strands []Strand
	Spans   []Span // what is selected along the axes
}

// Parallel shows the columns of a table as parallel axes, and a row as a thread.
type Parallel struct{ Table }

// Matrix shows each pair of the columns of a table as a scatter.
type Matrix struct{ Table }

// Space shows three columns of a table as points that can be turned.
type Space struct{ Table }

// tableHead is what charts.js reads of a table.
type tableHead struct {
	Kind   string      `json:"kind"`
	Label  string      `json:"label"`
	Axes   []Axis      `json:"axes"`
	Groups []tablePart `json:"groups"`
	Spans  []Span      `json:"spans,omitempty"`
}

type tablePart struct {
	Cluster int     `json:"cluster"`
	Shade   float64 `json:"shade"` // -1: that of the cluster
	Rows    int     `json:"rows"`  // index of an array: shares of the axes, row by row
	Lit     int     `json:"lit"`   // likewise; -1: nothing is selected
}

func (p *Parallel) spec(label string) spec { return p.Table.spec("parallel", label) }
func (m *Matrix) spec(label string) spec   { return m.Table.spec("matrix", label) }
func (s *Space) spec(label string) spec    { return s.Table.spec("space", label) }

func (t *Table) spec(kind, label string) spec {
	var out spec
	head := tableHead{Kind: kind, Label: label, Axes: t.Axes, Groups: []tablePart{}, Spans: t.Spans}
	for _, s := range t.Strands {
		shares := make([]float64, len(s.Rows))
		for i, v := range s.Rows {
			shares[i] = t.Axes[i%len(t.Axes)].share(v)
		}
		head.Groups = append(head.Groups, tablePart{
			Cluster: s.Cluster, Shade: Group{Shaded: s.Shaded, Shade: s.Shade}.shade(),
			Rows: out.put(shares), Lit: out.putIf(s.Lit != nil, floatsOf(s.Lit)),
		})
	}
	out.head = head
	return out
}

// share gives where v is between the ends; in the middle if they are the same.
func (a Axis) share(v float64) float64 {
	if a.Hi == a.Lo {
		return v - a.Lo + 0.5
	}
	return (v - a.Lo) / (a.Hi - a.Lo)
}

// text writes a value of the axis; nothing if it is missing.
func (a Axis) text(v float64) string {
	if i := int(v); a.Levels != nil && i >= 0 && i < len(a.Levels) {
		return a.Levels[i]
	}
	return number(v)
}

func (t *Table) lines(most int) lines {
	out := lines{most: most, head: []string{"group", "row"}, texts: 1}
	for _, a := range t.Axes {
		out.head = append(out.head, a.Name)
	}
	n := len(t.Axes)
	for _, s := range t.Strands {
		for i, id := range s.IDs {
			row := []string{s.Name, strconv.FormatInt(id, 10)}
			for j, v := range s.Rows[i*n : (i+1)*n] {
				row = append(row, t.Axes[j].text(v))
			}
			out.add(row...)
		}
	}
	return out
}

// below is the legend.
func (t *Table) below(*Plot) []app.UI {
	groups := make([]Group, len(t.Strands))
	for i, s := range t.Strands {
		groups[i] = Group{Name: s.Name, Cluster: s.Cluster, Shaded: s.Shaded, Shade: s.Shade, X: make([]float64, len(s.IDs))}
	}
	return legend(groups)
}

// below is the legend, and buttons that turn the points.
func (s *Space) below(p *Plot) []app.UI {
	button := func(label, icon string, do app.EventHandler) app.UI {
		return app.Button().Type("button").Class("ghost", "icon").Aria("label", label).Title("%s", label).OnClick(do, p.ID).Body(ui.Icon(icon))
	}
	return append([]app.UI{app.Div().Class("row", "tight").Attr("role", "group").Aria("label", "Turn the points").Body(
		button("Turn left", "left", p.onLeft), button("Turn right", "right", p.onRight), button("Turn up", "rise", p.onUp), button("Turn down", "sink", p.onDown),
		app.Small().Text("or drag the picture"))}, s.Table.below(p)...)
}
