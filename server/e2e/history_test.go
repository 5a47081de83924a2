package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/shared/wire"
)

// edit types a text into a cell of the grid.
func (b *browser) edit(row, column int, text string) {
	b.t.Helper()
	b.Click(gridCell(row, column))
	b.press(kb.Enter)
	b.Until(`document.activeElement.matches("input.dg-edit")`)
	b.Do("type", chromedp.Evaluate(`document.activeElement.select()`, nil), chromedp.KeyEvent(text))
	b.press(kb.Enter)
}

// TestE2EHistory edits in two windows, settles what clashes, goes back and
// forth, compares versions, and writes clusters into the table.
func TestE2EHistory(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "history", "/data")
	b.Click("#sample-iris")
	b.about("150 rows, 5 columns")
	var all []wire.Dataset
	b.ask("datasets", &all)
	id := all[0].ID
	other := openBrowser(t)
	other.logIn(s, "history", "/data#dataset="+id)
	other.about("150 rows, 5 columns")

	// Two change one row: the second is told, and nothing is lost.
	b.edit(3, 2, "9.5")
	b.about("Row 3 edited, version 2")
	other.edit(3, 3, "0.75")
	other.Until(`document.querySelector("dialog#conflict")?.open`)
	other.See("1 row was changed elsewhere since you looked, in version 2")
	if text := other.Text("#conflict-table"); !strings.Contains(text, "9.5") || !strings.Contains(text, "0.75") {
		t.Errorf("the question shows %q, want both changes", text)
	}
	axe := newAxe(t, other)
	axe.check("conflict")
	other.Click("#conflict-mine")
	other.about("version 3")
	other.cellIs(3, 2, "9.5")
	other.cellIs(3, 3, "0.75")
	b.edit(3, 3, "0.5") // it has seen version 2
	b.Until(`document.querySelector("dialog#conflict")?.open`)
	b.Click("#conflict-theirs")
	b.Until(`!document.querySelector("dialog#conflict")`)
	b.about("version 3")
	b.cellIs(3, 3, "0.75")

	// The history tells who and what; undo and redo go there and back.
	b.Click("#history-button")
	b.Until(`document.querySelectorAll("#history-table tbody tr").length === 3`)
	if text := b.Text("#history-table"); !strings.Contains(text, "Row 3 edited") || !strings.Contains(text, "Uploaded") || !strings.Contains(text, "history") {
		t.Errorf("the history says %q", text)
	}
	b.Click("#history-undo")
	b.about("version 4")
	b.cellIs(3, 3, "0.2")
	b.cellIs(3, 2, "9.5")
	b.Until(`!document.querySelector("#history-redo").disabled`)
	b.Click("#history-redo")
	b.about("version 5")
	b.cellIs(3, 3, "0.75")

	// Two versions, compared.
	b.Until(`document.querySelector('#history-table tr[data-version="5"]')`)
	b.Click(`#history-table tr[data-version="2"] button[aria-label^="Compare"]`)
	b.Until(`document.querySelector("#diff-words")?.textContent === "1 row changed."`)
	if text := b.Text("#diff-table"); !strings.Contains(text, "1.5 → 9.5") {
		t.Errorf("the difference says %q, want 1.5 → 9.5", text)
	}
	b.Do("to", chromedp.SetValue("#diff-to", "5", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#diff-to").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	b.Until(`document.querySelector("#diff-title").textContent === "Version 1 to version 5" && document.querySelector("#diff-table")?.innerText.includes("0.75")`)
	axe = newAxe(t, b)
	axe.check("history")
	b.Eval(`document.querySelector("#diff-close").click()`, nil) // wherever axe's sizes have left it
	b.Until(`!document.querySelector("#diff")`)

	// An old version again.
	b.Click(`#history-table tr[data-version="1"] button[aria-label="Restore version 1"]`)
	b.See("Restore version 1?")
	b.Click("#ask-yes")
	b.about("Version 1 restored, version 6")
	b.cellIs(3, 2, "1.5")

	// The clusters of a model become columns, and the table is grouped by them.
	b.Open(s.URL + "/train#dataset=" + id)
	b.Fill("#k", "3")
	b.Click("#train-go")
	b.state("Done")
	b.Until(`document.querySelector("#train-saved")`)
	m := b.newest()
	b.Open(s.URL + "/data#dataset=" + id)
	b.about("version 6")
	b.Click("#history-button")
	b.Until(fmt.Sprintf(`document.querySelector('#history-table a[href="/models#model=%s"]')`, m.ID))
	b.Click("#groups-button")
	b.Until(`document.querySelector("#groups-table") && document.querySelector("#groups-by").value === "category"`)
	b.Click("#clusters-write")
	b.about("150 rows, 7 columns")
	b.Until(`document.querySelector("#groups-by").value === "cluster" && document.querySelectorAll("#groups-table tbody tr").length === 3`)
	sum := 0
	for _, c := range m.Clusters {
		sum += int(c.Size)
		if text := b.Text("#groups-table"); !strings.Contains(text, fmt.Sprint(c.Size)) {
			t.Errorf("the groups say %q, want one of %d rows", text, c.Size)
		}
	}
	if sum != 150 {
		t.Errorf("the clusters have %d rows", sum)
	}
	b.Until(`document.querySelector("#columns-panel").innerText.includes("distance")`)
	axe.check("groups")

	b.Phone()
	var wide bool
	b.Eval(`document.documentElement.scrollWidth > innerWidth + 1`, &wide)
	if wide {
		t.Error("the page is wider than a phone")
	}
	b.Desktop()
	b.NoErrors()
	other.NoErrors()
}
