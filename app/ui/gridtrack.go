package ui

// Browsers cut elements off at some ten million pixels. A taller table is
// squeezed into a lower one: its middle moves faster than the scroll bar, its
// ends do not.
const (
	trackHeight = 8_000_000 // most pixels that the rows take in the page
	trackEnd    = 1_000_000 // pixels at either end that are never squeezed
	trackSlack  = 100_000   // how far the bar may be from its place before it is put right
)

// gridTrack maps the position of a scroll bar to rows, for tables of any
// length. Its zero value is a table without rows.
type gridTrack struct {
	Rows   int64
	RowPX  float64 // height of a row
	ViewPX float64 // height of what is seen of the rows

	at  float64 // pixels of table above the view, as if the browser had no limit
	top float64 // where the scroll bar is for it
}

// full gives the table's height without a limit, Height the one in the page.
func (t *gridTrack) full() float64   { return float64(t.Rows) * t.RowPX }
func (t *gridTrack) Height() float64 { return min(t.full(), trackHeight) }

// most gives the largest at and the largest top.
func (t *gridTrack) most() (at, top float64) {
	return max(0, t.full()-t.ViewPX), max(0, t.Height()-t.ViewPX)
}

// topOf gives the scroll bar's place for a position; atOf is its inverse.
func (t *gridTrack) topOf(at float64) float64 {
	mostAt, mostTop := t.most()
	switch {
	case mostAt <= mostTop || at <= trackEnd:
		return at
	case at >= mostAt-trackEnd:
		return mostTop - (mostAt - at)
	}
	return trackEnd + (at-trackEnd)*(mostTop-2*trackEnd)/(mostAt-2*trackEnd)
}

func (t *gridTrack) atOf(top float64) float64 {
	mostAt, mostTop := t.most()
	switch {
	case mostAt <= mostTop || top <= trackEnd:
		return top
	case top >= mostTop-trackEnd:
		return mostAt - (mostTop - top)
	}
	return trackEnd + (top-trackEnd)*(mostAt-2*trackEnd)/(mostTop-2*trackEnd)
}

// squeezed reports whether a position is in the part that moves faster than the bar.
func (t *gridTrack) squeezed(at float64) bool {
	mostAt, mostTop := t.most()
	return mostAt > mostTop && at > trackEnd && at < mostAt-trackEnd
}

// Scrolled takes the scroll bar's new place. A short way moves the rows by as
// many pixels, a long one jumps. The bar then belongs at the place returned:
// where that is another, the caller sets it.
func (t *gridTrack) Scrolled(top float64) float64 {
	way := top - t.top
	if way < 0 {
		way = -way
	}
	if mostAt, mostTop := t.most(); mostAt > mostTop && way <= t.ViewPX {
		t.at += top - t.top
	} else {
		t.at = t.atOf(top)
	}
	t.top = top
	t.clamp()
	place := t.topOf(t.at)
	off := place - t.top
	if off < 0 {
		off = -off
	}
	if off > trackSlack || off >= 1 && !t.squeezed(t.at) {
		t.top = place
	}
	return t.top
}

// clamp keeps the position inside the table.
func (t *gridTrack) clamp() {
	mostAt, mostTop := t.most()
	t.at, t.top = min(max(t.at, 0), mostAt), min(max(t.top, 0), mostTop)
}

// Resize takes other numbers and keeps the row at the top of the view. It
// returns the place of the bar.
func (t *gridTrack) Resize(rows int64, rowPX, viewPX float64) float64 {
	if t.RowPX > 0 {
		t.at *= rowPX / t.RowPX
	}
	t.Rows, t.RowPX, t.ViewPX = rows, rowPX, viewPX
	t.clamp()
	t.top = t.topOf(t.at)
	return t.top
}

// Reveal moves as little as shows the whole row. It returns the place of the bar.
func (t *gridTrack) Reveal(row int64) float64 {
	from := float64(row) * t.RowPX
	at := t.at
	if from < at {
		at = from
	} else if to := from + t.RowPX - t.ViewPX; to > at {
		at = to
	}
	if at != t.at {
		t.at = at
		t.clamp()
		t.top = t.topOf(t.at)
	}
	return t.top
}

// Seen gives the rows in view: from first up to, but without, last.
func (t *gridTrack) Seen() (first, last int64) {
	if t.RowPX <= 0 || t.Rows == 0 {
		return 0, 0
	}
	first = int64(t.at / t.RowPX)
	last = int64((t.at+t.ViewPX)/t.RowPX) + 1
	return min(first, t.Rows), min(last, t.Rows)
}

// Window gives the rows to have in the page: those in view and over more at either side.
func (t *gridTrack) Window(over int64) (first, last int64) {
	first, last = t.Seen()
	return max(0, first-over), min(t.Rows, last+over)
}

// Y gives where a row is drawn, in pixels below the top of the rows' element.
func (t *gridTrack) Y(row int64) float64 { return float64(row)*t.RowPX - t.at + t.top }
