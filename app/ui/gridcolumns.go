package ui

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/table"
)

const (
	columnLeast = 96  // pixels
	columnMost  = 340 // pixels; longer text is cut off, with the whole of it in the tooltip
	columnOver  = 400 // pixels of columns beside the view that are in the page too
	letterPX    = 7.6 // mean width of a letter at the grid's size
)

// CellText writes a cell as it is edited: the shortest text that reads back as
// the same value, without an exponent where a person would write none.
func CellText(c table.Cell) string {
	if c.Number == nil {
		return c.String()
	}
	if v := *c.Number; v == 0 || math.Abs(v) >= 1e-6 && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return c.String()
}

// columnWidths chooses a width for each column from its name and some of its
// texts, and stretches them if they leave room.
func columnWidths(columns []table.Column, hints []string, texts [][]string, roomPX float64) []float64 {
	out := make([]float64, len(columns))
	sum := 0.
	for i, c := range columns {
		n := max(utf8.RuneCountInString(c.Name)+5, utf8.RuneCountInString(hints[i]))
		for _, row := range texts {
			if i < len(row) {
				n = max(n, utf8.RuneCountInString(row[i]))
			}
		}
		out[i] = math.Ceil(min(max(float64(n)*letterPX+22, columnLeast), columnMost))
		sum += out[i]
	}
	if len(out) == 0 || sum >= roomPX {
		return out
	}
	more := math.Floor((roomPX - sum) / float64(len(out)))
	for i := range out {
		out[i] += more
	}
	return out
}

// columnEdges gives where each column begins, and at last where the last one ends.
func columnEdges(widths []float64, fromPX float64) []float64 {
	out := make([]float64, len(widths)+1)
	out[0] = fromPX
	for i, w := range widths {
		out[i+1] = out[i] + w
	}
	return out
}

// columnsSeen gives the columns to have in the page: from first up to, but without, last.
func columnsSeen(edges []float64, leftPX, viewPX float64) (first, last int) {
	n := len(edges) - 1
	if n <= 0 {
		return 0, 0
	}
	for first < n-1 && edges[first+1] < leftPX-columnOver {
		first++
	}
	last = first + 1
	for last < n && edges[last] < leftPX+viewPX+columnOver {
		last++
	}
	return first, last
}

// Whole writes a count in full, as 1,234,567.
func Whole(n int64) string {
	s := strconv.FormatInt(n, 10)
	from := 0
	if n < 0 {
		from = 1
	}
	for i := len(s) - 3; i > from; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
