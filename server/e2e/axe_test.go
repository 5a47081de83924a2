package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/app"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

// open lists the pages that need no account.
var open = []string{"/", "/login", "/register", "/private", "/predict"}

// wholeBy is what a page of a user with a dataset and a model has when it is all there.
var wholeBy = map[string]string{
	"/": "h1", "/login": "h1", "/register": "h1", "/account": "#user", "/data": "#rows [role=row]", "/explore": "#column-2 canvas",
	"/train": "#train-go", "/predict": "#answer-cluster", "/models": "#models", "/private": "#private-open:enabled",
}

// whole opens a page and returns when it is all there.
func (b *browser) whole(s *server, path string) {
	b.t.Helper()
	if wholeBy[path] == "" {
		b.t.Fatalf("by what is %s whole? Say it in the table", path)
	}
	b.Open(s.URL + path)
	b.Until(fmt.Sprintf(`document.querySelector(%q) && !document.querySelector("main .skeleton")`, wholeBy[path]))
}

// violation is a rule that a page breaks, and where.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ Target, HTML, Summary string }
}

// axe is the rules of axe-core, to hold against what a browser shows.
type axe struct {
	*browser
	source  string
	checked int
}

func newAxe(t *testing.T, b *browser) *axe {
	t.Helper()
	const path = "../../web/node_modules/axe-core/axe.min.js"
	source, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no axe-core at %s: run `make setup`", path)
	}
	return &axe{browser: b, source: string(source)}
}

// violations gives what the page as it stands breaks. The rules come by the
// debugger, which the page's policy does not stop.
func (a *axe) violations() (out []violation) {
	a.t.Helper()
	var there bool
	if a.Eval(`Boolean(window.axe)`, &there); !there {
		a.Do("axe", chromedp.Evaluate("void (() => {"+a.source+"\n})()", nil))
	}
	a.Eval(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help,
		Nodes: v.nodes.map(n => ({Target: n.target.join(" "), HTML: n.html.slice(0, 200), Summary: n.failureSummary}))})))`, &out)
	return out
}

// check holds the rules against the page in both themes, wide and narrow. What
// breaks a rule in all of them is told once.
func (a *axe) check(name string) {
	a.t.Helper()
	told := map[string]bool{}
	for _, theme := range []string{"light", "dark"} {
		a.Theme(theme)
		for _, size := range []struct {
			name string
			set  func()
		}{{"1360", a.Desktop}, {"390", a.Phone}} {
			size.set()
			a.Until(`document.getAnimations().every(a => a.playState === "finished")`)
			a.checked++
			for _, v := range a.violations() {
				for _, n := range v.Nodes {
					if told[v.ID+n.Target] {
						continue
					}
					told[v.ID+n.Target] = true
					a.t.Errorf("%s, %s, %s px: %s (%s, %s) at %s\n%s\n%s", name, theme, size.name, v.ID, v.Impact, v.Help, n.Target, n.HTML, n.Summary)
				}
			}
			a.Shot(strings.Join([]string{"axe", name, theme, size.name}, "-"))
		}
	}
	a.Desktop()
	a.Theme("light")
}

// TestE2EAxe holds the rules of axe-core against every page and dialog.
func TestE2EAxe(t *testing.T) {
	s := startServer(t)
	a := newAxe(t, openBrowser(t))

	// The ruler itself: it finds what is wrong.
	a.Open(s.URL + "/login")
	a.Eval(`void document.querySelector("main").append(document.createElement("img"))`, nil)
	if v := a.violations(); len(v) != 1 || v[0].ID != "image-alt" {
		t.Fatalf("axe says %+v of a picture without a text, want image-alt alone", v)
	}

	t.Run("guest", func(t *testing.T) {
		a.t = t
		for _, path := range app.Paths() {
			a.Open(s.URL + path)
			if !slices.Contains(open, path) {
				a.at("/login")
				continue
			}
			a.check("guest " + path)
		}
		a.Open(s.URL + "/register")
		a.send("name", "a b", "password", "x", "again", "x")
		a.wrong("name", "letters")
		a.check("register, wrong")
		a.Open(s.URL + "/login")
		a.send("name", "nobody", "password", "wrong password")
		a.See("The name or the password is wrong.")
		a.check("login, refused")
		for _, path := range []string{"/api/docs", "/no-such-page"} {
			a.Do("open", chromedp.Navigate(s.URL+path))
			a.Until(`document.querySelector("h1")`)
			a.check(path)
		}
	})

	t.Run("new user", func(t *testing.T) {
		a.t = t
		a.signIn(s, "new", "/account")
		for _, path := range app.Paths() {
			if slices.Contains(open, path) {
				continue
			}
			a.Open(s.URL + path)
			a.Until(`!document.querySelector("main .skeleton")`)
			a.check("empty " + path)
		}
		a.Click("#help")
		a.dialog("keys", "keyboard help")
		a.whole(s, "/account")
		a.Click("#logout")
		a.at("/login")
	})

	p := program(t, s, "ada")
	var set wire.Dataset
	p.do("POST", "datasets/sample/penguins", nil, "", &set)
	m := p.train(wire.TrainStart{Dataset: set.ID, Name: "birds", Config: kmeans.Config{K: 3, Seed: 1, Tolerance: 1e-4}})
	p.train(wire.TrainStart{Dataset: set.ID, Name: "birds again", Config: kmeans.Config{K: 14, Seed: 2, Tolerance: 1e-4}})
	var jobs []wire.Job
	p.do("GET", "jobs", nil, "", &jobs)
	a.logIn(s, "ada", "/data")

	t.Run("pages", func(t *testing.T) {
		a.t = t
		for _, path := range app.Paths() {
			if path == "/login" || path == "/register" {
				continue // as a guest sees them
			}
			a.whole(s, path)
			a.check(path)
		}
	})

	t.Run("account", func(t *testing.T) {
		a.t = t
		a.Open(s.URL + "/account")
		a.Click("form[aria-labelledby=password-title] button[type=submit]")
		a.wrong("old", "Type the password")
		a.Fill("#token-name", "nightly")
		a.press(kb.Enter)
		a.Until(`document.querySelector("#secret")`)
		a.check("account, token made, password wrong")
		a.Click("#logout-all")
		a.dialog("ask", "log out everywhere")
	})

	t.Run("data", func(t *testing.T) {
		a.t = t
		a.Open(s.URL + "/data#dataset=" + set.ID)
		a.cellIs(0, 0, "Adelie")
		a.Click("#paste-button")
		a.Click("#paste-save")
		a.dialog("paste", "paste")
		a.Click("#rename-button")
		a.dialog("rename", "rename a dataset")
		a.Click("#delete-button")
		a.dialog("ask", "delete a dataset")
		a.Click("#row-add")
		a.Fill("#cell-2", "x")
		a.Click("#row-save")
		a.See("want a number")
		a.dialog("row", "add a row, wrong")
		a.Click(gridCell(1, 2))
		a.press(kb.Enter)
		a.Until(`document.activeElement.matches("input.dg-edit")`)
		a.Do("type", chromedp.KeyEvent("heavy"))
		a.press(kb.Enter)
		a.See("want a number")
		a.check("data, a cell is wrong")
		a.press(kb.Escape)
		a.Click(gridCell(1, 2))
		a.Click("#row-delete")
		a.dialog("ask", "delete a row")
		a.Click("#rows [role=columnheader][data-column='2'] .dg-menu")
		a.Fill("#rows-filter-min", "x")
		a.Click("#rows-filter-apply")
		a.See("x is no number.")
		a.dialog("rows-menu", "a column of numbers, wrong")
		a.Until(`[...document.querySelectorAll("#rows .dg-h path")].some(p => p.getAttribute("d"))`)
		a.Click("#rows [role=columnheader][data-column='0'] .dg-menu")
		a.Until(`document.querySelector("[name=level]")`)
		a.dialog("rows-menu", "a column of categories")
		a.Click("#rows-columns")
		a.dialog("rows-list", "all columns")
		a.Fill("#rows-search", "biscoe"+kb.Enter)
		a.See("that fit, of 344")
		a.Click(gridCell(1, 0))
		a.chord(kb.ArrowDown, input.ModifierShift)
		a.See("2 rows marked")
		a.check("data, rows searched and marked")
		a.Click("#rows-chips button")
		a.Choose("#role-0", "ignored")
		a.about("version 2")
		a.Choose("#version", "1")
		a.See("This is version 1 of 2")
		a.cellIs(0, 0, "Adelie")
		a.check("data, an older version")
		a.give("#file", writeFile(t, "ragged.csv", "a,b\n1,2,3\n"))
		a.Until(`document.querySelector("#upload-fault")`)
		a.check("data, a file is refused")
	})

	t.Run("sql", func(t *testing.T) {
		a.t = t
		a.Open(s.URL + "/data#dataset=" + set.ID + "&sql")
		a.query("SELECT species, avg(body_mass_g) AS mass FROM penguins GROUP BY species")
		a.See("3 rows, 2 columns")
		a.Choose("#sql-chart-kind", "bars")
		a.Until(`document.querySelector("#sql-bars canvas")`)
		a.Click("#kept-keep")
		a.Until(`document.querySelector("#kept-table")`)
		a.See("Kept: 3 rows, ")
		a.check("sql, an answer, its chart, kept rows")
		a.query("SELECT wingspan FROM penguins")
		a.See("Line 1, column 8:")
		a.check("sql, wrong")
	})

	t.Run("explore", func(t *testing.T) {
		a.t = t
		at := url.Values{"dataset": {set.ID}, "x": {"bill_length_mm"}, "y": {"body_mass_g"}, "z": {"year"}, "model": {m.ID},
			"filter": {`[{"column":"body_mass_g","min":3500,"max":4500},{"column":"sex","levels":["male"]}]`}}
		a.Open(s.URL + "/explore#" + at.Encode())
		a.Until(`document.querySelector("#pair canvas") && document.querySelector("#picked-rows") && document.querySelector("#pca-plane")`)
		a.Eval(`void document.querySelectorAll("main details:not(.menu)").forEach(d => d.open = true)`, nil)
		a.Until(`[...document.querySelectorAll("main details:not(.menu)")].every(d => d.querySelector("table"))`)
		a.check("explore, all tables")
		at.Set("many", "space")
		at.Del("filter")
		a.Open(s.URL + "/explore#" + at.Encode())
		a.Until(`document.querySelector("#many-space canvas")`)
		a.Click("#pick-form")
		a.Choose("#pick-column", "body_mass_g")
		a.Until(`document.querySelector("#pick-from")`)
		a.check("explore, selecting by numbers")
		a.Choose("#pick-column", "species")
		a.Until(`document.querySelector(".picks input[type=checkbox]")`)
		a.check("explore, selecting by levels")
		at.Set("many", "matrix")
		a.Open(s.URL + "/explore#" + at.Encode())
		a.Until(`document.querySelector("#many-matrix canvas")`)
		a.Click("#many-columns")
		a.Click("figure:has(#pair) > details.menu > summary")
		a.check("explore, menus")
	})

	t.Run("train", func(t *testing.T) {
		a.t = t
		a.Open(s.URL + "/train#dataset=" + set.ID)
		a.Click("#more summary")
		a.Click("#limits summary")
		a.Choose("#algorithm", string(kmeans.MiniBatch))
		a.Until(`document.querySelector("#batch") && document.querySelector("#init-rounds")`)
		a.check("train, unfolded")
		a.Choose("#init", string(kmeans.Given))
		a.Until(`document.querySelector("#start-rows")`)
		a.Fill("#k", "0")
		a.Fill("#seed", "x")
		a.Click("#train-go")
		a.Until(`document.querySelector("#k-err")`)
		a.check("train, wrong")
		var kept string
		a.Eval(`document.querySelector("#start").options[1].value`, &kept) // the model that the page Predict has brought to the device
		a.Choose("#start", kept)
		a.Until(`document.querySelector("input#frozen")`)
		a.check("train, from a model")
		for _, job := range jobs {
			a.Open(s.URL + "/train#job=" + job.ID)
			a.Until(`document.querySelector("#clusters canvas, #clusters .cluster") && document.querySelector("#passes tbody tr")`)
			a.check("train, done " + job.Name)
		}
		a.Eval(`void document.querySelectorAll("main details").forEach(d => d.open = true)`, nil)
		a.check("train, all tables")
		a.Open(s.URL + "/train#job=NOSUCHJOB")
		a.See("This training is gone")
		a.check("train, gone")
	})

	t.Run("models", func(t *testing.T) {
		a.t = t
		a.Open(s.URL + "/models#model=" + m.ID)
		a.Until(`document.querySelector("#model-actions .act-delete")`)
		a.check("one model")
		a.Click("#model-actions .act-rename")
		a.Fill("#rename-name", " ")
		a.Click("#rename-save")
		a.See("A model needs a name.")
		a.dialog("rename", "rename a model, wrong")
		a.Click("#model-actions .act-delete")
		a.dialog("ask", "delete a model")
		a.Open(s.URL + "/models#model=NOSUCHMODEL")
		a.Until(`!document.querySelector("main .skeleton")`)
		a.check("no such model")
	})

	t.Run("predict", func(t *testing.T) {
		a.t = t
		a.Open(s.URL + "/predict#model=" + m.ID)
		a.Until(`document.querySelector("#row-form input[type=number]")`)
		a.Fill("#row-form input[type=number]", "999")
		a.check("predict, outside of the training")
		a.Eval(`void document.querySelectorAll("main details").forEach(d => d.open = true)`, nil)
		a.check("predict, all tables")
	})

	t.Run("offline", func(t *testing.T) {
		a.t = t
		a.NoErrors()
		a.quiet = true
		s.Kill()
		for _, path := range []string{"/data", "/models", "/predict"} {
			a.Open(s.URL + path)
			a.Until(`document.querySelector("#offline") && !document.querySelector("main .skeleton")`)
			a.check("offline " + path)
		}
	})
	t.Logf("%d states held to the rules", a.checked)
}

// dialog checks the page while a dialog is open, and closes it.
func (a *axe) dialog(id, name string) {
	a.t.Helper()
	q, _ := json.Marshal("dialog#" + id) // a string always marshals
	a.Until(fmt.Sprintf(`document.querySelector(%s)?.open`, q))
	a.check(name)
	a.press(kb.Escape)
	a.Until(`!document.querySelector("dialog")`)
}
