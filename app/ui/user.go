package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/shared/wire"
)

// remembered is who is logged in, as the browser's storage keeps it for a page
// that is opened without the server. It is not a proof of anything.
type remembered struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SetUser notes who is logged in, for all pages, and that the models on this
// device are theirs.
func SetUser(ctx app.Context, u wire.User) {
	device.SetOwner(u.ID)
	ctx.SetState(stateUser, u.Username)
	keep(ctx.LocalStorage(), keyUser, remembered{ID: u.ID, Name: u.Username})
}

// ForgetUser notes that nobody is logged in: models stay on this device, but
// nobody's are listed. With all it also forgets what the user was at, so that
// the next one begins afresh.
func ForgetUser(ctx app.Context, all bool) {
	device.SetOwner("")
	ctx.SetState(stateUser, "")
	ctx.LocalStorage().Del(keyUser)
	if all {
		for _, key := range []string{keyDataset, KeyQuery, KeyQueries} {
			ctx.LocalStorage().Del(key)
		}
		ctx.SessionStorage().Clear()
	}
}

// User gives the name of who is logged in as far as this window knows; "" for
// nobody. It is for showing only.
func User(ctx app.Context) string {
	var name string
	ctx.GetState(stateUser, &name)
	return name
}

// rememberedUser gives who was logged in when the last window was closed.
func rememberedUser(ctx app.Context) (r remembered) {
	if err := ctx.LocalStorage().Get(keyUser, &r); err != nil {
		app.Log(err)
	}
	return r
}

// Next gives, once, the page to go to after logging in.
func Next(ctx app.Context) string {
	var next string
	if err := ctx.SessionStorage().Get(keyNext, &next); err != nil {
		app.Log(err)
	}
	ctx.SessionStorage().Del(keyNext)
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/data"
	}
	return next
}

// SetNext has Next give path, with its fragment.
func SetNext(ctx app.Context, path string) { keep(ctx.SessionStorage(), keyNext, path) }

// keep stores what costs only comfort when the storage is full.
func keep(s app.BrowserStorage, key string, value any) {
	if err := s.Set(key, value); err != nil {
		app.Log(err)
	}
}

// ObserveUser keeps *name the name of who is logged in as long as the page is mounted.
func ObserveUser(ctx app.Context, name *string) { ctx.ObserveState(stateUser).Value(name) }
