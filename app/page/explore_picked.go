package page

import (
	"math"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// selected draws what is selected as chips, how many rows that is, and a form
// that selects without the pointer.
func (e *Explore) selected() app.UI {
	var chips []app.UI
	for _, f := range e.view.Picked {
		name := f.Column + ": " + words(f)
		chips = append(chips, app.Button().Type("button").Class("chip").Value(f.Column).Aria("label", "Take back "+name).OnClick(e.onUnpick, f.Column).
			Body(app.Span().Text(name), ui.Icon("x")))
	}
	text := "Drag over a chart or click a bar to select rows: they light up in all charts."
	if len(chips) > 0 {
		text = e.pickedWords()
		chips = append(chips, app.Button().Type("button").Class("ghost").ID("pick-clear").OnClick(e.onClear).Text("Clear"))
	}
	body := []app.UI{app.Span().Class("small").ID("picked").Text(text), app.Div().Class("chips").Body(chips...), e.pickForm()}
	if e.picked.err != nil {
		body = append(body, ui.ErrorBox(e.picked.err, e.onCount))
	}
	class := "picks"
	if len(e.view.Picked) > 0 {
		class += " on" // stays in view
	}
	return app.Section().Class("card", class).Aria("label", "Selection").Body(body...)
}

// pickedWords says how many rows are selected, and how that is known.
func (e *Explore) pickedWords() string {
	if len(e.view.Picked) == 0 {
		return "Nothing is selected."
	}
	said := func(n, of int64) string {
		return ui.Num(float64(n)) + " of " + ui.Num(float64(of)) + " rows selected, " + ui.Share(float64(n)/math.Max(1, float64(of)))
	}
	if x := e.exact(); x != nil {
		return said(x.Rows, x.Of) + "."
	}
	if !e.sampled || e.sampleErr != nil {
		return "Counting the selected rows."
	}
	s := said(int64(e.shown.some), int64(len(e.rows.IDs)))
	if e.sure() {
		return s + "."
	}
	return s + " of the sample; the bars are estimated from it."
}

// pickForm selects by typing: a column, then its range or one of its levels.
func (e *Explore) pickForm() app.UI {
	column := e.picked.column
	if e.set.Schema.Index(column) < 0 && column != wire.ClusterColumn {
		column = ""
	}
	options := []app.UI{app.Option().Value("").Selected(column == "").Text("choose a column")}
	schema := e.view.pickable(e.set.Schema)
	for _, c := range schema {
		if c.Kind != table.Text {
			options = append(options, app.Option().Value(c.Name).Selected(c.Name == column).Text(c.Name))
		}
	}
	body := []app.UI{ui.Field("Column", "pick-column", app.Select().OnChange(e.onPickColumn).Body(options...), "", "")}
	if i := schema.Index(column); i >= 0 && schema[i].Kind == table.Number {
		lo, hi, ok := e.view.Picked.ends(column)
		from, to := "", ""
		if ok && !math.IsInf(lo, 0) {
			from = table.Num(lo).String()
		}
		if ok && !math.IsInf(hi, 0) {
			to = table.Num(hi).String()
		}
		body = append(body,
			ui.Field("From", "pick-from", app.Input().Type("number").Step(0).Attr("step", "any").Value(from), "", ""),
			ui.Field("To", "pick-to", app.Input().Type("number").Attr("step", "any").Value(to), "", ""),
			app.Button().Type("submit").ID("pick-go").Text("Select"))
	} else if column != "" {
		var boxes []app.UI
		chosen := e.view.Picked.levels(column)
		for _, l := range e.levelsOf(column) {
			name := l
			if l == "" {
				name = groupMissing
			}
			boxes = append(boxes, app.Label().Class("row tight").Body(app.Input().Type("checkbox").Value(l).Checked(slices.Contains(chosen, l)).OnChange(e.onLevel, column, l), app.Text(name)))
		}
		body = append(body, app.FieldSet().Class("checks").Body(append([]app.UI{app.Legend().Class("sr").Text("Values of " + column)}, boxes...)...))
	}
	return app.Details().Class("menu", "small").Body(app.Summary().Class("btn").ID("pick-form").Text("Select by values"),
		app.Form().Class("pop", "stack").OnSubmit(e.onPickForm).Body(body...))
}

// levelsOf gives the levels that can be chosen of a column, "" for the missing ones.
func (e *Explore) levelsOf(column string) []string {
	var out []string
	p := e.profiles[column]
	switch c := e.rows.Columns[column]; {
	case p != nil && len(p.Top) > 0:
		for _, l := range p.Top {
			out = append(out, l.Value)
		}
	case c != nil:
		out = append(out, c.Levels...)
	}
	if p != nil && p.Missing > 0 {
		out = append(out, "")
	}
	return out
}

func (e *Explore) onPickColumn(ctx app.Context, _ app.Event) {
	e.picked.column = ctx.JSSrc().Get("value").String()
}

func (e *Explore) onPickForm(ctx app.Context, ev app.Event) {
	ev.PreventDefault()
	value := func(id string, open float64) float64 {
		v, err := strconv.ParseFloat(app.Window().GetElementByID(id).Get("value").String(), 64)
		if err != nil {
			return open // an empty field
		}
		return v
	}
	if !app.Window().GetElementByID("pick-from").Truthy() {
		return
	}
	lo, hi := value("pick-from", math.Inf(-1)), value("pick-to", math.Inf(1))
	if lo > hi {
		lo, hi = hi, lo
	}
	e.pick(e.view.Picked.between(e.picked.column, lo, hi), true)
}

func (e *Explore) onLevel(ctx app.Context, _ app.Event) {
	e.pick(e.view.Picked.toggle(e.picked.column, ctx.JSSrc().Get("value").String()), true)
}

func (e *Explore) onUnpick(ctx app.Context, _ app.Event) {
	column := ctx.JSSrc().Get("value").String()
	e.pick(e.view.Picked.without(column), true)
	e.focusPicks()
}

func (e *Explore) onClear(ctx app.Context, _ app.Event) {
	e.pick(nil, true)
	e.focusPicks()
}

// focusPicks puts the focus where it is not lost when a chip goes.
func (e *Explore) focusPicks() {
	if at := app.Window().GetElementByID("pick-form"); at.Truthy() {
		at.Call("focus")
	}
}

func (e *Explore) onCount(ctx app.Context, _ app.Event) { e.count(ctx) }

// mostListed is how many selected rows are listed.
const mostListed = 50

// pickedRows lists rows that are selected, of those that the page has.
func (e *Explore) pickedRows() app.UI {
	const id, title = "rows-title", "Selected rows"
	columns := e.view.sampled(e.set.Schema)
	if len(e.view.Picked) == 0 {
		return card(id, title, "", app.P().Class("small").Text("Nothing is selected. Drag over a chart, click a bar, or use Select by values on top."))
	}
	heads := []app.UI{app.Th().Scope("col").Class("num").Text("row")}
	var from []*rowsColumn
	for _, name := range columns {
		if c := e.rows.Columns[name]; c != nil {
			from = append(from, c)
			heads = append(heads, app.Th().Scope("col").Class(numClass(c.Kind)).Text(name))
		}
	}
	var rows []app.UI
	for i, lit := range e.shown.lit {
		if len(rows) == mostListed {
			break
		}
		if !lit {
			continue
		}
		cells := []app.UI{app.Td().Class("num").Text(e.rows.IDs[i])}
		for _, c := range from {
			cells = append(cells, app.Td().Class(numClass(c.Kind)).Text(c.text(i)))
		}
		rows = append(rows, app.Tr().Body(cells...))
	}
	note := e.pickedWords()
	if e.shown.some > len(rows) {
		note += " The first " + strconv.Itoa(len(rows)) + " of those on this page are listed."
	}
	if len(rows) == 0 {
		return card(id, title, note, app.P().Class("small").Text("None of the rows on this page is selected."))
	}
	open := app.A().Attr("role", "button").Class("secondary").ID("rows-open").Href("/data#"+e.rowsAddress()).Body(ui.Icon("table"), app.Text("Open in the table"))
	return card(id, title, note, app.Div().Class("scroll", "listed").TabIndex(0).Attr("role", "region").Aria("label", "List of selected rows").Body(
		app.Table().ID("picked-rows").Body(app.THead().Body(app.Tr().Body(heads...)), app.TBody().Body(rows...))), app.Div().Class("row").Body(open))
}

// rowsAddress names the selected rows for the Data page.
func (e *Explore) rowsAddress() string {
	v := exploreView{Picked: e.view.Picked}.values(e.set.ID)
	if e.version() != e.set.Newest {
		v.Set("version", strconv.Itoa(e.version()))
	}
	return v.Encode()
}

func numClass(kind table.Kind) string {
	if kind == table.Number {
		return "num"
	}
	return ""
}
