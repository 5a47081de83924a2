package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/shared/apply"
	"github.com/centroid-studio/centroid/shared/drift"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// newDriftCommand makes `centroid drift`, which needs no server.
func newDriftCommand() *cobra.Command {
	var modelPath, data string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "drift --model model.json --data new.csv",
		Short: "Tell whether the rows of a CSV file still look like those of the training, without a server",
		Long: "Tell whether the rows of a CSV file still look like those of the training, without a server. Memory does not grow with the file.\n" +
			"The index is the population stability index: from 0.1 on a column has moved, from 0.25 on far.",
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
			r, err := driftOf(cmd.Context(), m, data, in)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(r)
			}
			return writeDrift(cmd.OutOrStdout(), r)
		},
	}
	f := cmd.Flags()
	f.StringVar(&modelPath, "model", "", "the model's JSON file (required)")
	f.StringVar(&data, "data", "", "rows: a CSV file with a header, or - for standard input (required)")
	f.BoolVar(&asJSON, "json", false, "the whole report as JSON")
	require(cmd, "model", "data")
	return cmd
}

// driftOf streams rows through a model and counts them.
func driftOf(ctx context.Context, m *model.Model, name string, in io.Reader) (*drift.Report, error) {
	c, err := drift.NewCounter(m)
	if err != nil {
		return nil, err
	}
	rows, err := apply.New(m, in)
	if err != nil {
		return nil, inFile(name, err)
	}
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		part, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, inFile(name, err)
		}
		c.Add(part.Batch, part.Labels, part.Distances)
	}
	return c.Report()
}

// writeDrift prints a report for people.
func writeDrift(out io.Writer, r *drift.Report) error {
	share := func(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "%s\n\ncolumn\tindex\t\tmissing\tin training\tunknown levels\toutside of the range\n", r.Summary)
	for _, c := range r.Columns {
		fmt.Fprintf(tw, "%s\t%.4f\t%s\t%s\t%s\t%s\t%s\n", c.Name, c.PSI, c.Verdict, share(c.Missing.Rows), share(c.Missing.Training), share(c.Unknown), share(c.Beyond))
	}
	fmt.Fprintf(tw, "\ncluster\trows\tin training\n")
	for j, c := range r.Clusters {
		fmt.Fprintf(tw, "%d\t%s\t%s\n", j, share(c.Rows), share(c.Training))
	}
	fmt.Fprintf(tw, "\n%d rows, %d of them with a cluster\n", r.Rows, r.Labelled)
	return fault.Wrap("drift", tw.Flush())
}
