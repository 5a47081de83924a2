package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// kept waits until a model of the list is kept where says; "" means that it is not listed.
func (b *browser) kept(id, where string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`(document.querySelector('tr[data-model=%q] td[data-label=Kept]')?.textContent ?? "") === %q`, id, where))
}

// focused waits until an element has the keyboard.
func (b *browser) focused(id string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.activeElement.id === %q`, id))
}

// offline kills the server and loads the page anew.
func (b *browser) offline(s *server) {
	b.t.Helper()
	b.Until(`navigator.serviceWorker.controller`)
	b.quiet = true
	s.Kill()
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(`document.querySelector("#offline")`)
}

// online starts the server again and waits for the page to notice.
func (b *browser) online(s *server) {
	b.t.Helper()
	s.Start()
	b.Until(`!document.querySelector("#offline")`)
	b.quiet = false
}

// TestE2EModelsDevice tells the server's copy of a model from the device's, and
// does with the device's what needs no server.
func TestE2EModelsDevice(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "keeper", "/models")
	b.See("No models yet")
	one := b.trainIris(s, "7")
	b.Open(s.URL + "/models")
	two := b.trainIris(s, "8")
	row := func(m model.Model) string { return fmt.Sprintf(`tr[data-model=%q] `, m.ID) }
	b.Open(s.URL + "/models")
	b.kept(one.ID, "server and device")
	b.kept(two.ID, "server and device")
	b.Until(`document.querySelector("#say").textContent === "2 models."`)

	// The keyboard goes to the heading of what is opened, and back to its line.
	b.Do("focus the line", chromedp.Focus("#open-"+one.ID, chromedp.ByQuery))
	b.press(kb.Enter)
	b.Until(`document.querySelector("#model-clusters")`)
	b.focused("models-title")
	b.Until(`document.querySelector("#say").textContent.includes("150 rows in 3 clusters")`)
	var href string
	if b.Eval(`document.querySelector("#model-settings .model-data").getAttribute("href")`, &href); href != "/data#dataset="+one.Data.Dataset+"&version=1" {
		t.Errorf("the dataset's address is %q, want version 1 of %s", href, one.Data.Dataset)
	}
	b.Click("#model-settings .model-data")
	b.Until(`location.pathname === "/data"`)
	b.See("iris")
	b.Eval(`history.back()`, nil)
	b.Until(`location.pathname === "/models" && document.querySelector("#model-clusters")`)
	b.Click("#models-back")
	b.focused("open-" + one.ID)

	// The device's copy goes, the server's stays; opening the model keeps it here again.
	b.Click(row(one) + ".act-forget")
	b.kept(one.ID, "server")
	b.focused("open-" + one.ID)
	b.Until(`!document.querySelector('` + row(one) + `.act-forget')`)
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.kept(one.ID, "server")
	b.kept(two.ID, "server and device")
	b.Click("#open-" + one.ID)
	b.Until(`document.querySelector("#model-clusters")`)
	b.Click("#models-back")
	b.kept(one.ID, "server and device")

	// Deleting says what goes and what stays, and can be thought over.
	b.Click(row(one) + ".act-delete")
	b.See("with the cluster that is kept for each row")
	b.See("The dataset iris stays as it is.")
	b.Click("#ask-no")
	b.Until(`!document.querySelector("dialog")`)

	// A name has the server's limits.
	b.Click(row(one) + ".act-rename")
	b.Fill("#rename-name", strings.Repeat("x", 201))
	b.Click("#rename-save")
	b.Until(`document.querySelector("#rename-name-err")?.textContent === "The name has 201 characters, want at most 200."`)
	b.Click("#rename-cancel")

	// Without the server the device's models are listed; what may be on the server too can't be deleted there.
	b.offline(s)
	b.kept(one.ID, "device")
	b.kept(two.ID, "device")
	b.Until(`document.querySelector("#models-away") && !document.querySelector(".act-delete")`)
	b.Click(row(one) + ".act-rename")
	b.Fill("#rename-name", "mine")
	b.Click("#rename-save")
	b.See("On this device the name is mine.")
	b.Until(fmt.Sprintf(`document.getElementById(%q).textContent === "mine"`, "open-"+one.ID))
	b.shots("models-device")
	b.Click(row(two) + ".act-forget")
	b.See("A copy there stays")
	b.Shot("models-forget")
	b.Click("#ask-yes")
	b.kept(two.ID, "")
	b.focused("open-" + one.ID)

	// The server comes back: its name holds, and it has what was taken off the device.
	b.online(s)
	b.kept(one.ID, "server and device")
	b.kept(two.ID, "server")
	b.Until(fmt.Sprintf(`document.getElementById(%q).textContent === %q`, "open-"+one.ID, one.Name))

	// Deleted where the list does not know it: the device's copy is renamed, then deleted.
	var status int
	if b.Eval(fmt.Sprintf(`fetch(%q, {method: "DELETE"}).then(r => r.status)`, wire.API+"/models/"+one.ID), &status); status >= 300 {
		t.Fatalf("DELETE answers %d", status)
	}
	b.Click(row(one) + ".act-rename")
	b.Fill("#rename-name", "only mine")
	b.Click("#rename-save")
	b.kept(one.ID, "device only")
	b.Until(fmt.Sprintf(`document.getElementById(%q).textContent === "only mine"`, "open-"+one.ID))
	b.Click(row(one) + ".act-delete")
	b.Click("#ask-yes")
	b.kept(one.ID, "")
	b.focused("open-" + two.ID)

	// The last one is deleted from its own page: the keyboard is in the list, at its heading.
	b.Click("#open-" + two.ID)
	b.Until(`document.querySelector("#model-clusters")`)
	b.Click("#model-actions .act-delete")
	b.Click("#ask-yes")
	b.See("No models yet")
	b.focused("models-title")
	b.NoErrors()
}

// TestE2EModelsOfTwo keeps the models of two accounts apart in one browser, with
// the server and without it.
func TestE2EModelsOfTwo(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.register(s, "ada")
	m := b.trainIris(s, "7")
	b.offline(s)
	b.Open(s.URL + "/models")
	b.kept(m.ID, "device")
	b.online(s)
	b.kept(m.ID, "server and device")

	logOut := func() {
		t.Helper()
		b.Open(s.URL + "/account")
		b.See("only your account sees them")
		b.Click("#logout")
		b.Until(`location.pathname === "/login"`)
	}
	logOut()
	b.register(s, "bob")
	b.Open(s.URL + "/models")
	b.See("No models yet")
	b.offline(s)
	b.See("The server can't be reached.")
	b.Until(`document.querySelector("main [role=alert]") && !document.querySelector("#models")`)
	b.Shot("models-of-another")
	b.Open(s.URL + "/models#model=" + m.ID)
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.See("This model is not on this device.")
	b.Open(s.URL + "/predict")
	b.Until(`document.querySelector("main [role=alert]") && !document.querySelector("#answer-cluster")`)
	b.online(s)
	logOut()

	b.Fill("#name", "ada")
	b.Fill("#password", "correct horse ada")
	b.Click("main form button[type=submit]")
	b.Until(`location.pathname !== "/login"`)
	b.Open(s.URL + "/models")
	b.kept(m.ID, "server and device")
	b.offline(s)
	b.kept(m.ID, "device")
	b.NoErrors()
}
