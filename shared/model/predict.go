package model

import (
	"math"

	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
)

// Prediction is the answer for one row. Distances are Euclidean, in the prepared space.
type Prediction struct {
	Cluster   int
	Distance  float64   // to the centroid of Cluster
	Distances []float64 // to each centroid
}

// Predict names the cluster of one row. cells are in the order of Inputs. It
// is quick enough to be called on every key press.
func (m *Model) Predict(cells []table.Cell) (Prediction, error) {
	row, err := m.Prep.Row(cells, make([]float32, 0, m.Centroids.Cols))
	if err != nil {
		return Prediction{}, err
	}
	d := kmeans.Distances(row, m.Centroids, nil)
	cluster, _ := kmeans.Predict(row, m.Centroids)
	for i := range d {
		d[i] = math.Sqrt(d[i])
	}
	return Prediction{Cluster: cluster, Distance: d[cluster], Distances: d}, nil
}

// Predictor predicts whole batches. It is for one goroutine; its zero value is not usable.
type Predictor struct {
	m       *Model
	centers *kernel.Centers
	vectors []float32
	kept    []int
	labels  []int32
	squared []float64
}

// NewPredictor makes a predictor for m's rows.
func (m *Model) NewPredictor() *Predictor {
	return &Predictor{m: m, centers: kernel.Pack(m.Centroids.Data, m.Centroids.Rows, m.Centroids.Cols)}
}

// Batch predicts the rows of b, which has the columns of Inputs in that order.
// labels[r] and distances[r] are those of row kept[r]; rows that the model's
// policy leaves out are not in kept. The slices are valid until the next call.
// A row with a value too large to measure is a fault that names it.
func (p *Predictor) Batch(b *table.Batch) (kept []int, labels []int32, distances []float64, err error) {
	p.vectors, p.kept = p.m.Prep.Batch(b, p.vectors[:0], p.kept[:0])
	if err := p.m.Prep.Measurable(b, p.vectors, p.kept); err != nil {
		return nil, nil, nil, err
	}
	n := len(p.kept)
	p.labels, p.squared = grow(p.labels, n), grow(p.squared, n)
	p.centers.Assign(p.vectors, p.labels, p.squared)
	for i := range p.squared {
		p.squared[i] = math.Sqrt(p.squared[i])
	}
	return p.kept, p.labels, p.squared, nil
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
