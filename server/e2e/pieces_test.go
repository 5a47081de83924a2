package e2e

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/centroid-studio/centroid/shared/wire"
)

// line makes the way to the server as slow as so many bytes a second; -1 is as it is.
func (b *browser) line(bytes float64) {
	b.t.Helper()
	b.Do("line", chromedp.ActionFunc(func(ctx context.Context) error {
		return network.EmulateNetworkConditions(false, 0, -1, bytes).Do(ctx)
	}))
}

// wordsOf waits until the upload's words hold a text.
func (b *browser) wordsOf(text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector("#upload-words")?.textContent.includes(%q)`, text))
}

// TestE2EPieces sends a file of some pieces, which is paused, loses the server in the
// middle of a piece, twice, and its page, and becomes what it is in one piece.
func TestE2EPieces(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "pieces", "/data")
	b.See("No data yet")
	var rows strings.Builder
	rows.WriteString("id,x,y,name\n")
	for i := 0; rows.Len() < 20<<20; i++ {
		fmt.Fprintf(&rows, "%d,%d.25,%d.5,row number %d of the table\n", i, i*7%1000, i*13%977, i)
	}
	file := writeFile(t, "many.csv", rows.String())
	b.quiet = true // the server goes away
	b.line(2e6)
	b.give("#file", file)
	b.Until(`document.querySelector("#upload-bar")?.value > 3`)
	b.Click("#upload-pause")
	b.wordsOf("Paused.")
	b.Shot("pieces-paused")
	var all []wire.Upload
	if b.ask("uploads", &all); len(all) != 1 || all[0].Offset >= all[0].Size || all[0].Name != "many.csv" {
		t.Fatalf("uploads while paused = %+v", all)
	}
	b.Click("#upload-pause")
	b.wordsOf(" sent, ")

	// The server dies; the page waits and goes on by itself when it is back.
	b.Until(`document.querySelector("#upload-bar").value > 15`)
	s.Kill()
	b.wordsOf("can't be reached")
	b.Shot("pieces-waiting")
	s.Start()
	b.wordsOf(" sent, ")
	b.Until(`document.querySelector("#upload-bar")?.value > 30`)

	// It dies again, and the page goes with it. The same file goes on where it was.
	s.Kill()
	s.Start()
	b.Open(s.URL + "/data")
	b.See("Unfinished uploads")
	b.Until(`document.querySelector("#rests li b").textContent === "many.csv"`)
	b.Shot("pieces-rests")
	if b.ask("uploads", &all); len(all) != 1 || all[0].Offset < all[0].Size/5 {
		t.Fatalf("uploads after the restart = %+v, want one with a fifth at least", all)
	}
	here := all[0].Offset
	b.Do("listen", chromedp.Evaluate(`window.pieces = []; const send = XMLHttpRequest.prototype.setRequestHeader;
		XMLHttpRequest.prototype.setRequestHeader = function (n, v) { if (n === "Upload-Offset") window.pieces.push(+v); return send.call(this, n, v) }; true`, nil))
	b.line(-1)
	b.give("#file", file)
	b.about(" rows, 4 columns")
	var first []int64
	b.Eval(`window.pieces`, &first)
	if len(first) == 0 || first[0] != here {
		t.Errorf("pieces begin at %v, want the first at %d", first, here)
	}
	var sets []wire.Dataset
	if b.ask("datasets", &sets); len(sets) != 1 || sets[0].Name != "many" || sets[0].Bytes != int64(rows.Len()) {
		t.Fatalf("datasets = %+v", sets)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a := program(t, s, "whole")
	whole, _, err := a.upload(t.Context(), "whole", f, int64(rows.Len()))
	if err != nil || whole.Hash != sets[0].Hash || whole.Rows != sets[0].Rows {
		t.Errorf("in pieces: %d rows, %s; in one: %d, %s (%v)", sets[0].Rows, sets[0].Hash, whole.Rows, whole.Hash, err)
	}
	if b.ask("uploads", &all); len(all) != 0 {
		t.Errorf("uploads stay: %+v", all)
	}
	b.Until(`!document.querySelector("#rests")`)
}

// TestE2EFormats pastes JSON, chooses how a column of numbers and words is read,
// downloads the table in each format and uploads each again.
func TestE2EFormats(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	a := newAxe(t, b)
	b.signIn(s, "formats", "/data")
	b.Click("#empty-paste")
	b.Fill("#paste-name", "pasted")
	b.Do("paste", chromedp.SetValue("#paste-text", `[{"x":1,"y":"a","o":{"z":true}},{"x":"wrong","y":"b"},{"x":2.5,"y":"é"}]`, chromedp.ByQuery))
	b.Click("#paste-save")
	b.about("3 rows, 3 columns")
	b.See("Written in several ways: 2 as numbers; 1 as texts, such as “wrong” in row 1.")
	b.Click("#download-button")
	b.Until(`document.querySelector("#download-menu").open`)
	b.Shot("formats-menu")
	a.check("a column written in several ways, and the download menu")
	b.Click("#lossy-0")
	b.about("version 2")
	b.cellIs(1, 0, "missing")
	b.cellIs(2, 0, "2.5")
	b.Until(`!document.body.innerText.includes("Written in several ways")`)

	for _, id := range []string{"download", "download-parquet", "download-arrow", "download-ndjson"} {
		var again struct {
			Rows   int64
			Schema []struct {
				Kind    string
				Missing int64
			}
		}
		b.Eval(fmt.Sprintf(`fetch(document.querySelector("#%s").href).then(r => r.blob()).then(f => fetch("%s/datasets?name=again",
			{method: "POST", headers: {"Content-Type": "application/octet-stream"}, body: f})).then(r => r.json())`, id, wire.API), &again)
		if len(again.Schema) != 3 || again.Rows != 3 || again.Schema[0].Kind != "number" || again.Schema[0].Missing != 1 {
			t.Errorf("%s: again = %+v", id, again)
		}
	}
	var shown bool
	if b.Eval(`!document.querySelector("#fetch-button").hidden`, &shown); shown {
		t.Error("the page offers to fetch files, which the operator did not allow")
	}
	b.NoErrors()
}

// TestE2EFetch: where files may be fetched, an address inside is refused in words.
func TestE2EFetch(t *testing.T) {
	s := startServer(t, "--url-import")
	b := openBrowser(t)
	a := newAxe(t, b)
	b.signIn(s, "fetch", "/data")
	b.Click("#fetch-button")
	b.Fill("#fetch-url", s.URL+"/web/sample/iris.csv")
	b.Click("#fetch-save")
	b.See("not on the public internet")
	a.check("the dialog to fetch a file, refused")
	b.Shot("formats-fetch")
	b.NoErrors()
}
