package chart

import (
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
	Class string // height: "" (15rem), "tall", "mid" or "sm"

	Groups  []Group
	Centers []Center

	Stamp     int // another one: Groups have changed
	MoveStamp int // another one: Centers have changed; they glide there

	frame frame
	at    int // MoveStamp that is drawn
}

// OnMount draws the picture.
func (s *Scatter) OnMount(app.Context) { s.redraw() }

// OnUpdate draws what has changed.
func (s *Scatter) OnUpdate(app.Context) {
	switch {
	case s.key() != s.frame.shown:
		s.redraw()
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

func (s *Scatter) redraw() {
	s.frame.shown, s.at = s.key(), s.MoveStamp
	s.frame.picture.draw(s.JSValue(), s.spec)
}

// scatterHead is what charts.js reads of a scatter.
type scatterHead struct {
	Kind    string        `json:"kind"`
	Label   string        `json:"label"`
	X       string        `json:"x"`
	Y       string        `json:"y"`
	Groups  []scatterPart `json:"groups"`
	Centers []centerPart  `json:"centers"`
}

type scatterPart struct {
	Name    string `json:"name"`
	Cluster int    `json:"cluster"`
	Points  int    `json:"points"` // index of an array
	IDs     int    `json:"ids"`    // likewise; -1: not told
}

type centerPart struct {
	Cluster int `json:"cluster"`
	At      int `json:"at"`
	Trail   int `json:"trail"`
}

func (s *Scatter) spec() spec {
	var out spec
	head := scatterHead{Kind: "scatter", Label: s.Label, X: s.X, Y: s.Y, Groups: []scatterPart{}}
	for _, g := range s.Groups {
		part := scatterPart{Name: g.Name, Cluster: g.Cluster, Points: out.putPoints(g.X, g.Y), IDs: -1}
		if g.IDs != nil {
			ids := make([]float64, len(g.IDs))
			for i, id := range g.IDs {
				ids[i] = float64(id)
			}
			part.IDs = out.put(ids)
		}
		head.Groups = append(head.Groups, part)
	}
	head.Centers = s.centerParts(&out)
	out.head = head
	return out
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
	return s.frame.figure(s.ID, s.Label, s.Class, s.legend(), s.lines)
}

// legend names the groups, if there is more than one or it has a colour.
func (s *Scatter) legend() []app.UI {
	var out []app.UI
	for _, g := range s.Groups {
		if g.Cluster < 0 && len(s.Groups) == 1 {
			continue
		}
		mark := ui.Badge(g.Cluster)
		if g.Cluster < 0 {
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
func (s *Scatter) lines() lines {
	out := lines{head: []string{"group", "row", s.X, s.Y}, texts: 1}
	for _, c := range s.Centers {
		out.add("centroid of cluster "+strconv.Itoa(c.Cluster), "", whole(c.X), whole(c.Y))
	}
	for _, g := range s.Groups {
		for i := range g.X {
			if len(out.rows) == tableLines {
				out.of += len(g.X) - i
				break
			}
			id := ""
			if g.IDs != nil {
				id = strconv.FormatInt(g.IDs[i], 10)
			}
			out.add(g.Name, id, whole(g.X[i]), whole(g.Y[i]))
		}
	}
	return out
}
