package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestE2EExport exports a model from its page in each form, and imports one of them.
func TestE2EExport(t *testing.T) {
	s, b := startServer(t), openBrowser(t)
	b.register(s, "ann")
	m := b.trainIris(s, "7")
	b.Open(s.URL + "/models#model=" + m.ID)
	b.Click("#export-button")
	b.Until(`document.querySelector("#export-menu").open`)
	newAxe(t, b).check("model, exports")
	b.shots("models-export")
	var answers []struct {
		ID     string
		Status int
		Bytes  int
	}
	b.Eval(`Promise.all([...document.querySelectorAll("#export-menu a")].map(async a => { const r = await fetch(a.href); return {ID: a.id, Status: r.status, Bytes: (await r.arrayBuffer()).byteLength}; }))`, &answers)
	if len(answers) != 8 {
		t.Errorf("%d forms are offered, want 8", len(answers))
	}
	for _, a := range answers {
		if a.Status != 200 || a.Bytes < 500 {
			t.Errorf("%s: status %d, %d bytes", a.ID, a.Status, a.Bytes)
		}
	}
	var pmml string
	b.Eval(`fetch(document.querySelector("#export-pmml").href + "&file=model.pmml").then(r => r.text())`, &pmml)
	path := filepath.Join(t.TempDir(), "mine.pmml")
	if err := os.WriteFile(path, []byte(pmml), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Click("#models-back")
	b.Until(`document.querySelector("#model-file")`)
	b.Do("import", chromedp.SetUploadFiles("#model-file", []string{path}, chromedp.ByQuery))
	b.See("was imported")
	if again := b.newest(); again.ID == m.ID || again.Hash != m.Hash || again.Data.Imported != "PMML" {
		t.Errorf("imported is %s of %q with the hash %s, want %s", again.ID, again.Data.Imported, again.Hash, m.Hash)
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"rows": 3}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Do("import another file", chromedp.SetUploadFiles("#model-file", []string{bad}, chromedp.ByQuery))
	b.Until(`[...document.querySelectorAll(".toasts .bad, .toast.bad, [role=alert]")].length > 0 || document.body.innerText.includes("is not")`)
}
