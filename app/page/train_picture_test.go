package page

import (
	"reflect"
	"testing"

	"github.com/centroid-studio/centroid/shared/wire"
)

// watched plays the first n events of the story.
func watched(n int) *run {
	r := &run{}
	for _, e := range story()[:n] {
		r.apply(e)
	}
	return r
}

func TestSceneFollowsTheRun(t *testing.T) {
	var s scene
	axes := axesOf(&watched(4).Sample.Prep)
	length, width := axes[0], axes[1]

	s.draw(watched(4), length, width)
	if len(s.Groups) != 1 || s.Groups[0].Cluster != -1 || !reflect.DeepEqual(s.Groups[0].X, []float64{10, 12, 20, 22}) || s.Centers != nil {
		t.Fatalf("before the first pass: groups %+v, centers %+v; want all rows in neutral ink, in original units", s.Groups, s.Centers)
	}
	drawn := s.Stamp

	s.draw(watched(6), length, width)
	if len(s.Groups) != 2 || !reflect.DeepEqual(s.Groups[1].IDs, []int64{2, 3}) || s.Stamp == drawn {
		t.Errorf("after a pass: groups %+v, stamp %d; want rows 2 and 3 in cluster 1, drawn anew", s.Groups, s.Stamp)
	}
	if got := s.Centers[1]; got.X != 18 || got.Y != 2 {
		t.Errorf("centroid 1 is at %v, %v, want 18, 2: 4 and 1 in the prepared space", got.X, got.Y)
	}

	drawn, moved := s.Stamp, s.Moves
	s.draw(watched(8), length, width)
	if s.Stamp != drawn || s.Moves == moved {
		t.Errorf("no row has moved, but the rows were drawn anew (%v), the centroids (%v)", s.Stamp != drawn, s.Moves != moved)
	}
	if got := s.Centers[0].TrailX; !reflect.DeepEqual(got, []float64{8, 10}) {
		t.Errorf("the trail of centroid 0 is %v, want 8, 10", got)
	}

	s.draw(watched(8), width, length)
	if s.Stamp == drawn || s.Groups[0].X[0] != 1 || s.Label != "Scatter of 4 rows with the centroids: width across, length up." {
		t.Errorf("on other axes: groups %+v, label %q", s.Groups, s.Label)
	}

	s.draw(watched(10), length, width)
	if s.Centers[0].TrailX != nil {
		t.Error("a finished model has trails, want its centroids alone")
	}
}

func TestSampleWords(t *testing.T) {
	some := watched(4)
	some.Sample.Of = 120_000
	for _, c := range []struct {
		name string
		r    *run
		want string
	}{
		{"nothing read", &run{}, ""},
		{"all", watched(4), "all 4 rows, original units"},
		{"some", some, "4 of 120k rows, chosen evenly by seed and row, original units"},
	} {
		if got := c.r.sampleWords(); got != c.want {
			t.Errorf("%s: sampleWords() = %q, want %q", c.name, got, c.want)
		}
	}
}

// The picture's data is of the newest restart alone.
func TestCurveOfNewestRestart(t *testing.T) {
	var r run
	for _, e := range []wire.Event{passEvent(1, 0, 1, 0), passEvent(2, 0, 2, 1), passEvent(3, 1, 1, 0)} {
		r.apply(e)
	}
	if p, in := r.inertias(); !reflect.DeepEqual(p, []float64{1}) || !reflect.DeepEqual(in, []float64{100}) {
		t.Errorf("inertias() = %v, %v, want those of the second run", p, in)
	}
}
