package page

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// request turns the settings into what is sent. It checks all that can be
// checked here and leaves a message beside each field at fault; ok is false if
// there is one.
func (f *trainForm) request() (req wire.TrainStart, ok bool) {
	f.Errors = map[string]string{}
	bad := func(field, format string, args ...any) {
		if f.Errors[field] == "" {
			f.Errors[field] = fmt.Sprintf(format, args...)
		}
	}
	whole := func(field, name, text string) int {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			bad(field, "%s is a whole number, at least 1.", name)
		}
		return n
	}
	optional := func(field, name, text string) int {
		if strings.TrimSpace(text) == "" {
			return 0
		}
		return whole(field, name, text)
	}
	number := func(field, text, want string) float64 {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || v < 0 || math.IsInf(v, 0) || math.IsNaN(v) {
			bad(field, "%s", want)
		}
		return v
	}
	req.Prep, req.Weight = prep.Config{Scale: f.Scale, Missing: f.Missing}, f.Weight
	req.Config = kmeans.Config{Init: f.Init, Algorithm: f.Algorithm, Distance: f.Distance}
	if f.Data == nil {
		bad(fieldDataset, "Choose a dataset.")
	} else {
		req.Dataset, req.Version = f.Data.ID, f.Data.Version
		for _, c := range f.columns() {
			req.Prep.Columns = append(req.Prep.Columns, c.Name)
		}
		if len(req.Prep.Columns) == 0 {
			bad(fieldColumns, "Choose at least one column.")
		}
		req.Prep.Logs = f.logs()
	}
	c := &req.Config
	c.K = whole(fieldK, "k", f.K)
	if f.Data != nil && f.Errors[fieldK] == "" && int64(c.K) > f.Data.Rows {
		bad(fieldK, "k is %d, but the dataset has %d rows.", c.K, f.Data.Rows)
	}
	c.Restarts = whole(fieldRestarts, "The number of restarts", f.Restarts)
	c.MaxIterations = whole(fieldPasses, "The limit of passes", f.Passes)
	c.Tolerance = number(fieldTolerance, f.Tolerance, "The tolerance is a number, 0 or more.")
	if strings.TrimSpace(f.TimeLimit) != "" {
		const want = "The time limit is a number of seconds above 0. Leave it empty for none."
		if req.TimeLimit = number(fieldTimeLimit, f.TimeLimit, want); req.TimeLimit == 0 {
			bad(fieldTimeLimit, want)
		}
	}
	c.Sample = int64(optional(fieldSample, "The sample", f.Sample))
	if c.Algorithm == kmeans.MiniBatch {
		c.Batch = optional(fieldBatch, "The number of rows a step", f.Batch)
	}
	if c.Init == kmeans.Parallel {
		c.InitRounds = optional(fieldRounds, "The number of rounds", f.Rounds)
		if strings.TrimSpace(f.Factor) != "" {
			const want = "The oversampling is a number above 0. Leave it empty for 2."
			if c.Oversampling = number(fieldFactor, f.Factor, want); c.Oversampling == 0 {
				bad(fieldFactor, want)
			}
		}
	}
	var err error
	if c.Seed, err = strconv.ParseUint(strings.TrimSpace(f.Seed), 10, 64); err != nil {
		bad(fieldSeed, "The seed is a whole number from 0 to 18446744073709551615.")
	}
	if c.Init == kmeans.Given {
		c.Frozen = f.frozen(c.K, bad)
	}
	if len(f.Errors) == 0 {
		f.validate(*c, bad)
	}
	if c.Init == kmeans.Given && len(f.Errors) == 0 {
		f.start(&req, bad)
	}
	return req, len(f.Errors) == 0
}

// validate holds the training's own rules against c. The start centroids are
// checked apart: in c they are a matrix of the right size.
func (f *trainForm) validate(c kmeans.Config, bad func(field, format string, args ...any)) {
	if c.Init == kmeans.Given {
		c.Start = kmeans.NewMatrix(c.K, 1)
	}
	eachFault(c.Validate(int(f.Data.Rows), -1), func(field, text string) { bad(field, "%s", text) })
}

// frozen gives the centroids that stay where they start, of k.
func (f *trainForm) frozen(k int, bad func(field, format string, args ...any)) (out []int) {
	if f.Model == nil {
		for i, stays := range f.Stays {
			if stays && i < k {
				out = append(out, i)
			}
		}
		slices.Sort(out)
		return out
	}
	for _, text := range strings.FieldsFunc(f.Frozen, func(r rune) bool { return r == ',' || r == ' ' }) {
		i, err := strconv.Atoi(text)
		if err != nil {
			bad(fieldFrozen, "Write the numbers of the centroids that stay, such as 0, 2.")
			return nil
		}
		out = append(out, i)
	}
	return out
}

// refused puts the server's answer beside the field it is about.
func (f *trainForm) refused(err error) {
	f.Errors = map[string]string{}
	eachFault(err, func(field, text string) {
		f.Errors[field] = strings.TrimSpace(f.Errors[field] + " " + text)
	})
}

// eachFault calls do with the form's field and the words of each fault that err
// holds. What is about none of the fields is about "", the whole form.
func eachFault(err error, do func(field, text string)) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			eachFault(e, do)
		}
		return
	}
	field := ""
	if e, ok := errors.AsType[*fault.Error](err); ok {
		field = e.Field
		if strings.HasPrefix(field, "start") {
			field = fieldStart
		}
		for _, list := range []string{fieldColumns, fieldStart} { // "prep.columns.2" is about the columns
			if strings.HasPrefix(field, list) {
				field = list
			}
		}
	}
	if _, known := fieldIDs[field]; !known {
		field = ""
	}
	do(field, fault.Message(err))
}
