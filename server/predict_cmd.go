package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
)

// predictRows is how many rows are held at a time.
const predictRows = 4096

// newPredictCommand makes `centroid predict`, which needs no server.
func newPredictCommand() *cobra.Command {
	var modelPath, data, out string
	cmd := &cobra.Command{
		Use:   "predict --model model.json --data new.csv [--out out.csv]",
		Short: "Add the columns cluster and distance to a CSV file, without a server",
		Long: "Add the columns cluster and distance to a CSV file, without a server. All other columns stay as they are.\n" +
			"Rows that the model leaves out for a missing value get two empty fields. Memory does not grow with the file.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := readModel(modelPath)
			if err != nil {
				return err
			}
			in := cmd.InOrStdin()
			if data != "-" {
				f, err := openFile(data)
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			p := predictor{m: m, data: data, notes: cmd.ErrOrStderr()}
			return writeOut(out, cmd.OutOrStdout(), func(w io.Writer) error { return p.run(cmd.Context(), in, w) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&modelPath, "model", "", "the model's JSON file (required)")
	f.StringVar(&data, "data", "", "rows: a CSV file with a header, or - for standard input (required)")
	f.StringVar(&out, "out", "-", "where the rows go: a CSV file, or - for standard output")
	require(cmd, "model", "data")
	return cmd
}

func readModel(path string) (*model.Model, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &fault.Error{Code: fault.NotFound, Op: "predict.readModel", Err: err, Msg: fmt.Sprintf("%s can't be opened: does it exist, and may you read it?", path)}
	}
	m, err := model.Decode(b)
	if err != nil {
		return nil, inFile(path, err)
	}
	return m, nil
}

// predictor streams rows through a model.
type predictor struct {
	m     *model.Model
	data  string // the file's name, for faults
	notes io.Writer

	r     *table.Reader
	at    []int // of the model's inputs in the file
	batch table.Batch
	text  []byte   // the rows as they go out, without the two columns
	ends  []int    // of the rows in text
	known []levels // of the inputs that are categories

	rows, dropped int64
	unknown       []int64 // rows with a level that the training did not have, one an input
}

// levels finds a level without making a string of it.
type levels map[string]string

func (p *predictor) run(ctx context.Context, in io.Reader, out io.Writer) error {
	var err error
	if p.r, err = table.NewReader(in, table.Limits{}); err != nil {
		return inFile(p.data, err)
	}
	if err := p.match(); err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<16)
	if _, err := w.Write(p.header()); err != nil {
		return err
	}
	apply := p.m.NewPredictor()
	for last := false; !last; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if last, err = p.fill(); err != nil {
			return inFile(p.data, err)
		}
		kept, labels, distances, err := apply.Batch(&p.batch)
		if err != nil {
			return inFile(p.data, err)
		}
		if err := p.write(w, kept, labels, distances); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return p.note()
}

// match finds the model's inputs in the file, or lists what lacks.
func (p *predictor) match() error {
	header := p.r.Header()
	var bad []string
	for _, in := range p.m.Inputs {
		i := slices.Index(header, in.Name)
		if i < 0 {
			bad = append(bad, fmt.Sprintf("\n- %q (%s) is missing: add it, or rename the column that holds it", in.Name, in.Kind))
		}
		p.at = append(p.at, i)
		known := levels{}
		for _, l := range in.Levels {
			known[l] = l
		}
		p.known = append(p.known, known)
	}
	if bad != nil {
		return fault.Fieldf("data", "%s does not fit the model. Its columns are: %s. Of the model's:%s.", p.data, strings.Join(header, ", "), strings.Join(bad, ""))
	}
	p.batch.Columns = make([]table.Vector, len(p.at))
	p.unknown = make([]int64, len(p.at))
	return nil
}

// header names the columns; ours get a number if the file has theirs.
func (p *predictor) header() []byte {
	var b []byte
	names := slices.Clone(p.r.Header())
	for _, name := range []string{"cluster", "distance"} {
		names = append(names, table.FreeName(names, name))
	}
	for i, name := range names {
		if i > 0 {
			b = append(b, p.r.Comma())
		}
		b = appendField(b, []byte(name), p.r.Comma())
	}
	return append(b, '\n')
}

// fill reads some rows; last says that the file is at its end.
func (p *predictor) fill() (last bool, err error) {
	p.batch.First, p.batch.Rows = p.rows, 0
	p.text, p.ends = p.text[:0], p.ends[:0]
	for j := range p.batch.Columns {
		v := &p.batch.Columns[j]
		v.Numbers, v.Texts = v.Numbers[:0], v.Texts[:0]
	}
	for p.batch.Rows < predictRows {
		fields, err := p.r.Read()
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if err := p.take(fields); err != nil {
			return false, err
		}
		for i, f := range fields {
			if i > 0 {
				p.text = append(p.text, p.r.Comma())
			}
			p.text = appendField(p.text, f, p.r.Comma())
		}
		p.ends = append(p.ends, len(p.text))
		p.batch.Rows++
		p.rows++
	}
	return false, nil
}

// take puts a row's inputs into the batch.
func (p *predictor) take(fields [][]byte) error {
	for j, in := range p.m.Inputs {
		v, field := &p.batch.Columns[j], fields[p.at[j]]
		missing := table.IsMissing(field)
		if in.Kind != table.Number {
			text := ""
			if !missing {
				known, ok := p.known[j][string(field)]
				if text = known; !ok {
					text = string(field)
					p.unknown[j]++
				}
			}
			v.Texts = append(v.Texts, text)
			continue
		}
		x, ok := p.r.Number(field)
		switch {
		case missing:
			x = math.NaN()
		case !ok || math.IsInf(x, 0):
			return &fault.Error{Code: fault.Invalid, Line: p.r.Line(), Column: p.at[j] + 1,
				Msg: fmt.Sprintf("line %d: %s is %q, want a number. Correct it, or leave the field empty.", p.r.Line(), in.Name, field)}
		}
		v.Numbers = append(v.Numbers, x)
	}
	return nil
}

// write puts the rows out with their clusters.
func (p *predictor) write(w *bufio.Writer, kept []int, labels []int32, distances []float64) error {
	var line []byte
	begin := 0
	for i, end := range p.ends {
		line = append(line[:0], p.text[begin:end]...)
		begin = end
		line = append(line, p.r.Comma())
		if len(kept) > 0 && kept[0] == i {
			line = strconv.AppendInt(line, int64(labels[0]), 10)
			line = append(line, p.r.Comma())
			line = strconv.AppendFloat(line, distances[0], 'g', -1, 64)
			kept, labels, distances = kept[1:], labels[1:], distances[1:]
		} else {
			line = append(line, p.r.Comma())
			p.dropped++
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// note tells on standard error what the user should know of the rows.
func (p *predictor) note() error {
	var bad []error
	tell := func(format string, args ...any) {
		_, err := fmt.Fprintf(p.notes, format+"\n", args...)
		bad = append(bad, err)
	}
	if p.dropped > 0 {
		tell("%d of %d rows have a missing value, which this model leaves out: their cluster and distance are empty.", p.dropped, p.rows)
	}
	for j, n := range p.unknown {
		if n > 0 {
			tell("%d of %d rows have a value of %s that the training did not have: it counts as none of the known ones.", n, p.rows, p.m.Inputs[j].Name)
		}
	}
	return errors.Join(bad...)
}

// appendField writes a field of a CSV, in quotes if it needs them.
func appendField(dst, field []byte, comma byte) []byte {
	if bytes.IndexByte(field, comma) < 0 && !bytes.ContainsAny(field, "\"\r\n") {
		return append(dst, field...)
	}
	dst = append(dst, '"')
	for _, c := range field {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
