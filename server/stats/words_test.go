package stats

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
)

// FuzzWords looks at texts of any kind: each is a number, a number with a comma,
// or neither, and a date only if a layout reads it.
func FuzzWords(f *testing.F) {
	for _, t := range []string{"", "1", "-3.5e7", "1,5", "1.234.567,89", "12.34,5", ",5", "-,1", "007", "2024-02-29", "2023-02-29", "1.11.2024 07:30", "Jan 2, 2006", "\xff-1.2006", "٣-٤"} {
		f.Add(t)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		var w words
		w.text(text)
		w.text(text)
		w.settle()
		if w.total != 2 || w.number+w.comma > 2 || w.number > 0 && w.comma > 0 || (w.number+w.comma == 0) != (w.other == text) {
			t.Errorf("%q is %+v", text, w)
		}
		if n := w.number == 2; n != table.Numeric([]byte(text)) {
			t.Errorf("%q is a number: %v", text, n)
		}
		if w.comma > 0 {
			plain := strings.Replace(strings.ReplaceAll(strings.TrimSpace(text), ".", ""), ",", ".", 1)
			if _, err := strconv.ParseFloat(plain, 64); err != nil {
				t.Errorf("%q is said to have a decimal comma: %v", text, err)
			}
		}
		if w.date > 0 {
			if _, err := time.Parse(layouts[w.layout], text); err != nil {
				t.Errorf("%q is said to be a date: %v", text, err)
			}
		}
	})
}

// FuzzQuotas shares rows out to strata of any sizes.
func FuzzQuotas(f *testing.F) {
	f.Add([]byte{1, 2, 3}, 4)
	f.Add([]byte{255, 0, 1, 1, 1, 90}, 50)
	f.Add([]byte{}, 0)
	f.Fuzz(func(t *testing.T, raw []byte, n int) {
		sizes, total := make([]int, len(raw)+1), 0
		for i, b := range raw {
			sizes[i] = int(b) * int(b) // the last, which is for missing levels, is mostly empty
			total += sizes[i]
		}
		if n < 1 || n > MaxSample {
			return
		}
		given := 0
		for i, q := range quotas(sizes, n) {
			if given += q; q < 0 || q > sizes[i] {
				t.Errorf("quotas(%d, %d) gives %d of %d rows", sizes, n, q, sizes[i])
			}
			if share := float64(n) * float64(sizes[i]) / float64(max(1, total)); n < total && sizes[i] > 0 && q < min(sizes[i], leastOf(len(sizes), n)) {
				t.Errorf("quotas(%d, %d) gives %d rows to one of %d, whose share is %v", sizes, n, q, sizes[i], share)
			}
		}
		if given != min(n, total) {
			t.Errorf("quotas(%d, %d) gives %d rows", sizes, n, given)
		}
	})
}
