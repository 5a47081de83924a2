package page

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// historyPage is how many versions are listed at once.
const historyPage = 20

// history shows who made each version of a dataset, when and of what, the
// models that were trained on it, and how two versions differ; it restores old
// versions and takes changes back.
type history struct {
	app.Compo

	ctx app.Context // its own: that of an event ends with the button or the dialog that it came from

	Set      wire.Dataset                    // the version that the page shows
	OnChange func(app.Context, wire.Dataset) // takes the version that was made here

	shown string // dataset and newest version that were asked for last
	list  wire.History
	err   error
	ready bool
	busy  bool // a change is under way

	from, to int // the versions that are compared; 0 for none
	diff     wire.Diff
	diffErr  error
	diffed   bool
}

// OnMount loads the newest versions.
func (h *history) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	h.ctx = ctx
	h.OnUpdate(ctx)
}

// OnUpdate loads anew when there is another version.
func (h *history) OnUpdate(ctx app.Context) {
	key := h.Set.ID + "/" + strconv.Itoa(h.Set.Newest)
	if h.shown == key {
		return
	}
	if !strings.HasPrefix(h.shown, h.Set.ID+"/") {
		h.list, h.ready, h.from, h.to = wire.History{}, false, 0, 0
	}
	h.shown = key
	h.load(ctx, 0)
}

func (h *history) path(rest string) string { return "datasets/" + url.PathEscape(h.Set.ID) + rest }

// load asks for versions below before and adds them; 0 begins with the newest.
func (h *history) load(ctx app.Context, before int) {
	shown := h.shown
	path := h.path(fmt.Sprintf("/history?limit=%d&before=%d", historyPage, before))
	ctx.Async(func() {
		var list wire.History
		err := client.Get().Do("GET", path, nil, &list)
		ctx.Dispatch(func(app.Context) {
			if h.shown != shown {
				return // there is another version by now
			}
			h.ready, h.err = true, err
			if err != nil {
				return
			}
			if before > 0 {
				list.Revisions = append(h.list.Revisions, list.Revisions...)
			}
			h.list = list
		})
	})
}

// change sends a change and hands on the version that it made.
func (h *history) change(what string, body any) {
	if h.busy {
		return
	}
	h.busy = true
	ctx := h.ctx
	path := h.path("/" + what)
	ctx.Async(func() {
		var made wire.Dataset
		err := client.Get().Do("POST", path, body, &made)
		ctx.Dispatch(func(ctx app.Context) {
			h.busy = false
			if err != nil {
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			ui.Toast(ctx, "good", changeWords(made))
			h.OnChange(ctx, made)
		})
	})
}

func (h *history) onUndo(app.Context, app.Event) { h.change("undo", nil) }
func (h *history) onRedo(app.Context, app.Event) { h.change("redo", nil) }

func (h *history) onRestore(ctx app.Context, _ app.Event) {
	n := scopeInt(ctx, "version")
	ui.Confirm(h.ctx, ui.Question{
		Title: fmt.Sprintf("Restore version %d?", n),
		Text:  fmt.Sprintf("Version %d becomes a copy of it. All versions stay, and undo brings back what is there now.", h.list.Newest+1),
		Yes:   "Restore version " + strconv.Itoa(n),
		Do:    func(app.Context) { h.change("restore", wire.Restore{Version: n}) },
	})
}

func (h *history) onOlder(ctx app.Context, _ app.Event) {
	if n := len(h.list.Revisions); n > 0 {
		h.load(ctx, h.list.Revisions[n-1].Version)
	}
}

func (h *history) onRetry(ctx app.Context, _ app.Event) { h.load(ctx, 0) }

// onCompare compares a version with the one before it, or with the newest.
func (h *history) onCompare(ctx app.Context, _ app.Event) {
	n := scopeInt(ctx, "version")
	if n == 1 {
		h.compare(ctx, 1, h.list.Newest)
		return
	}
	h.compare(ctx, n-1, n)
}

func (h *history) onFrom(ctx app.Context, _ app.Event) {
	if n := versionOf(ctx.JSSrc().Get("value").String()); n > 0 {
		h.compare(ctx, n, h.to)
	}
}

func (h *history) onTo(ctx app.Context, _ app.Event) {
	if n := versionOf(ctx.JSSrc().Get("value").String()); n > 0 {
		h.compare(ctx, h.from, n)
	}
}

func (h *history) onCloseDiff(app.Context, app.Event) { h.from, h.to = 0, 0 }

// compare shows how the version to differs from another.
func (h *history) compare(ctx app.Context, from, to int) {
	h.from, h.to, h.diffed, h.diffErr, h.diff = from, to, false, nil, wire.Diff{}
	h.loadDiff(ctx, 0)
}

// loadDiff asks for a window of the rows that differ.
func (h *history) loadDiff(ctx app.Context, offset int64) {
	from, to, shown := h.from, h.to, h.Set.ID
	path := h.path(fmt.Sprintf("/diff?from=%d&to=%d&offset=%d&limit=%d", from, to, offset, rowsPage))
	ctx.Async(func() {
		var d wire.Diff
		err := client.Get().Do("GET", path, nil, &d)
		ctx.Dispatch(func(ctx app.Context) {
			if h.from != from || h.to != to || h.Set.ID != shown {
				return // the user has gone on
			}
			if h.diffErr = err; err == nil {
				h.diff, h.diffed = d, true
				ui.Say(ctx, diffWords(d))
			}
		})
	})
}

func (h *history) onDiffPrevious(ctx app.Context, _ app.Event) {
	h.loadDiff(ctx, max(0, h.diff.Offset-rowsPage))
}

func (h *history) onDiffNext(ctx app.Context, _ app.Event) { h.loadDiff(ctx, h.diff.Offset+rowsPage) }

func (h *history) onDiffRetry(ctx app.Context, _ app.Event) { h.loadDiff(ctx, h.diff.Offset) }
