package page

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// fieldOrder is the order of the form's fields on the page.
var fieldOrder = []string{fieldDataset, fieldColumns, fieldScale, fieldMissing, fieldK,
	fieldAlgorithm, fieldDistance, fieldWeight, fieldInit, fieldStart, fieldFrozen, fieldRestarts,
	fieldPasses, fieldTolerance, fieldTimeLimit, fieldSample, fieldBatch, fieldRounds, fieldFactor, fieldSeed, ""}

// fieldIDs names the control of each field.
var fieldIDs = map[string]string{
	fieldDataset: "dataset", fieldColumns: "columns", fieldScale: "scale", fieldMissing: "missing", fieldK: "k",
	fieldAlgorithm: "algorithm", fieldDistance: "distance", fieldWeight: "weight", fieldInit: "init", fieldStart: "start", fieldFrozen: "frozen", fieldRestarts: "restarts",
	fieldPasses: "max-iterations", fieldTolerance: "tolerance", fieldTimeLimit: "time-limit", fieldSample: "sample",
	fieldBatch: "batch", fieldRounds: "init-rounds", fieldFactor: "oversampling", fieldSeed: "seed", "": "train-error",
}

// settings draws the form.
func (t *Train) settings() app.UI {
	f := &t.form
	live := t.live()
	word := "Train"
	switch {
	case t.sending:
		word = "Sending"
	case live:
		word = "Training"
	}
	class, hint := "c3 card", ""
	if t.folded {
		class = "c3 card folded"
	}
	if f.Data != nil {
		hint = f.Data.Name + ", k = " + f.K
	}
	return app.Form().Class(class).ID("train-form").Aria("label", "Settings").Attr("novalidate", "novalidate").OnSubmit(t.onSubmit).Body(
		app.Button().Type("button").Class("secondary fold").ID("train-fold").Hidden(t.run == nil).Aria("expanded", strconv.FormatBool(!t.folded)).OnClick(t.onFold).Body(
			app.Span().Text("Settings"), app.Small().Text(hint)),
		t.dataGroup(),
		t.advices(),
		app.FieldSet().Body(
			app.Legend().Text("Model"),
			t.number(fieldK, "Clusters (k)", f.K, ""),
			t.more(),
		),
		t.limits(),
		app.P().Class("err").ID("train-error").TabIndex(-1).Attr("role", "alert").Hidden(f.Errors[""] == "").Text(f.Errors[""]),
		app.Button().Type("submit").ID("train-go").Disabled(t.sending || live).Aria("busy", strconv.FormatBool(t.sending)).Body(ui.Icon("play"), app.Span().Text(word)),
	)
}

// dataGroup draws what is trained on: dataset, columns, scale, gaps.
func (t *Train) dataGroup() app.UI {
	f := &t.form
	options := make([]app.UI, 0, len(t.datasets))
	for _, d := range t.datasets {
		options = append(options, app.Option().Value(d.ID).Selected(f.Data != nil && f.Data.ID == d.ID).Text(d.Name))
	}
	columns := []app.UI{app.Legend().Text("Columns")}
	for _, c := range f.choices() {
		columns = append(columns, t.column(c))
	}
	if f.Data != nil && len(f.choices()) == 0 {
		columns = append(columns, app.P().Class("small").Text("No column of this dataset is a number or a category."))
	}
	for _, name := range f.labels() {
		columns = append(columns, app.P().Class("xs").Text("Clusters are compared with "+name+" afterwards."))
	}
	columns = append(columns, fieldError("columns", f.Errors[fieldColumns]))
	hint := ""
	if f.Data != nil {
		hint = "Version " + strconv.Itoa(f.Data.Version) + ", " + ui.Num(float64(f.Data.Rows)) + " rows"
	}
	return app.Div().Class("stack").Body(
		ui.Field("Dataset", "dataset", app.Select().OnChange(t.onDataset).Body(options...), hint, f.Errors[fieldDataset]),
		app.FieldSet().ID("columns").TabIndex(-1).Class("stack lo").Aria("describedby", "columns-err").Body(columns...),
		app.FieldSet().Body(app.Legend().Text("Scale"), app.Div().Class("seg").ID("scale").TabIndex(-1).Body(
			t.scale(prep.Standard), t.scale(prep.MinMax), t.scale(prep.NoScale),
		), fieldError("scale", f.Errors[fieldScale])),
		ui.Field("Rows with gaps", "missing", app.Select().OnChange(t.onMissing).Body(
			app.Option().Value(string(prep.Drop)).Selected(f.Missing == prep.Drop).Text("Leave them out"),
			app.Option().Value(string(prep.Mean)).Selected(f.Missing == prep.Mean).Text("Fill with the mean"),
			app.Option().Value(string(prep.Median)).Selected(f.Missing == prep.Median).Text("Fill with the median"),
		), "", f.Errors[fieldMissing]),
	)
}

// column draws the choice of a column; one of numbers that is in use has a switch
// for its logarithm.
func (t *Train) column(c table.Column) app.UI {
	f := &t.form
	row := []app.UI{app.Label().Class("check grow").Body(
		app.Input().Type("checkbox").Name("column").Value(c.Name).Checked(f.Use[c.Name]).OnChange(t.onColumn, c.Name),
		app.Span().Text(c.Name), app.Span().Class("hint").Text(columnHint(c)),
	)}
	if c.Kind == table.Number && f.Use[c.Name] {
		row = append(row, app.Button().Type("button").Class("ghost sm log").DataSet("column", c.Name).Aria("pressed", strconv.FormatBool(f.Logs[c.Name])).
			Aria("label", "log of "+c.Name).Title("Train on the logarithm of "+c.Name+": sign(x) ln(1 + |x|)").OnClick(t.onLog, c.Name).Text("log"))
	}
	return app.Div().Class("row nowrap").Body(row...)
}

// columnHint says what a column holds.
func columnHint(c table.Column) string {
	s := "number"
	if c.Kind == table.Category {
		s = count(int(c.Distinct), "level", "levels") + ", one-hot"
	}
	if c.Missing > 0 {
		s += ", " + count(int(c.Missing), "gap", "gaps")
	}
	return s
}

// scale draws one choice of the scale.
func (t *Train) scale(v prep.Scale) app.UI {
	return app.Label().Body(app.Input().Type("radio").Name("scale").Value(string(v)).Checked(t.form.Scale == v).OnChange(t.onScale, string(v)), app.Span().Text(scaleNames[v]))
}

// number draws a field for a whole number from 1.
func (t *Train) number(name, label, value, hint string) app.UI {
	id, err := fieldIDs[name], t.form.Errors[name]
	in := app.Input().Type("number").Min(1).Attr("inputmode", "numeric").Value(value).OnInput(t.onText, name)
	return ui.Field(label, id, in, hint, err)
}

// text draws a field for a number that is typed as a text: one that is half
// typed stays as it is.
func (t *Train) text(name, label, value, mode, hint string) app.UI {
	id, err := fieldIDs[name], t.form.Errors[name]
	in := app.Input().Type("text").Attr("inputmode", mode).AutoComplete(false).Value(value).OnInput(t.onText, name)
	return ui.Field(label, id, in, hint, err)
}
