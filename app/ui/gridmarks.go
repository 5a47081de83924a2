package ui

import (
	"cmp"
	"slices"
)

// gridMarks is a set of rows by their index, as spans: all of ten million rows
// are one. Its zero value is empty.
type gridMarks struct {
	spans  []gridSpan // ascending, apart from one another
	anchor int64      // where a span that Shift makes begins
}

// gridSpan is rows from From up to, but without, To.
type gridSpan struct{ From, To int64 }

// Has reports whether a row is in the set.
func (m *gridMarks) Has(row int64) bool {
	i, _ := slices.BinarySearchFunc(m.spans, row, func(s gridSpan, row int64) int {
		switch {
		case s.To <= row:
			return -1
		case s.From > row:
			return 1
		}
		return 0
	})
	return i < len(m.spans) && m.spans[i].From <= row && row < m.spans[i].To
}

// Count gives the number of rows.
func (m *gridMarks) Count() (n int64) {
	for _, s := range m.spans {
		n += s.To - s.From
	}
	return n
}

// Clear empties the set.
func (m *gridMarks) Clear() { m.spans = nil }

// All makes the set all of n rows.
func (m *gridMarks) All(n int64) {
	m.spans = nil
	if n > 0 {
		m.spans = []gridSpan{{0, n}}
	}
}

// Only makes the set one row, from which Extend goes on.
func (m *gridMarks) Only(row int64) { m.spans, m.anchor = []gridSpan{{row, row + 1}}, row }

// Toggle takes a row in or out. Extend goes on from it.
func (m *gridMarks) Toggle(row int64) {
	if m.Has(row) {
		m.cut(gridSpan{row, row + 1})
	} else {
		m.add(gridSpan{row, row + 1})
	}
	m.anchor = row
}

// Extend makes the set the rows from the anchor to row.
func (m *gridMarks) Extend(row int64) {
	m.spans = []gridSpan{{min(m.anchor, row), max(m.anchor, row) + 1}}
}

// Fit leaves out what is not within n rows.
func (m *gridMarks) Fit(n int64) {
	if k := len(m.spans); k > 0 && m.spans[k-1].To > n {
		m.cut(gridSpan{n, m.spans[k-1].To})
	}
}

func (m *gridMarks) add(s gridSpan) {
	var out []gridSpan
	for _, o := range m.spans {
		if o.To < s.From || o.From > s.To {
			out = append(out, o)
			continue
		}
		s.From, s.To = min(s.From, o.From), max(s.To, o.To)
	}
	out = append(out, s)
	slices.SortFunc(out, func(a, b gridSpan) int { return cmp.Compare(a.From, b.From) })
	m.spans = out
}

func (m *gridMarks) cut(s gridSpan) {
	var out []gridSpan
	for _, o := range m.spans {
		if left := (gridSpan{o.From, min(o.To, s.From)}); left.From < left.To {
			out = append(out, left)
		}
		if right := (gridSpan{max(o.From, s.To), o.To}); right.From < right.To {
			out = append(out, right)
		}
	}
	m.spans = out
}
