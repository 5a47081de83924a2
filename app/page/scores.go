package page

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/score"
)

// What the scores say, and which way is better.
const (
	silhouetteWords       = "How much nearer rows are to their own cluster than to the next one. From -1 to 1: more is better."
	calinskiHarabaszWords = "How far the clusters are apart, beside how wide they are. More is better, among trainings on the same rows and columns."
	daviesBouldinWords    = "How much a cluster runs into the one that is most like it. Less is better, 0 is the least."
	ariWords              = "On how many pairs of rows clusters and labels agree, together or apart: 1 means the same groups, 0 no more than chance."
	nmiWords              = "How much the clusters tell about the labels: 1 means all, 0 nothing. Many clusters raise it."
	unweightedWords       = "Each row counts once here, whatever its weight."
)

// scoreCard draws what the clusters are worth by themselves; nothing if that is not defined.
func scoreCard(m *model.Model) app.UI {
	var rows []app.UI
	if s := m.Training.Silhouette; s != nil {
		rows = append(rows, scoreRow("Silhouette", silhouetteValue(s, m.Data.Rows), silhouetteWords))
	}
	if s := m.Training.Separation; s != nil {
		rows = append(rows, scoreRow("Calinski-Harabasz", ui.Num(s.CalinskiHarabasz), calinskiHarabaszWords),
			scoreRow("Davies-Bouldin", fmt.Sprintf("%.3f", s.DaviesBouldin), daviesBouldinWords))
	}
	if rows == nil {
		return app.Div().Hidden(true)
	}
	note := ""
	if m.Training.Weight != "" {
		note = unweightedWords
	}
	return factCard("scores", "Scores", nil, note, rows...)
}

// scoreRow draws a score with what it says.
func scoreRow(name, value, words string) app.UI {
	return app.Tr().Body(app.Th().Scope("row").Text(name), app.Td().Class("value").Body(app.Text(value), app.Div().Class("xs").Text(words)))
}

// silhouetteValue writes the score with its error and the rows that it was made of.
func silhouetteValue(s *score.Silhouette, rows int64) string {
	if !s.Sampled {
		return fmt.Sprintf("%.3f, of all rows", s.Mean)
	}
	return fmt.Sprintf("%.3f ± %.3f, of a sample of %s of %s rows", s.Mean, s.Error, ui.Num(float64(s.Rows)), ui.Num(float64(rows)))
}
