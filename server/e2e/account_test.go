package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// passwordOf is the password that the helpers give a user.
func passwordOf(user string) string { return "correct horse " + user }

// logIn gives the browser a session of an account that is there, and opens a page.
func (b *browser) logIn(s *server, user, path string) {
	b.t.Helper()
	b.Open(s.URL + "/login")
	b.send("name", user, "password", passwordOf(user))
	b.at("/data")
	b.Open(s.URL + path)
}

// send sends the form of a page such as login: the values of its fields, then its button.
func (b *browser) send(fields ...string) {
	b.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		b.Fill("#"+fields[i], fields[i+1])
	}
	b.Click("main form button[type=submit]")
}

// wrong waits until a field is said to be wrong, beside it and to a screen
// reader, and has the keyboard.
func (b *browser) wrong(field, text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`(e => e?.getAttribute("aria-invalid") === "true" && document.activeElement === e &&
		e.getAttribute("aria-describedby").split(" ").some(id => document.getElementById(id)?.textContent.includes(%q)))(document.getElementById(%q))`, text, field))
}

// holds wants the fields of a form to have these values, each in its own, and no
// password to be readable.
func (b *browser) holds(values ...string) {
	b.t.Helper()
	var fields []struct{ ID, Type, Value string }
	b.Eval(`[...document.querySelectorAll("main form:not(.row) input:not([type=checkbox], [hidden])")].map(e => ({ID: e.id, Type: e.type, Value: e.value}))`, &fields)
	for i := 0; i < len(values); i += 2 {
		for _, f := range fields {
			want := "password"
			if f.ID == "name" {
				want = "text"
			}
			if f.ID == values[i] && (f.Value != values[i+1] || f.Type != want) {
				b.t.Errorf("the field %s of type %s has %q, want type %s with %q", f.ID, f.Type, f.Value, want, values[i+1])
			}
		}
	}
	if len(fields) != len(values)/2 {
		b.t.Errorf("the form has the fields %+v, want %d", fields, len(values)/2)
	}
}

// at waits until the app shows a page.
func (b *browser) at(path string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`location.pathname === %q && document.querySelector("main h1")`, path))
}

// user waits until the top bar names who is there.
func (b *browser) user(name string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector("header.top a.user")?.textContent.trim() === %q`, name))
}

// status asks the API as a program with a token does and gives the answer's status.
func status(t *testing.T, s *server, token, path string) int {
	t.Helper()
	req, err := http.NewRequest("GET", s.URL+wire.API+"/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// TestE2EAccount goes through all that a user does with an account.
func TestE2EAccount(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)

	// A guest who opens a private page logs in and comes to it.
	b.Open(s.URL + "/train#k=5")
	b.at("/login")
	b.Click("main a[href='/register']")
	b.at("/register")

	// Words stand beside the field that is wrong.
	b.send()
	b.wrong("name", "Choose a name")
	b.send("name", "ada lovelace", "password", "short", "again", "short")
	b.wrong("name", "letters, digits, dots")
	b.send("name", "ada")
	b.wrong("password", "5 characters")
	b.send("password", passwordOf("ada"), "again", "correct house ada")
	b.wrong("again", "differ")
	b.Shot("account-register-wrong")
	b.send("password", "zzzzzzzzzzzz", "again", "zzzzzzzzzzzz")
	b.wrong("password", "one character again and again") // the server's words
	b.Click("#show")
	b.Until(`document.querySelector("#password").type === "text"`)
	b.send("password", passwordOf("ada"), "again", passwordOf("ada"))

	// The account is made, its first session is open, and the page that was asked for is there.
	b.at("/train")
	b.Until(`location.hash === "#k=5"`)
	b.See("Welcome, ada. You are logged in.")
	b.user("ada")
	var cookies string
	if b.Eval(`document.cookie`, &cookies); cookies != "" {
		t.Errorf("scripts can read the cookie %q, want none", cookies)
	}

	// The page says until when: the moment that the server means.
	b.Click("header.top a.user")
	b.at("/account")
	b.Until(`document.querySelector("#user")?.textContent === "ada"`)
	var until string
	b.Eval(`document.querySelector("#expires time").dateTime`, &until)
	if end, err := time.Parse(time.RFC3339, until); err != nil || time.Until(end) < 9*time.Hour || time.Until(end) > 11*time.Hour {
		t.Errorf("the session lasts until %q (%v), want ten hours from here", until, err)
	}
	b.Shot("account-light")
	b.Theme("dark")
	b.Shot("account-dark")
	b.Theme("light")

	// Logging out, and in again.
	b.Click("#logout")
	b.at("/login")
	b.See("You are logged out.")
	b.user("Log in")
	b.send()
	b.wrong("name", "Type the name")
	b.send("name", "ada", "password", "wrong password")
	b.See("The name or the password is wrong.")
	b.Until(`document.activeElement.id === "password"`)
	b.holds("name", "ada", "password", "wrong password") // what was typed stays where it was typed
	b.Shot("account-login-wrong")
	b.send("password", passwordOf("ada"))
	b.at("/data")
	b.user("ada")

	// Somebody guesses: the page says when to try again, and so does the API.
	guess := openBrowser(t)
	guess.Open(s.URL + "/login")
	guess.Fill("#name", "grace")
	for range 10 {
		guess.send("password", "wrong password")
		guess.See("The name or the password is wrong.")
		guess.Until(`document.activeElement.id === "password"`)
	}
	guess.send("password", "wrong password")
	guess.Until(`/Too many attempts. Try again in \d+ s\./.test(document.querySelector("[role=alert]")?.textContent)`)
	guess.Shot("account-attempts")
	guess.NoErrors()
	body, err := json.Marshal(wire.Login{Username: "grace", Password: "wrong password"})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.URL+wire.API+"/auth/login", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("one attempt more: %s, Retry-After %q; want 429 and when", res.Status, res.Header.Get("Retry-After"))
	}

	// Another password: what was wrong is said beside its field.
	b.Open(s.URL + "/account")
	const changed = "staple battery ada"
	b.Click("form[aria-labelledby=password-title] button[type=submit]")
	b.wrong("old", "Type the password that you have")
	b.Fill("#old", "wrong password")
	b.Fill("#new", changed)
	b.Fill("#again", changed)
	b.press(kb.Enter)
	b.wrong("old", "The old password is wrong.")
	b.Shot("account-password-wrong")
	b.Fill("#old", passwordOf("ada"))
	b.press(kb.Enter)
	b.See("The password is changed.")
	b.Until(`document.querySelector("#old").value + document.querySelector("#new").value === ""`)
	b.Click("#logout")
	b.at("/login")
	b.send("name", "ada", "password", passwordOf("ada"))
	b.See("The name or the password is wrong.")
	b.send("password", changed)
	b.at("/data")
	b.NoErrors()

	// With the server away a form says so, and keeps what was typed.
	b.Open(s.URL + "/account")
	b.Fill("#old", changed)
	b.Fill("#new", "horse correct ada")
	b.Fill("#again", "horse correct ada")
	b.quiet = true
	s.Kill()
	b.press(kb.Enter)
	b.Until(`document.querySelector("form[aria-labelledby=password-title] [role=alert]")`)
	b.holds("old", changed, "new", "horse correct ada", "again", "horse correct ada")
	b.Open(s.URL + "/register")
	b.send("name", "hedy", "password", passwordOf("hedy"), "again", passwordOf("hedy"))
	b.Until(`document.querySelector("main form [role=alert]")`)
	b.holds("name", "hedy", "password", passwordOf("hedy"), "again", passwordOf("hedy"))
	b.Shot("account-register-away")
}

// TestE2ELogoutEverywhere ends the session of a second browser from the first.
func TestE2ELogoutEverywhere(t *testing.T) {
	s := startServer(t)
	first, second := openBrowser(t), openBrowser(t)
	first.signIn(s, "ada", "/account")
	var tok wire.NewToken
	first.Eval(fmt.Sprintf(`fetch(%q, {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"name": "nightly"}'}).then(r => r.json())`, wire.API+"/auth/tokens"), &tok)
	second.Open(s.URL + "/login")
	second.send("name", "ada", "password", passwordOf("ada"))
	second.at("/data")
	second.See("No data yet")

	// Asked, the user may think again.
	first.Click("#logout-all")
	first.See("Log out everywhere?")
	first.See("Tokens for programs stay")
	first.Shot("account-everywhere")
	first.press(kb.Escape)
	first.Until(`!document.querySelector("dialog") && document.activeElement.id === "logout-all"`)
	second.Open(s.URL + "/account")
	second.Until(`document.querySelector("#user")?.textContent === "ada"`)

	first.Click("#logout-all")
	first.Click("#ask-yes")
	first.at("/login")
	second.Click(`header.top nav a[href="/models"]`)
	second.at("/login")
	second.user("Log in")
	second.send("name", "ada", "password", passwordOf("ada"))
	second.at("/models")
	second.See("No models yet")
	if got := status(t, s, tok.Secret, "datasets"); got != http.StatusOK {
		t.Errorf("after logging out everywhere a program's token: status %d, want 200", got)
	}
	first.NoErrors()
	second.NoErrors()
}

// TestE2EToken makes a token for programs, uses it, and revokes it.
func TestE2EToken(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "ada", "/account")
	b.See("There is no token yet.")
	b.Click("main form.row button[type=submit]")
	b.wrong("token-name", "Name the program")
	b.Fill("#token-days", "5000")
	b.Fill("#token-name", "nightly")
	b.press(kb.Enter)
	b.wrong("token-days", "from 1 to 3,650")
	b.Fill("#token-days", "30")
	b.press(kb.Enter)
	b.Until(`document.querySelector("#secret")?.value.length >= 40 && document.activeElement.id === "copy"`)
	b.Shot("account-token")
	var secret string
	b.Eval(`document.querySelector("#secret").value`, &secret)
	if got := status(t, s, secret, "datasets"); got != http.StatusOK {
		t.Errorf("with the token: status %d, want 200", got)
	}
	last := secret[len(secret)-1]
	if got := status(t, s, secret[:len(secret)-1]+string(last^1), "datasets"); got != http.StatusUnauthorized {
		t.Errorf("with another last letter: status %d, want 401", got)
	}

	// It is listed, with its use; the secret is nowhere any more.
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(`(e => e?.cells[0].textContent === "nightly" && !e.cells[2].textContent.includes("never"))(document.querySelector("[aria-label='List of tokens'] tbody tr"))`)
	var kept bool
	b.Eval(fmt.Sprintf(`[document.documentElement.outerHTML, ...Object.values(localStorage), ...Object.values(sessionStorage), ...[...document.querySelectorAll("input")].map(e => e.value)].some(s => s.includes(%q))`, secret), &kept)
	if kept {
		t.Error("the secret is shown or kept after the page was left")
	}
	var all []wire.Token
	b.ask("auth/tokens", &all)
	names := map[string]bool{}
	for _, tok := range all {
		names[tok.Name] = true
	}
	if !names["nightly"] {
		t.Errorf("tokens = %+v, want nightly among them", all)
	}
	b.Shot("account-tokens")

	b.Click(`button[aria-label="Revoke nightly"]`)
	b.See("Revoke nightly?")
	b.Click("#ask-yes")
	b.See("nightly is revoked.")
	b.See("There is no token yet.")
	b.Until(`document.activeElement.id === "token-name"`)
	if got := status(t, s, secret, "datasets"); got != http.StatusUnauthorized {
		t.Errorf("with the revoked token: status %d, want 401", got)
	}
	b.NoErrors()
}

// TestE2ETwoUsers wants each of two users to see only what is theirs.
func TestE2ETwoUsers(t *testing.T) {
	s := startServer(t)
	ada, grace := openBrowser(t), openBrowser(t)
	ada.signIn(s, "ada", "/data")
	grace.signIn(s, "grace", "/data")
	ada.Click("#sample-iris")
	ada.about("150 rows")
	grace.Click("#sample-penguins")
	grace.about("344 rows")
	for _, tt := range []struct {
		b          *browser
		name, none string
	}{{ada, "iris", "penguins"}, {grace, "penguins", "iris"}} {
		var all []wire.Dataset
		if tt.b.ask("datasets", &all); len(all) != 1 || all[0].Name != tt.name {
			t.Errorf("datasets = %+v, want %s alone", all, tt.name)
		}
		for _, path := range []string{"/explore", "/train", "/models", "/predict"} {
			tt.b.Open(s.URL + path)
			tt.b.Until(`!document.querySelector("main [aria-busy=true]")`)
			var page string
			if tt.b.Eval(`document.querySelector("main").innerText`, &page); strings.Contains(page, tt.none) {
				t.Errorf("%s shows %s:\n%s", path, tt.none, page)
			}
		}
	}
	// What is ada's is nothing to grace: not found, as if it were not there.
	var hers []wire.Dataset
	ada.ask("datasets", &hers)
	for _, path := range []string{"", "/rows", "/describe", "/sample?columns=sepal_len", "/rows.csv", "/versions"} {
		var got int
		grace.Eval(fmt.Sprintf(`fetch(%q).then(r => r.status)`, wire.API+"/datasets/"+hers[0].ID+path), &got)
		if got != http.StatusNotFound {
			t.Errorf("somebody else's datasets/{id}%s: status %d, want 404", path, got)
		}
	}
	ada.NoErrors()
	grace.NoErrors()
}

// TestE2EStorage shows what the browser keeps, and takes it away.
func TestE2EStorage(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.register(s, "hoarder")
	m := b.trainIris(s, "7")
	b.Open(s.URL + "/account")
	b.Until(`document.querySelector("#storage-models")?.textContent.startsWith("1 model, ")`)
	b.Until(`document.querySelector("#storage-used").textContent.includes("that the browser allows")`)
	b.Do("scroll", chromedp.ScrollIntoView("#storage-clear", chromedp.ByQuery))
	b.Shot("account-storage")
	var mine, used, quota float64
	b.Eval(`navigator.storage.estimate().then(e => e.usage)`, &used)
	b.Eval(`navigator.storage.estimate().then(e => e.quota)`, &quota)
	b.Eval(`new Promise(done => { const r = indexedDB.open("centroid"); r.onsuccess = () => { const q = r.result.transaction("models").objectStore("models").getAll(); q.onsuccess = () => done(q.result.reduce((n, t) => n + new TextEncoder().encode(t).length, 0)); }; })`, &mine)
	if text := b.Text("#storage-models"); text != "1 model, "+ui.Bytes(int64(mine)) {
		t.Errorf("the page says %q of a model of %v bytes", text, mine)
	}
	if text := b.Text("#storage-used"); !strings.Contains(text, " of "+ui.Bytes(int64(quota))) || used == 0 {
		t.Errorf("the page says %q, the browser keeps %v of %v bytes", text, used, quota)
	}

	// The browser decides whether it keeps them for good; the page says which.
	b.Click("#storage-keep")
	b.Until(`[...document.querySelectorAll("#toasts .banner")].some(e => /keeps the app and its models until|did not agree/.test(e.textContent))`)
	var kept bool
	b.Eval(`navigator.storage.persisted()`, &kept)
	b.Until(fmt.Sprintf(`document.querySelector("#storage-keep").disabled === %v`, kept))

	newAxe(t, b).check("account, storage")

	b.Click("#storage-clear")
	b.See("Those that the server has stay there")
	b.Click("#ask-no")
	b.Until(`!document.querySelector("dialog")`)
	b.Click("#storage-clear")
	b.Click("#ask-yes")
	b.Until(`document.querySelector("#storage-models").textContent === "0 models" && document.querySelector("#storage-clear").disabled`)
	b.Open(s.URL + "/models")
	b.kept(m.ID, "server")

	b.NoErrors()
}
