package table_test

import (
	"encoding/json"
	"testing"

	"github.com/centroid-studio/centroid/shared/table"
)

func TestCellJSON(t *testing.T) {
	for text, want := range map[string]string{
		"null": "", "1.5": "1.5", "-2e-7": "-2e-07", "0": "0", `"a \"b\" \u00e4"`: `a "b" ä`, `"Infinity"`: "Infinity", `""`: "", " 3 ": "3",
	} {
		var c table.Cell
		if err := json.Unmarshal([]byte(text), &c); err != nil || c.String() != want {
			t.Errorf("%s is %q, %v, want %q", text, c, err, want)
		}
	}
	for _, text := range []string{"true", "[1]", "{}", "1e999", "01", "0x1p4", "1_000"} {
		var c table.Cell
		if err := json.Unmarshal([]byte(text), &c); err == nil {
			t.Errorf("%s is %q, want an error", text, c)
		}
	}
}

func FuzzCellJSON(f *testing.F) {
	for _, text := range []string{"null", "1.5", `"a"`, `"Infinity"`, "1e999", "[]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c, again table.Cell
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		b, err := json.Marshal(c)
		if err != nil || json.Unmarshal(b, &again) != nil || again.String() != c.String() {
			t.Errorf("%s is %q, written %s, read %q, %v", text, c, b, again, err)
		}
	})
}
