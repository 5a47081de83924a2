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

// points is a sample of the rows as the scatter shows them.
type points struct {
	Groups []chart.Group
	View   pairView
	Drawn  int   // rows drawn
	Got    int   // rows of the sample: some lack a value
	Of     int64 // rows there are
}

// Names of the groups that have no colour.
const (
	groupAll     = "all rows"
	groupOthers  = "other levels"
	groupMissing = "no value"
	groupLeft    = "left out of the training"
)

// pointsOf groups the rows of a sample by what colours them. Levels have their
// colours in the order of their frequency; from the thirteenth on they share
// the neutral ink. A row without both values is not drawn.
func pointsOf(v pairView, s wire.SampleRows, d wire.Describe) points {
	out := points{View: v, Got: len(s.Rows), Of: s.Of}
	var levels []string
	for _, c := range d.Columns {
		if c.Name == v.By && v.Model == "" {
			for _, l := range c.Top[:min(len(c.Top), ui.Colours)] {
				levels = append(levels, l.Value)
			}
		}
	}
	at := map[string]int{} // place in out.Groups
	for _, r := range s.Rows {
		if len(r.Cells) < 2 || !finite(r.Cells[0]) || !finite(r.Cells[1]) {
			continue
		}
		name, cluster := groupAll, -1
		switch last := r.Cells[len(r.Cells)-1]; {
		case v.Model != "" && last.Number != nil:
			cluster = int(*last.Number)
			name = "Cluster " + strconv.Itoa(cluster)
		case v.Model != "":
			name = groupLeft
		case v.By != "" && last.Missing():
			name = groupMissing
		case v.By != "":
			name = last.String()
			if cluster = slices.Index(levels, name); cluster < 0 {
				name = groupOthers
			}
		}
		// A level may be called as a group without colour is: they stay apart.
		key := strconv.Itoa(cluster) + name
		i, ok := at[key]
		if !ok {
			i = len(out.Groups)
			at[key] = i
			out.Groups = append(out.Groups, chart.Group{Name: name, Cluster: cluster})
		}
		g := &out.Groups[i]
		g.X, g.Y, g.IDs = append(g.X, *r.Cells[0].Number), append(g.Y, *r.Cells[1].Number), append(g.IDs, r.ID)
		out.Drawn++
	}
	slices.SortStableFunc(out.Groups, func(a, b chart.Group) int {
		return rank(a.Cluster) - rank(b.Cluster)
	})
	return out
}

// rank puts the groups without colour last.
func rank(cluster int) int {
	if cluster < 0 {
		return math.MaxInt32
	}
	return cluster
}

func finite(c table.Cell) bool {
	return c.Number != nil && !math.IsNaN(*c.Number) && !math.IsInf(*c.Number, 0)
}

// words says which rows are drawn, and how they were chosen.
func (p points) words() string {
	var s string
	switch without := p.Got - p.Drawn; {
	case p.Of == 0:
		return "No rows."
	case int64(p.Got) < p.Of:
		s = ui.Num(float64(p.Got)) + " of " + ui.Num(float64(p.Of)) + " rows, chosen at random, the same ones each time" + lacking(without)
	case p.Got == 1 && without == 1:
		s = "The only row; it lacks a value and is not drawn"
	case p.Got == 1:
		s = "The only row"
	default:
		s = "All " + count(p.Got, "row", "rows") + lacking(without)
	}
	return s + "."
}

// lacking says how many of the rows are not drawn.
func lacking(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; 1 of them lacks a value and is not drawn"
	}
	return "; " + ui.Num(float64(n)) + " of them lack a value and are not drawn"
}

// label says what the scatter shows, for those who can't see it.
func (p points) label() string {
	s := "Scatter of " + count(p.Drawn, "row", "rows") + ": " + p.View.X + " across, " + p.View.Y + " up"
	switch {
	case p.View.Model != "":
		s += ", coloured by cluster"
	case p.View.By != "":
		s += ", coloured by " + p.View.By
	}
	return s + "."
}

// mostBars is how many levels of a category are drawn.
const mostBars = 8

// barsOf gives a category's most frequent levels, and what is left as one bar.
func barsOf(c wire.ColumnProfile) (names []string, rows []float64) {
	left := c.Count
	for _, l := range c.Top[:min(len(c.Top), mostBars)] {
		names, rows, left = append(names, l.Value), append(rows, float64(l.Rows)), left-l.Rows
	}
	if left > 0 {
		names, rows = append(names, groupOthers), append(rows, float64(left))
	}
	return names, rows
}

// columnWords says in a sentence what a column's chart shows.
func columnWords(c wire.ColumnProfile) string {
	rows := count(int(c.Count), "row", "rows")
	switch {
	case c.Count == 0:
		return c.Name + " has no values."
	case c.Kind == table.Number:
		return c.Name + " of " + rows + ": from " + ui.Num(c.Min) + " to " + ui.Num(c.Max) + ", half of them between " + ui.Num(c.Q1) + " and " + ui.Num(c.Q3) + "."
	case len(c.Top) == 0:
		return c.Name + " of " + rows + "."
	}
	return c.Name + " of " + rows + ": most often " + c.Top[0].Value + ", " + count(int(c.Top[0].Rows), "row", "rows") + "."
}

// coverWords says of how many rows a column's chart is.
func coverWords(c wire.ColumnProfile) string {
	s := "all " + count(int(c.Count), "row", "rows")
	if c.Missing > 0 {
		s = count(int(c.Count), "row", "rows") + ", " + ui.Num(float64(c.Missing)) + " missing"
	}
	return s
}
