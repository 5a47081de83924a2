package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/centroid-studio/centroid/server/matrix"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// UpdateInput is a model and the rows that it is to learn from.
type UpdateInput struct {
	Model    *model.Model
	Source   matrix.Source
	DataName string
	Name     string           // of the updated model; empty means the model's own
	Batch    int              // rows of a step; 0 means as many as a mini-batch training takes
	Now      func() time.Time // nil means time.Now
}

// Update learns from rows that a model was not trained on (partial fit): each
// centroid stays the mean of all rows that it has learned from, the old ones by
// their number or weight. Steps take the rows in their order, so the result
// depends on it. The preparation stays, and with it what a row is. The clusters'
// sizes go on counting; the inertia is that of the new rows, each measured before
// its step. The model given is not changed. Rows that lack a column, or hold
// another kind of value, are fault.Invalid.
func Update(ctx context.Context, in UpdateInput) (*model.Model, error) {
	if in.Now == nil {
		in.Now = time.Now
	}
	if err := fits(in.Model, in.Source.Schema()); err != nil {
		return nil, err
	}
	m := *in.Model
	u := &update{m: &m, begin: in.Now(), size: in.Batch}
	if u.size == 0 {
		u.size = kmeans.Config{K: m.Centroids.Rows, Algorithm: kmeans.MiniBatch}.WithDefaults().Batch
	}
	u.online.Centroids = m.Centroids.Clone()
	m.Clusters = append([]model.Cluster(nil), m.Clusters...)
	for _, c := range m.Clusters {
		u.online.Weight = append(u.online.Weight, weightOf(c))
	}
	if err := in.Source.Scan(ctx, m.Prep.Names(), func(b *table.Batch) error { return u.add(ctx, b) }); err != nil {
		return nil, err
	}
	if err := u.step(ctx, len(u.vectors)); err != nil {
		return nil, err
	}
	if u.rows == 0 {
		return nil, fault.Newf(fault.Invalid, "There is no row to learn from: each of the %d rows has a missing value.", in.Source.Rows())
	}
	m.Centroids = u.online.Centroids
	for j := range m.Clusters {
		m.Clusters[j].Center = m.Prep.Original(m.Centroids.Row(j))
	}
	if in.Name != "" {
		m.Name = in.Name
	}
	m.ID, m.Created = "", u.begin.UTC()
	m.Data = model.Data{Name: in.DataName, Hash: in.Source.Hash(), Rows: u.rows, Dropped: in.Source.Rows() - u.rows}
	m.Training = model.Training{
		Inertia: u.inertia, Passes: u.steps, Seconds: in.Now().Sub(u.begin).Seconds(), Algorithm: kmeans.MiniBatch,
		Why: fmt.Sprintf("The model %q learned from %d more rows, %d at a time.", in.Model.Name, u.rows, u.size),
	}
	m.Profile = nil // it is of other rows and centroids
	m.Hash = model.HashOf(&m)
	return &m, m.Validate()
}

// fits reports what the table lacks for the model.
func fits(m *model.Model, s table.Schema) error {
	var bad []error
	for _, input := range m.Inputs {
		i := s.Index(input.Name)
		switch {
		case i < 0:
			bad = append(bad, fault.Newf(fault.Invalid, "Column %q is missing: add it, or rename the column that holds it.", input.Name))
		case s[i].Kind != input.Kind:
			bad = append(bad, fault.Newf(fault.Invalid, "Column %q is a %s, but the model has a %s there.", input.Name, s[i].Kind, input.Kind))
		}
	}
	return single(errors.Join(bad...))
}

// weightOf is how much a cluster has learned from.
func weightOf(c model.Cluster) float64 {
	if c.Weight > 0 {
		return c.Weight
	}
	return float64(c.Size)
}

// update is the state of one Update.
type update struct {
	m       *model.Model
	online  kmeans.Online
	begin   time.Time
	size    int // rows of a step
	vectors []float32
	kept    []int
	rows    int64
	steps   int
	inertia float64
}

// add learns from the rows of b, and leaves those that fill no step.
func (u *update) add(ctx context.Context, b *table.Batch) error {
	p := &u.m.Prep
	from := len(u.vectors)
	u.vectors, u.kept = p.Batch(b, u.vectors, u.kept[:0])
	if err := p.Measurable(b, u.vectors[from:], u.kept); err != nil {
		return err
	}
	for values := u.size * p.Width(); len(u.vectors) >= values; {
		if err := u.step(ctx, values); err != nil {
			return err
		}
	}
	return nil
}

// step learns from the rows of the first values.
func (u *update) step(ctx context.Context, values int) error {
	if values == 0 {
		return nil
	}
	d := u.m.Prep.Width()
	rows, before := kmeans.Serial(u.vectors[:values], values/d, d), u.online.Centroids.Clone()
	sums, err := u.online.Learn(ctx, rows, u.m.Config.WithDefaults().Distance, u.m.Config.Frozen)
	if err != nil {
		return err
	}
	within, inertia, err := rows.Within(ctx, before)
	if err != nil {
		return err
	}
	for j := range u.m.Clusters {
		c := &u.m.Clusters[j]
		if c.Weight > 0 {
			c.Weight += float64(sums.Count[j])
		}
		c.Size += sums.Count[j]
		c.Within += within[j]
	}
	u.inertia += inertia
	u.rows += int64(values / d)
	u.steps++
	u.vectors = u.vectors[:copy(u.vectors, u.vectors[values:])]
	return nil
}
