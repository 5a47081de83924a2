// Command wasm is the browser's build of Centroid.
package main

import (
	goapp "github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app"
)

func main() {
	app.Routes()
	goapp.RunWhenOnBrowser()
}
