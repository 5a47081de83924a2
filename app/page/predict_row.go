package page

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// otherLevel is the choice of a category's field for a level that the training
// has not seen. No CSV cell trims to it.
const otherLevel = "\x00other"

// rowField is one value as typed.
type rowField struct {
	Input model.Input
	Text  string
	Bad   bool   // the control holds something that is not a number
	Note  string // what is odd about the value; the answer stands
	Error string // why there is no answer

	Outside bool // it is a number beyond what the training saw, or a level that it did not see
}

// rowForm is one row for a model and the answer to it. Each change computes the
// answer at once, in the same call: nothing waits and nothing is sent.
type rowForm struct {
	Model  *model.Model
	Name   string // of the model, as it is called at present
	Fields []rowField
	Answer *model.Prediction // nil while a field is at fault
	cells  []table.Cell      // that Answer is for
	Error  string            // about the row as a whole
}

// newRowForm fills the form with the real row that the model carries.
func newRowForm(m *model.Model) *rowForm {
	f := &rowForm{Model: m, Name: m.Name}
	for _, in := range m.Inputs {
		f.Fields = append(f.Fields, rowField{Input: in, Text: in.Example.String()})
	}
	f.compute()
	return f
}

// set changes field i. bad means that the control cannot give its text: a lone
// minus sign, for one.
func (f *rowForm) set(i int, text string, bad bool) {
	if i < 0 || i >= len(f.Fields) {
		return
	}
	f.Fields[i].Bad = bad
	if !bad {
		f.Fields[i].Text = strings.TrimSpace(text)
	}
	f.compute()
}

// fill takes the values of another row, in the order of the inputs.
func (f *rowForm) fill(cells []table.Cell) {
	for i := range f.Fields {
		if i < len(cells) {
			f.Fields[i].Text, f.Fields[i].Bad = cells[i].String(), false
		}
	}
	f.compute()
}

// compute finds the cluster of the present values.
func (f *rowForm) compute() {
	f.Answer, f.Error = nil, ""
	cells, ok := make([]table.Cell, len(f.Fields)), true
	for i := range f.Fields {
		fd := &f.Fields[i]
		fd.Note, fd.Error, fd.Outside = "", "", false
		cells[i] = f.cell(i)
		ok = ok && fd.Error == ""
	}
	if !ok {
		return
	}
	p, err := f.Model.Predict(cells)
	if err != nil {
		f.Error = fault.Message(err)
		if e, found := errors.AsType[*fault.Error](err); found && e.Field != "" {
			for i := range f.Fields {
				if f.Fields[i].Input.Name == e.Field {
					f.Fields[i].Error, f.Error = e.Msg, ""
				}
			}
		}
		return
	}
	f.Answer, f.cells = &p, cells
}

// cell reads field i and says what is odd about it.
func (f *rowForm) cell(i int) table.Cell {
	fd := &f.Fields[i]
	in, text := fd.Input, strings.TrimSpace(fd.Text)
	switch {
	case fd.Bad:
		fd.Error = "This is not a number."
	case text == "":
		f.missing(fd)
	case in.Kind != table.Number:
		if !slices.Contains(in.Levels, text) {
			fd.Note, fd.Outside = "Not a level of the training: it counts as none of them.", true
		}
		return table.Str(text)
	default:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			fd.Error = "This is not a number."
			break
		}
		if v < in.Min || v > in.Max {
			fd.Note, fd.Outside = fmt.Sprintf("Outside of training: it saw %s to %s.", plain(in.Min), plain(in.Max)), true
		}
		return table.Num(v)
	}
	return table.Cell{}
}

// missing says what the model does without a value.
func (f *rowForm) missing(fd *rowField) {
	if f.Model.Prep.Missing == prep.Drop {
		fd.Error = "This model needs a value here: rows with gaps were left out of its training."
		return
	}
	for _, c := range f.Model.Prep.Columns {
		if c.Name != fd.Input.Name {
			continue
		}
		if c.Levels != nil {
			fd.Note = "Empty: counted as " + c.Usual + ", the most frequent in training."
			return
		}
		fd.Note = fmt.Sprintf("Empty: filled with %s, the %s in training.", plain(c.Fill), f.Model.Prep.Missing)
		return
	}
}

// slider is the range and the step of a number's slider: a power of ten, so
// that the values are round, and ends that include the whole range of training.
type slider struct{ Min, Max, Step float64 }

// sliderOf gives the slider for in.
func sliderOf(in model.Input) slider {
	span := in.Max - in.Min
	if !(span > 0) || math.IsInf(span, 0) {
		return slider{in.Min, in.Min + 1, 1}
	}
	e := math.Floor(math.Log10(span / 100))
	if e >= 0 {
		step := math.Pow(10, e)
		return slider{math.Floor(in.Min/step) * step, math.Ceil(in.Max/step) * step, step}
	}
	parts := math.Pow(10, -e) // a step of 0.1 is not exact, ten steps to one are
	return slider{math.Floor(in.Min*parts) / parts, math.Ceil(in.Max*parts) / parts, 1 / parts}
}

// slid gives the text for a slider's position. The ends mean the ends of the training.
func slid(in model.Input, text string) string {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return text
	case v < in.Min:
		return plain(in.Min)
	case v > in.Max:
		return plain(in.Max)
	}
	return text
}

// plain writes a number with at most six digits, for a sentence.
func plain(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
