// Package web holds what the server gives to browsers: the built files and the samples.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed sample
var sample embed.FS

// Dist is the built files: app.wasm, wasm_exec.js, styles, scripts and icons,
// some with a .br and a .gz beside them. Before `make wasm` it is empty but for .gitkeep.
var Dist = below(dist, "dist")

// Samples is the tables that can be tried with one click.
var Samples = below(sample, "sample")

func below(f embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // dir is a valid path, above
	}
	return sub
}
