package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// makeCSV makes a dataset of a small table.
func (b *browser) makeCSV(name, csv string) (d wire.Dataset) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`fetch(%q, {method: "POST", headers: {"Content-Type": "text/csv"}, body: %q}).then(r => r.json())`, wire.API+"/datasets?name="+name, csv), &d)
	if d.ID == "" {
		b.t.Fatalf("the dataset %s was not made", name)
	}
	return d
}

// openTrain opens the form for a dataset, with its folded groups.
func (b *browser) openTrain(s *server, d wire.Dataset, k string) {
	b.t.Helper()
	b.Open(s.URL + "/data") // to a page that it is on already the browser would not go anew
	b.Open(s.URL + "/train#dataset=" + d.ID)
	b.Until(fmt.Sprintf(`document.querySelector("#dataset")?.value === %q`, d.ID))
	b.Fill("#k", k)
	b.Click("#more summary")
	b.Click("#limits summary")
	b.Until(`document.querySelector("#more").open && document.querySelector("#limits").open`)
}

// TestE2ETrainKinds trains by each algorithm and distance, from the form to a prediction.
func TestE2ETrainKinds(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "kinds", "/data")
	iris := b.makeSample("iris")

	t.Run("mini-batch", func(t *testing.T) {
		b.t = t
		b.openTrain(s, b.makeEven(60000), "12")
		b.Choose("#algorithm", string(kmeans.MiniBatch))
		b.See("Learns from some rows at a time")
		b.Fill("#batch", "500")
		b.Fill("#max-iterations", "40")
		b.Fill("#tolerance", "0")
		b.Eval(`scrollTo(0, 0)`, nil)
		b.shots("train-unfolded")
		b.Click("#train-go")
		b.state("Done")
		var moved []string
		b.Eval(`[...document.querySelectorAll("#passes tbody tr")].map(r => r.cells[1].textContent.slice(0, 2) + r.cells[2].textContent)`, &moved)
		m := b.newest()
		if len(moved) != m.Training.Passes || moved[0] != "≈ –" {
			t.Errorf("the table of passes says %q, want an estimate and no rows moved in each of %d passes", moved, m.Training.Passes)
		}
		b.See("Mini-batch: Steps of 500 rows")
		if m.Training.Algorithm != kmeans.MiniBatch || m.Config.Batch != 500 {
			t.Errorf("the model was made by %+v, %+v", m.Training, m.Config)
		}
		b.shots("train-mini-batch")
	})

	t.Run("bisecting", func(t *testing.T) {
		b.t = t
		b.openTrain(s, iris, "5")
		b.Choose("#algorithm", string(kmeans.Bisecting))
		b.Click("#train-go")
		b.state("Done")
		b.Until(`document.querySelectorAll("#passes tbody tr").length === 4 && document.querySelectorAll("#clusters .cluster").length === 5`)
		b.See("4 splits in ")
		if m := b.newest(); m.Training.Algorithm != kmeans.Bisecting || len(m.Clusters) != 5 {
			t.Errorf("the model was made by %+v", m.Training)
		}
		b.Until(`document.querySelector("#train-saved")`)
		b.Shot("train-bisecting")
	})

	t.Run("a sample", func(t *testing.T) {
		b.t = t
		b.openTrain(s, iris, "3")
		b.Fill("#sample", "60")
		b.Fill("#init-rounds", "4")
		b.Fill("#oversampling", "1.5")
		b.Click("#train-go")
		b.state("Done")
		b.See("Centroids found on 60 of 150 rows; all rows are labelled.")
		if c := b.newest().Config; c.InitRounds != 4 || c.Oversampling != 1.5 {
			t.Errorf("rounds %d, oversampling %v, want 4 and 1.5", c.InitRounds, c.Oversampling)
		}
	})

	t.Run("frozen centroids", func(t *testing.T) {
		b.t = t
		b.openTrain(s, b.makeCSV("line", "x\n0\n1\n10\n11\n"), "2")
		b.Choose("#init", string(kmeans.Given))
		b.Fill(`#start-rows [aria-label="x of cluster 0"]`, "-5")
		b.Fill(`#start-rows [aria-label="x of cluster 1"]`, "20")
		b.Click(`#start-rows [aria-label="The centroid of cluster 0 stays"]`)
		b.Shot("train-stays")
		b.Click("#train-go")
		b.state("Done")
		b.See("1 centroid stayed where it started.")
		if c := b.newest().Clusters; abs(*c[0].Center[0].Number+5) > 1e-6 || abs(*c[1].Center[0].Number-10.5) > 1e-6 {
			t.Errorf("centroids at %v and %v, want -5, where it started, and 10.5", *c[0].Center[0].Number, *c[1].Center[0].Number)
		}
	})

	t.Run("weights", func(t *testing.T) {
		b.t = t
		b.openTrain(s, b.makeCSV("towns", "x,people\n0,1\n1,3\n10,1\n11,1\n"), "2")
		b.Until(`document.querySelector("#columns [value=people]")`)
		b.Choose("#weight", "people")
		b.Until(`!document.querySelector("#columns [value=people]") && document.querySelector("#columns [value=x]").checked`)
		b.Click("#train-go")
		b.state("Done")
		b.See("Rows count by people.")
		m := b.newest()
		slices.SortFunc(m.Clusters, func(a, b model.Cluster) int { return cmp.Compare(*a.Center[0].Number, *b.Center[0].Number) })
		for i, want := range []struct{ at, weight float64 }{{.75, 4}, {10.5, 2}} {
			if c := m.Clusters[i]; abs(*c.Center[0].Number-want.at) > 1e-6 || c.Weight != want.weight {
				t.Errorf("a centroid is at %v with weight %v, want %v", *c.Center[0].Number, c.Weight, want)
			}
		}
		b.Shot("train-weights")
	})

	t.Run("cosine", func(t *testing.T) {
		b.t = t
		b.openTrain(s, iris, "3")
		b.Eval(`scrollTo({top: 0, behavior: "instant"})`, nil) // off the page's head, which lies over what scrolls
		b.Click(`#scale [value=none]`)
		b.Choose("#distance", string(kmeans.Cosine))
		b.Click("#train-go")
		b.state("Done")
		b.See("all 150 rows, scaled to length 1")
		b.Until(`document.querySelector("#train-saved")`)
		b.Eval(`scrollTo(0, 0)`, nil)
		b.shots("train-cosine")
		m := b.newest()
		if m.Config.Distance != kmeans.Cosine || !m.Prep.Unit {
			t.Fatalf("the model was made by %+v with %+v", m.Config, m.Prep)
		}
		b.Click("#predict-link")
		b.Until(`location.pathname === "/predict" && document.querySelector("#answer-cluster")`)
		seen := map[string]bool{}
		for _, petal := range []string{"0.2", "1.5", "4.5", "6.5"} {
			var got string
			b.Eval(fmt.Sprintf(typeAt, "#input-2", petal), &got)
			want := predictRow(t, m, map[int]string{2: petal})
			if seen[want] = true; !strings.Contains("\n"+got, "\n"+want+"\n") {
				t.Errorf("with a petal of %s the answer is %q, want %s", petal, got, want)
			}
		}
		if len(seen) < 2 {
			t.Errorf("all rows are in %v: the test tries too little", seen)
		}
	})
	b.t = t
	b.NoErrors()
}

// TestE2ETrainTimeLimit ends a training by its time limit, and goes on from what it came to.
func TestE2ETrainTimeLimit(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "hurried", "/data")
	d := b.makeEven(60000)
	b.openTrain(s, d, "300")
	b.Choose("#init", string(kmeans.Random)) // quick
	b.Fill("#max-iterations", "100000")
	b.Fill("#tolerance", "0")
	b.Fill("#time-limit", "0.15")
	b.Click("#train-go")
	b.state("Partial")
	b.See("Partial: stopped by the time limit after ")
	b.See("more of them would improve it.")
	b.Eval(`scrollTo(0, 0)`, nil)
	b.shots("train-partial")
	first := b.newest()
	if first.Training.Partial != model.TimeLimit {
		t.Fatalf("the training is %+v, want one that the time limit ended", first.Training)
	}

	b.Click("#train-on")
	b.Until(fmt.Sprintf(`(e => e && !e.href.endsWith(%q))(document.querySelector("#predict-link"))`, first.ID))
	b.Until(fmt.Sprintf(`document.querySelector("#init").value === "given" && document.querySelector("#start").value === %q && document.querySelector("#time-limit").value === "0.15"`, first.ID))
	next := b.newest()
	if next.ID == first.ID || next.Config.Init != kmeans.Given || next.Training.Inertia >= first.Training.Inertia {
		t.Errorf("going on from inertia %v gives %+v by %+v, want a better one", first.Training.Inertia, next.Training, next.Config.Init)
	}
	b.NoErrors()
}

// TestE2ETrainFaults gives the form what is wrong: it is told beside the field, and nothing is sent.
func TestE2ETrainFaults(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "faulty", "/data")
	d := b.makeSample("iris")
	b.openTrain(s, d, "3")
	b.Choose("#algorithm", string(kmeans.MiniBatch))
	for _, c := range []struct{ field, text, says string }{
		{"time-limit", "0", "The time limit is a number of seconds above 0. Leave it empty for none."},
		{"time-limit", "soon", "The time limit is a number of seconds above 0. Leave it empty for none."},
		{"time-limit", "1e9", "The time limit is 1e+09 seconds, want 0 for none"},
		{"sample", "0", "The sample is a whole number, at least 1."},
		{"sample", "2", "The sample has 2 rows, but k is 3. Take more rows."},
		{"batch", "0", "The number of rows a step is a whole number, at least 1."},
		{"batch", "99999999", "A step has 99999999 rows, want 1 to 16777216."},
		{"init-rounds", "x", "The number of rounds is a whole number, at least 1."},
		{"init-rounds", "101", "The number of rounds of k-means|| is 101, want 1 to 100."},
		{"oversampling", "0", "The oversampling is a number above 0. Leave it empty for 2."},
		{"oversampling", "1001", "The oversampling of k-means|| is 1001, want a number above 0, up to 1000."},
		{"restarts", "1001", "The number of restarts is 1001, want 1 to 1000."},
		{"max-iterations", "1000001", "The maximum of iterations is 1000001, want 1 to 1000000."},
	} {
		var was string
		b.Eval(fmt.Sprintf(`document.getElementById(%q).value`, c.field), &was)
		b.Fill("#"+c.field, c.text)
		b.Click("#train-go")
		b.Until(fmt.Sprintf(`document.activeElement.id === %q && document.querySelector("#%s-err")?.textContent.startsWith(%q)`, c.field, c.field, c.says))
		b.Eval(fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new InputEvent("input", {bubbles: true})) })(document.getElementById(%q))`, was, c.field), nil)
		b.Until(fmt.Sprintf(`!document.querySelector("#%s-err") && document.querySelector("#limits").open`, c.field))
	}

	// Bisecting can't start from given centroids. It is told where it is folded, too.
	b.Choose("#algorithm", string(kmeans.Bisecting))
	b.Choose("#init", string(kmeans.Given))
	b.Click("#more summary")
	b.Until(`!document.querySelector("#more").open`)
	b.Click("#train-go")
	b.Until(`document.activeElement.id === "algorithm" && document.querySelector("#algorithm-err")?.textContent.startsWith("Bisecting starts from one cluster, so start centroids can't be given.")`)
	b.Shot("train-bisecting-given")
	b.Choose("#algorithm", string(kmeans.Lloyd))
	b.Until(`!document.querySelector("#algorithm-err")`)
	var jobs []wire.Job
	if b.ask("jobs", &jobs); len(jobs) != 0 {
		t.Errorf("jobs = %+v, want none: the settings were wrong", jobs)
	}

	// What is wrong in the rows is found when they are read, and is told with the row.
	b.openTrain(s, b.makeCSV("debts", "x,money\n0,1\n1,3\n10,-1\n11,1\n"), "2")
	b.Choose("#weight", "money")
	b.Click("#train-go")
	b.state("Failed")
	b.See(`Row 3 has the weight -1 in column "money", want a number, 0 or more.`)
	b.NoErrors()
}
