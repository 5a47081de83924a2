package page

import (
	"net/url"
	"strings"

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
	id, name := m.naming, strings.TrimSpace(valueOf("rename-name"))
	if m.busy || id == "" {
		return
	}
	if name == "" {
		m.nameErr = "A model needs a name."
		return
	}
	l := m.line(id)
	onServer := l == nil || l.Server || m.listErr != nil
	m.busy, m.nameErr = true, ""
	m.ctx.Async(func() {
		var err error
		if onServer {
			err = client.Get().Do("PATCH", "models/"+url.PathEscape(id), wire.Rename{Name: name}, nil)
		}
		if err == nil {
			err = renameOnDevice(id, name)
		}
		m.ctx.Dispatch(func(ctx app.Context) {
			m.busy = false
			if err != nil {
				m.nameErr = fault.Message(err)
				return
			}
			m.naming = ""
			if l := m.line(id); l != nil {
				l.Name = name
			}
			if m.open != nil && m.open.ID == id {
				m.open.Name = name
			}
			ui.Toast(ctx, "good", "The name is "+name+".")
		})
	})
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

// onDelete asks, then deletes the model wherever it can be reached.
func (m *Models) onDelete(ctx app.Context, _ app.Event) {
	id := scope(ctx, "model")
	l := m.line(id)
	if l == nil {
		return
	}
	line, away := *l, m.listErr != nil
	ui.Confirm(m.ctx, ui.Question{
		Title: "Delete " + line.Name + "?", Text: removalWords(line, away), Yes: "Delete", Bad: true,
		Do: func(app.Context) { m.remove(line) },
	})
}

// removalWords says what goes with a model, and what stays.
func removalWords(l modelLine, away bool) string {
	switch {
	case l.Server && l.Device:
		return "It is deleted on the server and on this device, and can't be brought back. The dataset stays."
	case l.Server:
		return "It is deleted on the server, and can't be brought back. The dataset stays."
	case away:
		return "It is taken off this device. A copy on the server, which can't be reached, stays."
	}
	return "It is only on this device, and can't be brought back."
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
			for i := range m.lines {
				if m.lines[i].ID == l.ID {
					m.lines = append(m.lines[:i:i], m.lines[i+1:]...)
					break
				}
			}
			ui.Toast(ctx, "good", l.Name+" was deleted.")
			if m.opened == l.ID {
				m.leave(ctx)
			}
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
	blob := app.Window().Get("Blob").New(parts, map[string]any{"type": kind})
	address := app.Window().Get("URL").Call("createObjectURL", blob)
	a := app.Window().Get("document").Call("createElement", "a")
	a.Set("href", address)
	a.Set("download", name)
	a.Call("click")
	app.Window().Get("URL").Call("revokeObjectURL", address)
}
