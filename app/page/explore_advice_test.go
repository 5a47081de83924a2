package page

import (
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestExploreAdvice(t *testing.T) {
	set := &wire.Dataset{ID: "D", Version: 2}
	list := []wire.Advice{{Text: "First.", Remedy: &wire.Remedy{Label: "Leave out x", Without: []string{"x"}}}, {Text: "Second."}, {Text: "Third."}, {Text: "Fourth."}}
	for _, tc := range []struct {
		name string
		a    *exploreAdvice
		want []string
		not  []string
	}{
		{"none", &exploreAdvice{Set: set}, []string{`hidden`}, []string{"<li", "/train", ` hidden="false"`}},
		{"some", &exploreAdvice{Set: set, got: wire.AdviceList{Advice: list}}, []string{"First.", "Third.", "Show 1 more", `href="/train#dataset=D"`}, []string{"Fourth.", "Leave out x", ` hidden="true"`}},
		{"all", &exploreAdvice{Set: set, all: true, got: wire.AdviceList{Advice: list}}, []string{"Fourth."}, []string{"Show 1 more"}},
		{"away", &exploreAdvice{Set: set, err: fault.Newf(fault.Unavailable, "No way to the server.")}, []string{"No way to the server."}, []string{"<li"}},
	} {
		html := app.HTMLString(tc.a.Render())
		for _, w := range tc.want {
			if !strings.Contains(html, w) {
				t.Errorf("%s: no %q in %s", tc.name, w, html)
			}
		}
		for _, w := range tc.not {
			if strings.Contains(html, w) {
				t.Errorf("%s: %q in %s", tc.name, w, html)
			}
		}
	}
}
