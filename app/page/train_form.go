package page

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
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
	fieldK         = "config.k"
	fieldInit      = "config.init"
	fieldStart     = "config.start"
	fieldRestarts  = "config.restarts"
	fieldPasses    = "config.maxIterations"
	fieldTolerance = "config.tolerance"
	fieldSeed      = "config.seed"
)

// trainForm is the settings as typed. It never touches a run: what is shown of
// a training was made by the settings that it was started with.
type trainForm struct {
	Data *wire.Dataset // nil: none chosen
	Use  map[string]bool

	Scale   prep.Scale
	Missing prep.Missing

	K, Restarts, Passes, Tolerance, Seed string
	Init                                 kmeans.Init

	Model *model.Model // with Given: start from its centroids; nil means Rows
	Rows  [][]string   // with Given: k rows, one text a column in use, original units

	Errors map[string]string // by field; "" is about the whole form
}

// newTrainForm gives the settings of a first visit.
func newTrainForm(seed uint64) trainForm {
	return trainForm{
		Use: map[string]bool{}, Scale: prep.Standard, Missing: prep.Drop,
		K: "3", Init: kmeans.Parallel, Restarts: "1", Passes: "100", Tolerance: "0.0001",
		Seed: strconv.FormatUint(seed, 10), Errors: map[string]string{},
	}
}

// setData chooses a dataset: all its features are in use, as far as they can be.
func (f *trainForm) setData(d *wire.Dataset) {
	f.Data, f.Use, f.Rows = d, map[string]bool{}, nil
	for _, c := range f.choices() {
		f.Use[c.Name] = c.Role == table.Feature && (d.Rows == 0 || c.Missing < d.Rows)
	}
	delete(f.Errors, fieldDataset)
	delete(f.Errors, fieldColumns)
}

// choices lists the columns that can be trained on: numbers and categories,
// but not labels.
func (f *trainForm) choices() []table.Column {
	if f.Data == nil {
		return nil
	}
	var out []table.Column
	for _, c := range f.Data.Schema {
		if c.Kind != table.Text && c.Role != table.Label {
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
	whole := func(field, name, text string, least int) int {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < least {
			bad(field, "%s is a whole number, at least %d.", name, least)
		}
		return n
	}
	req.Prep = prep.Config{Scale: f.Scale, Missing: f.Missing}
	req.Config = kmeans.Config{Init: f.Init}
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
	}
	req.Config.K = whole(fieldK, "k", f.K, 1)
	if f.Data != nil && f.Errors[fieldK] == "" && int64(req.Config.K) > f.Data.Rows {
		bad(fieldK, "k is %d, but the dataset has %d rows.", req.Config.K, f.Data.Rows)
	}
	req.Config.Restarts = whole(fieldRestarts, "The number of restarts", f.Restarts, 1)
	req.Config.MaxIterations = whole(fieldPasses, "The limit of passes", f.Passes, 1)
	tol, err := strconv.ParseFloat(strings.TrimSpace(f.Tolerance), 64)
	if err != nil || tol < 0 || math.IsInf(tol, 0) || math.IsNaN(tol) {
		bad(fieldTolerance, "The tolerance is a number, 0 or more.")
	}
	req.Config.Tolerance = tol
	if req.Config.Seed, err = strconv.ParseUint(strings.TrimSpace(f.Seed), 10, 64); err != nil {
		bad(fieldSeed, "The seed is a whole number from 0 to 18446744073709551615.")
	}
	if f.Init == kmeans.Given && len(f.Errors) == 0 {
		f.start(&req, bad)
	}
	return req, len(f.Errors) == 0
}

// refused puts the server's answer beside the field it is about.
func (f *trainForm) refused(err error) {
	f.Errors = map[string]string{}
	known := map[string]bool{
		fieldDataset: true, fieldColumns: true, fieldScale: true, fieldMissing: true, fieldK: true, fieldInit: true,
		fieldStart: true, fieldRestarts: true, fieldPasses: true, fieldTolerance: true, fieldSeed: true,
	}
	var walk func(error)
	walk = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
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
		if !known[field] {
			field = ""
		}
		f.Errors[field] = strings.TrimSpace(f.Errors[field] + " " + fault.Message(err))
	}
	walk(err)
}
