package kmeans

// ManyRows sets from how many rows on memory counts for more than time, and gives what it was.
func ManyRows(n int) (before int) {
	before, manyRows = manyRows, n
	return before
}
