package ui

import (
	"math"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// gridMenu is the dialog of one column, or the one that lists all of them.
type gridMenu struct {
	column int  // index; -1: none
	list   bool // all of them
	wrong  string
}

func (m *gridMenu) close() { *m = gridMenu{column: -1} }

// hasMenu reports whether anything can be done with a column.
func (g *Grid) hasMenu() bool { return g.OnFilter != nil || g.OnLook != nil }

// openMenu opens what can be done with the column at a place.
func (g *Grid) openMenu(place int) bool {
	if !g.hasMenu() || place < 0 || place >= len(g.shown) {
		return false
	}
	g.menu = gridMenu{column: g.column(place)}
	g.ctx.Dispatch(func(app.Context) {})
	return true
}

func (g *Grid) onMenuClose(app.Context, app.Event) { g.menu.close() }

// draw draws the dialog that is open, if there is one.
func (m *gridMenu) draw(g *Grid) app.UI {
	switch {
	case m.list:
		return app.Div().Body(&Dialog{ID: g.ID + "-list", Title: "Columns", Content: g.listForm(), OnClose: g.onMenuClose})
	case m.column < 0 || m.column >= len(g.Columns):
		return app.Div().Hidden(true)
	}
	c := g.Columns[m.column]
	content := []app.UI{g.sortRow(c.Name), g.filterForm(m.column), g.placeRow(c.Name),
		app.Div().Class("row end").Body(app.Button().Type("button").Class("secondary").ID(g.ID + "-menu-close").OnClick(g.onMenuClose).Text("Close"))}
	return app.Div().Body(&Dialog{ID: g.ID + "-menu", Title: c.Name, Content: content, OnClose: g.onMenuClose})
}

// sortRow draws the orders by a column.
func (g *Grid) sortRow(name string) app.UI {
	button := func(id, text string, on bool, sort string, desc bool) app.UI {
		return app.Button().Type("button").Class("secondary").ID(g.ID+"-sort-"+id).Aria("pressed", on).DataSet("sort", sort).DataSet("desc", strconv.FormatBool(desc)).OnClick(g.onMenuSort, id+name).Text(text)
	}
	mine := g.Sort == name
	return app.FieldSet().Class("row tight").Aria("label", "Sort").Hidden(g.OnSort == nil).Body(
		button("up", "Sort up", mine && !g.Desc, name, false),
		button("down", "Sort down", mine && g.Desc, name, true),
		button("none", "In the file's order", g.Sort == "", "", false),
	)
}

func (g *Grid) onMenuSort(ctx app.Context, _ app.Event) {
	data := ctx.JSSrc().Get("dataset")
	g.menu.close()
	g.OnSort(ctx, data.Get("sort").String(), data.Get("desc").String() == "true")
}

// of gives the filter of a column, empty if there is none.
func (g *Grid) of(name string) wire.Filter {
	if f := g.Filters.Of(name); f != nil {
		return *f
	}
	return wire.Filter{Column: name}
}

// filterForm draws the filter of a column.
func (g *Grid) filterForm(column int) app.UI {
	c := g.Columns[column]
	f, id := g.of(c.Name), g.ID+"-filter"
	var fields []app.UI
	if c.Kind == table.Number {
		low := app.Input().Type("text").AutoComplete(false).Attr("inputmode", "decimal").Value(numText(f.Min))
		high := app.Input().Type("text").AutoComplete(false).Attr("inputmode", "decimal").Value(numText(f.Max))
		if c.Min != nil && c.Max != nil {
			low, high = low.Placeholder(CellText(table.Num(*c.Min))), high.Placeholder(CellText(table.Num(*c.Max)))
		}
		fields = append(fields, app.Div().Class("two").Body(Field("From", id+"-min", low, "", ""), Field("To", id+"-max", high, "", "")))
	} else {
		if levels := g.head(column).Levels; c.Kind == table.Category && len(levels) > 0 {
			var boxes []app.UI
			for i, l := range levels {
				boxes = append(boxes, app.Label().Class("check").Body(
					app.Input().Type("checkbox").Name("level").Value(strconv.Itoa(i)).Checked(slices.Contains(f.Levels, l.Value)),
					app.Span().Text(l.Value), app.Span().Class("hint").Text(Whole(l.Rows))))
			}
			fields = append(fields, app.FieldSet().Class("levels").ID(id+"-levels").TabIndex(0).Body(append([]app.UI{app.Legend().Text(levelsWords(c, len(levels)))}, boxes...)...))
		}
		fields = append(fields, Field("Has this text in it", id+"-text", app.Input().Type("text").AutoComplete(false).Value(f.Contains), "In small or capital letters.", ""))
	}
	var options []app.UI
	for _, o := range []struct {
		value wire.Missing
		text  string
	}{{"", "Leave them out"}, {wire.MissingAlso, "Show them too"}, {wire.MissingOnly, "Show nothing else"}, {wire.MissingNever, "Leave them out, show any value"}} {
		options = append(options, app.Option().Value(string(o.value)).Selected(o.value == f.Missing).Text(o.text))
	}
	fields = append(fields, Field("Missing values", id+"-missing", app.Select().Body(options...), "", ""),
		app.Div().Class("row").Body(
			app.Span().Class("err grow").ID(id+"-fault").Attr("role", "alert").Text(g.menu.wrong),
			app.Button().Type("button").Class("secondary").ID(id+"-clear").Disabled(g.Filters.Of(c.Name) == nil).OnClick(g.onMenuClear).Text("Take the filter away"),
			app.Button().Type("submit").ID(id+"-apply").Text("Filter"),
		))
	return app.Form().Class("stack").ID(id).Attr("novalidate", "novalidate").Hidden(g.OnFilter == nil).OnSubmit(g.onMenuFilter).Body(fields...)
}

// levelsWords says which of a category's levels are offered.
func levelsWords(c table.Column, n int) string {
	if int64(n) < c.Distinct {
		return "The " + strconv.Itoa(n) + " most frequent of " + Whole(c.Distinct)
	}
	return "Is one of"
}

func numText(x *float64) string {
	if x == nil {
		return ""
	}
	return CellText(table.Num(*x))
}

// onMenuFilter reads the form and asks for the rows that fit it.
func (g *Grid) onMenuFilter(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if g.menu.column < 0 || g.menu.column >= len(g.Columns) {
		return
	}
	c := g.Columns[g.menu.column]
	f := wire.Filter{Column: c.Name, Missing: wire.Missing(g.typed("missing"))}
	if c.Kind == table.Number {
		for _, end := range []struct {
			id string
			to **float64
		}{{"min", &f.Min}, {"max", &f.Max}} {
			text := g.typed(end.id)
			if text == "" {
				continue
			}
			v, ok := table.ParseNumber([]byte(text))
			if !ok || math.IsNaN(v) {
				g.menu.wrong = text + " is no number."
				return
			}
			*end.to = &v
		}
	} else {
		f.Contains = g.typed("text")
		levels := g.head(g.menu.column).Levels
		boxes := app.Window().Get("document").Call("querySelectorAll", "#"+g.ID+"-filter input[name=level]:checked")
		for i := range boxes.Get("length").Int() {
			if n, err := strconv.Atoi(boxes.Index(i).Get("value").String()); err == nil && n < len(levels) {
				f.Levels = append(f.Levels, levels[n].Value)
			}
		}
	}
	filters := g.Filters.Without(c.Name)
	if said := f.Min != nil || f.Max != nil || len(f.Levels) > 0 || f.Contains != ""; said || f.Missing == wire.MissingOnly || f.Missing == wire.MissingNever {
		filters = append(filters, f)
		if err := f.Check(g.Columns); err != nil {
			g.menu.wrong = fault.Message(err)
			return
		}
	}
	g.menu.close()
	g.OnFilter(ctx, filters)
}

// typed gives what stands in a field of the filter's form.
func (g *Grid) typed(field string) string {
	return app.Window().GetElementByID(g.ID + "-filter-" + field).Get("value").String()
}

func (g *Grid) onMenuClear(ctx app.Context, _ app.Event) {
	name := g.Columns[g.menu.column].Name
	g.menu.close()
	g.OnFilter(ctx, g.Filters.Without(name))
}

// placeRow draws where a column stands, and how wide.
func (g *Grid) placeRow(name string) app.UI {
	at := slices.IndexFunc(g.shown, func(i int) bool { return g.Columns[i].Name == name })
	hold := "Hold at the left up to here"
	if at >= 0 && at < g.Look.Held {
		hold = "Let it scroll"
	}
	button := func(id, text string, off bool) app.UI {
		return app.Button().Type("button").Class("secondary").ID(g.ID+"-place-"+id).DataSet("act", id).Disabled(off).OnClick(g.onMenuPlace, id+name).Text(text)
	}
	return app.FieldSet().Class("row tight").Aria("label", "Place").Hidden(g.OnLook == nil).Body(
		button("hide", "Hide", len(g.shown) < 2),
		button("left", "Move left", at <= 0),
		button("right", "Move right", at < 0 || at == len(g.shown)-1),
		button("hold", hold, at < 0),
		button("narrow", "Narrower", at < 0),
		button("wide", "Wider", at < 0),
		button("fit", "Fit the width", at < 0),
	)
}

// onMenuPlace arranges the column; the dialog stays, to go on.
func (g *Grid) onMenuPlace(ctx app.Context, _ app.Event) {
	act := ctx.JSSrc().Get("dataset").Get("act").String()
	name := g.Columns[g.menu.column].Name
	at := slices.Index(g.shown, g.menu.column)
	if at < 0 {
		return
	}
	look := g.Look
	switch act {
	case "hide":
		look = look.Hide(name)
		g.menu.close()
	case "left":
		look = look.Move(g.Columns, at, at-1)
	case "right":
		look = look.Move(g.Columns, at, at+1)
	case "hold":
		if at < look.Held {
			look = look.Hold(at)
		} else {
			look = look.Hold(at + 1)
		}
	case "narrow":
		look = look.Width(name, g.paint.widths[at]-2*columnStep)
	case "wide":
		look = look.Width(name, g.paint.widths[at]+2*columnStep)
	case "fit":
		look = look.Width(name, 0)
		g.paint.sized = false
	}
	g.OnLook(ctx, look)
}

// listForm draws all columns, to be shown or hidden.
func (g *Grid) listForm() []app.UI {
	var boxes []app.UI
	for _, i := range g.Look.all(g.Columns) {
		name := g.Columns[i].Name
		boxes = append(boxes, app.Label().Class("check").Body(
			app.Input().Type("checkbox").ID(g.ID+"-show-"+strconv.Itoa(i)).DataSet("column", strconv.Itoa(i)).Checked(slices.Contains(g.shown, i)).OnChange(g.onShow, name),
			app.Span().Text(name)))
	}
	return []app.UI{
		app.FieldSet().Class("levels").ID(g.ID + "-shown").TabIndex(0).Body(append([]app.UI{app.Legend().Text("Shown")}, boxes...)...),
		app.P().Class("small").Text("Drag a column's head to move it and its edge to change its width, or use the button in the head. This browser keeps it for this table."),
		app.Div().Class("row end").Body(
			app.Button().Type("button").Class("secondary").ID(g.ID+"-plain").Disabled(g.Look.Zero()).OnClick(g.onPlain).Body(Icon("undo"), app.Text("As at first")),
			app.Button().Type("button").ID(g.ID+"-list-close").OnClick(g.onMenuClose).Text("Done"),
		),
	}
}

func (g *Grid) onShow(ctx app.Context, _ app.Event) {
	box := ctx.JSSrc()
	i, err := strconv.Atoi(box.Get("dataset").Get("column").String())
	if err != nil || i >= len(g.Columns) {
		return
	}
	name := g.Columns[i].Name
	if box.Get("checked").Bool() {
		g.OnLook(ctx, g.Look.Show(name))
		return
	}
	if len(g.shown) == 1 && slices.Contains(g.shown, i) {
		box.Set("checked", true)
		Toast(ctx, "bad", "One column must be shown.")
		return
	}
	g.OnLook(ctx, g.Look.Hide(name))
}

func (g *Grid) onPlain(ctx app.Context, _ app.Event) {
	g.paint.sized = false
	g.OnLook(ctx, GridLook{})
}
