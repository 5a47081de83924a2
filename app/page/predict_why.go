package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/explain"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// mostShares is how many columns' shares are drawn: the largest.
const mostShares = 12

// whyView draws what speaks for the answer, what would change it, and how far out
// the row lies. It is computed with each key, as the answer is.
func (f *rowForm) whyView() app.UI {
	e, err := explain.Of(f.Model, f.cells)
	if err != nil {
		return app.P().Class("small").Text(fault.Message(err))
	}
	return app.Div().Class("stack lo").Body(f.outlierView(), slot(f.sharesView(e)), slot(f.flipView(e, f.cells)))
}

// outlierView says how the distance compares with those of the training.
func (f *rowForm) outlierView() app.UI {
	o, err := explain.OutlierOf(f.Model, f.Answer.Cluster, f.Answer.Distance)
	if err != nil {
		return app.P().Class("xs").ID("outlier").DataSet("far", "unknown").Text("Whether the row is an outlier can't be told. " + fault.Message(err))
	}
	text := app.Span().Class("grow").Text(farWords(o))
	if o.Far() {
		return app.P().Class("banner warn").ID("outlier").DataSet("far", "yes").Body(app.Raw(`<span aria-hidden="true">`+app.HTMLString(ui.Icon("alert"))+`</span>`), text)
	}
	return app.P().Class("small").ID("outlier").DataSet("far", "no").Body(text)
}

// farWords is the comparison in a sentence.
func farWords(o explain.Outlier) string {
	rows := "rows of this cluster"
	if !o.Own {
		rows = "rows, of all clusters"
	}
	mark := ""
	if o.Far() {
		mark = "An outlier: "
	}
	switch {
	case o.Beyond == 1:
		return mark + "farther from its centroid than each of the training " + rows + "."
	case o.Beyond > 0:
		return mark + "farther from its centroid than " + plain(100*o.Beyond) + " % of the training " + rows + "."
	}
	return "No outlier: at least half of the training " + rows + " are as far from their centroid or farther."
}

// sharesView draws the share of each column in the gap to the runner-up; nil
// where there is none.
func (f *rowForm) sharesView(e *explain.Explanation) app.UI {
	if e.Second < 0 {
		return nil
	}
	order, most := make([]int, len(e.Shares)), 0.
	for i, s := range e.Shares {
		order[i] = i
		most = max(most, math.Abs(s))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(e.Shares[b]), math.Abs(e.Shares[a])) })
	note := ""
	if len(order) > mostShares {
		note = fmt.Sprintf(" The largest %d of %d.", mostShares, len(order))
		order = order[:mostShares]
	}
	lines := make([]app.UI, len(order))
	for n, i := range order {
		s, width := e.Shares[i], 0.
		speaks := "for"
		to := e.Cluster
		if s < 0 {
			speaks, to = "against", e.Second
		}
		if most > 0 {
			width = math.Abs(s) / most
		}
		lines[n] = app.Li().Class(ui.ClusterClass(to)).Body(
			app.Span().Class("name").Text(f.Model.Inputs[i].Name+", "+speaks),
			decoration(shareBar(width)),
			app.Span().Class("num").DataSet("share", i).Title("%s", strconv.FormatFloat(s, 'g', -1, 64)).Text(ui.Num(s)),
		)
	}
	return app.Div().Class("stack").Body(
		app.H3().ID("shares-title").Text(fmt.Sprintf("Why cluster %d and not %d", e.Cluster, e.Second)),
		app.P().Class("xs").Text(fmt.Sprintf("Squared, the distance to cluster %d is larger by %s: the sum of what each column gives. What is below 0 speaks for cluster %d.%s", e.Second, ui.Num(e.Gap), e.Second, note)),
		app.Ul().Class("distances").ID("shares").Aria("labelledby", "shares-title").Body(lines...),
	)
}

// flipView says what would change the answer; nil with one cluster only.
func (f *rowForm) flipView(e *explain.Explanation, cells []table.Cell) app.UI {
	if e.Second < 0 {
		return nil
	}
	flip, err := explain.Single(f.Model, cells)
	p := app.P().Class("small").ID("flip")
	switch {
	case err != nil:
		return p.Text(fault.Message(err))
	case flip == nil:
		return p.Text("No change of one column alone gives another cluster.")
	}
	to := flip.Rounded(f.Model, cells)
	in := f.Model.Inputs[flip.Column]
	text := fmt.Sprintf("The smallest change that flips it: %s %s instead of %s gives cluster %d.", in.Name, to, wordOr(cells[flip.Column].String(), "no value"), flip.Cluster)
	if x := to.Number; x != nil && (*x < in.Min || *x > in.Max) {
		text += " That lies outside of what the training saw."
	}
	return p.DataSet("column", flip.Column).DataSet("to", to.String()).DataSet("cluster", flip.Cluster).Text(text)
}

func wordOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
