package kernel

// Layout keeps rows laid out as kernels read them, so that a matrix that is labelled many
// times is laid out once, by the first Label of each of its rows. No label depends on it.
// Goroutines may share it, but for Pack, if each works on rows of its own.
type Layout struct {
	n, d    int
	origin  []float32 // what rows are less, padded to a multiple of 4; nil before the first Pack
	largest float64   // |C| that the scales of short rows are made for
	kept    bool      // panels are
	floats  []float32
	shorts  []int32
	panels  []laid
	full    bool // all of them are laid out
}

// laid is what is known of a panel that is kept.
type laid struct {
	is    bool
	scale float32 // a of coarse
	norm  float64 // of its longest row, or more
	rest  float64 // r of coarse
}

// mostLaid is how many bytes a Layout may take.
const mostLaid = 512 << 20

// PanelRows is what the number of a row that a Label starts at must be a multiple of.
const PanelRows = 32

// NewLayout makes a Layout of n rows of d features.
func NewLayout(n, d int) *Layout { return &Layout{n: n, d: d} }

// Pack is Pack for rows that l keeps. It keeps none if they are too many.
func (l *Layout) Pack(centroids []float64, k int) *Centers { return active.pack(l, centroids, k, l.d) }

// Full tells l that all rows have been labelled.
func (l *Layout) Full() { l.full = l.panels != nil }

// Unkept is where rows begin that are not those of the matrix.
const Unkept = -1

// Label writes the label of each row: that of Nearest. They are the rows from first on of
// the matrix that c was packed for, first being a multiple of PanelRows; or any rows where it
// is Unkept, or where c has no Layout. rows holds len(labels) rows.
func (c *Centers) Label(first int, rows []float32, labels []int32) {
	rows = rows[:len(labels)*c.d]
	if c.quick != nil {
		c.quick.label(c, first, rows, labels)
		return
	}
	c.define(rows, labels, make([]float64, len(labels)))
}
