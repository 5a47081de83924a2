//go:build !wasm

package client

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
)

// browser gives a transport that reaches nothing: there is no browser.
func browser() Transport { return nowhere{} }

// listen does nothing: no network comes and goes here.
func listen(*Client) {}

type nowhere struct{}

func (nowhere) Fetch(string, string, []byte, <-chan struct{}) (Response, error) {
	return Response{}, errPlain
}

func (nowhere) Dial(_ string, _ func(), _ func([]byte), shut func()) Socket {
	go shut()
	return closedSocket{}
}

type closedSocket struct{}

func (closedSocket) Send([]byte) error { return errPlain }
func (closedSocket) Close()            {}

func send(request) (Response, error) { return Response{}, errPlain }

func blob(string) app.Value { return nil }

// errPlain is what the browser's parts give outside of a browser.
var errPlain = fault.Newf(fault.Unavailable, "There is no browser here.")
