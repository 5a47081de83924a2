package page

import (
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// unfinished asks for the uploads that can go on, and for what can be imported.
func (d *Data) unfinished() {
	ctx := d.ctx
	ctx.Async(func() {
		var all []wire.Upload
		var can wire.Imports
		err := client.Get().Do("GET", "uploads", nil, &all)
		if err == nil {
			err = client.Get().Do("GET", "imports", nil, &can)
		}
		ctx.Dispatch(func(app.Context) {
			if err == nil { // else the page says that the server is away, where that matters
				d.rests, d.can = all, can
			}
		})
	})
}

// restsCard draws the uploads that can go on; nil if there are none, or while one is sent.
func (d *Data) restsCard() app.UI {
	if len(d.rests) == 0 || d.up.busy() {
		return nil
	}
	now := d.now()
	var items []app.UI
	for _, u := range d.rests {
		name := u.Name
		if name == "" {
			name = "a file"
		}
		items = append(items, app.Li().Class("row").Body(
			app.Div().Class("grow").Body(app.B().Text(name), app.P().Class("small").Text(restWords(u)+" "+capital(ui.Left(u.Expires.Sub(now).Seconds()))+".")),
			app.Button().Type("button").ID("rest-"+u.ID).OnClick(d.onChoose).Aria("label", "Choose "+name+" again to go on").Body(ui.Icon("up"), app.Text("Go on")),
			app.Button().Type("button").Class("secondary").DataSet("upload", u.ID).OnClick(d.onDropRest, u.ID).Aria("label", "Remove what was sent of "+name).Body(ui.Icon("trash"), app.Text("Remove")),
		))
	}
	return app.Section().Class("card").ID("rests").Aria("labelledby", "rests-title").Body(
		app.Header().Body(app.H2().ID("rests-title").Text("Unfinished uploads"), app.Small().Text("choose the same file again: it goes on where it was")),
		app.Ul().Class("plain").Body(items...))
}

// restWords tells how much of an upload is on the server.
func restWords(u wire.Upload) string {
	return ui.Bytes(u.Offset) + " of " + ui.Bytes(u.Size) + " are on the server."
}

// onDropRest takes an upload off the server.
func (d *Data) onDropRest(ctx app.Context, _ app.Event) {
	id := scope(ctx, "upload")
	ctx = d.ctx
	ctx.Async(func() {
		err := client.Get().Drop(id)
		ctx.Dispatch(func(ctx app.Context) {
			if err != nil && fault.CodeOf(err) != fault.NotFound {
				d.failed(ctx, err)
				return
			}
			ui.Say(ctx, "Removed.")
			d.unfinished()
			ctx.Defer(func(app.Context) { keepFocus("upload-button") })
		})
	})
}

// onPause pauses an upload or lets it go on.
func (d *Data) onPause(ctx app.Context, _ app.Event) {
	d.up.pause(d.up.State != uploadPaused, d.now())
	ui.Say(ctx, d.up.words())
}

// fetchForm draws the form that has the server fetch a file.
func (d *Data) fetchForm() []app.UI {
	return []app.UI{app.Form().Class("stack").ID("fetch-form").Attr("novalidate", "novalidate").OnSubmit(d.onFetch).Body(
		ui.Field("Address", "fetch-url", app.Input().Type("url").AutoComplete(false).Placeholder("https://"), "Of a table on the public internet: the server fetches it.", d.window.Err),
		app.P().Class("small").Hidden(!d.window.Busy).Text("The server fetches the file and reads it."),
		buttons("fetch", "Fetch it", "", d.window.Busy, d.onClose),
	)}
}

func (d *Data) onFetchOpen(app.Context, app.Event) { d.window = sheet{Kind: sheetFetch} }

// onFetch has the server fetch a file.
func (d *Data) onFetch(_ app.Context, e app.Event) {
	e.PreventDefault()
	if d.window.Busy {
		return
	}
	address := valueOf("fetch-url")
	if u, err := url.Parse(address); err != nil || u.Host == "" {
		d.window.Err = "This is no address. It looks like https://example.org/table.csv."
		return
	}
	d.window.Busy, d.window.Err = true, ""
	ctx := d.ctx
	ctx.Async(func() {
		var set wire.Dataset
		err := client.Get().Do("POST", "imports", wire.Import{URL: address}, &set)
		ctx.Dispatch(func(ctx app.Context) {
			open := d.window.Kind == sheetFetch && d.window.Busy
			switch {
			case err != nil && open:
				d.window.Busy, d.window.Err = false, placed(err)
			case err != nil:
				d.failed(ctx, err)
			default:
				if open {
					d.window.close()
				}
				d.came(ctx, set)
			}
		})
	})
}

// fileOf describes a File of the browser.
func fileOf(file app.Value) client.File {
	return client.File{
		Name: file.Get("name").String(), Size: int64(file.Get("size").Float()), Modified: int64(file.Get("lastModified").Float()),
		Slice: func(from, to int64) app.Value { return file.Call("slice", float64(from), float64(to)) },
	}
}

// downloadMenu draws the ways to have a version as a file.
func downloadMenu(set wire.Dataset) app.UI {
	var links []app.UI
	for _, f := range []struct{ format, end, text, about string }{
		{"csv", ".csv", "CSV", "for spreadsheets"}, {"parquet", ".parquet", "Parquet", "small, with types"},
		{"arrow", ".arrow", "Arrow", "for pandas, polars, R"}, {"ndjson", ".ndjson", "NDJSON", "a JSON object a row"},
	} {
		id := "download-" + f.format
		if f.format == "csv" {
			id = "download"
		}
		links = append(links, app.A().ID(id).Download(set.Name+f.end).
			Href(wire.API+"/datasets/"+set.ID+"/download?format="+f.format+"&version="+strconv.Itoa(set.Version)).Body(app.B().Text(f.text), app.Text(" "), app.Small().Text(f.about)))
	}
	return app.Details().Class("menu").ID("download-menu").Body(
		app.Summary().Attr("role", "button").Class("secondary").ID("download-button").Body(ui.Icon("down"), app.Text("Download")),
		app.Div().Class("pop links").Body(links...))
}
