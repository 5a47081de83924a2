package export

import (
	"bytes"
	"encoding/json"
	"slices"
	"sort"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// Import reads a model: Centroid's own file, a ClusteringModel in PMML, or the
// JSON that the script of SklearnScript writes. What the file is, its content
// says. A model of others comes without sizes of clusters, ranges of columns and
// figures of a training: its Data.Imported names the form, and the caller gives
// it a name where it has none, an id and a time.
func Import(file []byte) (*model.Model, error) {
	m, err := read(file)
	if err != nil {
		return nil, err
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

func read(file []byte) (*model.Model, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), " \t\r\n")
	if bytes.HasPrefix(text, []byte("<")) {
		return readPMML(text)
	}
	var kind struct {
		Writer string `json:"writer"`
	}
	if json.Unmarshal(text, &kind) == nil && kind.Writer == sklearnWriter {
		return readSklearn(text)
	}
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil, fault.Newf(fault.Invalid, "This is no model that can be read: want a model file of Centroid (JSON), a PMML file, or the JSON that dump_kmeans.py writes of a scikit-learn model.")
	}
	return model.Decode(text)
}

// imported makes a model of what predicts. Levels are put in order, with their
// values in the centroids.
func imported(form, name string, p prep.Prep, centers [][]float64) (*model.Model, error) {
	var order []int // of the values as they are to be
	at := 0
	for i := range p.Columns {
		c := &p.Columns[i]
		if c.Levels == nil {
			order = append(order, at)
			at++
			continue
		}
		by := make([]int, len(c.Levels))
		for l := range by {
			by[l] = l
		}
		sort.Slice(by, func(a, b int) bool { return c.Levels[by[a]] < c.Levels[by[b]] })
		levels := make([]string, len(by))
		for to, from := range by {
			levels[to] = c.Levels[from]
			order = append(order, at+from)
		}
		at += len(by)
		c.Levels = levels
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if len(centers) == 0 {
		return nil, fault.Newf(fault.Invalid, "The file has no cluster.")
	}
	m := &model.Model{Format: model.Format, Name: name, Prep: p, Centroids: kmeans.NewMatrix(len(centers), at), Data: model.Data{Imported: form}}
	m.Config.K = len(centers)
	if p.Unit {
		m.Config.Distance = kmeans.Cosine
	}
	for j, c := range centers {
		if len(c) != at {
			return nil, fault.Newf(fault.Invalid, "Cluster %d has %d values, want %d: one for each number, one for each level of a category.", j, len(c), at)
		}
		row := m.Centroids.Row(j)
		for to, from := range order {
			row[to] = c[from]
		}
		m.Clusters = append(m.Clusters, model.Cluster{Center: p.Original(row)})
	}
	for _, c := range p.Columns {
		in := model.Input{Name: c.Name, Kind: table.Number}
		if c.Levels != nil {
			in.Kind, in.Levels = table.Category, slices.Clone(c.Levels)
		}
		m.Inputs = append(m.Inputs, in)
	}
	m.Hash = model.HashOf(m)
	return m, nil
}
