package page

import (
	"math"
	"slices"
	"strconv"

	"github.com/centroid-studio/centroid/app/chart"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// rowGroup is rows of a sample that have one colour.
type rowGroup struct {
	Name    string
	Cluster int // gives the colour; -1 is neutral ink
	Shaded  bool
	Shade   float64
	At      []int // which rows
}

// Names of the groups that have no colour.
const (
	groupAll     = "all rows"
	groupOthers  = "other levels"
	groupMissing = "no value"
	groupLeft    = "left out of the training"
)

// shades is how many steps of colour the numbers of a column get, each for as
// many rows.
const shades = 5

// groupsOf divides the rows by what colours them. Levels have their colours in
// the order of their frequency; from the thirteenth on they share the neutral ink.
func (r exploreRows) groupsOf(v exploreView) []rowGroup {
	name, missing := v.By, groupMissing
	if v.Model != "" {
		name, missing = wire.ClusterColumn, groupLeft
	}
	c := r.Columns[name]
	switch {
	case c == nil:
		all := rowGroup{Name: groupAll, Cluster: -1, At: make([]int, len(r.IDs))}
		for i := range all.At {
			all.At[i] = i
		}
		return []rowGroup{all}
	case c.Kind == table.Number:
		return c.shaded(missing)
	}
	groups := make([]rowGroup, len(c.Levels)+2) // others and missing come last
	for i, l := range c.Levels {
		groups[i] = rowGroup{Name: l, Cluster: i}
		if v.Model != "" {
			groups[i].Name = "Cluster " + l
		}
	}
	others, none := len(c.Levels), len(c.Levels)+1
	groups[others], groups[none] = rowGroup{Name: groupOthers, Cluster: -1}, rowGroup{Name: missing, Cluster: -1}
	for i, code := range c.Codes {
		switch {
		case code < 0:
			code = none
		case code >= ui.Colours && v.Model == "":
			code = others
		}
		groups[code].At = append(groups[code].At, i)
	}
	return slices.DeleteFunc(groups, func(g rowGroup) bool { return g.At == nil })
}

// shaded divides rows into steps of the column's numbers.
func (c *rowsColumn) shaded(missing string) []rowGroup {
	sorted := slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(c.Numbers), math.IsNaN)))
	if len(sorted) == 0 {
		sorted = []float64{0}
	}
	// Steps end at quantiles; equal ones are one step.
	var ends []float64
	for i := 1; i <= shades; i++ {
		if end := sorted[len(sorted)*i/shades-min(1, len(sorted)*i/shades)]; len(ends) == 0 || end > ends[len(ends)-1] {
			ends = append(ends, end)
		}
	}
	groups := make([]rowGroup, len(ends)+1)
	from := sorted[0]
	for i, end := range ends {
		groups[i] = rowGroup{Name: ui.Num(from) + " to " + ui.Num(end), Cluster: -1, Shaded: true, Shade: float64(i) / math.Max(1, float64(len(ends)-1))}
		from = end
	}
	groups[len(ends)] = rowGroup{Name: missing, Cluster: -1}
	for i, v := range c.Numbers {
		step, _ := slices.BinarySearch(ends, v)
		if math.IsNaN(v) {
			step = len(ends)
		}
		groups[step].At = append(groups[step].At, i)
	}
	return slices.DeleteFunc(groups, func(g rowGroup) bool { return g.At == nil })
}

// scatter gives the groups as a scatter of the view's columns shows them, and
// how many rows it draws: a row without both values is not drawn. lit is as
// exploreRows.lit gives it.
func (r exploreRows) scatter(v exploreView, groups []rowGroup, lit []bool) (out []chart.Group, drawn int) {
	x, y, z := r.Columns[v.X], r.Columns[v.Y], r.Columns[v.Z]
	if x == nil || y == nil {
		return nil, 0
	}
	return r.points(groups, lit, func(i int) (float64, float64) { return x.value(i), y.value(i) }, z)
}

// points gives the groups as points that are where at says, those that are anywhere, and
// how many they are. third may be nil.
func (r exploreRows) points(groups []rowGroup, lit []bool, at func(i int) (x, y float64), third *rowsColumn) (out []chart.Group, drawn int) {
	for _, g := range groups {
		p := chart.Group{Name: g.Name, Cluster: g.Cluster, Shaded: g.Shaded, Shade: g.Shade}
		if lit != nil {
			p.Lit = []int{}
		}
		for _, i := range g.At {
			x, y := at(i)
			if math.IsNaN(x) || math.IsNaN(y) {
				continue
			}
			if lit != nil && lit[i] {
				p.Lit = append(p.Lit, len(p.X))
			}
			p.X, p.Y, p.IDs = append(p.X, x), append(p.Y, y), append(p.IDs, r.IDs[i])
			if third != nil {
				p.Third = append(p.Third, third.value(i))
			}
		}
		if drawn += len(p.X); len(p.X) > 0 {
			out = append(out, p)
		}
	}
	return out, drawn
}

// table gives at most so many of the rows with some columns, in groups, evenly
// from all of the sample, and how many they are. A row without any value is left
// out, or, if whole is set, one that lacks a value.
func (r exploreRows) table(columns []string, groups []rowGroup, lit []bool, most int, whole bool) (out chart.Table, drawn int) {
	var from []*rowsColumn
	for _, name := range columns {
		if c := r.Columns[name]; c != nil {
			from = append(from, c)
			out.Axes = append(out.Axes, c.axis(name))
		}
	}
	every := max(1, (len(r.IDs)+most-1)/max(1, most))
	row := make([]float64, len(from))
	for _, g := range groups {
		s := chart.Strand{Name: g.Name, Cluster: g.Cluster, Shaded: g.Shaded, Shade: g.Shade}
		if lit != nil {
			s.Lit = []int{}
		}
		for _, i := range g.At {
			if i%every != 0 {
				continue
			}
			values := 0
			for j, c := range from {
				if row[j] = c.value(i); !math.IsNaN(row[j]) {
					values++
				}
			}
			if values == 0 || whole && values < len(from) {
				continue
			}
			if lit != nil && lit[i] {
				s.Lit = append(s.Lit, len(s.IDs))
			}
			s.Rows, s.IDs = append(s.Rows, row...), append(s.IDs, r.IDs[i])
		}
		if drawn += len(s.IDs); len(s.IDs) > 0 {
			out.Strands = append(out.Strands, s)
		}
	}
	return out, drawn
}

// axis gives the ends of the column's values.
func (c *rowsColumn) axis(name string) chart.Axis {
	a := chart.Axis{Name: name, Lo: math.Inf(1), Hi: math.Inf(-1)}
	if c.Kind != table.Number {
		a.Levels, a.Lo, a.Hi = c.Levels, 0, math.Max(0, float64(len(c.Levels)-1))
		return a
	}
	if c.ends == nil {
		for _, v := range c.Numbers {
			if !math.IsNaN(v) {
				a.Lo, a.Hi = min(a.Lo, v), max(a.Hi, v)
			}
		}
		if a.Lo > a.Hi {
			a.Lo, a.Hi = 0, 0
		}
		c.ends = &[2]float64{a.Lo, a.Hi}
	}
	a.Lo, a.Hi = c.ends[0], c.ends[1]
	return a
}

// spansOf gives what of a selection is about the axes.
func spansOf(s selection, axes []chart.Axis) []chart.Span {
	var out []chart.Span
	for i, a := range axes {
		if lo, hi, ok := s.ends(a.Name); ok {
			out = append(out, chart.Span{Axis: i, Lo: max(lo, a.Lo), Hi: min(hi, a.Hi)})
		}
		for _, l := range s.levels(a.Name) {
			if j := slices.Index(a.Levels, l); j >= 0 {
				out = append(out, chart.Span{Axis: i, Lo: float64(j), Hi: float64(j)})
			}
		}
	}
	return out
}

// spread gives how many selected rows of the sample are in each bin of a column
// of numbers; nil if nothing is selected or the sample lacks it.
func (r exploreRows) spread(p wire.ColumnProfile, lit []bool) []float64 {
	c := r.Columns[p.Name]
	if c == nil || lit == nil || c.Kind != table.Number || len(p.Bins) == 0 {
		return nil
	}
	out := make([]float64, len(p.Bins))
	for i, v := range c.Numbers {
		if !lit[i] || math.IsNaN(v) {
			continue
		}
		bin, _ := slices.BinarySearch(p.Edges, v)
		if bin == len(p.Edges) || p.Edges[bin] > v {
			bin-- // an edge begins its bin
		}
		out[max(0, min(bin, len(out)-1))]++
	}
	return out
}

// counted gives how many selected rows of the sample have each of the names,
// the last of which may be the other levels; nil as spread.
func (r exploreRows) counted(column string, names []string, lit []bool) []float64 {
	c := r.Columns[column]
	if c == nil || lit == nil || c.Kind == table.Number {
		return nil
	}
	rows := make([]float64, len(c.Levels))
	for i, code := range c.Codes {
		if lit[i] && code >= 0 {
			rows[code]++
		}
	}
	out := make([]float64, len(names))
	for code, n := range rows {
		at := slices.Index(names, c.Levels[code])
		if at < 0 && names[len(names)-1] == groupOthers {
			at = len(names) - 1
		}
		if at >= 0 {
			out[at] += n
		}
	}
	return out
}

// words says which rows these are, and how they were chosen.
func (r exploreRows) words() string {
	switch {
	case r.Chosen != "":
		return r.Chosen
	case r.Of == 0:
		return "No rows."
	case !r.whole():
		return ui.Num(float64(len(r.IDs))) + " of " + ui.Num(float64(r.Of)) + " rows, chosen at random, the same ones each time."
	case r.Of == 1:
		return "The only row."
	}
	return "All " + count(len(r.IDs), "row", "rows") + "."
}

// lacking says how many of the rows are not drawn, if any.
func lacking(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " 1 of them lacks a value and is not drawn."
	}
	return " " + strconv.Itoa(n) + " of them lack a value and are not drawn."
}
