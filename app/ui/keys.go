package ui

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// places are the pages that g and a letter lead to.
var places = map[string]string{"d": "/data", "e": "/explore", "t": "/train", "p": "/predict", "m": "/models", "v": "/private"}

// placeWait is how many milliseconds after g the letter may come.
const placeWait = 1500

// keys reads single keys as commands. Its zero value waits for the first.
type keys struct {
	armed bool // g was the last key
	at    float64
}

// command is what a key asks for.
type command int

const (
	noCommand command = iota
	searchCommand
	helpCommand
	goCommand
	closeCommand
)

// Press takes a key at a time in milliseconds. With goCommand, path is where to.
func (k *keys) Press(key string, at float64) (c command, path string) {
	armed := k.armed && at-k.at <= placeWait
	k.armed = false
	if p := places[key]; armed && p != "" {
		return goCommand, p
	}
	switch key {
	case "g":
		k.armed, k.at = true, at
	case "/":
		return searchCommand, ""
	case "?":
		return helpCommand, ""
	case "Escape":
		return closeCommand, ""
	}
	return noCommand, ""
}

// busyKeys matches where single keys are text or belong to a control.
const busyKeys = "input:not([type=checkbox],[type=radio],[type=range],[type=button]),textarea,select,[contenteditable=true],dialog *"

// listenKeys has fn called for the commands that are typed anywhere but into
// text, until stop is called. fn returns true if the key did something.
func listenKeys(fn func(c command, path string) bool) (stop func()) {
	var k keys
	on := app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		for _, p := range []string{"defaultPrevented", "ctrlKey", "altKey", "metaKey", "isComposing"} {
			if e.Get(p).Truthy() {
				return nil
			}
		}
		target := e.Get("target")
		if target.Get("matches").Truthy() && target.Call("matches", busyKeys).Truthy() {
			return nil
		}
		if c, path := k.Press(e.Get("key").String(), e.Get("timeStamp").Float()); c != noCommand && fn(c, path) {
			e.Call("preventDefault")
		}
		return nil
	})
	app.Window().Call("addEventListener", "keydown", on)
	return func() {
		app.Window().Call("removeEventListener", "keydown", on)
		on.Release()
	}
}

// focusSearch puts the keyboard into the page's search field, if it has one.
func focusSearch() bool {
	field := app.Window().Get("document").Call("querySelector", "main input[type=search]")
	if !field.Truthy() {
		return false
	}
	field.Call("focus")
	field.Call("select")
	return true
}

// closeMenu closes an open menu and gives the keyboard to its button.
func closeMenu() bool {
	menu := app.Window().Get("document").Call("querySelector", "details.menu[open]")
	if !menu.Truthy() {
		return false
	}
	menu.Set("open", false)
	menu.Call("querySelector", "summary").Call("focus")
	return true
}

// help lists the keys.
var help = [][2]string{
	{"/", "Search on this page"},
	{"g d", "Go to Data"},
	{"g e", "Go to Explore"},
	{"g t", "Go to Train"},
	{"g p", "Go to Predict"},
	{"g m", "Go to Models"},
	{"g v", "Go to Private"},
	{"Esc", "Close what is open"},
	{"?", "This list"},
	{"Arrows", "In a table: move from cell to cell"},
	{"Enter", "In a table: edit the cell, or sort by the column"},
	{"Delete", "In a table: delete the row"},
}

// helpDialog shows the list of keys.
func helpDialog(onClose app.EventHandler) app.UI {
	var lines []app.UI
	for _, h := range help {
		lines = append(lines, app.Div().Body(app.Dt().Body(app.Kbd().Text(h[0])), app.Dd().Text(h[1])))
	}
	return &Dialog{ID: "keys", Title: "Keyboard", OnClose: onClose, Content: []app.UI{
		app.Dl().Class("keys").Body(lines...),
		app.Div().Class("row").Body(app.Button().Type("button").Class("secondary").OnClick(onClose).Text("Close")),
	}}
}
