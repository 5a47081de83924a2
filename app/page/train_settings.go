package page

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// fieldOrder is the order of the form's fields on the page.
var fieldOrder = []string{fieldDataset, fieldColumns, fieldScale, fieldMissing, fieldK, fieldInit, fieldStart, fieldRestarts, fieldPasses, fieldTolerance, fieldSeed, ""}

// fieldIDs names the control of each field.
var fieldIDs = map[string]string{
	fieldDataset: "dataset", fieldColumns: "columns", fieldScale: "scale", fieldMissing: "missing", fieldK: "k", fieldInit: "init",
	fieldStart: "start", fieldRestarts: "restarts", fieldPasses: "max-iterations", fieldTolerance: "tolerance", fieldSeed: "seed", "": "train-error",
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
	folded := t.form.Errors[fieldRestarts] == "" && t.form.Errors[fieldPasses] == "" && t.form.Errors[fieldTolerance] == "" && t.form.Errors[fieldSeed] == ""
	limits := app.Details().ID("limits")
	if !folded {
		limits = limits.Open(true)
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
		app.FieldSet().Body(
			app.Legend().Text("Model"),
			t.number(fieldK, "Clusters (k)", f.K, ""),
			t.initField(),
			t.startRows(),
			t.number(fieldRestarts, "Restarts", f.Restarts, "Runs from other starts; the best is kept."),
		),
		limits.Body(
			app.Summary().Class("small").Text("Limits: passes, tolerance, seed"),
			app.Div().Class("stack").Body(
				t.number(fieldPasses, "Passes at most", f.Passes, ""),
				t.text(fieldTolerance, "Tolerance", f.Tolerance, "decimal", "0 stops when no row moves."),
				t.text(fieldSeed, "Seed", f.Seed, "numeric", "The same data, settings and seed give the same model."),
				app.Button().Type("button").Class("ghost").ID("seed-new").OnClick(t.onNewSeed).Body(ui.Icon("again"), app.Span().Text("Another seed")),
			),
		),
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
		columns = append(columns, app.Label().Class("check").Body(
			app.Input().Type("checkbox").Name("column").Value(c.Name).Checked(f.Use[c.Name]).OnChange(t.onColumn, c.Name),
			app.Span().Text(c.Name), app.Span().Class("hint").Text(columnHint(c)),
		))
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

// initField draws where the centroids start.
func (t *Train) initField() app.UI {
	var options []app.UI
	for _, v := range []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus, kmeans.Random, kmeans.Given} {
		options = append(options, app.Option().Value(string(v)).Selected(t.form.Init == v).Text(initNames[v]))
	}
	return ui.Field("Start from", "init", app.Select().OnChange(t.onInit).Body(options...), "", t.form.Errors[fieldInit])
}

// startRows draws the given start: a model's centroids, or a small table to type in.
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
	if f.Model == nil {
		head := []app.UI{app.Th().Scope("col").Text("#")}
		for _, c := range f.columns() {
			head = append(head, app.Th().Scope("col").Text(c.Name))
		}
		var rows []app.UI
		for i, r := range f.Rows {
			cells := []app.UI{app.Th().Scope("row").Text(i)}
			for j, text := range r {
				cells = append(cells, app.Td().Body(app.Input().Type("text").Value(text).Aria("label", f.columns()[j].Name+" of cluster "+strconv.Itoa(i)).OnInput(t.onStartCell, i, j).
					DataSet("row", i).DataSet("column", j)))
			}
			rows = append(rows, app.Tr().Body(cells...))
		}
		body = append(body, app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Start centroids, original units").Body(
			app.Table().ID("start-rows").Body(app.THead().Body(app.Tr().Body(head...)), app.TBody().Body(rows...))))
	}
	return app.Div().Class("stack lo").Body(body...)
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
