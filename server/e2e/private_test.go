package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/centroid-studio/centroid/web"
)

// kept gives the texts of the models in the browser's storage.
const kept = `new Promise((done, fail) => {
	const r = indexedDB.open("centroid", 1);
	r.onerror = fail;
	r.onsuccess = () => { const q = r.result.transaction("models").objectStore("models").getAll(); q.onsuccess = () => { r.result.close(); done(q.result); }; };
})`

// tableFile writes a sample to a file that a user can open.
func tableFile(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(web.Samples, name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestE2EPrivate opens a file, trains and predicts without a server: no request is
// made, and the model has the hash that the server's has.
func TestE2EPrivate(t *testing.T) {
	s := startServer(t)
	other := openBrowser(t)
	other.register(s, "ann")
	want := other.trainIris(s, "7").Hash

	b := openBrowser(t)
	b.Open(s.URL + "/private")
	b.Until(`!document.querySelector("#private-open").disabled`)
	b.shots("private-empty")
	var mu sync.Mutex
	var asked []string
	chromedp.ListenTarget(b.ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && strings.HasPrefix(e.Request.URL, "http") {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, e.Request.Method+" "+e.Request.URL)
		}
	})
	s.Kill()

	b.Do("open the file", chromedp.SetUploadFiles("#private-file", []string{tableFile(t, "iris.csv")}, chromedp.ByQuery))
	b.See("150 rows, 5 columns")
	b.Until(`(e => e && (e.scrollIntoView(), echarts.getInstanceByDom(e)))(document.getElementById("pair"))`)
	b.Fill("#k", "3")
	b.Click("#limits summary")
	b.Fill("#seed", "7")
	b.Click("#train-go")
	b.state("Done")
	b.Until(`document.querySelector("#train-saved")`)
	b.Until(`document.querySelectorAll("#private-models tbody tr").length === 1`)
	var sent string
	b.Eval(`document.querySelector("#private-sent").textContent`, &sent)
	if sent != "Rows sent: 0; bytes: 0" {
		t.Errorf("the page says %q", sent)
	}
	b.shots("private")
	var texts []string
	b.Eval(kept, &texts)
	if len(texts) != 1 || !strings.Contains(texts[0], `"hash":"`+want+`"`) {
		t.Errorf("kept in the browser: %.300q, want a model with the server's hash %s", texts, want)
	}

	b.Click("#predict-link")
	b.Until(`location.pathname === "/predict"`)
	b.See("Cluster")
	b.Until(`document.querySelector("main").innerText.includes("petal_len")`)
	mu.Lock()
	defer mu.Unlock()
	if len(asked) > 0 {
		t.Errorf("requests were made: %q", asked)
	}
	b.NoErrors()
}

// TestE2EPrivatePublish publishes a private model: before, the page lists what is
// sent, and nothing else is.
func TestE2EPrivatePublish(t *testing.T) {
	s, b := startServer(t), openBrowser(t)
	b.Open(s.URL + "/private")
	b.Click("#private-sample")
	b.See("344 rows")
	b.Click("#train-go")
	b.state("Done")
	b.Click("#private-models .act-publish")
	b.Until(`document.activeElement.id === "publish-title"`)
	var list string
	b.Eval(`document.querySelector("#publish-list").innerText`, &list)
	for _, want := range []string{"penguins", "fingerprint", "One real row", "least", "levels", "profile"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list of what is sent lacks %q:\n%s", want, list)
		}
	}
	b.shots("private-publish")
	newAxe(t, b).check("private, publishing")
	b.Click("#publish-yes")
	b.See("Log in first")
	b.register(s, "ann")
	b.Open(s.URL + "/private")
	b.Click("#private-models .act-publish")
	b.Click("#publish-yes")
	b.See("is on the server")
	published := b.newest()
	var texts []string
	b.Eval(kept, &texts)
	if len(texts) == 0 || !strings.Contains(texts[0], published.Hash) || published.Data.Dataset != "" {
		t.Errorf("published is %s of dataset %q, kept are %.200q", published.Hash, published.Data.Dataset, texts)
	}
	b.NoErrors()
}
