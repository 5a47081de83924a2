package page

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// passLines is how many passes the table shows at most: the newest.
const passLines = 50

// Render draws the page.
func (t *Train) Render() app.UI {
	return ui.Shell("train", t.head(), t.body())
}

// head draws the title, the state and the way on.
func (t *Train) head() app.UI {
	text, class := "Ready", ""
	if t.run != nil {
		text, class = t.run.pill(t.canceling)
	}
	if t.gone {
		text, class = "Gone", "bad"
	}
	sub := "Find the clusters of a dataset, and watch how they are found."
	if t.run != nil && t.run.Start != nil && t.run.Start.Name != "" {
		sub = t.run.Start.Name
		if s := asked(t.run.Start); s != "" {
			sub += ": " + s
		}
	}
	right := []app.UI{app.Span().Class("pill", class).ID("train-state").Text(text)}
	if t.run != nil && t.run.Model != nil && !t.deleted {
		right = append(right, app.A().Attr("role", "button").Class("secondary").ID("predict-link").Href("/predict#model="+t.run.Model.ID).Body(ui.Icon("predict"), app.Text("Predict with it")))
	}
	return app.Div().Class("pagehead").Body(
		app.Div().Class("grow").Body(app.H1().Text("Train"), app.P().Text(sub)),
		app.Div().Class("row").Body(right...),
	)
}

// body draws the form beside the live view, or what stands in their place.
func (t *Train) body() app.UI {
	switch {
	case !t.loaded:
		return ui.Skeleton()
	case t.loadErr != nil && t.run == nil:
		return ui.ErrorBox(t.loadErr, t.onRetry)
	case len(t.datasets) == 0 && t.run == nil:
		return ui.Empty("No data yet", "Training needs a dataset: a CSV of yours, or one of the samples.",
			app.A().Attr("role", "button").Href("/data").Text("Go to Data"))
	}
	form := app.UI(nil)
	if t.loadErr != nil {
		form = app.Div().Class("c3").Body(ui.ErrorBox(t.loadErr, t.onRetry))
	} else {
		form = t.settings()
	}
	return app.Div().Class("cols").Body(form, app.Div().Class("c9 stack").Body(t.liveView()...))
}

func (t *Train) onRetry(app.Context, app.Event) {
	t.loaded, t.loadErr = false, nil
	t.load("")
}

// liveView draws the training, as far as it has come.
func (t *Train) liveView() []app.UI {
	if t.run == nil {
		return []app.UI{app.Section().Class("card").ID("train-live").Aria("labelledby", "train-title").Body(
			app.Header().Body(app.H2().ID("train-title").Text("Press Train to start")),
			app.P().Class("small").Text("Each pass is shown as it happens: the centroids, the inertia, the rows that move."),
		)}
	}
	if t.gone {
		return []app.UI{app.Section().Class("banner bad").ID("train-live").Body(ui.Icon("alert"),
			app.Span().Class("grow").Text("This training is gone, or it belongs to another account. Start another one."))}
	}
	out := []app.UI{t.progress()}
	if t.run.Model != nil {
		out = append(out, t.result())
	}
	out = append(out, app.Div().Class("cols").Body(t.picture(), app.Div().Class("c5 stack").Body(t.curve(), t.passTable(), t.comparison())))
	if t.run.Model != nil && !t.deleted && t.private == nil {
		m := t.run.Model
		out = append(out, &modelRows{Model: m.ID, K: m.Centroids.Rows, Dataset: m.Data.Dataset, Version: m.Data.Version})
	}
	return out
}

// progress draws the bar, the numbers and the cancel button.
func (t *Train) progress() app.UI {
	r, b := t.run, t.run.bar()
	title, _ := r.pill(t.canceling)
	meter := app.Progress().ID("train-bar").Aria("labelledby", "train-title").Max("1")
	if b.Known {
		meter = meter.Value(strconv.FormatFloat(b.Value, 'f', 4, 64))
	}
	var facts []app.UI
	for _, f := range r.facts() {
		facts = append(facts, app.Div().Body(app.Dt().Text(f.Name), app.Dd().Text(f.Value)))
	}
	row := []app.UI{app.Dl().Class("facts grow").ID("train-facts").Body(facts...)}
	if t.live() {
		row = append(row,
			app.Small().ID("train-cancel-hint").Text(r.kept()),
			app.Button().Type("button").Class("danger").ID("train-cancel").Aria("describedby", "train-cancel-hint").Disabled(t.canceling).OnClick(t.onCancel).Body(ui.Icon("x"), app.Span().Text("Cancel")))
	}
	return app.Section().Class("card").ID("train-live").Aria("labelledby", "train-title").Body(
		app.Header().Body(app.H2().ID("train-title").Text(title), app.Small().ID("train-count").Text(attempt(r))),
		meter, app.P().Class("small").ID("train-bar-text").Text(b.Text),
		app.Div().Class("row").Body(row...),
		t.trouble(),
	)
}

// attempt says so when the work was taken up again.
func attempt(r *run) string {
	if r.Attempt < 2 {
		return ""
	}
	s := "attempt " + strconv.Itoa(r.Attempt)
	if r.Resumed > 0 {
		s += ", taken up after pass " + strconv.Itoa(r.Resumed)
	}
	return s
}

// trouble draws what went wrong and what to do.
func (t *Train) trouble() app.UI {
	r := t.run
	switch {
	case r.Stage == stageFailed:
		text := "It failed."
		if r.Fault != nil {
			text = r.Fault.Message
		}
		return app.Div().Class("banner bad").ID("train-fault").Attr("role", "alert").Body(ui.Icon("alert"),
			app.Span().Class("grow").Body(app.Strong().Text(text), app.Text(" Your data and your models are as they were. Change the settings, then press Train again.")))
	case r.Stage == stageQueued && r.Fault != nil:
		return app.Div().Class("banner warn").Body(ui.Icon("alert"), app.Span().Class("grow").Text(r.Fault.Message+" Another attempt follows by itself."))
	case t.saveErr != nil:
		return app.Div().Class("banner warn").ID("train-save-fault").Body(ui.Icon("alert"),
			app.Span().Class("grow").Text("The model is on the server, but this device could not keep it, so it does not predict offline. Free some space, then open it on the Models page."))
	case t.deleted:
		return app.Div().Class("banner warn").ID("train-deleted").Body(ui.Icon("info"), app.Span().Class("grow").Text("The model that came of it was deleted."))
	case t.saved:
		return app.P().Class("small").ID("train-saved").Body(ui.Icon("ok"), app.Text(" Saved on this device: it predicts without a network."))
	}
	return app.Div().Hidden(true)
}

// passTable draws the newest passes.
func (t *Train) passTable() app.UI {
	passes := t.run.Passes
	from := max(0, len(passes)-passLines)
	head, noun := []string{"Pass", "Inertia", "Moved", "Shift"}, count(len(passes), "pass", "passes")
	if t.run.bisects() {
		head[0], noun = "Split", count(len(passes), "split", "splits")
	}
	many := len(passes) > 0 && passes[0].Restarts > 1
	var rows []app.UI
	for i := len(passes) - 1; i >= from; i-- {
		p := &passes[i]
		name := strconv.Itoa(p.Pass)
		if many {
			name = strconv.Itoa(p.Restart+1) + "." + name
		}
		moved := ui.Num(float64(p.Changed))
		if p.Relocated > 0 {
			moved += ", " + count(p.Relocated, "empty cluster", "empty clusters") + " refilled"
		}
		inertia, shift := number(p.Inertia), app.UI(number(p.Shift))
		if p.Estimated { // by the rows seen, of which nobody knows how many moved
			inertia, moved = inertia.Text(about(p)+ui.Num(p.Inertia)), "–"
		}
		if t.run.bisects() {
			shift = app.Td().Class("num").Text("–")
		}
		rows = append(rows, app.Tr().Body(app.Th().Scope("row").Text(name), inertia, app.Td().Class("num").Text(moved), shift))
	}
	note := noun
	if from > 0 {
		note = "newest " + strconv.Itoa(passLines) + " of " + strconv.Itoa(len(passes))
	}
	if many {
		note += ", as run.pass"
	}
	return app.Section().Class("card").Aria("labelledby", "passes-title").Body(
		app.Header().Body(app.H2().ID("passes-title").Text("Passes"), app.Small().Text(note)),
		app.Div().Class("scroll passes").TabIndex(0).Attr("role", "region").Aria("label", "Table of passes").Body(
			app.Table().ID("passes").Body(app.THead().Body(app.Tr().Body(heads(head)...)), app.TBody().Body(rows...))),
	)
}

// heads draws column heads; all but the first are of numbers.
func heads(names []string) []app.UI {
	out := make([]app.UI, len(names))
	for i, n := range names {
		th := app.Th().Scope("col").Text(n)
		if i > 0 {
			th = th.Class("num")
		}
		out[i] = th
	}
	return out
}

// number draws a cell with a short number and the whole one as its tooltip.
func number(v float64) app.HTMLTd {
	return app.Td().Class("num").Title("%s", strconv.FormatFloat(v, 'g', -1, 64)).Text(ui.Num(v))
}
