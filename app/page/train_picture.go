package page

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
)

// scene is the picture of a training: rows of the sample in the colour of their
// nearest centroid, and the centroids, on two axes, in original units.
type scene struct {
	Groups  []chart.Group
	Centers []chart.Center
	Label   string // for those who can't see it
	Stamp   int    // another one: the groups have changed
	Moves   int    // another one: the centroids have moved

	axes string // of the axes shown
	near []int  // the nearest centroid of each row
}

// draw computes the scene of r on x and y. It is drawn anew only where it has changed.
func (s *scene) draw(r *run, x, y axis) {
	near, axes := r.groups(), x.Name+"\x00"+y.Name
	if s.axes != axes || !same(s.near, near) {
		s.axes, s.near = axes, near
		s.Groups = groupsOf(r, x, y, near)
		s.Label = fmt.Sprintf("Scatter of %s with the centroids: %s across, %s up.", count(len(r.rows), "row", "rows"), x.Name, y.Name)
		s.Stamp++
	}
	s.Centers = centersOf(r, x, y)
	s.Moves++
}

func same(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// groupsOf splits the rows of the sample by their nearest centroid. A cluster
// without a row has a group too, so that the legend names all of them.
func groupsOf(r *run, x, y axis, near []int) []chart.Group {
	xs, ys := x.column(r.rows), y.column(r.rows)
	k := r.centroids().Rows
	if k == 0 {
		return []chart.Group{{Name: "rows", Cluster: -1, X: xs, Y: ys, IDs: r.Sample.Rows}}
	}
	out := make([]chart.Group, k)
	for c := range out {
		out[c] = chart.Group{Name: "Cluster " + strconv.Itoa(c), Cluster: c}
	}
	for i, c := range near {
		if c < 0 {
			continue
		}
		g := &out[c]
		g.X, g.Y = append(g.X, xs[i]), append(g.Y, ys[i])
		if i < len(r.Sample.Rows) {
			g.IDs = append(g.IDs, r.Sample.Rows[i])
		}
	}
	return out
}

// centersOf gives the centroids with the way that they came in the newest run.
func centersOf(r *run, x, y axis) []chart.Center {
	c := r.centroids()
	if c.Rows == 0 || c.Cols <= max(x.Feature, y.Feature) {
		return nil
	}
	xs, ys := x.of(c), y.of(c)
	trailX, trailY := r.trails(x, y)
	out := make([]chart.Center, c.Rows)
	for i := range out {
		out[i] = chart.Center{Cluster: i, X: xs[i], Y: ys[i]}
		if i < len(trailX) && r.Model == nil {
			out[i].TrailX, out[i].TrailY = trailX[i], trailY[i]
		}
	}
	return out
}

// picture draws the sample of the rows with the centroids that move over it.
func (t *Train) picture() app.UI {
	v, r := &t.view, t.run
	head := app.Header().Body(app.H2().ID("picture-title").Text("Centroids"), app.Small().ID("picture-note").Text(r.sampleWords()))
	if r.Sample == nil || len(v.Axes) == 0 {
		text := "The rows are drawn here as soon as they have been read."
		if r.Stage.ended() {
			text = "The training ended before its rows were read."
		}
		return app.Section().Class("c7 card").Aria("labelledby", "picture-title").Body(head, app.P().Class("small").Text(text))
	}
	names := make([]string, len(v.Axes))
	for i, a := range v.Axes {
		names[i] = a.Name
	}
	class := "c7 card live-picture"
	if t.live() {
		class += " live"
	}
	return app.Section().Class(class).Aria("labelledby", "picture-title").Body(head,
		&chart.Scatter{ID: "scatter", Label: v.Scene.Label, X: v.X.Name, Y: v.Y.Name, Class: "tall", Groups: v.Scene.Groups, Centers: v.Scene.Centers, Stamp: v.Scene.Stamp, MoveStamp: v.Scene.Moves},
		app.Div().Class("two").Body(
			ui.Field("Across", "axis-x", app.Select().DataSet("axis", "x").OnChange(t.onAxis).Body(optionsOf(names, v.X.Name)...), "", ""),
			ui.Field("Up", "axis-y", app.Select().DataSet("axis", "y").OnChange(t.onAxis).Body(optionsOf(names, v.Y.Name)...), "", ""),
		),
	)
}

// sampleWords says which rows are drawn, and how they were chosen.
func (r *run) sampleWords() string {
	if r.Sample == nil {
		return ""
	}
	n, of, units := len(r.rows), r.Sample.Of, "original units"
	if r.Sample.Prep.Unit {
		units = "scaled to length 1"
	}
	if int64(n) >= of {
		return "all " + count(n, "row", "rows") + ", " + units
	}
	return ui.Num(float64(n)) + " of " + ui.Num(float64(of)) + " rows, chosen evenly by seed and row, " + units
}

// curve draws the inertia of each pass.
func (t *Train) curve() app.UI {
	passes, inertia := t.run.inertias()
	note := "sum of squared distances, prepared space"
	if p := t.run.last(); p != nil && p.Restarts > 1 {
		note += fmt.Sprintf(", run %d of %d", p.Restart+1, p.Restarts)
	}
	if p := t.run.last(); p != nil && p.Estimated {
		note += ", estimated by the rows seen"
	}
	head := app.Header().Body(app.H2().ID("inertia-title").Text("Inertia"), app.Small().Text(note))
	if len(passes) == 0 {
		return app.Section().Class("card").Aria("labelledby", "inertia-title").Body(head, app.P().Class("small").Text("It is drawn from the first pass on."))
	}
	label := fmt.Sprintf("Inertia by pass: %s at pass %.0f, %s at pass %.0f.", ui.Num(inertia[0]), passes[0], ui.Num(inertia[len(inertia)-1]), passes[len(passes)-1])
	return app.Section().Class("card").Aria("labelledby", "inertia-title").Body(head,
		&chart.Line{ID: "inertia", Label: label, X: "pass", Y: "inertia", Class: "sm", Stamp: int(t.run.Seq), Series: []chart.Series{{Name: "inertia", X: passes, Y: inertia}}})
}
