package ui

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Names of what pages and the shell share: states live as long as the window,
// keys in the browser's storage.
const (
	stateSay    = "ui.say"
	stateToasts = "ui.toasts"
	stateAsk    = "ui.ask"
	stateOnline = "ui.online"
	stateUser   = "ui.user"

	keyUser    = "user"    // local storage: remembered
	keyTheme   = "theme"   // local storage: light or dark; read by theme.js too
	keyDataset = "dataset" // local storage: what was used last
	keyNext    = "next"    // session storage: where to go after logging in
)

// Keys in local storage of what else is the user's own: it goes with them.
const (
	KeyQuery   = "query"   // the SQL that is being written
	KeyQueries = "queries" // what was asked in SQL before
)

// Say has a screen reader say text when it is next silent. Call it at most
// every other second for what goes on by itself.
func Say(ctx app.Context, text string) {
	var last string
	ctx.GetState(stateSay, &last)
	if last == text {
		text += "\u00a0" // the same words again are news only if the text differs
	}
	ctx.SetState(stateSay, text)
}

// toast is a short message that goes by itself, unless it is bad.
type toast struct {
	ID   int64
	Kind string
	Text string
}

// toastLife is how long a message stays.
const toastLife = 6 * time.Second

// Toast shows text at the edge of the window. Kind is good, warn, bad or "". A
// bad one stays until it is closed.
func Toast(ctx app.Context, kind, text string) {
	var all []toast
	ctx.GetState(stateToasts, &all)
	if len(all) > 3 {
		all = all[len(all)-3:]
	}
	t := toast{ID: lastToast.Add(1), Kind: kind, Text: text}
	ctx.SetState(stateToasts, append(append([]toast(nil), all...), t))
}

// lastToast is the newest message's id.
var lastToast atomic.Int64

func dropToast(ctx app.Context, id int64) {
	var all, rest []toast
	ctx.GetState(stateToasts, &all)
	for _, t := range all {
		if t.ID != id {
			rest = append(rest, t)
		}
	}
	ctx.SetState(stateToasts, rest)
}

// Question is what Confirm asks.
type Question struct {
	Title string // names the thing: "Delete penguins?"
	Text  string // what goes with it, and what stays
	Yes   string // the button that does it: "Delete"; the other one is Cancel
	Bad   bool   // it destroys something: the button is red
	Do    func(app.Context)
}

// Confirm asks before something is done. Do runs, with the page's own context,
// when the user says yes; the keyboard's focus goes back where it was.
func Confirm(ctx app.Context, q Question) {
	do := q.Do
	q.Do = func(app.Context) {
		if do != nil {
			ctx.Dispatch(do)
		}
	}
	ctx.SetState(stateAsk, q)
}

// CurrentDataset gives the id of the dataset that was used last; "" if none was.
func CurrentDataset(ctx app.Context) string {
	var id string
	if err := ctx.LocalStorage().Get(keyDataset, &id); err != nil {
		app.Log(err)
	}
	return id
}

// SetCurrentDataset makes id the dataset that other pages begin with.
func SetCurrentDataset(ctx app.Context, id string) {
	if err := ctx.LocalStorage().Set(keyDataset, id); err != nil {
		app.Log(err) // a full storage costs only the comfort
	}
}

// Online reports whether the server was reached last time. It is true until
// something fails.
func Online(ctx app.Context) bool {
	var offline bool
	ctx.GetState(stateOnline, &offline)
	return !offline
}

func (t toast) key() string { return "toast-" + strconv.FormatInt(t.ID, 10) }
