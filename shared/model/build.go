package model

import (
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// Build makes the model of a finished training. The caller adds name, time,
// data and scores; none of them is part of the hash.
func Build(p *prep.Prep, s prep.Stats, cfg kmeans.Config, res *kmeans.Result) *Model {
	m := &Model{
		Format: Format, Prep: *p, Centroids: res.Centroids.Clone(), Config: cfg,
		Training: Training{
			Inertia: res.Inertia, Passes: res.Passes, Restart: res.Restart, Converged: res.Converged,
			Algorithm: res.Algorithm, Why: res.Why, Sampled: res.Sampled,
		},
	}
	for i, c := range p.Columns {
		in := Input{Name: c.Name, Kind: table.Number, Min: s.Min[i], Max: s.Max[i], Example: s.Example[i]}
		if c.Levels != nil {
			in.Kind, in.Levels = table.Category, c.Levels
		}
		m.Inputs = append(m.Inputs, in)
	}
	for j := range res.Sizes {
		c := Cluster{Size: res.Sizes[j], Within: res.Within[j], Center: p.Original(res.Centroids.Row(j))}
		if res.Weight != nil {
			c.Weight = res.Weight[j]
		}
		m.Clusters = append(m.Clusters, c)
	}
	m.Hash = HashOf(m)
	return m
}
