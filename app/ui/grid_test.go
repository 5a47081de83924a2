package ui

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestGridTrack(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows int64
	}{{"short", 5}, {"ten thousand", 10_000}, {"as high as a browser goes", 235_294}, {"a hundred million", 100_000_000}} {
		t.Run(tt.name, func(t *testing.T) {
			var k gridTrack
			k.Resize(tt.rows, 34, 600)
			if h := k.Height(); h > trackHeight {
				t.Fatalf("Height() = %v, want at most %v", h, float64(trackHeight))
			}
			seen := func(where string, row int64) {
				t.Helper()
				first, last := k.Seen()
				if row < first || row >= last {
					t.Errorf("%s: rows %d to %d are seen, want %d among them", where, first, last, row)
				}
				if y := k.Y(row); y+34 < k.top || y > k.top+600 {
					t.Errorf("%s: row %d is drawn at %v, the view is at %v", where, row, y, k.top)
				}
			}
			seen("at the top", 0)
			_, most := k.most()
			k.Scrolled(most)
			seen("at the bottom", tt.rows-1)
			k.Scrolled(0)
			seen("back at the top", 0)
			for _, row := range []int64{0, tt.rows / 3, tt.rows / 2, tt.rows - 1} {
				k.Reveal(row)
				seen("after Reveal", row)
			}
			// Line by line no row is left out, wherever one begins.
			k.Reveal(tt.rows / 2)
			for range 50 {
				_, last := k.Seen()
				k.Scrolled(k.top + 34)
				if first, _ := k.Seen(); first > last {
					t.Fatalf("one line down row %d is the first, row %d was the last", first, last)
				}
			}
		})
	}
	var none gridTrack
	none.Resize(0, 34, 600)
	if first, last := none.Seen(); first != 0 || last != 0 {
		t.Errorf("Seen() of no rows = %d, %d, want 0, 0", first, last)
	}
}

func TestGridTrackKeepsItsPlace(t *testing.T) {
	var k gridTrack
	k.Resize(1000, 34, 600)
	k.Reveal(700)
	before, _ := k.Seen()
	k.Resize(1001, 44, 500) // one row more, and rows as on a phone
	if after, _ := k.Seen(); after != before {
		t.Errorf("the first row seen is %d, want %d as before", after, before)
	}
	k.Resize(10, 44, 500) // most rows are gone
	if first, last := k.Seen(); first != 0 || last != 10 {
		t.Errorf("Seen() = %d, %d, want all of 10", first, last)
	}
}

func rowsFrom(offset int64, n int) []wire.Row {
	out := make([]wire.Row, n)
	for i := range out {
		out[i].ID = offset + int64(i)
	}
	return out
}

func TestGridCache(t *testing.T) {
	var c gridCache
	c.Reset()
	ask := func(first, last, want int64, ok bool) (block int64, gen int) {
		t.Helper()
		block, gen, got := c.Ask(first, last)
		if got != ok || got && block != want {
			t.Fatalf("Ask(%d, %d) = %d, %v, want %d, %v", first, last, block, got, want, ok)
		}
		return block, gen
	}
	b, gen := ask(150, 450, 0, true)
	ask(150, 450, 1, true)
	ask(150, 450, 0, false) // two are under way
	if !c.Put(gen, b, rowsFrom(0, blockRows), nil) {
		t.Fatal("Put refused an answer that was asked for")
	}
	if r := c.Row(199); r == nil || r.ID != 199 {
		t.Errorf("Row(199) = %v, want 199", r)
	}
	if r := c.Row(200); r != nil {
		t.Errorf("Row(200) = %v, want nil", r)
	}
	ask(150, 450, 2, true)

	c.Age() // the table has another version
	if c.Put(gen, 1, rowsFrom(blockRows, blockRows), nil) {
		t.Error("Put took an answer of the version before")
	}
	if r := c.Row(0); r == nil {
		t.Error("the old rows are gone, want them until newer ones come")
	}
	b, gen = ask(0, 10, 0, true)
	c.Put(gen, b, nil, errors.New("away"))
	if c.Row(0) == nil || c.Fault() == nil {
		t.Errorf("after a fault Row(0) = %v, Fault() = %v, want the old row and the fault", c.Row(0), c.Fault())
	}
	ask(0, 10, 0, false) // not again by itself
	c.Retry()
	b, gen = ask(0, 10, 0, true)
	c.Put(gen, b, rowsFrom(1000, 5), nil)
	if r := c.Row(0); r == nil || r.ID != 1000 || c.Fault() != nil || c.Row(5) != nil {
		t.Errorf("Row(0) = %v, Fault() = %v, Row(5) = %v, want 1000, nil, nil", r, c.Fault(), c.Row(5))
	}

	c.Reset()
	if c.Row(0) != nil || c.Put(gen, 0, rowsFrom(0, 1), nil) {
		t.Error("Reset kept something")
	}
	for i := range int64(blocksKept + 3) { // only the blocks used last are kept
		b, gen := ask(i*blockRows, i*blockRows+1, i, true)
		c.Put(gen, b, rowsFrom(i*blockRows, blockRows), nil)
		c.Row(0)
	}
	if len(c.blocks) != blocksKept || c.Row(0) == nil || c.Row(blockRows) != nil {
		t.Errorf("%d blocks are held, the first used: %v, the second: %v; want %d, kept, gone", len(c.blocks), c.Row(0), c.Row(blockRows), blocksKept)
	}
}

func TestGridColumns(t *testing.T) {
	columns := []table.Column{{Name: "x"}, {Name: "a column with a name that goes on and on and on and on"}, {Name: "y"}}
	hints := make([]string, 3)
	widths := columnWidths(columns, hints, [][]string{{"1", "2", "twenty letters, more"}}, 0)
	if widths[0] != columnLeast || widths[1] != columnMost || widths[2] <= columnLeast || widths[2] >= columnMost {
		t.Errorf("columnWidths = %v, want the least, the most, and one in between", widths)
	}
	wide := columnWidths(columns, hints, nil, 3000)
	if sum := wide[0] + wide[1] + wide[2]; sum < 2990 || sum > 3000 {
		t.Errorf("the columns take %v pixels of 3,000 that there are", sum)
	}
	if got := columnWidths(nil, nil, nil, 500); len(got) != 0 {
		t.Errorf("columnWidths of no columns = %v", got)
	}
	edges := columnEdges(slices.Repeat([]float64{100}, 1000), 50)
	if edges[0] != 50 || edges[1000] != 100_050 {
		t.Errorf("columnEdges go from %v to %v, want 50 to 100,050", edges[0], edges[1000])
	}
	for _, left := range []float64{0, 5000, 99_500} {
		first, last := columnsSeen(edges, left, 800)
		if edges[first] > max(50, left-columnOver+100) || edges[last] < min(100_050, left+800) || last-first > 20 {
			t.Errorf("columnsSeen at %v = %d, %d", left, first, last)
		}
	}
}

func TestCellText(t *testing.T) {
	for _, tt := range []struct {
		c    table.Cell
		want string
	}{
		{table.Num(5.1), "5.1"}, {table.Num(1e6), "1000000"}, {table.Num(.00001), "0.00001"}, {table.Num(-0.1), "-0.1"}, {table.Num(0), "0"},
		{table.Num(math.MaxFloat64), "1.7976931348623157e+308"}, {table.Str("a b"), "a b"}, {table.Cell{}, ""},
	} {
		if got := CellText(tt.c); got != tt.want {
			t.Errorf("CellText(%v) = %q, want %q", tt.c, got, tt.want)
		}
	}
}
