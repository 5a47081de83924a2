package page

import (
	"net/url"
	"slices"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// exploreView says what the page shows. It stands in the address.
type exploreView struct {
	X, Y    string   // columns of the scatter
	Z       string   // a third one, which sizes its points; empty: none
	By      string   // column whose values colour the rows; empty: none
	Model   string   // id of the model whose clusters do; empty: none
	Many    string   // parallel, matrix or space
	Columns []string // of what shows many columns
	Ranks   bool     // the correlation is Spearman's, else Pearson's
	Fine    bool     // densities have the bandwidth of Sheather and Jones, else Silverman's
	Picked  selection
}

// What shows many columns.
const (
	manyParallel = "parallel"
	manyMatrix   = "matrix"
	manySpace    = "space"
)

// mostMany is how many columns such a chart shows at most.
const mostMany = 8

// values gives the view as what stands in the address.
func (v exploreView) values(dataset string) url.Values {
	out := url.Values{}
	set := func(key, value string) {
		if value != "" {
			out.Set(key, value)
		}
	}
	set("dataset", dataset)
	set("x", v.X)
	set("y", v.Y)
	set("z", v.Z)
	set("by", v.By)
	set("model", v.Model)
	if v.Many != manyParallel {
		set("many", v.Many)
	}
	if v.Ranks {
		set("ranks", "true")
	}
	if v.Fine {
		set("density", bandwidthFine)
	}
	for _, c := range v.Columns {
		out.Add("column", c)
	}
	set("filter", wire.Filters(v.Picked).String())
	return out
}

// exploreViewOf reads a view; what can't be read is left out.
func exploreViewOf(at url.Values) exploreView {
	v := exploreView{
		X: at.Get("x"), Y: at.Get("y"), Z: at.Get("z"), By: at.Get("by"), Model: at.Get("model"), Many: manyParallel,
		Ranks: at.Get("ranks") == "true", Fine: at.Get("density") == bandwidthFine,
	}
	if many := at.Get("many"); many == manyMatrix || many == manySpace {
		v.Many = many
	}
	for _, c := range at["column"] {
		if c != "" && !slices.Contains(v.Columns, c) && len(v.Columns) < mostMany {
			v.Columns = append(v.Columns, c)
		}
	}
	if picked, err := wire.ParseFilters(at.Get("filter")); err == nil {
		v.Picked = selection(picked)
	}
	return v
}

// Rules for the bandwidth of densities, as the server calls them.
const (
	bandwidthRough = "silverman"
	bandwidthFine  = "sheather-jones"
)

func (v exploreView) bandwidth() string {
	if v.Fine {
		return bandwidthFine
	}
	return bandwidthRough
}

// fewColumns is how many columns are shown together at first.
const fewColumns = 5

// within gives the view with what the dataset does not have replaced. An empty
// view becomes the first two numbers, coloured by the label, else by the first category.
func (v exploreView) within(s table.Schema, models []wire.ModelInfo) exploreView {
	numbers, categories := columnsOf(s, table.Number), columnsOf(s, table.Category)
	first := func(have string, nth int) string {
		if slices.Contains(numbers, have) || len(numbers) == 0 {
			return have
		}
		return numbers[min(nth, len(numbers)-1)]
	}
	fresh := v.X == "" && v.Y == "" && v.By == "" && v.Model == ""
	if !slices.ContainsFunc(models, func(m wire.ModelInfo) bool { return m.ID == v.Model }) {
		v.Model = ""
	}
	if v.Model != "" || !slices.Contains(numbers, v.By) && !slices.Contains(categories, v.By) {
		v.By = ""
	}
	if len(numbers) == 0 {
		v.X, v.Y, v.Z, v.Columns = "", "", "", nil
	} else {
		v.X, v.Y = first(v.X, 0), first(v.Y, 1)
	}
	if !slices.Contains(numbers, v.Z) {
		v.Z = ""
	}
	v.Columns = slices.DeleteFunc(slices.Clone(v.Columns), func(c string) bool {
		return !slices.Contains(numbers, c) && !slices.Contains(categories, c)
	})
	if len(v.Columns) == 0 {
		v.Columns = slices.Clone(numbers[:min(fewColumns, len(numbers))])
	}
	v.Picked = v.Picked.within(v.pickable(s))
	if !fresh {
		return v
	}
	if len(categories) > 0 {
		v.By = categories[0]
	}
	for _, c := range s {
		if c.Role == table.Label && slices.Contains(categories, c.Name) {
			v.By = c.Name
		}
	}
	return v
}

// pickable is the columns that can be selected by: those of the dataset, and the
// clusters of the model.
func (v exploreView) pickable(s table.Schema) table.Schema {
	if v.Model == "" || s.Index(wire.ClusterColumn) >= 0 {
		return s
	}
	return append(slices.Clone(s), table.Column{Name: wire.ClusterColumn, Kind: table.Category})
}

// columnsOf names the columns of a kind.
func columnsOf(s table.Schema, kind table.Kind) []string {
	var out []string
	for _, c := range s {
		if c.Kind == kind {
			out = append(out, c.Name)
		}
	}
	return out
}
