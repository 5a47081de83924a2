package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/wire"
)

// SetUser notes who is logged in, for all pages.
func SetUser(ctx app.Context, u wire.User) {
	ctx.SetState(stateUser, u.Username)
	keep(ctx.LocalStorage(), keyUser, u.Username)
}

// ForgetUser notes that nobody is logged in. With all it also forgets what
// the user was at, so that the next one begins afresh.
func ForgetUser(ctx app.Context, all bool) {
	ctx.SetState(stateUser, "")
	ctx.LocalStorage().Del(keyUser)
	if all {
		ctx.LocalStorage().Del(keyDataset)
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
func rememberedUser(ctx app.Context) string {
	var name string
	if err := ctx.LocalStorage().Get(keyUser, &name); err != nil {
		app.Log(err)
	}
	return name
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
func keep(s app.BrowserStorage, key, value string) {
	if err := s.Set(key, value); err != nil {
		app.Log(err)
	}
}

// ObserveUser keeps *name the name of who is logged in as long as the page is mounted.
func ObserveUser(ctx app.Context, name *string) { ctx.ObserveState(stateUser).Value(name) }
