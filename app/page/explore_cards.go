package page

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
)

// scatter draws two columns against each other, and a third by size.
func (e *Explore) scatter() app.UI {
	numbers := columnsOf(e.set.Schema, table.Number)
	if len(numbers) == 0 {
		return card("pair-title", "Two columns", "",
			app.P().Class("small").Text("A scatter needs a column of numbers, and this dataset has none. If one is read as texts by mistake, change its type on the Data page."))
	}
	none := app.Option().Value("").Selected(e.view.Z == "").Text("nothing")
	body := []app.UI{app.Div().Class("row ends").Body(
		ui.Field("Across", "pair-x", app.Select().OnChange(e.onX).Body(optionsOf(numbers, e.view.X)...), "", ""),
		ui.Field("Up", "pair-y", app.Select().OnChange(e.onY).Body(optionsOf(numbers, e.view.Y)...), "", ""),
		ui.Field("Size by", "pair-z", app.Select().OnChange(e.onZ).Body(append([]app.UI{none}, optionsOf(numbers, e.view.Z)...)...), "", ""),
	)}
	if e.sampleErr != nil {
		body = append(body, ui.ErrorBox(e.sampleErr, e.onAgain))
	}
	// While other rows are on their way the old ones stay.
	if e.rows.Columns[e.view.X] != nil {
		body = append(body, &chart.Scatter{ID: "pair", Label: e.pairLabel(), X: e.view.X, Y: e.view.Y, Z: e.view.Z, Class: "tall", File: e.file(e.view.X, e.view.Y),
			Groups: e.shown.pair, Spans: spansOf(e.view.Picked, []chart.Axis{e.axisOf(e.view.X), e.axisOf(e.view.Y)}), OnPick: e.onPairPick, Stamp: e.stamp})
	} else if e.sampleErr == nil {
		body = append(body, ui.Skeleton())
	}
	return card("pair-title", "Two columns", e.note(e.shown.pairRows), body...).Aria("busy", !e.sampled && e.sampleErr == nil)
}

// pairLabel says what the scatter shows, for those who can't see it.
func (e *Explore) pairLabel() string {
	s := "Scatter of " + count(e.shown.pairRows, "row", "rows") + ": " + e.view.X + " across, " + e.view.Y + " up"
	if e.view.Z != "" {
		s += ", " + e.view.Z + " by size"
	}
	return s + e.colouredBy() + "."
}

func (e *Explore) colouredBy() string {
	switch {
	case e.view.Model != "":
		return ", coloured by cluster"
	case e.view.By != "":
		return ", coloured by " + e.view.By
	}
	return ""
}

// file names a saved chart.
func (e *Explore) file(parts ...string) string {
	return strings.Join(append([]string{e.set.Name}, parts...), " ")
}

func (e *Explore) onX(ctx app.Context, _ app.Event) {
	e.view.X = ctx.JSSrc().Get("value").String()
	e.change(ctx)
}

func (e *Explore) onY(ctx app.Context, _ app.Event) {
	e.view.Y = ctx.JSSrc().Get("value").String()
	e.change(ctx)
}

func (e *Explore) onZ(ctx app.Context, _ app.Event) {
	e.view.Z = ctx.JSSrc().Get("value").String()
	e.change(ctx)
}

// correlation draws how each pair of columns hangs together.
func (e *Explore) correlation() app.UI {
	const id, title = "corr-title", "Correlation"
	t := &e.together
	if len(t.columns(e.set.Schema)) < 2 {
		return card(id, title, "", app.P().Class("small").Text("There are no two columns of numbers to compare."))
	}
	choice := app.FieldSet().Class("fit").Body(app.Legend().Class("sr").Text("Kind of correlation"), app.Div().Class("seg sm").Body(
		e.choice("ranks", "false", "Pearson", !e.view.Ranks, e.onRanks), e.choice("ranks", "true", "Spearman", e.view.Ranks, e.onRanks)))
	switch {
	case t.corrErr != nil:
		return card(id, title, "", choice, ui.ErrorBox(t.corrErr, e.onTogether))
	case t.corr == nil:
		return loadingCard(id, title)
	}
	note := count(int(t.corr.Of), "row", "rows") + "; each pair on those that have both values" + e.cutNote()
	label := "Correlation of " + count(len(t.corr.Columns), "column", "columns") + ", " + methodName(t.corr.Method) + "."
	if a, b, r, ok := t.strongest(); ok {
		label += " The strongest: " + a + " and " + b + ", " + ui.Num(r) + "."
	}
	return card(id, title, note, choice,
		&chart.Plot{ID: "correlation", Label: label, Class: "tall", File: e.file("correlation"), Of: t.heat(), OnPick: e.onCellPick, Stamp: e.togetherStamp()},
		app.P().Class("small").Text("Click a cell to see its two columns as a scatter."))
}

func methodName(m string) string {
	if m == "spearman" {
		return "Spearman's, of ranks"
	}
	return "Pearson's"
}

// cutNote says so if not all columns are compared.
func (e *Explore) cutNote() string {
	n, all := len(e.together.columns(e.set.Schema)), len(columnsOf(e.set.Schema, table.Number))
	if n == all {
		return "."
	}
	return "; " + strconv.Itoa(n) + " of " + strconv.Itoa(all) + " columns of numbers."
}

// choice draws one of several that exclude each other.
func (e *Explore) choice(name, value, label string, on bool, do app.EventHandler) app.UI {
	return app.Label().Body(app.Input().Type("radio").Name(name).Value(value).Checked(on).OnChange(do), app.Span().Text(label))
}

func (e *Explore) onRanks(ctx app.Context, _ app.Event) {
	e.view.Ranks = ctx.JSSrc().Get("value").String() == "true"
	e.address(ctx)
	e.together.recover(ctx, e)
}

func (e *Explore) onTogether(ctx app.Context, _ app.Event) { e.together.recover(ctx, e) }

// many draws many columns at once.
func (e *Explore) many() app.UI {
	const id, title = "many-title", "Many columns"
	numbers, categories := columnsOf(e.set.Schema, table.Number), columnsOf(e.set.Schema, table.Category)
	if len(numbers) == 0 {
		return card(id, title, "", app.P().Class("small").Text("There are no columns of numbers to show together."))
	}
	if e.rows.Columns == nil {
		return loadingCard(id, title)
	}
	choice := app.FieldSet().Class("fit").Body(app.Legend().Class("sr").Text("Kind of chart"), app.Div().Class("seg").ID("many-kind").Body(
		e.choice("many", manyParallel, "Parallel axes", e.view.Many == manyParallel, e.onMany),
		e.choice("many", manyMatrix, "Scatter matrix", e.view.Many == manyMatrix, e.onMany),
		e.choice("many", manySpace, "Three columns", e.view.Many == manySpace, e.onMany)))
	label, hint, pick := "", "", e.onManyPick
	columns := e.manyColumns(numbers, categories)
	names := make([]string, len(e.shown.axes))
	for i, a := range e.shown.axes {
		names[i] = a.Name
	}
	rows := count(e.shown.manyRows, "row", "rows") + " as "
	switch e.view.Many {
	case manyMatrix:
		label, hint = rows+"scatters of each pair of "+strings.Join(names, ", ")+e.colouredBy()+".", "Drag over a field to select rows."
		columns = e.manyColumns(numbers, nil)
	case manySpace:
		label, hint, pick, columns = rows+"points of "+strings.Join(names, ", ")+" in space"+e.colouredBy()+".", "The columns are those of the scatter, then those chosen for the other charts.", nil, nil
	default:
		label, hint = rows+"lines across the axes "+strings.Join(names, ", ")+e.colouredBy()+".", "Drag along an axis to select rows; click it to take that back."
	}
	note := e.rows.words()
	switch left := len(e.rows.IDs) - e.shown.manyRows; {
	case len(e.rows.IDs) > e.manyMost():
		note += " Drawn: " + ui.Num(float64(e.shown.manyRows)) + " of them, evenly chosen."
	default:
		note += lacking(left)
	}
	body := []app.UI{app.Div().Class("row").Body(choice, columns)}
	switch {
	case e.view.Many == manySpace && len(e.shown.axes) < 3:
		body = append(body, app.P().Class("small").Text("Three columns of numbers are needed; choose more of them for the parallel axes."))
	case len(e.shown.axes) < 2:
		body = append(body, app.P().Class("small").Text("Choose two columns or more."))
	default:
		p := &chart.Plot{ID: "many-" + e.view.Many, Label: label, Class: "tall", File: e.file(e.view.Many), Of: e.shown.many, Stamp: e.stamp}
		if pick != nil {
			p.OnPick = pick
		}
		body = append(body, p, app.P().Class("small").Text(hint))
	}
	return card(id, title, note+e.older(), body...)
}

// manyColumns draws the choice of the columns.
func (e *Explore) manyColumns(numbers, categories []string) app.UI {
	var boxes []app.UI
	for _, n := range slices.Concat(numbers, categories) {
		on := slices.Contains(e.view.Columns, n)
		boxes = append(boxes, app.Label().Class("row tight").Body(
			app.Input().Type("checkbox").Value(n).Checked(on).Disabled(!on && len(e.view.Columns) >= mostMany).OnChange(e.onColumn, n), app.Text(n)))
	}
	return app.Details().Class("menu").Body(
		app.Summary().Class("btn").ID("many-columns").Text("Columns: "+strconv.Itoa(len(e.view.Columns))),
		app.Div().Class("pop checks").Attr("role", "group").Aria("label", "Columns, at most "+strconv.Itoa(mostMany)).Body(boxes...))
}

func (e *Explore) onMany(ctx app.Context, _ app.Event) {
	e.view.Many = ctx.JSSrc().Get("value").String()
	e.change(ctx)
}

// onColumn takes a column in or out; they keep the order of the table.
func (e *Explore) onColumn(ctx app.Context, _ app.Event) {
	name := ctx.JSSrc().Get("value").String()
	if i := slices.Index(e.view.Columns, name); i >= 0 {
		e.view.Columns = slices.Delete(slices.Clone(e.view.Columns), i, i+1)
	} else if len(e.view.Columns) < mostMany {
		e.view.Columns = append(slices.Clone(e.view.Columns), name)
		slices.SortFunc(e.view.Columns, func(a, b string) int { return e.set.Schema.Index(a) - e.set.Schema.Index(b) })
	}
	if e.rows.Columns[name] == nil && slices.Contains(e.view.Columns, name) {
		e.askSample(ctx)
		return
	}
	e.change(ctx)
}

// components draws the principal components.
func (e *Explore) components() app.UI {
	const id, title = "pca-title", "Principal components"
	t := &e.together
	switch {
	case len(t.columns(e.set.Schema)) < 2:
		return card(id, title, "", app.P().Class("small").Text("There are no two columns of numbers to combine."))
	case t.pcaErr != nil:
		return card(id, title, "", ui.ErrorBox(t.pcaErr, e.onTogether))
	case t.pca == nil:
		return loadingCard(id, title)
	}
	loadings, shares := t.loadings()
	percent, sum := make([]float64, len(shares)), 0.0
	for i, s := range shares {
		percent[i] = 100 * s
		sum += s
	}
	note := count(int(t.pca.Rows), "row", "rows") + " of " + ui.Num(float64(t.pca.Of)) + ": those that have all " + strconv.Itoa(len(t.pca.Columns)) + " values. Columns are standardized" + e.cutNote()
	variance := "Explained variance, in percent: the first " + count(len(shares), "component", "components") + " explain " + ui.Share(sum) + "."
	parts := []app.UI{
		app.Div().Class("c3", "stack").Body(app.H3().Text("Explained variance, %"),
			&chart.Bars{ID: "pca-variance", Label: variance, Class: "mid", File: e.file("explained variance"), Names: loadings.Cols, Values: percent, Stamp: e.togetherStamp()}),
		app.Div().Class("c4", "stack").Body(app.H3().Text("Loadings"),
			&chart.Plot{ID: "pca-loadings", Label: "How much of each column is in each component.", Class: "mid", File: e.file("loadings"), Of: loadings, Stamp: e.togetherStamp()}),
	}
	if e.shown.plane != nil {
		label := "Scatter of " + count(e.shown.planeRows, "row", "rows") + " in the first two components" + e.colouredBy() + "."
		axis := func(i int) string { return loadings.Cols[i] + " (" + ui.Share(shares[i]) + ")" }
		parts = append(parts, app.Div().Class("c5", "stack").Body(
			app.Div().Class("row").Body(app.H3().Class("grow").Text("Projection"), app.Small().Text(e.note(e.shown.planeRows))),
			&chart.Scatter{ID: "pca-plane", Label: label, X: axis(0), Y: axis(1), Class: "mid", File: e.file("components"), Groups: e.shown.plane, Stamp: e.stamp}))
	}
	return card(id, title, note, app.Div().Class("cols").Body(parts...))
}
