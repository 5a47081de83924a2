package page

import (
	"math"
	"net/url"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// mostTogether is how many columns of numbers are compared with each other.
const mostTogether = 30

// together is what the server has computed of columns together, on all rows.
type together struct {
	corr    *wire.Correlation
	corrErr error
	corrOf  string // what was asked for last

	pca    *wire.PCA
	pcaErr error
	pcaOf  string

	stamp int // another one: either has come

	placed   []float64 // where each row is on the plane: x, y, …
	placedBy *wire.PCA // what placed is by
	placedOf *int64    // the first id of the rows that it is of
}

// columns names the columns that are compared: numbers that are not ignored, or
// if these are too few, all numbers.
func (t *together) columns(s table.Schema) []string {
	var out, all []string
	for _, c := range s {
		if c.Kind != table.Number {
			continue
		}
		if all = append(all, c.Name); c.Role != table.Ignored {
			out = append(out, c.Name)
		}
	}
	if len(out) < 2 {
		out = all
	}
	return out[:min(len(out), mostTogether)]
}

// method names how columns are correlated.
func (v exploreView) method() string {
	if v.Ranks {
		return "spearman"
	}
	return "pearson"
}

// recover asks for what is not there.
func (t *together) recover(ctx app.Context, e *Explore) {
	columns := t.columns(e.set.Schema)
	if len(columns) < 2 {
		return
	}
	if t.corrOf != e.view.method() || t.corrErr != nil {
		t.askCorrelation(ctx, e, columns)
	}
	if t.pcaOf == "" || t.pcaErr != nil {
		t.askPCA(ctx, e, columns)
	}
}

func (t *together) askCorrelation(ctx app.Context, e *Explore, columns []string) {
	method, asked := e.view.method(), e.asked
	t.corrOf, t.corrErr = method, nil
	path := e.path("correlation", url.Values{"version": {strconv.Itoa(e.version())}, "columns": {listed(columns)}, "method": {method}})
	ctx.Async(func() {
		var c wire.Correlation
		err := client.Get().Do("GET", path, nil, &c)
		ctx.Dispatch(func(app.Context) {
			if e.asked != asked || t.corrOf != method {
				return
			}
			if t.corrErr = err; err == nil {
				t.corr = &c
			}
			t.stamp++
		})
	})
}

func (t *together) askPCA(ctx app.Context, e *Explore, columns []string) {
	asked := e.asked
	t.pcaOf, t.pcaErr = "standard", nil
	// The rows of the page are projected here: one of the server's is enough.
	path := e.path("pca", url.Values{"version": {strconv.Itoa(e.version())}, "columns": {listed(columns)}, "n": {"1"}})
	ctx.Async(func() {
		var p wire.PCA
		err := client.Get().Do("GET", path, nil, &p)
		ctx.Dispatch(func(app.Context) {
			if e.asked != asked {
				return
			}
			if t.pcaErr = err; err == nil {
				t.pca = &p
			}
			t.stamp++
			e.light()
		})
	})
}

// plane gives the rows in the coordinates of the first two components, and how
// many they are: a row that lacks a value has none.
func (t *together) plane(r exploreRows, groups []rowGroup, lit []bool) (out []chart.Group, drawn int) {
	if t.pca == nil || len(t.pca.Components) < 2 {
		return nil, 0
	}
	columns := make([]*rowsColumn, len(t.pca.Columns))
	for j, name := range t.pca.Columns {
		if columns[j] = r.Columns[name]; columns[j] == nil {
			return nil, 0
		}
	}
	if len(r.IDs) == 0 {
		return nil, 0
	}
	if t.placedBy != t.pca || t.placedOf != &r.IDs[0] { // once, not at each step of a pointer
		t.placedBy, t.placedOf, t.placed = t.pca, &r.IDs[0], make([]float64, 2*len(r.IDs))
		for i := range r.IDs {
			for j, c := range columns {
				v := (c.value(i) - t.pca.Mean[j]) / t.pca.Scales[j]
				t.placed[2*i] += v * t.pca.Components[0].Loadings[j]
				t.placed[2*i+1] += v * t.pca.Components[1].Loadings[j]
			}
		}
	}
	return r.points(groups, lit, func(i int) (x, y float64) { return t.placed[2*i], t.placed[2*i+1] }, nil)
}

// heat gives the correlation as a heat map.
func (t *together) heat() *chart.Heat {
	h := &chart.Heat{Rows: t.corr.Columns, Cols: t.corr.Columns, Counts: t.corr.Rows}
	for _, row := range t.corr.R {
		values := make([]float64, len(row))
		for j, v := range row {
			if values[j] = math.NaN(); v != nil {
				values[j] = *v
			}
		}
		h.Values = append(h.Values, values)
	}
	return h
}

// strongest gives the pair of columns that hang together most, and how; ok is
// false if there is none.
func (t *together) strongest() (a, b string, r float64, ok bool) {
	for i, row := range t.corr.R {
		for j, v := range row[:min(i, len(row))] {
			if v != nil && math.Abs(*v) > math.Abs(r) {
				a, b, r, ok = t.corr.Columns[i], t.corr.Columns[j], *v, true
			}
		}
	}
	return a, b, r, ok
}

// componentNames names the components that are shown.
func (t *together) componentNames() []string {
	out := make([]string, min(len(t.pca.Components), mostMany))
	for i := range out {
		out[i] = "PC" + strconv.Itoa(i+1)
	}
	return out
}

// loadings gives what the columns have in each component, and the shares of the
// variance that components explain.
func (t *together) loadings() (h *chart.Heat, shares []float64) {
	h = &chart.Heat{Rows: slices.Clone(t.pca.Columns), Cols: t.componentNames()}
	for j := range h.Rows {
		row := make([]float64, len(h.Cols))
		for i := range row {
			row[i] = t.pca.Components[i].Loadings[j]
		}
		h.Values = append(h.Values, row)
	}
	for i := range h.Cols {
		shares = append(shares, t.pca.Components[i].Share)
	}
	return h, shares
}

// togetherStamp changes with what the server has computed, and with the dataset.
func (e *Explore) togetherStamp() int { return 1000*e.asked + e.together.stamp }
