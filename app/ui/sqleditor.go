package ui

import (
	"encoding/json"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// SQLTable is a table that a query may name.
type SQLTable struct {
	Name    string      `json:"name"`
	Columns []SQLColumn `json:"columns"`
}

// SQLColumn is a column of it.
type SQLColumn struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// SQLText is a text that is put into the editor when its Stamp is another one.
type SQLText struct {
	Text  string
	Stamp int
}

// SQLPlace is a place that is at fault, marked when its Stamp is another one: line
// and column from 1; line 0 marks none.
type SQLPlace struct{ Line, Column, Stamp int }

// SQLEditor is a text field for SQL with colours and completion. It is another
// script, web/sql.js, which is loaded when the first editor is shown.
type SQLEditor struct {
	app.Compo

	ID     string
	Label  string
	Begin  string     // the text that it opens with
	Text   SQLText    // another one
	Tables []SQLTable // that can be completed, the likeliest first
	Fault  SQLPlace

	OnChange func(ctx app.Context, text string)
	OnRun    func(ctx app.Context) // Ctrl and Enter

	ctx    app.Context
	open   bool
	failed bool
	shown  string // Tables
	at     SQLPlace
	text   int // Text.Stamp
	funcs  []app.Func
}

const (
	sqlScript = "/web/sql.js"
	sqlLoaded = "centroidsql"
)

// OnMount opens the editor as soon as its script is there.
func (e *SQLEditor) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	e.ctx, e.text, e.at = ctx, e.Text.Stamp, e.Fault
	if _, ok := sqlBridge(); ok {
		e.begin()
		return
	}
	loaded := e.hear(func() { e.begin() })
	app.Window().Call("addEventListener", sqlLoaded, loaded)
	e.load()
}

// hear makes a function that the browser calls; it is given back with the editor.
func (e *SQLEditor) hear(fn func()) app.Func {
	f := app.FuncOf(func(app.Value, []app.Value) any {
		fn()
		return nil
	})
	e.funcs = append(e.funcs, f)
	return f
}

// load asks for the script.
func (e *SQLEditor) load() {
	doc := app.Window().Get("document")
	script := doc.Call("createElement", "script")
	script.Set("src", sqlScript)
	script.Set("onerror", e.hear(func() {
		e.ctx.Dispatch(func(app.Context) { e.failed = true })
	}))
	doc.Get("head").Call("appendChild", script)
}

func (e *SQLEditor) onRetry(app.Context, app.Event) {
	e.failed = false
	e.load()
}

func sqlBridge() (app.Value, bool) {
	b := app.Window().Get("centroidSQL")
	return b, b.Truthy()
}

// begin opens the editor.
func (e *SQLEditor) begin() {
	bridge, ok := sqlBridge()
	if !ok || e.open || !e.Mounted() {
		return
	}
	e.open = true
	on := app.Window().Get("Object").New()
	on.Set("run", e.hear(func() { e.ctx.Emit(func() { e.OnRun(e.ctx) }) }))
	changed := app.FuncOf(func(_ app.Value, args []app.Value) any {
		text := args[0].String()
		e.ctx.Dispatch(func(ctx app.Context) { e.OnChange(ctx, text) })
		return nil
	})
	e.funcs = append(e.funcs, changed)
	on.Set("changed", changed)
	bridge.Call("open", e.host(), e.Begin, e.Label, on)
	e.tell(bridge)
}

func (e *SQLEditor) host() app.Value { return app.Window().GetElementByID(e.ID) }

// OnUpdate hands on what has changed.
func (e *SQLEditor) OnUpdate(app.Context) {
	if bridge, ok := sqlBridge(); ok && e.open {
		e.tell(bridge)
	}
}

// tell tells the script what it does not know yet.
func (e *SQLEditor) tell(bridge app.Value) {
	text, err := json.Marshal(e.Tables)
	if err != nil {
		panic(err) // tables are strings
	}
	if string(text) != e.shown {
		e.shown = string(text)
		bridge.Call("tables", e.host(), app.Window().Get("JSON").Call("parse", e.shown))
	}
	if e.Text.Stamp != e.text {
		e.text = e.Text.Stamp
		bridge.Call("set", e.host(), e.Text.Text)
	}
	if e.Fault != e.at {
		e.at = e.Fault
		bridge.Call("fault", e.host(), e.Fault.Line, e.Fault.Column)
	}
}

// OnDismount gives the editor back.
func (e *SQLEditor) OnDismount() {
	if app.IsServer {
		return
	}
	if bridge, ok := sqlBridge(); ok && e.open {
		bridge.Call("close", e.host())
	}
	e.open = false
	for _, f := range e.funcs {
		app.Window().Call("removeEventListener", sqlLoaded, f)
		f.Release()
	}
	e.funcs = nil
}

// Render draws the editor's place.
func (e *SQLEditor) Render() app.UI {
	return app.Div().Body(
		app.Div().Class("sqlbox").ID(e.ID).Hidden(e.failed),
		app.Div().Class("banner warn").ID(e.ID+"-away").Attr("role", "alert").Hidden(!e.failed).Body(
			Icon("off"), app.Span().Class("grow").Text("The editor could not be loaded: the server can't be reached."),
			app.Button().Type("button").Class("secondary").OnClick(e.onRetry).Body(Icon("again"), app.Text("Try again"))),
	)
}

// SQLName writes a table's or a column's name as SQL wants it.
func SQLName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
