package auth

import (
	"fmt"
	"testing"
	"time"
)

// TestLimiterForgets wants the memory of attempts to be bounded: keys that have
// all attempts back are forgotten when there are many.
func TestLimiterForgets(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	l := newLimiter(func() time.Time { return now })
	for i := range limitKeys {
		if err := l.try(fmt.Sprint(i), pairBurst); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(every)
	for i := range pairBurst { // this one still has few
		if err := l.try("busy", pairBurst); err != nil {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
	}
	if len(l.by) > 1 {
		t.Errorf("%d keys are remembered, want 1", len(l.by))
	}
	if err := l.try("busy", pairBurst); err == nil {
		t.Error("a busy key was forgotten")
	}
}

func TestNetwork(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "no address": "no address", "": "",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "::1": "::/64",
	} {
		if got := network(addr); got != want {
			t.Errorf("network(%q) = %q, want %q", addr, got, want)
		}
	}
}
