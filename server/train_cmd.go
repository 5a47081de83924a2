package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// trainCommand is the flags of `centroid train`.
type trainCommand struct {
	data, out, name, label, start string
	weight, update                string
	columns, logs                 []string
	scale, missing, init          string
	algorithm, distance           string
	config                        kmeans.Config
	limit                         time.Duration
	workers                       int
}

// newTrainCommand makes `centroid train`, which needs no server.
func newTrainCommand() *cobra.Command {
	var t trainCommand
	cmd := &cobra.Command{
		Use:   "train --data table.csv --k 3 --out model.json",
		Short: "Train a model on a CSV file, without a server",
		Long: "Train a model on a CSV file, without a server. The same data, settings and seed give the same model as on the server.\n" +
			"Numbers are features unless they only count the rows; a column of classes is compared with the clusters.\n" +
			"Ctrl-C ends it with the best model so far, marked partial; a second one at once.\n" +
			"With --update a model learns from more rows, some at a time, and nothing is forgotten: its preparation stays.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	t.common(f)
	f.StringVar(&t.out, "out", "", "where the model goes: a JSON file, or - for standard output (required)")
	f.StringVar(&t.name, "name", "", "the model's name (the file's name and k if empty)")
	f.IntVar(&t.config.K, "k", 0, "clusters (8 if 0, with --start as many as it has)")
	f.StringVar(&t.init, "init", "", "k-means||, k-means++, random or given (k-means|| if empty, with --start given)")
	f.StringVar(&t.start, "start", "", "start centroids: a CSV file with the features' columns, in original units, or a model")
	f.IntSliceVar(&t.config.Frozen, "frozen", nil, "with --start: numbers of centroids that stay where they are")
	f.StringVar(&t.algorithm, "algorithm", "", "auto, lloyd, hamerly, mini-batch or bisecting (auto if empty)")
	f.StringVar(&t.distance, "distance", "", "euclidean or cosine (euclidean if empty)")
	f.StringVar(&t.weight, "weight", "", "column of numbers by which rows count")
	f.IntVar(&t.config.InitRounds, "init-rounds", 0, "with k-means||: rounds of drawing rows (3 if 0)")
	f.Float64Var(&t.config.Oversampling, "oversampling", 0, "with k-means||: rows drawn in a round, in multiples of k (2 if 0)")
	f.IntVar(&t.config.Batch, "batch", 0, "with mini-batch or --update: rows of a step (at least 1024 if 0)")
	f.Int64Var(&t.config.Sample, "sample", 0, "train on so many rows, chosen by the seed, and label all (all if 0)")
	f.DurationVar(&t.limit, "time-limit", 0, "end the passes after this time, such as 90s or 10m, with the best so far (none if 0)")
	f.StringVar(&t.update, "update", "", "a model that learns from the rows, instead of a training")
	require(cmd, "data", "out")
	return cmd
}

// common defines the flags that `centroid sweep` has too.
func (t *trainCommand) common(f *pflag.FlagSet) {
	f.StringVar(&t.data, "data", "", "rows: a CSV file with a header (required)")
	f.StringSliceVar(&t.columns, "columns", nil, "features, with commas between them (all suitable columns if empty)")
	f.StringSliceVar(&t.logs, "log", nil, "features of which sign(x) * ln(1 + |x|) is taken before they are scaled, with commas between them")
	f.StringVar(&t.label, "label", "", "column to compare the clusters with (guessed if empty, none for no column)")
	f.StringVar(&t.scale, "scale", string(prep.Standard), "none, standard or minmax")
	f.StringVar(&t.missing, "missing", string(prep.Drop), "rows with a missing value: drop, or fill with mean or median")
	f.IntVar(&t.config.Restarts, "restarts", 1, "runs from other starts, the best is kept")
	f.IntVar(&t.config.MaxIterations, "max-iterations", 300, "passes of one run at most")
	f.Float64Var(&t.config.Tolerance, "tolerance", 0.0001, "stop when the centroids' squared shift is at most this times the features' mean variance (0: when no row changes its cluster)")
	f.Uint64Var(&t.config.Seed, "seed", 0, "of all that is chosen by chance")
	f.IntVar(&t.workers, "workers", runtime.GOMAXPROCS(0), "goroutines; what comes out does not depend on it")
}

// require marks flags that can't be left out.
func require(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined by the caller
		}
	}
}

func (t *trainCommand) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if t.workers < 1 {
		return fault.Fieldf("workers", "--workers is %d, want at least 1.", t.workers)
	}
	src, err := readTable(t.data)
	if err != nil {
		return err
	}
	if t.update != "" {
		return t.learn(ctx, src, stdout, stderr)
	}
	in, err := t.input(src)
	if err != nil {
		return err
	}
	in.Enough = ctx
	if t.start != "" {
		if in.Start, err = readStart(t.start, src.Schema(), in.Prep.Columns); err != nil {
			return err
		}
		if in.Config.Init == "" {
			in.Config.Init = kmeans.Given
		}
		if in.Config.K == 0 {
			in.Config.K = len(in.Start)
		}
	}
	in.Config = in.Config.WithDefaults()
	if in.Name = t.name; in.Name == "" {
		in.Name = fmt.Sprintf("%s k=%d", strings.TrimSuffix(in.DataName, filepath.Ext(in.DataName)), in.Config.K)
	}
	if in.MatrixDir, err = os.MkdirTemp("", "centroid-train-"); err != nil {
		return fault.Wrap("train", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(in.MatrixDir)) }()

	bar := newProgress(stderr)
	in.Loading = func(done, total int64) { bar.show("Preparing rows", done, total) }
	in.Scoring = func(done, total int64) { bar.show("Judging the clusters", done, total) }
	in.Observer = bar.observer(in.Config.Restarts)
	res, err := train.Fit(context.WithoutCancel(ctx), in) // what ends ctx is enough, and keeps the best so far
	bar.clear()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Close()) }()
	if err := t.write(stdout, stderr, res); err != nil {
		return err
	}
	if res.Model.Training.Partial == model.Canceled {
		return context.Cause(ctx)
	}
	return nil
}

// input says what the flags ask for, but for start centroids.
func (t *trainCommand) input(src *table.Memory) (train.FitInput, error) {
	label, err := t.roles(src.Schema())
	if err != nil {
		return train.FitInput{}, err
	}
	t.config.Init, t.config.Algorithm, t.config.Distance = kmeans.Init(t.init), kmeans.Algorithm(t.algorithm), kmeans.Distance(t.distance)
	return train.FitInput{
		Source: src, Prep: prep.Config{Columns: t.features(src.Schema()), Scale: prep.Scale(t.scale), Missing: prep.Missing(t.missing), Logs: t.logs},
		Config: t.config, Label: label, Weight: t.weight, TimeLimit: t.limit, Workers: t.workers, DataName: filepath.Base(t.data),
	}, nil
}

// write writes the model, and tells how the training went.
func (t *trainCommand) write(stdout, stderr io.Writer, res *train.FitResult) error {
	b, err := model.Encode(res.Model)
	if err != nil {
		return err
	}
	summary := stdout
	if t.out == "-" {
		summary = stderr
	}
	if err := writeOut(t.out, stdout, func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
		return err
	}
	return summarise(summary, res, t.out)
}

// roles settles which column is the label, "" for none.
func (t *trainCommand) roles(s table.Schema) (string, error) {
	label := t.label
	if label != "" && label != "none" && s.Index(label) < 0 {
		return "", fault.Fieldf("label", "--label: there is no column %q. The columns are: %s.", label, namesOf(s))
	}
	for i := range s {
		switch c := &s[i]; {
		case c.Name == label:
			c.Role = table.Label
		case c.Role == table.Label && (label != "" || slices.Contains(t.columns, c.Name)):
			c.Role = table.Ignored
		case c.Role == table.Label:
			label = c.Name
		}
	}
	if label == "none" && s.Index(label) < 0 {
		label = ""
	}
	return label, nil
}

// features gives the columns to train on.
func (t *trainCommand) features(s table.Schema) []string {
	if len(t.columns) > 0 {
		return t.columns
	}
	return slices.DeleteFunc(prep.Features(s), func(name string) bool { return name == t.weight })
}

func namesOf(s table.Schema) string {
	names := make([]string, len(s))
	for i, c := range s {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &fault.Error{Code: fault.NotFound, Op: "open", Err: err, Msg: fmt.Sprintf("%s can't be opened: does it exist, and may you read it?", path)}
	}
	return f, nil
}

func readTable(path string) (*table.Memory, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := table.ReadMemory(f, table.Limits{})
	return m, inFile(path, err)
}

// inFile names the file that a fault is about.
func inFile(path string, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return fault.Wrap("read", err)
	}
	named := *e
	named.Msg = path + ": " + e.Msg
	return &named
}

// learn updates a model with the rows.
func (t *trainCommand) learn(ctx context.Context, src *table.Memory, stdout, stderr io.Writer) error {
	m, err := readModel(t.update)
	if err != nil {
		return err
	}
	next, err := train.Update(ctx, train.UpdateInput{Model: m, Source: src, DataName: filepath.Base(t.data), Name: t.name, Batch: t.config.Batch})
	if err != nil {
		return err
	}
	return t.write(stdout, stderr, &train.FitResult{Model: next})
}

// readStart reads start centroids: those of a model, or one a line of a table, in
// the order of columns.
func readStart(path string, s table.Schema, columns []string) ([][]table.Cell, error) {
	if strings.HasSuffix(path, ".json") {
		return modelStart(path, columns)
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := table.NewReader(f, table.Limits{})
	if err != nil {
		return nil, inFile(path, err)
	}
	at := make([]int, len(columns))
	var bad []string
	for i, name := range columns {
		if at[i] = slices.Index(r.Header(), name); at[i] < 0 {
			bad = append(bad, fmt.Sprintf("column %q is missing", name))
		}
	}
	if bad != nil {
		return nil, fault.Fieldf("start", "%s: %s. It needs all columns that are trained on.", path, strings.Join(bad, ", "))
	}
	var all [][]table.Cell
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, inFile(path, err)
		}
		cells := make([]table.Cell, len(columns))
		for i, j := range at {
			field := fields[j]
			number := s.Index(columns[i]) >= 0 && s[s.Index(columns[i])].Kind == table.Number
			switch x, ok := r.Number(field); {
			case table.IsMissing(field):
			case !number:
				cells[i] = table.Str(string(field))
			case ok:
				cells[i] = table.Num(x)
			default:
				return nil, &fault.Error{Code: fault.Invalid, Field: "start", Line: r.Line(), Column: j + 1,
					Msg: fmt.Sprintf("%s: line %d: %s is %q, want a number.", path, r.Line(), columns[i], field)}
			}
		}
		all = append(all, cells)
	}
}

// modelStart gives the centroids of a model, in original units.
func modelStart(path string, columns []string) ([][]table.Cell, error) {
	m, err := readModel(path)
	if err != nil {
		return nil, err
	}
	all := make([][]table.Cell, len(m.Clusters))
	for _, name := range columns {
		at := slices.IndexFunc(m.Inputs, func(in model.Input) bool { return in.Name == name })
		if at < 0 {
			return nil, fault.Fieldf("start", "%s: the model has no column %q, so its centroids can't start a training on it.", path, name)
		}
		for j, c := range m.Clusters {
			all[j] = append(all[j], c.Center[at])
		}
	}
	return all, nil
}

// writeOut writes a file as a whole or not at all; "-" is standard output.
func writeOut(path string, stdout io.Writer, write func(io.Writer) error) (err error) {
	if path == "-" {
		return write(stdout)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err == nil {
		defer func() {
			if err != nil {
				err = errors.Join(err, os.Remove(f.Name()))
			}
		}()
		err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if _, ours := errors.AsType[*fault.Error](err); err == nil || ours || errors.Is(err, context.Canceled) {
		return err
	}
	return &fault.Error{Code: fault.Unavailable, Op: "write", Err: err, Msg: fmt.Sprintf("%s can't be written: does the folder exist, may you write there, and is there room?", path)}
}

// summarise tells how the training went.
func summarise(w io.Writer, res *train.FitResult, out string) error {
	m := res.Model
	tr := m.Training
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	ended := "no more changes"
	switch {
	case tr.Partial != "":
		ended = "partial: more passes would make it better; ended by " + map[model.Partial]string{model.TimeLimit: "--time-limit", model.Canceled: "you"}[tr.Partial]
	case !tr.Converged:
		ended = "stopped by --max-iterations"
	}
	fmt.Fprintf(tw, "rows\t%d", m.Data.Rows)
	if m.Data.Dropped > 0 {
		fmt.Fprintf(tw, " (%d with missing values left out)", m.Data.Dropped)
	}
	fmt.Fprintf(tw, "\npasses\t%d (%s)\ninertia\t%.10g\n", tr.Passes, ended, tr.Inertia)
	if s := tr.Silhouette; s != nil {
		fmt.Fprintf(tw, "silhouette\t%.4f", s.Mean)
		if s.Sampled {
			fmt.Fprintf(tw, " ± %.4f (of %d rows)", s.Error, s.Rows)
		}
		fmt.Fprintln(tw, "; -1 to 1, more is better")
	}
	if s := tr.Separation; s != nil {
		fmt.Fprintf(tw, "Calinski-Harabasz\t%.6g; more is better\nDavies-Bouldin\t%.4f; less is better, 0 the least\n", s.CalinskiHarabasz, s.DaviesBouldin)
	}
	if l := tr.Label; l != nil {
		fmt.Fprintf(tw, "ARI\t%.4f against %s; 1 the same groups, 0 no more than chance\n", l.ARI, l.Column)
		if l.NMI != nil {
			fmt.Fprintf(tw, "NMI\t%.4f against %s; 1 the same groups, 0 nothing in common\n", *l.NMI, l.Column)
		}
	}
	if tr.Sampled > 0 {
		fmt.Fprintf(tw, "sample\tcentroids found on %d of %d rows; all are labelled\n", tr.Sampled, m.Data.Rows)
	}
	if tr.Why != "" {
		fmt.Fprintf(tw, "algorithm\t%s. %s\n", tr.Algorithm, tr.Why)
	}
	for i, c := range m.Clusters {
		fmt.Fprintf(tw, "cluster %d\t%d rows, %.1f %%\n", i, c.Size, 100*float64(c.Size)/float64(m.Data.Rows))
	}
	for _, name := range res.Constant {
		fmt.Fprintf(tw, "note\t%s is the same in all rows and tells nothing apart\n", name)
	}
	fmt.Fprintf(tw, "hash\t%s\n", m.Hash)
	if out != "-" {
		fmt.Fprintf(tw, "model\t%s\n", out)
	}
	return fault.Wrap("train.summary", tw.Flush())
}
