package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// far is the server's end of an upload, and the file that is sent.
type far struct {
	size     int64
	id       string
	here     int64 // bytes
	from, to int64 // of the piece on its way
	asked    []string
	trouble  func(n int, r request) (res *Response, err error, heard bool) // before request n; nil: none
	became   int                                                           // how often a dataset was asked for
	reads    []int64                                                       // where pieces began
	rest     func()
}

func (f *far) file() File {
	return File{Name: "big.csv", Size: f.size, Modified: 7, Slice: func(from, to int64) app.Value {
		f.from, f.to = from, to
		return nil
	}}
}

func (f *far) send(r request) (Response, error) {
	n := len(f.asked)
	f.asked = append(f.asked, r.method+" "+strings.TrimPrefix(r.path, wire.API))
	var err error
	if f.trouble != nil {
		res, e, heard := f.trouble(n, r)
		if res != nil {
			return *res, nil
		}
		if e != nil && !heard {
			return Response{}, e
		}
		err = e
	}
	if r.headers["Tus-Resumable"] != "1.0.0" {
		return Response{Status: 412}, err
	}
	return f.answer(r), err
}

func (f *far) answer(r request) Response {
	at := func(status int) Response {
		return Response{Status: status, Header: map[string]string{"Upload-Offset": strconv.FormatInt(f.here, 10)}}
	}
	switch {
	case r.method == "GET":
		all := []wire.Upload{{ID: "OTHER", Name: "big.csv", Size: f.size, Modified: 8}}
		if f.id != "" {
			all = append(all, wire.Upload{ID: f.id, Name: "big.csv", Size: f.size, Modified: 7, Offset: f.here})
		}
		b, _ := json.Marshal(all) // it has nothing that can't be
		return Response{Status: 200, Body: b}
	case r.method == "POST" && strings.HasSuffix(r.path, "/uploads"):
		f.id, f.here = "ID", 0
		return Response{Status: 201, Header: map[string]string{"Location": "http://behind.a.proxy" + wire.API + "/uploads/ID"}}
	case r.method == "POST":
		f.became++
		return Response{Status: 201, Body: []byte(`{"id":"DATASET"}`)}
	case f.id == "" || !strings.HasSuffix(r.path, "/"+f.id):
		return Response{Status: 404}
	case r.method == "HEAD":
		return at(200)
	case r.method == "DELETE":
		f.id = ""
		return Response{Status: 204}
	case r.headers["Upload-Offset"] != strconv.FormatInt(f.here, 10):
		return at(409)
	}
	f.reads = append(f.reads, f.from)
	r.progress((f.to-f.from)/2, f.to-f.from)
	f.here += f.to - f.from
	return at(204)
}

// over sends the file with a client of its own.
func (f *far) over(s *server, control *Control, progress func(sent, total int64), away func(bool)) (wire.Dataset, error) {
	c := New(s, time.After, func() float64 { return 1 })
	c.send, c.blob = f.send, func(string) app.Value { return nil }
	f.rest = func() { // who asks whether the server is back asks now, not later
		synctest.Wait()
		c.hurry()
	}
	return c.Pieces("big", f.file(), control, progress, away)
}

func ignore(int64, int64) {}

func TestPieces(t *testing.T) {
	f := &far{size: 2*pieceBytes + 5}
	var seen []int64
	d, err := f.over(&server{}, NewControl(), func(sent, total int64) {
		if total != f.size {
			t.Errorf("total = %d", total)
		}
		seen = append(seen, sent)
	}, func(bool) { t.Error("the server was never away") })
	if err != nil || d.ID != "DATASET" || f.here != f.size {
		t.Errorf("Pieces() = %+v, %v, %d bytes there", d, err, f.here)
	}
	const p = pieceBytes
	if want := []int64{0, p / 2, p, p + p/2, 2 * p, 2*p + 2, 2*p + 5}; !slices.Equal(seen, want) {
		t.Errorf("progress = %v, want %v", seen, want)
	}
	if want := []string{"GET /uploads", "POST /uploads", "PATCH /uploads/ID", "PATCH /uploads/ID", "PATCH /uploads/ID", "POST /imports"}; !slices.Equal(f.asked, want) {
		t.Errorf("asked %q, want %q", f.asked, want)
	}

	// Another time, after a reload, it goes on where it was.
	f = &far{size: 2 * p, id: "ID", here: 7}
	if _, err := f.over(&server{}, NewControl(), ignore, func(bool) {}); err != nil || !slices.Equal(f.reads, []int64{7, p + 7}) {
		t.Errorf("going on: %v, pieces from %v", err, f.reads)
	}
}

// TestPiecesTrouble breaks each request in turn, heard by the server or not, and
// with the server away for a while: all of the file comes, and one dataset.
func TestPiecesTrouble(t *testing.T) {
	lost := errors.New("the request failed")
	for _, heard := range []bool{false, true} {
		for n := range 6 {
			for _, down := range []int{0, 3} {
				t.Run(fmt.Sprintf("request %d, heard %v, away %d", n, heard, down), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f := &far{size: 2*pieceBytes + 5, trouble: func(i int, _ request) (*Response, error, bool) {
							if i == n {
								return nil, lost, heard
							}
							return nil, nil, false
						}}
						var left atomic.Int32 // asks that fail: the client's own watch asks too
						left.Store(int32(down))
						s := &server{}
						s.set(false, func(_, path string) (Response, error) {
							if left.Add(-1) >= 0 {
								return Response{}, lost
							}
							return Response{Status: 200, Body: []byte("{}")}, nil
						})
						var away []bool
						defer func() { f.rest() }()
						d, err := f.over(s, NewControl(), ignore, func(a bool) { away = append(away, a) })
						if err != nil || d.ID != "DATASET" || f.here != f.size || !slices.Equal(away, []bool{true, false}) {
							t.Errorf("Pieces() = %+v, %v, %d of %d bytes, away %v\n%q", d, err, f.here, f.size, away, f.asked)
						}
					})
				})
			}
		}
	}
}

// TestPiecesRefused: what the server says decides.
func TestPiecesRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		at   int // request
		res  Response
		want fault.Code
		asks int // requests in all
	}{
		"over the limit": {1, Response{Status: 413, Body: []byte(`{"code":"too_large","detail":"d"}`)}, fault.TooLarge, 2},
		"no login":       {2, Response{Status: 401, Body: []byte(`{"code":"unauthenticated","detail":"d"}`)}, fault.NoLogin, 3},
		"disk full":      {2, Response{Status: 503, Body: []byte(`{"code":"unavailable","detail":"d"}`)}, fault.Unavailable, 3},
		"no table":       {5, Response{Status: 400, Body: []byte(`{"code":"invalid","detail":"d"}`)}, fault.Invalid, 6},
		"still held":     {3, Response{Status: 423}, "", 8},
		"elsewhere":      {3, Response{Status: 409}, "", 8},
		"swept":          {3, Response{Status: 404}, "", 9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &far{size: 2*pieceBytes + 5, trouble: nil}
				f.trouble = func(i int, _ request) (*Response, error, bool) {
					if i != tc.at {
						return nil, nil, false
					}
					if tc.res.Status == 404 {
						f.id = ""
					}
					return &tc.res, nil, false
				}
				_, err := f.over(&server{}, NewControl(), ignore, func(bool) {})
				if fault.CodeOf(err) != tc.want || len(f.asked) != tc.asks {
					t.Errorf("%v, want %q; asked %q", err, tc.want, f.asked)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // the file was changed: the browser can't read it, the server is there
		f := &far{size: 10, trouble: func(_ int, r request) (*Response, error, bool) {
			if r.method == "PATCH" {
				return nil, errors.New("net::ERR_UPLOAD_FILE_CHANGED"), false
			}
			return nil, nil, false
		}}
		defer func() { f.rest() }()
		if _, err := f.over(&server{}, NewControl(), ignore, func(bool) {}); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "changed or moved") {
			t.Errorf("a file that can't be read: %v", err)
		}
	})
}

// TestPiecesControl pauses, goes on, leaves and stops in the middle of a piece.
func TestPiecesControl(t *testing.T) {
	for _, tc := range []struct {
		end  ControlState
		says string
		id   string
	}{{Going, "", "ID"}, {Left, "Choose the file again", "ID"}, {Stopped, "Nothing was kept", ""}} {
		synctest.Test(t, func(t *testing.T) {
			control := NewControl()
			f := &far{size: 2*pieceBytes + 5}
			f.trouble = func(i int, r request) (*Response, error, bool) {
				if i != 3 {
					return nil, nil, false
				}
				go control.Set(Paused)
				<-r.cancel
				return nil, errCanceled, false
			}
			done := make(chan error, 1)
			go func() {
				_, err := f.over(&server{}, control, ignore, func(bool) {})
				done <- err
			}()
			synctest.Wait()
			if len(f.asked) != 4 {
				t.Errorf("while paused %q are asked", f.asked)
			}
			control.Set(tc.end)
			err := <-done
			if (err == nil) != (tc.says == "") || err != nil && (fault.CodeOf(err) != fault.Canceled || !strings.Contains(fault.Message(err), tc.says)) || f.id != tc.id {
				t.Errorf("%d: %v, upload %q; want %q, %q", tc.end, err, f.id, tc.says, tc.id)
			}
			if tc.end == Going && f.here != f.size {
				t.Errorf("%d of %d bytes came", f.here, f.size)
			}
		})
	}
}
