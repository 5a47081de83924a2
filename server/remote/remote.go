// Package remote fetches files from the public internet for users. It is a door
// into the network that the server stands in, so it leads to public addresses only:
// each address is checked when it is dialed, after names were looked up, and so is
// each redirect's.
package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"syscall"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Options is what a Fetcher works with. Its zero value is what a server should have.
type Options struct {
	Allow func(netip.AddrPort) bool // nil means Public
	Dial  time.Duration             // to connect, and then to answer; 0 means 20 s
	Stall time.Duration             // how long a server may send nothing; 0 means 30 s
	Whole time.Duration             // for all of a file; 0 means an hour
}

// Fetcher fetches files.
type Fetcher struct {
	o      Options
	client *http.Client
}

const redirects = 5

// New makes a fetcher.
func New(o Options) *Fetcher {
	if o.Allow == nil {
		o.Allow = func(a netip.AddrPort) bool { return Public(a.Addr()) }
	}
	o.Dial, o.Stall, o.Whole = cmp.Or(o.Dial, 20*time.Second), cmp.Or(o.Stall, 30*time.Second), cmp.Or(o.Whole, time.Hour)
	f := &Fetcher{o: o}
	dialer := &net.Dialer{Timeout: o.Dial, Control: f.control}
	f.client = &http.Client{
		// No proxy, whatever the environment says: it would dial for us, unchecked.
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: o.Dial, ResponseHeaderTimeout: o.Dial,
			DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > redirects {
				return fault.Fieldf("url", "The address leads on more than %d times. Give the one where the file is.", redirects)
			}
			return checkURL(r.URL)
		},
	}
	return f
}

// control is asked before a connection is made, with the address itself.
func (f *Fetcher) control(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !f.o.Allow(netip.AddrPortFrom(a.Addr().Unmap(), a.Port())) {
		return fault.Fieldf("url", "The address leads to %s, which is not on the public internet. Download the file and upload it.", a.Addr())
	}
	return nil
}

// special are ranges that are not on the public internet, besides those that netip knows.
var special = func() (all []netip.Prefix) {
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// Public reports whether an address is on the public internet, by IANA's
// registries of special addresses.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fault.Fieldf("url", "The address begins with %q, want http or https.", u.Scheme)
	case u.Hostname() == "":
		return fault.Fieldf("url", "The address names no host.")
	case u.User != nil:
		return fault.Fieldf("url", "The address has a name or a password in it. Download the file and upload it.")
	}
	return nil
}

// Open begins to fetch a file, which goes on while it is read. name is what it is
// called. The caller closes body.
func (f *Fetcher) Open(ctx context.Context, address string) (body io.ReadCloser, name string, err error) {
	const op = "remote.Open"
	u, err := url.Parse(address)
	if err != nil {
		return nil, "", fault.Fieldf("url", "The address can't be read. It looks like https://example.org/table.csv.")
	}
	if err := checkURL(u); err != nil {
		return nil, "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, f.o.Whole, errSlow)
	defer func() {
		if err != nil {
			cancel()
		}
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, "", fault.Wrap(op, err)
	}
	r.Header.Set("User-Agent", "centroid")
	res, err := f.client.Do(r)
	if err != nil {
		return nil, "", failed(op, u, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, "", errors.Join(fault.Fieldf("url", "%s answers %q instead of a file. Is the address right, and open to all?", res.Request.URL.Hostname(), res.Status), res.Body.Close())
	}
	in := &incoming{body: res.Body, cancel: cancel, stall: f.o.Stall, host: u.Hostname()}
	in.timer = time.AfterFunc(in.stall, cancel)
	return in, nameOf(res), nil
}

var errSlow = errors.New("remote: the file takes too long")

// failed puts into words why a file did not come.
func failed(op string, u *url.URL, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return fault.Wrap(op, err)
	}
	return &fault.Error{Code: fault.Invalid, Field: "url", Op: op, Err: err,
		Msg: fmt.Sprintf("Nothing came from %s. Is the address right? Else download the file and upload it.", u.Hostname())}
}

// nameOf gives a file's name as its server says, or as it stands in the address.
func nameOf(res *http.Response) string {
	if _, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		return path.Base(params["filename"])
	}
	if base := path.Base(res.Request.URL.Path); base != "." && base != "/" {
		return base
	}
	return res.Request.URL.Hostname()
}

// incoming is a file on its way. It breaks off when nothing comes for a while.
type incoming struct {
	body   io.ReadCloser
	cancel context.CancelFunc
	timer  *time.Timer
	stall  time.Duration
	host   string
}

func (in *incoming) Read(p []byte) (int, error) {
	in.timer.Reset(in.stall)
	n, err := in.body.Read(p)
	if err != nil && err != io.EOF {
		err = &fault.Error{Code: fault.Unavailable, Field: "url", Op: "remote.Read", Err: err,
			Msg: fmt.Sprintf("%s stopped sending in the middle of the file. Nothing was kept: try again.", in.host)}
	}
	return n, err
}

// Close ends the fetching.
func (in *incoming) Close() error {
	in.timer.Stop()
	in.cancel()
	return in.body.Close()
}
