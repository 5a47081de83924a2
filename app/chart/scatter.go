package chart

import (
	"math"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// Group is points that belong together.
type Group struct {
	Name    string
	Cluster int // gives colour and shape, from 0; -1 is neutral ink
	X, Y    []float64
	IDs     []int64 // of the rows, in the order of X; nil: not told

	Shaded bool      // the colour is a step from pale to blue, not a cluster's
	Shade  float64   // how far, from 0 to 1
	Third  []float64 // values of the third column, in the order of X; NaN: missing
	Lit    []int     // which of the points are selected; nil: nothing is
}

// Center is a centroid and the way it came.
type Center struct {
	Cluster        int
	X, Y           float64
	TrailX, TrailY []float64 // where it was, oldest first
}

// Scatter draws points of two columns, and centroids over them.
type Scatter struct {
	app.Compo

	ID    string // of the element that ECharts draws in
	Label string // a sentence that says what the picture shows
	X, Y  string // names of the axes
	Z     string // name of a third column, which sizes the points; "": none
	Class string // height: "" (15rem), "tall", "mid" or "sm"
	File  string // name of saved files, without an ending; "" is ID

	Groups  []Group
	Centers []Center
	Spans   []Span // what is selected along the axes
	OnPick  Pick   // hears what is; nil: nothing can be

	Stamp     int // another one: Groups have changed
	MoveStamp int // another one: Centers have changed; they glide there

	frame frame
	at    int // MoveStamp that is drawn
}

// OnMount draws the picture.
func (s *Scatter) OnMount(ctx app.Context) { s.redraw(ctx) }

// OnUpdate draws what has changed.
func (s *Scatter) OnUpdate(ctx app.Context) {
	switch {
	case s.key() != s.frame.shown:
		s.redraw(ctx)
	case s.MoveStamp != s.at:
		s.at = s.MoveStamp
		s.frame.picture.move(s.centers)
	}
}

// OnDismount gives the picture back.
func (s *Scatter) OnDismount() { s.frame.picture.close() }

func (s *Scatter) key() string {
	return s.ID + "\x00" + s.Label + "\x00" + s.X + "\x00" + s.Y + "\x00" + strconv.Itoa(s.Stamp)
}

func (s *Scatter) redraw(ctx app.Context) {
	s.frame.shown, s.at = s.key(), s.MoveStamp
	s.frame.picture.draw(ctx, s.spec)
}

// scatterHead is what charts.js reads of a scatter.
type scatterHead struct {
	Kind    string        `json:"kind"`
	Label   string        `json:"label"`
	X       string        `json:"x"`
	Y       string        `json:"y"`
	Z       string        `json:"z,omitempty"`
	Groups  []scatterPart `json:"groups"`
	Centers []centerPart  `json:"centers"`
	Spans   []Span        `json:"spans,omitempty"`
}

type scatterPart struct {
	Name    string  `json:"name"`
	Cluster int     `json:"cluster"`
	Shade   float64 `json:"shade"`  // -1: that of the cluster
	Points  int     `json:"points"` // index of an array
	IDs     int     `json:"ids"`    // likewise; -1: not told
	Third   int     `json:"third"`  // likewise
	Lit     int     `json:"lit"`    // likewise; -1: nothing is selected
}

type centerPart struct {
	Cluster int `json:"cluster"`
	At      int `json:"at"`
	Trail   int `json:"trail"`
}

func (s *Scatter) spec() spec {
	var out spec
	head := scatterHead{Kind: "scatter", Label: s.Label, X: s.X, Y: s.Y, Z: s.Z, Groups: []scatterPart{}, Spans: s.Spans}
	for _, g := range s.Groups {
		head.Groups = append(head.Groups, scatterPart{
			Name: g.Name, Cluster: g.Cluster, Shade: g.shade(), Points: out.putPoints(g.X, g.Y),
			IDs: out.putIf(g.IDs != nil, floatsOf(g.IDs)), Third: out.putIf(g.Third != nil, g.Third), Lit: out.putIf(g.Lit != nil, floatsOf(g.Lit)),
		})
	}
	head.Centers = s.centerParts(&out)
	out.head = head
	return out
}

func (g Group) shade() float64 {
	if g.Shaded {
		return g.Shade
	}
	return -1
}

// centers is the part of the spec that moves.
func (s *Scatter) centers() spec {
	var out spec
	out.head = scatterHead{Kind: "scatter", Centers: s.centerParts(&out)}
	return out
}

func (s *Scatter) centerParts(out *spec) []centerPart {
	parts := []centerPart{}
	for _, c := range s.Centers {
		parts = append(parts, centerPart{
			Cluster: c.Cluster, At: out.putPoints([]float64{c.X}, []float64{c.Y}), Trail: out.putPoints(c.TrailX, c.TrailY),
		})
	}
	return parts
}

// Render draws the figure.
func (s *Scatter) Render() app.UI {
	return s.frame.figure(place{id: s.ID, label: s.Label, class: s.Class, file: s.File, below: legend(s.Groups), pick: s.OnPick}, s.lines)
}

// legend names the groups, if there is more than one or it has a colour.
func legend(groups []Group) []app.UI {
	var out []app.UI
	for _, g := range groups {
		if g.Cluster < 0 && !g.Shaded && len(groups) == 1 {
			continue
		}
		mark := ui.Badge(g.Cluster)
		switch {
		case g.Shaded:
			mark = app.Span().Class("dot", "shade"+strconv.Itoa(int(math.Round(4*g.Shade))))
		case g.Cluster < 0:
			mark = app.Span().Class("dot")
		}
		out = append(out, app.Span().Class("row", "tight").Body(
			app.Span().Aria("hidden", "true").Body(mark), app.Text(g.Name+" "), app.Small().Text(ui.Num(float64(len(g.X))))))
	}
	if out == nil {
		return nil
	}
	return []app.UI{app.Div().Class("legend").Body(out...)}
}

// lines is the centroids, then the points.
func (s *Scatter) lines(most int) lines {
	out := lines{most: most, head: []string{"group", "row", s.X, s.Y}, texts: 1}
	if s.Z != "" {
		out.head = append(out.head, s.Z)
	}
	for _, c := range s.Centers {
		row := []string{"centroid of cluster " + strconv.Itoa(c.Cluster), "", whole(c.X), whole(c.Y)}
		if s.Z != "" {
			row = append(row, "")
		}
		out.add(row...)
	}
	for _, g := range s.Groups {
		for i := range g.X {
			if out.full() {
				out.of += len(g.X) - i
				break
			}
			id := ""
			if g.IDs != nil {
				id = strconv.FormatInt(g.IDs[i], 10)
			}
			row := []string{g.Name, id, whole(g.X[i]), whole(g.Y[i])}
			if s.Z != "" {
				row = append(row, number(g.Third[i]))
			}
			out.add(row...)
		}
	}
	return out
}
