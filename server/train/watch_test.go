package train

import (
	"slices"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Quick passes are told in full at first, then now and then, and the last one always.
func TestQuickPasses(t *testing.T) {
	now := time.Unix(0, 0)
	rec := &record{clock: job.Clock{Now: func() time.Time { return now }}, wake: make(chan struct{}, 1)}
	rec.room.L = &rec.mu
	w := &watch{rec: rec, tally: &tally{}, clock: rec.clock, config: kmeans.Config{K: 1, Restarts: 1, MaxIterations: 1000}}
	const last = passesInFull + 204
	for pass := 1; pass <= last; pass++ {
		now = now.Add(time.Millisecond)
		w.onPass(kmeans.PassInfo{Pass: pass}, kmeans.Checkpoint{})
	}
	w.enter(wire.EventScoring, 1)
	var told []int
	for _, e := range rec.pending {
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
	if e := rec.pending[len(rec.pending)-1]; e.Type != wire.EventScoring {
		t.Errorf("the last event is %s, want what came after the passes", e.Type)
	}
}
