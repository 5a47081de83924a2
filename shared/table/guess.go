package table

import (
	"bytes"
	"io"
)

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
			if !r.Numeric(f) {
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
// code such as "007", nor an integer such as "9007199254740993", which a number
// would change.
func Numeric(f []byte) bool {
	_, ok := ParseNumber(f)
	return ok && !code(f) && !inexact(f)
}

// Numeric is the function of that name for the fields of this file, which may
// have decimal commas; see Number.
func (r *Reader) Numeric(f []byte) bool {
	if p, ok := r.point(f); ok {
		return Numeric(p)
	}
	return Numeric(f)
}

// Number is ParseNumber for the fields of this file: one whose delimiter is the
// semicolon is of a program that writes 1,5 for 1.5, so it may.
func (r *Reader) Number(f []byte) (float64, bool) {
	x, ok := ParseNumber(f)
	if !ok && r.comma == ';' {
		if p, has := r.point(f); has {
			return ParseNumber(p)
		}
	}
	return x, ok
}

// point gives a field whose only comma is a point, where that may be a decimal comma.
func (r *Reader) point(f []byte) ([]byte, bool) {
	i := bytes.IndexByte(f, ',')
	if r.comma != ';' || i < 0 || len(f) > 40 || bytes.IndexByte(f, '.') >= 0 {
		return nil, false
	}
	r.number = append(r.number[:0], f...)
	r.number[i] = '.'
	return r.number, true
}
