package ui

import (
	"maps"
	"slices"

	"github.com/centroid-studio/centroid/shared/table"
)

// GridLook is how somebody has arranged the columns of a table, by their names:
// it holds for every version. Its zero value is the table's own order, all
// shown, none held. Its methods give another look and leave the receiver as it is.
type GridLook struct {
	Order  []string           `json:"order,omitempty"` // those that it does not name follow it, in the table's order
	Hidden []string           `json:"hidden,omitempty"`
	Held   int                `json:"held,omitempty"`   // shown columns that stay at the left when the others scroll
	Widths map[string]float64 `json:"widths,omitempty"` // pixels, of columns that were made wider or narrower
}

// Zero reports whether nothing was arranged.
func (l GridLook) Zero() bool {
	return len(l.Order) == 0 && len(l.Hidden) == 0 && l.Held == 0 && len(l.Widths) == 0
}

// all gives the indices of all columns in order, hidden or not.
func (l GridLook) all(columns []table.Column) []int {
	at := make(map[string]int, len(columns))
	for i, c := range columns {
		at[c.Name] = i
	}
	out := make([]int, 0, len(columns))
	for _, name := range l.Order {
		if i, ok := at[name]; ok {
			out = append(out, i)
			delete(at, name)
		}
	}
	for i, c := range columns {
		if _, ok := at[c.Name]; ok {
			out = append(out, i)
		}
	}
	return out
}

// Shown gives the indices of the columns that are shown, in order. A table
// whose columns are all hidden shows its first one: something must be there.
func (l GridLook) Shown(columns []table.Column) []int {
	out := slices.DeleteFunc(l.all(columns), func(i int) bool { return slices.Contains(l.Hidden, columns[i].Name) })
	if len(out) == 0 && len(columns) > 0 {
		return []int{0}
	}
	return out
}

// Hide gives the look without a column, Show the one with it.
func (l GridLook) Hide(name string) GridLook {
	if !slices.Contains(l.Hidden, name) {
		l.Hidden = append(slices.Clone(l.Hidden), name)
	}
	return l
}

// Show is the inverse of Hide.
func (l GridLook) Show(name string) GridLook {
	l.Hidden = slices.DeleteFunc(slices.Clone(l.Hidden), func(h string) bool { return h == name })
	return l
}

// Move puts a shown column at another place among those that are shown.
func (l GridLook) Move(columns []table.Column, from, to int) GridLook {
	shown := l.Shown(columns)
	if from < 0 || from >= len(shown) || to < 0 || to >= len(shown) || from == to {
		return l
	}
	all := l.all(columns)
	beside := slices.Index(all, shown[to])
	mine := slices.Index(all, shown[from])
	all = slices.Delete(all, mine, mine+1)
	all = slices.Insert(all, beside, shown[from]) // from the left it comes after, from the right before
	l.Order = make([]string, len(all))
	for i, c := range all {
		l.Order[i] = columns[c].Name
	}
	return l
}

// Hold keeps the first n shown columns in view.
func (l GridLook) Hold(n int) GridLook {
	l.Held = max(n, 0)
	return l
}

// Width gives a column a width in pixels; 0 means as wide as fits.
func (l GridLook) Width(name string, px float64) GridLook {
	l.Widths = maps.Clone(l.Widths)
	if px <= 0 {
		delete(l.Widths, name)
		return l
	}
	if l.Widths == nil {
		l.Widths = map[string]float64{}
	}
	l.Widths[name] = min(max(px, columnThin), columnWide)
	return l
}

const (
	columnThin = 48  // pixels: no column is made narrower
	columnWide = 800 // nor wider
	columnStep = 16  // that a key changes a width by
)
