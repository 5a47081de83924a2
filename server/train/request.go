package train

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// complete fills in req's defaults and checks it against the dataset. All
// faults come in one, whose Field is that of the first.
func complete(req wire.TrainStart, ds wire.Dataset) (wire.TrainStart, error) {
	req.Version, req.DataName = ds.Version, ds.Name
	if len(req.Start) > 0 && req.Config.K == 0 {
		req.Config.K = len(req.Start)
	}
	if len(req.Start) > 0 && req.Config.Init == "" {
		req.Config.Init = kmeans.Given
	}
	req.Config = req.Config.WithDefaults()
	if req.Prep.Scale == "" {
		req.Prep.Scale = prep.Standard
	}
	if req.Prep.Missing == "" {
		req.Prep.Missing = prep.Drop
	}
	if len(req.Prep.Columns) == 0 {
		for _, c := range ds.Schema {
			if c.Role == table.Feature && c.Name != req.Weight {
				req.Prep.Columns = append(req.Prep.Columns, c.Name)
			}
		}
	}
	req.Name = strings.TrimSpace(req.Name)
	if req.Name == "" {
		req.Name = fmt.Sprintf("%s k=%d", ds.Name, req.Config.K)
	}
	return req, single(check(req, ds))
}

func check(req wire.TrainStart, ds wire.Dataset) error {
	var bad []error
	if len(req.Name) > 200 {
		bad = append(bad, fault.Fieldf("name", "The name has %d bytes, want at most 200.", len(req.Name)))
	}
	if !slices.Contains([]prep.Scale{prep.NoScale, prep.Standard, prep.MinMax}, req.Prep.Scale) {
		bad = append(bad, fault.Fieldf("prep.scale", "The scaling %q is not known; choose none, standard or minmax.", req.Prep.Scale))
	}
	if !slices.Contains([]prep.Missing{prep.Drop, prep.Mean, prep.Median}, req.Prep.Missing) {
		bad = append(bad, fault.Fieldf("prep.missing", "The policy %q for missing values is not known; choose drop, mean or median.", req.Prep.Missing))
	}
	if err := checkLimits(req, ds); err != nil {
		bad = append(bad, err)
	}
	width, err := checkColumns(req.Prep.Columns, ds)
	if err != nil {
		bad = append(bad, err)
		width = 0
	}
	for _, name := range req.Prep.Logs {
		if i := ds.Schema.Index(name); !slices.Contains(req.Prep.Columns, name) || i >= 0 && ds.Schema[i].Kind != table.Number {
			bad = append(bad, fault.Fieldf("prep.logs", "The logarithm of %q can't be taken: it is not among the chosen columns, or holds no numbers.", name))
		}
	}
	cfg := req.Config
	switch {
	case len(req.Start) == 0:
	case !cfg.Start.IsZero():
		bad = append(bad, fault.Fieldf("start", "Start centroids are given twice, in original units and prepared. Give one of them."))
	default: // Fit turns them into vectors; here only their number matters
		cfg.Start = kmeans.NewMatrix(len(req.Start), max(width, 1))
	}
	for i, cells := range req.Start {
		if len(cells) != len(req.Prep.Columns) {
			bad = append(bad, fault.Fieldf("start", "Start centroid %d has %d values, want one for each of the %d columns.", i, len(cells), len(req.Prep.Columns)))
			break
		}
	}
	if err := cfg.Validate(int(ds.Rows), width); err != nil {
		bad = append(bad, err)
	}
	return errors.Join(bad...)
}

// checkLimits checks the weight column and the time limit.
func checkLimits(req wire.TrainStart, ds wire.Dataset) error {
	var bad []error
	if req.Weight != "" {
		where := fmt.Sprintf(" in version %d of %q", ds.Version, ds.Name)
		if err := checkWeight(req.Weight, ds.Schema, req.Prep.Columns, where); err != nil {
			bad = append(bad, err)
		}
	}
	if !(req.TimeLimit >= 0 && req.TimeLimit <= maxTimeLimit) {
		bad = append(bad, fault.Fieldf("timeLimit", "The time limit is %v seconds, want 0 for none, up to %v.", req.TimeLimit, maxTimeLimit))
	}
	return errors.Join(bad...)
}

const maxTimeLimit = 30 * 24 * 3600

// checkColumns gives the number of features that the columns make, at most:
// levels that occur only in dropped rows make none.
func checkColumns(names []string, ds wire.Dataset) (width int, err error) {
	const field = "prep.columns"
	if len(names) == 0 {
		return 0, fault.Fieldf(field, "No column is a feature. Choose at least one column of numbers or categories.")
	}
	var bad []error
	seen := map[string]bool{}
	for _, name := range names {
		i := ds.Schema.Index(name)
		switch {
		case seen[name]:
			bad = append(bad, fault.Fieldf(field, "Column %q is chosen twice.", name))
		case i < 0:
			bad = append(bad, fault.Fieldf(field, "There is no column %q in version %d of %q.", name, ds.Version, ds.Name))
		case ds.Schema[i].Role == table.Label:
			bad = append(bad, fault.Fieldf(field, "Column %q is the label, which clusters are compared with. Leave it out, or give it another role.", name))
		case ds.Schema[i].Kind == table.Text:
			bad = append(bad, fault.Fieldf(field, "Column %q holds text with too many different values to train on. Leave it out.", name))
		case ds.Schema[i].Missing >= ds.Rows:
			bad = append(bad, fault.Fieldf(field, "Column %q has no values. Leave it out.", name))
		case ds.Schema[i].Kind == table.Category:
			width += int(ds.Schema[i].Distinct)
		default:
			width++
		}
		seen[name] = true
	}
	return width, errors.Join(bad...)
}

// single makes one fault of all that errors.Join holds: the first one's code
// and field, and the words of all.
func single(err error) error {
	all := flatten(err)
	if len(all) == 0 {
		return nil
	}
	words := make([]string, len(all))
	for i, e := range all {
		words[i] = fault.Message(e)
	}
	first, ok := errors.AsType[*fault.Error](all[0])
	if !ok {
		return &fault.Error{Code: fault.Internal, Op: "train.Start", Err: err, Msg: fault.Message(all[0])}
	}
	return &fault.Error{Code: first.Code, Field: first.Field, Msg: strings.Join(words, " ")}
}

func flatten(err error) []error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range many.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}
