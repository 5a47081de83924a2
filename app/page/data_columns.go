package page

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
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
		app.Ul().Class("schema").TabIndex(0).Aria("labelledby", "columns-title").Body(items...), // it scrolls, by keys too
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
		d.forms(i),
	)
}

// forms tells that a column is written in several ways, and lets the user choose.
func (d *Data) forms(i int) app.UI {
	c, key := d.set.Schema[i], strconv.Itoa(i)
	text, others := formsWords(c)
	return app.Div().Class("wide").Hidden(text == "").Body(
		app.P().Class("small").Text(text),
		app.Button().Type("button").Class("secondary").ID("lossy-"+key).DataSet("column", key).Hidden(others == 0 || d.older()).OnClick(d.onLossy, key).
			Text("Read as numbers, "+ui.Whole(others)+" as missing"),
	)
}

// formsWords tells in which ways a column is written, "" if it is one; others is
// how many values would be missing if it were read as numbers, 0 if that is no choice.
func formsWords(c table.Column) (text string, others int64) {
	if len(c.Forms) < 2 || c.Kind == table.Number {
		return "", 0
	}
	var words []string
	numbers := false
	for i, f := range c.Forms {
		s := ui.Whole(f.Rows) + " as "
		switch f.Form {
		case table.FormNumber:
			s += "numbers"
			numbers = true
		case table.FormText:
			s += "texts"
		case table.FormComma:
			s += "numbers with a comma"
		default:
			s += "dates like " + f.Form
		}
		if f.Form != table.FormNumber {
			others += f.Rows
		}
		if i > 0 && len(f.First) > 0 {
			s += ", such as “" + f.Example + "” in row " + strconv.FormatInt(f.First[0], 10)
		}
		words = append(words, s)
	}
	if !numbers {
		others = 0
	}
	return "Written in several ways: " + strings.Join(words, "; ") + ".", others
}

// onLossy reads a column as numbers, and as missing what is none.
func (d *Data) onLossy(ctx app.Context, _ app.Event) {
	i := scopeInt(ctx, "column")
	if d.set != nil && i >= 0 && i < len(d.set.Schema) {
		d.recolumn(wire.ColumnChange{Name: d.set.Schema[i].Name, Kind: table.Number, Lossy: true})
	}
}

// columnPatch gives what must change so that a column is read as kind, or is
// for role; "" leaves either. Texts can't be a feature.
func columnPatch(c table.Column, kind table.Kind, role table.Role) wire.ColumnChange {
	out := wire.ColumnChange{Name: c.Name, Kind: kind, Role: role}
	if kind == table.Text && role == "" && c.Role == table.Feature {
		out.Role = table.Ignored
	}
	return out
}

func (d *Data) onKind(ctx app.Context, _ app.Event) {
	i, kind := scopeInt(ctx, "column"), table.Kind(ctx.JSSrc().Get("value").String())
	if d.set != nil && i >= 0 && i < len(d.set.Schema) {
		d.recolumn(columnPatch(d.set.Schema[i], kind, ""))
	}
}

func (d *Data) onRole(ctx app.Context, _ app.Event) {
	i, role := scopeInt(ctx, "column"), table.Role(ctx.JSSrc().Get("value").String())
	if d.set != nil && i >= 0 && i < len(d.set.Schema) {
		d.recolumn(columnPatch(d.set.Schema[i], "", role))
	}
}

// recolumn changes how a column is read. If that is refused, the controls show
// again what holds.
func (d *Data) recolumn(c wire.ColumnChange) {
	d.patch(wire.DatasetPatch{Columns: []wire.ColumnChange{c}}, func(ctx app.Context, set wire.Dataset, err error) {
		if err == nil {
			ui.Say(ctx, changeWords(set))
			return
		}
		d.failed(ctx, err)
		if d.set == nil {
			return
		}
		i := d.set.Schema.Index(c.Name)
		if i < 0 {
			return
		}
		for id, value := range map[string]string{kindID(i): string(d.set.Schema[i].Kind), roleID(i): string(d.set.Schema[i].Role)} {
			if el := app.Window().GetElementByID(id); el.Truthy() {
				el.Set("value", value)
			}
		}
	})
}

func kindID(column int) string { return "kind-" + strconv.Itoa(column) }
func roleID(column int) string { return "role-" + strconv.Itoa(column) }

func (d *Data) onFilter(ctx app.Context, _ app.Event) { d.filter = ctx.JSSrc().Get("value").String() }

func (d *Data) onWide(app.Context, app.Event) { d.wide = true }
