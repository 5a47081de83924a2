package page

import (
	"net/url"
	"slices"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// kept keeps the rows of a query on the server, so that what begins with it need
// not compute them again, and lists what is kept.
type kept struct {
	app.Compo

	Query string         // whose rows can be kept; "" if there is no answer
	Sets  []wire.Dataset // to say which versions are the newest

	ctx    app.Context // its own: that of an event ends with the button that it came from
	level  string      // where the next ones go
	list   []wire.Persisted
	ready  bool
	err    error  // why there is no list
	stamp  int    // counts what was asked of the server: only the last list counts
	busy   bool   // rows are being computed
	going  string // id of what is being let go
	wrong  string // with what was to be kept
	failed error  // why something was not let go
}

// keptLevels are the places for rows, in words. The first one is chosen at first.
var keptLevels = []struct{ value, text, hint string }{
	{wire.MemoryAndDisk, "Memory and disk", "Quick. On disk when the memory is needed; gone if the server stops before."},
	{wire.Memory, "Memory", "Quick. Gone when the server stops or the memory is needed."},
	{wire.Disk, "Disk", "Stays until you let it go."},
}

// OnInit chooses the first level.
func (k *kept) OnInit() { k.level = keptLevels[0].value }

// OnMount loads the list.
func (k *kept) OnMount(ctx app.Context) {
	k.ctx = ctx
	k.load()
}

// load asks what is kept. Outside of a browser there is nobody to ask.
func (k *kept) load() {
	if app.IsServer {
		return
	}
	k.stamp++
	stamp := k.stamp
	k.ctx.Async(func() {
		var list []wire.Persisted
		err := client.Get().Do("GET", "frames/persisted", nil, &list)
		k.ctx.Dispatch(func(app.Context) {
			if k.stamp == stamp {
				k.take(list, err)
			}
		})
	})
}

// take shows a list, or why there is none.
func (k *kept) take(list []wire.Persisted, err error) {
	if k.ready, k.err = true, err; err == nil {
		k.list = list
	}
}

func (k *kept) onRetry(app.Context, app.Event) {
	k.ready = false
	k.load()
}

func (k *kept) onLevel(app.Context, app.Event) { k.level, k.wrong = valueOf("kept-level"), "" }

// onKeep keeps the rows of the query, all of them: it runs once more.
func (k *kept) onKeep(_ app.Context, e app.Event) {
	e.PreventDefault()
	if k.busy || k.Query == "" {
		return
	}
	k.busy, k.wrong = true, ""
	in := wire.FramePersist{Steps: []wire.Step{{Op: "sql", SQL: k.Query}}, Level: k.level}
	k.ctx.Async(func() {
		var made wire.Persisted
		err := client.Get().Do("POST", "frames/persisted", in, &made)
		k.ctx.Dispatch(func(ctx app.Context) { k.done(ctx, made, err) })
	})
}

// done shows what was kept, or says why it was not. Others may have made room for it.
func (k *kept) done(ctx app.Context, made wire.Persisted, err error) {
	k.busy = false
	if err != nil {
		k.wrong = fault.Message(err)
		return
	}
	ui.Toast(ctx, "good", "Kept: "+manyRows(made.Rows)+", "+ui.Bytes(made.Bytes)+".")
	k.load()
}

// onLetGo lets rows go without a question: they can be computed again.
func (k *kept) onLetGo(p wire.Persisted) app.EventHandler {
	return func(app.Context, app.Event) {
		if k.going != "" {
			return
		}
		k.going, k.failed = p.ID, nil
		k.ctx.Async(func() {
			err := client.Get().Do("DELETE", "frames/persisted/"+url.PathEscape(p.ID), nil, nil)
			k.ctx.Dispatch(func(ctx app.Context) { k.gone(ctx, p, err) })
		})
	}
}

// gone takes rows from the list, also those that had gone by themselves before.
func (k *kept) gone(ctx app.Context, p wire.Persisted, err error) {
	k.going = ""
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		k.failed = err
		return
	}
	k.list = slices.DeleteFunc(slices.Clone(k.list), func(o wire.Persisted) bool { return o.ID == p.ID })
	ui.Toast(ctx, "good", "Let go: "+manyRows(p.Rows)+", "+ui.Bytes(p.Bytes)+".")
	focusOn(ctx, "kept-title") // the button is gone
	k.load()
}
