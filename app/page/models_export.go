package page

import (
	"net/url"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// exports are the forms that the server writes a model in; see shared/export.
var exports = []struct{ format, text, about string }{
	{"mjs", "JavaScript module", "with WebAssembly, a few kilobytes: pages, Node, Deno, edge"}, {"js", "JavaScript", "one file, no WebAssembly"},
	{"onnx", "ONNX", "for ONNX Runtime"}, {"pmml", "PMML 4.4", "for scoring engines"}, {"sklearn", "scikit-learn", "a script and JSON, no pickle"},
	{"go", "Go", "one file, standard library"}, {"sql", "SQL", "a query for DuckDB"}, {"json", "JSON", "the model's file, with its schema"},
}

// exportMenu draws the ways to have a model of the server in other programs.
func exportMenu(id string) app.UI {
	var links []app.UI
	for _, f := range exports {
		links = append(links, app.A().ID("export-"+f.format).Attr("download", "").
			Href(wire.API+"/models/"+url.PathEscape(id)+"/export?format="+f.format).Body(app.B().Text(f.text), app.Text(" "), app.Small().Text(f.about)))
	}
	return app.Details().Class("menu").ID("export-menu").Body(
		app.Summary().Attr("role", "button").Class("secondary").ID("export-button").Body(ui.Icon("down"), app.Text("Export")),
		app.Div().Class("pop links").Body(links...))
}

// importButton draws the way in for models of other programs.
func (m *Models) importButton() app.UI {
	return app.Div().Body(
		app.Input().Type("file").ID("model-file").Hidden(true).Aria("label", "Model to import").Accept(".json,.pmml,.xml").OnChange(m.onImport),
		app.Button().Type("button").Class("secondary").ID("model-import").Title("A model's file: Centroid's own, PMML, or scikit-learn's by centroid import --script").OnClick(m.onChooseModel).Body(ui.Icon("up"), app.Text("Import")))
}

func (m *Models) onChooseModel(app.Context, app.Event) {
	app.Window().GetElementByID("model-file").Call("click")
}

func (m *Models) onImport(ctx app.Context, _ app.Event) {
	input := ctx.JSSrc()
	files := input.Get("files")
	if files.Length() == 0 {
		return
	}
	file := files.Index(0)
	m.ctx.Async(func() {
		info, err := client.Get().Import(file)
		m.ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			ui.Toast(ctx, "good", info.Name+" was imported.")
			m.load()
		})
	})
	input.Set("value", "") // the same file may be chosen again
}
