package client

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// pieceBytes is what is sent at once: little enough to be sent again, much enough
// that the requests don't count.
const pieceBytes = 8 << 20

// File is a file of the browser's that is sent in pieces.
type File struct {
	Name     string
	Size     int64
	Modified int64 // ms since 1970
	// Slice gives the bytes from one place up to another, as a Blob.
	Slice func(from, to int64) app.Value
}

// Is reports whether an upload that was begun is one of this file, as far as name,
// size and time tell.
func (f File) Is(u wire.Upload) bool {
	return u.Name == f.Name && u.Size == f.Size && u.Modified == f.Modified
}

// request is one that tells how far it is and can be broken off. Its body, unless
// nil, is a Blob.
type request struct {
	method, path string
	headers      map[string]string
	body         app.Value
	progress     func(sent, total int64) // may be nil
	cancel       <-chan struct{}
}

// errCanceled ends a request that was broken off.
var errCanceled = fault.Newf(fault.Canceled, "The upload was stopped. Nothing was kept.")

// errLeft ends a sending that may go on another time.
var errLeft = fault.Newf(fault.Canceled, "The upload is paused. Choose the file again to go on.")

// Pieces sends a file piece by piece by the tus protocol, from where an earlier
// sending of it ended, and makes a dataset called name of it. progress gets the
// bytes that are on the server and those in all, and must not block; away hears
// when the server goes out of reach, which is waited for, and when it is back.
// Stopping ends it with fault.Canceled, and nothing of it stays on the server.
func (c *Client) Pieces(name string, f File, control *Control, progress func(sent, total int64), away func(bool)) (wire.Dataset, error) {
	p := &pieces{c: c, file: f, control: control, progress: progress, away: away}
	return p.run(name)
}

// pieces is one sending.
type pieces struct {
	c        *Client
	file     File
	control  *Control
	progress func(sent, total int64)
	away     func(bool)

	id string
	at int64 // bytes on the server

	odd int // requests that failed one after another although the server is there
}

func (p *pieces) run(name string) (wire.Dataset, error) {
	err := p.whole()
	var d wire.Dataset
	if err == nil {
		d, err = p.keep(name)
	}
	if s, _ := p.control.State(); err != nil && s == Stopped {
		p.remove()
		return d, errCanceled
	} else if err != nil && s == Left {
		return d, errLeft
	}
	return d, err
}

// whole brings all of the file to the server.
func (p *pieces) whole() error {
	if err := p.find(); err != nil {
		return err
	}
	for refused := 0; ; {
		if p.id == "" {
			if err := p.begin(); err != nil {
				return err
			}
		}
		p.progress(p.at, p.file.Size)
		if p.at >= p.file.Size {
			return nil
		}
		end := min(p.at+pieceBytes, p.file.Size)
		before := p.at
		r, err := p.ask(request{method: "PATCH", path: p.path(), body: p.file.Slice(p.at, end),
			headers:  map[string]string{"Content-Type": "application/offset+octet-stream", "Upload-Offset": strconv.FormatInt(p.at, 10)},
			progress: func(sent, _ int64) { p.progress(before+sent, p.file.Size) }})
		switch {
		case err != nil:
			return err
		case r.Status == 204:
			if p.at, err = offsetOf(r); err != nil {
				return err
			}
			refused, p.odd = 0, 0
		case r.Status == 0:
			if err := p.head(); err != nil {
				return err
			}
		case r.Status == 409 || r.Status == 423: // it is elsewhere, or an earlier request still holds it
			if refused++; refused > 10 {
				return problem(r)
			}
			p.c.pause(refused - 1)
			if err := p.head(); err != nil {
				return err
			}
		case r.Status == 404 && refused == 0: // it was swept
			refused++
			p.id, p.at = "", 0
		default:
			return p.c.read(p.path(), r, nil)
		}
	}
}

func (p *pieces) path() string { return wire.API + "/uploads/" + url.PathEscape(p.id) }

// find looks for an upload of the file that was begun before.
func (p *pieces) find() error {
	r, err := p.insist(request{method: "GET", path: wire.API + "/uploads"})
	if err != nil {
		return err
	}
	var all []wire.Upload
	if err := p.c.read(wire.API+"/uploads", r, &all); err != nil {
		return err
	}
	for _, u := range all {
		if p.file.Is(u) {
			p.id, p.at = u.ID, u.Offset
			return nil
		}
	}
	return nil
}

// begin makes the upload.
func (p *pieces) begin() error {
	meta := "filename " + base64.StdEncoding.EncodeToString([]byte(p.file.Name)) + ",modified " + base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(p.file.Modified, 10)))
	r, err := p.ask(request{method: "POST", path: wire.API + "/uploads",
		headers: map[string]string{"Upload-Length": strconv.FormatInt(p.file.Size, 10), "Upload-Metadata": meta}})
	switch {
	case err != nil:
		return err
	case r.Status == 0: // the answer was lost
		return p.find()
	case r.Status != 201:
		return p.c.read(wire.API+"/uploads", r, nil)
	}
	at := r.Header["Location"]
	p.id, p.at = at[strings.LastIndexByte(at, '/')+1:], 0
	return nil
}

// head asks how much is on the server. An upload that is gone begins again.
func (p *pieces) head() error {
	r, err := p.insist(request{method: "HEAD", path: p.path()})
	switch {
	case err != nil:
		return err
	case r.Status == 404:
		p.id, p.at = "", 0
		return nil
	case r.Status != 200 && r.Status != 204:
		return p.c.read(p.path(), r, nil)
	}
	p.at, err = offsetOf(r)
	return err
}

func offsetOf(r Response) (int64, error) {
	n, err := strconv.ParseInt(r.Header["Upload-Offset"], 10, 64)
	if err != nil || n < 0 {
		return 0, &fault.Error{Code: fault.Internal, Op: "client.Pieces", Err: err, Msg: "The server's answer can't be read. Reload the page."}
	}
	return n, nil
}

// keep makes a dataset of what is whole. The server answers a second time as it
// did the first, so that a lost answer is asked for again.
func (p *pieces) keep(name string) (d wire.Dataset, err error) {
	body, err := json.Marshal(wire.Import{Upload: p.id, Name: name})
	if err != nil {
		return d, fault.Wrap("client.Pieces", err)
	}
	const path = wire.API + "/imports"
	r, err := p.insist(request{method: "POST", path: path, body: p.c.blob(string(body)), headers: map[string]string{"Content-Type": "application/json"}})
	if err != nil {
		return d, err
	}
	return d, p.c.read(path, r, &d)
}

// Drop takes an upload off the server.
func (c *Client) Drop(id string) error {
	path := wire.API + "/uploads/" + url.PathEscape(id)
	r, err := c.send(request{method: "DELETE", path: path, headers: map[string]string{"Tus-Resumable": "1.0.0"}})
	if err != nil {
		c.lost()
		return &fault.Error{Code: errAway.Code, Msg: errAway.Msg, Op: "client.Drop", Err: err}
	}
	return c.read(path, r, nil)
}

// remove takes the upload off the server. If that fails, it is swept there.
func (p *pieces) remove() {
	if p.id != "" {
		_, _ = p.c.send(request{method: "DELETE", path: p.path(), headers: map[string]string{"Tus-Resumable": "1.0.0"}})
	}
}

// insist asks until there is an answer: it does not matter how often the request is heard.
func (p *pieces) insist(r request) (Response, error) {
	for {
		if res, err := p.ask(r); err != nil || res.Status != 0 {
			return res, err
		}
	}
}

// ask sends a request when it is its time: not while paused. If the server is not
// reached, or a pause breaks the request off, it waits until there is a server
// again, and gives status 0: whether the request was heard is not known.
func (p *pieces) ask(r request) (Response, error) {
	if r.headers == nil {
		r.headers = map[string]string{}
	}
	r.headers["Tus-Resumable"] = "1.0.0"
	var err error
	if r.cancel, err = p.going(); err != nil {
		return Response{}, err
	}
	res, err := p.c.send(r)
	if err == nil {
		p.c.reached()
		return res, nil
	}
	if _, e := p.going(); e != nil {
		return Response{}, e
	}
	if err != errCanceled {
		p.c.lost()
		p.away(true)
		defer p.away(false)
	}
	for n := 0; ; n++ {
		changed, e := p.going()
		if e != nil {
			return Response{}, e
		}
		if _, e := p.c.t.Fetch("GET", "/healthz", nil, nil); e == nil {
			p.c.reached()
			if p.odd++; n > 0 || err == errCanceled {
				p.odd = 0
			}
			if p.odd > 5 {
				return Response{}, &fault.Error{Code: fault.Unavailable, Op: "client.Pieces", Err: err,
					Msg: "The browser can't send the file, though the server is there. Was the file changed or moved? Choose it again: what was sent is kept for a day."}
			}
			return Response{}, nil
		}
		p.c.pauseOr(n, changed)
	}
}

// going waits while the sending is paused, and gives what is closed when it should
// not go on. It is an error if it has ended.
func (p *pieces) going() (changed <-chan struct{}, err error) {
	for {
		s, changed := p.control.State()
		switch s {
		case Going:
			return changed, nil
		case Paused:
			<-changed
		default:
			return nil, errCanceled
		}
	}
}
