//go:build !wasm

package app

import (
	"strings"
	"time"

	goapp "github.com/maxence-charriere/go-app/v9/pkg/app"
)

// WasmLength is the header that tells the size of app.wasm before compression,
// for the bar that shows how far the first visit has loaded.
const WasmLength = "X-Wasm-Length"

// Styles is the style sheets of every page, in order.
var Styles = []string{"/web/pico.min.css", "/web/app.css"}

// scripts is the scripts of every page: the theme before the first paint, what
// app.wasm imports before go-app's own scripts, which wait, the charts after it.
var scripts = []string{"/web/theme.js", "/web/loader.js", "/web/charts.js defer"}

// updateEvery is how often a page that stays open looks for a newer version.
const updateEvery = 10 * time.Minute

// Handler gives go-app's handler for the pages, app.js and the service worker.
// version is that of the app in browsers: another one makes them load everything
// anew. All under /web/, /wasm_exec.js and /manifest.webmanifest are the caller's
// to serve, with app.wasm's size in the header WasmLength. Routes comes first.
func Handler(version string) *goapp.Handler {
	return &goapp.Handler{
		Name:        "Centroid",
		ShortName:   "Centroid",
		Title:       "Centroid",
		Description: "A table becomes clusters, live, and the clusters become a prediction that runs in the browser.",
		Lang:        "en",
		Icon: goapp.Icon{
			Default:    "/web/icon-192.png",
			Large:      "/web/icon-512.png",
			SVG:        "/web/icon.svg",
			AppleTouch: "/web/icon-192.png",
		},
		BackgroundColor:         "#f7f6f3",
		ThemeColor:              "#f7f6f3",
		LoadingLabel:            "Loading, {progress} %",
		Styles:                  append([]string(nil), Styles...),
		Scripts:                 append([]string(nil), scripts...),
		CacheableResources:      cached(),
		AutoUpdateInterval:      updateEvery,
		Version:                 version,
		WasmContentLengthHeader: WasmLength,
		ServiceWorkerTemplate:   serviceWorker(),
		Resources:               resources{},
	}
}

// serviceWorker is go-app's service worker, but calls to the server pass it by: there
// is nothing of them in its cache, and an upload that went through it would not
// tell how far it is. A page is kept whatever query a link to it has. A worker
// that the browser lets wait takes over when the user asks for the newer version.
func serviceWorker() string {
	const fetch, match = `self.addEventListener("fetch", (event) => {`, `caches.match(event.request)`
	return strings.NewReplacer(
		fetch, fetch+`
  if (new URL(event.request.url).pathname.startsWith("/api/")) return;`,
		match, `caches.match(event.request, { ignoreSearch: event.request.mode === "navigate" })`).Replace(goapp.DefaultAppWorkerJS) + `
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
`
}

// cached is what opens without a server besides the styles, scripts and icons:
// every page, for the service worker keeps exact paths.
func cached() []string {
	return append([]string{"/web/icon.svg", "/web/worker.js", "/web/loader.js", "/web/penguins.csv"}, Paths()...)
}

// resources says where the files are; serving them is not go-app's.
type resources struct{}

func (resources) Package() string { return "" }
func (resources) Static() string  { return "" }
func (resources) AppWASM() string { return "/web/app.wasm" }
