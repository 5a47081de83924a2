package format

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
)

// typed is what the table of testdata/write.py becomes, column by column.
var typed = map[string]string{
	"i8": "number 1;;-3", "u32": "number 1;4.294967295e+09;", "i64": "number 1;;9.007199254740992e+15", "id": "text 1;9007199254740993;", "u64": "text 1;2;18446744073709551615",
	"f16": "number 1.5;2;", "f32": "number 0.5;;3.0000000054977558e+38", "f64": "number 0.1;;-Inf", "dec": "number 1.25;;-1000", "whole": "text 123456789012345678901;;5",
	"bool": "text true;false;", "text": "text é;;", "large": "text x;;y", "view": "text a long text that is not inlined;;y", "bytes": "text raw;;y",
	"dict": "text p;;p", "dictnum": "number 7;;8", "date": "text 2026-11-28;;1969-12-31", "ts": "text 2026-11-28T01:02:03.456;;2026-01-01T00:00:00",
	"tz": "text 2026-11-28T01:02:03Z;;2026-01-01T00:00:00Z", "time": "text 01:02:03;;23:59:59.000005", "null": "number ;;",
	"list": "text [1,2];;[]", "st.a": "number 1;;", `st.b`: `text {"c":"x"};;`, "dur": "number 90.5;;0",
}

// TestForeignFiles reads what other programs wrote: each type becomes what the
// package's documentation says.
func TestForeignFiles(t *testing.T) {
	for file, tc := range map[string]struct {
		is      Format
		without string
	}{
		"types.parquet": {Parquet, "view dur"}, "old.parquet": {Parquet, "view dur f16"}, "types.arrow": {Arrow, ""}, "types.arrows": {ArrowStream, ""},
	} {
		t.Run(file, func(t *testing.T) {
			is, names, kinds, rows, err := read(t.Context(), filepath.Join("testdata", file))
			if err != nil || is != tc.is {
				t.Fatalf("read as %s: %v", is, err)
			}
			want := len(typed) - len(strings.Fields(tc.without))
			if len(names) != want || len(rows) != 3 {
				t.Errorf("%d columns, %d rows, want %d and 3: %q", len(names), len(rows), want, names)
			}
			for i, name := range names {
				got := string(kinds[i]) + " " + rows[0][i] + ";" + rows[1][i] + ";" + rows[2][i]
				want := typed[name]
				if file == "old.parquet" && name == "ts" { // an INT96 has no word on its zone
					want = "text 2026-11-28T01:02:03.456Z;;2026-01-01T00:00:00Z"
				}
				if got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
		})
	}
	for file, want := range map[string]string{
		"polars.parquet": "x:number,c:text,when:text | 1.5,p,2026-11-28T00:00:00 | ,q,",
		"f8.npy":         "x1:number,x2:number | 1.5, | -2,3", "fortran.npy": "x1:number,x2:number | 0,1 | 2,3 | 4,5",
		"one.npy": "x1:number | 1 | 0", "big.npy": "x1:text,x2:text | 1,9007199254740993 | 2,3",
	} {
		_, names, kinds, rows, err := read(t.Context(), filepath.Join("testdata", file))
		if got := flat(names, kinds, rows); err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", file, got, err, want)
		}
	}
	if _, _, _, _, err := read(t.Context(), filepath.Join("testdata", "texts.npy")); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `"<U1"`) {
		t.Errorf("texts.npy: %v", err)
	}
}
