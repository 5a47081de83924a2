//go:build !noasm

package kernel

// Layout keeps rows laid out as kernels read them, so that a matrix that is labelled many
// times is laid out once, by the first Label of each of its rows. No label depends on it.
// Goroutines may share it, but for Pack, if each works on rows of its own.
type Layout struct {
	n, d    int
	tried   bool      // keep has been called
	origin  []float32 // what rows are less, padded to a multiple of 4; nil before the first Pack
	largest float64   // |C| that the scales of shorts are made for
	floats  []float32
	shorts  []int32 // pairs of int16
	panels  []laid  // of either
}

// NewLayout makes a Layout of n rows of d features.
func NewLayout(n, d int) *Layout { return &Layout{n: n, d: d} }

// laid is what is known of a panel that is kept.
type laid struct {
	is    bool
	scale float32 // a of coarse
	norm  float64 // of its longest row, or more
	rest  float64 // r of coarse
}

// mostLaid is how many bytes a Layout may take.
const mostLaid = 512 << 20

// keep makes room for the rows, as float32 or as int16, if they are not too many.
func (l *Layout) keep(width int, short bool) {
	if l.tried {
		return
	}
	l.tried = true
	panels := (l.n + width - 1) / width
	size := panels * width * l.d
	if short {
		size = panels * width * ((l.d + 1) / 2)
	}
	if 4*size > mostLaid {
		return
	}
	if l.panels = make([]laid, panels); short {
		l.shorts = aligned[int32](size)
	} else {
		l.floats = aligned[float32](size)
	}
}

// laid tells whether n rows from first on are laid out.
func (l *Layout) laid(first, n, width int) bool {
	for _, p := range l.panels[first/width : (first+n+width-1)/width] {
		if !p.is {
			return false
		}
	}
	return true
}
