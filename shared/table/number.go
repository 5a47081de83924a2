package table

import (
	"bytes"
	"strconv"
)

// exact is the powers of ten that a float64 holds exactly.
var exact = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// ParseNumber reads a decimal number, with spaces around it allowed, and gives
// what strconv.ParseFloat does. It takes "inf", but neither hexadecimal nor "nan".
func ParseNumber(b []byte) (float64, bool) {
	b = trim(b)
	if v, ok := short(b); ok {
		return v, true
	}
	if len(b) == 0 || bytes.ContainsAny(b, "xX_pP") {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil && v == 0 || v != v {
		return 0, false
	}
	return v, err == nil
}

// short reads up to 15 digits with a point: the digits and the power of ten are
// exact, so that their quotient is rounded once (Clinger, PLDI 1990).
func short(b []byte) (float64, bool) {
	var mantissa uint64
	digits, point, i := 0, -1, 0
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		i = 1
	}
	for ; i < len(b); i++ {
		c := b[i] - '0'
		if c <= 9 {
			mantissa = mantissa*10 + uint64(c)
			digits++
		} else if b[i] == '.' && point < 0 {
			point = digits
		} else {
			return 0, false
		}
	}
	if digits == 0 || digits > 15 {
		return 0, false
	}
	v := float64(mantissa)
	if point >= 0 {
		v /= exact[digits-point]
	}
	if negative {
		v = -v
	}
	return v, true
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// IsMissing reports whether a field stands for no value: it is empty, or NA,
// N/A, #N/A, NaN, null or None in any case.
func IsMissing(b []byte) bool {
	b = trim(b)
	if len(b) > 4 {
		return false
	}
	if len(b) == 0 {
		return true
	}
	switch b[0] {
	case 'N', 'n', '#':
		switch string(bytes.ToLower(b)) {
		case "na", "n/a", "#n/a", "nan", "null", "none":
			return true
		}
	}
	return false
}

// code reports whether a text of digits is a name rather than a number: it
// begins with a zero that a number would lose.
func code(b []byte) bool {
	b = trim(b)
	return len(b) > 1 && b[0] == '0' && b[1] >= '0' && b[1] <= '9'
}

// inexact reports whether a field is an integer that a float64 does not hold: it
// is an id or a code, and a number would make another one of it.
func inexact(b []byte) bool {
	if len(b) < 16 { // 2^53 has 16 digits
		return false
	}
	b = bytes.TrimPrefix(bytes.TrimPrefix(trim(b), []byte("-")), []byte("+"))
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	v, err := strconv.ParseFloat(string(b), 64)
	return err != nil || strconv.FormatFloat(v, 'f', -1, 64) != string(b)
}
