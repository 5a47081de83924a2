//go:build !wasm

package worker

import (
	"errors"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// content is that of a file outside of a browser.
type content []byte

func (c content) read(from, to int64) ([]byte, error) { return c[from:to], nil }

// NewFile makes a file of bytes.
func NewFile(name string, b []byte) *File { return &File{name, int64(len(b)), b} }

func connect(*Worker) (port, error) {
	return nil, errors.New("there are no workers outside of a browser")
}

// FileOf gives the File that v is in JavaScript, which there is in browsers only.
func FileOf(app.Value) *File { return nil }

// Inside reports whether this program runs in a worker.
func Inside() bool { return false }

// Serve answers the calls of the page that started this worker.
func Serve() {}
