package httpd

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) clusterRoutes() {
	type writeInput struct {
		ID   string `path:"id"`
		Body wire.ClustersWrite
	}
	handle(s, op{route: "POST datasets/{id}/clusters", tag: "versions", summary: "Add a model's clusters of all rows, and the distances to their centroids, as columns, which makes a version"},
		func(ctx context.Context, who auth.Identity, in *writeInput) (*body[wire.ClustersChange], error) {
			if _, err := s.o.Datasets.Get(ctx, who.User, in.ID, 0); err != nil {
				return nil, err
			}
			m, err := s.o.Models.Get(ctx, who.User, in.Body.Model)
			if err != nil {
				return nil, err
			}
			c := wire.ClustersChange{}
			columns := clusterColumns(m, &c.Left)
			var names []string
			if c.Dataset, names, err = s.o.Datasets.AddColumns(ctx, who.User, in.ID, columns); err != nil {
				return nil, err
			}
			c.Cluster, c.Distance = names[0], names[1]
			return &body[wire.ClustersChange]{c}, nil
		})

	type groupsInput struct {
		ID      string `path:"id"`
		By      string `query:"by" required:"true" doc:"a column with at most 1,000 different values"`
		Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
	}
	handle(s, op{route: "GET datasets/{id}/groups", tag: "datasets", summary: "The rows in groups of a column's value: counts, means and most frequent levels"},
		func(ctx context.Context, who auth.Identity, in *groupsInput) (*body[wire.Groups], error) {
			g, err := s.o.Datasets.Groups(ctx, who.User, in.ID, in.Version, in.By)
			return &body[wire.Groups]{g}, err
		})
}

// clusterColumns is what a model adds to a table. left becomes the number of
// rows that it gives no cluster.
func clusterColumns(m *model.Model, left *int64) dataset.Columns {
	c := dataset.Columns{
		Names: []string{clusterColumn, "distance"}, Kinds: []table.Kind{table.Category, table.Number},
		Kind: wire.ChangeClusters, Change: fmt.Sprintf("clusters of %s added", m.Name),
		Origin: dataset.Origin{Steps: []string{fmt.Sprintf("predict by the model %s (%s)", m.Name, m.ID)}},
	}
	for _, in := range m.Inputs {
		c.Inputs = append(c.Inputs, table.Column{Name: in.Name, Kind: in.Kind})
	}
	p := m.NewPredictor()
	c.Compute = func(b *table.Batch, out []table.Vector) error {
		if b.First == 0 {
			*left = 0 // it begins anew when another change overtook it
		}
		for i := range b.Rows {
			out[1].Numbers[i] = math.NaN()
		}
		kept, labels, distances, err := p.Batch(b)
		for r, i := range kept {
			out[0].Texts[i] = strconv.Itoa(int(labels[r]))
			out[1].Numbers[i] = distances[r]
		}
		*left += int64(b.Rows - len(kept))
		return err
	}
	return c
}
