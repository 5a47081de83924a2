package page

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// start puts the given start centroids into req, in original units: those of a
// model, or those typed in.
func (f *trainForm) start(req *wire.TrainStart, bad func(field, format string, args ...any)) {
	if f.Model != nil {
		req.Start = f.modelStart(req.Config.K, bad)
		return
	}
	f.fitRows()
	columns := f.columns()
	if req.Config.K > len(f.Rows) {
		bad(fieldStart, "So many centroids can't be typed in. Start from a model, or choose a smaller k.")
		return
	}
	for i, texts := range f.Rows {
		cells := make([]table.Cell, len(columns))
		for j, c := range columns {
			text := strings.TrimSpace(texts[j])
			if c.Kind != table.Number {
				if text == "" {
					bad(fieldStart, "Centroid %d has no value for %s.", i, c.Name)
				}
				cells[j] = table.Str(text)
				continue
			}
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				bad(fieldStart, "Centroid %d, %s: want a number.", i, c.Name)
			}
			cells[j] = table.Num(v)
		}
		req.Start = append(req.Start, cells)
	}
}

// modelStart gives the centroids of the chosen model for the columns in use.
func (f *trainForm) modelStart(k int, bad func(field, format string, args ...any)) [][]table.Cell {
	if n := len(f.Model.Clusters); n != k {
		bad(fieldStart, "%s has %d centroids, but k is %d. Make them the same.", f.Model.Name, n, k)
		return nil
	}
	at := map[string]int{}
	for i, in := range f.Model.Inputs {
		at[in.Name] = i
	}
	out := make([][]table.Cell, k)
	for _, c := range f.columns() {
		i, ok := at[c.Name]
		if !ok {
			bad(fieldStart, "%s was not trained on %s. Leave that column out, or start from another model.", f.Model.Name, c.Name)
			return nil
		}
		for j, cl := range f.Model.Clusters {
			out[j] = append(out[j], cl.Center[i])
		}
	}
	return out
}

// startOf gives the settings that m was trained with. Start centroids that were
// given are not among them: a model keeps them in the prepared space only.
func startOf(m *model.Model) *wire.TrainStart {
	s := &wire.TrainStart{Dataset: m.Data.Dataset, Version: m.Data.Version, Config: m.Config, Weight: m.Training.Weight, Prep: prep.Config{Scale: m.Prep.Scale, Missing: m.Prep.Missing}}
	for _, in := range m.Inputs {
		s.Prep.Columns = append(s.Prep.Columns, in.Name)
	}
	for _, c := range m.Prep.Columns {
		if c.Log {
			s.Prep.Logs = append(s.Prep.Logs, c.Name)
		}
	}
	return s
}

// take fills the form with the settings that a training was started with. The
// dataset is chosen before.
func (f *trainForm) take(s *wire.TrainStart) {
	f.Scale, f.Missing, f.Init = s.Prep.Scale, s.Prep.Missing, s.Config.Init
	f.K = strconv.Itoa(s.Config.K)
	f.Restarts, f.Passes = strconv.Itoa(s.Config.Restarts), strconv.Itoa(s.Config.MaxIterations)
	f.Tolerance = strconv.FormatFloat(s.Config.Tolerance, 'g', -1, 64)
	f.Seed = strconv.FormatUint(s.Config.Seed, 10)
	f.Algorithm, f.Distance = cmp.Or(s.Config.Algorithm, kmeans.Auto), cmp.Or(s.Config.Distance, kmeans.Euclidean)
	f.TimeLimit, f.Factor = textOf(s.TimeLimit), textOf(s.Config.Oversampling)
	f.Sample, f.Batch, f.Rounds = textOf(float64(s.Config.Sample)), textOf(float64(s.Config.Batch)), textOf(float64(s.Config.InitRounds))
	if f.Data == nil || f.Data.ID != s.Dataset {
		return
	}
	f.Weight = s.Weight
	if len(s.Prep.Columns) > 0 {
		clear(f.Use)
		for _, name := range s.Prep.Columns {
			f.Use[name] = true
		}
	}
	clear(f.Logs)
	for _, name := range s.Prep.Logs {
		f.Logs[name] = true
	}
	f.Model, f.Rows, f.Frozen = nil, nil, ""
	clear(f.Stays)
	for _, i := range s.Config.Frozen {
		f.Stays[i] = true
	}
	for _, cells := range s.Start {
		texts := make([]string, len(cells))
		for j, c := range cells {
			texts[j] = c.String()
		}
		f.Rows = append(f.Rows, texts)
	}
	f.fitRows()
}

// textOf writes the number of a field that is empty for 0.
func textOf(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
