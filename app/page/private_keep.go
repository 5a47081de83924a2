package page

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// decode reads what the worker of this program wrote.
func decode(body []byte, into any) bool {
	err := json.Unmarshal(body, into)
	if err != nil {
		app.Log(err)
	}
	return err == nil
}

// keptCard draws the private models of this device.
func (p *Private) keptCard() app.UI {
	if p.keepErr != nil {
		return app.Div().Class("banner warn").ID("private-keep-fault").Body(ui.Icon("alert"), app.Span().Class("grow").Text(fault.Message(p.keepErr)+" A model that you train now is gone when this tab is closed: download it."))
	}
	if len(p.models) == 0 {
		return nil
	}
	var lines []app.UI
	for _, m := range p.models {
		of := func() app.UI { return app.Span().Class("sr").Text(" " + m.Name) }
		lines = append(lines, app.Tr().Body(
			app.Th().Scope("row").Text(m.Name), app.Td().Class("num").Text(strconv.Itoa(m.Centroids.Rows)), app.Td().Class("num").Text(ui.Num(float64(m.Data.Rows))), number(m.Training.Inertia),
			app.Td().Body(app.Div().Class("row tight").Body(
				app.A().Attr("role", "button").Class("secondary").Href("/predict#model="+m.ID).Body(ui.Icon("predict"), app.Text("Predict"), of()),
				app.Button().Type("button").Class("secondary", "act-download").DataSet("model", m.ID).OnClick(p.onDownload, m.ID).Body(ui.Icon("down"), app.Text("Model file"), of()),
				app.Button().Type("button").Class("secondary", "act-publish").DataSet("model", m.ID).OnClick(p.onPublish, m.ID).Body(ui.Icon("up"), app.Text("Publish …"), of()),
				app.Button().Type("button").Class("secondary", "act-delete").DataSet("model", m.ID).OnClick(p.onDelete, m.ID).Body(ui.Icon("trash"), app.Text("Delete"), of())))))
	}
	return app.Section().Class("card").ID("private-models").Aria("labelledby", "kept-title").Body(
		app.Header().Body(app.H2().ID("kept-title").Text("Models in this browser"), app.Small().Text("trained here; everybody who uses this browser has them")),
		app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Table of models").Body(app.Table().Body(
			app.THead().Body(app.Tr().Body(heads([]string{"Model", "k", "Rows", "Inertia"})...)), app.TBody().Body(lines...))))
}

func (p *Private) model(id string) *model.Model {
	for _, m := range p.models {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (p *Private) onDownload(ctx app.Context, _ app.Event) {
	m := p.model(scope(ctx, "model"))
	if m == nil {
		return
	}
	file, err := model.Encode(m)
	if err != nil {
		ui.Toast(ctx, "bad", fault.Message(err))
		return
	}
	saveFile(m.Name+".json", "application/json", string(file))
}

func (p *Private) onDelete(ctx app.Context, _ app.Event) {
	m := p.model(scope(ctx, "model"))
	if m == nil {
		return
	}
	ui.Confirm(ctx, ui.Question{Title: "Delete " + m.Name + "?", Text: "It is only in this browser, so it can't be brought back.", Yes: "Delete", Bad: true, Do: func(ctx app.Context) {
		ctx.Async(func() {
			err := device.DeleteModel(m.ID)
			ctx.Dispatch(func(ctx app.Context) {
				if err != nil {
					ui.Toast(ctx, "bad", fault.Message(err))
				}
				p.list()
			})
		})
	}})
}

func (p *Private) onPublish(ctx app.Context, _ app.Event) {
	p.asked = p.model(scope(ctx, "model"))
	focusOn(ctx, "publish-title")
}

func (p *Private) onKeep(app.Context, app.Event) { p.asked = nil }

// publishCard lists what publishing sends, and asks.
func (p *Private) publishCard() app.UI {
	m := p.asked
	if m == nil {
		return nil
	}
	var items []app.UI
	for _, s := range sentWith(m) {
		items = append(items, app.Li().Text(s))
	}
	return app.Section().Class("card").ID("publish").Aria("labelledby", "publish-title").Body(
		app.Header().Body(app.H2().ID("publish-title").TabIndex(-1).Text("Publish "+m.Name+"?")),
		app.P().Text("The model goes to the server, into your account, where it can be exported, shared and used by programs. The rows of the table stay here, but for one: the example below. This is all that is sent:"),
		app.Ul().Class("small").ID("publish-list").Body(items...),
		app.Div().Class("row").Body(
			app.Button().Type("button").ID("publish-yes").Disabled(p.sending).OnClick(p.onSend).Body(ui.Icon("up"), app.Text("Send the model")),
			app.Button().Type("button").Class("secondary").ID("publish-no").OnClick(p.onKeep).Text("Keep it here")))
}

// sentWith lists, in words, all that the file of a model holds.
func sentWith(m *model.Model) []string {
	out := []string{
		"The name of the model, “" + m.Name + "”, and of the file, “" + m.Data.Name + "”, with its fingerprint (SHA-256 of its values) and its " + count(int(m.Data.Rows), "row", "rows") + " counted.",
		"The settings and how the training went: seed, passes, inertia, scores, time.",
		count(m.Centroids.Rows, "centroid", "centroids") + " of " + count(m.Centroids.Cols, "number", "numbers") + ", with the size of each cluster.",
	}
	var example []string
	for i, in := range m.Inputs {
		if in.Kind == table.Number {
			out = append(out, "Column “"+in.Name+"”: least "+ui.Num(in.Min)+", greatest "+ui.Num(in.Max)+", and what scales it.")
		} else {
			out = append(out, "Column “"+in.Name+"”: its levels "+strings.Join(in.Levels, ", ")+".")
		}
		example = append(example, m.Inputs[i].Name+" = "+cellText(in.Example))
	}
	if m.Profile != nil {
		out = append(out, "The profile that later rows are compared with: of each column how many rows lie between its deciles, or have each of its most frequent levels, and how many lack it; and quantiles of the distances.")
	}
	out = append(out, "One real row, as the example of the form: "+strings.Join(example, ", ")+".")
	if l := m.Training.Label; l != nil {
		out = append(out, "How often each value of “"+l.Column+"” is in each cluster: "+strings.Join(l.Labels, ", ")+".")
	}
	return out
}

// onSend publishes the model: from then on it is the account's.
func (p *Private) onSend(app.Context, app.Event) {
	m := p.asked
	if m == nil || p.sending {
		return
	}
	p.sending = true
	p.ctx.Async(func() {
		var info wire.ModelInfo
		err := client.Get().Do("POST", "models", m, &info)
		p.ctx.Dispatch(func(ctx app.Context) {
			p.sending = false
			switch {
			case fault.CodeOf(err) == fault.NoLogin:
				ui.Toast(ctx, "bad", "Log in first: the model needs an account to belong to. It stays in this browser meanwhile.")
			case err != nil:
				ui.Toast(ctx, "bad", fault.Message(err)+" The model stays in this browser.")
			default:
				p.asked = nil
				ui.Toast(ctx, "good", m.Name+" is on the server, as "+info.Name+". It is in this browser too.")
			}
		})
	})
}
