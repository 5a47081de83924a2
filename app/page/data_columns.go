package page

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
)

const (
	columnsListed = 60 // columns listed before the user asks for all
	columnsSought = 12 // more columns than these can be searched
)

// columnsShown gives the indices of the columns whose names hold filter, and how
// many of them there are: at most as many as are listed at once unless all is set.
func columnsShown(schema table.Schema, filter string, all bool) (shown []int, found int) {
	filter = strings.ToLower(strings.TrimSpace(filter))
	for i, c := range schema {
		if !strings.Contains(strings.ToLower(c.Name), filter) {
			continue
		}
		found++
		if all || len(shown) < columnsListed {
			shown = append(shown, i)
		}
	}
	return shown, found
}

// columns draws the panel of columns; nil if no dataset is shown.
func (d *Data) columns() app.UI {
	if d.set == nil {
		return nil
	}
	set := *d.set
	shown, found := columnsShown(set.Schema, d.filter, d.wide)
	var items []app.UI
	for _, i := range shown {
		items = append(items, d.column(i))
	}
	small := "guessed, please check"
	if set.Newest > 1 {
		small = count(len(set.Schema), "column", "columns")
	}
	note := "Clusters are found with the features. The label is kept aside, to compare them with afterwards."
	if features(set.Schema) == 0 {
		note = "No column is a feature, so there is nothing to train on. Make one of them a feature."
	}
	rest := found - len(shown)
	return app.Aside().Class("card").ID("columns-panel").Aria("labelledby", "columns-title").Body(
		app.Header().Body(app.H2().ID("columns-title").Text("Columns"), app.Small().Text(small)),
		app.Label().Hidden(len(set.Schema) <= columnsSought).Body(
			app.Span().Class("sr").Text("Search columns"),
			app.Input().Type("search").ID("column-filter").Placeholder("Search "+count(len(set.Schema), "column", "columns")).Value(d.filter).OnInput(d.onFilter)),
		app.Ul().Class("schema").Body(items...),
		app.P().Class("small").Hidden(found > 0).Text("No column has this in its name."),
		app.Button().Type("button").Class("secondary").ID("columns-all").Hidden(rest <= 0).OnClick(d.onWide).Text("Show "+strconv.Itoa(rest)+" more"),
		app.P().Class("xs").Text(note),
	)
}

func features(schema table.Schema) (n int) {
	for _, c := range schema {
		if c.Role == table.Feature {
			n++
		}
	}
	return n
}

// column draws what a column is read as and for.
func (d *Data) column(i int) app.UI {
	c := d.set.Schema[i]
	key := strconv.Itoa(i)
	kind := app.Select().ID(kindID(i)).DataSet("column", key).Aria("label", c.Name+" is read as").Disabled(d.older()).OnChange(d.onKind, key)
	var kinds, roles []app.UI
	for _, k := range []table.Kind{table.Number, table.Category, table.Text} {
		kinds = append(kinds, app.Option().Value(string(k)).Selected(k == c.Kind).Text(string(k)))
	}
	role := app.Select().ID(roleID(i)).DataSet("column", key).Aria("label", c.Name+" is used as").Disabled(d.older()).OnChange(d.onRole, key)
	for _, r := range []table.Role{table.Feature, table.Label, table.Ignored} {
		roles = append(roles, app.Option().Value(string(r)).Selected(r == c.Role).Disabled(r == table.Feature && c.Kind == table.Text).Text(string(r)))
	}
	return app.Li().Body(
		app.B().Title(c.Name).Text(c.Name), kind.Body(kinds...),
		app.Small().Text(columnFacts(c)), role.Body(roles...),
	)
}

// dialog draws the window that is open; nil if none is.
func (d *Data) dialog() app.UI {
	switch w := &d.window; {
	case w.Kind == sheetPaste:
		return &ui.Dialog{ID: "paste", Title: "Paste a table", Content: d.pasteForm(), OnClose: d.onClose}
	case d.set == nil:
		return nil
	case w.Kind == sheetRename:
		return &ui.Dialog{ID: "rename", Title: "Rename " + d.set.Name, Content: d.renameForm(), OnClose: d.onClose}
	case w.Kind == sheetAdd:
		return &ui.Dialog{ID: "row", Title: "Add a row to " + d.set.Name, Content: d.rowForm("Add row"), OnClose: d.onClose}
	case w.Kind == sheetEdit:
		return &ui.Dialog{ID: "row", Title: "Edit row " + strconv.FormatInt(w.Row.ID, 10), Content: d.rowForm("Save row"), OnClose: d.onClose}
	}
	return nil
}

// buttons draws the end of a dialog's form; err is about all of the form.
func buttons(id, word, err string, busy bool, cancel app.EventHandler) app.UI {
	return app.Div().Class("row").Body(
		app.Span().Class("err grow").ID(id+"-fault").Attr("role", "alert").Text(err),
		app.Button().Type("button").Class("secondary").ID(id+"-cancel").OnClick(cancel).Text("Cancel"),
		app.Button().Type("submit").ID(id+"-save").Disabled(busy).Aria("busy", busy).Text(word),
	)
}

// rowForm draws a field for each column.
func (d *Data) rowForm(word string) []app.UI {
	texts := textsOf(d.window.Row.Cells, len(d.set.Schema))
	var fields []app.UI
	for i, c := range d.set.Schema {
		in := app.Input().Type("text").AutoComplete(false).Value(texts[i])
		if c.Kind == table.Number {
			in = in.Attr("inputmode", "decimal")
		}
		fields = append(fields, ui.Field(c.Name, cellID(i), in, string(c.Kind), d.window.Wrong[i]))
	}
	return []app.UI{app.Form().Class("stack").ID("row-form").Attr("novalidate", "novalidate").OnSubmit(d.onSaveRow).Body(
		app.P().Class("small").Text("An empty field is a missing value."),
		app.Div().Class("fields").Body(fields...),
		buttons("row", word, d.window.Err, d.window.Busy, d.onClose),
	)}
}

func (d *Data) renameForm() []app.UI {
	return []app.UI{app.Form().Class("stack").ID("rename-form").Attr("novalidate", "novalidate").OnSubmit(d.onSaveName).Body(
		ui.Field("Name", "rename-name", app.Input().Type("text").AutoComplete(false).Value(d.set.Name), "All versions are called so.", d.window.Err),
		buttons("rename", "Rename", "", d.window.Busy, d.onClose),
	)}
}

func (d *Data) pasteForm() []app.UI {
	state, wrong := "", ""
	switch {
	case !d.up.Pasted:
	case d.up.State == uploadFailed:
		wrong = d.up.words()
	default:
		state = d.up.words()
	}
	return []app.UI{app.Form().Class("stack").ID("paste-form").Attr("novalidate", "novalidate").OnSubmit(d.onSendPaste).Body(
		ui.Field("Name", "paste-name", app.Input().Type("text").AutoComplete(false).Value("pasted table"), "", d.window.Err),
		ui.Field("Table", "paste-text", app.Textarea().Class("mono").Rows(10).Spellcheck(false), "The first line names the columns. Commas, semicolons and tabs all work: copy from a spreadsheet, paste here.", wrong),
		app.P().Class("small").ID("paste-state").Hidden(state == "").Text(state),
		buttons("paste", "Add this table", "", d.up.busy(), d.onClose),
	)}
}
