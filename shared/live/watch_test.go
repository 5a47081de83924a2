package live

import (
	"slices"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Quick passes are told in full at first, then now and then, and the last one always.
func TestQuickPasses(t *testing.T) {
	now := time.Unix(0, 0)
	var events []wire.Event
	w := NewWatch(kmeans.Config{K: 1, Restarts: 1, MaxIterations: 1000}, func() time.Time { return now }, func(e wire.Event) { events = append(events, e) })
	const last = passesInFull + 204
	for pass := 1; pass <= last; pass++ {
		now = now.Add(time.Millisecond)
		w.onPass(kmeans.PassInfo{Pass: pass}, kmeans.Checkpoint{})
	}
	w.Enter(wire.EventScoring, 1)
	var told []int
	for _, e := range events {
		if e.Type == wire.EventPass {
			told = append(told, e.Pass.Pass)
		}
	}
	want := []int{}
	for pass := 1; pass <= passesInFull; pass++ {
		want = append(want, pass)
	}
	want = append(want, passesInFull+50, passesInFull+100, passesInFull+150, passesInFull+200, last)
	if !slices.Equal(told, want) {
		t.Errorf("told of passes %v, want %v", told, want)
	}
	if e := events[len(events)-1]; e.Type != wire.EventScoring {
		t.Errorf("the last event is %s, want what came after the passes", e.Type)
	}
}
