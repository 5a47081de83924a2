package page

import (
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestModelsStates(t *testing.T) {
	m := testModel(prep.Drop)
	m.Training.Label = &score.LabelComparison{Column: "species", Labels: []string{"Adelie"}, Counts: [][]int64{{20}, {10}}, ARI: .25}
	m.Data.Dropped = 2
	both := modelLine{ModelInfo: infoOf(m), Server: true, Device: true}
	here := both
	here.Server = false
	away := fault.Newf(fault.Unavailable, "No way to the server.")
	now := func() time.Time { return m.Created.Add(3 * time.Minute) }
	for _, c := range []struct {
		name string
		page *Models
		want []string
		not  []string
	}{
		{"loading", &Models{}, []string{"Loading"}, []string{"No models yet"}},
		{"the server has not answered", &Models{loaded: true}, []string{"Loading"}, []string{"No models yet"}},
		{"none", &Models{loaded: true, listed: true}, []string{"No models yet", `href="/train"`}, []string{`id="models"`}},
		{"none, and the server is away", &Models{loaded: true, listed: true, listErr: away}, []string{"No way to the server.", "Try again"}, []string{"No models yet"}},
		{"here, and the server is away", &Models{loaded: true, listed: true, listErr: away, lines: []modelLine{here}}, []string{`id="models"`, "These are the models on this device", ">device<", `<button`}, []string{"device only"}},
		{"on both", &Models{loaded: true, listed: true, lines: []modelLine{both}}, []string{
			"penguins k=2", "penguins, version 2", "3 min ago", "server and device", "0.500", `href="/predict#model=m1"`, `href="/train#model=m1"`, `href="/api/v1/models/m1/file"`, "Delete penguins k=2",
		}, []string{"Loading"}},
		{"here alone", &Models{loaded: true, listed: true, lines: []modelLine{here}}, []string{"device only"}, []string{"/api/v1/models/m1/file"}},
		{"opening", &Models{loaded: true, listed: true, opened: "m1", lines: []modelLine{both}}, []string{"Loading", "penguins k=2", "All models"}, []string{"model-clusters"}},
		{"can't be opened", &Models{loaded: true, listed: true, opened: "m1", openErr: away}, []string{"No way to the server.", "Try again", "All models"}, nil},
		{"open", &Models{loaded: true, listed: true, opened: "m1", open: m, cards: cardsOf(m), lines: []modelLine{both}}, []string{
			"model-clusters", "cluster-0", "Left out, with gaps", "k-means||", "abc", "adjusted Rand index 0.250", "bill, island, mass", "4 passes, came to rest", `id="rows"`, "model-scores", silhouetteWords, ariWords,
		}, []string{"model-no-rows"}},
		{"open, but not on the server", &Models{loaded: true, listed: true, opened: "m1", open: m, cards: cardsOf(m), lines: []modelLine{here}}, []string{"model-no-rows"}, []string{`id="rows"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.page.now = now
			body := []app.UI{c.page.head()}
			if c.page.opened != "" {
				body = append(body, c.page.detail()...)
			} else {
				body = append(body, c.page.list()...)
			}
			html := app.HTMLString(app.Div().Body(body...))
			for _, part := range c.want {
				if !strings.Contains(html, part) {
					t.Errorf("the page has no %q:\n%s", part, html)
				}
			}
			for _, part := range c.not {
				if strings.Contains(html, part) {
					t.Errorf("the page has %q", part)
				}
			}
		})
	}
}

func TestRemovalWords(t *testing.T) {
	for _, c := range []struct {
		name         string
		server, here bool
		want         []string
	}{
		{"both", true, true, []string{"on the server and on this device", "the cluster that is kept for each row", "The dataset iris stays"}},
		{"server", true, false, []string{"It is deleted on the server,", "the cluster that is kept for each row", "The dataset iris stays"}},
		{"device", false, true, []string{"only on this device"}},
	} {
		got := removalWords(modelLine{Server: c.server, Device: c.here, ModelInfo: wire.ModelInfo{DataName: "iris"}})
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: removalWords() = %q, want %q in it", c.name, got, want)
			}
		}
	}
}

// What can be done with a model follows from where it is, as far as that is known.
func TestModelsActions(t *testing.T) {
	m := testModel(prep.Drop)
	line := func(server, device bool) []modelLine {
		return []modelLine{{ModelInfo: infoOf(m), Server: server, Device: device}}
	}
	away := fault.Newf(fault.Unavailable, "No way to the server.")
	for _, c := range []struct {
		name           string
		page           *Models
		forget, remove bool
	}{
		{"on both", &Models{loaded: true, listed: true, lines: line(true, true)}, true, true},
		{"on the server", &Models{loaded: true, listed: true, lines: line(true, false)}, false, true},
		{"here alone", &Models{loaded: true, listed: true, lines: line(false, true)}, false, true},
		{"here, the server has not answered", &Models{loaded: true, lines: line(false, true)}, true, false},
		{"here, the server is away", &Models{loaded: true, listed: true, listErr: away, lines: line(false, true)}, true, false},
		{"open and here, the list is older", &Models{loaded: true, listed: true, opened: m.ID, open: m, kept: true}, true, false},
		{"open, not here, the list is older", &Models{loaded: true, listed: true, opened: m.ID, open: m}, false, false},
	} {
		c.page.now = time.Now
		body := c.page.head()
		if c.page.opened == "" {
			body = c.page.table()
		}
		html := app.HTMLString(body)
		for class, want := range map[string]bool{"act-forget": c.forget, "act-delete": c.remove, "act-rename": true, "act-download": true} {
			if got := strings.Contains(html, class); got != want {
				t.Errorf("%s: %s is there: %v, want %v", c.name, class, got, want)
			}
		}
	}
}

func TestModelName(t *testing.T) {
	long := strings.Repeat("ü", nameLimit)
	for _, c := range []struct{ in, want, err string }{
		{" iris ", "iris", ""}, {long, long, ""}, {" ", "", "A model needs a name."}, {long + "x", "", "The name has 201 characters, want at most 200."},
	} {
		got, err := modelName(c.in)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && fault.Message(err) != c.err {
			t.Errorf("modelName(%q) = %q, %v, want %q, %q", c.in, got, err, c.want, c.err)
		}
	}
}

// TestRenameModel renames where no server is: what may be on the device alone takes the name there.
func TestRenameModel(t *testing.T) {
	for _, c := range []struct {
		name           string
		server, unsure bool
		want           string
		code           fault.Code
	}{
		{"here alone", false, false, "fish", ""},
		{"here, perhaps on the server", false, true, "fish", ""},
		{"on the server", true, false, "penguins k=2", fault.Unavailable},
	} {
		m := saved(t, "renamed")
		server, err := renameModel(modelLine{ModelInfo: infoOf(m), Server: c.server, Device: true}, c.unsure, "fish")
		if server || fault.CodeOf(err) != c.code {
			t.Errorf("%s: renameModel = %v, %v, want false, %q", c.name, server, err, c.code)
		}
		if got, err := device.Model(m.ID); err != nil || got.Name != c.want {
			t.Errorf("%s: the name is %v, %v, want %q", c.name, got, err, c.want)
		}
	}
	if _, err := renameModel(modelLine{ModelInfo: wire.ModelInfo{ID: "away"}}, true, "fish"); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("renameModel of one that is not here = %v, want %s", err, fault.Unavailable)
	}
}

// saved keeps a model on the device that can be read again.
func saved(t *testing.T, id string) *model.Model {
	t.Helper()
	m := testModel(prep.Drop)
	m.ID, m.Hash = id, model.HashOf(m)
	device.SetOwner("ada")
	if err := device.SaveModel(m); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := device.DeleteModel(id); err != nil {
			t.Error(err)
		}
	})
	return m
}

// A model that was renamed on the server has that name here too.
func TestNamesOfTheServer(t *testing.T) {
	m := saved(t, "named")
	if err := takeNames([]wire.ModelInfo{{ID: "named", Name: "birds"}, {ID: "else", Name: "x"}}, []*model.Model{m}, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := device.Model("named"); err != nil || got.Name != "birds" {
		t.Errorf("on this device the name is %v, %v, want birds", got, err)
	}
	if err := renameOnDevice("named", "fish"); err != nil {
		t.Fatal(err)
	}
	if got, err := device.Model("named"); err != nil || got.Name != "fish" {
		t.Errorf("after renaming the name is %v, %v, want fish", got, err)
	}
	if err := renameOnDevice("nowhere", "x"); err != nil {
		t.Errorf("renaming a model that is not here = %v, want nil", err)
	}
}

// Without a server a model opens from this device, and one that is not there says what to do.
func TestOpenModelOffline(t *testing.T) {
	saved(t, "here")
	if m, kept, err := openModel("here"); err != nil || kept != nil || m.ID != "here" {
		t.Errorf("openModel(here) = %v, %v, %v", m, kept, err)
	}
	if _, _, err := openModel("there"); fault.CodeOf(err) != fault.NotFound || !strings.Contains(fault.Message(err), "Open it once while the server can be reached") {
		t.Errorf("openModel(there) = %v, want what to do", err)
	}
}
