package ui

import (
	"net/url"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// has checks that html has all of the parts, and what begins with "!" not.
func has(t *testing.T, html string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if not := strings.TrimPrefix(p, "!"); strings.Contains(html, not) == (not != p) {
			t.Errorf("want %q in\n%s", p, html)
		}
	}
}

func TestShell(t *testing.T) {
	html := app.HTMLString(Shell("train", app.H1().Text("Train a model")))
	has(t, html, `href="#main"`, `id="main"`, `tabindex="-1"`, "Train a model", `id="say"`, `id="toasts"`, "!style=", "!<dialog")
	links := strings.Split(html, "<a ")
	for _, e := range entries {
		for _, a := range links {
			if strings.Contains(a, `href="`+e.Href+`"`) && strings.Contains(a, `aria-current="page"`) != (e.Page == "train") {
				t.Errorf("on train the link is drawn as <a %s", a)
			}
		}
	}
	if n := strings.Count(html, "aria-current"); n != 1 {
		t.Errorf("%d links are current, want 1", n)
	}
}

func TestBarShowsWhoIsThere(t *testing.T) {
	for _, tt := range []struct{ page, user, href, text string }{
		{"data", "ada", "/account", "ada"},
		{"data", "", "/account", "Account"}, // it is not known yet, or a guest is on his way
		{"landing", "", "/login", "Log in"},
		{"landing", "ada", "/account", "ada"},
	} {
		b := &bar{Page: tt.page}
		d := app.NewClientTester(b)
		d.Consume()
		if tt.user != "" {
			SetUser(d.Context(), wire.User{Username: tt.user})
			d.Consume()
		}
		has(t, app.HTMLString(b.account()), `href="`+tt.href+`"`, tt.text)
		d.Close()
	}
}

func TestBarDialogAndTheme(t *testing.T) {
	b := &bar{Page: "data"}
	d := app.NewClientTester(b)
	defer d.Close()
	b.onHelp(d.Context(), app.Event{})
	html := app.HTMLString(b.Render())
	has(t, html, `id="keys"`, "Go to Predict")
	b.onHelpClose(d.Context(), app.Event{})
	has(t, app.HTMLString(b.Render()), `!id="keys"`, `aria-label="Theme: auto"`)
	b.onTheme(d.Context(), app.Event{})
	has(t, app.HTMLString(b.Render()), `aria-label="Theme: light"`)
	if got := themeOf(d.Context()); got != "light" {
		t.Errorf("themeOf = %q, want light: it is kept", got)
	}
}

func TestGuestComesBack(t *testing.T) {
	for _, page := range []string{"data", "landing", "login"} {
		n := &notices{Page: page}
		d := app.NewClientTester(n)
		ctx := d.Context()
		SetUser(ctx, wire.User{ID: "u1", Username: "ada"})
		SetCurrentDataset(ctx, "d1")
		ctx.Page().ReplaceURL(&url.URL{Path: "/" + page, Fragment: "dataset=d1"})
		n.guest(ctx)
		var next string
		if err := ctx.SessionStorage().Get(keyNext, &next); err != nil {
			t.Fatal(err)
		}
		want := "/" + page + "#dataset=d1"
		if open[page] {
			want = ""
		}
		if next != want || User(ctx) != "" || rememberedUser(ctx) != (remembered{}) || CurrentDataset(ctx) != "d1" {
			t.Errorf("a guest on %s: next %q, user %q and %v, dataset %q; want %q, no user, d1",
				page, next, User(ctx), rememberedUser(ctx), CurrentDataset(ctx), want)
		}
		// Said twice, as by two answers, it is not the login that one comes back to.
		ctx.Page().ReplaceURL(&url.URL{Path: "/login"})
		n.guest(ctx)
		next = ""
		if err := ctx.SessionStorage().Get(keyNext, &next); err != nil || next != want {
			t.Errorf("a guest on %s twice: next %q, %v; want %q", page, next, err, want)
		}
		if got := fault.CodeOf(device.SaveModel(&model.Model{})); got != fault.NoLogin {
			t.Errorf("for a guest on %s SaveModel answers %s, want %s", page, got, fault.NoLogin)
		}
		ForgetUser(ctx, true)
		if CurrentDataset(ctx) != "" || ctx.SessionStorage().Len() != 0 {
			t.Error("after logging out something is left for the next user")
		}
		d.Close()
	}
}

// TestKnown holds the device to who is logged in, by what it answers to a model
// without an id: nobody can keep one, everybody else needs an id.
func TestKnown(t *testing.T) {
	away := fault.Newf(fault.Unavailable, "away")
	tests := map[string]struct {
		last remembered
		u    wire.User
		err  error
		want remembered // the zero value is nobody
		data string     // the dataset used last
	}{
		"the same":             {remembered{"u1", "ada"}, wire.User{ID: "u1", Username: "ada"}, nil, remembered{"u1", "ada"}, "d1"},
		"nobody before":        {remembered{}, wire.User{ID: "u1", Username: "ada"}, nil, remembered{"u1", "ada"}, "d1"},
		"another one":          {remembered{"u1", "ada"}, wire.User{ID: "u2", Username: "bob"}, nil, remembered{"u2", "bob"}, ""},
		"away":                 {remembered{"u1", "ada"}, wire.User{}, away, remembered{"u1", "ada"}, "d1"},
		"away, nobody before":  {remembered{}, wire.User{}, away, remembered{}, "d1"},
		"a guest before login": {remembered{}, wire.User{}, fault.Newf(fault.NoLogin, "no"), remembered{}, "d1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := &notices{Page: "models"}
			d := app.NewClientTester(n)
			defer d.Close()
			ctx := d.Context()
			SetCurrentDataset(ctx, "d1")
			if ForgetUser(ctx, false); tt.last.ID != "" {
				SetUser(ctx, wire.User{ID: tt.last.ID, Username: tt.last.Name})
			}
			n.known(ctx, tt.last, tt.u, tt.err)
			if got := rememberedUser(ctx); got != tt.want || User(ctx) != tt.want.Name || CurrentDataset(ctx) != tt.data {
				t.Errorf("known: remembered %v, user %q, dataset %q, want %v and %q", got, User(ctx), CurrentDataset(ctx), tt.want, tt.data)
			}
			want := fault.Invalid
			if tt.want.ID == "" {
				want = fault.NoLogin
			}
			if got := fault.CodeOf(device.SaveModel(&model.Model{})); got != want {
				t.Errorf("SaveModel answers %s, want %s", got, want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	d := app.NewClientTester(app.Div())
	defer d.Close()
	ctx := d.Context()
	for set, want := range map[string]string{
		"/train#job=j1": "/train#job=j1", "": "/data", "//evil.example": "/data", "https://evil.example": "/data",
	} {
		SetNext(ctx, set)
		if got := Next(ctx); got != want {
			t.Errorf("Next() = %q after SetNext(%q), want %q", got, set, want)
		}
		if got := Next(ctx); got != "/data" {
			t.Errorf("the second Next() = %q, want /data", got)
		}
	}
}

func TestNoticesSayWhatHolds(t *testing.T) {
	n := &notices{Page: "predict"}
	d := app.NewClientTester(n)
	defer d.Close()
	has(t, app.HTMLString(n.Render()), "!banner")
	n.setOffline(d.Context(), true)
	has(t, app.HTMLString(n.Render()), `id="offline"`)
	if Online(d.Context()) {
		t.Error("Online() = true, want false")
	}
	n.setOffline(d.Context(), false)
	n.OnAppUpdate(d.Context())
	has(t, app.HTMLString(n.Render()), `!id="offline"`, `id="update"`, "Reload")
	if !Online(d.Context()) {
		t.Error("Online() = false, want true")
	}
}

func TestConfirm(t *testing.T) {
	a := &asker{}
	d := app.NewClientTester(a)
	defer d.Close()
	did := 0
	ask := func() {
		Confirm(d.Context(), Question{Title: "Delete penguins?", Text: "Its 344 rows go.", Yes: "Delete", Bad: true, Do: func(app.Context) { did++ }})
		d.Consume()
		has(t, app.HTMLString(a.Render()), "Delete penguins?", "Its 344 rows go.", `class="danger"`)
	}
	ask()
	a.onNo(d.Context(), app.Event{})
	d.Consume()
	has(t, app.HTMLString(a.Render()), "!Delete")
	if did != 0 {
		t.Fatal("it was done though the answer was no")
	}
	ask()
	a.onYes(d.Context(), app.Event{})
	d.Consume()
	if did != 1 || a.open {
		t.Errorf("done %d times, open %v; want once, false", did, a.open)
	}
}

func TestToasts(t *testing.T) {
	k := &toasts{}
	d := app.NewClientTester(k)
	defer d.Close()
	Toast(d.Context(), "bad", "The disk is full.")
	Toast(d.Context(), "bad", "The disk is full.")
	d.Consume()
	html := app.HTMLString(k.Render())
	if n := strings.Count(html, "The disk is full."); n != 2 {
		t.Fatalf("%d messages are shown, want 2", n)
	}
	dropToast(d.Context(), k.all[0].ID) // the other one stays
	d.Consume()
	if n := len(k.all); n != 1 {
		t.Fatalf("%d messages are left, want 1", n)
	}
	Toast(d.Context(), "good", "Saved.")
	d.Consume()
	if k.timers[k.all[0].ID] != nil || k.timers[k.all[1].ID] == nil {
		t.Error("a bad message goes by itself, or a good one does not")
	}
	for range 9 {
		Toast(d.Context(), "bad", "x")
	}
	d.Consume()
	if n := len(k.all); n != 4 {
		t.Errorf("%d messages are shown, want 4 at most", n)
	}
}

func TestSay(t *testing.T) {
	l := &live{}
	d := app.NewClientTester(l)
	defer d.Close()
	Say(d.Context(), "pass 7")
	d.Consume()
	first := l.said
	Say(d.Context(), "pass 7") // news though it is the same
	d.Consume()
	if first != "pass 7" || l.said == first || strings.TrimRight(l.said, "\u00a0") != first {
		t.Errorf("said %q, then %q", first, l.said)
	}
	// Another page does not say it again.
	l2 := &live{}
	d.Mount(l2)
	d.Consume()
	if l2.said != "" {
		t.Errorf("a further page said %q, want nothing", l2.said)
	}
}

func TestField(t *testing.T) {
	html := app.HTMLString(Field("Name", "name", app.Input(), "Letters only.", ""))
	has(t, html, `for="name"`, `id="name"`, `aria-describedby="name-hint"`, `id="name-hint"`, "!aria-invalid")
	html = app.HTMLString(Field("Name", "name", app.Select(), "", "It is empty."))
	has(t, html, `aria-describedby="name-err"`, "aria-invalid", "It is empty.")
	has(t, app.HTMLString(Field("Name", "name", app.Textarea(), "", "")), `id="name"`, "!aria-describedby")
}

func TestErrorBox(t *testing.T) {
	has(t, app.HTMLString(ErrorBox(&fault.Error{Code: fault.Invalid, Msg: "It has 5 fields.", Line: 214}, nil)),
		`role="alert"`, "banner bad", "Line 214: It has 5 fields.", "!<button")
	retry := func(app.Context, app.Event) {}
	has(t, app.HTMLString(ErrorBox(fault.Newf(fault.Unavailable, "Away."), retry)), "banner warn", "Try again")
}

func TestBadge(t *testing.T) {
	has(t, app.HTMLString(Badge(0)), `k1"`, ">0</text>", "cluster 0")
	has(t, app.HTMLString(Badge(12)), `k1"`, ">12</text>")
	has(t, app.HTMLString(Badge(-1)), "!svg")
	seen := map[string]int{}
	for i := range Colours * Shapes {
		look := ClusterClass(i) + shapes[i%Shapes]
		if j, ok := seen[look]; ok {
			t.Fatalf("clusters %d and %d look the same", j, i)
		}
		seen[look] = i
	}
}
