package page

import (
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// modelLine is one model in a list, wherever it is kept.
type modelLine struct {
	wire.ModelInfo
	Server bool // the server lists it
	Device bool // it is saved here and predicts without a network
}

// infoOf describes a model as the server's list does.
func infoOf(m *model.Model) wire.ModelInfo {
	i := wire.ModelInfo{
		ID: m.ID, Name: m.Name, Created: m.Created, Dataset: m.Data.Dataset, DataName: m.Data.Name, Version: m.Data.Version,
		K: m.Centroids.Rows, Rows: m.Data.Rows, Inertia: m.Training.Inertia, Hash: m.Hash,
	}
	if s := m.Training.Silhouette; s != nil {
		i.Silhouette = &s.Mean
	}
	return i
}

// mergeModels makes one list of the server's models and of those on the
// device, newest first. Where both have a model, the server's name holds.
func mergeModels(server []wire.ModelInfo, device []*model.Model) []modelLine {
	var out []modelLine
	at := map[string]int{}
	for _, i := range server {
		at[i.ID] = len(out)
		out = append(out, modelLine{ModelInfo: i, Server: true})
	}
	for _, m := range device {
		if i, ok := at[m.ID]; ok {
			out[i].Device = true
			continue
		}
		at[m.ID] = len(out)
		out = append(out, modelLine{ModelInfo: infoOf(m), Device: true})
	}
	slices.SortStableFunc(out, func(a, b modelLine) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
