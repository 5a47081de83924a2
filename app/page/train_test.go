package page

import (
	"slices"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// trainPage is the page with a dataset and the first n events of the story.
func trainPage(n int) *Train {
	t := &Train{loaded: true, datasets: []wire.Dataset{*penguins()}, form: newTrainForm(7)}
	t.form.setData(&t.datasets[0])
	if n > 0 {
		t.run = watched(n)
		t.redraw()
	}
	return t
}

func TestTrainStates(t *testing.T) {
	with := func(n int, change func(*Train)) *Train {
		p := trainPage(n)
		change(p)
		return p
	}
	whole := testModel(prep.Drop)
	whole.Data.Dropped = 2
	whole.Training.Label = &score.LabelComparison{Column: "species", Labels: []string{"Adelie"}, Counts: [][]int64{{20}, {10}}, ARI: .25}
	done := func(change func(*Train)) *Train {
		return with(9, func(p *Train) {
			p.run.apply(wire.Event{Job: "j", Seq: 10, Type: wire.EventDone, Model: whole})
			p.view.Cards = cardsOf(whole)
			change(p)
		})
	}
	split := func(algorithm kmeans.Algorithm, change func(*wire.Pass)) func(*Train) {
		return func(p *Train) {
			p.run.Start.Config.Algorithm = algorithm
			change(p.run.last())
		}
	}
	part := func(e wire.EventType, training model.Training) *Train {
		return with(8, func(p *Train) {
			m := testModel(prep.Drop)
			m.Data.Rows, m.Training = 1_000_000, training
			p.run.apply(wire.Event{Job: "j", Seq: 9, Type: e, Model: m})
			p.redraw()
		})
	}
	away := fault.Newf(fault.Unavailable, "No way to the server.")
	for _, c := range []struct {
		name string
		page *Train
		want []string
		not  []string
	}{
		{"loading", &Train{}, []string{"Loading"}, []string{"train-form"}},
		{"the server is away", &Train{loaded: true, loadErr: away}, []string{"No way to the server.", "Try again"}, []string{"train-form", "No data yet"}},
		{"no data", &Train{loaded: true}, []string{"No data yet", `href="/data"`}, []string{"train-form"}},
		{"ready", trainPage(0), []string{"Press Train to start", ">Ready<", `id="k"`, `value="7"`, "Clusters are compared with species afterwards.", "2 levels, one-hot", "6 gaps"}, []string{"train-cancel", "picture-title", " open"}},
		{"given centroids", with(0, func(p *Train) { p.form.Init = kmeans.Given; p.form.fitRows() }), []string{`id="start-rows"`, `aria-label="bill of cluster 2"`, "Values typed in"}, nil},
		{"wrong", with(0, func(p *Train) { p.form.Errors[fieldK] = "k is 0." }), []string{`id="k-err"`, "k is 0.", `aria-describedby="k-err"`}, nil},
		{"wrong where it is folded", with(0, func(p *Train) { p.form.Errors[fieldSeed] = "No seed."; p.unfold() }), []string{" open"}, nil},
		{"advice", with(0, func(p *Train) {
			p.advice.list = []wire.Advice{
				{Kind: wire.AdviceDominates, Columns: []string{"bill"}, Text: "bill makes 99.7 % of the distance.", Remedy: &wire.Remedy{Label: "Scale the columns", Scale: prep.Standard}},
				{Kind: wire.AdviceConstant, Text: "It is constant.", Remedy: &wire.Remedy{Label: "Leave out it", Without: []string{"it"}}},
				{Kind: wire.AdviceRepeated, Text: "9 rows repeat another."}, {Kind: wire.AdviceSkewed, Text: "The fourth."},
			}
		}), []string{`id="train-advice"`, "bill makes 99.7 % of the distance.", ">Scale the columns<", `data-advice="1"`, "9 rows repeat another.", "Show 1 more"}, []string{"The fourth.", `data-advice="2"`}},
		{"no advice", with(0, func(p *Train) { p.advice.err = away }), []string{"There is no advice on these settings. No way to the server."}, nil},
		{"queued", trainPage(1), []string{">Queued<", "How long that takes is not known.", "train-cancel", "drawn here as soon as"}, []string{`id="scatter"`}},
		{"reading", trainPage(3), []string{"Reading rows", "Reading: 2 of 4 rows"}, nil},
		{"seeding", trainPage(5), []string{"Seeding, round 1 of 5", `id="scatter"`, "It is drawn from the first pass on."}, []string{`id="inertia"`}},
		{"a pass", trainPage(8), []string{"Pass 2 of at most 100, run 1 of 2", `id="inertia"`, "all 4 rows, original units", "Time left, at most", "train-cancel", " across, width up."}, []string{"result"}},
		{"a mini-batch pass", with(8, split(kmeans.MiniBatch, func(p *wire.Pass) { p.Estimated, p.Changed = true, 0 })), []string{"Mini-batch", ">≈ 50<", ">–<", "estimated by the rows seen"}, []string{"Rows moved"}},
		{"a split", with(8, split(kmeans.Bisecting, func(p *wire.Pass) { p.Restarts, p.MaxPasses = 1, 7 })), []string{"Bisecting", "Split 2 of 7", ">Split<"}, []string{"Largest shift", "Pass 2", "comes to rest"}},
		{"canceling", with(8, func(p *Train) { p.canceling = true }), []string{">Canceling<", "The best so far is kept."}, nil},
		{"a cancel before there is anything", trainPage(5), []string{"There is nothing to keep before the first pass."}, nil},
		{"canceled", part(wire.EventCanceled, model.Training{Passes: 12, Partial: model.Canceled, Algorithm: kmeans.Hamerly, Why: "Bounds proved it.", Sampled: 10_000, Weight: "people"}), []string{
			">Canceled<", "You canceled it after 12 passes. The best so far is kept.", "Partial: stopped by you after 12 passes; more of them would improve it.", "Go on from here",
			"Hamerly&#39;s bounds: Bounds proved it.", "Centroids found on 10k of 1 M rows; all rows are labelled.", "Rows count by people.", "cluster-0", "/predict#model=m1",
		}, []string{"train-cancel"}},
		{"out of time", part(wire.EventDone, model.Training{Passes: 1, Partial: model.TimeLimit}), []string{">Partial<", "Partial: stopped by the time limit after 1 pass;", "all rows ≈ ", `id="train-on"`}, nil},
		{"out of time between two runs", part(wire.EventDone, model.Training{Passes: 9, Converged: true, Partial: model.TimeLimit}), []string{"after 9 passes; it came to rest, but other runs were to come"}, []string{"train-on"}},
		{"done", done(func(p *Train) { p.saved = true }), []string{
			">Done<", "train-saved", `href="/predict#model=m1"`, "rows.csv", "cluster-0", "adjusted Rand index 0.250", "2 rows with gaps were left out.", "Silhouette 0.500 ± 0.010, of a sample of 20 of 30 rows", `id="rows"`, "model-scores", silhouetteWords, ariWords,
		}, []string{"train-cancel"}},
		{"done, not kept here", done(func(p *Train) { p.saveErr = away }), []string{"train-save-fault"}, []string{"train-saved"}},
		{"done, deleted since", done(func(p *Train) { p.deleted = true }), []string{"train-deleted"}, []string{"/predict#model", `id="rows"`, "train-saved"}},
		{"failed", with(8, func(p *Train) {
			p.run.apply(wire.Event{Job: "j", Seq: 9, Type: wire.EventFailed, Fault: &wire.Fault{Message: "The disk is full."}})
		}), []string{">Failed<", "The disk is full.", "Change the settings, then press Train again."}, []string{"train-cancel"}},
		{"another attempt follows", with(8, func(p *Train) {
			p.run.apply(wire.Event{Job: "j", Seq: 9, Type: wire.EventFailed, Fault: &wire.Fault{Message: "The worker is gone.", Retry: true}})
		}), []string{"Queued again", "The worker is gone. Another attempt follows by itself.", "train-cancel"}, nil},
		{"gone", with(1, func(p *Train) { p.gone = true }), []string{">Gone<", "belongs to another account"}, []string{"train-cancel"}},
		{"live while the datasets can't be had", with(8, func(p *Train) { p.loadErr, p.datasets = away, nil }), []string{"No way to the server.", "Pass 2 of at most 100", "train-cancel"}, []string{"train-form"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			html := app.HTMLString(app.Div().Body(c.page.head(), c.page.body()))
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

// TestRemedy applies a remedy to the form, as its button does.
func TestRemedy(t *testing.T) {
	p := trainPage(0)
	p.form.Scale = prep.NoScale
	before := advicePath(p.form.Data, p.form.settingsAdvised())
	p.form.apply(&wire.Remedy{Scale: prep.Standard, Missing: prep.Median, Without: []string{"bill"}})
	cfg := p.form.settingsAdvised()
	if cfg.Scale != prep.Standard || cfg.Missing != prep.Median || slices.Contains(cfg.Columns, "bill") || len(cfg.Columns) == 0 {
		t.Errorf("settings = %+v", cfg)
	}
	if req, ok := p.form.request(); !ok || req.Prep.Scale != prep.Standard || req.Prep.Missing != prep.Median || slices.Contains(req.Prep.Columns, "bill") {
		t.Errorf("what is sent = %+v, %v", req.Prep, p.form.Errors)
	}
	if after := advicePath(p.form.Data, cfg); after == before || !strings.Contains(after, "scale=standard") {
		t.Errorf("advice is asked for by %s, before by %s", after, before)
	}
}

// What is shown of a training is of its own settings: the form does not touch it.
func TestFormLeavesTheResult(t *testing.T) {
	p := trainPage(10)
	p.run.Model = &model.Model{ID: "m", Centroids: p.run.Model.Centroids, Clusters: []model.Cluster{{Size: 2}, {Size: 2}}, Data: model.Data{Rows: 4}}
	shown := func() string { return app.HTMLString(app.Div().Body(p.liveView()...)) }
	before := shown()
	p.setText("k", "9")
	p.setText("seed", "5")
	p.form.Scale, p.form.Init = prep.NoScale, kmeans.Given
	p.form.fitRows()
	if _, ok := p.form.request(); ok {
		t.Error("request() of given centroids without values is ok")
	}
	p.redraw()
	if after := shown(); len(after) != len(before) || strings.Count(after, "Cluster") != strings.Count(before, "Cluster") {
		t.Errorf("after changes of the form the page shows\n%s\nwant\n%s", after, before)
	}
}

// Settings of an old training fill the form once, and never over what was typed.
func TestResume(t *testing.T) {
	p := trainPage(1)
	p.past = &wire.TrainStart{Dataset: "d", Config: kmeans.Config{K: 5, Restarts: 1, MaxIterations: 9}}
	p.datasets, p.form.Data = nil, nil
	p.resume()
	if p.form.K != "3" {
		t.Fatalf("k = %s before the datasets are there, want the default", p.form.K)
	}
	p.datasets = []wire.Dataset{*penguins()}
	p.resume()
	if p.form.K != "5" || p.form.Data == nil {
		t.Errorf("k = %s, dataset %v, want 5 and penguins", p.form.K, p.form.Data)
	}
	p.setText("k", "6")
	p.resume()
	if p.form.K != "6" {
		t.Errorf("k = %s after the user typed 6", p.form.K)
	}
}

// Events that come while others are drawn wait for the next drawing, none is lost.
func TestInbox(t *testing.T) {
	var b inbox
	if !b.put(wire.Event{Seq: 1}) || b.put(wire.Event{Seq: 2}) {
		t.Fatal("the first event alone must be announced")
	}
	if got := b.take(); len(got) != 2 || got[0].Seq != 1 {
		t.Fatalf("take() = %v, want both in order", got)
	}
	if b.put(wire.Event{Seq: 3}) {
		t.Error("an event within the pause must wait for it")
	}
	if len(b.take()) != 1 || len(b.take()) != 0 || !b.put(wire.Event{Seq: 4}) {
		t.Error("after an empty drawing the next event must be announced")
	}
}

// A partial model is gone on from by its own settings and centroids, whatever the form says.
func TestGoOn(t *testing.T) {
	p := trainPage(1)
	p.datasets[0].Schema = append(p.datasets[0].Schema, table.Column{Name: "mass", Kind: table.Number, Role: table.Feature})
	m := testModel(prep.Drop)
	m.Config.Algorithm, m.Config.Restarts = kmeans.Lloyd, 5
	p.run.Start, p.run.Model = startOf(m), m
	p.run.Start.TimeLimit = 3
	p.setText("k", "9")
	p.form.Scale = prep.NoScale
	if !p.goOn() {
		t.Fatal("goOn() = false, want true: the dataset is there")
	}
	req, ok := p.form.request()
	if c := req.Config; !ok || len(req.Start) != 2 || c.K != 2 || c.Init != kmeans.Given || c.Restarts != 1 || c.Algorithm != kmeans.Lloyd || req.TimeLimit != 3 || req.Prep.Scale != prep.Standard {
		t.Errorf("request() = %+v, errors %v, want the model's settings and centroids", req, p.form.Errors)
	}
	if html := app.HTMLString(p.settings()); !strings.Contains(html, "Centroids of penguins k=2") {
		t.Error("the form does not name the model that it starts from")
	}
	p.datasets[0].ID = "other"
	if p.goOn() {
		t.Error("goOn() = true without the dataset")
	}
}

// What is wrong in a folded group unfolds it, and it stays so while it is corrected.
func TestUnfold(t *testing.T) {
	p := trainPage(0)
	p.form.Sample = "0"
	if _, ok := p.form.request(); ok {
		t.Fatal("a sample of no rows is right")
	}
	p.unfold()
	p.setText("sample", "10")
	if p.open[groupMore] || !p.open[groupLimits] || p.form.Errors[fieldSample] != "" {
		t.Errorf("open %v, errors %v, want the limits open and no error", p.open, p.form.Errors)
	}
}
