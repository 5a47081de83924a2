package auth_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/fault"
)

const good = "a good long sentence"

// world is a service over a real store, and the time.
type world struct {
	*testing.T
	*auth.Service
	store *store.Store
	path  string
	now   time.Time
}

func newWorld(t *testing.T, o auth.Options) *world {
	t.Helper()
	w := &world{T: t, path: filepath.Join(t.TempDir(), "centroid.db"), now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.now }
	var err error
	if w.store, err = store.Open(t.Context(), w.path, now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	o.Now = now
	o.Password = &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32} // quick
	if w.Service, err = auth.New(w.store, o); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) register(name string) (secret string, id auth.Identity) {
	w.Helper()
	secret, id, err := w.Register(w.Context(), name, "", good, "10.0.0.1")
	if err != nil {
		w.Fatal(err)
	}
	return secret, id
}

// login logs in from an address of its own.
func (w *world) login(name, password string) (secret string, id auth.Identity) {
	w.Helper()
	secret, id, err := w.Login(w.Context(), name, password, "10.0.0.2")
	if err != nil {
		w.Fatal(err)
	}
	return secret, id
}

// in wants a secret to let its bearer in, and gives the identity.
func (w *world) in(secret string) auth.Identity {
	w.Helper()
	id, err := w.Authenticate(w.Context(), secret)
	if err != nil {
		w.Fatalf("Authenticate() = %v, want to be let in", err)
	}
	return id
}

// out wants a secret not to let its bearer in.
func (w *world) out(secret string) {
	w.Helper()
	if id, err := w.Authenticate(w.Context(), secret); fault.CodeOf(err) != fault.NoLogin || id != (auth.Identity{}) {
		w.Errorf("Authenticate() = %+v, %v, want nobody", id, err)
	}
}

func (w *world) code(what string, err error, want fault.Code) {
	w.Helper()
	if fault.CodeOf(err) != want {
		w.Errorf("%s = %v, want %s", what, err, want)
	}
}

func TestRegister(t *testing.T) {
	w := newWorld(t, auth.Options{})
	secret, id, err := w.Register(t.Context(), " Ann ", " ann@example.org ", good, "1.2.3.4")
	if err != nil {
		t.Fatal(err)
	}
	if id.Username != "Ann" || id.Email != "ann@example.org" || !id.Session || !id.Expires.Equal(w.now.Add(10*time.Hour)) {
		t.Errorf("identity = %+v, want Ann in a session of 10 hours", id)
	}
	if got := w.in(secret); got != id {
		t.Errorf("Authenticate() = %+v, want %+v", got, id)
	}
	_, _, err = w.Register(t.Context(), "aNN", "", good, "1.2.3.4")
	w.code("Register() of a name that is taken in other letters", err, fault.Conflict)

	long := strings.Repeat("x", 65)
	for name, tc := range map[string]struct{ user, email, password, field string }{
		"no name":              {"", "", good, "username"},
		"a long name":          {long, "", good, "username"},
		"a space in it":        {"a b", "", good, "username"},
		"a line end in it":     {"a\nb", "", good, "username"},
		"markup":               {"<b>", "", good, "username"},
		"no address":           {"bob", "bob", good, "email"},
		"a header in it":       {"bob", "a@b\r\nBcc: c@d", good, "email"},
		"short":                {"bob", "", "123456789", "password"},
		"short in characters":  {"bob", "", "ééééé", "password"},
		"long":                 {"bob", "", strings.Repeat("ab", 513), "password"},
		"the name":             {"bobbobbobbob", "", "BOBbobbobbob", "password"},
		"one character":        {"bob", "", "zzzzzzzzzzzz", "password"},
		"no password":          {"bob", "", "", "password"},
		"letters of all kinds": {"Åsa.Łuk-中_1", "", good, ""},
	} {
		_, _, err := w.Register(t.Context(), tc.user, tc.email, tc.password, "1.2.3.5")
		e, _ := errors.AsType[*fault.Error](err)
		if tc.field == "" && err != nil || tc.field != "" && (e == nil || e.Code != fault.Invalid || e.Field != tc.field) {
			t.Errorf("%s: Register() = %+v, want a fault of %q", name, err, tc.field)
		}
	}
}

func TestLogin(t *testing.T) {
	w := newWorld(t, auth.Options{})
	first, id := w.register("Ann")
	second, again := w.login(" ann ", good)
	if again.User != id.User || again.Username != "Ann" || again.Token == id.Token || second == first {
		t.Errorf("Login() = %+v, want another session of %+v", again, id)
	}
	w.in(first)
	w.in(second)

	_, _, wrong := w.Login(t.Context(), "Ann", good+".", "10.0.0.3")
	_, _, nobody := w.Login(t.Context(), "nobody", good, "10.0.0.3")
	w.code("Login() with a wrong password", wrong, fault.NoLogin)
	w.code("Login() of nobody", nobody, fault.NoLogin)
	if fault.Message(wrong) != fault.Message(nobody) {
		t.Errorf("%q and %q tell who has an account", fault.Message(wrong), fault.Message(nobody))
	}
	for _, s := range []string{"", "x", first[1:], first + "A", strings.ToLower(first)} {
		w.out(s)
	}
	if err := w.Logout(t.Context(), again); err != nil {
		t.Error(err)
	}
	w.out(second)
	w.in(first)
}

// TestSecretsAreHashed looks into the store's files: no secret and no password is in them.
func TestSecretsAreHashed(t *testing.T) {
	w := newWorld(t, auth.Options{})
	session, id := w.register("ann")
	program, _, err := w.NewToken(t.Context(), id, "script", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{session, program} {
		if b, err := base64.RawURLEncoding.DecodeString(s); err != nil || len(b) != 32 {
			t.Errorf("a secret has %d bytes, %v, want 32", len(b), err)
		}
	}
	files, err := filepath.Glob(w.path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files of the store: %v, %v, want the file and its log", files, err)
	}
	found := false
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(b, []byte("$argon2id$"))
		for _, secret := range []string{session, program, good} {
			raw, _ := base64.RawURLEncoding.DecodeString(secret)
			if bytes.Contains(b, []byte(secret)) || len(raw) == 32 && bytes.Contains(b, raw) {
				t.Errorf("%s holds a secret", filepath.Base(f))
			}
		}
	}
	if !found {
		t.Error("no file holds the password's hash: the test looks at the wrong place")
	}
}

func TestSessionSlides(t *testing.T) {
	w := newWorld(t, auth.Options{Session: 10 * time.Hour, Longest: 24 * time.Hour})
	begin := w.now
	secret, _ := w.register("ann")
	for _, step := range []struct{ at, expires time.Duration }{
		{30 * time.Second, 10 * time.Hour}, // too soon to note the use
		{9 * time.Hour, 19 * time.Hour},
		{13 * time.Hour, 23 * time.Hour},
		{20 * time.Hour, 24 * time.Hour}, // not beyond the longest
		{24*time.Hour - time.Millisecond, 24 * time.Hour},
	} {
		w.now = begin.Add(step.at)
		if id := w.in(secret); !id.Expires.Equal(begin.Add(step.expires)) {
			t.Errorf("after %v the session lasts until %v, want %v after the login", step.at, id.Expires.Sub(begin), step.expires)
		}
	}
	w.now = begin.Add(24 * time.Hour)
	w.out(secret)
	w.now = begin // it is gone, whatever the clock says
	w.out(secret)
}

func TestUnusedSessionEnds(t *testing.T) {
	w := newWorld(t, auth.Options{})
	secret, id := w.register("ann")
	w.now = w.now.Add(10*time.Hour - time.Millisecond)
	w.in(secret)
	w.now = w.now.Add(10 * time.Hour)
	w.out(secret)
	if all, err := w.Tokens(t.Context(), id); err != nil || len(all) != 0 {
		t.Errorf("Tokens() = %+v, %v, want none", all, err)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t, auth.Options{Token: 100 * 24 * time.Hour})
	_, id := w.register("ann")
	_, bob := w.register("bob")
	begin := w.now
	secret, tok, err := w.NewToken(t.Context(), id, " script ", 2)
	if err != nil || tok.Name != "script" || tok.Session || !tok.Expires.Equal(begin.Add(48*time.Hour)) {
		t.Fatalf("NewToken() = %+v, %v, want one of two days", tok, err)
	}
	if _, tok, err := w.NewToken(t.Context(), id, "default", 0); err != nil || !tok.Expires.Equal(begin.Add(100*24*time.Hour)) {
		t.Errorf("NewToken() = %+v, %v, want one of 100 days", tok, err)
	}
	for name, days := range map[string]int{"": 1, strings.Repeat("x", 101): 1, "a": -1, "b": 3651} {
		_, _, err := w.NewToken(t.Context(), id, name, days)
		w.code(fmt.Sprintf("NewToken(%.10q, %d)", name, days), err, fault.Invalid)
	}
	w.now = begin.Add(47 * time.Hour)
	if got := w.in(secret); got.Session || got.Token != tok.ID || !got.Expires.Equal(tok.Expires) {
		t.Errorf("Authenticate() = %+v, want the token, whose end does not move", got)
	}
	all, err := w.Tokens(t.Context(), id)
	if err != nil || len(all) != 2 {
		t.Errorf("Tokens() = %+v, %v, want the two of programs: the session has ended", all, err)
	}
	w.code("Revoke() by another", w.Revoke(t.Context(), bob, tok.ID), fault.NotFound)
	w.in(secret)
	if err := w.Revoke(t.Context(), id, tok.ID); err != nil {
		t.Error(err)
	}
	w.out(secret)
	w.code("Revoke() again", w.Revoke(t.Context(), id, tok.ID), fault.NotFound)
}

func TestLogoutAll(t *testing.T) {
	w := newWorld(t, auth.Options{})
	a, id := w.register("ann")
	b, _ := w.login("ann", good)
	program, _, err := w.NewToken(t.Context(), id, "script", 0)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := w.register("bob")
	if err := w.LogoutAll(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.out(a)
	w.out(b)
	w.in(program)
	w.in(other)
}

func TestChangePassword(t *testing.T) {
	w := newWorld(t, auth.Options{})
	mine, id := w.register("ann")
	theirs, _ := w.login("ann", good)
	program, _, err := w.NewToken(t.Context(), id, "script", 0)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := w.register("bob")
	const next = "another long sentence"
	for name, tc := range map[string]struct{ old, next, field string }{
		"wrong old": {"not the old one", next, "old"},
		"short":     {good, "short", "new"},
		"the name":  {good, "ann", "new"},
	} {
		err := w.ChangePassword(t.Context(), id, tc.old, tc.next)
		if e, _ := errors.AsType[*fault.Error](err); e == nil || e.Code != fault.Invalid || e.Field != tc.field {
			t.Errorf("%s: ChangePassword() = %v, want a fault of %q", name, err, tc.field)
		}
	}
	w.in(theirs)
	if err := w.ChangePassword(t.Context(), id, good, next); err != nil {
		t.Fatal(err)
	}
	w.in(mine)
	w.in(other)
	w.out(theirs)
	w.out(program)
	_, _, err = w.Login(t.Context(), "ann", good, "10.0.0.9")
	w.code("Login() with the old password", err, fault.NoLogin)
	w.login("ann", next)
}

// TestAttemptLimit has wrong passwords until no more are taken, and then as many as time gives back.
func TestAttemptLimit(t *testing.T) {
	w := newWorld(t, auth.Options{})
	w.register("ann")
	w.register("bob")
	attempt := func(name, password, addr string) error {
		_, _, err := w.Login(t.Context(), name, password, addr)
		return err
	}
	for i := range 10 {
		w.code("a wrong password", attempt([]string{"ann", "ANN", " Ann"}[i%3], "wrong", "10.1.0.1"), fault.NoLogin)
	}
	err := attempt("ann", good, "10.1.0.1")
	w.code("the right password after ten wrong ones", err, fault.TooMany)
	e, _ := errors.AsType[*fault.Error](err)
	if e == nil || e.RetryAfter < 6*time.Second || e.RetryAfter > 8*time.Second {
		t.Fatalf("RetryAfter = %+v, want what it takes until one more is taken", e)
	}
	for range 100 { // refused ones do not make it worse, nor do they lock the user out
		w.code("one more", attempt("ann", good, "10.1.0.1"), fault.TooMany)
	}
	w.code("the user, from elsewhere", attempt("ann", good, "10.1.0.2"), "")
	w.code("another name", attempt("bob", good, "10.1.0.1"), "")
	w.now = w.now.Add(e.RetryAfter)
	w.code("the right password after the wait", attempt("ann", good, "10.1.0.1"), "")
	for range 10 { // a login gives all of the name's attempts back
		w.code("a wrong password again", attempt("ann", "wrong", "10.1.0.1"), fault.NoLogin)
	}
	for i := range 90 { // with those ten, a hundred
		w.code("a wrong password from many addresses", attempt("ann", "wrong", fmt.Sprintf("10.1.1.%d", i)), fault.NoLogin)
	}
	w.code("one too many on the name", attempt("ann", good, "10.1.2.1"), fault.TooMany)

	for i := range 50 {
		w.code("a wrong name", attempt(fmt.Sprintf("nobody-%d", i), "wrong", "10.2.0.1"), fault.NoLogin)
	}
	w.code("the fifty-first from one address", attempt("nobody", "wrong", "10.2.0.1"), fault.TooMany)
	w.code("from another address", attempt("nobody", "wrong", "10.2.0.2"), fault.NoLogin)
	_, _, err = w.Register(t.Context(), "carl", "", good, "10.2.0.1")
	w.code("Register() is counted apart", err, "")
	for i := range 50 {
		_, _, err = w.Register(t.Context(), "x", "", "short", "10.3.0.1")
		w.code(fmt.Sprintf("registration %d", i+1), err, fault.Invalid)
	}
	_, _, err = w.Register(t.Context(), "dora", "", good, "10.3.0.1")
	w.code("the fifty-first registration", err, fault.TooMany)
}

func TestChangePasswordIsLimited(t *testing.T) {
	w := newWorld(t, auth.Options{})
	_, id := w.register("ann")
	for range 10 {
		w.code("a wrong old password", w.ChangePassword(t.Context(), id, "wrong", good), fault.Invalid)
	}
	w.code("one more", w.ChangePassword(t.Context(), id, good, "another long sentence"), fault.TooMany)
}

func TestCanceledLogin(t *testing.T) {
	w := newWorld(t, auth.Options{})
	w.register("ann")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := w.Login(ctx, "ann", good, "10.0.0.1"); !errors.Is(err, context.Canceled) {
		t.Errorf("Login() = %v, want the context's end", err)
	}
}
