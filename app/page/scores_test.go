package page

import (
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/score"
)

func TestScores(t *testing.T) {
	nmi := .75
	whole := score.LabelComparison{Column: "kind", Labels: []string{"a"}, Counts: [][]int64{{1}}, ARI: .5, NMI: &nmi}
	old := whole
	old.NMI = nil
	card := func(tr model.Training) app.UI {
		return scoreCard(&model.Model{Data: model.Data{Rows: 1_000_000}, Training: tr})
	}
	separation := &score.Separation{CalinskiHarabasz: 561.6278, DaviesBouldin: .66197}
	for _, c := range []struct {
		name string
		part app.UI
		want []string
		not  []string
	}{
		{"none", card(model.Training{}), []string{" hidden"}, []string{"Scores"}},
		{"all", card(model.Training{Silhouette: &score.Silhouette{Mean: .5528, Rows: 1_000_000}, Separation: separation}),
			[]string{"0.553, of all rows", silhouetteWords, ">Calinski-Harabasz<", "561.6", calinskiHarabaszWords, ">Davies-Bouldin<", "0.662", daviesBouldinWords}, []string{unweightedWords}},
		{"a sample, weighted", card(model.Training{Silhouette: &score.Silhouette{Mean: .5, Error: .0123, Rows: 4096, Sampled: true}, Weight: "people"}),
			[]string{"0.500 ± 0.012, of a sample of 4,096 of 1 M rows", unweightedWords}, []string{"Davies-Bouldin"}},
		{"against labels", comparisonTable(&whole), []string{"0.500", ariWords, "0.750", nmiWords}, nil},
		{"against labels, of an older file", comparisonTable(&old), []string{"0.500", ariWords}, []string{nmiWords}},
	} {
		html := app.HTMLString(c.part)
		for _, want := range c.want {
			if !strings.Contains(html, want) {
				t.Errorf("%s: there is no %q:\n%s", c.name, want, html)
			}
		}
		for _, not := range c.not {
			if strings.Contains(html, not) {
				t.Errorf("%s: there is %q", c.name, not)
			}
		}
	}
}
