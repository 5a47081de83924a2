package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws the way to keep rows, and those that are kept.
func (k *kept) Render() app.UI {
	return app.Section().Class("card").ID("kept").Aria("labelledby", "kept-title").Body(
		app.Header().Body(app.H2().ID("kept-title").TabIndex(-1).Text("Kept rows"), app.Small().ID("kept-size").Text(k.sizeWords())),
		app.P().Class("small").Text("The same query, and frames that begin with it, go on from the kept rows as long as its tables have the same versions."),
		slot(k.form()),
		errorPlace(k.failed, nil),
		app.Div().Body(k.body()),
	)
}

// sizeWords tells how much is kept.
func (k *kept) sizeWords() string {
	if len(k.list) == 0 {
		return ""
	}
	var bytes int64
	for _, p := range k.list {
		bytes += p.Bytes
	}
	return count(len(k.list), "answer", "answers") + ", " + ui.Bytes(bytes)
}

// form draws the way to keep the rows of the answer; nil if there is none.
func (k *kept) form() app.UI {
	if k.Query == "" {
		return nil
	}
	var levels []app.UI
	hint := ""
	for _, l := range keptLevels {
		levels = append(levels, app.Option().Value(l.value).Selected(l.value == k.level).Text(l.text))
		if l.value == k.level {
			hint = l.hint
		}
	}
	return app.Form().Class("row ends").ID("kept-form").NoValidate(true).OnSubmit(k.onKeep).Body(
		app.Div().Class("grow").Body(ui.Field("Keep the rows of the answer in", "kept-level", app.Select().OnChange(k.onLevel).Body(levels...), hint, k.wrong)),
		app.Button().Type("submit").Class("secondary").ID("kept-keep").Disabled(k.busy).Aria("busy", k.busy).Body(ui.Icon("down"), app.Text("Keep the rows")),
	)
}

// body draws the list, or what stands in its place.
func (k *kept) body() app.UI {
	switch {
	case k.err != nil:
		return ui.ErrorBox(k.err, k.onRetry)
	case !k.ready:
		return ui.Skeleton()
	case len(k.list) == 0:
		return app.P().Class("small").ID("kept-none").Text("Nothing is kept. Run a query that takes long, then keep its rows.")
	}
	var rows []app.UI
	now := time.Now()
	for _, p := range k.list {
		rows = append(rows, k.row(p, now))
	}
	th := func(text string) app.HTMLTh { return app.Th().Scope("col").Text(text) }
	return app.Div().Class("scroll").TabIndex(0).Attr("role", "region").Aria("label", "List of kept rows").Body(app.Table().Class("cards-s").ID("kept-table").Body(
		app.THead().Body(app.Tr().Body(th("Rows of"), th("Tables"), th("Where"), th("Rows").Class("num"), th("Size").Class("num"), th("When"),
			app.Th().Scope("col").Body(app.Span().Class("sr").Text("Let go")))),
		app.TBody().Body(rows...)))
}

func (k *kept) row(p wire.Persisted, now time.Time) app.UI {
	plan := planWords(p.Words)
	return app.Tr().DataSet("kept", p.ID).Body(
		app.Th().Scope("row").Title(strings.Join(p.Words, "\n")).Text(plan),
		app.Td().DataSet("label", "Tables").Text(k.tableWords(p.Of)),
		app.Td().DataSet("label", "Where").Text(levelWords(p)),
		app.Td().DataSet("label", "Rows").Class("num").Text(ui.Whole(p.Rows)),
		app.Td().DataSet("label", "Size").Class("num nowrap").Text(ui.Bytes(p.Bytes)),
		app.Td().DataSet("label", "When").Class("nowrap").Body(ago(p.Made, now)),
		app.Td().Class("num").Body(app.Button().Type("button").Class("secondary").Aria("label", "Let go: "+plan).Disabled(k.going != "").Aria("busy", k.going == p.ID).
			OnClick(k.onLetGo(p), p.ID).Text("Let go")),
	)
}

// planWords says in a line what rows are of.
func planWords(steps []string) string {
	return shorten(strings.Join(strings.Fields(strings.Join(steps, ", then ")), " "))
}

// levelWords says where rows are, and where they may be.
func levelWords(p wire.Persisted) string {
	for _, l := range keptLevels {
		switch {
		case l.value == p.Level && p.Level == wire.MemoryAndDisk:
			return l.text + ", now " + map[string]string{wire.Memory: "in memory", wire.Disk: "on disk"}[p.At]
		case l.value == p.Level:
			return l.text
		}
	}
	return p.Level
}

// tableWords names the tables that rows are made of, and what is newer.
func (k *kept) tableWords(of []wire.Parent) string {
	words := make([]string, len(of))
	for i, t := range of {
		words[i] = fmt.Sprintf("%s, version %d", t.Name, t.Version)
		at := slices.IndexFunc(k.Sets, func(s wire.Dataset) bool { return s.ID == t.Dataset })
		if at >= 0 && k.Sets[at].Newest > t.Version {
			words[i] += fmt.Sprintf(" of %d", k.Sets[at].Newest)
		}
	}
	return strings.Join(words, "; ")
}
