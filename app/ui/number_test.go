package ui

import (
	"math"
	"testing"
	"time"
)

func TestNum(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "0"}, {math.NaN(), "–"}, {math.Inf(1), "+∞"}, {math.Inf(-1), "-∞"},
		{1e-7, "1.00e-07"}, {.00001234, "0.000012"}, {.0522, "0.052"}, {.09949, "0.099"}, {.0996, "0.1"}, {.5, "0.5"},
		{1.005, "1"}, {-3.14159, "-3.14"}, {9.996, "10"}, {12.345, "12.3"}, {999.94, "999.9"}, {999.96, "1,000"},
		{1284.4, "1,284"}, {-9999.4, "-9,999"}, {9999.6, "10k"}, {20100, "20.1k"}, {999_949, "999.9k"}, {999_950, "1 M"},
		{3.4e6, "3.4 M"}, {2.5e9, "2.5 G"}, {7e12, "7 T"}, {1e15, "1.00e+15"},
	} {
		if got := Num(tt.v); got != tt.want {
			t.Errorf("Num(%v) = %q, want %q", tt.v, got, tt.want)
		}
	}
}

func TestShare(t *testing.T) {
	for v, want := range map[float64]string{0: "0.0 %", .004: "0.4 %", 1: "100.0 %", math.Inf(1): "–"} {
		if got := Share(v); got != want {
			t.Errorf("Share(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 145_200_000: "145.2 MB", 999_600: "1 MB", 2e9: "2 GB", 3e15: "3000 TB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", 59 * time.Minute: "59 min ago",
		time.Hour: "1 h ago", 25 * time.Hour: "yesterday", 72 * time.Hour: "3 days ago", 31 * 24 * time.Hour: "25 Oct 2026",
	} {
		if got := Ago(now.Add(-d), now); got != want {
			t.Errorf("Ago(%v before) = %q, want %q", d, got, want)
		}
	}
	if got := Ago(time.Time{}, now); got != "never" {
		t.Errorf("Ago(zero) = %q, want never", got)
	}
}

func TestLeft(t *testing.T) {
	for v, want := range map[float64]string{0: "0 s left", 11.2: "12 s left", 89: "89 s left", 90: "2 min left", 5400: "1.5 h left", -1: "", math.Inf(1): ""} {
		if got := Left(v); got != want {
			t.Errorf("Left(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestWhole(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999", 1234567: "1,234,567"} {
		if got := Whole(n); got != want {
			t.Errorf("Whole(%d) = %q, want %q", n, got, want)
		}
	}
}
