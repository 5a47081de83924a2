package stats

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Limits of the texts that are counted one by one.
const (
	seenTexts = 1 << 16
	seenBytes = 8 << 20
)

// words is what the values of a column of texts look like.
type words struct {
	seen   map[string]int64 // rows of each text; nil if there are too many to count so
	many   bool
	size   int // bytes of seen
	total  int64
	number int64  // rows that are a number
	comma  int64  // rows that are a number with a decimal comma
	date   int64  // rows that are a date
	other  string // the first that is no number
	layout int    // of the last date
}

func (w *words) bytes() int64 { return int64(w.size + 64*len(w.seen)) }

// text adds a value. It keeps no part of t.
func (w *words) text(t string) {
	if w.many {
		w.look(t, 1)
		return
	}
	if _, ok := w.seen[t]; ok {
		w.seen[t]++
		return
	}
	if w.seen == nil {
		w.seen = map[string]int64{}
	}
	w.seen[strings.Clone(t)] = 1
	if w.size += len(t); w.size > seenBytes || len(w.seen) > seenTexts {
		w.settle()
		w.seen, w.size, w.many = nil, 0, true
	}
}

// settle looks at the texts that were counted.
func (w *words) settle() {
	for _, t := range byRows(w.seen) {
		w.look(t.Value, t.Rows)
	}
}

func (w *words) look(t string, rows int64) {
	w.total += rows
	switch {
	case table.Numeric([]byte(t)): // a code such as 007 is none
		w.number += rows
	case decimalComma(t):
		w.comma += rows
	case w.other == "":
		w.other = strings.Clone(t)
	}
	if w.isDate(t) {
		w.date += rows
	}
}

// decimalComma reports whether t is a number as many countries write it: 3,14 or 1.234,5.
func decimalComma(t string) bool {
	whole, fraction, ok := strings.Cut(strings.TrimSpace(t), ",")
	if !ok || fraction == "" || strings.Trim(fraction, "0123456789") != "" {
		return false
	}
	digits := strings.TrimPrefix(whole, "-")
	if strings.Contains(digits, ".") {
		groups := strings.Split(digits, ".")
		for i, g := range groups {
			if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
				return false
			}
		}
		digits = strings.Join(groups, "")
	}
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// layouts are the forms of dates that are known.
var layouts = []string{
	time.DateOnly, time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006/1/2", "2006/1/2 15:04", "2006/1/2 15:04:05",
	"2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", "2/1/2006", "2/1/2006 15:04", "2/1/2006 15:04:05", "1/2/2006", "1/2/2006 15:04", "1/2/2006 15:04:05",
	"2006-01", "2 Jan 2006", "Jan 2, 2006", "2 January 2006", "January 2, 2006", time.RFC1123Z,
}

func (w *words) isDate(t string) bool {
	if len(t) < 6 || len(t) > 40 || !strings.ContainsAny(t, "0123456789") || !strings.ContainsAny(t, "-/. ,") {
		return false
	}
	if _, err := time.Parse(layouts[w.layout], t); err == nil {
		return true
	}
	for i, l := range layouts {
		if _, err := time.Parse(l, t); err == nil {
			w.layout = i
			return true
		}
	}
	return false
}

// byRows sorts levels: the most frequent first, ties in byte order.
func byRows(rows map[string]int64) []wire.Level {
	out := make([]wire.Level, 0, len(rows))
	for v, n := range rows {
		out = append(out, wire.Level{Value: v, Rows: n})
	}
	sortLevels(out)
	return out
}

func sortLevels(l []wire.Level) {
	slices.SortFunc(l, func(a, b wire.Level) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Value, b.Value))
	})
}
