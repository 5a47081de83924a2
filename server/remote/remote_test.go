package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

func serve(t *testing.T, h http.HandlerFunc) (url string, at netip.AddrPort) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL, netip.MustParseAddrPort(s.Listener.Addr().String())
}

func TestPublic(t *testing.T) {
	for _, s := range []string{"8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "172.32.0.1", "100.128.0.1"} {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("Public(%s) = false", s)
		}
	}
	for _, s := range []string{"127.0.0.1", "127.8.8.8", "::1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
		"0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.9",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "2001::1"} {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("Public(%s) = true", s)
		}
	}
}

// TestPrivate: what a user names can't reach this machine, by whatever name, nor by a redirect.
func TestPrivate(t *testing.T) {
	reached := make(chan string, 10)
	inside, at := serve(t, func(w http.ResponseWriter, r *http.Request) { reached <- r.URL.Path; fmt.Fprint(w, "a\n1\n") })
	port := fmt.Sprint(at.Port())
	door, doorAt := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside+"/by-redirect", http.StatusFound)
	})
	for _, tc := range []struct {
		f    *Fetcher
		url  string
		says string
	}{
		{New(Options{}), inside, "127.0.0.1, which is not on the public internet"},
		{New(Options{}), "http://localhost:" + port, "not on the public internet"},
		{New(Options{}), "http://[::ffff:127.0.0.1]:" + port, "not on the public internet"},
		{New(Options{}), "http://2130706433:" + port, ""},
		{New(Options{}), "http://169.254.169.254/latest/meta-data", "not on the public internet"},
		{New(Options{Allow: func(a netip.AddrPort) bool { return a == doorAt }}), door, "not on the public internet"},
		{New(Options{}), "file:///etc/passwd", `begins with "file"`},
		{New(Options{}), "http://", "no host"},
		{New(Options{}), "http://user:secret@example.org/", "a name or a password"},
		{New(Options{}), "http://\x7f", "can't be read"},
		{New(Options{Allow: func(netip.AddrPort) bool { return true }}), "http://127.0.0.1:1/", "Nothing came from 127.0.0.1"},
	} {
		body, _, err := tc.f.Open(t.Context(), tc.url)
		if err == nil {
			body.Close()
		}
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), tc.says) {
			t.Errorf("Open(%q) = %v, want %q", tc.url, err, tc.says)
		}
	}
	select {
	case path := <-reached:
		t.Errorf("the server inside was asked for %s", path)
	default:
	}
}

func TestOpen(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	url, at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/table.csv.gz":
			fmt.Fprint(w, "bytes")
		case "/named":
			w.Header().Set("Content-Disposition", `attachment; filename="../rows.csv"`)
			fmt.Fprint(w, "bytes")
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/other-scheme":
			http.Redirect(w, r, "ftp://example.org/", http.StatusFound)
		case "/away":
			http.NotFound(w, r)
		case "/stall":
			fmt.Fprint(w, "by")
			w.(http.Flusher).Flush()
			<-hold
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "by")
		}
	})
	allow := func(a netip.AddrPort) bool { return a == at }
	f, hasty := New(Options{Allow: allow}), New(Options{Allow: allow, Stall: 50 * time.Millisecond})
	for _, tc := range []struct{ path, name, content, says string }{
		{"/table.csv.gz", "table.csv.gz", "bytes", ""}, {"/named", "rows.csv", "bytes", ""}, {"/loop", "", "", "more than 5 times"}, {"/other-scheme", "", "", `begins with "ftp"`},
		{"/away", "", "", "404 Not Found"}, {"/stall", "stall", "by", "stopped sending"}, {"/cut", "cut", "by", "stopped sending"},
	} {
		open := f.Open
		if tc.path == "/stall" {
			open = hasty.Open
		}
		body, name, err := open(t.Context(), url+tc.path)
		content := ""
		if err == nil {
			var b []byte
			b, err = io.ReadAll(body)
			content = string(b)
			body.Close()
		}
		if name != tc.name || content != tc.content || (err == nil) != (tc.says == "") || err != nil && !strings.Contains(fault.Message(err), tc.says) {
			t.Errorf("%s: %q, %q, %v; want %q, %q, %q", tc.path, name, content, err, tc.name, tc.content, tc.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Open(ctx, url+"/table.csv.gz"); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
