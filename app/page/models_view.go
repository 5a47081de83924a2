package page

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws the page.
func (m *Models) Render() app.UI {
	body := []app.UI{m.head()}
	if m.opened != "" {
		body = append(body, m.detail()...)
	} else {
		body = append(body, m.list()...)
	}
	return ui.Shell("models", append(body, m.renameDialog())...)
}

// head draws the title and what can be done with all that is shown.
func (m *Models) head() app.UI {
	if m.opened != "" {
		title := m.name(m.opened)
		if title == "" {
			title = "Model"
		}
		right := app.Div().Class("row").ID("model-actions")
		if l := m.known(m.opened); l != nil {
			actions := m.actions(*l, true)
			if l.Server {
				actions = append(actions, exportMenu(l.ID))
			}
			right = right.Body(actions...)
		}
		return app.Div().Class("pagehead").Body(
			app.Div().Class("grow").Body(
				app.A().Class("small").ID("models-back").Href("/models").OnClick(m.onBack).Text("All models"),
				app.H1().ID("models-title").TabIndex(-1).Text(title)),
			right)
	}
	sub := "What was trained, on the server and on this device."
	return app.Div().Class("pagehead").Body(
		app.Div().Class("grow").Body(app.H1().ID("models-title").TabIndex(-1).Text("Models"), app.P().Text(sub)),
		app.Div().Class("row").Body(m.importButton(), app.A().Attr("role", "button").ID("train-link").Href("/train").Body(ui.Icon("plus"), app.Text("Train a model"))))
}

// list draws all models, or what stands in their place.
func (m *Models) list() []app.UI {
	var out []app.UI
	if m.devErr != nil {
		out = append(out, ui.ErrorBox(m.devErr, nil))
	}
	if m.listErr != nil {
		if fault.CodeOf(m.listErr) == fault.Unavailable && len(m.lines) > 0 {
			out = append(out, app.P().Class("small").ID("models-away").Text("These are the models on this device; those of the server are listed when it can be reached."))
		} else {
			out = append(out, ui.ErrorBox(m.listErr, m.onRetry))
		}
	}
	switch {
	case len(m.lines) > 0:
		out = append(out, m.table())
	case !m.loaded || !m.listed:
		out = append(out, ui.Skeleton())
	case m.listErr == nil:
		out = append(out, ui.Empty("No models yet", "A model is made by a training. It is kept on the server, and on this device to predict without a network.",
			app.A().Attr("role", "button").Href("/train").Text("Go to Train")))
	}
	return out
}

// table draws one line a model; on a phone each is a card.
func (m *Models) table() app.UI {
	var head []app.UI
	for i, n := range []string{"Name", "Data", "Clusters", "Rows", "Inertia", "Silhouette", "Trained", "Kept", "Actions"} {
		th := app.Th().Scope("col").Text(n)
		if i >= 2 && i <= 5 {
			th = th.Class("num")
		}
		head = append(head, th)
	}
	var rows []app.UI
	for _, l := range m.lines {
		sil := app.Td().Class("num").DataSet("label", "Silhouette").Text("–")
		if l.Silhouette != nil {
			sil = sil.Title("%s", strconv.FormatFloat(*l.Silhouette, 'g', -1, 64)).Text(fmt.Sprintf("%.3f", *l.Silhouette))
		}
		rows = append(rows, app.Tr().DataSet("model", l.ID).Body(
			app.Th().Scope("row").Body(app.A().Class("model-name").ID(lineID(l.ID)).Href("/models#model="+l.ID).Text(l.Name)),
			app.Td().DataSet("label", "Data").Body(dataLink(l.Dataset, l.DataName, l.Version)),
			app.Td().Class("num").DataSet("label", "Clusters").Text(l.K),
			app.Td().Class("num").DataSet("label", "Rows").Text(ui.Num(float64(l.Rows))),
			app.Td().Class("num").DataSet("label", "Inertia").Title("%s", strconv.FormatFloat(l.Inertia, 'g', -1, 64)).Text(ui.Num(l.Inertia)),
			sil,
			app.Td().Class("nowrap").DataSet("label", "Trained").Title("%s", ui.Clock(l.Created)).Text(ui.Ago(l.Created, m.now())),
			app.Td().DataSet("label", "Kept").Text(m.where(l)),
			app.Td().Class("acts").Body(app.Div().Class("row tight").Body(m.actions(l, false)...)),
		))
	}
	return app.Section().Class("card").Aria("label", "All models").Body(
		app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Models").Body(
			app.Table().Class("cards-s").ID("models").Body(app.THead().Body(app.Tr().Body(head...)), app.TBody().Body(rows...))))
}

// dataWords names a version of a dataset.
func dataWords(name string, version int) string {
	if version == 0 {
		return name
	}
	return name + ", version " + strconv.Itoa(version)
}

// dataLink leads to a version of a dataset. A model from elsewhere has no dataset here.
func dataLink(id, name string, version int) app.UI {
	words := dataWords(name, version)
	if id == "" {
		return app.Span().Text(words)
	}
	return app.A().Class("model-data").Href("/data#dataset=" + url.QueryEscape(id) + "&version=" + strconv.Itoa(version)).Text(words)
}

// where says where a model is kept.
func (m *Models) where(l modelLine) string {
	switch {
	case l.Server && l.Device:
		return "server and device"
	case l.Server:
		return "server"
	case m.unsure(l.ID):
		return "device"
	}
	return "device only"
}

// actions draws what can be done with a model; words says whether there is room for them.
func (m *Models) actions(l modelLine, words bool) []app.UI {
	label := func(icon, word, verb string) []app.UI {
		if words {
			return []app.UI{ui.Icon(icon), app.Span().Text(word)}
		}
		return []app.UI{ui.Icon(icon), app.Span().Class("sr").Text(verb + " " + l.Name)}
	}
	class := "ghost icon"
	if words {
		class = "secondary"
	}
	out := []app.UI{
		app.A().Attr("role", "button").Class(class, "act-predict").Title("Predict").Href("/predict#model=" + l.ID).Body(label("predict", "Predict", "Predict with")...),
		app.A().Attr("role", "button").Class(class, "act-again").Title("Train again").Href("/train#model=" + l.ID).Body(label("again", "Train again", "Train again as")...),
		app.Button().Type("button").Class(class, "act-rename").Title("Rename").DataSet("model", l.ID).OnClick(m.onRename, l.ID).Body(label("edit", "Rename", "Rename")...),
	}
	if l.Server {
		out = append(out, app.A().Attr("role", "button").Class(class, "act-download").Title("Download as JSON").Attr("download", "").
			Href(wire.API+"/models/"+url.PathEscape(l.ID)+"/file").Body(label("down", "JSON", "Download as JSON")...))
	} else {
		out = append(out, app.Button().Type("button").Class(class, "act-download").Title("Download as JSON").DataSet("model", l.ID).
			OnClick(m.onDownload, l.ID).Body(label("down", "JSON", "Download as JSON")...))
	}
	button := func(icon, word, verb, name, class string, do app.EventHandler) {
		out = append(out, app.Button().Type("button").Class(class, name).Title(verb).DataSet("model", l.ID).OnClick(do, l.ID).Body(label(icon, word, verb)...))
	}
	unsure := !l.Server && m.unsure(l.ID)
	if l.Device && (l.Server || unsure) {
		button("device", "Remove from this device", "Remove from this device:", "act-forget", class, m.onForget)
	}
	if !unsure { // what the server has besides is deleted there, or not at all
		danger := class
		if words {
			danger = "danger"
		}
		button("trash", "Delete", "Delete", "act-delete", danger, m.onDelete)
	}
	return out
}
