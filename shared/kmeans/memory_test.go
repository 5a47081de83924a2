package kmeans_test

import (
	"reflect"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// Who is told of the rows that work begins on hears of all, in order: they are read
// once in a pass, and not at all where the seeder has what it needs.
func TestOnBegin(t *testing.T) {
	const n, d = 40_000, 3
	e := kmeans.Serial(enginetest.Blobs(n, d, 4, 1, 1), n, d)
	var told [][2]int
	e.OnBegin(func(lo, hi int) { told = append(told, [2]int{lo, hi}) })
	var once [][2]int
	for lo := 0; lo < n; lo += 1024 {
		once = append(once, [2]int{lo, min(lo+1024, n)})
	}
	c, err := e.Gather(t.Context(), []int64{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	s := e.Seeder()
	for _, step := range []struct {
		name string
		do   func() error
		want [][2]int
	}{
		{"Pass", func() error { _, err := e.Pass(t.Context(), c, nil); return err }, once},
		{"Add", func() error { _, err := s.Add(t.Context(), c, nil); return err }, once},
		{"Draw", func() error { _, err := s.Draw(t.Context(), 1, 2, 3); return err }, nil},
	} {
		told = nil
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(told, step.want) {
			t.Errorf("%s: told of %v, want %v", step.name, told, step.want)
		}
	}
}
