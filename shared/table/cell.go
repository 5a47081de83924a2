package table

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Num makes a number's cell; NaN makes a missing one.
func Num(v float64) Cell {
	if math.IsNaN(v) {
		return Cell{}
	}
	return Cell{Number: &v}
}

// Str makes a text's cell; "" makes a missing one.
func Str(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Text: &s}
}

// Missing reports whether the cell has no value.
func (c Cell) Missing() bool { return c.Number == nil && c.Text == nil }

// String gives the shortest text that reads back as the same value, "" if missing.
func (c Cell) String() string {
	switch {
	case c.Number != nil:
		return strconv.FormatFloat(*c.Number, 'g', -1, 64)
	case c.Text != nil:
		return *c.Text
	}
	return ""
}

// MarshalJSON writes a number, a string or null. JSON has no infinities: they
// are written as the strings "Infinity" and "-Infinity".
func (c Cell) MarshalJSON() ([]byte, error) {
	switch {
	case c.Number != nil && math.IsInf(*c.Number, 0):
		if *c.Number > 0 {
			return []byte(`"Infinity"`), nil
		}
		return []byte(`"-Infinity"`), nil
	case c.Number != nil:
		return json.Marshal(*c.Number)
	case c.Text != nil:
		return json.Marshal(*c.Text)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Cell) UnmarshalJSON(b []byte) error {
	*c = Cell{}
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*c = Str(s)
		return nil
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		// Tables are mostly numbers: no decoder for each.
		if v, err := strconv.ParseFloat(string(b), 64); err == nil {
			*c = Num(v)
			return nil
		}
	}
	return fault.Newf(fault.Invalid, "A cell is a number, a text or null, not %s.", b)
}
