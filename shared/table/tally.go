package table

import (
	"crypto/sha256"
	"math"
	"strings"
)

// Tally counts what one column holds, row by row, and says what the column is.
type Tally struct {
	stored   Kind // Number or Text: how the values are kept
	missing  int64
	rows     int64
	min, max float64
	ids      bool // whole numbers, each one more than the one before
	last     float64
	levels   map[string]struct{} // different texts; of a long one its hash, so that memory is bounded
	longest  int
	forms    forms // of texts
}

// maxLevelBytes is how long a category's text may be.
const maxLevelBytes = 200

// NewTally makes the tally of a column whose values are kept as numbers or as texts.
func NewTally(stored Kind) *Tally {
	return &Tally{stored: stored, min: math.Inf(1), max: math.Inf(-1), ids: true, levels: map[string]struct{}{}}
}

// Number counts a number; NaN is missing.
func (t *Tally) Number(x float64) {
	t.rows++
	if x != x {
		t.missing++
		t.ids = false
		return
	}
	if !math.IsInf(x, 0) {
		t.min, t.max = min(t.min, x), max(t.max, x)
	}
	t.ids = t.ids && x == math.Trunc(x) && (t.rows == 1 || x == t.last+1)
	t.last = x
}

// Text counts a text; an empty one is missing.
func (t *Tally) Text(s []byte) {
	t.rows++
	if len(s) == 0 {
		t.missing++
		return
	}
	t.longest = max(t.longest, len(s))
	t.forms.add(t.rows-1, s)
	if len(s) > maxLevelBytes {
		sum := sha256.Sum256(s)
		s = sum[:]
	}
	if len(t.levels) <= MaxLevels {
		if _, known := t.levels[string(s)]; !known {
			t.levels[string(s)] = struct{}{}
		}
	}
}

// Column describes the column. A number is a feature; Roles says more.
func (t *Tally) Column(name string) Column {
	c := Column{Name: name, Kind: Number, Role: Feature, Missing: t.missing}
	if t.stored == Number {
		if t.min <= t.max {
			lo, hi := t.min, t.max
			c.Min, c.Max = &lo, &hi
		}
		if t.ids && t.rows > 2 {
			c.Role = Ignored // a running number tells rows apart, not clusters
		}
		return c
	}
	c.Distinct = int64(len(t.levels))
	c.Forms = t.forms.several()
	c.Kind, c.Role = Category, Ignored
	// A text that hardly ever repeats names rows; a category repeats.
	if c.Distinct > MaxLevels || t.longest > maxLevelBytes || (t.rows >= 20 && 2*c.Distinct > t.rows) {
		c.Kind = Text
	}
	return c
}

// Roles chooses the label of a table whose columns have been described: the
// category that is called like one, or else the only category.
func Roles(s Schema) {
	only, categories := -1, 0
	for i := range s {
		if s[i].Kind != Category || s[i].Distinct < 2 {
			continue
		}
		categories++
		only = i
		switch strings.ToLower(s[i].Name) {
		case "category", "label", "class", "species", "target", "cluster", "group", "segment":
			s[i].Role = Label
			return
		}
	}
	if categories == 1 {
		s[only].Role = Label
	}
}
