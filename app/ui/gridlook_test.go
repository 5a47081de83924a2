package ui

import (
	"reflect"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
)

func TestGridLook(t *testing.T) {
	columns := []table.Column{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}
	for _, tc := range []struct {
		name string
		l    GridLook
		want []int
	}{
		{"as it is", GridLook{}, []int{0, 1, 2, 3}},
		{"to the right", GridLook{}.Move(columns, 0, 2), []int{1, 2, 0, 3}},
		{"to the left", GridLook{}.Move(columns, 3, 1), []int{0, 3, 1, 2}},
		{"to the end", GridLook{}.Move(columns, 1, 3), []int{0, 2, 3, 1}},
		{"out of the table", GridLook{}.Move(columns, 1, 4), []int{0, 1, 2, 3}},
		{"hidden", GridLook{}.Hide("b").Hide("b").Hide("d"), []int{0, 2}},
		{"shown again", GridLook{}.Hide("b").Hide("d").Show("b"), []int{0, 1, 2}},
		{"past a hidden one", GridLook{}.Hide("b").Move(columns, 0, 1), []int{2, 0, 3}},
		{"all hidden", GridLook{Hidden: []string{"a", "b", "c", "d"}}, []int{0}},
		{"columns that are gone, and others", GridLook{Order: []string{"z", "c", "a"}, Hidden: []string{"y"}}, []int{2, 0, 1, 3}},
		{"a column twice", GridLook{Order: []string{"b", "b"}}, []int{1, 0, 2, 3}},
	} {
		if got := tc.l.Shown(columns); !slices.Equal(got, tc.want) {
			t.Errorf("%s: Shown() = %v, want %v", tc.name, got, tc.want)
		}
	}
	var none GridLook
	if got := none.Hide("a").Show("a").Width("a", 20).Width("a", 0).Hold(-1); !got.Zero() {
		t.Errorf("all taken back: %+v, want nothing arranged", got)
	}
	wide := none.Width("a", 20).Width("b", 2000)
	if want := map[string]float64{"a": columnThin, "b": columnWide}; !reflect.DeepEqual(wide.Widths, want) || none.Widths != nil {
		t.Errorf("Width() = %v, want %v; the one before has %v", wide.Widths, want, none.Widths)
	}
	if got := (GridLook{}).Shown(nil); len(got) != 0 {
		t.Errorf("Shown() of no columns = %v", got)
	}
}

func TestGridMarks(t *testing.T) {
	var m gridMarks
	check := func(what string, want ...gridSpan) {
		t.Helper()
		n := int64(0)
		for _, s := range want {
			n += s.To - s.From
		}
		if !slices.Equal(m.spans, want) || m.Count() != n {
			t.Errorf("%s: %v, %d rows, want %v", what, m.spans, m.Count(), want)
		}
	}
	check("nothing")
	m.Only(5)
	check("one row", gridSpan{5, 6})
	m.Extend(2)
	check("up from it", gridSpan{2, 6})
	m.Extend(8)
	check("down from it", gridSpan{5, 9})
	m.Toggle(7)
	check("one out", gridSpan{5, 7}, gridSpan{8, 9})
	m.Toggle(7)
	check("and in again", gridSpan{5, 9})
	m.Toggle(3)
	m.Toggle(10)
	check("three spans", gridSpan{3, 4}, gridSpan{5, 9}, gridSpan{10, 11})
	for row, want := range map[int64]bool{2: false, 3: true, 4: false, 5: true, 8: true, 9: false, 10: true, 11: false} {
		if m.Has(row) != want {
			t.Errorf("Has(%d) = %t, want %t", row, !want, want)
		}
	}
	m.Toggle(4)
	check("a gap closed", gridSpan{3, 9}, gridSpan{10, 11})
	m.Fit(6)
	check("fewer rows", gridSpan{3, 6})
	m.All(10_000_000)
	m.Toggle(9_999_999)
	check("all but the last", gridSpan{0, 9_999_999})
	m.All(0)
	check("all of none")
}

func TestTSV(t *testing.T) {
	for _, tc := range []struct {
		text string
		want [][]string
	}{
		{"", nil},
		{"a", [][]string{{"a"}}},
		{"a\tb\r\nc\td\r\n", [][]string{{"a", "b"}, {"c", "d"}}},
		{"a\n\nb", [][]string{{"a"}, {""}, {"b"}}},
		{"\t", [][]string{{"", ""}}},
		{"\"a\tb\"\t\"say \"\"hi\"\"\"\n", [][]string{{"a\tb", `say "hi"`}}},
		{"\"two\nlines\"", [][]string{{"two\nlines"}}},
		{`5" nails`, [][]string{{`5" nails`}}},
		{`"a" b`, [][]string{{`"a" b`}}},
		{`"open`, [][]string{{"open"}}},
	} {
		if got := ReadTSV(tc.text); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("ReadTSV(%q) = %q, want %q", tc.text, got, tc.want)
		}
	}
}

// FuzzTSV: every text can be read, and what is read is the same after it was written.
func FuzzTSV(f *testing.F) {
	for _, text := range []string{"", "a\tb\nc", "\"a\tb\"\r\n\"\"\t", "\"", "\t\n\n\t\"x\"\"", "\"a\"b\tc"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows := ReadTSV(text)
		if again := ReadTSV(WriteTSV(rows)); !reflect.DeepEqual(again, rows) {
			t.Errorf("%q is read as %q, and after it was written as %q", text, rows, again)
		}
	})
}
