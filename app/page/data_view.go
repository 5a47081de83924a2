package page

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// versionsListed is how many versions the list offers; the address reaches the older ones.
const versionsListed = 200

// Render draws the page. Each part keeps its place, shown or not: what is drawn
// is matched with what was by its position.
func (d *Data) Render() app.UI {
	class := "datapage"
	if d.over {
		class += " over"
	}
	return ui.Shell("data",
		app.Div().Class(class).ID("data").OnDragOver(d.onDragOver).OnDragEnter(d.onDragOver).OnDragLeave(d.onDragLeave).OnDrop(d.onDrop).Body(
			app.Input().Type("file").ID("file").Hidden(true).Aria("label", "Table to upload").OnChange(d.onFile),
			d.head(),
			slot(d.uploadCard()),
			slot(d.restsCard()),
			d.body(),
			slot(d.dialog()),
		),
	)
}

// slot holds the place of a part that is there at times; nil is none.
func slot(part app.UI) app.UI {
	if part == nil {
		return app.Div().Hidden(true)
	}
	return app.Div().Body(part)
}

// head draws the title, what is known of the dataset, and the ways in and on.
func (d *Data) head() app.UI {
	title := "Data"
	sub := app.P().ID("data-about").Text("Tables to find clusters in.")
	var on []app.UI
	if d.set != nil {
		title = d.set.Name
		sub = app.P().ID("data-about").Title(ui.Clock(d.set.Updated)).Text(
			sizeWords(*d.set) + ", " + ui.Bytes(d.set.Bytes) + " uploaded. " + changeWords(*d.set) + ", " + ui.Ago(d.set.Updated, d.now()) + ".")
		on = []app.UI{
			app.A().Attr("role", "button").Class("secondary").ID("explore-link").Href("/explore#"+place(*d.set)).Body(ui.Icon("explore"), app.Text("Explore")),
			app.A().Attr("role", "button").ID("train-link").Href("/train#dataset="+d.set.ID).Body(ui.Icon("train"), app.Text("Train on this")),
		}
	}
	ready := d.loaded && d.loadErr == nil
	row := []app.UI{
		app.Button().Type("button").Class("secondary").ID("upload-button").Disabled(!ready || d.up.busy()).OnClick(d.onChoose).Body(ui.Icon("up"), app.Text("Upload")),
		app.Button().Type("button").Class("secondary").ID("paste-button").Disabled(!ready || d.up.busy()).OnClick(d.onPaste).Body(ui.Icon("text"), app.Text("Paste")),
		app.Button().Type("button").Class("secondary").ID("fetch-button").Hidden(!d.can.URL).Disabled(!ready).OnClick(d.onFetchOpen).Body(ui.Icon("down"), app.Text("Fetch")),
	}
	return app.Div().Class("pagehead").Body(
		app.Div().Class("grow").Body(app.H1().Text(title), sub),
		app.Div().Class("row").Body(append(row, on...)...),
	)
}

// body draws the datasets and the one that is shown, or what stands in their place.
func (d *Data) body() app.UI {
	switch {
	case !d.loaded:
		return ui.Skeleton()
	case d.loadErr != nil:
		return app.Div().Class("stack").ID("data-fault").Body(ui.ErrorBox(d.loadErr, d.onRetry), stillWorks(d.loadErr))
	case len(d.sets) == 0 && d.opening == "":
		return d.empty()
	}
	return app.Div().Class("datacols").Body(
		app.Div().Class("stack datalist").Body(d.list(), d.adding()),
		app.Div().Class("stack lo datamain").Body(d.main()...),
		slot(d.columns()),
	)
}

// stillWorks says what goes on without the server.
func stillWorks(err error) app.UI {
	if fault.CodeOf(err) != fault.Unavailable {
		return app.P().Hidden(true)
	}
	return app.P().Class("small").Body(app.Text("Datasets are on the server. The models on this device still predict: "),
		app.A().Href("/predict").Text("go to Predict"), app.Text("."))
}

// empty draws the page of somebody who has no data yet.
func (d *Data) empty() app.UI {
	var samples []app.UI
	for _, s := range d.samples {
		samples = append(samples, app.Article().Class("card").Body(
			app.H3().Text(s.Title),
			app.P().Class("small").Text(s.About),
			app.P().Class("xs").Text(manyRows(s.Rows)+". "+s.Source+", "+s.Licence+"."),
			d.sampleButton(s, "Use "+s.Title, "sample-"+s.Name),
		))
	}
	return app.Section().Class("card").ID("empty").Aria("labelledby", "empty-title").Body(
		app.Div().Class("drop").Body(
			ui.Icon("table"),
			app.H2().ID("empty-title").Text("No data yet"),
			app.P().Text("Drop a file here: CSV with a line that names the columns, Parquet, Arrow, JSON or .npy, packed or not. What it is, its content says."),
			app.Div().Class("row").Body(
				app.Button().Type("button").ID("empty-upload").Disabled(d.up.busy()).OnClick(d.onChoose).Body(ui.Icon("up"), app.Text("Choose a file")),
				app.Button().Type("button").Class("secondary").ID("empty-paste").Disabled(d.up.busy()).OnClick(d.onPaste).Body(ui.Icon("text"), app.Text("Paste a table")),
			),
		),
		app.Div().Class("stack lo").Hidden(len(samples) == 0).Body(
			app.H3().Text("Or start with a sample"),
			app.Div().Class("clusters").Body(samples...),
		),
	)
}

func (d *Data) sampleButton(s wire.SampleData, text, id string) app.UI {
	return app.Button().Type("button").Class("secondary").ID(id).DataSet("sample", s.Name).Title(s.About).
		Disabled(d.making != "").Aria("busy", d.making == s.Name).OnClick(d.onSample, s.Name).Body(ui.Icon("plus"), app.Text(text))
}

// list draws the user's datasets.
func (d *Data) list() app.UI {
	var items []app.UI
	for _, s := range d.sets {
		link := app.A().Href("/data#dataset="+s.ID).Title(s.Name).Body(
			app.B().Text(s.Name), app.Small().Text(manyRows(s.Rows)+", version "+strconv.Itoa(s.Newest)))
		if d.shows(s.ID) || d.set == nil && d.opening == s.ID {
			link = link.Aria("current", "true")
		}
		items = append(items, app.Li().Body(link))
	}
	return app.Nav().Class("card setlist").ID("datasets").Aria("label", "Datasets").Body(
		app.H2().Text("Datasets"), app.Ul().Body(items...))
}

// adding draws the ways to another dataset.
func (d *Data) adding() app.UI {
	samples := []app.UI{app.Span().Class("small").Text("Samples")}
	for _, s := range d.samples {
		samples = append(samples, d.sampleButton(s, s.Title, "sample-"+s.Name))
	}
	return app.Div().Class("card addcard").Body(
		app.P().Class("small hide-s").Text("Drop a file anywhere on this page to add it: CSV, Parquet, Arrow, JSON or .npy."),
		app.Div().Class("row tight").Hidden(len(d.samples) == 0).Body(samples...),
	)
}

// main draws the dataset that is shown.
func (d *Data) main() []app.UI {
	switch {
	case d.openErr != nil:
		return []app.UI{ui.ErrorBox(d.openErr, d.onReopen)}
	case d.set == nil && d.opening != "":
		return []app.UI{ui.Skeleton()}
	case d.set == nil:
		return []app.UI{ui.Empty("Choose a dataset", "Its rows are shown here, to be looked at and mended.")}
	}
	if d.sql {
		return []app.UI{d.tabs(), &query{Sets: d.tables(), OnSaved: d.onQuerySaved}}
	}
	return []app.UI{
		d.tabs(),
		d.tools(),
		slot(d.oldBanner()),
		d.grid(),
		slot(d.below()),
		app.P().Class("xs").ID("data-source").Hidden(d.set.Source == "").Text("Source: " + d.set.Source),
	}
}

// below draws the panel that is open under the rows; nil if none is.
func (d *Data) below() app.UI {
	switch d.panel {
	case panelHistory:
		return &history{Set: *d.set, OnChange: d.changed}
	case panelGroups:
		return &groups{Set: *d.set, OnChange: d.changed}
	}
	return nil
}

// panelButton draws the button that opens and closes a panel.
func (d *Data) panelButton(panel, icon, word string) app.UI {
	return app.Button().Type("button").Class("secondary").ID(panel+"-button").DataSet("panel", panel).Aria("expanded", d.panel == panel).OnClick(d.onPanel, panel).Body(ui.Icon(icon), app.Text(word))
}

// tabs draws the choice between the rows and the SQL editor.
func (d *Data) tabs() app.UI {
	tab := func(id, text string, on bool) app.UI {
		return app.Label().Body(app.Input().Type("radio").Name("tab").ID("tab-"+id).Value(id).Checked(on).OnChange(d.onTab, id), app.Span().Text(text))
	}
	return app.FieldSet().Class("seg").ID("data-tabs").Body(app.Legend().Class("sr").Text("What is shown"), tab("rows", "Rows", !d.sql), tab("sql", "SQL", d.sql))
}

func (d *Data) onTab(ctx app.Context, _ app.Event) {
	d.sql = ctx.JSSrc().Get("value").String() == "sql"
	d.address(ctx)
}

// tables gives what a query may name, the dataset that is shown first.
func (d *Data) tables() []wire.Dataset {
	out := []wire.Dataset{*d.set}
	for _, s := range d.sets {
		if s.ID != d.set.ID {
			out = append(out, s)
		}
	}
	return out
}

// onQuerySaved shows the dataset that a query has made.
func (d *Data) onQuerySaved(ctx app.Context, set wire.Dataset) {
	d.sql = false
	d.came(ctx, set)
}

// oldBanner says that an older version is shown, and leads back; nil for the newest.
func (d *Data) oldBanner() app.UI {
	if !d.older() {
		return nil
	}
	return app.Div().Class("banner warn").ID("older").Body(
		ui.Icon("alert"), app.Span().Class("grow").Text(olderWords(*d.set)),
		app.Button().Type("button").Class("secondary").ID("newest").OnClick(d.onNewest).Body(ui.Icon("undo"), app.Text("Back to version "+strconv.Itoa(d.set.Newest))),
	)
}

// tools draws what is done with the dataset as a whole.
func (d *Data) tools() app.UI {
	set, now := *d.set, d.now()
	var options []app.UI
	for i, v := range d.versions {
		if i >= versionsListed && v.Version != set.Version {
			continue
		}
		options = append(options, app.Option().Value(strconv.Itoa(v.Version)).Selected(v.Version == set.Version).Text(versionWords(v, now)))
	}
	return app.Div().Class("row").ID("data-tools").Body(
		app.Label().Class("grow").Body(
			app.Span().Class("sr").Text("Version"),
			app.Select().ID("version").OnChange(d.onVersion).Body(options...),
		),
		d.panelButton(panelHistory, "jobs", "History"),
		d.panelButton(panelGroups, "models", "Groups"),
		app.Button().Type("button").Class("secondary").ID("rename-button").OnClick(d.onRename).Body(ui.Icon("edit"), app.Text("Rename")),
		downloadMenu(set),
		app.Button().Type("button").Class("danger").ID("delete-button").OnClick(d.onDelete).Body(ui.Icon("trash"), app.Text("Delete")),
	)
}

// uploadCard draws an upload that is under way or has failed; nil if there is none.
func (d *Data) uploadCard() app.UI {
	u := &d.up
	if u.State == uploadNone || u.Pasted {
		return nil
	}
	title := "Uploading " + u.Name
	if u.State == uploadFailed {
		title = u.Name + " was not kept"
	}
	return app.Section().Class("card").ID("upload").Aria("labelledby", "upload-title").Body(
		app.Header().Body(app.H2().ID("upload-title").Text(title)), d.uploadState())
}

// uploadState draws how far the upload is, or why it failed and what to do.
func (d *Data) uploadState() app.UI {
	u := &d.up
	switch u.State {
	case uploadFailed:
		return app.Div().Class("banner bad").ID("upload-fault").Attr("role", "alert").Body(
			ui.Icon("alert"), app.Span().Class("grow").Text(u.words()),
			app.Button().Type("button").Class("secondary").ID("upload-again").OnClick(d.onChoose).Body(ui.Icon("up"), app.Text("Choose another file")),
			app.Button().Type("button").Class("ghost icon").ID("upload-close").Aria("label", "Close").OnClick(d.onForget).Body(ui.Icon("x")),
		)
	case uploadSending, uploadPaused, uploadWaiting:
		part := 0.
		if u.Total > 0 {
			part = 100 * float64(u.Sent) / float64(u.Total)
		}
		return app.Div().Class("stack lo").Body(
			app.Progress().ID("upload-bar").Max(100).Value(strconv.FormatFloat(part, 'f', 1, 64)).Aria("label", "Bytes sent"),
			d.uploadFoot())
	}
	return app.Section().Class("stack lo").Body( // another tag than above: a bar that lost its value would stay at nought
		app.Progress().ID("upload-bar").Aria("label", "The server reads the table"), d.uploadFoot())
}

func (d *Data) uploadFoot() app.UI {
	u, leaving, pause := &d.up, "Leaving this page stops it.", "Pause"
	if u.control != nil {
		leaving = "Leaving this page pauses it: choose the file again to go on."
	}
	if u.State == uploadPaused {
		pause = "Go on"
	}
	return app.Div().Class("row").Body(
		app.Span().Class("small grow").ID("upload-words").Text(u.words()),
		app.Span().Class("xs").Text(leaving),
		app.Button().Type("button").Class("secondary").ID("upload-pause").Hidden(u.control == nil || u.State == uploadReading).Disabled(u.State == uploadStopping).OnClick(d.onPause).Text(pause),
		app.Button().Type("button").Class("secondary").ID("upload-stop").Disabled(d.up.State == uploadStopping).OnClick(d.onStop).Body(ui.Icon("x"), app.Text("Stop")),
	)
}
