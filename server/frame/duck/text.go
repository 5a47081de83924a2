package duck

import "strings"

// text is SQL made of our own words and of users', which remember where they are from.
type text []piece

type piece struct {
	s     string
	field string // of the plan, for a user's; "" for ours
}

func ours(s string) text { return text{{s: s}} }

func join(parts ...any) text {
	var out text
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, piece{s: p})
		case text:
			out = append(out, p...)
		}
	}
	return out
}

func (t text) String() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.s)
	}
	return b.String()
}

// find gives the user's piece that has byte at, and the byte in it.
func (t text) find(at int) (p piece, in int, ok bool) {
	if at < 0 {
		return piece{}, 0, false
	}
	for _, p := range t {
		if at < len(p.s) || at == len(p.s) && p.field != "" {
			return p, at, p.field != ""
		}
		at -= len(p.s)
	}
	return piece{}, 0, false
}
