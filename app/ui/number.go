package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Num writes a number short, as 0.052, 12.3, 20.1k or 3.4 M: four digits at
// most, never in powers of ten unless it is out of all bounds. Show the whole
// value beside it, in a tooltip.
func Num(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), "Inf", "∞", 1)
	case v == 0:
		return "0"
	case a < 1e-6 || a >= 1e15:
		return strconv.FormatFloat(v, 'e', 2, 64)
	case a < .0995:
		return trim(strconv.FormatFloat(v, 'f', 1-int(math.Floor(math.Log10(a))), 64))
	case a < 9.995:
		return trim(strconv.FormatFloat(v, 'f', 2, 64))
	case a < 999.95:
		return trim(strconv.FormatFloat(v, 'f', 1, 64))
	case a < 9999.5:
		return group(strconv.FormatFloat(v, 'f', 0, 64))
	case a < 999_950:
		return trim(strconv.FormatFloat(v/1e3, 'f', 1, 64)) + "k"
	case a < 999_950_000:
		return trim(strconv.FormatFloat(v/1e6, 'f', 1, 64)) + " M"
	case a < 999_950_000_000:
		return trim(strconv.FormatFloat(v/1e9, 'f', 1, 64)) + " G"
	}
	return trim(strconv.FormatFloat(v/1e12, 'f', 1, 64)) + " T"
}

// trim drops zeros after the point.
func trim(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// group puts a comma before the last three of four digits.
func group(s string) string {
	if n := len(s); n > 3 {
		return s[:n-3] + "," + s[n-3:]
	}
	return s
}

// Share writes a part of one as a percentage with one decimal.
func Share(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return strconv.FormatFloat(v*100, 'f', 1, 64) + " %"
}

// Bytes writes a size, as 145.2 MB.
func Bytes(n int64) string {
	v, unit := float64(n), "B"
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if v < 999.5 {
			break
		}
		v, unit = v/1000, u
	}
	if unit == "B" {
		return strconv.FormatInt(n, 10) + " B"
	}
	return trim(strconv.FormatFloat(v, 'f', 1, 64)) + " " + unit
}

// Ago writes how long before now t was, as "3 min ago". Show the exact time beside it, in a tooltip.
func Ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return "never"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min ago"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h ago"
	case d < 48*time.Hour:
		return "yesterday"
	case d < 30*24*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + " days ago"
	}
	return t.Format("2 Jan 2006")
}

// Left writes seconds that are left, as "12 s left"; rounded up, for it is at most that.
func Left(seconds float64) string {
	switch {
	case math.IsNaN(seconds) || seconds < 0 || math.IsInf(seconds, 0):
		return ""
	case seconds < 90:
		return fmt.Sprintf("%.0f s left", math.Ceil(seconds))
	case seconds < 5400:
		return fmt.Sprintf("%.0f min left", math.Ceil(seconds/60))
	}
	return fmt.Sprintf("%.1f h left", seconds/3600)
}

// Clock writes a moment for reading, in the local time zone, to the minute.
func Clock(t time.Time) string { return t.Local().Format("2 Jan 2006, 15:04") }
