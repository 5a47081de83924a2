package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws the versions and, below them, two that are compared.
func (h *history) Render() app.UI {
	body := []app.UI{app.Header().Body(app.H2().ID("history-title").Text("History"), app.Small().Text(count(h.list.Total, "version", "versions")))}
	switch {
	case h.err != nil:
		body = append(body, ui.ErrorBox(h.err, h.onRetry))
	case !h.ready:
		body = append(body, ui.Skeleton())
	default:
		body = append(body, h.steps(), h.table(), h.older(), slot(h.comparison()))
	}
	return app.Section().Class("card").ID("history").Aria("labelledby", "history-title").Body(body...)
}

// steps draws what can be taken back and done again.
func (h *history) steps() app.UI {
	button := func(id, word, what string, do app.EventHandler) app.UI {
		title := "Nothing to " + id
		if what != "" {
			title = word + ": " + what
		}
		return app.Button().Type("button").Class("secondary").ID("history-"+id).Title(title).Disabled(what == "" || h.busy).OnClick(do).
			Body(ui.Icon(map[string]string{"undo": "undo", "redo": "again"}[id]), app.Text(title))
	}
	return app.Div().Class("row tight history-steps").Body(button("undo", "Undo", h.list.Undo, h.onUndo), button("redo", "Redo", h.list.Redo, h.onRedo))
}

// table draws a line for each version.
func (h *history) table() app.UI {
	now := time.Now()
	var rows []app.UI
	for _, r := range h.list.Revisions {
		rows = append(rows, h.row(r, now))
	}
	th := func(text string) app.UI { return app.Th().Scope("col").Text(text) }
	return app.Div().Class("scroll history-list").TabIndex(0).Attr("role", "region").Aria("label", "Versions").Body(app.Table().Class("cards-s").ID("history-table").Body(
		app.THead().Body(app.Tr().Body(app.Th().Scope("col").Class("num").Text("Version"), th("Change"), th("By"), th("When"), app.Th().Scope("col").Class("num").Text("Rows"), th("Models"), app.Th().Scope("col").Body(app.Span().Class("sr").Text("What to do")))),
		app.TBody().Body(rows...)))
}

func (h *history) row(r wire.Revision, now time.Time) app.UI {
	key := strconv.Itoa(r.Version)
	name := "Version " + key
	var models []app.UI
	for i, m := range r.Models {
		if i > 0 {
			models = append(models, app.Text(", "))
		}
		models = append(models, app.A().Href("/models#model="+m.ID).Text(m.Name))
	}
	show := app.A().Href("/data#dataset="+h.Set.ID+"&version="+key).Aria("label", "Show version "+key).Text("Show")
	if r.Version == h.list.Newest {
		show = app.A().Href("/data#dataset="+h.Set.ID).Aria("label", "Show version "+key).Text("Show")
	}
	if r.Version == h.Set.Version {
		show = show.Aria("current", "true")
	}
	return app.Tr().DataSet("version", key).Body(
		app.Th().Scope("row").Class("num").Title(name+", content "+shorten(r.Hash)).Text(key),
		app.Td().DataSet("label", "Change").Body(app.Div().Class("stack lo").Body(append([]app.UI{app.Span().Text(capital(r.Change))}, origin(r)...)...)),
		app.Td().DataSet("label", "By").Text(r.By),
		app.Td().DataSet("label", "When").Class("nowrap").Title(ui.Clock(r.Made)).Text(ui.Ago(r.Made, now)),
		app.Td().DataSet("label", "Rows").Class("num").Text(ui.Whole(r.Rows)),
		app.Td().DataSet("label", "Models").Body(models...),
		app.Td().Body(app.Div().Class("row tight history-acts").Body(
			show,
			app.Button().Type("button").Class("ghost").DataSet("version", key).Aria("label", compareLabel(r.Version, h.list.Newest)).Disabled(h.list.Newest == 1).OnClick(h.onCompare, key).Text("Compare"),
			app.Button().Type("button").Class("ghost").DataSet("version", key).Aria("label", "Restore version "+key).Disabled(h.busy || r.Version == h.list.Newest).OnClick(h.onRestore, key).Text("Restore"),
		)),
	)
}

func compareLabel(version, newest int) string {
	if version == 1 {
		return fmt.Sprintf("Compare version 1 with version %d", newest)
	}
	return fmt.Sprintf("Compare version %d with version %d", version-1, version)
}

// origin draws what a version was made of, and by which steps.
func origin(r wire.Revision) (out []app.UI) {
	for _, p := range r.Parents {
		name := p.Name
		if name == "" {
			name = "a dataset"
		}
		out = append(out, app.Small().Body(app.Text("From "),
			app.A().Href(fmt.Sprintf("/data#dataset=%s&version=%d", p.Dataset, p.Version)).Text(fmt.Sprintf("%s, version %d", name, p.Version))))
	}
	for _, s := range r.Steps {
		out = append(out, app.Small().Class("mono").Text(s))
	}
	return out
}

// older draws the way to the versions that are not listed yet.
func (h *history) older() app.UI {
	n := len(h.list.Revisions)
	return app.Div().Class("foot").Hidden(n >= h.list.Total).Body(
		app.Span().Class("grow").Text(fmt.Sprintf("%d of %d versions", n, h.list.Total)),
		app.Button().Type("button").Class("secondary").ID("history-older").OnClick(h.onOlder).Text("Show older"))
}

// comparison draws how two versions differ; nil if none are compared.
func (h *history) comparison() app.UI {
	if h.from == 0 {
		return nil
	}
	number := func(id, label string, n int, do app.EventHandler) app.UI {
		return app.Label().Class("row tight").Body(app.Text(label),
			app.Input().Type("number").ID(id).Min(1).Max(strconv.Itoa(h.list.Newest)).Value(strconv.Itoa(n)).OnChange(do))
	}
	body := []app.UI{
		app.Header().Body(app.H3().ID("diff-title").Text(fmt.Sprintf("Version %d to version %d", h.from, h.to)),
			app.Button().Type("button").Class("ghost icon").ID("diff-close").Aria("label", "Close the comparison").OnClick(h.onCloseDiff).Body(ui.Icon("x"))),
		app.Div().Class("row diff-versions").Body(number("diff-from", "From version", h.from, h.onFrom), number("diff-to", "to version", h.to, h.onTo)),
	}
	switch {
	case h.diffErr != nil:
		body = append(body, ui.ErrorBox(h.diffErr, h.onDiffRetry))
	case !h.diffed:
		body = append(body, ui.Skeleton())
	default:
		body = append(body, app.P().ID("diff-words").Text(diffWords(h.diff)), slot(h.differences()), h.diffPager())
	}
	return app.Section().Class("stack").ID("diff").Aria("labelledby", "diff-title").Body(body...)
}

// differences draws the rows that differ; nil if none do.
func (h *history) differences() app.UI {
	if len(h.diff.Rows) == 0 {
		return nil
	}
	var rows []app.UI
	for _, r := range h.diff.Rows {
		kind, word := "run", "changed"
		switch {
		case r.Before == nil:
			kind, word = "good", "added"
		case r.After == nil:
			kind, word = "bad", "removed"
		}
		id := strconv.FormatInt(r.Row, 10)
		if r.Row < 0 {
			id = "–"
		}
		rows = append(rows, app.Tr().Body(
			app.Th().Scope("row").Class("num").Text(id),
			app.Td().DataSet("label", "What").Body(app.Span().Class("pill "+kind).Text(word)),
			app.Td().DataSet("label", "Cells").Body(cellsThatDiffer(h.diff.Columns, r)...)))
	}
	return app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "Rows that differ").Body(app.Table().Class("cards-s").ID("diff-table").Body(
		app.THead().Body(app.Tr().Body(app.Th().Scope("col").Class("num").Text("Row"), app.Th().Scope("col").Text("What"), app.Th().Scope("col").Text("Cells"))),
		app.TBody().Body(rows...)))
}

// diffCells is how many cells of a row are shown.
const diffCells = 12

// cellsThatDiffer draws what a row had and has.
func cellsThatDiffer(columns []string, r wire.RowDiff) []app.UI {
	var out []app.UI
	more := 0
	for i, name := range columns {
		var value app.UI
		switch {
		case r.Before == nil:
			value = app.Ins().Text(cellShown(r.After[i]))
		case r.After == nil:
			value = app.Del().Text(cellShown(r.Before[i]))
		case r.Before[i].String() == r.After[i].String():
			continue
		default:
			value = app.Span().Body(app.Del().Text(cellShown(r.Before[i])), app.Text(" → "), app.Ins().Text(cellShown(r.After[i])))
		}
		if len(out) == diffCells {
			more++
			continue
		}
		out = append(out, app.Span().Class("cell").Body(app.Small().Text(name+" "), value))
	}
	if more > 0 {
		out = append(out, app.Small().Text(fmt.Sprintf("and %d more", more)))
	}
	return []app.UI{app.Div().Class("row tight").Body(out...)}
}

// cellShown is a cell's text, or a word for none.
func cellShown(c table.Cell) string {
	if c.Missing() {
		return "missing"
	}
	return shorten(c.String())
}

func (h *history) diffPager() app.UI {
	d := h.diff
	total := d.Added + d.Removed + d.Changed
	to := d.Offset + int64(len(d.Rows))
	return app.Div().Class("foot").Hidden(total <= rowsPage).Body(
		app.Span().Class("grow").Text(fmt.Sprintf("%s to %s of %s", ui.Whole(d.Offset+1), ui.Whole(to), manyRows(total))),
		app.Button().Type("button").Class("secondary").ID("diff-previous").Disabled(d.Offset == 0).OnClick(h.onDiffPrevious).Text("Previous"),
		app.Button().Type("button").Class("secondary").ID("diff-next").Disabled(to >= total).OnClick(h.onDiffNext).Text("Next"))
}

// diffWords tells how two versions differ, in a sentence or two.
func diffWords(d wire.Diff) string {
	var words []string
	for _, part := range []struct {
		n    int64
		verb string
	}{{d.Added, "added"}, {d.Removed, "removed"}, {d.Changed, "changed"}} {
		if part.n > 0 {
			words = append(words, manyRows(part.n)+" "+part.verb)
		}
	}
	text := capital(strings.Join(words, ", ")) + "."
	if len(words) == 0 {
		text = "No row differs."
	}
	if len(d.AddedColumns) > 0 {
		text += " Columns added: " + strings.Join(d.AddedColumns, ", ") + "."
	}
	if len(d.RemovedColumns) > 0 {
		text += " Columns removed: " + strings.Join(d.RemovedColumns, ", ") + "."
	}
	if d.ByContent {
		text += " The rows were made anew, so they are compared by what is in them."
	}
	return text
}
