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
		if err := l.try(fmt.Sprint(i), nameBurst); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(every)
	for i := range nameBurst { // this one still has few
		if err := l.try("busy", nameBurst); err != nil {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
	}
	if len(l.by) > 1 {
		t.Errorf("%d keys are remembered, want 1", len(l.by))
	}
	if err := l.try("busy", nameBurst); err == nil {
		t.Error("a busy key was forgotten")
	}
}
