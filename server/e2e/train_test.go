package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// register makes an account by the form, as a visitor does, and ends on /data.
func (b *browser) register(s *server, user string) {
	b.t.Helper()
	b.Open(s.URL + "/register")
	b.Fill("#name", user)
	b.Fill("#password", "correct horse "+user)
	b.Fill("#again", "correct horse "+user)
	b.Click("main form button[type=submit]")
	b.Until(`location.pathname === "/data"`)
	b.Running()
}

// makeSample makes a dataset of a table that comes with the program.
func (b *browser) makeSample(name string) (d wire.Dataset) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`fetch(%q, {method: "POST"}).then(r => r.json())`, wire.API+"/datasets/sample/"+name), &d)
	if d.ID == "" {
		b.t.Fatalf("the sample %s was not made", name)
	}
	return d
}

// trainIris trains iris with a seed, from the form to the end, and gives the model.
func (b *browser) trainIris(s *server, seed string) model.Model {
	b.t.Helper()
	d := b.makeSample("iris")
	b.Open(s.URL + "/train#dataset=" + d.ID)
	b.Fill("#k", "3")
	b.Click("#limits summary")
	b.Fill("#seed", seed)
	b.Click("#train-go")
	b.state("Done")
	b.Until(`document.querySelector("#train-saved")`)
	return b.newest()
}

// state waits for the pill of the training.
func (b *browser) state(text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector("#train-state")?.textContent === %q`, text))
}

// chartSeries is the data of a series that ECharts has in an element.
func chartSeries(id, series string) string {
	return fmt.Sprintf(`JSON.stringify((e => e ? echarts.getInstanceByDom(e)?.getOption()?.series.find(s => s.id === %q)?.data ?? null : null)(document.getElementById(%q)))`, series, id)
}

// shots keeps pictures of the page in both themes and on a phone.
func (b *browser) shots(name string) {
	b.t.Helper()
	settle := func() { b.Until(`document.getAnimations().every(a => a.playState === "finished")`) }
	b.Shot(name + "-light")
	b.Theme("dark")
	settle()
	b.Shot(name + "-dark")
	b.Theme("light")
	b.Phone()
	settle()
	b.Shot(name + "-phone")
	var wide bool
	if b.Eval(`document.documentElement.scrollWidth > innerWidth + 1`, &wide); wide {
		b.t.Errorf("%s is wider than a phone", name)
	}
	b.Desktop()
	settle()
}

// TestE2ETrain trains iris by the form, from an account to the clusters.
func TestE2ETrain(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.register(s, "trainer")
	b.Open(s.URL + "/train")
	b.See("No data yet")
	b.Shot("train-empty")
	b.Open(s.URL + "/data")
	b.Click("#sample-iris")
	b.about("150 rows")
	b.Click("#train-link")
	b.Until(`location.pathname === "/train" && document.querySelector("#dataset")?.selectedOptions[0]?.text === "iris"`)
	b.Shot("train-ready")

	// What is wrong is told at its field, and nothing is sent.
	b.Fill("#k", "0")
	b.Click("#train-go")
	b.Until(`document.activeElement.id === "k" && document.querySelector("#k-err")?.textContent.includes("at least 1")`)
	b.Fill("#k", "151")
	b.Click("#train-go")
	b.See("k is 151, but the dataset has 150 rows.")
	b.Shot("train-wrong")
	var jobs []wire.Job
	if b.ask("jobs", &jobs); len(jobs) != 0 {
		t.Fatalf("jobs = %+v, want none: the settings were wrong", jobs)
	}

	// Every state that the page shows is kept by the page itself.
	b.Eval(`void (window.states = [], new MutationObserver(() => {
		const text = document.querySelector("#train-state")?.textContent;
		if (text && states.at(-1) !== text) states.push(text);
	}).observe(document.body, {subtree: true, childList: true, characterData: true}))`, nil)
	b.Fill("#k", "3")
	b.Click("#limits summary")
	b.Fill("#seed", "11")
	b.Click("#train-go")
	b.state("Done")
	var states []string
	b.Eval(`states`, &states)
	t.Logf("states: %q", states)
	b.Until(`location.hash.startsWith("#job=")`)

	// The result is that of the server's model.
	var all []wire.ModelInfo
	b.ask("models", &all)
	if len(all) != 1 || all[0].K != 3 {
		t.Fatalf("models = %+v, want one of 3 clusters", all)
	}
	var m model.Model
	b.ask("models/"+all[0].ID, &m)
	var sizes []string
	b.Eval(`[...document.querySelectorAll("#clusters .size")].map(e => e.textContent)`, &sizes)
	for i, c := range m.Clusters {
		if i >= len(sizes) || sizes[i] != fmt.Sprint(c.Size) {
			t.Errorf("sizes on the page = %q, want those of %+v", sizes, m.Clusters)
			break
		}
	}
	if got := b.Text("#result-summary"); m.Training.Silhouette == nil || !strings.Contains(got, fmt.Sprintf("Silhouette %.3f", m.Training.Silhouette.Mean)) {
		t.Errorf("the summary is %q, want the silhouette of %+v", got, m.Training.Silhouette)
	}
	if got := b.Text("#ari"); m.Training.Label == nil || got != fmt.Sprintf("adjusted Rand index %.3f", m.Training.Label.ARI) {
		t.Errorf("the comparison says %q, want that of %+v", got, m.Training.Label)
	}
	b.Until(fmt.Sprintf(`document.querySelectorAll("#passes tbody tr").length === %d`, m.Training.Passes))
	b.See("all 150 rows, original units")
	b.Until(`document.querySelector("#train-saved")`)

	// The curve has each pass, the picture the centroids in original units.
	var text string
	b.Until(chartSeries("inertia", "s0") + ` !== "null"`)
	var curve [][2]float64
	b.Eval(chartSeries("inertia", "s0"), &text)
	if err := json.Unmarshal([]byte(text), &curve); err != nil || len(curve) != m.Training.Passes {
		t.Errorf("the curve is %s, %v, want %d passes", text, err, m.Training.Passes)
	}
	centers := func() (out [][2]float64) {
		t.Helper()
		var marks []struct{ Value [2]float64 }
		b.Eval(chartSeries("scatter", "centers"), &text)
		if err := json.Unmarshal([]byte(text), &marks); err != nil || len(marks) != 3 {
			t.Fatalf("the centroids in the picture are %s, %v, want 3", text, err)
		}
		for _, c := range marks {
			out = append(out, c.Value)
		}
		return out
	}
	check := func(x, y int) {
		t.Helper()
		for i, at := range centers() {
			want := [2]float64{*m.Clusters[i].Center[x].Number, *m.Clusters[i].Center[y].Number}
			if abs(at[0]-want[0]) > 1e-6 || abs(at[1]-want[1]) > 1e-6 {
				t.Errorf("centroid %d is drawn at %v, want %v", i, at, want)
			}
		}
	}
	check(0, 1)
	b.Choose("#axis-x", m.Inputs[2].Name)
	b.Choose("#axis-y", m.Inputs[3].Name)
	b.Until(fmt.Sprintf(`echarts.getInstanceByDom(document.getElementById("scatter")).getOption().xAxis[0].name === %q`, m.Inputs[2].Name))
	b.Until(fmt.Sprintf(`echarts.getInstanceByDom(document.getElementById("scatter")).getOption().yAxis[0].name === %q`, m.Inputs[3].Name))
	check(2, 3)

	// Rows with their cluster: page by page, one cluster alone, all as a file.
	b.Until(`document.querySelectorAll("#rows-table tbody tr").length === 50`)
	b.Choose("#rows-cluster", "1")
	b.Until(fmt.Sprintf(`document.querySelector("#rows-note")?.textContent.endsWith("of %d")`, m.Clusters[1].Size))
	b.Eval(`fetch(document.querySelector("#rows-csv").href).then(r => r.text())`, &text)
	if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 151 || !strings.HasSuffix(strings.TrimSpace(lines[0]), "cluster") {
		t.Errorf("the CSV has %d lines, the header is %q", len(lines), lines[0])
	}
	b.Eval(`scrollTo(0, 0)`, nil)
	b.shots("train-done")

	// Another k in the form leaves what is shown as it is.
	before := b.Text("#result")
	b.Fill("#k", "5")
	b.Click("#scale input[value=none]")
	if got := b.Text("#result"); got != before {
		t.Errorf("after a change of the form the result is\n%s\nwant\n%s", got, before)
	}

	// A reload takes the training up again, with its settings.
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.state("Done")
	b.Until(`document.querySelector("#k")?.value === "3" && document.querySelector("#seed").value === "11"`)
	if got := b.Text("#result"); got != before {
		t.Errorf("after a reload the result is\n%s\nwant\n%s", got, before)
	}
	b.Until(fmt.Sprintf(`document.querySelector("#predict-link")?.getAttribute("href") === "/predict#model=%s"`, m.ID))

	// Given centroids: those of the model, which are at rest already.
	b.Click("#more summary")
	b.Choose("#init", "given")
	b.Choose("#start", m.ID)
	b.Click("#train-go")
	b.Until(`document.querySelectorAll("#passes tbody tr").length <= 2 && document.querySelector("#train-state").textContent === "Done"`)
	b.NoErrors()
}

func abs(v float64) float64 { return max(v, -v) }

// makeEven makes a dataset of four columns a to d, of numbers evenly between 0 and 1.
func (b *browser) makeEven(rows int) (d wire.Dataset) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`(() => {
		let seed = 1, lines = ["a,b,c,d"];
		const next = () => (seed = seed * 48271 %% 2147483647) / 2147483647;
		for (let i = 0; i < %d; i++) lines.push([next(), next(), next(), next()].map(v => v.toFixed(5)).join(","));
		return fetch(%q, {method: "POST", headers: {"Content-Type": "text/csv"}, body: lines.join("\n") + "\n"}).then(r => r.json());
	})()`, rows, wire.API+"/datasets?name=even"), &d)
	return d
}

// trainLong sets the form so that the training does not end by itself.
func (b *browser) trainLong() {
	b.t.Helper()
	b.Click("#more summary")
	b.Fill("#restarts", "500")
	b.Click("#limits summary")
	b.Fill("#max-iterations", "100000")
	b.Fill("#tolerance", "0")
}

// newest gives the model that was made last.
func (b *browser) newest() (m model.Model) {
	b.t.Helper()
	var all []wire.ModelInfo
	if b.ask("models", &all); len(all) == 0 {
		b.t.Fatal("there is no model")
	}
	b.ask("models/"+all[0].ID, &m)
	return m
}

// TestE2ETrainLive watches a training that takes a while: centroids move, and
// Cancel ends it with the best so far.
func TestE2ETrainLive(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "live", "/data")
	d := b.makeEven(200000)
	b.Open(s.URL + "/train#dataset=" + d.ID)
	b.Fill("#k", "12")
	b.trainLong()
	b.Click("#train-go")
	b.Until(`/^Pass \d+ of at most 100,?000|^Pass \d+ of at most 100k/.test(document.querySelector("#train-state").textContent)`)
	b.Until(chartSeries("scatter", "centers") + ` !== "null"`)
	b.See("rows, chosen evenly by seed and row, original units")
	var first, text string
	b.Eval(chartSeries("scatter", "centers"), &first)
	b.Until(fmt.Sprintf(`%s !== %q`, chartSeries("scatter", "centers"), first))
	b.Until(`echarts.getInstanceByDom(document.getElementById("scatter")).getOption().series.find(s => s.id === "trails").data.length > 0`)
	b.Until(`document.querySelectorAll("#passes tbody tr").length > 3`)
	b.Until(`document.querySelector("#train-bar").value > 0`)
	// The page changes ten times a second: it is read and clicked in one go.
	if b.Eval(`document.querySelector("#train-facts").innerText`, &text); !strings.Contains(text, "Rows per second") || !strings.Contains(text, "Time left, at most") {
		t.Errorf("the numbers of the pass are %q", text)
	}
	b.shots("train-live")

	// Away and back: the training goes on and is taken up where it is.
	b.Open(s.URL + "/data")
	b.Open(s.URL + "/train")
	b.Until(`document.querySelector("#train-state")?.textContent.startsWith("Pass ")`)
	b.Until(`document.querySelector("#max-iterations")?.value === "100000"`)

	b.Phone()
	b.Until(`document.querySelector("#train-fold").offsetParent && !document.querySelector("#k").offsetParent`)
	b.Shot("train-live-phone-again")
	b.Eval(`document.querySelector("#passes").scrollIntoView({block: "end", behavior: "instant"})`, nil)
	b.Until(`(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("#scatter").getBoundingClientRect())`)
	b.Shot("train-live-phone-down")
	b.Eval(`document.querySelector("#train-fold").click()`, nil)
	b.Until(`document.querySelector("#k").offsetParent && document.querySelector("#train-fold").getAttribute("aria-expanded") === "true"`)
	b.Desktop()
	b.Eval(`document.querySelector("#train-cancel").click()`, nil)
	b.state("Canceled")
	b.See("The best so far is kept.")
	b.See("Partial: stopped by you after ")
	b.Until(`!document.querySelector("#train-go").disabled && document.querySelector("#train-saved")`)
	b.Eval(`scrollTo(0, 0)`, nil)
	b.shots("train-canceled")
	m := b.newest()
	if m.Training.Partial != model.Canceled || m.Training.Passes < 1 {
		t.Errorf("the model's training is %+v, want one that was canceled after some passes", m.Training)
	}

	// The partial model predicts.
	b.Click("#predict-link")
	b.Until(`location.pathname === "/predict" && document.querySelector("#answer-cluster")`)
	if got, want := b.Text("#answer"), predictRow(t, m, nil); !strings.Contains("\n"+got, "\n"+want+"\n") {
		t.Errorf("the answer is %q, want %s", got, want)
	}
	b.NoErrors()
}

// typeAt puts a text into a number's field as one key event does, and reads the
// answer before the event's task ends.
const typeAt = `(() => {
	const e = document.querySelector(%q);
	e.value = %q;
	e.dispatchEvent(new InputEvent("input", {bubbles: true, data: "1", inputType: "insertText"}));
	return document.querySelector("#answer").innerText;
})()`

// TestE2EPredict answers while a row is typed, with the server and without.
func TestE2EPredict(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "predictor", "/predict")
	b.See("No model yet")
	b.Shot("predict-empty")
	m := b.trainIris(s, "11")
	b.Click("#predict-link")
	b.Until(`location.pathname === "/predict" && document.querySelector("#answer-cluster")`)

	// The form has a real row, and the answer is that of the same model in Go.
	cells := m.Inputs
	row := make([]float64, len(cells))
	for i, in := range cells {
		b.Until(fmt.Sprintf(`document.querySelector("#input-%d").value === %q`, i, in.Example.String()))
		row[i] = *in.Example.Number
	}
	b.shots("predict")

	var requests []string
	chromedp.ListenTarget(b.ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(e.Request.URL, "data:") {
			requests = append(requests, e.Request.URL)
		}
	})
	answer := func(i int, text string) string {
		t.Helper()
		var got string
		b.Eval(fmt.Sprintf(typeAt, fmt.Sprintf("#input-%d", i), text), &got)
		return got
	}
	predict := func() {
		t.Helper()
		now, before, changes := map[int]string{}, "", 0
		for _, v := range []string{"2.5", "0.1", "3", "0.9", "1.7"} {
			for _, l := range []string{"6.9", "1", "3.5"} {
				for _, key := range []struct {
					field int
					text  string
				}{{2, l}, {3, v}} {
					now[key.field] = key.text
					got, want := answer(key.field, key.text), predictRow(t, m, now)
					if !strings.Contains("\n"+got, "\n"+want+"\n") {
						t.Errorf("with %v the answer in the task of the key is %q, want %s", now, got, want)
					}
					if want != before {
						before = want
						changes++
					}
				}
			}
		}
		if changes < 5 {
			t.Errorf("the answer changed %d times: the test tries too little", changes)
		}
	}
	predict()
	if got := answer(3, "99"); !strings.Contains(got, "1 value lies outside of what the training saw") {
		t.Errorf("far outside the answer is %q, want a word about it", got)
	}
	b.See("Outside of training: it saw 0.1 to 2.5.")
	b.Shot("predict-outside")
	if got := answer(3, ""); !strings.Contains(got, "No answer") || !strings.Contains(got, "needs a value here") {
		t.Errorf("without a value the answer is %q, want why there is none", got)
	}
	b.Shot("predict-missing")
	answer(3, "0.2")

	// Real keys, and a slider by the keyboard.
	b.Fill("#input-2", "6.9")
	b.Until(`document.querySelector("#slider-2").value === "6.9"`)
	b.Do("slide", chromedp.Focus("#slider-2", chromedp.ByQuery), chromedp.KeyEvent(kb.ArrowLeft))
	b.Until(`document.querySelector("#input-2").value === "6.89"`)
	b.Until(`document.querySelector("#say").textContent.startsWith("Cluster ")`)
	for _, r := range requests {
		t.Errorf("a request went to %s while predicting, want none", r)
	}

	// Other real rows come from the server.
	var was, is string
	values := `[...document.querySelectorAll("#row-form input[type=number]")].map(e => e.value).join()`
	b.Eval(values, &was)
	b.Click("#another")
	b.Until(fmt.Sprintf(`%s !== %q`, values, was))
	b.Eval(values, &is)
	b.Until(fmt.Sprintf(`%s === [0,1,2,3].map(i => document.querySelector("#input-" + i).value).join()`, values))

	// The server is killed, and the page loaded anew: all goes on.
	b.Until(`navigator.serviceWorker.controller`)
	b.quiet = true
	s.Kill()
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(`document.querySelector("#answer-cluster")`)
	b.Until(`document.querySelector("#offline")`)
	predict()
	b.shots("predict-offline")
	b.Click("#another")
	b.See("which can't be reached. This is the one that the model carries.")
	b.Open(s.URL + "/predict")
	b.Until(`document.querySelector("#answer-cluster")`)
	b.Open(s.URL + "/models")
	b.Until(`document.querySelector("#models .model-name")`)
	b.Shot("models-offline")
	s.Start()
	b.Until(`!document.querySelector("#offline")`)
	b.quiet = false

	// A model that is only on the server is kept here when it is opened.
	b.Eval(`new Promise((ok, no) => { const r = indexedDB.open("centroid"); r.onerror = no; r.onsuccess = () => {
		const t = r.result.transaction("models", "readwrite"); t.objectStore("models").clear(); t.oncomplete = () => { r.result.close(); ok() } } })`, nil)
	b.Open(s.URL + "/predict#model=" + m.ID)
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.Until(`document.querySelector("#answer-cluster")`)
	var kept int
	b.Eval(`new Promise((ok, no) => { const r = indexedDB.open("centroid"); r.onerror = no; r.onsuccess = () => {
		const q = r.result.transaction("models").objectStore("models").count(); q.onsuccess = () => { r.result.close(); ok(q.result) } } })`, &kept)
	if kept != 1 {
		t.Errorf("%d models are on the device after one was opened, want 1", kept)
	}
	b.NoErrors()
}

// predictRow names the cluster of the model's own row with other values.
func predictRow(t *testing.T, m model.Model, change map[int]string) string {
	t.Helper()
	cells := make([]string, len(m.Inputs))
	for i, in := range m.Inputs {
		cells[i] = in.Example.String()
	}
	for i, v := range change {
		cells[i] = v
	}
	var row []json.RawMessage
	for _, c := range cells {
		row = append(row, json.RawMessage(c))
	}
	text, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var w wire.RowWrite
	if err := json.Unmarshal([]byte(`{"cells":`+string(text)+`}`), &w); err != nil {
		t.Fatal(err)
	}
	p, err := m.Predict(w.Cells)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("Cluster %d", p.Cluster)
}

// TestE2EModels lists, names, opens, downloads and deletes models.
func TestE2EModels(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "keeper", "/models")
	b.See("No models yet")
	m := b.trainIris(s, "7")
	b.Open(s.URL + "/models")
	b.Until(`document.querySelectorAll("#models tbody tr").length === 1`)
	b.See("server and device")
	b.See("iris, version 1")
	b.shots("models")

	// Another name, on the server and here.
	b.Click(".act-rename")
	b.Fill("#rename-name", "flowers <b>&amp;")
	b.Shot("models-rename")
	b.Click("#rename-save")
	b.Until(`document.querySelector(".model-name").textContent === "flowers <b>&amp;" && !document.querySelector("dialog")`)
	var named model.Model
	if b.ask("models/"+m.ID, &named); named.Name != "flowers <b>&amp;" {
		t.Errorf("on the server the name is %q", named.Name)
	}

	// All about it.
	b.Click(".model-name")
	b.Until(`location.hash === "#model=` + m.ID + `" && document.querySelector("#model-clusters .cluster")`)
	for _, want := range []string{m.Hash, "Seed\t7", "k-means||", "Came to rest", "adjusted Rand index"} {
		b.Until(fmt.Sprintf(`document.querySelector("#main").innerText.toLowerCase().includes(%q)`, strings.ToLower(want)))
	}
	b.Until(`document.querySelectorAll("#rows-table tbody tr").length === 50`)
	b.Eval(`scrollTo(0, 0)`, nil)
	b.shots("models-open")

	// The file is the model.
	var file string
	b.Eval(`fetch(document.querySelector(".act-download").href).then(r => r.text())`, &file)
	got, err := model.Decode([]byte(file))
	if err != nil || got.Hash != m.Hash || got.Name != named.Name {
		t.Errorf("the file is %v, %v, want the model", got, err)
	}

	// Train again: the same settings.
	b.Click(".act-again")
	b.Until(`location.pathname === "/train" && document.querySelector("#seed")?.value === "7" && document.querySelector("#k").value === "3"`)
	b.Click("#train-go")
	b.state("Done")
	b.Until(`document.querySelector("#train-saved")`)
	b.Open(s.URL + "/models")
	b.Until(`document.querySelectorAll("#models tbody tr").length === 2`)
	var all []wire.ModelInfo
	b.ask("models", &all)
	if len(all) != 2 || all[0].Hash != all[1].Hash {
		t.Errorf("models = %+v, want two of the same hash: same data, settings and seed", all)
	}

	// Deleted on the server by somebody else: it is on this device still, and its file too.
	row := func(id string) string { return fmt.Sprintf(`tr[data-model=%q] `, id) }
	other := all[0].ID
	if other == m.ID {
		other = all[1].ID
	}
	var status int
	if b.Eval(fmt.Sprintf(`fetch(%q, {method: "DELETE"}).then(r => r.status)`, wire.API+"/models/"+other), &status); status >= 300 {
		t.Fatalf("DELETE answers %d", status)
	}
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.See("device only")
	dir := t.TempDir()
	b.Do("downloads", cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(dir))
	b.Click(row(other) + ".act-download")
	found := func() []byte {
		names, _ := filepath.Glob(filepath.Join(dir, "*.json"))
		for _, n := range names {
			if data, err := os.ReadFile(n); err == nil && len(data) > 0 {
				return data
			}
		}
		return nil
	}
	deadline := time.Now().Add(wait)
	for found() == nil && time.Now().Before(deadline) {
		b.Eval(`new Promise(ok => setTimeout(ok, 50))`, nil)
	}
	if got, err := model.Decode(found()); err != nil || got.ID != other {
		t.Errorf("the downloaded file is %v, %v, want the model", got, err)
	}

	// Deleting asks first.
	b.Click(row(other) + ".act-delete")
	b.See("It is only on this device")
	b.Click("#ask-no")
	b.Until(`!document.querySelector("dialog") && document.querySelectorAll("#models tbody tr").length === 2`)
	b.Click(row(other) + ".act-delete")
	b.Click("#ask-yes")
	b.Until(`document.querySelectorAll("#models tbody tr").length === 1`)
	b.Click(row(m.ID) + ".act-delete")
	b.See("It is deleted on the server and on this device")
	b.Shot("models-delete")
	b.Click("#ask-yes")
	b.See("No models yet")
	if b.ask("models", &all); len(all) != 0 {
		t.Errorf("models = %+v, want none", all)
	}

	// A training whose model is gone does not bring it back.
	b.Open(s.URL + "/train")
	b.state("Done")
	b.See("The model that came of it was deleted.")
	b.Open(s.URL + "/models")
	b.See("No models yet")
	b.NoErrors()
}
