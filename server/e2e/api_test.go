package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/centroid-studio/centroid/shared/wire"
)

// api is a program that uses the server with a bearer token.
type api struct {
	t     testing.TB
	url   string
	token string
}

// program makes an account and a token, as a user does on the Account page.
func program(t testing.TB, s *server, user string) *api {
	t.Helper()
	jar := &http.Client{}
	register, err := json.Marshal(wire.Register{Username: user, Password: "correct horse " + user})
	if err != nil {
		t.Fatal(err)
	}
	res, err := jar.Post(s.URL+wire.API+"/auth/register", "application/json", bytes.NewReader(register))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 || len(res.Cookies()) == 0 {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("register: %s %s, %d cookies", res.Status, b, len(res.Cookies()))
	}
	req, err := http.NewRequest("POST", s.URL+wire.API+"/auth/tokens", bytes.NewReader([]byte(`{"name":"e2e"}`)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", s.URL)
	req.AddCookie(res.Cookies()[0])
	made, err := jar.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Body.Close()
	var tok wire.NewToken
	if err := json.NewDecoder(made.Body).Decode(&tok); err != nil || tok.Secret == "" {
		t.Fatalf("token: %s, %v", made.Status, err)
	}
	return &api{t: t, url: s.URL, token: tok.Secret}
}

// do calls the REST side and decodes the answer; it fails the test unless the status is below 300.
func (a *api) do(method, path string, body io.Reader, contentType string, out any) {
	a.t.Helper()
	req, err := http.NewRequest(method, a.url+wire.API+"/"+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	if res.StatusCode >= 300 {
		a.t.Fatalf("%s %s: %s %s", method, path, res.Status, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			a.t.Fatalf("%s %s: %v in %s", method, path, err, b)
		}
	}
}

// socket opens the WebSocket.
func (a *api) socket() *websocket.Conn {
	a.t.Helper()
	c, _, err := websocket.DefaultDialer.Dial("ws"+a.url[len("http"):]+wire.API+"/ws", http.Header{"Authorization": {"Bearer " + a.token}})
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { c.Close() })
	return c
}

// call sends a request and gives its result; events that come before it are kept in order.
func (a *api) call(c *websocket.Conn, method string, params, out any) (before []wire.Event) {
	a.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := c.WriteJSON(wire.Request{Version: "2.0", ID: json.RawMessage(`1`), Method: method, Params: raw}); err != nil {
		a.t.Fatal(err)
	}
	for {
		var m struct {
			wire.Response
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
		}
		if err := c.ReadJSON(&m); err != nil {
			a.t.Fatalf("%s: %v", method, err)
		}
		switch {
		case m.Method == wire.NotifyJobEvent:
			before = append(before, a.event(m.Params))
		case m.Error != nil:
			a.t.Fatalf("%s: %+v %+v", method, m.Error, m.Error.Data)
		default:
			if err := json.Unmarshal(m.Result, out); err != nil {
				a.t.Fatal(err)
			}
			return before
		}
	}
}

func (a *api) event(raw json.RawMessage) (e wire.Event) {
	a.t.Helper()
	if err := json.Unmarshal(raw, &e); err != nil {
		a.t.Fatal(err)
	}
	return e
}

// next gives the next event on the socket.
func (a *api) next(c *websocket.Conn) (wire.Event, error) {
	var n wire.Notification
	if err := c.ReadJSON(&n); err != nil {
		return wire.Event{}, err
	}
	return a.event(n.Params), nil
}

// finish reads events until the job ends, checks that they are numbered
// without a gap from after+1, and gives the last.
func (a *api) finish(c *websocket.Conn, after int64) wire.Event {
	a.t.Helper()
	for {
		e, err := a.next(c)
		if err != nil {
			a.t.Fatalf("after event %d: %v", after, err)
		}
		if after++; e.Seq != after {
			a.t.Fatalf("got event %d (%s), want %d", e.Seq, e.Type, after)
		}
		if e.Type.Ends() {
			return e
		}
	}
}
