package page

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestCheckLogin(t *testing.T) {
	for _, tt := range []struct {
		name, password string
		wrong          []string
	}{
		{"ada", "x", nil}, {"", "x", []string{"name"}}, {"ada", "", []string{"password"}}, {" ", "", []string{"name", "password"}},
	} {
		w := checkLogin(tt.name, tt.password)
		for _, id := range []string{"name", "password"} {
			if want := slices.Contains(tt.wrong, id); (w[id] != "") != want {
				t.Errorf("checkLogin(%q, %q)[%s] = %q, want one: %v", tt.name, tt.password, id, w[id], want)
			}
		}
	}
}

func TestCheckRegister(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		user, password, again string
		first                 string // field
	}{
		{"right", "ada", "correct horse", "correct horse", ""},
		{"ten letters, not bytes", "ada", "ßßßßßßßßßß", "ßßßßßßßßßß", ""},
		{"nine letters", "ada", "ßßßßßßßßß", "ßßßßßßßßß", "password"},
		{"no name", " ", "correct horse", "correct horse", "name"},
		{"a space in the name", "ada l", "correct horse", "correct horse", "name"},
		{"no password", "ada", "", "", "password"},
		{"they differ", "ada", "correct horse", "correct house", "again"},
		{"all of it", "", "short", "", "name"},
	} {
		if got := checkRegister(tt.user, tt.password, tt.again).first(registerFields...); got != tt.first {
			t.Errorf("%s: the first wrong field is %q, want %q", tt.name, got, tt.first)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for _, tt := range []struct {
		f     passwordForm
		first string
	}{
		{passwordForm{Old: "old", New: "long enough", Again: "long enough"}, ""},
		{passwordForm{New: "long enough", Again: "long enough"}, "old"},
		{passwordForm{Old: "old", New: "short", Again: "short"}, "new"},
		{passwordForm{Old: "long enough", New: "long enough", Again: "long enough"}, "new"},
		{passwordForm{Old: "old", New: "long enough", Again: "long"}, "again"},
	} {
		if got := tt.f.check().first(passwordFields...); got != tt.first {
			t.Errorf("check of %+v: the first wrong field is %q, want %q", tt.f, got, tt.first)
		}
	}
}

func TestCheckToken(t *testing.T) {
	for _, tt := range []struct {
		name, days string
		want       wire.TokenRequest
		first      string
	}{
		{" nightly ", "90", wire.TokenRequest{Name: "nightly", Days: 90}, ""},
		{"", "90", wire.TokenRequest{Days: 90}, "token-name"},
		{"a", "0", wire.TokenRequest{Name: "a"}, "token-days"},
		{"a", "3651", wire.TokenRequest{Name: "a", Days: 3651}, "token-days"},
		{"a", "1.5", wire.TokenRequest{Name: "a"}, "token-days"},
		{"a", "", wire.TokenRequest{Name: "a"}, "token-days"},
	} {
		f := tokenForm{Name: tt.name, Days: tt.days}
		if got, w := f.check(); got != tt.want || w.first(tokenFields...) != tt.first {
			t.Errorf("check(%q, %q) = %+v, %v, want %+v and %q wrong", tt.name, tt.days, got, w, tt.want, tt.first)
		}
	}
}

func TestWrongsOf(t *testing.T) {
	ids := map[string]string{"username": "name"}
	for _, tt := range []struct {
		err   error
		wrong wrongs
		rest  bool
	}{
		{fault.Fieldf("username", "It is taken."), wrongs{"name": "It is taken."}, false},
		{fault.Fieldf("body.username", "It is taken."), wrongs{"name": "It is taken."}, false},
		{fault.Fieldf("email", "No."), nil, true},
		{fault.Newf(fault.TooMany, "Wait."), nil, true},
		{errors.New("other"), nil, true},
	} {
		if w, rest := wrongsOf(tt.err, ids); !reflect.DeepEqual(w, tt.wrong) || (rest == tt.err) != tt.rest {
			t.Errorf("wrongsOf(%v) = %v, %v, want %v, the error: %v", tt.err, w, rest, tt.wrong, tt.rest)
		}
	}
}

// form mounts a page, and gives what it looks like and the state of the window.
func form(t *testing.T, page app.Composer) (html func() string, ctx app.Context) {
	t.Helper()
	d := app.NewClientTester(page)
	t.Cleanup(d.Close)
	return func() string { d.Consume(); return app.HTMLString(page.Render()) }, d.Context()
}

func TestLoginPage(t *testing.T) {
	l := &Login{}
	html, ctx := form(t, l)
	first := html()
	for _, part := range []string{`autocomplete="username"`, `autocomplete="current-password"`, `type="password"`, `for="name"`, `for="password"`} {
		if !strings.Contains(first, part) {
			t.Errorf("the form has no %s", part)
		}
	}
	if strings.Contains(first, ` name="`+"name") || strings.Contains(first, ` name="password"`) {
		t.Error("a field has a name: a form that is sent before the app is loaded would put it into the address")
	}
	l.onSubmit(ctx, app.Event{Value: app.Window()})
	if h := html(); !strings.Contains(h, `id="name-err"`) || !strings.Contains(h, `id="password-err"`) || l.busy {
		t.Errorf("an empty form gives no error beside its fields, or was sent: %v", l.busy)
	}
	l.done(ctx, wire.User{}, fault.Newf(fault.NoLogin, "The name or the password is wrong."))
	if h := html(); !strings.Contains(h, "The name or the password is wrong.") {
		t.Error("the page does not say that the password is wrong")
	}
	l.done(ctx, wire.User{Username: "ada"}, nil)
	if got := ui.User(ctx); got != "ada" {
		t.Errorf("after logging in the user is %q, want ada", got)
	}
}

func TestRegisterPage(t *testing.T) {
	r := &Register{}
	html, ctx := form(t, r)
	r.done(ctx, wire.User{}, fault.Newf(fault.Conflict, "The name ada is taken."))
	if h := html(); !strings.Contains(h, `id="name-err"`) || !strings.Contains(h, "The name ada is taken.") {
		t.Error("a taken name is not said beside the field")
	}
	r.done(ctx, wire.User{}, fault.Newf(fault.TooMany, "Too many attempts."))
	if h := html(); strings.Contains(h, `id="name-err"`) || !strings.Contains(h, "Too many attempts.") {
		t.Error("an error that is of no field is not said above the form")
	}
	r.done(ctx, wire.User{Username: "ada"}, nil)
	if got := ui.User(ctx); got != "ada" {
		t.Errorf("after registering the user is %q, want ada", got)
	}
}

func TestAccountPage(t *testing.T) {
	a := &Account{}
	html, ctx := form(t, a)
	a.loaded = true
	a.user = wire.User{Username: "ada", Expires: time.Date(2026, 11, 25, 20, 0, 0, 0, time.Local)}
	if h := html(); !strings.Contains(h, "25 Nov 2026, 20:00") || !strings.Contains(h, "There is no token yet.") {
		t.Error("the page does not say until when the session lasts, or that there is no token")
	}
	a.tokenDone(ctx, wire.NewToken{Token: wire.Token{ID: "t1", Name: "nightly"}, Secret: "s3cret"}, nil)
	if h := html(); !strings.Contains(h, "s3cret") || !strings.Contains(h, "Revoke nightly") {
		t.Error("the secret of a token that was made is not shown, or the token is not listed")
	}
	a.onMadeClose(ctx, app.Event{})
	if h := html(); strings.Contains(h, "s3cret") || !strings.Contains(h, "Revoke nightly") {
		t.Error("the secret is shown for longer than once, or the token is not listed any more")
	}
	a.password.Old, a.password.New = "old", "new"
	a.passwordDone(ctx, fault.Fieldf("old", "The old password is wrong."))
	if h := html(); !strings.Contains(h, `id="old-err"`) {
		t.Error("a wrong old password is not said beside its field")
	}
	a.passwordDone(ctx, nil)
	if a.password.Old != "" || a.password.New != "" {
		t.Errorf("after the change the form holds %+v, want nothing", a.password)
	}
}

func TestPrograms(t *testing.T) {
	got := programs([]wire.Token{{ID: "s", Session: true}, {ID: "p"}})
	if len(got) != 1 || got[0].ID != "p" {
		t.Errorf("programs = %v, want p alone", got)
	}
}

func TestLandingPage(t *testing.T) {
	l := &Landing{}
	html, ctx := form(t, l)
	if h := html(); !strings.Contains(h, `href="/register"`) || !strings.Contains(h, `href="/data"`) || strings.Contains(h, "style=") {
		t.Error("a guest is not shown where to begin")
	}
	ui.SetUser(ctx, wire.User{Username: "ada"})
	if h := html(); !strings.Contains(h, "logged in as ada") || strings.Contains(h, `href="/register"`) {
		t.Error("a user is not shown the way to the data")
	}
}
