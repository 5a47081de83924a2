package page

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// onRename asks for another name.
func (m *Models) onRename(ctx app.Context, _ app.Event) {
	m.naming, m.nameErr, m.busy = scope(ctx, "model"), "", false
}

func (m *Models) onRenameClose(app.Context, app.Event) { m.naming = "" }

// renameDialog draws the window for another name; nil if it is not open.
func (m *Models) renameDialog() app.UI {
	if m.naming == "" {
		return app.Div().Hidden(true)
	}
	return app.Div().Body(&ui.Dialog{ID: "rename", Title: "Rename " + m.name(m.naming), OnClose: m.onRenameClose, Content: []app.UI{
		app.Form().Class("stack").ID("rename-form").Attr("novalidate", "novalidate").OnSubmit(m.onRenameSave).Body(
			ui.Field("Name", "rename-name", app.Input().Type("text").AutoComplete(false).Value(m.name(m.naming)), "", m.nameErr),
			buttons("rename", "Rename", "", m.busy, m.onRenameClose),
		)}})
}

// onRenameSave gives the model its name, on the server and on this device.
func (m *Models) onRenameSave(_ app.Context, e app.Event) {
	e.PreventDefault()
	l := m.known(m.naming)
	if m.busy || l == nil {
		return
	}
	name, err := modelName(valueOf("rename-name"))
	if err != nil {
		m.nameErr = fault.Message(err)
		return
	}
	line, unsure := *l, m.unsure(l.ID)
	m.busy, m.nameErr = true, ""
	m.ctx.Async(func() {
		server, err := renameModel(line, unsure, name)
		m.ctx.Dispatch(func(ctx app.Context) {
			m.busy = false
			if err != nil {
				m.nameErr = fault.Message(err)
				return
			}
			m.naming = ""
			if l := m.line(line.ID); l != nil {
				l.Name, l.Server = name, l.Server && server
			}
			if m.open != nil && m.open.ID == line.ID {
				m.open.Name = name
			}
			if unsure && !server && m.unsure(line.ID) {
				ui.Toast(ctx, "warn", "On this device the name is "+name+". If the server has the model too, the name there holds as soon as it can be reached.")
				return
			}
			ui.Toast(ctx, "good", "The name is "+name+".")
		})
	})
}

// modelName checks a model's name by the server's rule.
func modelName(text string) (string, error) {
	name := strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.Newf(fault.Invalid, "A model needs a name.")
	case n > nameLimit:
		return "", fault.Newf(fault.Invalid, "The name has %d characters, want at most %d.", n, nameLimit)
	}
	return name, nil
}

// renameModel gives a model its name on the server, if that lists it or may have
// it, and on this device. Where the server has no such model, or it is unsure
// whether it has and can't be asked, the device's copy alone is renamed: server
// is false then. It blocks: call it in ctx.Async.
func renameModel(l modelLine, unsure bool, name string) (server bool, err error) {
	if l.Server || unsure {
		err = client.Get().Do("PATCH", "models/"+url.PathEscape(l.ID), wire.Rename{Name: name}, nil)
		code := fault.CodeOf(err)
		gone := code == fault.NotFound || code == fault.Unavailable && !l.Server
		if err != nil && !(l.Device && gone) {
			return false, err
		}
		server = err == nil
	}
	return server, renameOnDevice(l.ID, name)
}

// renameOnDevice gives the copy on this device another name, if there is one.
func renameOnDevice(id, name string) error {
	d, err := device.Model(id)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	d.Name = name
	return device.SaveModel(d)
}

// onDelete asks, then deletes the model wherever it is.
func (m *Models) onDelete(ctx app.Context, _ app.Event) {
	l := m.known(scope(ctx, "model"))
	if l == nil {
		return
	}
	line := *l
	ui.Confirm(m.ctx, ui.Question{
		Title: "Delete " + line.Name + "?", Text: removalWords(line), Yes: "Delete", Bad: true,
		Do: func(app.Context) { m.remove(line) },
	})
}

// removalWords says what goes with a model, and what stays.
func removalWords(l modelLine) string {
	where := "the server"
	switch {
	case !l.Server:
		return "It is only on this device, and can't be brought back."
	case l.Device:
		where = "the server and on this device"
	}
	return "It is deleted on " + where + ", with the cluster that is kept for each row, and can't be brought back. The dataset " + l.DataName + " stays as it is."
}

// remove deletes a model on the server first, so that it does not come back from there.
func (m *Models) remove(l modelLine) {
	m.ctx.Async(func() {
		var err error
		if l.Server {
			if err = client.Get().Do("DELETE", "models/"+url.PathEscape(l.ID), nil, nil); fault.CodeOf(err) == fault.NotFound {
				err = nil // somebody was quicker
			}
		}
		if err == nil {
			err = device.DeleteModel(l.ID)
		}
		m.ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				ui.Toast(ctx, "bad", l.Name+" was not deleted. "+fault.Message(err))
				return
			}
			ui.Toast(ctx, "good", l.Name+" was deleted.")
			m.drop(ctx, l.ID)
		})
	})
}

// drop takes a model out of the list. The keyboard goes to the line after it, or
// before; from the model itself to the list.
func (m *Models) drop(ctx app.Context, id string) {
	next := ""
	for i := range m.lines {
		if m.lines[i].ID != id {
			continue
		}
		m.lines = append(m.lines[:i:i], m.lines[i+1:]...)
		if len(m.lines) > 0 {
			next = m.lines[min(i, len(m.lines)-1)].ID
		}
		break
	}
	if m.opened == id {
		m.leave(ctx)
		return
	}
	m.focus(next)
}

// onForget takes the model off this device. It asks first unless the server is
// sure to have it.
func (m *Models) onForget(ctx app.Context, _ app.Event) {
	l := m.known(scope(ctx, "model"))
	if l == nil {
		return
	}
	line := *l
	if line.Server {
		m.forget(line)
		return
	}
	ui.Confirm(m.ctx, ui.Question{
		Title: "Remove " + line.Name + " from this device?", Yes: "Remove", Bad: true,
		Text: "The server can't be asked at present whether it has the model. A copy there stays; without one the model can't be brought back.",
		Do:   func(app.Context) { m.forget(line) },
	})
}

// forget takes a model off this device and leaves the server's copy.
func (m *Models) forget(l modelLine) {
	m.ctx.Async(func() {
		err := device.DeleteModel(l.ID)
		m.ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				ui.Toast(ctx, "bad", l.Name+" was not removed from this device. "+fault.Message(err))
				return
			}
			if m.opened == l.ID {
				m.kept = false
			}
			if at := m.line(l.ID); at != nil && at.Server {
				at.Device = false
				ui.Toast(ctx, "good", l.Name+" is on the server only. Opening it keeps it on this device again.")
				m.focus(l.ID)
				return
			}
			ui.Toast(ctx, "good", l.Name+" was removed from this device.")
			m.drop(ctx, l.ID)
		})
	})
}

// onDownload saves the file of a model that is on this device.
func (m *Models) onDownload(ctx app.Context, _ app.Event) {
	id := scope(ctx, "model")
	m.ctx.Async(func() {
		d, err := device.Model(id)
		var file []byte
		if err == nil {
			file, err = model.Encode(d)
		}
		m.ctx.Dispatch(func(ctx app.Context) {
			if err != nil {
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			saveFile(d.Name+".json", "application/json", string(file))
		})
	})
}

// saveFile has the browser save a text as a file.
func saveFile(name, kind, text string) {
	parts := app.Window().Get("Array").New()
	parts.Call("push", text)
	saveBlob(name, app.Window().Get("Blob").New(parts, map[string]any{"type": kind}))
}

// saveBlob has the browser save a Blob as a file.
func saveBlob(name string, blob app.Value) {
	address := app.Window().Get("URL").Call("createObjectURL", blob)
	a := app.Window().Get("document").Call("createElement", "a")
	a.Set("href", address)
	a.Set("download", name)
	a.Call("click")
	app.Window().Get("URL").Call("revokeObjectURL", address)
}
