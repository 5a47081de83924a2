package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
)

// Render draws the page.
func (e *Explore) Render() app.UI {
	return ui.Shell("explore", append([]app.UI{e.head()}, e.body()...)...)
}

// head draws the title, the choice of the dataset and of what colours its rows.
func (e *Explore) head() app.UI {
	sub := "See how the values are spread before you look for clusters."
	if e.set != nil {
		sub = count(int(e.set.Rows), "row", "rows") + ", " + count(len(e.set.Schema), "column", "columns") + ", version " + strconv.Itoa(e.set.Version)
	}
	right := app.Div().Class("row")
	if e.set != nil {
		var options []app.UI
		for _, s := range e.sets {
			options = append(options, app.Option().Value(s.ID).Selected(s.ID == e.set.ID).Text(s.Name))
		}
		right = right.Body(
			ui.Field("Dataset", "explore-dataset", app.Select().OnChange(e.onSet).Body(options...), "", ""),
			ui.Field("Colour by", "pair-by", app.Select().OnChange(e.onBy).Body(e.colours()...), "", ""),
			app.Button().Type("button").Class("secondary").ID("copy-link").OnClick(e.onCopy).Body(ui.Icon("copy"), app.Text("Copy link")),
			app.A().Attr("role", "button").Class("secondary").Href("/train#dataset="+e.set.ID).Body(ui.Icon("train"), app.Text("Train")),
		)
	}
	return app.Div().Class("pagehead").Body(
		app.Div().Class("grow").Body(app.H1().Text("Explore"), app.P().ID("explore-about").Text(sub)), right.Class("ends"))
}

// body draws the charts, or what stands in their place.
func (e *Explore) body() []app.UI {
	switch {
	case e.loadErr != nil:
		return []app.UI{ui.ErrorBox(e.loadErr, e.onRetry)}
	case !e.loaded:
		return []app.UI{ui.Skeleton()}
	case e.set == nil:
		return []app.UI{ui.Empty("Nothing to explore yet", "Bring a CSV of yours, or take one of the samples: its columns are drawn here.",
			app.A().Attr("role", "button").Href("/data").Text("Go to Data"))}
	case e.set.Rows == 0:
		return []app.UI{ui.Empty("No rows", "This dataset has no rows any more. Add some on the Data page, or go back to an older version there.",
			app.A().Attr("role", "button").Href("/data#dataset="+e.set.ID).Text("Go to Data"))}
	case e.openErr != nil:
		return []app.UI{ui.ErrorBox(e.openErr, e.onRetry)}
	case len(e.profiles) == 0 && !e.sampled:
		return []app.UI{ui.Skeleton()}
	}
	return []app.UI{
		e.selected(),
		&exploreAdvice{Set: e.set},
		app.Div().Class("cols").Body(
			app.Div().Class("c7", "stack").Body(e.scatter()),
			app.Div().Class("c5", "stack").Body(e.correlation()),
		),
		e.columns(),
		app.Div().Class("cols").Body(
			app.Div().Class("c12").Body(e.many()),
			app.Div().Class("c12").Body(e.components()),
			app.Div().Class("c12").Body(&explorePart{Page: e, Name: partRows, Stamp: e.rested}),
			app.Div().Class("c12").Body(&explorePart{Page: e, Name: partDescribe, Stamp: e.profiled}),
		),
	}
}

// note says which rows a chart of the sample shows.
func (e *Explore) note(drawn int) string {
	if !e.sampled || e.sampleErr != nil {
		return ""
	}
	s := e.rows.words()
	if drawn < len(e.rows.IDs) {
		s += lacking(len(e.rows.IDs) - drawn)
	}
	return s + e.older()
}

// older says so if the rows are not those of the newest version.
func (e *Explore) older() string {
	if v := e.version(); v != e.set.Version {
		return fmt.Sprintf(" They are those of version %d, which the model was trained on.", v)
	}
	return ""
}

// optionsOf draws the choices of a select.
func optionsOf(names []string, chosen string) []app.UI {
	out := make([]app.UI, len(names))
	for i, n := range names {
		out[i] = app.Option().Value(n).Selected(n == chosen).Text(n)
	}
	return out
}

// colours draws the choices of what colours the rows.
func (e *Explore) colours() []app.UI {
	out := []app.UI{app.Option().Value("").Selected(e.view.By == "" && e.view.Model == "").Text("nothing")}
	group := func(label string, names []string) {
		var options []app.UI
		for _, n := range names {
			options = append(options, app.Option().Value("column:"+n).Selected(n == e.view.By).Text(n))
		}
		if options != nil {
			out = append(out, app.OptGroup().Label(label).Body(options...))
		}
	}
	group("Categories", columnsOf(e.set.Schema, table.Category))
	group("Numbers, in steps", columnsOf(e.set.Schema, table.Number))
	var models []app.UI
	for _, m := range e.models {
		text := m.Name + ", " + count(m.K, "cluster", "clusters")
		models = append(models, app.Option().Value("model:"+m.ID).Selected(m.ID == e.view.Model).Text(text))
	}
	if models != nil {
		out = append(out, app.OptGroup().Label("Clusters of a model").Body(models...))
	}
	return out
}

func (e *Explore) onRetry(ctx app.Context, _ app.Event) {
	if e.loadErr != nil {
		e.loaded, e.loadErr = false, nil
		e.load(ctx)
		return
	}
	e.open(ctx)
}

func (e *Explore) onAgain(ctx app.Context, _ app.Event) { e.askSample(ctx) }

func (e *Explore) onSet(ctx app.Context, _ app.Event) {
	e.choose(ctx, ctx.JSSrc().Get("value").String())
}

// onBy reads a choice of what colours the rows.
func (e *Explore) onBy(ctx app.Context, _ app.Event) {
	kind, name, _ := strings.Cut(ctx.JSSrc().Get("value").String(), ":")
	before := e.version()
	e.view.By, e.view.Model = "", ""
	switch kind {
	case "column":
		e.view.By = name
	case "model":
		e.view.Model = name
	}
	e.view.Picked = e.view.Picked.within(e.view.pickable(e.set.Schema))
	switch {
	case e.version() != before:
		e.open(ctx)
	case kind == "model" || !e.rows.whole() || e.view.By != "" && e.rows.Columns[e.view.By] == nil:
		e.askSample(ctx) // with the clusters; or each level has its share
	default:
		e.change(ctx)
	}
}

func (e *Explore) onCopy(ctx app.Context, _ app.Event) {
	href := app.Window().Get("location").Get("href").String()
	clip := app.Window().Get("navigator").Get("clipboard")
	if !clip.Truthy() {
		ui.Toast(ctx, "warn", "This browser does not let pages copy here. The address of this page is the link.")
		return
	}
	clip.Call("writeText", href).Then(func(app.Value) {
		ctx.Dispatch(func(ctx app.Context) { ui.Toast(ctx, "good", "The link to this view is copied.") })
	})
}

// charted names the columns that have a card.
func (e *Explore) charted() []string {
	var out []string
	for _, c := range e.set.Schema {
		if c.Kind != table.Text && len(out) < e.charts {
			out = append(out, c.Name)
		}
	}
	return out
}

// loading draws a card that waits.
func loadingCard(id, title string) app.UI {
	return app.Section().Class("card").Aria("labelledby", id).Aria("busy", true).Body(
		app.Header().Body(app.H2().ID(id).Text(title)), ui.Skeleton())
}

// card draws a card of a chart: its title and a note beside it.
func card(id, title, note string, body ...app.UI) app.HTMLSection {
	head := app.Header().Body(app.H2().ID(id).Text(title), app.Small().ID(id+"-note").Text(note))
	return app.Section().Class("card").Aria("labelledby", id).Body(append([]app.UI{head}, slices.DeleteFunc(body, func(u app.UI) bool { return u == nil })...)...)
}
