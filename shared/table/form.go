package table

import "bytes"

// Form tells of one way in which the texts of a column are written, where there
// are several: numbers among texts, or dates in two forms.
type Form struct {
	Form    string  `json:"form"`    // one of the constants below
	Rows    int64   `json:"rows"`    // written so
	First   []int64 `json:"first"`   // the first of them, at most 3, counted from 0
	Example string  `json:"example"` // the first one, cut after 40 bytes
}

// The forms. Dates are told apart by order and separator alone: 3/4/2026 is
// FormDateSlash whether it means March or April.
const (
	FormText      = "text"
	FormNumber    = "number"
	FormComma     = "decimal comma" // 1,5 in a file whose delimiter is no semicolon
	FormDateISO   = "2026-12-31"
	FormDatePoint = "31.12.2026"
	FormDateSlash = "12/31/2026"
)

// maxExample is how many bytes of a text are shown.
const maxExample = 40

// forms counts how the texts of one column are written.
type forms [6]Form

var formNames = [...]string{FormText, FormNumber, FormComma, FormDateISO, FormDatePoint, FormDateSlash}

func (f *forms) add(row int64, s []byte) {
	at := &f[formOf(s)]
	at.Rows++
	if len(at.First) < 3 {
		at.First = append(at.First, row)
	}
	if at.Example == "" {
		at.Example = string(bytes.ToValidUTF8(s[:min(len(s), maxExample)], nil))
	}
}

// several gives the forms if there are several, the most frequent first, else none.
func (f *forms) several() []Form {
	var out []Form
	for i, form := range f {
		if form.Rows == 0 {
			continue
		}
		form.Form = formNames[i]
		at := len(out)
		for at > 0 && out[at-1].Rows < form.Rows {
			at--
		}
		out = append(out[:at], append([]Form{form}, out[at:]...)...)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// formOf gives the index of a text's form in formNames.
func formOf(s []byte) int {
	s = trim(s)
	if len(s) == 0 || len(s) > maxExample || s[0] > '9' && s[0] != 'i' && s[0] != 'I' {
		return 0
	}
	if _, ok := ParseNumber(s); ok { // or a code such as 007: both belong together
		return 1
	}
	if i := bytes.IndexByte(s, ','); i >= 0 {
		p := append([]byte(nil), s...)
		p[i] = '.'
		if _, ok := ParseNumber(p); ok {
			return 2
		}
		return 0
	}
	switch {
	case datelike(s, '-', 4, 2, 2):
		return 3
	case datelike(s, '.', 2, 2, 4):
		return 4
	case datelike(s, '/', 2, 2, 4):
		return 5
	}
	return 0
}

// datelike reports whether s begins with three groups of digits, of at most so
// many (a year of exactly four), and ends there or goes on with a time.
func datelike(s []byte, separator byte, most ...int) bool {
	for i, n := range most {
		digits := 0
		for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits > n || n == 4 && digits < 4 {
			return false
		}
		s = s[digits:]
		if i < len(most)-1 {
			if len(s) == 0 || s[0] != separator {
				return false
			}
			s = s[1:]
		}
	}
	return len(s) == 0 || s[0] == ' ' || s[0] == 'T'
}
