package page

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/batch"
	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/drift"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// predictFile predicts all rows of a file, in a worker: it is read piece by piece and
// goes nowhere. The rows with their clusters are kept by the browser until they are saved.
type predictFile struct {
	app.Compo

	Model *model.Model

	ctx    app.Context
	of     string // the model that the result is of
	name   string // of the file; "": none
	read   wire.Progress
	stop   context.CancelFunc // not nil: it is at work
	result *batch.Result
	err    error
	rows   app.Value // Blobs of the rows
	asked  int       // another one: another file was chosen
	stamp  int
	drawn  time.Time
}

// OnMount keeps the component's own context.
func (p *predictFile) OnMount(ctx app.Context) { p.ctx = ctx }

// OnUpdate forgets what another model said.
func (p *predictFile) OnUpdate(app.Context) {
	if p.of != "" && p.of != p.Model.ID {
		p.leave()
		p.of, p.name, p.result, p.err, p.rows = "", "", nil, nil, nil
	}
}

// OnDismount ends the worker.
func (p *predictFile) OnDismount() { p.leave() }

func (p *predictFile) leave() {
	if p.stop != nil {
		p.stop()
	}
	p.stop = nil
}

func (p *predictFile) onChoose(app.Context, app.Event) {
	app.Window().GetElementByID("rows-file").Call("click")
}

func (p *predictFile) onFile(ctx app.Context, _ app.Event) {
	input := ctx.JSSrc()
	if files := input.Get("files"); files.Length() > 0 {
		p.predict(worker.FileOf(files.Index(0)))
	}
	input.Set("value", "")
}

func (p *predictFile) onDragOver(ctx app.Context, e app.Event) {
	if holdsFile(e) {
		e.PreventDefault()
	}
	ctx.PreventUpdate()
}

func (p *predictFile) onDrop(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault()
	if files := e.Get("dataTransfer").Get("files"); files.Length() == 1 {
		p.predict(worker.FileOf(files.Index(0)))
		return
	}
	ui.Toast(ctx, "warn", "Drop one file at a time.")
}

// predict starts a worker for the file; the one before is stopped.
func (p *predictFile) predict(f *worker.File) {
	file, err := model.Encode(p.Model)
	if err != nil {
		p.err = err
		return
	}
	p.leave()
	p.asked++
	asked := p.asked
	ctx, stop := context.WithCancel(context.Background())
	rows := app.Window().Get("Array").New()
	p.stop, p.of, p.name, p.read, p.result, p.err, p.rows = stop, p.Model.ID, f.Name, wire.Progress{Total: f.Size}, nil, nil, rows
	p.ctx.Async(func() {
		w := worker.Start()
		defer w.End()
		result := new(batch.Result)
		_, err := w.Do(ctx, worker.Request{Method: batch.Method, Params: batch.Params{Model: file}, Parts: []worker.Part{{File: f}}, Tell: func(body []byte, parts []worker.Part) {
			for _, part := range parts {
				rows.Call("push", blobOf(part.Bytes))
			}
			var at wire.Progress
			if now := time.Now(); decode(body, &at) && now.Sub(p.drawn) >= drawEvery {
				p.drawn = now
				p.ctx.Dispatch(func(app.Context) {
					if p.asked == asked {
						p.read = at
					}
				})
			}
		}}, result)
		p.ctx.Dispatch(func(ctx app.Context) {
			if p.asked != asked {
				return // another file was chosen
			}
			stop()
			p.stop = nil
			if fault.CodeOf(err) == fault.Canceled {
				ui.Say(ctx, "Canceled.")
				return
			}
			if p.err = err; err != nil {
				ui.Say(ctx, fault.Message(err))
				return
			}
			p.result = result
			p.stamp++
			ui.Say(ctx, count(int(result.Rows), "row", "rows")+" predicted.")
		})
	})
}

// blobOf hands bytes to the browser, which may keep them on disk.
func blobOf(b []byte) app.Value {
	array := app.Window().Get("Uint8Array").New(len(b))
	app.CopyBytesToJS(array, b)
	parts := app.Window().Get("Array").New()
	parts.Call("push", array)
	return app.Window().Get("Blob").New(parts)
}

func (p *predictFile) onStop(app.Context, app.Event) { p.leave() }

func (p *predictFile) onSave(app.Context, app.Event) {
	name := strings.TrimSuffix(p.name, ".csv") + " clusters.csv"
	saveBlob(name, app.Window().Get("Blob").New(p.rows, map[string]any{"type": "text/csv"}))
}

// Render draws the card.
func (p *predictFile) Render() app.UI {
	body := []app.UI{
		app.Header().Body(app.H2().ID("file-title").Text("Predict a file"), app.Small().Text("CSV of any size; it stays in this browser")),
		app.Input().Type("file").ID("rows-file").Hidden(true).Aria("label", "Rows to predict").Accept(".csv,.tsv,.txt,text/csv,text/plain").OnChange(p.onFile),
	}
	switch {
	case p.stop != nil:
		body = append(body,
			app.Progress().ID("file-bar").Aria("labelledby", "file-title").Max("1").Value(strconv.FormatFloat(float64(p.read.Done)/float64(max(1, p.read.Total)), 'f', 3, 64)),
			app.Div().Class("row").Body(app.P().Class("small grow").Text(p.name+": "+ui.Bytes(p.read.Done)+" of "+ui.Bytes(p.read.Total)),
				app.Button().Type("button").Class("danger").ID("file-stop").OnClick(p.onStop).Body(ui.Icon("x"), app.Text("Cancel"))))
	default:
		body = append(body, app.Div().Class("row").Body(
			app.Button().Type("button").Class("secondary").ID("file-open").OnClick(p.onChoose).Body(ui.Icon("table"), app.Text("Choose a file")),
			app.Span().Class("small").Text("or drop it here. It needs the columns of the model; others are kept as they are.")))
	}
	if p.err != nil {
		body = append(body, app.Div().Class("banner bad pre").ID("file-fault").Attr("role", "alert").Body(ui.Icon("alert"), app.Span().Class("grow").Text(p.name+": "+fault.Message(p.err))))
	}
	if p.result != nil {
		body = append(body, p.answer())
	}
	return app.Section().Class("card").ID("predict-file").Aria("labelledby", "file-title").OnDragOver(p.onDragOver).OnDrop(p.onDrop).Body(body...)
}

// answer draws what came out.
func (p *predictFile) answer() app.UI {
	r := p.result
	names, sizes, colours := make([]string, len(r.Counts)), make([]float64, len(r.Counts)), make([]int, len(r.Counts))
	for i, n := range r.Counts {
		names[i], sizes[i], colours[i] = "Cluster "+strconv.Itoa(i), float64(n), i
	}
	body := []app.UI{app.Div().Class("row").Body(
		app.P().Class("grow").ID("file-summary").Text(p.name+": "+count(int(r.Rows), "row", "rows")+" predicted."),
		app.Button().Type("button").ID("file-save").OnClick(p.onSave).Body(ui.Icon("down"), app.Text("Rows with clusters, CSV")))}
	for _, note := range r.Notes {
		body = append(body, app.P().Class("small").Text(note))
	}
	body = append(body, &chart.Bars{ID: "file-counts", Label: "Rows of " + p.name + " in each cluster.", Class: "sm", File: p.name + " clusters", Names: names, Values: sizes, Clusters: colours, Stamp: p.stamp})
	if r.Drift != nil {
		body = append(body, driftView(r.Drift))
	}
	return app.Div().Class("stack").ID("file-answer").Body(append(body, app.Details().Body(app.Summary().Text("The first rows"),
		app.Pre().Class("scroll").TabIndex(0).Text(r.Preview)))...)
}

// driftView says whether the rows still look like those of the training.
func driftView(r *drift.Report) app.UI {
	share := func(v float64) app.UI { return app.Td().Class("num").Text(ui.Share(v)) }
	var lines []app.UI
	for _, c := range r.Columns {
		lines = append(lines, app.Tr().Body(app.Th().Scope("row").Text(c.Name), number(c.PSI), app.Td().Text(c.Verdict), share(c.Missing.Rows), share(c.Unknown), share(c.Beyond)))
	}
	return app.Section().Class("stack lo").ID("drift").Aria("labelledby", "drift-title").Body(
		app.H3().ID("drift-title").Text("Do they look like the training rows?"), app.P().ID("drift-summary").Text(r.Summary),
		app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Drift of each column").Body(app.Table().Body(
			app.THead().Body(app.Tr().Body(heads([]string{"Column", "Stability index", "Verdict", "Missing", "Unknown levels", "Outside the range"})...)), app.TBody().Body(lines...))))
}
