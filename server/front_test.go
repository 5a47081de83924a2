package main

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/httpd"
	"github.com/centroid-studio/centroid/server/obs"
)

// TestBodiesThatDoNotCome promise a body to a handler that does not want it, and
// send none: they are answered, and the connection is closed.
func TestBodiesThatDoNotCome(t *testing.T) {
	handler, err := httpd.New(httpd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := newFront(l, handler, obs.NewMetrics("test"), slog.New(slog.DiscardHandler))
	if f.server.ReadTimeout <= 0 {
		t.Fatal("reading a request may take for ever")
	}
	f.server.ReadTimeout = 50 * time.Millisecond
	f.start(make(chan error, 1))
	defer f.stop()
	for request, want := range map[string]int{
		"POST /nothing":         http.StatusMethodNotAllowed,
		"POST /api/v1/datasets": http.StatusUnauthorized,
		"GET /healthz":          http.StatusOK,
		"GET //healthz":         http.StatusTemporaryRedirect,
	} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil { // so that the test ends when it fails
			t.Fatal(err)
		}
		fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", request)
		in := bufio.NewReader(c)
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Errorf("%s: %v", request, err)
			continue
		}
		if _, err := in.Discard(1 << 20); res.StatusCode != want || err == nil {
			t.Errorf("%s = %d, want %d and the end of the connection", request, res.StatusCode, want)
		}
	}
}
