package chart

// spec is a chart as web/charts.js wants it: what is short as JSON, the bulk in
// arrays that the JSON names by index.
type spec struct {
	head   any
	arrays [][]float64
}

// put adds an array and gives its index.
func (s *spec) put(v []float64) int {
	s.arrays = append(s.arrays, v)
	return len(s.arrays) - 1
}

// putPoints adds points as x, y, x, y, …; without a y there is no point.
func (s *spec) putPoints(x, y []float64) int {
	n := min(len(x), len(y))
	flat := make([]float64, 2*n)
	for i := range n {
		flat[2*i], flat[2*i+1] = x[i], y[i]
	}
	return s.put(flat)
}

// putIf adds an array if there is one; -1 stands for none.
func (s *spec) putIf(there bool, v []float64) int {
	if !there {
		return -1
	}
	return s.put(v)
}

// floatsOf makes floats of whole numbers.
func floatsOf[T int | int64](v []T) []float64 {
	out := make([]float64, len(v))
	for i, n := range v {
		out[i] = float64(n)
	}
	return out
}
