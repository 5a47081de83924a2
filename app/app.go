// Package app is what the user sees: the table of pages, and how they are served.
package app

import (
	goapp "github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/batch"
	"github.com/centroid-studio/centroid/app/page"
	"github.com/centroid-studio/centroid/app/private"
	"github.com/centroid-studio/centroid/app/worker"
)

// pages says which component is drawn at which path.
var pages = []struct {
	Path string
	Page goapp.Composer
}{
	{"/", &page.Landing{}},
	{"/login", &page.Login{}},
	{"/register", &page.Register{}},
	{"/account", &page.Account{}},
	{"/data", &page.Data{}},
	{"/explore", &page.Explore{}},
	{"/train", &page.Train{}},
	{"/predict", &page.Predict{}},
	{"/models", &page.Models{}},
	{"/private", &page.Private{}},
}

// Routes registers all pages. Call it once, in the browser and on the server.
func Routes() {
	for _, p := range pages {
		goapp.Route(p.Path, p.Page)
	}
}

// Handlers registers all that workers can be asked. Call it once, in the page and
// in each worker.
func Handlers() {
	worker.Handle("worker.memory", worker.Func(worker.MemoryOf))
	private.Handle()
	batch.Handle()
}

// Paths lists the paths of all pages.
func Paths() []string {
	out := make([]string, len(pages))
	for i, p := range pages {
		out[i] = p.Path
	}
	return out
}
