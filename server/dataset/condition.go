package dataset

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"unsafe"

	"github.com/apache/arrow-go/v18/parquet"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// condition holds for a row if one of its tests does.
type condition []test

// test looks at a row's value in a column, read as the version's kind.
type test struct {
	column  int
	missing bool    // holds for a row without a value
	any     bool    // holds for every value; if not, one of these says:
	lo, hi  float64 // a number's least and greatest value
	text    *textTest
}

// filterTest is the test of a filter of column i, which Check has passed.
func filterTest(i int, kind table.Kind, f wire.Filter) test {
	t := test{column: i, missing: f.Missing == wire.MissingAlso || f.Missing == wire.MissingOnly, lo: math.Inf(-1), hi: math.Inf(1)}
	switch {
	case f.Missing == wire.MissingNever:
		t.any = true
	case f.Missing == wire.MissingOnly:
		t.lo, t.hi, t.text = 1, 0, &textTest{levels: map[string]bool{}} // no value
	case kind == table.Number:
		if f.Min != nil {
			t.lo = *f.Min
		}
		if f.Max != nil {
			t.hi = *f.Max
		}
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
			c = append(c, test{column: i, lo: from, hi: from})
		case ok && to < from:
			c = append(c, test{column: i, lo: math.Nextafter(to, from), hi: from})
		case ok:
			c = append(c, test{column: i, lo: from, hi: math.Nextafter(to, from)})
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
		lo, hi := t.lo, t.hi
		for i, x := range p.numbers {
			fits[i] = x >= lo && x <= hi
		}
	}
	if p.there == nil {
		for i, ok := range fits {
			hit[i] = hit[i] || ok
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
		return *c.Number >= t.lo && *c.Number <= t.hi
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
	rows  []int  // where each is among the texts that were given
	seen  [seenTexts]seenText
}

// seenTexts is how many texts a page's dictionary is guessed to have at most; with
// more it only takes longer.
const seenTexts = 256

// seenText is a text that the page has given before, at the same place in memory.
type seenText struct {
	at    *byte
	bytes int
	row   int
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
	// A dictionary's texts come again and again: each is looked at once a page.
	s.small, s.ends, s.rows = s.small[:0], s.ends[:0], s.rows[:0]
	clear(s.seen[:])
	again := false
	for i, text := range texts {
		fits[i] = false
		if len(text) == 0 {
			continue
		}
		known := &s.seen[uintptr(unsafe.Pointer(&text[0]))>>3%seenTexts]
		if known.at == &text[0] && known.bytes == len(text) {
			again = true
			continue
		}
		*known = seenText{&text[0], len(text), i}
		s.small = append(appendLower(s.small, text), seam)
		s.ends, s.rows = append(s.ends, len(s.small)), append(s.rows, i)
	}
	for from, n := 0, 0; ; {
		at := bytes.Index(s.small[from:], t.needle)
		if at < 0 {
			break
		}
		for at += from; s.ends[n] <= at; n++ {
		}
		row := s.rows[n]
		fits[row] = t.levels == nil || t.levels[string(texts[row])]
		from = s.ends[n]
	}
	if !again {
		return
	}
	clear(s.seen[:]) // the same way again: what was looked at tells of what was not
	next := 0
	for i, text := range texts {
		if len(text) == 0 {
			continue
		}
		known := &s.seen[uintptr(unsafe.Pointer(&text[0]))>>3%seenTexts]
		if next < len(s.rows) && s.rows[next] == i {
			*known = seenText{&text[0], len(text), i}
			next++
			continue
		}
		fits[i] = fits[known.row]
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
