package page

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
)

// leastPassword is how many characters a password must have; the server holds to it too.
const leastPassword = 10

// wrongs says what is wrong with the fields of a form, by their ids.
type wrongs map[string]string

// first gives the first of ids that is wrong; "" if none is.
func (w wrongs) first(ids ...string) string {
	for _, id := range ids {
		if w[id] != "" {
			return id
		}
	}
	return ""
}

// show puts the keyboard on the first wrong field and says what is wrong with
// it. It reports whether any is.
func (w wrongs) show(ctx app.Context, ids ...string) bool {
	id := w.first(ids...)
	if id == "" {
		return false
	}
	ui.Say(ctx, w[id])
	focusOn(ctx, id)
	return true
}

// focusOn gives the keyboard to an element when the page is drawn.
func focusOn(ctx app.Context, id string) {
	ctx.Defer(func(app.Context) {
		if el := app.Window().GetElementByID(id); el.Truthy() {
			el.Call("focus")
		}
	})
}

// wrongsOf splits an error of the server: what belongs to one of the fields,
// by their names there, and what does not.
func wrongsOf(err error, ids map[string]string) (wrongs, error) {
	var e *fault.Error
	if errors.As(err, &e) && e.Field != "" {
		name := e.Field[strings.LastIndexByte(e.Field, '.')+1:]
		if id := ids[name]; id != "" {
			return wrongs{id: e.Msg}, nil
		}
	}
	return nil, err
}

// checkNew finds what is wrong with a password that is typed twice.
func checkNew(w wrongs, password, again, passwordID, againID string) {
	switch n := utf8.RuneCountInString(password); {
	case n == 0:
		w[passwordID] = "Type a password of at least 10 characters."
	case n < leastPassword:
		w[passwordID] = "The password has " + plural(n, "character") + ", it needs at least 10. A sentence is easy to remember."
	case again != password:
		w[againID] = "The two passwords differ. Type the same one again."
	}
}

// plural writes a count with its noun.
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return ui.Whole(int64(n)) + " " + noun
}

// empty takes the text out of fields.
func empty(ids ...string) {
	for _, id := range ids {
		app.Window().GetElementByID(id).Set("value", "")
	}
}

// textField gives an input for a text. It is not told its value: go-app trims
// what it sets, and would eat a space that is typed quickly. Like all fields
// here it has no name, so that nothing of it can get into an address before
// the app is loaded. complete is what password managers go by.
func textField(kind, complete string, onInput app.EventHandler) app.HTMLInput {
	return app.Input().Type(kind).Attr("autocomplete", complete).Attr("autocapitalize", "none").
		Attr("spellcheck", "false").Aria("required", "true").OnInput(onInput)
}

// passwordField draws a field for a password; complete is current-password or new-password.
func passwordField(label, id, complete string, visible bool, onInput app.EventHandler, hint, wrong string) app.UI {
	kind := "password"
	if visible {
		kind = "text"
	}
	return ui.Field(label, id, textField(kind, complete, onInput), hint, wrong)
}

// errorPlace draws err in a place of its own, which is there without an error
// too: go-app goes by positions, and a box that comes between would make each
// field below the one after it, with what was typed there, a password too.
func errorPlace(err error, retry app.EventHandler) app.UI {
	if err == nil {
		return app.Div().Hidden(true)
	}
	return app.Div().Body(ui.ErrorBox(err, retry))
}

// showBox draws the box that shows passwords as they are typed.
func showBox(id string, visible bool, onChange app.EventHandler) app.UI {
	return app.Label().Class("check").Body(
		app.Input().Type("checkbox").ID(id).Checked(visible).OnChange(onChange), app.Text("Show what I type"))
}

// submit draws the button that sends a form.
func submit(text, icon string, busy bool) app.UI {
	b := app.Button().Type("submit").Class("lg")
	if busy {
		b = b.Aria("busy", "true").Disabled(true)
	}
	return b.Body(ui.Icon(icon), app.Text(text))
}

// oneOf reports whether err has one of the codes.
func oneOf(err error, codes ...fault.Code) bool { return slices.Contains(codes, fault.CodeOf(err)) }
