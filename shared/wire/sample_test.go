package wire

import (
	"math"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
)

// TestByColumn: numbers and texts with gaps, also before the first value.
func TestByColumn(t *testing.T) {
	row := func(id int64, cells ...table.Cell) Row { return Row{ID: id, Cells: cells} }
	gap := table.Cell{}
	s := SampleRows{Of: 9, Chosen: "some", Columns: []string{"x", "kind", "none", "first"}, Rows: []Row{
		row(3, table.Num(1.5), gap, gap, table.Str("a")), row(4, gap, table.Str("b"), gap, gap), row(8, table.Num(-2), table.Str("a"), gap, table.Str("a")), row(9, table.Num(0), table.Str("b")),
	}}.ByColumn()
	nan := math.NaN()
	for _, want := range []struct {
		numbers, codes []float64
		levels         []string
	}{
		{numbers: []float64{1.5, nan, -2, 0}}, {codes: []float64{nan, 0, 1, 0}, levels: []string{"b", "a"}},
		{numbers: []float64{nan, nan, nan, nan}}, {codes: []float64{0, nan, 0, nan}, levels: []string{"a"}},
	} {
		c := s.Columns[0]
		s.Columns = s.Columns[1:]
		numbers, err := Floats(c.Numbers, len(want.numbers))
		codes, err2 := Floats(c.Codes, len(want.codes))
		if err != nil || err2 != nil || !alike(numbers, want.numbers) || !alike(codes, want.codes) || !slices.Equal(c.Levels, want.levels) {
			t.Errorf("%s: numbers %v, codes %v of %q, want %+v (%v, %v)", c.Name, numbers, codes, c.Levels, want, err, err2)
		}
	}
	if ids, err := Floats(s.IDs, -1); err != nil || !slices.Equal(ids, []float64{3, 4, 8, 9}) || s.Of != 9 || s.Chosen != "some" {
		t.Errorf("ids %v of %d, %q (%v)", ids, s.Of, s.Chosen, err)
	}
	for _, b := range [][]byte{make([]byte, 7), make([]byte, 16)} {
		if _, err := Floats(b, 1); err == nil {
			t.Errorf("Floats() of %d bytes for one number gives no error", len(b))
		}
	}
}

func alike(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
}
