package train

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/server/matrix"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
)

// FitInput is all that a training needs, on the server and on the command line.
// The same Source, Prep, Config and Start give the same model hash.
type FitInput struct {
	Source matrix.Source
	Prep   prep.Config
	Config kmeans.Config
	Start  [][]table.Cell // start centroids in original units, instead of Config.Start; see wire.TrainStart
	Label  string         // column to compare the clusters with; empty for none
	Weight string         // column of the rows' weights; empty for none

	// TimeLimit ends the passes with the best so far; 0 means none. So does Enough,
	// if it is not nil, a child of Fit's context; before there are centroids Fit
	// returns its cause.
	TimeLimit time.Duration
	Enough    context.Context

	Name      string // of the model
	DataName  string
	DatasetID string // with Version, names Source's row ids too; empty without a server
	Version   int

	Workers     int    // goroutines; below 1 means one a processor
	MatrixDir   string // where prepared rows are kept
	MatrixBytes int64  // of MatrixDir, about, before the oldest are removed; 0 means 20 GiB

	From     *kmeans.Checkpoint // where to go on, or nil
	Observer kmeans.Observer
	OnMatrix func(*matrix.Matrix, *prep.Prep) // told of the prepared rows, which are valid during Fit; may be nil
	Loading  func(done, total int64)          // rows prepared; may be nil
	Scoring  func(done, total int64)          // rows judged, score by score; may be nil
	Now      func() time.Time                 // nil means time.Now
}

// FitResult is a trained model, and the cluster of each row that it was trained on.
// Who has it closes it.
type FitResult struct {
	Model    *model.Model
	Rows     []int64 // ids, in row order, until Close: they are mapped from a file
	Labels   []int32
	Constant []string // columns that are all the same, and so of no use

	matrix *matrix.Matrix
}

// Close lets go of the rows.
func (r *FitResult) Close() error {
	r.Rows = nil
	return r.matrix.Close()
}

const (
	matrixBytes = 20 << 30
	scoreWork   = 1 << 34 // of the silhouette: about a second of two processors
	scoreRoot   = 32      // what the root of a distance costs, beside a feature's difference
)

// errTimeLimit ends a training that has lasted as long as it may.
var errTimeLimit = errors.New("train: the time limit is reached")

// Fit trains: it fits the preparation, packs the rows, runs k-means on this
// machine and judges the outcome. It returns context.Cause(ctx) when ctx ends. Rows
// that can't be read any more are fault.Unavailable.
func Fit(ctx context.Context, in FitInput) (res *FitResult, err error) {
	const op = "train.Fit"
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil { // one user's training must not take the others' down
			err = fault.Wrap(op, mapped.Caught(p))
		}
	}()
	if in.Now == nil {
		in.Now = time.Now
	}
	if in.MatrixBytes == 0 {
		in.MatrixBytes = matrixBytes
	}
	if in.Enough == nil {
		in.Enough = ctx
	}
	if in.Prep, err = withWeight(in); err != nil {
		return nil, err
	}
	in.Prep.Unit = in.Config.Distance == kmeans.Cosine
	begin := in.Now()
	p, stats, err := prep.Fit(in.Enough, in.Source, in.Prep)
	if err != nil {
		return nil, err
	}
	cfg, err := startOf(in, p)
	if err != nil {
		return nil, err
	}
	if err := cfg.Validate(int(stats.Rows), p.Width()); err != nil {
		return nil, single(err)
	}
	if err := matrix.Prune(in.MatrixDir, in.MatrixBytes); err != nil {
		return nil, err
	}
	m, err := matrix.Open(in.Enough, in.MatrixDir, named{in.Source, in.DatasetID, in.Version}, p, in.Weight, in.Loading)
	if err != nil {
		return nil, err
	}
	defer func() {
		if res == nil {
			err = errors.Join(err, m.Close())
		}
	}()
	if in.OnMatrix != nil {
		in.OnMatrix(m, p)
	}
	e := local.New(m.Vectors(), m.Rows(), m.Dim(), in.Workers)
	defer func() { err = errors.Join(err, e.Close()) }()
	e.ReadAhead()
	if in.Weight != "" {
		if err := e.Weigh(m.Weights()); err != nil {
			return nil, err
		}
	}
	run, partial, err := limited(ctx, e, cfg, in)
	if err != nil {
		return nil, err
	}
	out := &FitResult{Model: model.Build(p, stats, cfg, run), Rows: m.IDs(), Labels: e.Labels(), Constant: stats.Constant, matrix: m}
	if err := out.Model.Observe(ctx, in.Source, stats, m.Vectors(), out.Labels); err != nil {
		return nil, err
	}
	if err := judge(ctx, in, m, out); err != nil {
		return nil, err
	}
	out.Model.Name, out.Model.Created = in.Name, begin.UTC()
	out.Model.Data = model.Data{Dataset: in.DatasetID, Name: in.DataName, Version: in.Version, Hash: in.Source.Hash(), Rows: stats.Rows, Dropped: stats.Dropped}
	out.Model.Training.Partial, out.Model.Training.Weight = partial, in.Weight
	out.Model.Training.Seconds = in.Now().Sub(begin).Seconds()
	return out, nil
}

// limited runs k-means for as long as it may.
func limited(ctx context.Context, e kmeans.Engine, cfg kmeans.Config, in FitInput) (*kmeans.Result, model.Partial, error) {
	ob := in.Observer
	ob.Enough = in.Enough
	if in.TimeLimit > 0 {
		enough, stop := context.WithTimeoutCause(in.Enough, in.TimeLimit, errTimeLimit)
		defer stop()
		ob.Enough = enough
	}
	run, err := kmeans.Run(ctx, e, cfg, in.From, ob)
	switch {
	case errors.Is(err, errTimeLimit):
		return nil, "", fault.Fieldf("timeLimit", "The time limit of %v came before there were centroids. Give it more time, or start from random rows.", in.TimeLimit)
	case err != nil:
		return nil, "", err
	case !run.Partial:
		return run, "", nil
	case errors.Is(context.Cause(ob.Enough), errTimeLimit):
		return run, model.TimeLimit, nil
	}
	return run, model.Canceled, nil
}

// withWeight checks the weight column and leaves it out of the features.
func withWeight(in FitInput) (prep.Config, error) {
	cfg := in.Prep
	if in.Weight == "" {
		return cfg, nil
	}
	s := in.Source.Schema()
	if err := checkWeight(in.Weight, s, cfg.Columns, ""); err != nil {
		return cfg, err
	}
	if len(cfg.Columns) == 0 {
		cfg.Columns = slices.DeleteFunc(prep.Features(s), func(name string) bool { return name == in.Weight })
		if len(cfg.Columns) == 0 {
			return cfg, fault.Fieldf("weight", "Column %q weighs the rows, and no other column is a feature. Leave it out, or choose features.", in.Weight)
		}
	}
	return cfg, nil
}

// checkWeight checks the column that weighs the rows. where names the table in a fault.
func checkWeight(name string, s table.Schema, features []string, where string) error {
	i := s.Index(name)
	switch {
	case i < 0:
		return fault.Fieldf("weight", "There is no column %q%s to weigh the rows with.", name, where)
	case s[i].Kind != table.Number:
		return fault.Fieldf("weight", "Column %q can't weigh the rows: it does not hold numbers.", name)
	case slices.Contains(features, name):
		return fault.Fieldf("weight", "Column %q weighs the rows, so it can't be a feature too. Leave one of the two out.", name)
	}
	return nil
}

// named tells matrices of versions with the same values, but other row ids, apart.
type named struct {
	matrix.Source
	dataset string
	version int
}

func (n named) Hash() string {
	if n.dataset == "" {
		return n.Source.Hash()
	}
	return fmt.Sprintf("%s %d %s", n.dataset, n.version, n.Source.Hash())
}

// startOf brings start centroids in original units to the prepared space.
func startOf(in FitInput, p *prep.Prep) (kmeans.Config, error) {
	cfg := in.Config
	if len(in.Start) > 0 {
		cfg.Start = kmeans.Matrix{Rows: len(in.Start), Cols: p.Width()}
		for i, cells := range in.Start {
			var err error
			if cfg.Start.Data, err = p.Vector(cells, cfg.Start.Data); err != nil {
				return cfg, fault.Fieldf("start", "Start centroid %d: %s", i, fault.Message(err))
			}
		}
	}
	return cfg.WithDefaults(), nil
}

// judge adds the scores to the model, of all clusters and of the comparison with the label column.
func judge(ctx context.Context, in FitInput, m *matrix.Matrix, res *FitResult) error {
	tr, k := &res.Model.Training, res.Model.Centroids.Rows
	c := score.Clustering{Rows: m.Vectors(), D: m.Dim(), K: k, Labels: res.Labels, Each: local.Each(in.Workers)}
	separation, err := c.Separation(ctx, in.Scoring)
	var silhouette score.Silhouette
	if err == nil {
		silhouette, err = c.Silhouette(ctx, scoreWork/int64(m.Dim()+scoreRoot), res.Model.Config.Seed, in.Scoring)
	}
	switch {
	case err == nil:
		tr.Separation, tr.Silhouette = &separation, &silhouette
	case fault.CodeOf(err) != fault.Invalid: // Invalid: there is nothing to compare with
		return err
	}
	if in.Label == "" {
		return nil
	}
	labels, err := labelsOf(ctx, in.Source, in.Label, m)
	if err != nil || labels == nil {
		return err
	}
	comparison := score.CompareLabels(in.Label, res.Labels, k, labels)
	tr.Label = &comparison
	return nil
}

// labelsOf gives the label of each row of m, "" for none; nil if there are more
// than table.MaxLevels different ones, so that they are no classes.
func labelsOf(ctx context.Context, src table.Source, column string, m *matrix.Matrix) ([]string, error) {
	if src.Schema().Index(column) < 0 {
		return nil, fault.Fieldf("label", "There is no column %q to compare the clusters with.", column)
	}
	labels := make([]string, 0, m.Rows())
	known := map[string]string{} // each text is kept once
	tooMany := errors.New("too many labels")
	err := src.Scan(ctx, []string{column}, func(b *table.Batch) error {
		for i := range b.Rows {
			if len(labels) == m.Rows() || b.ID(i) != m.ID(len(labels)) { // a row that was left out
				continue
			}
			var text string
			if v := b.Columns[0]; v.Numbers != nil {
				text = table.Num(v.Numbers[i]).String()
			} else {
				text = v.Texts[i]
			}
			kept, ok := known[text]
			if !ok {
				if len(known) > table.MaxLevels {
					return tooMany
				}
				kept = strings.Clone(text)
				known[kept] = kept
			}
			labels = append(labels, kept)
		}
		return nil
	})
	switch {
	case errors.Is(err, tooMany):
		return nil, nil
	case err != nil:
		return nil, err
	case len(labels) != m.Rows():
		return nil, fault.Wrap("train.labelsOf", fmt.Errorf("%d labels for %d rows: the table has changed", len(labels), m.Rows()))
	}
	return labels, nil
}
