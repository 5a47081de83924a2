package page

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestAnswerView(t *testing.T) {
	f := newRowForm(testModel(prep.Drop))
	html := app.HTMLString(f.answerView())
	for _, want := range []string{"Cluster 0</strong>", `data-cluster="0"`, "66.7 % of the rows", "the next centroid, of cluster 1, is at", "Cluster 0, nearest", "by its standard deviation, each level of a category as 0 or 1."} {
		if !strings.Contains(html, want) {
			t.Errorf("the answer has no %q:\n%s", want, html)
		}
	}
	f.set(0, "99", false)
	f.set(1, otherLevel, false)
	if got := f.about(); !strings.HasSuffix(got, "2 values lie outside of what the training saw: trust the answer less.") {
		t.Errorf("about() = %q, want both values in it", got)
	}
	f.set(0, "", true)
	if got := f.sentence(); got != "No answer. bill: This is not a number." {
		t.Errorf("sentence() = %q", got)
	}
	if html := app.HTMLString(f.answerView()); strings.Contains(html, "Cluster") || !strings.Contains(html, "bill: This is not a number.") {
		t.Errorf("without an answer the page says %s", html)
	}
}

func TestDistancesOfVeryMany(t *testing.T) {
	f := newRowForm(testModel(prep.Drop))
	p := model.Prediction{Cluster: 149, Distance: 1}
	for i := range 150 {
		p.Distances = append(p.Distances, float64(150-i))
	}
	f.Answer = &p
	html := app.HTMLString(f.distancesView())
	if got := strings.Count(html, "<li"); got != mostDistances || !strings.Contains(html, "The nearest 100 of 150.") || !strings.Contains(html, "Cluster 149, nearest") {
		t.Errorf("of 150 distances %d are drawn: %s", got, html)
	}
	if got := nextNearest(&p); got != 148 {
		t.Errorf("nextNearest() = %d, want 148", got)
	}
	if got := nextNearest(&model.Prediction{Distances: []float64{1}}); got != -1 {
		t.Errorf("nextNearest(one) = %d, want -1", got)
	}
}

func TestUsableRows(t *testing.T) {
	row := func(bill float64, island string) wire.Row {
		c := table.Cell{}
		if bill > 0 {
			c = table.Num(bill)
		}
		return wire.Row{Cells: []table.Cell{c, table.Str(island), table.Num(3500)}}
	}
	rows := wire.SampleRows{Rows: []wire.Row{row(36.5, "Dream"), row(0, "Dream"), row(40, "Biscoe"), {Cells: []table.Cell{{}}}}}
	for _, c := range []struct {
		missing prep.Missing
		want    int
	}{{prep.Drop, 1}, {prep.Mean, 2}} {
		if got := usableRows(testModel(c.missing), rows); len(got) != c.want {
			t.Errorf("usableRows(%s) = %v, want %d: no row that the model can't answer, none that it carries", c.missing, got, c.want)
		}
	}
}

func TestColumnList(t *testing.T) {
	m := &model.Model{Inputs: []model.Input{{Name: "a, b"}, {Name: `5" pipe`}}}
	if got, want := columnList(m), `"a, b","5"" pipe"`; got != want {
		t.Errorf("columnList() = %s, want %s", got, want)
	}
}

func TestPredictStates(t *testing.T) {
	m := testModel(prep.Drop)
	line := modelLine{ModelInfo: infoOf(m), Device: true}
	far := modelLine{ModelInfo: wire.ModelInfo{ID: "far", Name: "far"}, Server: true}
	away := fault.Newf(fault.Unavailable, "No way to the server.")
	shown := Predict{loaded: true, lines: []modelLine{line, far}, form: newRowForm(m)}
	with := func(change func(*Predict)) *Predict {
		p := shown
		p.form = newRowForm(m)
		change(&p)
		return &p
	}
	for _, c := range []struct {
		name string
		page *Predict
		want []string
		not  []string
	}{
		{"loading", &Predict{}, []string{"Loading"}, []string{"row-form", "No model"}},
		{"none", &Predict{loaded: true}, []string{"No model yet", `href="/train"`}, []string{"row-form"}},
		{"none here, and the server is away", &Predict{loaded: true, listErr: away}, []string{"No way to the server.", "No model on this device", "Try again"}, nil},
		{"opening", &Predict{loaded: true, lines: []modelLine{far}, opening: "far"}, []string{"Loading", "far (on the server)"}, []string{"row-form"}},
		{"could not be opened", &Predict{loaded: true, lines: []modelLine{far}, opening: "far", openErr: away}, []string{"No way to the server.", "Try again"}, []string{"Loading"}},
		{"shown", &shown, []string{`for="input-0"`, `id="slider-0"`, `aria-label="bill, slider"`, `max="60"`, "(another one)", "(no value)", `id="answer"`, "About this model"}, []string{`id="slider-1"`}},
		{"shown while the server is away", with(func(p *Predict) { p.listErr, p.away = away, true }), []string{`id="input-0"`, "This is the one that the model carries."}, []string{"No way to the server."}},
		{"not kept", with(func(p *Predict) { p.keepErr = fault.Newf(fault.Internal, "The disk is full.") }), []string{"so it does not predict offline: The disk is full.", `id="input-0"`}, nil},
		{"out of range", with(func(p *Predict) { p.form.set(0, "99", false) }), []string{"it saw 30 to 60.", `aria-describedby="input-0-hint"`}, nil},
		{"missing", with(func(p *Predict) { p.form.set(0, "", false) }), []string{"This model needs a value here", `aria-invalid`}, nil},
		{"a level of another version", with(func(p *Predict) { p.form.fill([]table.Cell{table.Num(31), table.Str("Torgersen")}) }), []string{`value="Torgersen"`, "counts as none of them"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			html := app.HTMLString(app.Div().Body(append([]app.UI{c.page.head()}, c.page.body()...)...))
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

// What a user has typed stands in the page as text.
func TestAnswerIsText(t *testing.T) {
	m := testModel(prep.Drop)
	m.Inputs[0].Name = `<img src=x onerror="alert(1)">`
	m.Prep.Columns[0].Name = m.Inputs[0].Name
	f := newRowForm(m)
	f.set(0, "", false)
	if html := app.HTMLString(f.answerView()); strings.Contains(html, "<img") {
		t.Errorf("the name of a column is markup in the page: %s", html)
	}
}

func TestSpaceWords(t *testing.T) {
	for scale, want := range map[prep.Scale]string{prep.NoScale: "numbers as they are", prep.MinMax: "by its range in training", prep.Standard: "by its standard deviation"} {
		f := &rowForm{Model: &model.Model{Prep: prep.Prep{Scale: scale}, Centroids: kmeans.NewMatrix(1, 1)}}
		if got := f.space(); !strings.HasSuffix(got, want+".") {
			t.Errorf("space() of %s = %q, want %q at its end", scale, got, want)
		}
	}
}

func TestRowsAreFilled(t *testing.T) {
	f := newRowForm(testModel(prep.Drop))
	f.fill([]table.Cell{table.Num(50), table.Str("Biscoe"), table.Num(5000)})
	var texts []string
	for _, fd := range f.Fields {
		texts = append(texts, fd.Text)
	}
	if want := []string{"50", "Biscoe", "5000"}; !reflect.DeepEqual(texts, want) || f.Answer == nil || f.Answer.Cluster != 1 {
		t.Errorf("fill gives %s in %s, want %s in cluster 1", texts, fmt.Sprint(f.Answer), want)
	}
}
