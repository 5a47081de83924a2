package wire_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

var filterSchema = table.Schema{{Name: "x", Kind: table.Number}, {Name: "kind", Kind: table.Category}, {Name: "note", Kind: table.Text}}

func TestFilterCheck(t *testing.T) {
	for _, tc := range []struct {
		name string
		f    wire.Filter
		want string // in what is said; "": all is well
	}{
		{"a range", wire.Filter{Column: "x", Min: ptr(1.), Max: ptr(1.)}, ""},
		{"half a range and the missing", wire.Filter{Column: "x", Max: ptr(3.), Missing: wire.MissingAlso}, ""},
		{"levels", wire.Filter{Column: "kind", Levels: []string{"a"}}, ""},
		{"no level at all", wire.Filter{Column: "kind", Levels: []string{}}, "must have either"},
		{"a text", wire.Filter{Column: "note", Contains: "a"}, ""},
		{"missing alone", wire.Filter{Column: "x", Missing: wire.MissingOnly}, ""},
		{"any value", wire.Filter{Column: "note", Missing: wire.MissingNever}, ""},
		{"another column", wire.Filter{Column: "y", Min: ptr(1.)}, `no column "y"`},
		{"nothing", wire.Filter{Column: "x"}, "must have either"},
		{"also alone", wire.Filter{Column: "x", Missing: wire.MissingAlso}, "must have either"},
		{"both", wire.Filter{Column: "x", Min: ptr(1.), Missing: wire.MissingOnly}, "must have either"},
		{"another word", wire.Filter{Column: "x", Missing: "some"}, "also, only or never"},
		{"levels of numbers", wire.Filter{Column: "x", Levels: []string{"1"}}, "holds numbers"},
		{"a range of texts", wire.Filter{Column: "note", Min: ptr(1.)}, "holds texts"},
		{"a bound that is none", wire.Filter{Column: "x", Max: ptr(math.NaN())}, "no number"},
		{"an end before the beginning", wire.Filter{Column: "x", Min: ptr(2.), Max: ptr(1.)}, "ends before"},
		{"too many levels", wire.Filter{Column: "kind", Levels: make([]string, 2000)}, "at most 1000"},
	} {
		err := wire.Filters{tc.f}.Check(filterSchema)
		switch {
		case (err == nil) != (tc.want == ""), err != nil && !strings.Contains(fault.Message(err), tc.want):
			t.Errorf("%s: Check() = %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestParseFilters(t *testing.T) {
	want := wire.Filters{{Column: "x", Min: ptr(0.5)}, {Column: "a \"b\"&", Levels: []string{"ä", ""}, Missing: wire.MissingAlso}}
	got, err := wire.ParseFilters(want.String())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseFilters(%s) = %+v, %v", want, got, err)
	}
	for _, text := range []string{"x", "{}", `[{"column":"x","most":1}]`, `[{"column":1}]`, "[] []", "[" + strings.Repeat(`{"column":"x"},`, 100) + `{"column":"x"}]`} {
		if _, err := wire.ParseFilters(text); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("ParseFilters(%.40s) = %v, want %s", text, err, fault.Invalid)
		}
	}
	open := wire.Filters{{Column: "x", Min: ptr(math.Inf(-1)), Max: ptr(2.)}}
	if got, want := open.String(), `[{"column":"x","max":2}]`; got != want {
		t.Errorf("String() of an open range = %s, want %s", got, want)
	}
}

func FuzzParseFilters(f *testing.F) {
	f.Add("")
	f.Add(`[{"column":"x","min":1,"max":2e3,"missing":"also"}]`)
	f.Add(`[{"column":"kind","levels":["a","b"]},{"column":"note","contains":"x"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := wire.ParseFilters(text)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Errorf("ParseFilters(%q): %v is no fault of the input", text, err)
			}
			return
		}
		again, err := wire.ParseFilters(all.String())
		if err != nil || len(again) != len(all) {
			t.Errorf("%q reads back as %v, %v", all, again, err)
		}
		if all.Check(filterSchema) == nil && again.Check(filterSchema) != nil {
			t.Errorf("%q is well, but not after it was written", text)
		}
	})
}
