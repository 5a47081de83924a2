package chart

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// Heat is numbers from -1 to 1 for rows and columns with names. Of a pick the
// first span is the column, the second the row.
type Heat struct {
	Rows, Cols []string
	Values     [][]float64 // of each row; NaN: none
	Counts     [][]int64   // of how many rows of the table each is; nil: not told
}

// heatHead is what charts.js reads of a heat map.
type heatHead struct {
	Kind   string   `json:"kind"`
	Label  string   `json:"label"`
	Rows   []string `json:"rows"`
	Cols   []string `json:"cols"`
	Values int      `json:"values"` // index of an array, row by row
	Counts int      `json:"counts"` // likewise; -1: none
}

func (h *Heat) spec(label string) spec {
	var out spec
	var values, counts []float64
	for _, row := range h.Values {
		values = append(values, row...)
	}
	for _, row := range h.Counts {
		counts = append(counts, floatsOf(row)...)
	}
	out.head = heatHead{Kind: "heat", Label: label, Rows: h.Rows, Cols: h.Cols, Values: out.put(values), Counts: out.putIf(h.Counts != nil, counts)}
	return out
}

func (h *Heat) lines(most int) lines {
	out := lines{most: most, head: append([]string{"column"}, h.Cols...), texts: 1}
	for i, name := range h.Rows {
		row := []string{name}
		for _, v := range h.Values[i] {
			row = append(row, number(v))
		}
		out.add(row...)
	}
	return out
}

func (h *Heat) below(*Plot) []app.UI { return nil }
