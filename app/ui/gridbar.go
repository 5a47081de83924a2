package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/wire"
)

// bar draws what is done with the table's rows and columns as a whole.
func (g *Grid) bar() app.UI {
	label := ""
	if g.row != nil {
		label = " " + strconv.FormatInt(g.row.ID, 10)
	}
	none, fixed := g.row == nil, g.ReadOnly || g.OnAdd == nil
	trash := "Delete row" + label
	if n := g.marks.Count(); n > 0 {
		trash = "Delete " + strings.TrimSuffix(markedWords(n), " marked")
	}
	search := app.Label().Class("grow").Hidden(g.OnSearch == nil).Body(
		app.Span().Class("sr").Text("Search all columns"),
		app.Input().Type("search").ID(g.ID+"-search").Placeholder("Search all columns").Value(g.Search).OnChange(g.onSearch).OnInput(g.onSearchEmpty))
	return app.Div().Class("row").ID(g.ID+"-bar").Hidden(fixed && g.OnSearch == nil && g.OnLook == nil).Body(
		search,
		app.Button().Type("button").Class("secondary").ID(g.ID+"-columns").Hidden(g.OnLook == nil).OnClick(g.onColumns).Body(Icon("table"), app.Text(g.columnsWords())),
		app.Button().Type("button").Class("secondary").ID("row-add").Hidden(fixed).OnClick(g.onAdd).Body(Icon("plus"), app.Text("Add row")),
		app.Button().Type("button").Class("secondary").ID("row-edit").Hidden(fixed).Disabled(none).OnClick(g.onChange).Body(Icon("edit"), app.Text("Edit row"+label)),
		app.Button().Type("button").Class("danger").ID("row-delete").Hidden(fixed).Disabled(none && g.marks.Count() == 0).OnClick(g.onDelete).Body(Icon("trash"), app.Text(trash)),
	)
}

// columnsWords tells how many columns are hidden.
func (g *Grid) columnsWords() string {
	if n := len(g.Columns) - len(g.shown); n > 0 {
		return fmt.Sprintf("Columns (%d hidden)", n)
	}
	return "Columns"
}

// chips draws what rows are left out by; each can be taken away.
func (g *Grid) chips() app.UI {
	var out []app.UI
	for i, f := range g.Filters {
		words := FilterWords(f)
		key := strconv.Itoa(i)
		out = append(out, app.Span().Class("chip").Body(
			app.Span().Text(words),
			app.Button().Type("button").Class("ghost icon").DataSet("filter", key).Aria("label", "Take the filter away: "+words).OnClick(g.onUnfilter, key+words).Body(Icon("x"))))
	}
	if g.Search != "" {
		out = append(out, app.Span().Class("chip").Body(
			app.Span().Text("“"+g.Search+"” in any column"),
			app.Button().Type("button").Class("ghost icon").Aria("label", "End the search").OnClick(g.onUnsearch).Body(Icon("x"))))
	}
	if len(out) > 1 {
		out = append(out, app.Button().Type("button").Class("ghost").ID(g.ID+"-unfilter").OnClick(g.onUnfilterAll).Text("Show all rows"))
	}
	return app.Div().Class("row tight chips").ID(g.ID + "-chips").Hidden(len(out) == 0).Body(out...)
}

// FilterWords tells what a filter keeps.
func FilterWords(f wire.Filter) string {
	var what string
	switch {
	case f.Missing == wire.MissingOnly:
		return f.Column + " is missing"
	case f.Missing == wire.MissingNever:
		return f.Column + " is not missing"
	case f.Min != nil && f.Max != nil && *f.Min == *f.Max:
		what = f.Column + " is " + Num(*f.Min)
	case f.Min != nil && f.Max != nil:
		what = f.Column + " from " + Num(*f.Min) + " to " + Num(*f.Max)
	case f.Min != nil:
		what = f.Column + " at least " + Num(*f.Min)
	case f.Max != nil:
		what = f.Column + " at most " + Num(*f.Max)
	case len(f.Levels) > 3:
		what = fmt.Sprintf("%s is one of %d", f.Column, len(f.Levels))
	case len(f.Levels) > 0:
		what = f.Column + " is " + strings.Join(f.Levels, " or ")
	}
	if f.Contains != "" {
		if what != "" {
			what += ", "
		}
		what += f.Column + " has “" + f.Contains + "”"
	}
	if f.Missing == wire.MissingAlso {
		what += ", or is missing"
	}
	return what
}

func (g *Grid) onAdd(ctx app.Context, _ app.Event) { g.OnAdd(ctx) }

func (g *Grid) onChange(ctx app.Context, _ app.Event) {
	if g.row != nil {
		g.OnChange(ctx, *g.row)
	}
}

func (g *Grid) onDelete(app.Context, app.Event) { g.remove() }

func (g *Grid) onColumns(app.Context, app.Event) { g.menu = gridMenu{column: -1, list: true} }

func (g *Grid) onSearch(ctx app.Context, _ app.Event) {
	if text := strings.TrimSpace(ctx.JSSrc().Get("value").String()); text != g.Search {
		g.OnSearch(ctx, text)
	}
}

// onSearchEmpty ends a search when its text is taken away, by the field's own cross too.
func (g *Grid) onSearchEmpty(ctx app.Context, _ app.Event) {
	if g.Search != "" && ctx.JSSrc().Get("value").String() == "" {
		g.OnSearch(ctx, "")
	}
}

func (g *Grid) onUnsearch(ctx app.Context, _ app.Event) { g.OnSearch(ctx, "") }

func (g *Grid) onUnfilter(ctx app.Context, _ app.Event) {
	i, err := strconv.Atoi(ctx.JSSrc().Get("dataset").Get("filter").String())
	if err != nil || i >= len(g.Filters) {
		return // drawn before the filters changed
	}
	g.OnFilter(ctx, g.Filters.Without(g.Filters[i].Column))
}

func (g *Grid) onUnfilterAll(ctx app.Context, _ app.Event) {
	if len(g.Filters) > 0 {
		g.OnFilter(ctx, nil)
	}
	if g.Search != "" {
		g.OnSearch(ctx, "")
	}
}
