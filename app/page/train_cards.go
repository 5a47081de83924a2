package page

import (
	"cmp"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// clusterCard is what the page tells of one cluster.
type clusterCard struct {
	Index  int // from 0, as everywhere
	Size   int64
	Share  float64 // of all rows, 0 to 1
	Within float64
	Center []trait // one a column, in the order of the inputs
	Apart  []trait // the columns that set it apart most, at most three
}

// trait is one column of a cluster beside all rows.
type trait struct {
	Name  string
	Cell  table.Cell // of the centroid
	Kind  table.Kind
	Level string  // a category: the level meant
	Mine  float64 // the centroid's number, or its share of Level
	All   float64 // the same over all rows
	Rough bool    // All is near, not exact
	Apart float64 // (Mine - All) as a part of the range in training, -1 to 1
}

// cardsOf explains the clusters of m. The centroids are means, so that the
// mean of all rows is theirs, weighted by size: nothing else is needed. Those
// that are not quite means give it roughly.
func cardsOf(m *model.Model) []clusterCard {
	var rows float64
	all := make([]float64, m.Centroids.Cols)
	for i, c := range m.Clusters {
		if i >= m.Centroids.Rows {
			break
		}
		weight := float64(c.Size)
		if m.Training.Weight != "" {
			weight = c.Weight
		}
		rows += weight
		for f, v := range m.Centroids.Row(i) {
			all[f] += weight * v
		}
	}
	for f := range all {
		if rows > 0 {
			all[f] /= rows
		}
	}
	out := make([]clusterCard, 0, len(m.Clusters))
	for i, c := range m.Clusters {
		card := clusterCard{Index: i, Size: c.Size, Within: c.Within}
		if m.Data.Rows > 0 {
			card.Share = float64(c.Size) / float64(m.Data.Rows)
		}
		if i < m.Centroids.Rows {
			card.Center = traitsOf(m, m.Centroids.Row(i), all, c.Center)
		}
		card.Apart = apart(card.Center)
		out = append(out, card)
	}
	return out
}

// means reports whether the centroids of m are the means of their clusters.
func means(m *model.Model) bool {
	t, c := m.Training, m.Config
	return t.Converged && t.Sampled == 0 && t.Algorithm != kmeans.MiniBatch && t.Algorithm != kmeans.Bisecting && c.Distance != kmeans.Cosine && len(c.Frozen) == 0
}

// traitsOf compares one centroid with the mean of all rows, column by column.
func traitsOf(m *model.Model, c, all []float64, cells []table.Cell) []trait {
	var out []trait
	f := 0
	for i, col := range m.Prep.Columns {
		t := trait{Name: col.Name, Kind: table.Number, Rough: !means(m)}
		if i < len(cells) {
			t.Cell = cells[i]
		}
		if col.Levels == nil {
			t.Mine, t.All = col.Original(c[f]), col.Original(all[f])
			if i < len(m.Inputs) && m.Inputs[i].Max > m.Inputs[i].Min {
				t.Apart = (t.Mine - t.All) / (m.Inputs[i].Max - m.Inputs[i].Min)
			}
			f++
		} else {
			t.Kind = table.Category
			for l, level := range col.Levels {
				if d := c[f+l] - all[f+l]; l == 0 || math.Abs(d) > math.Abs(t.Apart) {
					t.Level, t.Mine, t.All, t.Apart = level, c[f+l], all[f+l], d
				}
			}
			f += len(col.Levels)
		}
		out = append(out, t)
	}
	return out
}

// apart picks the three columns that differ most from all rows, most first.
// Differences under a hundredth of the range say nothing and are left out.
func apart(traits []trait) []trait {
	out := slices.DeleteFunc(slices.Clone(traits), func(t trait) bool { return !(math.Abs(t.Apart) >= .01) })
	slices.SortStableFunc(out, func(a, b trait) int { return cmp.Compare(math.Abs(b.Apart), math.Abs(a.Apart)) })
	return out[:min(3, len(out))]
}
