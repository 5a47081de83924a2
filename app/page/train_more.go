package page

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// What the algorithms and distances are called, and in a line what they do.
var (
	algorithms = []kmeans.Algorithm{kmeans.Auto, kmeans.Lloyd, kmeans.Hamerly, kmeans.MiniBatch, kmeans.Bisecting}

	algorithmNames = map[kmeans.Algorithm]string{
		kmeans.Auto: "Automatic", kmeans.Lloyd: "Lloyd", kmeans.Hamerly: "Lloyd with Hamerly's bounds", kmeans.MiniBatch: "Mini-batch", kmeans.Bisecting: "Bisecting",
	}
	algorithmHints = map[kmeans.Algorithm]string{
		kmeans.Auto:      "Lloyd, with bounds where they are measured to pay.",
		kmeans.Lloyd:     "Each pass measures each row.",
		kmeans.Hamerly:   "The same result; rows that surely stay are not measured.",
		kmeans.MiniBatch: "Learns from some rows at a time: quick, and approximate.",
		kmeans.Bisecting: "Splits the loosest cluster in two until there are k.",
	}
	distances     = []kmeans.Distance{kmeans.Euclidean, kmeans.Cosine}
	distanceNames = map[kmeans.Distance]string{kmeans.Euclidean: "Euclidean", kmeans.Cosine: "Cosine"}
	distanceHints = map[kmeans.Distance]string{
		kmeans.Euclidean: "How far apart the values are.",
		kmeans.Cosine:    "The direction of a row alone: proportions count, not size.",
	}
)

// The groups that are folded, and the fields in them.
const (
	groupMore   = "more"
	groupLimits = "limits"
)

var groupOf = map[string]string{
	fieldAlgorithm: groupMore, fieldDistance: groupMore, fieldWeight: groupMore, fieldInit: groupMore, fieldStart: groupMore, fieldFrozen: groupMore, fieldRestarts: groupMore,
	fieldPasses: groupLimits, fieldTolerance: groupLimits, fieldTimeLimit: groupLimits, fieldSample: groupLimits,
	fieldBatch: groupLimits, fieldRounds: groupLimits, fieldFactor: groupLimits, fieldSeed: groupLimits,
}

// unfold opens the groups in which something is wrong.
func (t *Train) unfold() {
	for field, group := range groupOf {
		if t.form.Errors[field] != "" {
			t.setOpen(group, true)
		}
	}
}

func (t *Train) setOpen(group string, open bool) {
	if t.open == nil {
		t.open = map[string]bool{}
	}
	t.open[group] = open
}

// onToggle notes which groups the user has open.
func (t *Train) onToggle(ctx app.Context, _ app.Event) {
	t.setOpen(ctx.JSSrc().Get("id").String(), ctx.JSSrc().Get("open").Bool())
}

// group draws fields that are folded at first.
func (t *Train) group(id, summary string, fields ...app.UI) app.UI {
	d := app.Details().ID(id).On("toggle", t.onToggle)
	if t.open[id] {
		d = d.Open(true)
	}
	return d.Body(
		app.Summary().Class("small").Text(summary), app.Div().Class("stack").Body(fields...))
}

// special reports whether a setting of the group More is not the default.
func (f *trainForm) special() bool {
	return f.Algorithm != kmeans.Auto || f.Distance != kmeans.Euclidean || f.Weight != "" || f.Init != kmeans.Parallel || f.Restarts != "1"
}

// more draws how the clusters are found.
func (t *Train) more() app.UI {
	f := &t.form
	weights := []app.UI{app.Option().Value("").Selected(f.Weight == "").Text("None")}
	for _, c := range f.weights() {
		name := c.Name
		if c.Missing > 0 {
			name += ", " + count(int(c.Missing), "gap", "gaps")
		}
		weights = append(weights, app.Option().Value(c.Name).Selected(f.Weight == c.Name).Text(name))
	}
	return t.group(groupMore, "More: algorithm, weights, start",
		ui.Field("Algorithm", fieldIDs[fieldAlgorithm], app.Select().OnChange(t.onAlgorithm).Body(named(algorithms, f.Algorithm, algorithmNames)...), algorithmHints[f.Algorithm], f.Errors[fieldAlgorithm]),
		ui.Field("Distance", fieldIDs[fieldDistance], app.Select().OnChange(t.onDistance).Body(named(distances, f.Distance, distanceNames)...), distanceHints[f.Distance], f.Errors[fieldDistance]),
		ui.Field("Weights", fieldIDs[fieldWeight], app.Select().OnChange(t.onWeight).Body(weights...), "A column that says how much each row counts.", f.Errors[fieldWeight]),
		ui.Field("Start from", fieldIDs[fieldInit], app.Select().OnChange(t.onInit).Body(named(inits, f.Init, initNames)...), "", f.Errors[fieldInit]),
		t.startRows(),
		t.number(fieldRestarts, "Restarts", f.Restarts, "Runs from other starts; the best is kept."),
	)
}

// named draws the options of a select.
func named[T ~string](all []T, chosen T, names map[T]string) []app.UI {
	out := make([]app.UI, len(all))
	for i, v := range all {
		out[i] = app.Option().Value(string(v)).Selected(v == chosen).Text(names[v])
	}
	return out
}

// limits draws what bounds the work.
func (t *Train) limits() app.UI {
	f := &t.form
	fields := []app.UI{
		t.number(fieldPasses, "Passes at most", f.Passes, ""),
		t.text(fieldTolerance, "Tolerance", f.Tolerance, "decimal", "0 stops when no row moves."),
		t.text(fieldTimeLimit, "Time limit, seconds", f.TimeLimit, "decimal", "Then the best so far is kept. Empty: none."),
		t.text(fieldSample, "Sample, rows", f.Sample, "numeric", "Find the centroids on so many rows, and label all. Empty: all."),
	}
	if f.Algorithm == kmeans.MiniBatch {
		fields = append(fields, t.text(fieldBatch, "Rows a step", f.Batch, "numeric", "Empty: 1024, or 4 k if that is more."))
	}
	if f.Init == kmeans.Parallel {
		fields = append(fields, app.Div().Class("two").Body(
			t.text(fieldRounds, "k-means|| rounds", f.Rounds, "numeric", "Empty: 3."),
			t.text(fieldFactor, "Oversampling", f.Factor, "decimal", "Times k. Empty: 2."),
		))
	}
	fields = append(fields,
		t.text(fieldSeed, "Seed", f.Seed, "numeric", "The same data, settings and seed give the same model."),
		app.Button().Type("button").Class("ghost").ID("seed-new").OnClick(t.onNewSeed).Body(ui.Icon("again"), app.Span().Text("Another seed")),
	)
	return t.group(groupLimits, "Limits: passes, time, rows, seed", fields...)
}

// startRows draws the given start: a model's centroids, or a small table to type
// in, and which of them stay.
func (t *Train) startRows() app.UI {
	if !t.given() {
		return app.Div().Hidden(true)
	}
	f := &t.form
	options := []app.UI{app.Option().Value("").Selected(f.Model == nil).Text("Values typed in")}
	for _, m := range t.models {
		options = append(options, app.Option().Value(m.ID).Selected(f.Model != nil && f.Model.ID == m.ID).Text("Centroids of "+m.Name))
	}
	body := []app.UI{ui.Field("Centroids", "start", app.Select().OnChange(t.onStartModel).Body(options...), "Original units.", f.Errors[fieldStart])}
	if f.Model != nil {
		body = append(body, t.text(fieldFrozen, "Centroids that stay", f.Frozen, "text", "Their numbers, such as 0, 2. Empty: all may move."))
		return app.Div().Class("stack lo").Body(body...)
	}
	head := []app.UI{app.Th().Scope("col").Text("#")}
	for _, c := range f.columns() {
		head = append(head, app.Th().Scope("col").Text(c.Name))
	}
	head = append(head, app.Th().Scope("col").Text("Stays"))
	var rows []app.UI
	for i, r := range f.Rows {
		n := strconv.Itoa(i)
		cells := []app.UI{app.Th().Scope("row").Text(n)}
		for j, text := range r {
			cells = append(cells, app.Td().Body(app.Input().Type("text").Value(text).Aria("label", f.columns()[j].Name+" of cluster "+n).OnInput(t.onStartCell, i, j).
				DataSet("row", i).DataSet("column", j)))
		}
		cells = append(cells, app.Td().Body(app.Input().Type("checkbox").Checked(f.Stays[i]).Aria("label", "The centroid of cluster "+n+" stays").OnChange(t.onStays, i).DataSet("row", i)))
		rows = append(rows, app.Tr().Body(cells...))
	}
	body = append(body, app.Div().Class("scroll").ID(fieldIDs[fieldFrozen]).TabIndex(0).Attr("role", "region").Aria("label", "Start centroids, original units").Body(
		app.Table().ID("start-rows").Body(app.THead().Body(app.Tr().Body(head...)), app.TBody().Body(rows...))),
		fieldError(fieldIDs[fieldFrozen], f.Errors[fieldFrozen]))
	return app.Div().Class("stack lo").Body(body...)
}
