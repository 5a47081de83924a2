package table

import (
	"reflect"
	"strings"
	"testing"
)

func TestForms(t *testing.T) {
	for s, want := range map[string]string{
		"": FormText, "abc": FormText, "1": FormNumber, "-2.5": FormNumber, "007": FormNumber, "inf": FormNumber, "1e5": FormNumber,
		"1,5": FormComma, "-1,5": FormComma, "1,5,6": FormText, ",": FormText, "1.234,5": FormText,
		"2026-12-31": FormDateISO, "2026-1-3": FormDateISO, "2026-12-31 10:00": FormDateISO, "2026-12-31T10:00:00Z": FormDateISO, "26-12-31": FormText,
		"31.12.2026": FormDatePoint, "3.4.2026": FormDatePoint, "3.4.26": FormText, "12/31/2026": FormDateSlash, "1/2/2026x": FormText,
		"127.0.0.1": FormText, strings.Repeat("1", 100): FormText,
	} {
		if got := formNames[formOf([]byte(s))]; got != want {
			t.Errorf("formOf(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestMixed reads columns that are written in several ways: the schema counts
// them and says where each begins.
func TestMixed(t *testing.T) {
	m, err := ReadMemory(strings.NewReader("a|b|c|d|zip\n1|2026-01-02|x|1,5|01234\nx|3.1.2026|y|2|90210\n2||x|3|1\n3|2026-01-04|z|4|2\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]Form{
		{{FormNumber, 3, []int64{0, 2, 3}, "1"}, {FormText, 1, []int64{1}, "x"}},
		{{FormDateISO, 2, []int64{0, 3}, "2026-01-02"}, {FormDatePoint, 1, []int64{1}, "3.1.2026"}},
		nil,
		{{FormNumber, 3, []int64{1, 2, 3}, "2"}, {FormComma, 1, []int64{0}, "1,5"}},
		nil,
	}
	for i, c := range m.Schema() {
		if !reflect.DeepEqual(c.Forms, want[i]) {
			t.Errorf("column %s: forms = %+v, want %+v", c.Name, c.Forms, want[i])
		}
	}
}

// TestDecimalComma: it is one where the delimiter is a semicolon, and nowhere else.
func TestDecimalComma(t *testing.T) {
	for csv, want := range map[string]Kind{
		"a;b\n1,5;x\n2;y\n-0,25;z\n": Number, "a\tb\n1,5\tx\n2\ty\n": Category, "a;b\n1,5;x\n1.234,5;y\n": Category, "a;b\n1,5,6;x\n2;y\n": Category,
	} {
		m, err := ReadMemory(strings.NewReader(csv), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		c := m.Schema()[0]
		if c.Kind != want || want == Number && (*c.Min != -0.25 || *c.Max != 2) {
			t.Errorf("%q: column = %+v, want %s", csv, c, want)
		}
	}
}

// TestExactIntegers: an integer that a float64 would change stays a text.
func TestExactIntegers(t *testing.T) {
	for s, want := range map[string]bool{
		"9007199254740992": true, "9007199254740993": false, "-9007199254740993": false, "100000000000000000000": true, "123456789012345678": false,
		"1234567890123456": true, "0.12345678901234567890": true, "9007199254740993.5": true, "+9007199254740993": false,
	} {
		if got := Numeric([]byte(s)); got != want {
			t.Errorf("Numeric(%q) = %v, want %v", s, got, want)
		}
	}
}
