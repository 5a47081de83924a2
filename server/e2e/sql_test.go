package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// query replaces what stands in the SQL editor by typing, and runs it.
func (b *browser) query(text string) {
	b.t.Helper()
	b.Until(`document.querySelector("#sql-text")?.shadowRoot?.querySelector(".cm-content")`)
	b.Eval(`void document.querySelector("#sql-text").shadowRoot.querySelector(".cm-content").focus()`, nil)
	b.chord("a", input.ModifierCtrl)
	b.Do("type", input.InsertText(text))
	b.press(kb.Escape) // no completion is open
	b.chord(kb.Enter, input.ModifierCtrl)
}

// written gives the text in the SQL editor.
const written = `[...document.querySelector("#sql-text")?.shadowRoot?.querySelectorAll(".cm-line") ?? []].map(e => e.textContent).join("\n")`

// keepRows keeps the rows of the answer that is shown, one row, finds them again after a
// reload, and lets them go.
func (b *browser) keepRows() {
	b.t.Helper()
	var list []wire.Persisted
	b.See("Nothing is kept.")
	b.Choose("#kept-level", wire.Disk)
	b.See("Stays until you let it go.")
	b.Click("#kept-keep")
	b.See("Kept: 1 row, ")
	row := func() string {
		b.ask("frames/persisted", &list)
		if len(list) != 1 || list[0].Level != wire.Disk || list[0].Rows != 1 || list[0].Bytes <= 0 {
			b.t.Fatalf("kept = %+v, want one row on disk", list)
		}
		return fmt.Sprintf(`[...document.querySelectorAll("#kept-table tbody tr > *")].map(e => e.textContent).join("|") === %q`,
			"SELECT max(flipper_length_mm) AS longest FROM penguins|penguins, version 1|Disk|1|"+ui.Bytes(list[0].Bytes)+"|just now|Let go")
	}
	b.Until(row())
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(row())
	var form bool
	if b.Eval(`Boolean(document.querySelector("#kept-form"))`, &form); form {
		b.t.Error("rows can be kept before there is an answer")
	}
	b.Click("#kept-table button")
	b.See("Nothing is kept.")
	b.Until(`document.activeElement.id === "kept-title"`)
	if b.ask("frames/persisted", &list); len(list) != 0 {
		b.t.Errorf("the server keeps %+v after all", list)
	}
	b.query("SELECT max(flipper_length_mm) AS longest FROM penguins")
}

// TestE2ESQL asks in SQL, is told what is wrong and where, completes, stops,
// charts, and keeps an answer.
func TestE2ESQL(t *testing.T) {
	s := startServer(t)
	mine := program(t, s, "sql")
	mine.do("POST", "datasets/sample/penguins", nil, "", nil)
	b := openBrowser(t)
	b.logIn(s, "sql", "/data")
	b.about("344 rows")
	b.cellIs(0, 0, "Adelie")
	var loaded int
	const script = `performance.getEntriesByType("resource").filter(e => e.name.endsWith("/web/sql.js")).length`
	if b.Eval(script, &loaded); loaded != 0 {
		t.Error("the editor's script is loaded before anybody wants it")
	}
	b.Click("#tab-sql + span")
	b.Until(`location.hash.endsWith("&sql")`)
	b.Until(written + ` === 'SELECT *\nFROM "penguins"\nLIMIT 1000'`)
	cell := func(row, column int, text string) {
		t.Helper()
		b.Until(fmt.Sprintf(`document.querySelector('#sql-rows [aria-rowindex="%d"] [data-column="%d"]')?.textContent === %q`, row+2, column, text))
	}

	b.query("SELECT species, count(*) AS n, avg(body_mass_g) AS mass\nFROM penguins GROUP BY species ORDER BY n DESC -- all")
	cell(0, 0, "Adelie")
	cell(0, 1, "152")
	b.See("3 rows, 3 columns, in ")
	b.Shot("sql-light")
	b.Theme("dark")
	b.Until(`document.getAnimations().every(a => a.playState === "finished")`)
	b.Shot("sql-dark")
	b.Theme("light")
	b.Click(`#sql-rows [role=columnheader][data-column="1"]`) // sorted here, without the server
	cell(0, 0, "Chinstrap")

	// The chart of the answer.
	b.Choose("#sql-chart-kind", "bars")
	b.Until(`document.querySelector("#sql-bars canvas")`)
	b.Shot("sql-bars")
	b.Choose("#sql-chart-kind", "scatter")
	b.See("Lines and points need a column of numbers")
	b.Choose("#sql-chart-x", "1")
	b.Choose("#sql-chart-y", "2")
	b.Until(`document.querySelector("#sql-points canvas")`)
	b.Choose("#sql-chart-kind", "line")
	b.Until(`document.querySelector("#sql-line canvas")`)
	b.Choose("#sql-chart-kind", "none")

	// A fault is marked where it is, and goes as soon as somebody types.
	b.query("SELECT species,\n  wingspan FROM penguins")
	b.See("Line 2, column 3:")
	b.Until(`document.querySelector("#sql-text").shadowRoot.querySelector(".cm-wrong")?.textContent === "wingspan"`)
	b.Shot("sql-wrong")
	b.Click("#sql-place")
	b.Do("type", input.InsertText("island, "))
	b.Until(written + ` === "SELECT species,\n  island, wingspan FROM penguins"`)
	b.Until(`!document.querySelector("#sql-text").shadowRoot.querySelector(".cm-wrong")`)
	b.query("DROP TABLE penguins")
	b.See("Only SELECT can be run here.")

	// Columns and tables are completed.
	b.query("SELECT 1 AS one")
	cell(0, 0, "1")
	b.chord("a", input.ModifierCtrl)
	b.Do("type", input.InsertText("SELECT flip"))
	b.Until(`document.querySelector("#sql-text").shadowRoot.querySelector(".cm-tooltip-autocomplete li[aria-selected]")?.textContent.startsWith("flipper_length_mm")`)
	b.Shot("sql-completion")
	b.Eval(`void document.querySelector("#sql-text").shadowRoot.querySelector(".cm-tooltip-autocomplete li[aria-selected]").dispatchEvent(new MouseEvent("mousedown", {bubbles: true, cancelable: true, composed: true}))`, nil)
	b.Until(written + ` === "SELECT flipper_length_mm"`)

	// What never ends is stopped, and the server goes on.
	b.query("SELECT count(*) FROM range(100000000) a, range(100000000) b")
	b.See("Running")
	b.Click("#sql-stop")
	b.See("The query was stopped.")
	b.query("SELECT max(flipper_length_mm) AS longest FROM penguins")
	cell(0, 0, "231")

	b.keepRows()

	// What was asked is there again, also after a reload.
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(written + ` === "SELECT max(flipper_length_mm) AS longest FROM penguins"`)
	b.Eval(`(e => { e.selectedIndex = [...e.options].findIndex(o => o.textContent.startsWith("DROP")); e.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector("#sql-past"))`, nil)
	b.Until(written + ` === "DROP TABLE penguins"`)

	// An answer is kept as a dataset, which the page shows then.
	b.query("SELECT species, body_mass_g FROM penguins WHERE body_mass_g > 5000")
	cell(0, 0, "Gentoo")
	b.Fill("#sql-name", " ")
	b.Click("#sql-save")
	b.See("Give it a name.")
	b.Fill("#sql-name", "heavy")
	b.Click("#sql-save")
	b.Until(`document.querySelector("h1").textContent === "heavy"`)
	b.cellIs(0, 0, "Gentoo")
	var all []wire.Dataset
	b.ask("datasets", &all)
	if len(all) != 2 || all[0].Name != "heavy" || all[0].Rows == 0 || all[0].Rows >= 344 {
		t.Errorf("datasets = %+v, want heavy with some rows", all)
	}

	b.Click("#tab-sql + span")
	b.query("SELECT * FROM heavy")
	b.See("rows, 2 columns")
	b.Click("#kept-keep")
	b.Until(`document.querySelector("#kept-table")`)
	b.Eval(`void document.querySelectorAll(".toasts button").forEach(e => e.click())`, nil) // they would hide the table
	b.Until(`!document.querySelector(".toasts .banner")`)
	b.Eval(`void document.querySelector("#kept").scrollIntoView()`, nil)
	b.Shot("kept-light")
	b.Theme("dark")
	b.Until(`document.getAnimations().every(a => a.playState === "finished")`)
	b.Shot("kept-dark")
	b.Theme("light")
	b.Phone()
	b.Eval(`void document.querySelector("#kept").scrollIntoView()`, nil)
	b.Shot("kept-phone")
	b.Shot("sql-phone")
	var wide bool
	if b.Eval(`document.documentElement.scrollWidth > innerWidth + 1`, &wide); wide {
		t.Error("the page is wider than a phone")
	}
	b.Desktop()

	// Who logs out leaves no queries behind.
	b.Open(s.URL + "/account")
	b.Click("#logout")
	b.at("/login")
	var left string
	b.Eval(`Object.keys(localStorage).map(k => k + localStorage[k]).join()`, &left)
	if strings.Contains(left, "SELECT") {
		t.Errorf("after the logout the browser holds %s", left)
	}
	b.NoErrors()
}
