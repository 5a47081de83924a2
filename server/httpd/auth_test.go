package httpd

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/wire"
)

func TestSession(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	guest := &visitor{r: r, t: t}
	if got := guest.do("GET", "auth/user", nil); got.StatusCode != 401 || got.problem(t).Code != "unauthenticated" || got.Header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("user without a login: %s %s", got.Status, got.body)
	}
	var who wire.User
	a := guest.must("POST", "auth/register", wire.Register{Username: "ada", Email: "ada@example.org", Password: password}, &who)
	if a.StatusCode != 201 || who.Username != "ada" || who.Email != "ada@example.org" || !who.Expires.After(time.Now().Add(9*time.Hour)) {
		t.Errorf("register: %s %+v", a.Status, who)
	}
	c := a.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || c.MaxAge <= 0 || len(c.Value) < 43 {
		t.Errorf("cookie = %+v, want HttpOnly, SameSite=Lax, 256 bits", c)
	}
	first := &visitor{r: r, t: t, cookie: c.Value}
	first.must("GET", "auth/user", nil, &who)

	second := &visitor{r: r, t: t, cookie: guest.must("POST", "auth/login", wire.Login{Username: "ADA", Password: password}, nil).cookie()}
	var made wire.NewToken
	first.must("POST", "auth/tokens", wire.TokenRequest{Name: "notebook", Days: 7}, &made)
	if made.Session || made.Name != "notebook" || len(made.Secret) < 43 {
		t.Errorf("token = %+v", made)
	}
	program := &visitor{r: r, t: t, token: made.Secret}
	var all []wire.Token
	program.must("GET", "auth/tokens", nil, &all)
	current := 0
	for _, tok := range all {
		if tok.Current {
			current++
			if tok.ID != made.ID {
				t.Errorf("the current token is %+v, want %s", tok, made.ID)
			}
		}
	}
	if len(all) != 3 || current != 1 || strings.Contains(string(program.do("GET", "auth/tokens", nil).body), made.Secret) {
		t.Errorf("tokens = %+v, want two sessions and a token without its secret", all)
	}

	out := second.must("POST", "auth/logout", nil, nil)
	if got := out.Cookies(); len(got) != 1 || got[0].MaxAge >= 0 || got[0].Value != "" {
		t.Errorf("logout sets %+v, want the cookie taken away", got)
	}
	expect(t, "user after logout", second.do("GET", "auth/user", nil), 401)
	expect(t, "the other session after logout", first.do("GET", "auth/user", nil), 200)

	third := &visitor{r: r, t: t, cookie: guest.must("POST", "auth/login", wire.Login{Username: "ada", Password: password}, nil).cookie()}
	first.must("PUT", "auth/password", wire.PasswordChange{Old: password, New: "another " + password}, nil)
	expect(t, "the session that changed the password", first.do("GET", "auth/user", nil), 200)
	expect(t, "another session after the password changed", third.do("GET", "auth/user", nil), 401)
	expect(t, "a token after the password changed", program.do("GET", "auth/user", nil), 401)
	expect(t, "login with the old password", guest.do("POST", "auth/login", wire.Login{Username: "ada", Password: password}), 401)

	first.must("POST", "auth/tokens", wire.TokenRequest{Name: "job"}, &made)
	program.token = made.Secret
	first.must("POST", "auth/logoutall", nil, nil)
	expect(t, "user after logging out everywhere", first.do("GET", "auth/user", nil), 401)
	expect(t, "a program after logging out everywhere", program.do("GET", "auth/user", nil), 200)
	program.must("DELETE", "auth/tokens/"+made.ID, nil, nil)
	expect(t, "a revoked token", program.do("GET", "auth/user", nil), 401)
}

func expect(t *testing.T, what string, a *reply, want int) {
	t.Helper()
	if a.StatusCode != want {
		t.Errorf("%s: %s %s, want %d", what, a.Status, a.body, want)
	}
}

func TestSessionEnds(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.browser("ada")
	r.later.Store(int64(9 * time.Hour))
	expect(t, "after 9 h", v.do("GET", "auth/user", nil), 200)
	r.later.Store(int64(18 * time.Hour))
	expect(t, "9 h after its last use", v.do("GET", "auth/user", nil), 200)
	r.later.Store(int64(29 * time.Hour))
	if got := v.do("GET", "auth/user", nil); got.StatusCode != 401 || !strings.Contains(got.problem(t).Detail, "Log in again") {
		t.Errorf("11 h after its last use: %s %s", got.Status, got.body)
	}
}

func TestAttemptLimit(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	r.browser("ada")
	guest := &visitor{r: r, t: t}
	for i := range 20 {
		a := guest.do("POST", "auth/login", wire.Login{Username: "ada", Password: "wrong password"})
		if a.StatusCode == 401 {
			continue
		}
		wait, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if a.StatusCode != 429 || err != nil || wait < 1 || wait > 60 || a.problem(t).Code != "too_many" {
			t.Fatalf("attempt %d: %s, Retry-After %q, %s", i, a.Status, a.Header.Get("Retry-After"), a.body)
		}
		if i < 5 {
			t.Errorf("attempt %d is refused already", i)
		}
		r.later.Add(int64(time.Duration(wait) * time.Second))
		expect(t, "after Retry-After", guest.do("POST", "auth/login", wire.Login{Username: "ada", Password: password}), 200)
		return
	}
	t.Error("20 wrong passwords were taken, want 429")
}

// TestCrossSite: what another site makes a browser send does nothing.
func TestCrossSite(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v, p := r.browser("ada"), r.program("bob")
	for _, tc := range []struct {
		name    string
		who     *visitor
		method  string
		path    string
		headers map[string]string
		want    int
	}{
		{"same origin", v, "POST", "auth/tokens", nil, 201},
		{"same origin by Sec-Fetch-Site", v, "POST", "auth/tokens", map[string]string{"Origin": "", "Sec-Fetch-Site": "same-origin"}, 201},
		{"another origin", v, "POST", "auth/tokens", map[string]string{"Origin": "https://evil.example"}, 403},
		{"null origin", v, "POST", "auth/tokens", map[string]string{"Origin": "null"}, 403},
		{"another site", v, "POST", "auth/tokens", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"same site, another host", v, "POST", "auth/tokens", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"no origin", v, "POST", "auth/tokens", map[string]string{"Origin": ""}, 403},
		{"login from another site", &visitor{r: r, t: t}, "POST", "auth/login", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a program has no origin", p, "POST", "auth/tokens", nil, 201},
		{"reading has no origin", v, "GET", "auth/tokens", map[string]string{"Origin": ""}, 200},
	} {
		req := tc.who.request(tc.method, tc.path, wire.TokenRequest{Name: "x"})
		if tc.path == "auth/login" {
			req = tc.who.request(tc.method, tc.path, wire.Login{Username: "ada", Password: password})
		}
		if tc.method == "GET" {
			req = tc.who.request("GET", tc.path, nil)
		}
		for k, val := range tc.headers {
			req.Header.Set(k, val)
			if val == "" {
				req.Header.Del(k)
			}
		}
		a := send(t, req)
		expect(t, tc.name, a, tc.want)
		if tc.want == 403 && (a.problem(t).Code != "denied" || a.cookie() != "") {
			t.Errorf("%s: %s", tc.name, a.body)
		}
	}
}

// TestAddress believes no more of X-Forwarded-For than what the proxies wrote.
func TestAddress(t *testing.T) {
	for name, tc := range map[string]struct {
		proxies int
		header  []string
		want    string
	}{
		"no proxy":              {0, []string{"192.0.2.1"}, "10.0.0.1"},
		"no header":             {1, nil, "10.0.0.1"},
		"one proxy":             {1, []string{"192.0.2.1"}, "192.0.2.1"},
		"one proxy, invented":   {1, []string{"198.51.100.9, 192.0.2.1"}, "192.0.2.1"},
		"two proxies":           {2, []string{"198.51.100.9", "192.0.2.1, 10.0.0.7"}, "192.0.2.1"},
		"fewer than there are":  {3, []string{"192.0.2.1"}, "192.0.2.1"},
		"IPv6":                  {1, []string{"2001:DB8::1"}, "2001:db8::1"},
		"no address":            {1, []string{"192.0.2.1, unknown"}, "10.0.0.1"},
		"an address and a port": {1, []string{"192.0.2.1:80"}, "10.0.0.1"},
	} {
		s := newServer(t, Options{Proxies: tc.proxies})
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "10.0.0.1:5"
		r.Header["X-Forwarded-For"] = tc.header
		if got := s.address(r); got != tc.want {
			t.Errorf("%s: address() = %q, want %q", name, got, tc.want)
		}
	}
}
