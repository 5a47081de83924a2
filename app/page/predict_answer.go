package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// mostDistances is how many distances are drawn: the nearest.
const mostDistances = 100

// answerBox is the place of the answer. It paints what stands in it when it
// comes into the page.
type answerBox struct {
	app.Compo

	Page *Predict
}

// OnMount paints.
func (b *answerBox) OnMount(ctx app.Context) {
	ctx.Defer(func(app.Context) { b.Page.paint(true) })
}

// Render draws the empty place. It is no live region: a screen reader hears the
// answer when the typing pauses, not at each key.
func (b *answerBox) Render() app.UI { return app.Div().ID("answer") }

// paint shows the answer of the form in the page, before the event that changed
// it ends: go-app would draw it with the next frame. fresh means that the page
// was drawn anew.
func (p *Predict) paint(fresh bool) {
	if app.IsServer || p.form == nil {
		return
	}
	el := app.Window().GetElementByID("answer")
	if !el.Truthy() {
		return
	}
	el.Set("innerHTML", app.HTMLString(p.form.answerView()))
	if !fresh {
		return
	}
	for i := range p.form.Fields {
		p.paintText(i)
		p.paintSlider(i)
	}
}

// paintText puts the value of field i into its control.
func (p *Predict) paintText(i int) { paintValue(inputID(i), p.form.Fields[i].Text) }

// paintSlider puts the value of field i onto its slider, if it has one.
func (p *Predict) paintSlider(i int) {
	if i >= 0 && i < len(p.form.Fields) {
		paintValue(sliderID(i), p.form.Fields[i].Text)
	}
}

func paintValue(id, text string) {
	if el := app.Window().GetElementByID(id); el.Truthy() {
		el.Set("value", text)
	}
}

func inputID(field int) string  { return "input-" + strconv.Itoa(field) }
func sliderID(field int) string { return "slider-" + strconv.Itoa(field) }

// answerView draws the answer with the distances to all centroids.
func (f *rowForm) answerView() app.UI {
	a := f.Answer
	if a == nil {
		return app.Div().Class("stack").Body(
			app.Div().Class("answer").Body(app.Div().Body(app.Strong().Text("No answer"), app.Span().Class("small").Text(f.why()))))
	}
	i := a.Cluster
	return app.Div().Class("stack").Body(
		app.Div().Class("answer", ui.ClusterClass(i)).ID("answer-cluster").DataSet("cluster", i).Body(
			app.Div().Class("big-badge").Body(decoration(ui.Badge(i))),
			app.Div().Body(app.Strong().Text("Cluster "+strconv.Itoa(i)), app.Span().Class("small").Text(f.about())),
		),
		f.whyView(),
		f.distancesView(),
		app.P().Class("xs").ID("answer-space").Text(f.space()),
	)
}

// decoration hides what only repeats the text beside it from screen readers.
// What is painted needs it as text: go-app writes aria-hidden without its value.
func decoration(of app.UI) app.UI {
	return app.Raw(`<span aria-hidden="true">` + app.HTMLString(of) + `</span>`)
}

// why says why there is no answer.
func (f *rowForm) why() string {
	if f.Error != "" {
		return f.Error
	}
	for _, fd := range f.Fields {
		if fd.Error != "" {
			return fd.Input.Name + ": " + fd.Error
		}
	}
	return ""
}

// about tells of the cluster, and how sure the answer is.
func (f *rowForm) about() string {
	a, m := f.Answer, f.Model
	var s string
	if a.Cluster < len(m.Clusters) && m.Data.Rows > 0 {
		s = ui.Share(float64(m.Clusters[a.Cluster].Size)/float64(m.Data.Rows)) + " of the rows of the training are in it. "
	}
	s += "Distance " + ui.Num(a.Distance)
	if second := nextNearest(a); second >= 0 {
		s += fmt.Sprintf(", the next centroid, of cluster %d, is at %s", second, ui.Num(a.Distances[second]))
	}
	s += "."
	outside := 0
	for _, fd := range f.Fields {
		if fd.Outside {
			outside++
		}
	}
	if outside > 0 {
		s += " " + count(outside, "value lies", "values lie") + " outside of what the training saw: trust the answer less."
	}
	return s
}

// nextNearest gives the centroid that is nearest but one, -1 if there is one only.
func nextNearest(a *model.Prediction) int {
	second := -1
	for i, d := range a.Distances {
		if i != a.Cluster && (second < 0 || d < a.Distances[second]) {
			second = i
		}
	}
	return second
}

// distancesView draws a bar for each centroid, in the order of the clusters; of
// very many only the nearest.
func (f *rowForm) distancesView() app.UI {
	a := f.Answer
	order := make([]int, len(a.Distances))
	most := 0.
	for i, d := range a.Distances {
		order[i] = i
		most = max(most, d)
	}
	note := ""
	if len(order) > mostDistances {
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(a.Distances[i], a.Distances[j]) })
		note = fmt.Sprintf("The nearest %d of %d.", mostDistances, len(order))
		order = order[:mostDistances]
	}
	lines := make([]app.UI, len(order))
	for n, i := range order {
		share := 0.
		if most > 0 {
			share = a.Distances[i] / most
		}
		name := "Cluster " + strconv.Itoa(i)
		if i == a.Cluster {
			name += ", nearest"
		}
		lines[n] = app.Li().Class(ui.ClusterClass(i)).Body(
			app.Span().Class("row tight name").Body(decoration(ui.Badge(i)), app.Text(name)),
			decoration(shareBar(share)),
			app.Span().Class("num").DataSet("distance", i).Title("%s", strconv.FormatFloat(a.Distances[i], 'g', -1, 64)).Text(ui.Num(a.Distances[i])),
		)
	}
	title := []app.UI{app.H3().ID("distances-title").Text("Distance to each centroid")}
	if note != "" {
		title = append(title, app.P().Class("xs").Text(note))
	}
	return app.Div().Class("stack lo").Body(
		app.Div().Body(title...),
		app.Ul().Class("distances").ID("distances").Aria("labelledby", "distances-title").Body(lines...),
	)
}

// space says what the distances are measured in.
func (f *rowForm) space() string {
	s := "Distances are straight lines in the prepared space: "
	switch f.Model.Prep.Scale {
	case prep.NoScale:
		s += "numbers as they are"
	case prep.MinMax:
		s += "each number brought to 0 to 1 by its range in training"
	default:
		s += "each number less its mean, by its standard deviation"
	}
	if slices.ContainsFunc(f.Model.Prep.Columns, func(c prep.Column) bool { return c.Log }) {
		s += ", of some the logarithm"
	}
	for _, c := range f.Model.Prep.Columns {
		if c.Levels != nil {
			return s + ", each level of a category as 0 or 1."
		}
	}
	return s + "."
}

// sentence is what a screen reader hears of the answer.
func (f *rowForm) sentence() string {
	if f.Answer == nil {
		return "No answer. " + f.why()
	}
	return fmt.Sprintf("Cluster %d. %s", f.Answer.Cluster, f.about())
}
