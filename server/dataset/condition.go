package dataset

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/parquet"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// condition holds for a row if one of its tests does.
type condition []test

// test looks at a row's value in a column, read as the version's kind.
type test struct {
	column  int
	missing bool // holds for a row without a value
	any     bool // holds for every value; if not, one of these says:
	number  func(x float64) bool
	text    *textTest
}

// filterTest is the test of a filter of column i, which Check has passed.
func filterTest(i int, kind table.Kind, f wire.Filter) test {
	t := test{column: i, missing: f.Missing == wire.MissingAlso || f.Missing == wire.MissingOnly}
	switch {
	case f.Missing == wire.MissingNever:
		t.any = true
	case f.Missing == wire.MissingOnly:
		t.number, t.text = func(float64) bool { return false }, &textTest{levels: map[string]bool{}}
	case kind == table.Number:
		lo, hi := math.Inf(-1), math.Inf(1)
		if f.Min != nil {
			lo = *f.Min
		}
		if f.Max != nil {
			hi = *f.Max
		}
		t.number = func(x float64) bool { return x >= lo && x <= hi }
	default:
		t.text = newTextTest(f.Levels, f.Contains)
	}
	return t
}

// searchTests are the tests of a search: a text has it in it, a number begins with it.
func searchTests(schema table.Schema, text string) condition {
	c := condition{}
	from, to, ok := numbersThatBegin(text)
	has := newTextTest(nil, text)
	for i, col := range schema {
		switch {
		case col.Kind != table.Number:
			c = append(c, test{column: i, text: has})
		case ok && from == to:
			c = append(c, test{column: i, number: func(x float64) bool { return x == from }})
		case ok && to < from:
			c = append(c, test{column: i, number: func(x float64) bool { return x > to && x <= from }})
		case ok:
			c = append(c, test{column: i, number: func(x float64) bool { return x >= from && x < to }})
		}
	}
	return c
}

// numbersThatBegin gives the numbers that are written with text and more digits
// after the point: from, which is among them, up to to, which is not; for a
// negative text they go down from it. If both are the same it is that number
// alone. ok is false for a text that is no number.
func numbersThatBegin(text string) (from, to float64, ok bool) {
	from, ok = table.ParseNumber([]byte(text))
	if !ok || math.IsInf(from, 0) || strings.ContainsAny(text, "eE") {
		return from, from, ok
	}
	step := 1.0
	if _, digits, point := strings.Cut(text, "."); point {
		step = math.Pow(10, -float64(len(digits)))
	}
	if strings.HasPrefix(text, "-") {
		step = -step
	}
	return from, from + step, true
}

// mark sets hit for the rows of a page of the test's column that pass it. Who
// calls it has one scratch a goroutine.
func (t *test) mark(p page, hit []bool, s *scratch) {
	values := len(p.numbers) + len(p.texts)
	if cap(s.fits) < values {
		s.fits = make([]bool, max(values, pageRowsMost))
	}
	fits := s.fits[:values]
	switch {
	case t.any:
		for i := range fits {
			fits[i] = true
		}
	case p.texts != nil:
		t.text.fit(p.texts, fits, s)
	default:
		for i, x := range p.numbers {
			fits[i] = t.number(x)
		}
	}
	if p.there == nil {
		for i, ok := range fits {
			if ok {
				hit[i] = true
			}
		}
		return
	}
	next := 0
	for i, there := range p.there {
		if there == 0 {
			hit[i] = hit[i] || t.missing
			continue
		}
		hit[i] = hit[i] || fits[next]
		next++
	}
}

// cell reports whether one cell passes, which has been read as the column's kind.
func (t *test) cell(c table.Cell, s *scratch) bool {
	switch {
	case c.Missing():
		return t.missing
	case t.any:
		return true
	case c.Number != nil:
		return t.number(*c.Number)
	}
	fits := []bool{false}
	t.text.fit([]parquet.ByteArray{[]byte(*c.Text)}, fits, s)
	return fits[0]
}

// textTest passes texts that are one of some levels, and that have a text in them,
// in small or capital letters.
type textTest struct {
	levels map[string]bool // nil: any
	needle []byte          // in small letters; nil: any
}

func newTextTest(levels []string, contains string) *textTest {
	t := &textTest{}
	if len(levels) > 0 {
		t.levels = make(map[string]bool, len(levels))
		for _, l := range levels {
			t.levels[l] = true
		}
	}
	if contains != "" {
		t.needle = []byte(strings.ToLower(contains))
	}
	return t
}

// scratch is memory that a goroutine uses again and again.
type scratch struct {
	fits  []bool
	small []byte // texts in small letters, one after another
	ends  []int  // of each in small
}

// seam stands between texts: no text in UTF-8 has it, so that nothing is found across.
const seam = 0xff

// fit says of each text whether it passes. All texts are searched as one, which
// takes a fraction of the time of one by one.
func (t *textTest) fit(texts []parquet.ByteArray, fits []bool, s *scratch) {
	if t.needle == nil {
		for i, text := range texts {
			fits[i] = t.levels == nil || t.levels[string(text)]
		}
		return
	}
	s.small, s.ends = s.small[:0], s.ends[:0]
	for i, text := range texts {
		fits[i] = false
		s.small = append(appendLower(s.small, text), seam)
		s.ends = append(s.ends, len(s.small))
	}
	for from, row := 0, 0; ; {
		at := bytes.Index(s.small[from:], t.needle)
		if at < 0 {
			return
		}
		for at += from; s.ends[row] <= at; row++ {
		}
		fits[row] = t.levels == nil || t.levels[string(texts[row])]
		from = s.ends[row]
	}
}

// appendLower appends a text in small letters, as strings.ToLower makes them.
func appendLower(out, text []byte) []byte {
	at := len(out)
	out = append(out, text...)
	small := out[at:]
	var high uint64
	i := 0
	for ; i+8 <= len(small); i += 8 { // eight letters at a time
		w := binary.LittleEndian.Uint64(small[i:])
		high |= w
		const ones = 0x0101010101010101
		w7 := w & (0x7f * ones)
		capital := (w7 + (0x80-'A')*ones) &^ (w7 + (0x80-'Z'-1)*ones) & (0x80 * ones)
		binary.LittleEndian.PutUint64(small[i:], w|capital>>2)
	}
	for ; i < len(small); i++ {
		c := small[i]
		high |= uint64(c)
		if 'A' <= c && c <= 'Z' {
			small[i] = c + 'a' - 'A'
		}
	}
	if high&0x8080808080808080 == 0 {
		return out
	}
	return append(out[:at], bytes.ToLower(text)...) // which leaves no seam where text is no UTF-8
}
