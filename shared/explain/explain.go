// Package explain tells why a row has its cluster, how sure that is, and what would
// change it. All of it is computed from the model alone, on the caller's goroutine.
package explain

import (
	"math"

	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// Explanation is of one row and the cluster that Predict gives it.
type Explanation struct {
	Cluster, Second int       // the nearest centroid, and the runner-up: -1 with one centroid only
	Gap             float64   // how much larger the squared distance to the runner-up is: the sum of Shares, in their order
	Shares          []float64 // what each column gives to Gap; below 0 where it speaks for the runner-up
}

// Of explains m's answer for a row; cells are in the order of Inputs. The squared
// distances to two centroids are sums over the features, and so is their difference:
// the values of a column's levels are added up. Faults are those of Predict.
func Of(m *model.Model, cells []table.Cell) (*Explanation, error) {
	row, err := m.Prep.Row(cells, nil)
	if err != nil {
		return nil, err
	}
	near, _ := kmeans.Predict(row, m.Centroids)
	e := &Explanation{Cluster: near, Second: -1}
	least := math.Inf(1)
	for j := range m.Centroids.Rows {
		if s := kernel.SquaredDistance(row, m.Centroids.Row(j)); j != near && s < least {
			e.Second, least = j, s
		}
	}
	if e.Second < 0 {
		return e, nil
	}
	a, b := m.Centroids.Row(e.Cluster), m.Centroids.Row(e.Second)
	at := 0
	for _, c := range m.Prep.Columns {
		share := 0.0
		for range max(1, len(c.Levels)) {
			to, from := float64(row[at])-b[at], float64(row[at])-a[at]
			share += float64(to*to) - float64(from*from)
			at++
		}
		e.Shares = append(e.Shares, share)
		e.Gap += share
	}
	return e, nil
}

// Outlier says how a row's distance compares with those of the training.
type Outlier struct {
	Beyond float64 // the largest of model.QuantileShares whose rows are all nearer to their centroid; 0 if there is none
	Own    bool    // compared with the rows of its cluster; with all rows if these are not known by cluster
}

// Far reports whether the row counts as an outlier: it is farther out than 99 % of the rows.
func (o Outlier) Far() bool { return o.Beyond >= model.QuantileShares[model.Radius] }

// OutlierOf compares a distance to the centroid of cluster, in the prepared space, with the training.
// A model without a profile is fault.Invalid.
func OutlierOf(m *model.Model, cluster int, distance float64) (Outlier, error) {
	if m.Profile == nil {
		return Outlier{}, model.NoProfile()
	}
	q, own := m.Profile.Within(cluster)
	o := Outlier{Own: own}
	for i, d := range q {
		if distance > d {
			o.Beyond = model.QuantileShares[i]
		}
	}
	return o, nil
}
