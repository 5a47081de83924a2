package page

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Render draws the editor and the answer.
func (q *query) Render() app.UI {
	if !q.ready {
		return ui.Skeleton()
	}
	busy := q.cancel != nil
	return app.Div().Class("stack").ID("sql").Body(
		app.Section().Class("card").Aria("labelledby", "sql-title").Body(
			app.Header().Body(app.H2().ID("sql-title").Text("SQL"), app.Small().Text("Each dataset is a table under its name. Only SELECT; nothing is changed.")),
			&ui.SQLEditor{ID: "sql-text", Label: "SQL query", Begin: q.text, Text: q.put, Tables: tablesOf(q.Sets), Fault: q.place, OnChange: q.onText, OnRun: q.onRun},
			app.Div().Class("row").Body(
				app.Button().Type("button").ID("sql-run").Disabled(busy).Aria("busy", busy).Title("Ctrl and Enter").OnClick(q.onRunClick).Body(ui.Icon("play"), app.Text("Run")),
				app.Button().Type("button").Class("secondary").ID("sql-stop").Disabled(!busy).OnClick(q.onStop).Body(ui.Icon("x"), app.Text("Stop")),
				app.Span().Class("small grow").ID("sql-state").Text(q.stateWords()),
				q.history(),
			),
			q.faultBox(),
		),
		slot(q.result()),
		&kept{Query: q.of, Sets: q.Sets},
	)
}

// history draws what was asked before.
func (q *query) history() app.UI {
	options := []app.UI{app.Option().Value("").Text("History")}
	for _, text := range q.past {
		options = append(options, app.Option().Value("").Text(shorten(strings.Join(strings.Fields(text), " "))))
	}
	return app.Div().Class("row tight").Hidden(len(q.past) == 0).Body(
		app.Label().Body(app.Span().Class("sr").Text("History"), app.Select().ID("sql-past").OnChange(q.onPast).Body(options...)),
		app.Button().Type("button").Class("ghost icon").ID("sql-forget").Aria("label", "Forget the history").OnClick(q.onForgetPast).Body(ui.Icon("trash")),
	)
}

// faultBox says why there is no answer. Its place is marked in the editor.
func (q *query) faultBox() app.UI {
	if q.err == nil {
		return app.Div().Hidden(true)
	}
	return app.Div().Body(app.Div().Class("banner bad").ID("sql-fault").Attr("role", "alert").Body(
		ui.Icon("alert"), app.Span().Class("grow pre").Text(q.faultWords()),
		app.Button().Type("button").Class("secondary").ID("sql-place").Hidden(q.place.Line == 0).OnClick(q.onPlace).Text("Show the place")))
}

// faultWords gives the fault and its place.
func (q *query) faultWords() string {
	text := fault.Message(q.err)
	switch e, ok := errors.AsType[*fault.Error](q.err); {
	case ok && e.Line > 0 && e.Column > 0:
		return fmt.Sprintf("Line %d, column %d: %s", e.Line, e.Column, text)
	case ok && e.Line > 0:
		return fmt.Sprintf("Line %d: %s", e.Line, text)
	}
	return text
}

func (q *query) onPlace(app.Context, app.Event) {
	if bridge := app.Window().Get("centroidSQL"); bridge.Truthy() {
		el := app.Window().GetElementByID("sql-text")
		bridge.Call("fault", el, q.place.Line, q.place.Column)
		bridge.Call("focus", el)
	}
}

// stateWords says what goes on, or what the answer is.
func (q *query) stateWords() string {
	switch {
	case q.cancel != nil:
		return queueWords(q.queue)
	case q.err == nil && q.res != nil:
		return answerWords(*q.res)
	}
	return ""
}

// answerWords tells how large an answer is.
func answerWords(res wire.FrameResult) string {
	words := manyRows(int64(len(res.Rows))) + ", " + count(len(res.Columns), "column", "columns")
	if res.Truncated {
		words = "The first " + words
	}
	return fmt.Sprintf("%s, in %s ms", words, ui.Num(res.Elapsed))
}

// tablesOf gives what a query may name.
func tablesOf(sets []wire.Dataset) []ui.SQLTable {
	out := make([]ui.SQLTable, len(sets))
	for i, s := range sets {
		out[i].Name = s.Name
		for _, c := range s.Schema {
			out[i].Columns = append(out[i].Columns, ui.SQLColumn{Name: c.Name, Kind: string(c.Kind)})
		}
	}
	return out
}

// result draws the answer; nil if there is none.
func (q *query) result() app.UI {
	if q.res == nil {
		return nil
	}
	res := q.res
	columns := answerColumns(res.Columns)
	types := make([]string, len(res.Columns))
	for i, c := range res.Columns {
		types[i] = strings.ToLower(c.Type)
	}
	stamp := strconv.Itoa(q.stamp)
	note := "Saved are all its rows: the query runs again for it."
	if res.Truncated {
		note = fmt.Sprintf("There are more rows than the %s shown. ", ui.Whole(int64(len(res.Rows)))) + note
	}
	return app.Section().Class("card").ID("sql-answer").Aria("labelledby", "sql-answer-title").Body(
		app.Header().Body(app.H2().ID("sql-answer-title").Text("Answer")),
		&ui.Grid{ID: "sql-rows", Label: "Rows of the answer", Key: stamp + q.sort + strconv.FormatBool(q.desc), Columns: columns, Hints: types, Rows: int64(len(res.Rows)),
			Sort: q.sort, Desc: q.desc, ReadOnly: true, Fetch: answerRows(res, q.sort, q.desc), OnSort: q.onSort},
		q.chart.form(res.Columns, q.onChart),
		slot(q.chart.draw(res, q.stamp)),
		app.Form().Class("stack").ID("sql-save-form").Attr("novalidate", "novalidate").OnSubmit(q.onSave).Body(
			app.Div().Class("row ends").Body(
				app.Div().Class("grow").Body(ui.Field("Keep it as a dataset called", "sql-name", app.Input().Type("text").AutoComplete(false).Value("answer"), note, q.wrong)),
				app.Button().Type("submit").ID("sql-save").Disabled(q.saving).Aria("busy", q.saving).Body(ui.Icon("plus"), app.Text("Save as dataset")),
			)),
	)
}
