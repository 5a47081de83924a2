package page

import (
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Names of the form's fields, as the server's faults name them.
const (
	fieldDataset   = "dataset"
	fieldColumns   = "prep.columns"
	fieldScale     = "prep.scale"
	fieldMissing   = "prep.missing"
	fieldWeight    = "weight"
	fieldK         = "config.k"
	fieldAlgorithm = "config.algorithm"
	fieldDistance  = "config.distance"
	fieldInit      = "config.init"
	fieldStart     = "config.start"
	fieldFrozen    = "config.frozen"
	fieldRestarts  = "config.restarts"
	fieldPasses    = "config.maxIterations"
	fieldTolerance = "config.tolerance"
	fieldTimeLimit = "timeLimit"
	fieldSample    = "config.sample"
	fieldBatch     = "config.batch"
	fieldRounds    = "config.initRounds"
	fieldFactor    = "config.oversampling"
	fieldSeed      = "config.seed"
)

// trainForm is the settings as typed. It never touches a run: what is shown of
// a training was made by the settings that it was started with.
type trainForm struct {
	Data *wire.Dataset // nil: none chosen
	Use  map[string]bool
	Logs map[string]bool // columns of numbers whose logarithm is taken

	Scale   prep.Scale
	Missing prep.Missing
	Weight  string // column; empty: each row counts once

	K, Restarts, Passes, Tolerance, Seed string
	TimeLimit, Sample                    string // empty: none, all rows
	Batch, Rounds, Factor                string // empty: the default
	Algorithm                            kmeans.Algorithm
	Distance                             kmeans.Distance
	Init                                 kmeans.Init

	Model  *model.Model // with Given: start from its centroids; nil means Rows
	Frozen string       // with Model: numbers of centroids that stay where they start
	Rows   [][]string   // with Given: k rows, one text a column in use, original units
	Stays  map[int]bool // the same as Frozen, with Rows

	Errors map[string]string // by field; "" is about the whole form
}

// newTrainForm gives the settings of a first visit.
func newTrainForm(seed uint64) trainForm {
	return trainForm{
		Use: map[string]bool{}, Logs: map[string]bool{}, Stays: map[int]bool{}, Scale: prep.Standard, Missing: prep.Drop,
		K: "3", Algorithm: kmeans.Auto, Distance: kmeans.Euclidean, Init: kmeans.Parallel, Restarts: "1", Passes: "100", Tolerance: "0.0001",
		Seed: strconv.FormatUint(seed, 10), Errors: map[string]string{},
	}
}

// setData chooses a dataset: all its features are in use, as far as they can be.
func (f *trainForm) setData(d *wire.Dataset) {
	f.Data, f.Use, f.Logs, f.Rows, f.Weight = d, map[string]bool{}, map[string]bool{}, nil, ""
	for _, c := range f.choices() {
		f.Use[c.Name] = c.Role == table.Feature && (d.Rows == 0 || c.Missing < d.Rows)
	}
	delete(f.Errors, fieldDataset)
	delete(f.Errors, fieldColumns)
	delete(f.Errors, fieldWeight)
}

// choices lists the columns that can be trained on: numbers and categories,
// but not labels, nor the weights.
func (f *trainForm) choices() []table.Column {
	if f.Data == nil {
		return nil
	}
	var out []table.Column
	for _, c := range f.Data.Schema {
		if c.Kind != table.Text && c.Role != table.Label && c.Name != f.Weight {
			out = append(out, c)
		}
	}
	return out
}

// columns lists those in use, in the dataset's order.
func (f *trainForm) columns() []table.Column {
	var out []table.Column
	for _, c := range f.choices() {
		if f.Use[c.Name] {
			out = append(out, c)
		}
	}
	return out
}

// logs names the columns in use whose logarithm is taken.
func (f *trainForm) logs() []string {
	var out []string
	for _, c := range f.columns() {
		if c.Kind == table.Number && f.Logs[c.Name] {
			out = append(out, c.Name)
		}
	}
	return out
}

// weights lists the columns that can weigh the rows.
func (f *trainForm) weights() []table.Column {
	var out []table.Column
	if f.Data != nil {
		for _, c := range f.Data.Schema {
			if c.Kind == table.Number && c.Role != table.Label && (f.Data.Rows == 0 || c.Missing < f.Data.Rows) {
				out = append(out, c)
			}
		}
	}
	return out
}

// labels names the label columns, with which clusters are compared.
func (f *trainForm) labels() []string {
	var out []string
	if f.Data != nil {
		for _, c := range f.Data.Schema {
			if c.Role == table.Label {
				out = append(out, c.Name)
			}
		}
	}
	return out
}

// fitRows makes Rows k lines of one text a column in use, keeping what is there.
func (f *trainForm) fitRows() {
	k, err := strconv.Atoi(strings.TrimSpace(f.K))
	if err != nil || k < 1 || k > 100 {
		return
	}
	n := len(f.columns())
	for len(f.Rows) < k {
		f.Rows = append(f.Rows, nil)
	}
	f.Rows = f.Rows[:k]
	for i := range f.Rows {
		for len(f.Rows[i]) < n {
			f.Rows[i] = append(f.Rows[i], "")
		}
		f.Rows[i] = f.Rows[i][:n]
	}
}
