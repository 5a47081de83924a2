package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/shared/wire"
)

// signIn makes an account whose session the browser has, and opens a page.
func (b *browser) signIn(s *server, user, path string) {
	b.t.Helper()
	b.Open(s.URL + "/login")
	body, err := json.Marshal(wire.Register{Username: user, Password: "correct horse " + user})
	if err != nil {
		b.t.Fatal(err)
	}
	var status int
	b.Eval(fmt.Sprintf(`fetch(%q, {method: "POST", headers: {"Content-Type": "application/json"}, body: %q}).then(r => r.status)`,
		wire.API+"/auth/register", body), &status)
	if status >= 300 {
		b.t.Fatalf("register: status %d", status)
	}
	b.Open(s.URL + path)
}

// give chooses a file in the input that a selector names.
func (b *browser) give(selector, path string) {
	b.t.Helper()
	b.Do("give "+path, chromedp.SetUploadFiles(selector, []string{path}, chromedp.ByQuery))
}

// gridCell is the selector of a cell of the data grid, by the row's and the column's index.
func gridCell(row, column int) string {
	return fmt.Sprintf(`#rows [aria-rowindex="%d"] [data-column="%d"]`, row+2, column)
}

// cellIs waits until a cell of the grid has a text.
func (b *browser) cellIs(row, column int, text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector(%q)?.textContent === %q`, gridCell(row, column), text))
}

// about waits until the page says something of the dataset.
func (b *browser) about(text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector("#data-about").textContent.includes(%q)`, text))
}

// press sends keys to what has the focus.
func (b *browser) press(keys string) {
	b.t.Helper()
	b.Do("press", chromedp.KeyEvent(keys))
}

// ask gets a path of the API with the browser's session.
func (b *browser) ask(path string, out any) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`fetch(%q).then(r => r.json())`, wire.API+"/"+path), out)
}

// TestE2EData goes through all that a user does with data.
func TestE2EData(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "data", "/data")
	b.See("No data yet")
	b.Shot("data-empty")

	// A sample, by one click. Its gaps are counted, the label is not a feature.
	b.Click("#sample-penguins")
	b.about("344 rows, 8 columns")
	b.cellIs(0, 0, "Adelie")
	b.cellIs(3, 2, "missing")
	b.See("39.1")
	b.Until(`document.querySelector("#columns-panel").innerText.includes("2 missing")`)
	b.Until(`location.hash.startsWith("#dataset=")`)
	var all []wire.Dataset
	b.ask("datasets", &all)
	if len(all) != 1 || all[0].Rows != 344 {
		t.Fatalf("datasets = %+v, want penguins", all)
	}
	b.Shot("data-light")
	b.Theme("dark")
	b.Until(`document.getAnimations().every(a => a.playState === "finished")`)
	b.Shot("data-dark")
	b.Theme("light")

	// Sorting by a head, twice for down; the gaps come last.
	head := `#rows [role=columnheader][data-column="2"]`
	b.Click(head)
	b.cellIs(0, 2, "32.1")
	b.Click(head)
	b.cellIs(0, 2, "59.6")
	b.Until(fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-sort") === "descending"`, head))
	b.Click(head)
	b.cellIs(0, 2, "39.1")

	// The schema that was guessed can be changed, which makes a version.
	b.Choose("#kind-7", "category")
	b.about("version 2")
	b.Until(`document.querySelector("#kind-7").value === "category"`)
	b.Choose("#role-7", "ignored")
	b.about("version 3")
	b.Choose("#kind-0", "number") // refused: these are names
	b.See("are no numbers")
	b.Until(`document.querySelector("#kind-0").value !== "number"`)

	// Editing in place, by keys: 39.1 becomes 40.5, a wrong text is told at once.
	b.Click(gridCell(0, 2))
	b.press(kb.Enter)
	b.Until(`document.activeElement.matches("input.dg-edit")`)
	b.Do("type", chromedp.Evaluate(`document.activeElement.select()`, nil), chromedp.KeyEvent("heavy"))
	b.press(kb.Enter)
	b.See("want a number")
	b.Shot("data-cell-wrong")
	b.Do("type", chromedp.Evaluate(`document.activeElement.select()`, nil), chromedp.KeyEvent("40.5"))
	b.press(kb.Enter)
	b.cellIs(0, 2, "40.5")
	b.about("Row 0 edited, version 4")

	// A whole row is added, edited and deleted.
	b.Click("#row-add")
	b.Until(`document.querySelector("dialog#row")?.open`)
	b.Fill("#cell-0", "Gentoo")
	b.Fill("#cell-2", "x1")
	b.Click("#row-save")
	b.See("want a number, or nothing for a missing value")
	b.Until(`document.activeElement.id === "cell-2"`)
	b.Shot("data-row-wrong")
	b.Fill("#cell-2", "50.5")
	b.Click("#row-save")
	b.about("345 rows")
	b.about("Row 344 added, version 5")
	b.cellIs(344, 0, "Gentoo")
	b.cellIs(344, 2, "50.5")
	b.Click(gridCell(344, 0))
	b.Click("#row-edit")
	b.Fill("#cell-1", "Dream")
	b.Click("#row-save")
	b.about("Row 344 edited, version 6")
	b.cellIs(344, 1, "Dream")
	b.Click(gridCell(344, 1))
	b.Click("#row-delete")
	b.See("Delete row 344?")
	b.Shot("data-row-delete")
	b.Click("#ask-yes")
	b.about("344 rows")
	b.about("Row 344 deleted, version 7")

	// An older version is there to be read, and only to be read.
	b.Choose("#version", "1")
	b.See("This is version 1 of 7: it can be read, but not changed.")
	b.cellIs(0, 2, "39.1")
	b.Until(`document.querySelector("#kind-0").disabled && document.querySelector("#row-add").offsetParent === null`)
	b.Until(`location.hash.includes("version=1")`)
	b.Shot("data-older")
	b.Click("#newest")
	b.cellIs(0, 2, "40.5")
	b.Until(`!location.hash.includes("version") && !document.querySelector("#older")`)
	b.Open(s.URL + "/data#dataset=" + all[0].ID + "&version=4")
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.See("This is version 4 of 7")
	b.Click("#newest")
	b.about("version 7")

	// Another name.
	b.Click("#rename-button")
	b.Fill("#rename-name", "birds")
	b.Click("#rename-save")
	b.Until(`document.querySelector("h1").textContent === "birds"`)

	// What is downloaded is what is shown.
	var csv string
	b.Eval(`fetch(document.querySelector("#download").href).then(r => r.text())`, &csv)
	if lines := strings.Split(strings.TrimSpace(csv), "\n"); len(lines) != 345 || !strings.HasPrefix(lines[1], "Adelie,Torgersen,40.5,") {
		t.Errorf("the CSV has %d lines, the first row is %q", len(lines), lines[1])
	}
	b.Until(`document.querySelector("#train-link").getAttribute("href") === "/train#dataset=` + all[0].ID + `"`)

	// Pasting: what is wrong is told in the dialog, and what was typed stays.
	b.Click("#paste-button")
	b.Do("paste", chromedp.WaitVisible("#paste-text", chromedp.ByQuery))
	b.Eval(`void (document.querySelector("#paste-text").value = "a;b\n1;2\n3\n")`, nil)
	b.Click("#paste-save")
	b.See("Line 3 has 1 fields, the header has 2.")
	b.Shot("data-paste-wrong")
	var kept string
	if b.Eval(`document.querySelector("#paste-text").value`, &kept); kept != "a;b\n1;2\n3\n" {
		t.Errorf("after a refusal the dialog holds %q, want what was pasted", kept)
	}
	b.Eval(`void (document.querySelector("#paste-text").value = "a;b\n1;2\n3;\n")`, nil)
	b.Click("#paste-save")
	b.about("2 rows, 2 columns")
	b.Until(`!document.querySelector("dialog")`)
	b.cellIs(1, 1, "missing")

	// Deleting asks first, and names what goes.
	b.Click("#delete-button")
	b.See("Delete pasted table?")
	b.See("Its 2 rows go for good.")
	b.Shot("data-delete")
	b.press(kb.Escape)
	b.Until(`!document.querySelector("dialog")`)
	b.Click("#delete-button")
	b.Click("#ask-yes")
	b.Until(`document.querySelector("h1").textContent === "birds"`)
	b.ask("datasets", &all)
	if len(all) != 1 || all[0].Name != "birds" {
		t.Errorf("datasets = %+v, want birds alone", all)
	}

	b.Phone()
	b.Shot("data-phone")
	b.Do("down", chromedp.ScrollIntoView("#columns-panel", chromedp.ByQuery))
	b.Shot("data-phone-columns")
	var wide bool
	b.Eval(`document.documentElement.scrollWidth > innerWidth + 1`, &wide)
	if wide {
		t.Error("the page is wider than a phone")
	}
	b.Desktop()
	b.NoErrors()
}

// TestE2EDataBadFiles gives the page files that are no tables: each is refused
// in words that say where and what to do, and nothing of it stays.
func TestE2EDataBadFiles(t *testing.T) {
	s := startServer(t, "--upload-limit", "20MB")
	b := openBrowser(t)
	b.signIn(s, "bad", "/data")
	var columns []string
	for i := range 10_000 {
		columns = append(columns, fmt.Sprint("c", i))
	}
	for _, f := range []struct{ name, content, want string }{
		{"empty.csv", "", "The file is empty."},
		{"header.csv", "a,b\n", "The file has a header, but no rows."},
		{"ragged.csv", "a,b\n1,2\n1,2,3\n", "Line 3 has 3 fields, the header has 2."},
		{"bytes.csv", "a,b\n1,\xff\xfe\n", "which is not UTF-8"},
		{"nul.csv", "a,b\n1,x\x00y\n", "NUL byte"},
		{"zip.csv", "PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaa", "packed with zip, but damaged"},
		{"twice.csv", "a,a\n1,2\n", `both called "a"`},
		{"unnamed.csv", "a,,c\n1,2,3\n", "Column 2 has no name in the header."},
		{"columns.csv", strings.Join(columns, ",") + "\n", "The header has 10000 columns"},
		{"field.csv", "a\n" + strings.Repeat("x", 15_000_000) + "\n", "Line 2"},
		{"large.csv", "a\n" + strings.Repeat("1234567\n", 3_000_000), "limit of 20 MB"},
	} {
		b.give("#file", writeFile(t, f.name, f.content))
		b.Until(fmt.Sprintf(`document.querySelector("#upload-title")?.textContent === %q`, f.name+" was not kept"))
		if got := b.Text("#upload-fault"); !strings.Contains(got, f.want) {
			t.Errorf("%s: the page says %q, want %q in it", f.name, got, f.want)
		} else {
			t.Logf("%s: %s", f.name, strings.SplitN(got, "\n", 2)[0])
		}
	}
	b.Shot("data-bad-file")
	var all []wire.Dataset
	if b.ask("datasets", &all); len(all) != 0 {
		t.Errorf("datasets = %+v, want none: nothing half-made stays", all)
	}
	if left, err := os.ReadDir(s.Dir + "/datasets"); err == nil && len(left) != 0 {
		t.Errorf("%d files stay of what was refused, the first is %s", len(left), left[0].Name())
	}
	b.Click("#upload-close")
	b.See("No data yet")
	for _, f := range []struct{ name, content string }{
		{"semicolons.csv", "\ufeffa;b\r\n1;\"x\r\ny\"\r\nNaN;null\r\n"},
		{"tabs.tsv", "a\tb\n1\tx\nNA\t\n"},
	} {
		b.give("#file", writeFile(t, f.name, f.content))
		b.Until(fmt.Sprintf(`document.querySelector("h1").textContent === %q`, strings.Split(f.name, ".")[0]))
		b.about("2 rows, 2 columns")
		b.cellIs(0, 0, "1")
		b.cellIs(1, 0, "missing")
		b.cellIs(1, 1, "missing")
	}
	b.NoErrors()
}

// TestE2EDataUpload sends a file of ten thousand rows over a slow line: the bar
// tells bytes that were sent, and Stop leaves nothing behind.
func TestE2EDataUpload(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "upload", "/data")
	var rows strings.Builder
	rows.WriteString("id,x,y,name\n")
	for i := range 10_000 {
		fmt.Fprintf(&rows, "%d,%d.25,%d.5,row number %d of the table\n", i, i*7%1000, i*13%977, i)
	}
	file := writeFile(t, "many.csv", rows.String())
	slow := func(bytes float64) {
		b.Do("line", chromedp.ActionFunc(func(ctx context.Context) error {
			return network.EmulateNetworkConditions(false, 0, -1, bytes).Do(ctx)
		}))
	}
	slow(100_000)
	b.give("#file", file)
	b.Until(`/[0-9.]+ kB of [0-9.]+ kB sent, [0-9.]+ kB\/s/.test(document.querySelector("#upload-words")?.textContent)`)
	b.Until(`document.querySelector("#upload-bar").value > 0 && document.querySelector("#upload-bar").value < 100`)
	b.Shot("data-uploading")
	b.Click("#upload-stop")
	b.See("was stopped. Nothing was kept.")
	b.Until(`!document.querySelector("#upload")`)
	var all []wire.Dataset
	if b.ask("datasets", &all); len(all) != 0 {
		t.Errorf("datasets after Stop = %+v, want none", all)
	}
	slow(-1)
	b.give("#file", file)
	b.about("10,000 rows, 4 columns")
	b.cellIs(0, 0, "0")

	// To the end and back: only what is in view is in the page.
	b.Click(gridCell(0, 0))
	b.Do("end", chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(2)))
	b.cellIs(9999, 0, "9999")
	b.Until(`document.activeElement.closest("[aria-rowindex='10001']")`)
	var shown int
	b.Eval(`document.querySelectorAll("#rows .dg-body .dg-row").length`, &shown)
	if shown > 80 {
		t.Errorf("%d rows are in the page, want those in view alone", shown)
	}
	b.Do("home", chromedp.KeyEvent(kb.Home, chromedp.KeyModifiers(2)))
	b.cellIs(0, 0, "0")
	var fps float64
	b.Eval(`new Promise(done => {
		const box = document.querySelector("#rows"); let n = 0, begin
		const step = now => { begin ??= now; n++; box.scrollTop += 120
			if (now - begin < 1500) requestAnimationFrame(step); else done(1000 * (n - 1) / (now - begin)) }
		requestAnimationFrame(step) })`, &fps)
	var busy float64 // milliseconds of work for a frame's scroll, the 95th of a hundred
	b.Eval(`(async () => {
		const box = document.querySelector("#rows"), took = []
		for (let i = 0; i < 100; i++) {
			box.scrollTop += 120
			const begin = performance.now(); box.dispatchEvent(new Event("scroll")); took.push(performance.now() - begin)
			await new Promise(requestAnimationFrame)
		}
		return took.sort((a, b) => a - b)[94] })()`, &busy)
	t.Logf("scrolling 10,000 rows: %.1f frames a second, %.1f ms of work in one", fps, busy)
	b.Shot("data-many")

	// A file dropped on the page, as the browser hands it over.
	b.Eval(`(() => {
		const data = new DataTransfer(); data.items.add(new File(["a,b\n1,2\n"], "dropped.csv", {type: "text/csv"}))
		for (const type of ["dragenter", "dragover", "drop"])
			document.querySelector("#data").dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}))
	})()`, nil)
	b.Until(`document.querySelector("h1").textContent === "dropped"`)
	b.about("1 row, 2 columns")

	// The server away: what was typed is not lost, and the page says what is safe.
	b.quiet = true
	s.Kill()
	b.Click("#sample-iris")
	b.See("can't be reached")
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.See("models on this device still predict")
	b.Shot("data-offline")
	s.Start()
	b.about("1 row, 2 columns") // by itself
	b.quiet = false
	b.NoErrors()
}

// tabTo presses Tab until a JavaScript condition on the focused element e holds.
func (b *browser) tabTo(what, condition string) {
	b.t.Helper()
	for range 80 {
		var there bool
		if b.Eval(`(e => Boolean(`+condition+`))(document.activeElement)`, &there); there {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("Tab does not lead to %s", what)
}

// TestE2EDataByKeys works on a table by the keyboard alone, and quickly: changes
// of one row that follow each other must not undo each other.
func TestE2EDataByKeys(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "keys", "/data")
	b.See("No data yet")
	b.tabTo("the sample", `e.id === "sample-iris"`)
	b.press(kb.Enter)
	b.about("150 rows, 5 columns")
	b.cellIs(0, 0, "5.1")
	b.tabTo("the grid", `e.closest("#rows")`)
	b.press(kb.ArrowDown)
	b.Until(`document.activeElement.matches('[aria-rowindex="2"] [data-column="0"]')`)
	for _, text := range []string{"1", "2", "3"} {
		b.press(kb.Enter)
		b.Until(`document.activeElement.matches("input.dg-edit")`)
		b.press(text + kb.Tab) // what was there is selected: typing replaces it
	}
	b.about("version 4")
	for i, text := range []string{"1", "2", "3"} {
		b.cellIs(0, i, text)
	}
	var rows wire.Rows
	var all []wire.Dataset
	b.ask("datasets", &all)
	b.ask("datasets/"+all[0].ID+"/rows?limit=1", &rows)
	if got := rows.Rows[0].Cells; got[0].String() != "1" || got[1].String() != "2" || got[2].String() != "3" || got[4].String() != "setosa" {
		t.Errorf("the server has %v, want 1 2 3", got)
	}
	b.press(kb.Enter)
	b.press("9" + kb.Escape)
	b.cellIs(0, 3, "0.2")
	b.press(kb.Delete)
	b.See("Delete row 0?")
	b.Until(`document.activeElement.closest("dialog")`)
	b.tabTo("the answer", `e.id === "ask-yes"`)
	b.press(kb.Enter)
	b.about("Row 0 deleted, version 5")
	b.Until(`[...document.querySelectorAll("[role=status], [aria-live]")].some(e => e.textContent.includes("Row 0 deleted, version 5"))`)
	b.Until(`document.activeElement.closest("#rows")`)
	b.cellIs(0, 0, "4.9")
	b.NoErrors()
}

// TestE2EDataOfAnother opens the address of somebody else's dataset.
func TestE2EDataOfAnother(t *testing.T) {
	s := startServer(t)
	mine := program(t, s, "mine")
	var set wire.Dataset
	mine.do("POST", "datasets?name=x", strings.NewReader("a\n1\n"), "text/csv", &set)
	b := openBrowser(t)
	b.signIn(s, "other", "/data#dataset="+set.ID)
	b.See("no such dataset")
	res, err := http.Get(s.URL + wire.API + "/datasets/" + set.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a login: %s %s, %v", res.Status, body, err)
	}
}
