package table

import "io"

// Guess says for each column of a file how its values are kept: as numbers if
// all are, as texts otherwise. It reads at most max records (all, if max is 0)
// and gives their number.
func Guess(r *Reader, max int) (kinds []Kind, rows int, err error) {
	kinds = make([]Kind, len(r.Header()))
	for max == 0 || rows < max {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, rows, err
		}
		rows++
		for i, f := range fields {
			if kinds[i] == Text || IsMissing(f) {
				continue
			}
			if !Numeric(f) {
				kinds[i] = Text
			}
		}
	}
	for i := range kinds {
		if kinds[i] == "" { // nothing but missing values: a number, which fits all that follow only if they are
			kinds[i] = Number
		}
	}
	return kinds, rows, nil
}

// Numeric reports whether a field can be kept as a number: it is one, and no
// code such as "007" that a number would change.
func Numeric(f []byte) bool {
	_, ok := ParseNumber(f)
	return ok && !code(f)
}
