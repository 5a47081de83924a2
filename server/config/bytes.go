package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bytes is an amount of memory or disk, as a flag: 500MB, 4GiB, 1000000.
type Bytes int64

var units = []struct {
	name string
	size Bytes
}{ // largest first; "B" is last, for all others end in it too
	{"TiB", 1 << 40}, {"TB", 1e12}, {"GiB", 1 << 30}, {"GB", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"KB", 1e3}, {"B", 1},
}

// String gives the largest unit that needs no fraction.
func (b Bytes) String() string {
	for _, u := range units {
		if b != 0 && b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// Set reads a whole number with a unit or without, in any case of letters.
func (b *Bytes) Set(s string) error {
	text, size := strings.TrimSpace(s), Bytes(1)
	for _, u := range units {
		if n := len(text) - len(u.name); n > 0 && strings.EqualFold(text[n:], u.name) {
			text, size = strings.TrimSpace(text[:n]), u.size
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/int64(size) {
		return fmt.Errorf("%q is no amount of bytes; write 500MB or 4GiB", s)
	}
	*b = Bytes(n) * size
	return nil
}

// Type names the kind of value in the help.
func (*Bytes) Type() string { return "bytes" }
