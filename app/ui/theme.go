package ui

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// The themes; auto is as the system has it. web/theme.js reads the same key
// before the first paint.
var themes = []string{"auto", "light", "dark"}

// nextTheme gives the theme after this one, in the order of themes.
func nextTheme(theme string) string {
	for i, t := range themes {
		if t == theme {
			return themes[(i+1)%len(themes)]
		}
	}
	return themes[1]
}

// themeOf gives the theme that was chosen on this device.
func themeOf(ctx app.Context) string {
	var theme string
	if err := ctx.LocalStorage().Get(keyTheme, &theme); err != nil {
		app.Log(err)
	}
	if theme == "light" || theme == "dark" {
		return theme
	}
	return "auto"
}

// setTheme applies a theme and keeps it.
func setTheme(ctx app.Context, theme string) {
	root := app.Window().Get("document").Get("documentElement")
	if theme == "auto" {
		ctx.LocalStorage().Del(keyTheme)
		root.Call("removeAttribute", "data-theme")
		return
	}
	keep(ctx.LocalStorage(), keyTheme, theme)
	root.Call("setAttribute", "data-theme", theme)
}
