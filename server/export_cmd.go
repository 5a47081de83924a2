package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// newExportCommand makes `centroid export`, which needs no server.
func newExportCommand() *cobra.Command {
	var modelPath, format, out string
	list := ""
	for _, f := range export.Formats() {
		list += fmt.Sprintf("\n  %-8s %s", f.ID, f.About)
	}
	cmd := &cobra.Command{
		Use:   "export --model model.json --format onnx [--out folder]",
		Short: "Write a model for other programs to predict with, without a server",
		Long:  "Write a model for other programs to predict with, without a server. The formats:" + list,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := export.Find(format)
			if err != nil {
				return err
			}
			m, err := readModel(modelPath)
			if err != nil {
				return err
			}
			files, err := f.Write(m)
			if err != nil {
				return err
			}
			if out != "-" {
				if err := os.MkdirAll(out, 0o755); err != nil {
					return &fault.Error{Code: fault.Unavailable, Op: "export", Err: err, Msg: fmt.Sprintf("The folder %s can't be made: may you write there?", out)}
				}
			} else if len(files) > 1 {
				return fault.Fieldf("out", "--out: the format %s has %d files: name a folder for them.", f.ID, len(files))
			}
			for _, file := range files {
				path := out
				if out != "-" {
					path = filepath.Join(out, file.Name)
				}
				if err := writeOut(path, cmd.OutOrStdout(), func(w io.Writer) error { _, err := w.Write(file.Body); return err }); err != nil {
					return err
				}
				if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d bytes\n", path, len(file.Body)); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "\n%s", f.Snippet(m))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&modelPath, "model", "", "the model's JSON file (required)")
	f.StringVar(&format, "format", "", "one of those above (required)")
	f.StringVar(&out, "out", ".", "the folder that the files go to, or - for standard output")
	require(cmd, "model", "format")
	return cmd
}

// newImportCommand makes `centroid import`, which needs no server.
func newImportCommand() *cobra.Command {
	var in, name, out string
	var script bool
	cmd := &cobra.Command{
		Use:   "import --in model.pmml [--out model.json]",
		Short: "Make a model file of a model of another program, without a server",
		Long: "Make a model file of a model of another program, without a server: a ClusteringModel in PMML, or a KMeans of scikit-learn,\n" +
			"which dump_kmeans.py writes as JSON: `centroid import --script > dump_kmeans.py` gives that script.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if script {
				_, err := cmd.OutOrStdout().Write(export.SklearnScript().Body)
				return err
			}
			if in == "" {
				return fault.Fieldf("in", "--in is missing: name the file of the model, or ask for the --script.")
			}
			b, err := os.ReadFile(in)
			if err != nil {
				return &fault.Error{Code: fault.NotFound, Op: "import", Err: err, Msg: fmt.Sprintf("%s can't be opened: does it exist, and may you read it?", in)}
			}
			m, err := export.Import(b)
			if err != nil {
				return inFile(in, err)
			}
			m.Name = cmp.Or(name, m.Name, strings.TrimSuffix(filepath.Base(in), filepath.Ext(in)))
			if m.Created.IsZero() {
				m.Created = time.Now().UTC().Truncate(time.Millisecond)
			}
			file, err := model.Encode(m)
			if err != nil {
				return err
			}
			if err := writeOut(out, cmd.OutOrStdout(), func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d clusters of %s.\n", m.Name, m.Centroids.Rows, strings.Join(m.Prep.Names(), ", "))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&in, "in", "", "the file")
	f.StringVar(&name, "name", "", "the model's name; by default the one that the file says, or its own")
	f.StringVar(&out, "out", "-", "where the model file goes, or - for standard output")
	f.BoolVar(&script, "script", false, "print dump_kmeans.py, and no more")
	return cmd
}
