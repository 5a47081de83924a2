package format

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// leaf is a column of a table that is read as Arrow: a field of the schema, or one
// of its struct's fields.
type leaf struct {
	name  string
	field int // of the schema
	child int // of the field's struct; -1: the field itself
	kind  table.Kind
	exact bool // an integer of 64 bits: a value may be more than a float64 holds
}

// leaves says what columns a schema makes. A field whose index text has is kept as texts.
func leaves(s *arrow.Schema) []leaf {
	var out []leaf
	for i, f := range s.Fields() {
		if st, ok := f.Type.(*arrow.StructType); ok && st.NumFields() > 0 {
			for j, c := range st.Fields() {
				out = append(out, newLeaf(f.Name+"."+c.Name, i, j, c.Type))
			}
			continue
		}
		out = append(out, newLeaf(f.Name, i, -1, f.Type))
	}
	return out
}

func newLeaf(name string, field, child int, t arrow.DataType) leaf {
	l := leaf{name: strings.TrimSpace(name), field: field, child: child, kind: table.Text}
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	switch t := t.(type) {
	case *arrow.Int64Type, *arrow.Uint64Type:
		l.kind, l.exact = table.Number, true
	case arrow.DecimalType:
		l.kind, l.exact = table.Number, t.GetScale() <= 0
	default:
		switch t.ID() {
		case arrow.NULL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64, arrow.DURATION:
			l.kind = table.Number
		}
	}
	return l
}

// array gives the leaf's values in a record, and whether a row of it is missing for its struct's sake.
func (l leaf) array(rec arrow.RecordBatch) (a arrow.Array, null func(i int) bool) {
	a = rec.Column(l.field)
	if l.child < 0 {
		return a, a.IsNull
	}
	outer := a.(*array.Struct)
	a = outer.Field(l.child)
	return a, func(i int) bool { return outer.IsNull(i) || a.IsNull(i) }
}

// numbers copies rows of a. It reports false if one is not exact as a float64.
func (l leaf) numbers(rec arrow.RecordBatch, from, n int, to []float64) (ok bool, err error) {
	a, null := l.array(rec)
	if err := plainNumbers(a, from, n, to); err == nil {
		if a.NullN() > 0 || l.child >= 0 {
			for i := range n {
				if null(from + i) {
					to[i] = math.NaN()
				}
			}
		}
		return true, nil
	}
	for i := range n {
		to[i] = math.NaN()
		if null(from + i) {
			continue
		}
		if to[i], ok, err = number(a, from+i); err != nil || l.exact && !ok {
			return false, err
		}
	}
	return true, nil
}

var errOther = fmt.Errorf("format: not a plain number")

// plainNumbers copies numbers that a float64 holds exactly.
func plainNumbers(a arrow.Array, from, n int, to []float64) error {
	switch a := a.(type) {
	case *array.Float64:
		copy(to, a.Float64Values()[from:from+n])
	case *array.Float32:
		widen(to, a.Float32Values()[from:from+n])
	case *array.Int8:
		widen(to, a.Int8Values()[from:from+n])
	case *array.Int16:
		widen(to, a.Int16Values()[from:from+n])
	case *array.Int32:
		widen(to, a.Int32Values()[from:from+n])
	case *array.Uint8:
		widen(to, a.Uint8Values()[from:from+n])
	case *array.Uint16:
		widen(to, a.Uint16Values()[from:from+n])
	case *array.Uint32:
		widen(to, a.Uint32Values()[from:from+n])
	default:
		return errOther
	}
	return nil
}

func widen[T int8 | int16 | int32 | uint8 | uint16 | uint32 | float32](to []float64, from []T) {
	for i, x := range from {
		to[i] = float64(x)
	}
}

// number gives value i, and whether it is exact.
func number(a arrow.Array, i int) (x float64, exact bool, err error) {
	switch a := a.(type) {
	case *array.Null:
		return math.NaN(), true, nil
	case *array.Int64:
		v := a.Value(i)
		return float64(v), int64(float64(v)) == v && float64(v) < 1<<63, nil
	case *array.Uint64:
		v := a.Value(i)
		return float64(v), float64(v) < 1<<64 && uint64(float64(v)) == v, nil
	case *array.Float16:
		return float64(a.Value(i).Float32()), true, nil
	case *array.Duration:
		unit := a.DataType().(*arrow.DurationType).Unit
		return float64(a.Value(i)) / (float64(time.Second) / float64(unit.Multiplier())), true, nil
	case *array.Dictionary:
		return number(a.Dictionary(), a.GetValueIndex(i))
	}
	if _, ok := a.DataType().(arrow.DecimalType); ok {
		s := a.ValueStr(i)
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return 0, false, err
		}
		v, ok := new(big.Int).SetString(s, 10)
		if !ok { // with a fraction
			return x, false, nil
		}
		back, _ := big.NewFloat(x).Int(nil)
		return x, back.Cmp(v) == 0, nil
	}
	x, err = 0, fmt.Errorf("format: a column of %s for numbers", a.DataType())
	return x, false, err
}

// text gives value i as a text; row is for a fault.
func (l leaf) text(a arrow.Array, i int, row int64) (string, error) {
	s, err := textOf(a, i)
	if err != nil {
		return "", err
	}
	return s, checkText(l.name, s, row)
}

// checkText refuses what no format may have in a text.
func checkText(column, s string, row int64) error {
	switch {
	case len(s) > table.MaxFieldBytes:
		return fault.Newf(fault.Invalid, "Row %d has a text of %d bytes in column %q, more than %d. Shorten it, or leave the column out.", row+1, len(s), column, table.MaxFieldBytes)
	case !utf8.ValidString(s):
		return fault.Newf(fault.Invalid, "Row %d has bytes in column %q that are no UTF-8 text. Leave the column out, or write it as text.", row+1, column)
	case strings.IndexByte(s, 0) >= 0:
		return fault.Newf(fault.Invalid, "Row %d has a NUL character in column %q, which is no text. Remove it, or leave the column out.", row+1, column)
	}
	return nil
}

func textOf(a arrow.Array, i int) (string, error) {
	switch a := a.(type) {
	case *array.String:
		return a.Value(i), nil
	case *array.LargeString:
		return a.Value(i), nil
	case *array.StringView:
		return a.Value(i), nil
	case *array.Binary:
		return string(a.Value(i)), nil
	case *array.LargeBinary:
		return string(a.Value(i)), nil
	case *array.BinaryView:
		return string(a.Value(i)), nil
	case *array.FixedSizeBinary:
		return string(a.Value(i)), nil
	case *array.Boolean:
		return strconv.FormatBool(a.Value(i)), nil
	case *array.Dictionary:
		if a.Dictionary().IsNull(a.GetValueIndex(i)) {
			return "", nil
		}
		return textOf(a.Dictionary(), a.GetValueIndex(i))
	case *array.Date32:
		return a.Value(i).ToTime().Format(time.DateOnly), nil
	case *array.Date64:
		return a.Value(i).ToTime().Format(time.DateOnly), nil
	case *array.Time32:
		return a.Value(i).ToTime(a.DataType().(*arrow.Time32Type).Unit).Format("15:04:05.999999999"), nil
	case *array.Time64:
		return a.Value(i).ToTime(a.DataType().(*arrow.Time64Type).Unit).Format("15:04:05.999999999"), nil
	case *array.Timestamp:
		t := a.DataType().(*arrow.TimestampType)
		form := "2006-01-02T15:04:05.999999999"
		if t.TimeZone != "" {
			form += "Z"
		}
		return a.Value(i).ToTime(t.Unit).UTC().Format(form), nil
	case array.ExtensionArray:
		if _, plain := a.Storage().(*array.FixedSizeBinary); !plain {
			return textOf(a.Storage(), i)
		}
		return a.ValueStr(i), nil // a UUID
	case array.ListLike, *array.Struct, array.Union:
		b, err := json.Marshal(a.GetOneForMarshal(i))
		return string(b), err
	}
	return a.ValueStr(i), nil
}
