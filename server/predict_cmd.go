package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/shared/apply"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

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
			return writeOut(out, cmd.OutOrStdout(), func(w io.Writer) error {
				return predictFile(cmd.Context(), m, data, in, w, cmd.ErrOrStderr())
			})
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

// predictFile streams rows through a model. data names the file in faults.
func predictFile(ctx context.Context, m *model.Model, data string, in io.Reader, out, notes io.Writer) error {
	s, err := apply.New(m, in)
	if err != nil {
		return inFile(data, err)
	}
	w := bufio.NewWriterSize(out, 1<<16)
	if _, err := w.Write(s.Head()); err != nil {
		return err
	}
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		part, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return inFile(data, err)
		}
		if _, err := w.Write(part.Text); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var bad []error
	for _, note := range s.Notes() {
		_, err := fmt.Fprintln(notes, note)
		bad = append(bad, err)
	}
	return errors.Join(bad...)
}
