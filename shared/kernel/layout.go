package kernel

// PanelRows is what the number of a row that a Label starts at must be a multiple of.
const PanelRows = 32

// Pack is Pack for rows that l keeps. It keeps none if they are too many.
func (l *Layout) Pack(centroids []float64, k int) *Centers { return active.pack(l, centroids, k, l.d) }

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
