// Package drift tells whether other rows still look like those that a model was
// trained on. The model's profile is all that it needs of these: the rows stay where they are.
package drift

import (
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// Counter counts rows as the profile of a model does. In JSON it keeps all it has
// counted. It is for one goroutine; several Counters can be merged.
type Counter struct {
	Rows     int64    `json:"rows"`
	Labelled int64    `json:"labelled"` // rows with a cluster; others lack a value that the model needs
	Columns  []Column `json:"columns"`  // one an input
	Clusters []int64  `json:"clusters"` // rows of each
	Outside  int64    `json:"outside"`  // rows farther from their centroid than 99 % of the training rows of their cluster

	m      *model.Model
	places []map[string]int // of a category's levels: their bin
}

// Column counts the values of one input.
type Column struct {
	Counts  []int64 `json:"counts"`  // in the bins of the profile
	Unknown int64   `json:"unknown"` // categories: a level that the model does not know
	Missing int64   `json:"missing"`
	Beyond  int64   `json:"beyond"` // numbers below the least of the training, or above the greatest
}

// NewCounter makes a counter for m's rows. A model without a profile is fault.Invalid.
func NewCounter(m *model.Model) (*Counter, error) {
	if m.Profile == nil {
		return nil, model.NoProfile()
	}
	c := &Counter{m: m, Clusters: make([]int64, m.Centroids.Rows), places: make([]map[string]int, len(m.Inputs))}
	for i, p := range m.Profile.Columns {
		c.Columns = append(c.Columns, Column{Counts: make([]int64, len(p.Counts))})
		if in := m.Inputs[i]; in.Kind != table.Number {
			c.places[i] = map[string]int{}
			for _, l := range in.Levels {
				c.places[i][l] = len(p.Levels) // the others
			}
			for bin, l := range p.Levels {
				c.places[i][in.Levels[l]] = bin
			}
		}
	}
	return c, nil
}

// Add counts the rows of b, which has the columns of Inputs in that order. labels and
// distances are those that a model.Predictor gives to its rows.
func (c *Counter) Add(b *table.Batch, labels []int32, distances []float64) {
	c.Rows += int64(b.Rows)
	c.Labelled += int64(len(labels))
	for i := range c.Columns {
		c.column(i, b.Columns[i], b.Rows)
	}
	for r, l := range labels {
		c.Clusters[l]++
		if q, _ := c.m.Profile.Within(int(l)); distances[r] > q[model.Radius] {
			c.Outside++
		}
	}
}

func (c *Counter) column(i int, v table.Vector, rows int) {
	col, p, in := &c.Columns[i], &c.m.Profile.Columns[i], &c.m.Inputs[i]
	if places := c.places[i]; places != nil {
		for _, s := range v.Texts[:rows] {
			if s == "" {
				col.Missing++
			} else if bin, ok := places[s]; ok {
				col.Counts[bin]++
			} else {
				col.Unknown++
			}
		}
		return
	}
	for _, x := range v.Numbers[:rows] {
		if math.IsNaN(x) {
			col.Missing++
			continue
		}
		col.Counts[p.Bin(x)]++
		if x < in.Min || x > in.Max {
			col.Beyond++
		}
	}
}

// Merge adds what o has counted, for the same model.
func (c *Counter) Merge(o *Counter) error {
	if len(o.Columns) != len(c.Columns) || len(o.Clusters) != len(c.Clusters) {
		return fault.Newf(fault.Invalid, "The counts are of another model.")
	}
	for i := range c.Columns {
		if len(o.Columns[i].Counts) != len(c.Columns[i].Counts) {
			return fault.Newf(fault.Invalid, "The counts are of another model.")
		}
	}
	c.Rows, c.Labelled, c.Outside = c.Rows+o.Rows, c.Labelled+o.Labelled, c.Outside+o.Outside
	for i := range c.Columns {
		a, b := &c.Columns[i], &o.Columns[i]
		a.Unknown, a.Missing, a.Beyond = a.Unknown+b.Unknown, a.Missing+b.Missing, a.Beyond+b.Beyond
		for bin, n := range b.Counts {
			a.Counts[bin] += n
		}
	}
	for j, n := range o.Clusters {
		c.Clusters[j] += n
	}
	return nil
}
