// Command wasm is the browser's build of Centroid.
package main

import (
	goapp "github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app"
	"github.com/centroid-studio/centroid/app/worker"
)

func main() {
	app.Handlers()
	if worker.Inside() {
		worker.Serve()
	}
	app.Routes()
	goapp.RunWhenOnBrowser()
}
