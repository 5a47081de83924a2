package e2e

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/wire"
)

// staff is a table about which there is something to say: an id, a salary that
// dwarfs the rest, a column twice, and one that is constant.
func staff(rows int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("staff_id,age,months,salary,country,gap\n")
	for i := range rows {
		age, gap := rng.IntN(40)+20, ""
		if rng.IntN(3) > 0 {
			gap = fmt.Sprint(rng.IntN(1000))
		}
		fmt.Fprintf(&b, "%d,%d,%d,%d,CH,%s\n", 1000+i, age, 12*age, 30_000+rng.IntN(90_000), gap)
	}
	return b.String()
}

// TestE2ETrainAdvice follows the advice on the Train page from a bad start until
// none is left that can be followed, and trains with what came of it.
func TestE2ETrainAdvice(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ada")
	var d wire.Dataset
	a.do("POST", "datasets?name="+url.QueryEscape("staff"), strings.NewReader(staff(600)), "text/csv", &d)

	b := openBrowser(t)
	b.logIn(s, "ada", "/train#dataset="+d.ID)
	first := func(kind string) {
		t.Helper()
		b.Until(fmt.Sprintf(`document.querySelector("#train-advice li")?.dataset.kind === %q`, kind))
	}
	for _, name := range []string{"staff_id", "country"} { // left out at first: it is easy to see why
		b.Click(`#columns input[value=` + name + `]`)
	}
	b.Click(`#scale label:has(input[value="none"])`)
	first("dominates")
	if got := b.Text("#train-advice li"); !strings.Contains(got, "salary makes more than 99.9 % of the distance") {
		t.Errorf("the first advice is %q", got)
	}
	b.Shot("train-advice")
	x := newAxe(t, b)
	x.check("/train with advice")

	b.Click(`#train-advice li button`)
	b.Until(`document.querySelector("#scale input[value=standard]").checked && document.activeElement.id === "train-advice"`)
	first("id-like")
	b.Click(`#train-advice li button`)
	b.Until(`!document.querySelector("#columns input[value=staff_id]").checked`)
	first("constant")
	b.Click(`#train-advice li button`)
	first("correlated")
	if got := b.Text("#train-advice li"); !strings.Contains(got, "age and months say nearly the same") {
		t.Errorf("the advice about a doubled column is %q", got)
	}
	b.Click(`#train-advice li button`)
	first("gaps")
	b.Click(`#train-advice li button`)
	b.Until(`document.querySelector("#missing").value === "median" && !document.querySelector("#train-advice li")`)
	b.Shot("train-advice-followed")

	b.Click("#train-go")
	b.state("Done")
	m := b.newest()
	var used []string
	for _, c := range m.Prep.Columns {
		used = append(used, c.Name)
	}
	if got := fmt.Sprintln(used, m.Prep.Scale, m.Prep.Missing); got != "[age salary gap] standard median\n" {
		t.Errorf("the model was trained on %s", got)
	}
	b.NoErrors()
}

// TestE2ETrainAdviceRows takes the logarithm of a column with a long tail, and makes
// a version without the rows that were recorded twice.
func TestE2ETrainAdviceRows(t *testing.T) {
	s := startServer(t)
	a := program(t, s, "ada")
	rng := rand.New(rand.NewPCG(1, 2))
	var csv strings.Builder
	csv.WriteString("age,income\n")
	for i := range 600 {
		line := fmt.Sprintf("%d,%.4f\n", 20+rng.IntN(40), math.Exp(10*rng.Float64()*rng.Float64()))
		csv.WriteString(line)
		if i < 40 {
			csv.WriteString(line)
		}
	}
	var d wire.Dataset
	a.do("POST", "datasets?name=incomes", strings.NewReader(csv.String()), "text/csv", &d)

	b := openBrowser(t)
	b.logIn(s, "ada", "/train#dataset="+d.ID)
	b.Until(`document.querySelector("#train-advice li")?.dataset.kind === "skewed"`)
	b.Shot("train-advice-log")
	b.Click(`#train-advice li[data-kind=skewed] button`)
	b.Until(`document.querySelector("button.log[data-column=income]").getAttribute("aria-pressed") === "true"`)
	b.Until(`document.querySelector("#train-advice li")?.dataset.kind === "repeated"`)
	b.Click(`#train-advice li[data-kind=repeated] button`)
	b.Until(`document.querySelector("#train-form").innerText.includes("Version 2, 600 rows") && !document.querySelector("#train-advice li")`)
	newAxe(t, b).check("/train with a logarithm")
	b.Shot("train-log")

	b.Click("#train-go")
	b.state("Done")
	m := b.newest()
	if c := m.Prep.Columns[1]; c.Name != "income" || !c.Log || m.Data.Version != 2 || m.Data.Rows != 600 {
		t.Errorf("the model was trained on %+v of version %d with %d rows", c, m.Data.Version, m.Data.Rows)
	}
	// The pages compute as the server does.
	for _, c := range m.Clusters {
		if x := *c.Center[1].Number; !(x > 1 && x < math.Exp(10)) {
			t.Errorf("a cluster's income is %v, want original units", x)
		}
	}
	b.NoErrors()
}
