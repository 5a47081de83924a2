package page

import (
	"math"
	"slices"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Rows that charts of many columns draw at most: more would hide each other.
const (
	mostThreads = 1000
	mostDots    = 1500
)

// shown is what the charts draw of the sample.
type shown struct {
	groups []rowGroup
	lit    []bool // rows selected; nil: nothing is
	some   int    // how many

	pair      []chart.Group
	pairRows  int
	many      chart.Drawing
	axes      []chart.Axis // of many
	manyRows  int
	plane     []chart.Group // of the first two principal components
	planeRows int
}

// picked is what the server has counted of the selection.
type picked struct {
	column  string // chosen in the form
	asked   int
	counted selection // what exact is of
	exact   *wire.Brushed
	err     error
}

// draw makes what the charts show of the sample.
func (e *Explore) draw() {
	e.shown.groups = e.rows.groupsOf(e.view)
	e.light()
}

// light makes what the charts show of the selection.
func (e *Explore) light() {
	e.stamp++
	e.rested = e.stamp
	s := &e.shown
	s.lit, s.some = e.rows.lit(e.view.Picked)
	s.pair, s.pairRows = e.rows.scatter(e.view, s.groups, s.lit)
	s.plane, s.planeRows = e.together.plane(e.rows, s.groups, s.lit)
	columns := e.view.Columns
	switch e.view.Many {
	case manyMatrix:
		columns = e.numbers()
	case manySpace:
		columns = e.spaceColumns()
	}
	t, n := e.rows.table(columns, s.groups, s.lit, e.manyMost(), e.view.Many == manySpace)
	t.Spans = spansOf(e.view.Picked, t.Axes)
	s.axes, s.manyRows = t.Axes, n
	switch e.view.Many {
	case manyMatrix:
		s.many = &chart.Matrix{Table: t}
	case manySpace:
		s.many = &chart.Space{Table: t}
	default:
		s.many = &chart.Parallel{Table: t}
	}
}

// manyMost is how many rows the chart of many columns draws at most.
func (e *Explore) manyMost() int {
	switch e.view.Many {
	case manyMatrix:
		return mostDots
	case manySpace:
		return exploreMost
	}
	return mostThreads
}

// numbers is the view's columns that are numbers.
func (e *Explore) numbers() []string {
	return slices.DeleteFunc(slices.Clone(e.view.Columns), func(c string) bool {
		i := e.set.Schema.Index(c)
		return i < 0 || e.set.Schema[i].Kind != table.Number
	})
}

// spaceColumns is the three columns that are shown as points in space: those of
// the scatter, then others of the view.
func (e *Explore) spaceColumns() []string {
	var out []string
	for _, c := range append([]string{e.view.X, e.view.Y, e.view.Z}, e.numbers()...) {
		if c != "" && !slices.Contains(out, c) && len(out) < 3 {
			out = append(out, c)
		}
	}
	return out
}

// exact gives what the server has counted of the selection; nil if it has not.
func (e *Explore) exact() *wire.Brushed {
	if p := e.picked; p.exact != nil && p.counted.same(e.view.Picked) {
		return p.exact
	}
	return nil
}

// exactColumn gives what of it is about a column.
func (e *Explore) exactColumn(name string) *wire.BrushedColumn {
	if x := e.exact(); x != nil {
		for i := range x.Columns {
			if x.Columns[i].Name == name {
				return &x.Columns[i]
			}
		}
	}
	return nil
}

// litBins gives the selected rows of each bin of a column of numbers: exact, or
// else as the sample lets one think; nil if nothing is selected.
func (e *Explore) litBins(p *wire.ColumnProfile) []float64 {
	if x := e.exactColumn(p.Name); x != nil && len(x.Bins) == len(p.Bins) {
		return floats(x.Bins)
	}
	return e.scaled(e.rows.spread(*p, e.shown.lit))
}

// litLevels does so for the names of a category's bars.
func (e *Explore) litLevels(p *wire.ColumnProfile, names []string) []float64 {
	x := e.exactColumn(p.Name)
	if x == nil {
		return e.scaled(e.rows.counted(p.Name, names, e.shown.lit))
	}
	out, left := make([]float64, len(names)), x.Count
	for i, n := range names {
		for _, l := range x.Top {
			if l.Value == n {
				out[i], left = float64(l.Rows), left-l.Rows
			}
		}
	}
	if last := len(names) - 1; last >= 0 && names[last] == groupOthers {
		out[last] = float64(left)
	}
	return out
}

func floats(v []int64) []float64 {
	out := make([]float64, len(v))
	for i, n := range v {
		out[i] = float64(n)
	}
	return out
}

// scaled turns counts of the sample into such of the table.
func (e *Explore) scaled(v []float64) []float64 {
	if n := len(e.rows.IDs); n > 0 {
		for i := range v {
			v[i] *= float64(e.rows.Of) / float64(n)
		}
	}
	return v
}

// pick selects other rows. While the pointer still moves, done is false: only
// what the page has itself follows.
func (e *Explore) pick(s selection, done bool) {
	ctx := e.ctx
	e.view.Picked = s
	rested := e.rested
	e.light()
	if !done {
		e.rested = rested
		return
	}
	e.address(ctx)
	if slices.ContainsFunc(s, func(f wire.Filter) bool { return e.rows.Columns[f.Column] == nil && !e.isText(f.Column) }) {
		e.askSample(ctx) // a column that the sample lacks
	}
	e.count(ctx)
	ui.Say(ctx, e.pickedWords())
}

func (e *Explore) isText(column string) bool {
	i := e.set.Schema.Index(column)
	return i >= 0 && e.set.Schema[i].Kind == table.Text
}

// sure reports whether the sample tells all of the selection: it is all rows, and
// has what is selected by.
func (e *Explore) sure() bool {
	return e.rows.whole() && !slices.ContainsFunc(e.view.Picked, func(f wire.Filter) bool { return e.rows.Columns[f.Column] == nil })
}

// count asks the server how many rows are selected, and how they are spread,
// unless the page knows.
func (e *Explore) count(ctx app.Context) {
	filters := wire.Filters(e.view.Picked)
	if len(filters) == 0 || !e.sampled || e.sampleErr != nil || e.sure() || e.exact() != nil {
		return
	}
	e.picked.asked++
	e.picked.err = nil
	asked, n := e.picked.asked, e.asked
	path := e.path("brush", nil)
	question := wire.Brush{Version: e.version(), Model: e.view.Model, Filter: filters, Columns: e.charted()}
	ctx.Async(func() {
		var x wire.Brushed
		err := client.Get().Do("POST", path, question, &x)
		ctx.Dispatch(func(ctx app.Context) {
			if e.picked.asked != asked || e.asked != n {
				return
			}
			if e.picked.err = err; err != nil {
				return
			}
			e.picked.exact, e.picked.counted = &x, selection(filters)
			e.stamp++
			e.rested = e.stamp
			ui.Say(ctx, e.pickedWords())
		})
	})
}

// onPairPick selects on the axes of the scatter.
func (e *Explore) onPairPick(_ app.Context, spans []chart.Span, done bool) {
	e.pickSpans([]chart.Axis{e.axisOf(e.view.X), e.axisOf(e.view.Y)}, spans, done)
}

// onManyPick selects on the axes of what shows many columns.
func (e *Explore) onManyPick(_ app.Context, spans []chart.Span, done bool) {
	e.pickSpans(e.shown.axes, spans, done)
}

func (e *Explore) axisOf(name string) chart.Axis {
	if c := e.rows.Columns[name]; c != nil {
		return c.axis(name)
	}
	return chart.Axis{Name: name}
}

// pickSpans selects what spans of axes say; none takes back what was selected of them.
func (e *Explore) pickSpans(axes []chart.Axis, spans []chart.Span, done bool) {
	s := e.view.Picked
	if len(spans) == 0 {
		for _, a := range axes {
			s = s.without(a.Name)
		}
	}
	for _, span := range spans {
		if span.Axis < 0 || span.Axis >= len(axes) {
			continue
		}
		switch a := axes[span.Axis]; {
		case a.Levels == nil:
			s = s.between(a.Name, tidy(span.Lo, a.Hi-a.Lo), tidy(span.Hi, a.Hi-a.Lo))
		default:
			from := max(0, int(math.Ceil(span.Lo-0.25))) // a little beside still means it
			to := min(len(a.Levels)-1, int(math.Floor(span.Hi+0.25)))
			if from <= to {
				s = s.among(a.Name, a.Levels[from:to+1]...)
			}
		}
	}
	e.pick(s, done)
}

// onCellPick shows the pair of columns of a cell of the correlation as a scatter.
func (e *Explore) onCellPick(_ app.Context, spans []chart.Span, _ bool) {
	if c := e.together.corr; c != nil && len(spans) == 2 {
		if i, j := int(spans[0].Lo), int(spans[1].Lo); i < len(c.Columns) && j < len(c.Columns) {
			e.view.X, e.view.Y = c.Columns[i], c.Columns[j]
			e.change(e.ctx)
			ui.Say(e.ctx, e.pairLabel())
		}
	}
}

// change draws another view of the same rows, or asks for others if it needs them.
func (e *Explore) change(ctx app.Context) {
	for _, c := range []string{e.view.X, e.view.Y, e.view.Z, e.view.By} {
		if c != "" && e.rows.Columns[c] == nil {
			e.askSample(ctx)
			return
		}
	}
	e.address(ctx)
	e.draw()
}
