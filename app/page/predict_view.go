package page

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Render draws the page.
func (p *Predict) Render() app.UI {
	return ui.Shell("predict", append([]app.UI{p.head()}, p.body()...)...)
}

// head draws the title and the choice of the model.
func (p *Predict) head() app.UI {
	sub := "A row becomes an answer while you type. Nothing is sent."
	right := app.Div().Class("row ends")
	if len(p.lines) > 0 {
		var options []app.UI
		shown := p.opening
		if p.form != nil && shown == "" {
			shown = p.form.Model.ID
		}
		if shown == "" {
			options = append(options, app.Option().Value("").Selected(true).Text("Choose a model"))
		}
		for _, l := range p.lines {
			text := l.Name
			if !l.Device {
				text += " (on the server)"
			}
			options = append(options, app.Option().Value(l.ID).Selected(l.ID == shown).Text(text))
		}
		right = right.Body(ui.Field("Model", "model", app.Select().OnChange(p.onModel).Body(options...), "", ""))
	}
	return app.Div().Class("pagehead").Body(app.Div().Class("grow").Body(app.H1().Text("Predict"), app.P().ID("predict-about").Text(sub)), right)
}

// body draws the form and the answer, or what stands in their place.
func (p *Predict) body() []app.UI {
	var out []app.UI
	if p.devErr != nil {
		out = append(out, ui.ErrorBox(p.devErr, nil))
	}
	if p.openErr != nil {
		out = append(out, ui.ErrorBox(p.openErr, p.onRetry))
	}
	if p.keepErr != nil {
		out = append(out, app.Div().Class("banner warn").ID("predict-not-kept").Body(ui.Icon("alert"),
			app.Span().Class("grow").Text("This device could not keep the model, so it does not predict offline: "+fault.Message(p.keepErr))))
	}
	switch {
	case p.form != nil:
		out = append(out, app.Div().Class("cols").Body(p.rowView(), p.answer()), &predictFile{Model: p.form.Model})
	case !p.loaded || p.opening != "" && p.openErr == nil:
		out = append(out, ui.Skeleton())
	case len(p.lines) > 0:
		if p.openErr == nil {
			out = append(out, ui.Skeleton()) // the server's newest is about to be opened
		}
	case p.listErr != nil:
		out = append(out, ui.ErrorBox(p.listErr, p.onRetry), ui.Empty("No model on this device", "Models are kept here when you train one, or open one while the server can be reached."))
	default:
		out = append(out, ui.Empty("No model yet", "Train a model on a dataset: it is kept on this device and then predicts here, without a network too.",
			app.A().Attr("role", "button").Href("/train").Text("Go to Train")))
	}
	return out
}

// rowView draws a field for each column of the row.
func (p *Predict) rowView() app.UI {
	f := p.form
	fields := make([]app.UI, len(f.Fields))
	for i := range f.Fields {
		fields[i] = p.field(i)
	}
	note := "The sliders span what the training saw. Outside of it you may type; the answer then says so."
	if !slices.ContainsFunc(f.Fields, func(fd rowField) bool { return fd.Input.Kind == table.Number }) {
		note = "The levels are those that the training saw."
	}
	offline := ""
	if p.away {
		offline = "Other real rows come from the server, which can't be reached. This is the one that the model carries."
	}
	return app.Form().Class("c5 card").ID("row-form").Aria("labelledby", "row-title").Attr("novalidate", "novalidate").OnSubmit(onNothing).Body(
		app.Header().Body(app.H2().ID("row-title").Text("One row"),
			app.Button().Type("button").Class("ghost").ID("another").Aria("busy", p.asking).OnClick(p.onAnother).Body(ui.Icon("again"), app.Span().Text("Another real row"))),
		app.P().Class("small").ID("another-note").Attr("role", "status").Hidden(offline == "").Text(offline),
		app.Div().Class("sliders").Body(fields...),
		app.P().Class("xs").Text(note),
	)
}

// onNothing keeps Enter from sending a form that is not sent anywhere.
func onNothing(_ app.Context, e app.Event) { e.PreventDefault() }

// field draws field i: a slider beside a number, or a choice of levels. The
// values of numbers and sliders are painted, not drawn: a frame that is late
// must not take back what was typed since.
func (p *Predict) field(i int) app.UI {
	fd := &p.form.Fields[i]
	in, id := fd.Input, inputID(i)
	if in.Kind != table.Number {
		return ui.Field(in.Name, id, app.Select().DataSet("field", i).OnChange(p.onValue).Body(p.levels(fd)...), fd.Note, fd.Error)
	}
	var about []string
	if fd.Error != "" {
		about = append(about, id+"-err")
	}
	if fd.Note != "" {
		about = append(about, id+"-hint")
	}
	number := app.Input().ID(id).Type("number").Attr("step", "any").Attr("inputmode", "decimal").AutoComplete(false).
		DataSet("field", i).OnInput(p.onValue)
	if len(about) > 0 {
		number = number.Aria("describedby", strings.Join(about, " "))
	}
	if fd.Error != "" {
		number = number.Aria("invalid", "true")
	}
	s := sliderOf(in)
	return app.Div().Class("slider").Body(
		app.Label().For(id).Text(in.Name),
		number,
		app.Input().ID(sliderID(i)).Type("range").Aria("label", in.Name+", slider").
			Attr("min", exactly(s.Min)).Attr("max", exactly(s.Max)).Attr("step", exactly(s.Step)).DataSet("field", i).OnInput(p.onSlide),
		app.Div().Class("ends").Aria("hidden", "true").Body(app.Span().Text(plain(in.Min)), app.Span().Text(plain(in.Max))),
		app.P().Class("hint xs").ID(id+"-hint").Hidden(fd.Note == "").Text(fd.Note),
		app.P().Class("err").ID(id+"-err").Hidden(fd.Error == "").Text(fd.Error),
	)
}

// exactly writes a number for the browser: go-app's own way keeps four decimals.
func exactly(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// levels draws the choices of a category: its levels, no value, another level.
func (p *Predict) levels(fd *rowField) []app.UI {
	names := fd.Input.Levels
	if fd.Text != "" && fd.Text != otherLevel && !slices.Contains(names, fd.Text) {
		names = append(slices.Clone(names), fd.Text)
	}
	return append(optionsOf(names, fd.Text),
		app.Option().Value(otherLevel).Selected(fd.Text == otherLevel).Text("(another one)"),
		app.Option().Value("").Selected(fd.Text == "").Text("(no value)"))
}

// answer draws the card of the answer.
func (p *Predict) answer() app.UI {
	m := p.form.Model
	return app.Section().Class("c7 card answer-card").Aria("labelledby", "answer-title").Body(
		app.Header().Body(app.H2().ID("answer-title").Text("Answer"), app.Small().Text(p.form.Name+", "+count(m.Centroids.Rows, "cluster", "clusters")+", computed on this device")),
		&answerBox{Page: p},
		app.Div().Class("row").Body(
			app.A().Href("/models#model="+m.ID).Text("About this model"),
		),
	)
}
