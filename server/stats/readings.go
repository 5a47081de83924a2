package stats

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// From which shares on an advice is given.
const (
	mostly     = 0.95 // of the values are numbers, or dates
	mostlyGone = 0.5  // of the values are missing
)

// fewRows is how many rows tell an id from chance.
const fewRows = 10

// readings says how a column might be read better, and what speaks against
// using it.
func readings(c *column) []wire.Advice {
	s := c.summarize()
	var out []wire.Advice
	add := func(kind wire.AdviceKind, value float64, remedy *wire.Remedy, text string, args ...any) {
		out = append(out, wire.Advice{Kind: kind, Columns: []string{c.name}, Value: value, Text: fmt.Sprintf(text, args...), Remedy: remedy})
	}
	ignore := &wire.Remedy{Label: "Ignore it", Change: []wire.ColumnChange{{Name: c.name, Role: table.Ignored}}}
	if constant, value := c.constant(); constant {
		add(wire.AdviceConstant, float64(s.count), ignore, "%s", value)
		return out
	}
	if share := float64(s.missing) / float64(s.missing+s.count+s.infinite); share > mostlyGone {
		add(wire.AdviceMissing, share, ignore, "%s of the values are missing.", percent(share))
	}
	if c.idLike() {
		add(wire.AdviceIDLike, 1, ignore, "Each row has another value: it seems to number or name the rows, and says nothing about which are alike.")
	}
	if c.kind == table.Number {
		switch {
		case dayNumbers(c.numbers, s):
			add(wire.AdviceDate, 1, nil, "The numbers are dates, such as %.0f. As numbers they have gaps between months: read it as text, or make a number of days of it.", s.median)
		case s.whole && s.few > 2 && s.few <= 10 && s.count >= 20*int64(s.few) && s.infinite == 0:
			add(wire.AdviceCategoryAsNumber, float64(s.few), read(c.name, table.Category, "Read it as a category"),
				"It has %d different whole numbers. If they stand for kinds of things and are no amounts, read it as a category.", s.few)
		}
		return out
	}
	w := c.wordsOf()
	if n := w.number + w.comma; float64(n) >= mostly*float64(w.total) && !c.chosenCategory() {
		share := float64(n) / float64(w.total)
		switch {
		case w.comma > 0:
			add(wire.AdviceNumberAsText, share, nil, "%s of the values are numbers with a decimal comma. Upload the table with decimal points, or correct the values, to use it as a number.", percent(share))
		case w.other != "":
			add(wire.AdviceNumberAsText, share, nil, "%s of the values are numbers; %d are not, %q for one. Correct them to read it as a number.", percent(share), w.total-n, clip(w.other))
		default:
			add(wire.AdviceNumberAsText, share, read(c.name, table.Number, "Read it as a number"), "All values are numbers.")
		}
	}
	if share := float64(w.date) / float64(w.total); share >= mostly {
		add(wire.AdviceDate, share, nil, "%s of the values are dates or times. They can't be trained on as texts: make a number of them, such as days since the first.", percent(share))
	}
	return out
}

func read(name string, as table.Kind, label string) *wire.Remedy {
	return &wire.Remedy{Label: label, Change: []wire.ColumnChange{{Name: name, Kind: as}}}
}

// percent writes a share so that it is 100 % only if it is all.
func percent(share float64) string {
	p := 100 * share
	switch {
	case p > 99.9 && p < 100:
		return "More than 99.9 %"
	case p > 99 && p < 100:
		return fmt.Sprintf("%.1f %%", math.Floor(p*10)/10)
	}
	return fmt.Sprintf("%.3g %%", p)
}

// clip shortens a text that is shown.
func clip(t string) string {
	if r := []rune(t); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return t
}

// constant reports whether there is one value at most, and puts it into words.
func (c *column) constant() (bool, string) {
	s := c.extent()
	switch {
	case s.count+s.infinite == 0:
		return true, "There are no values."
	case c.kind == table.Number && s.few == 1 && s.infinite == 0:
		return true, fmt.Sprintf("All values are %v: it tells no rows apart.", s.min)
	case c.kind == table.Category && c.used() == 1:
		return true, fmt.Sprintf("All values are %q: it tells no rows apart.", clip(c.top()[0].Value))
	case c.kind == table.Text && len(c.words.seen) == 1:
		return true, fmt.Sprintf("All values are %q: it tells no rows apart.", clip(c.top()[0].Value))
	}
	return false, ""
}

// chosenCategory reports whether the column is a category of few whole numbers,
// which somebody may have chosen to read so.
func (c *column) chosenCategory() bool { return c.kind == table.Category && len(c.levels) <= fewValues }

// wordsOf gives what the texts of a category or a text look like.
func (c *column) wordsOf() *words {
	if c.kind == table.Text {
		return &c.words
	}
	w := &words{}
	for i, n := range c.extent().levels {
		if n > 0 {
			w.look(c.levels[i], n)
		}
	}
	return w
}

// idName matches names of columns that number or name rows.
var idName = regexp.MustCompile(`(?i)(^|[^a-z])(id|ids|uuid|guid|key|index|no|nr|number|num|row|rowid|rownum)$|[a-z](Id|ID|Key|Index)$`)

// idLike reports whether each row has another value, and the values look as if
// somebody had given them: they count, are texts, or the name says so.
func (c *column) idLike() bool {
	s := c.extent()
	if s.count < fewRows || s.missing+s.infinite > 0 {
		return false
	}
	switch c.kind {
	case table.Number:
		if s.rising {
			return true
		}
		if !s.whole || s.few <= fewValues {
			return false
		}
		return (idName.MatchString(strings.TrimSpace(c.name)) || s.max-s.min == float64(s.count-1)) && allDifferent(c.numbers)
	case table.Category:
		return c.used() == int(s.count)
	}
	if !c.words.many {
		return int64(len(c.words.seen)) == s.count
	}
	distinct, _ := distinctHashes(c.hashes)
	return distinct == s.count
}

func allDifferent(x []float64) bool {
	keys := make([]uint64, len(x))
	for i, v := range x {
		keys[i] = ordered(v)
	}
	sortUint64(keys)
	for i := 1; i < len(keys); i++ {
		if keys[i] == keys[i-1] {
			return false
		}
	}
	return true
}

// dayNumbers reports whether all numbers are dates such as 20240131.
func dayNumbers(x []float64, s *summary) bool {
	if !s.whole || s.count < fewRows || s.min < 18000101 || s.max > 22001231 || s.few < 3 {
		return false
	}
	for _, v := range x {
		if !finite(v) {
			continue
		}
		n := int(v)
		y, m, d := n/10000, n/100%100, n%100
		if m < 1 || m > 12 || d < 1 || time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() != d {
			return false
		}
	}
	return true
}
