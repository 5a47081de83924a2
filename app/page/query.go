package page

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// query asks the user's datasets in SQL: an editor, the answer as a grid and as
// a chart, and the way to keep it as a dataset. What was asked stays in this
// browser for as long as the account is logged in.
type query struct {
	app.Compo

	Sets    []wire.Dataset // what can be asked, the one shown first
	OnSaved func(ctx app.Context, set wire.Dataset)

	ctx   app.Context
	ready bool       // what the browser keeps was read
	text  string     // in the editor
	put   ui.SQLText // to be put there
	past  []string   // what was asked before, the newest first

	cancel chan struct{} // closed to stop what runs; nil: nothing runs
	queue  wire.FrameQueue
	asked  string // what was answered last, by res or by err
	res    *wire.FrameResult
	of     string // the query that res answers
	stamp  int    // counts answers
	err    error
	place  ui.SQLPlace

	sort   string
	desc   bool
	chart  queryChart
	saving bool
	wrong  string // with the name of the dataset
}

const (
	queryLimit = 10_000 // rows of an answer
	pastKept   = 50     // queries
)

// OnInit begins without a chart.
func (q *query) OnInit() { q.chart = queryChart{Kind: chartNone} }

// OnMount reads what the browser keeps.
func (q *query) OnMount(ctx app.Context) {
	q.ctx = ctx
	if app.IsServer {
		return
	}
	for key, to := range map[string]any{ui.KeyQuery: &q.text, ui.KeyQueries: &q.past} {
		if err := ctx.LocalStorage().Get(key, to); err != nil {
			ctx.LocalStorage().Del(key) // of another version of the program
		}
	}
	if strings.TrimSpace(q.text) == "" {
		q.text = firstQuery(q.Sets)
	}
	q.ready = true
}

// firstQuery is a query to begin with.
func firstQuery(sets []wire.Dataset) string {
	if len(sets) == 0 {
		return ""
	}
	return "SELECT *\nFROM " + ui.SQLName(sets[0].Name) + "\nLIMIT 1000"
}

// OnDismount stops what runs: nobody would see its answer.
func (q *query) OnDismount() { q.stop() }

func (q *query) stop() {
	if q.cancel != nil {
		close(q.cancel)
		q.cancel = nil
	}
}

func (q *query) onText(ctx app.Context, text string) {
	q.text = text
	q.keep(ctx, ui.KeyQuery, text)
}

// keep keeps what costs only comfort if the storage is full.
func (q *query) keep(ctx app.Context, key string, value any) {
	if err := ctx.LocalStorage().Set(key, value); err != nil {
		app.Log(err)
	}
}

func (q *query) onRun(ctx app.Context) {
	text := q.text
	if q.cancel != nil {
		return
	}
	q.remember(ctx, text)
	cancel := make(chan struct{})
	q.cancel, q.err, q.queue = cancel, nil, wire.FrameQueue{}
	q.watch(cancel)
	q.place = ui.SQLPlace{Stamp: q.place.Stamp + 1}
	ctx = q.ctx
	ctx.Async(func() {
		var res wire.FrameResult
		err := client.Get().DoUntil(cancel, "POST", "sql", wire.SQLRun{SQL: text, Limit: queryLimit}, &res)
		ctx.Dispatch(func(ctx app.Context) {
			if q.cancel != cancel {
				if err != nil && fault.CodeOf(err) == fault.Canceled {
					ui.Say(ctx, "The query was stopped.")
				}
				return // stopped, or the next one runs
			}
			q.cancel, q.asked = nil, text
			if err != nil {
				q.fail(err)
				return
			}
			q.answer(ctx, res)
		})
	})
}

// queueEvery is how often the place of a query in the queue is asked for.
const queueEvery = time.Second

// watch asks again and again where the query is, until it is answered.
func (q *query) watch(run chan struct{}) {
	q.ctx.After(queueEvery, func(ctx app.Context) {
		if q.cancel != run {
			return
		}
		ctx.Async(func() {
			var at wire.FrameQueue
			err := client.Get().Do("GET", "frames/queue", nil, &at)
			ctx.Dispatch(func(ctx app.Context) {
				if q.cancel != run {
					return
				}
				if err == nil { // else the query itself will tell
					q.queue = at
				}
				q.watch(run)
			})
		})
	})
}

// queueWords tells where the query is.
func queueWords(at wire.FrameQueue) string {
	switch {
	case at.Waiting == 0:
		return "Running"
	case at.Ahead == 0:
		return "Waiting for a place: yours is next."
	}
	return "Waiting for a place: " + count(at.Ahead, "query", "queries") + " before yours."
}

// fail shows why there is no answer, and where, unless the text is another one by now.
func (q *query) fail(err error) {
	q.err = err
	if e, ok := errors.AsType[*fault.Error](err); ok && q.text == q.asked {
		q.place = ui.SQLPlace{Line: e.Line, Column: e.Column, Stamp: q.place.Stamp + 1}
	}
}

// answer shows an answer.
func (q *query) answer(ctx app.Context, res wire.FrameResult) {
	q.res, q.of, q.err, q.wrong = &res, q.asked, nil, ""
	q.sort, q.desc = "", false
	q.stamp++
	q.chart.fit(res.Columns)
	ui.Say(ctx, answerWords(res))
}

// remember puts a query at the beginning of the history.
func (q *query) remember(ctx app.Context, text string) {
	q.past = remembered(q.past, text)
	q.keep(ctx, ui.KeyQueries, q.past)
}

// remembered gives the history with one more query, each once.
func remembered(past []string, text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return past
	}
	out := append([]string{text}, slices.DeleteFunc(slices.Clone(past), func(p string) bool { return p == text })...)
	return out[:min(len(out), pastKept)]
}

func (q *query) onPast(ctx app.Context, _ app.Event) {
	el := ctx.JSSrc()
	i := el.Get("selectedIndex").Int() - 1 // the first line is the list's name
	el.Set("selectedIndex", 0)
	if i < 0 || i >= len(q.past) {
		return
	}
	q.text = q.past[i]
	q.put = ui.SQLText{Text: q.text, Stamp: q.put.Stamp + 1}
	q.keep(ctx, ui.KeyQuery, q.text)
}

func (q *query) onForgetPast(ctx app.Context, _ app.Event) {
	q.past = nil
	ctx.LocalStorage().Del(ui.KeyQueries)
	ui.Say(ctx, "The history is empty.")
}

func (q *query) onRunClick(ctx app.Context, _ app.Event) { q.onRun(ctx) }

func (q *query) onStop(ctx app.Context, _ app.Event) {
	q.stop()
	ui.Toast(ctx, "", "The query was stopped.")
}

// onSave keeps the answer as a dataset: the query runs again, for all its rows.
func (q *query) onSave(_ app.Context, e app.Event) {
	e.PreventDefault()
	name, err := nameOf(valueOf("sql-name"))
	if err != nil {
		q.wrong = fault.Message(err)
		return
	}
	if q.saving {
		return
	}
	q.saving, q.wrong = true, ""
	save := wire.FrameSave{Steps: []wire.Step{{Op: "sql", SQL: q.of}}, Name: name}
	q.ctx.Async(func() {
		var set wire.Dataset
		err := client.Get().Do("POST", "frames/save", save, &set)
		q.ctx.Dispatch(func(ctx app.Context) {
			q.saving = false
			if err != nil {
				q.wrong = fault.Message(err)
				return
			}
			q.OnSaved(ctx, set)
		})
	})
}

func (q *query) onSort(_ app.Context, column string, desc bool) { q.sort, q.desc = column, desc }

// answerColumns gives an answer's columns as a grid shows them: names that are there
// twice get a number.
func answerColumns(columns []wire.FrameColumn) table.Schema {
	out := make(table.Schema, len(columns))
	var names []string
	for i, c := range columns {
		name := table.FreeName(names, c.Name)
		names = append(names, name)
		out[i] = table.Column{Name: name, Kind: c.Kind}
	}
	return out
}

// orderOf gives the indices of rows sorted by a column, missing values last; a
// column below 0 leaves them as they are.
func orderOf(rows [][]table.Cell, column int, desc bool) []int {
	out := make([]int, len(rows))
	for i := range out {
		out[i] = i
	}
	if column < 0 {
		return out
	}
	slices.SortStableFunc(out, func(a, b int) int {
		x, y := rows[a][column], rows[b][column]
		switch {
		case x.Missing() || y.Missing():
			return order(x.Missing(), y.Missing())
		case x.Number != nil && y.Number != nil && *x.Number != *y.Number:
			return order(*x.Number > *y.Number != desc, *x.Number < *y.Number != desc)
		case x.Number != nil && y.Number != nil:
			return 0
		case desc:
			return strings.Compare(y.String(), x.String())
		}
		return strings.Compare(x.String(), y.String())
	})
	return out
}

// order is 1 if after, -1 if before.
func order(after, before bool) int {
	switch {
	case after == before:
		return 0
	case after:
		return 1
	}
	return -1
}

// answerRows gives the function that gives a grid the rows of an answer.
func answerRows(res *wire.FrameResult, sort string, desc bool) func(offset int64, limit int) (wire.Rows, error) {
	// Each drawing of the page makes this function, and few call it.
	order := sync.OnceValue(func() []int { return orderOf(res.Rows, answerColumns(res.Columns).Index(sort), desc) })
	return func(offset int64, limit int) (wire.Rows, error) {
		at := order()
		out := wire.Rows{Offset: offset, Total: int64(len(at))}
		for i := offset; i < min(offset+int64(limit), int64(len(at))); i++ {
			out.Rows = append(out.Rows, wire.Row{ID: int64(at[i]) + 1, Cells: res.Rows[at[i]]})
		}
		return out, nil
	}
}
