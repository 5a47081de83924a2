package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// asked tells what a training was asked to do that others are not, "" if nothing.
func asked(s *wire.TrainStart) string {
	var out []string
	if c := s.Config; c.Algorithm != "" && c.Algorithm != kmeans.Auto {
		out = append(out, algorithmNames[c.Algorithm])
	}
	if s.Config.Distance == kmeans.Cosine {
		out = append(out, "cosine distance")
	}
	if s.Weight != "" {
		out = append(out, "weighed by "+s.Weight)
	}
	if s.Config.Sample > 0 {
		out = append(out, "on a sample of "+ui.Num(float64(s.Config.Sample))+" rows")
	}
	if s.TimeLimit > 0 {
		out = append(out, "for at most "+seconds(s.TimeLimit))
	}
	return strings.Join(out, ", ")
}

// how tells what was done in a training, and why, in sentences.
func how(m *model.Model) string {
	t := m.Training
	var out []string
	if name := algorithmNames[t.Algorithm]; name != "" {
		out = append(out, name+": "+t.Why)
	}
	if m.Config.Distance == kmeans.Cosine {
		out = append(out, "The distance is the cosine: rows are compared by their direction, each brought to length 1.")
	}
	if t.Weight != "" {
		out = append(out, "Rows count by "+t.Weight+".")
	}
	if n := len(m.Config.Frozen); n > 0 {
		out = append(out, count(n, "centroid stayed where it started.", "centroids stayed where they started."))
	}
	if t.Sampled > 0 {
		out = append(out, fmt.Sprintf("Centroids found on %s of %s rows; all rows are labelled.", ui.Num(float64(t.Sampled)), ui.Num(float64(m.Data.Rows))))
	}
	return strings.Join(out, " ")
}

// rest tells how a training came to its end.
func rest(m *model.Model) string {
	switch t := m.Training; {
	case t.Partial == model.Canceled:
		return "stopped by you"
	case t.Partial == model.TimeLimit:
		return "stopped by the time limit"
	case t.Algorithm == kmeans.Bisecting:
		return "all clusters are split off"
	case t.Converged:
		return "came to rest"
	}
	return "stopped by the limit of passes"
}

// steps counts the passes of a training, which are splits where it bisects.
func steps(m *model.Model) string {
	if m.Training.Algorithm == kmeans.Bisecting {
		return count(m.Training.Passes, "split", "splits")
	}
	return count(m.Training.Passes, "pass", "passes")
}

// partial tells of a model that more passes would improve, and offers them.
func (t *Train) partial() app.UI {
	m := t.run.Model
	if m.Training.Partial == "" {
		return app.Div().Hidden(true)
	}
	text := "Partial: " + rest(m) + " after " + steps(m) + "; "
	var on []app.UI
	switch k := m.Centroids.Rows; {
	case k < m.Config.K:
		text += fmt.Sprintf("it has %d of the %d clusters. Train again with more time for all of them.", k, m.Config.K)
	case m.Training.Converged:
		text += "it came to rest, but other runs were to come, which can be better."
	default:
		text += "more of them would improve it."
		on = []app.UI{app.Button().Type("button").Class("secondary").ID("train-on").Disabled(t.sending || t.deleted).OnClick(t.onGoOn).Body(ui.Icon("play"), app.Text("Go on from here"))}
	}
	return app.Div().Class("banner warn").ID("train-partial").Body(append([]app.UI{ui.Icon("info"), app.Span().Class("grow").Text(text)}, on...)...)
}

// onGoOn trains on from the centroids of the partial model, with its settings.
func (t *Train) onGoOn(ctx app.Context, _ app.Event) {
	if t.run == nil || t.run.Model == nil || t.sending {
		return
	}
	if !t.goOn() {
		ui.Toast(ctx, "bad", "The dataset that it was trained on is gone, so the training can't go on.")
		return
	}
	t.submit(ctx)
}

// goOn fills the form for onGoOn. It reports false if the dataset is gone.
func (t *Train) goOn() bool {
	m := t.run.Model
	if !slices.ContainsFunc(t.datasets, func(d wire.Dataset) bool { return d.ID == m.Data.Dataset }) {
		return false
	}
	t.past, t.touched = t.run.Start, false
	if t.past == nil {
		t.past = startOf(m)
	}
	t.resume()
	t.know(m)
	f := &t.form
	f.Init, f.Model, f.Restarts = kmeans.Given, m, "1"
	if f.Algorithm == kmeans.Bisecting {
		f.Algorithm = kmeans.Auto
	}
	var stay []string
	for _, i := range m.Config.Frozen {
		stay = append(stay, fmt.Sprint(i))
	}
	f.Frozen = strings.Join(stay, ", ")
	t.setOpen(groupMore, true)
	return true
}

// know lists m among the models to start from.
func (t *Train) know(m *model.Model) {
	if !slices.ContainsFunc(t.models, func(o *model.Model) bool { return o.ID == m.ID }) {
		t.models = append([]*model.Model{m}, t.models...)
	}
}
