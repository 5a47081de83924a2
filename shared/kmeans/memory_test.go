package kmeans_test

import (
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// Who is told of the rows that work begins on hears of all, in order: they are read
// once in a pass, once more before the first, and not at all where the seeder has what it
// needs.
func TestOnBegin(t *testing.T) {
	const n, d = 40_000, 3
	e := kmeans.Serial(enginetest.Blobs(n, d, 4, 1, 1), n, d)
	reads, next := 0, 0
	e.OnBegin(func(lo, hi int) {
		if lo != next || hi <= lo || hi > n {
			t.Errorf("told of rows %d to %d after %d", lo, hi, next)
		}
		if next = hi; hi == n {
			reads, next = reads+1, 0
		}
	})
	c, err := e.Gather(t.Context(), []int64{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	pass := func() error { _, err := e.Pass(t.Context(), c, nil); return err }
	s := e.Seeder()
	for _, step := range []struct {
		name string
		do   func() error
		want int
	}{
		{"first Pass", pass, 2},
		{"Pass", pass, 1},
		{"Moments", func() error { _, err := e.Moments(t.Context()); return err }, 0},
		{"Add", func() error { _, err := s.Add(t.Context(), c, nil); return err }, 1},
		{"Draw", func() error { _, err := s.Draw(t.Context(), 1, 2, 3); return err }, 0},
	} {
		reads = 0
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if reads != step.want || next != 0 {
			t.Errorf("%s: told of all rows %d times, and of %d more, want %d times", step.name, reads, next, step.want)
		}
	}
}
