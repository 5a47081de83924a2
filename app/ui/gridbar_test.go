package ui

import (
	"testing"

	"github.com/centroid-studio/centroid/shared/wire"
)

func TestFilterWords(t *testing.T) {
	one, two := 1.0, 2500.0
	for _, tc := range []struct {
		f    wire.Filter
		want string
	}{
		{wire.Filter{Column: "x", Min: &one, Max: &two}, "x from 1 to 2,500"},
		{wire.Filter{Column: "x", Min: &one, Max: &one}, "x is 1"},
		{wire.Filter{Column: "x", Min: &one, Missing: wire.MissingAlso}, "x at least 1, or is missing"},
		{wire.Filter{Column: "x", Max: &one}, "x at most 1"},
		{wire.Filter{Column: "x", Missing: wire.MissingOnly}, "x is missing"},
		{wire.Filter{Column: "x", Missing: wire.MissingNever}, "x is not missing"},
		{wire.Filter{Column: "k", Levels: []string{"a", "b"}}, "k is a or b"},
		{wire.Filter{Column: "k", Levels: []string{"a", "b", "c", "d"}}, "k is one of 4"},
		{wire.Filter{Column: "k", Levels: []string{"a"}, Contains: "z"}, "k is a, k has “z”"},
		{wire.Filter{Column: "k", Contains: "z"}, "k has “z”"},
	} {
		if got := FilterWords(tc.f); got != tc.want {
			t.Errorf("FilterWords(%+v) = %q, want %q", tc.f, got, tc.want)
		}
	}
}

func TestHeadPath(t *testing.T) {
	for _, tc := range []struct {
		bars []int64
		want string
	}{
		{nil, ""}, {[]int64{0, 0}, ""},
		{[]int64{1, 0, 1000}, "M0 24v-1h14.67v1zM33.33 24v-24h14.67v24z"},
	} {
		if got := headPath(tc.bars); got != tc.want {
			t.Errorf("headPath(%v) = %q, want %q", tc.bars, got, tc.want)
		}
	}
}
