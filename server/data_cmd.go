package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// dataCommand is what all commands of `centroid data` have.
type dataCommand struct {
	stepList
	query  string
	memory config.Bytes
	rows   int64
	width  int
	out    string
	format string
}

// action is a way to end a plan: what is printed of it.
type action struct {
	name, help string
	run        func(ctx context.Context, d *dataCommand, f frame.Frame, out io.Writer) error
	table      bool // it shows rows
}

// newDataCommand makes `centroid data`, which needs no server.
func newDataCommand() *cobra.Command {
	root := &cobra.Command{
		Args: cobra.NoArgs,
		Use:  "data", Short: "Look at tables in files, and transform them, without a server",
		Long: "Look at tables in files, and transform them, without a server: CSV, Parquet, JSON, Arrow, .npy, packed or not.\n" +
			"Flags are steps, done in the order in which they stand:\n\n" +
			"  centroid data show flowers.csv --filter \"petal_len > 2\" --group-by species --agg \"count, mean(petal_len) as mean\" --sort -mean\n" +
			"  centroid data collect flowers.csv --dropna --out clean.parquet\n" +
			"  centroid data sql \"SELECT * FROM a JOIN b USING (id)\" a.csv b.parquet",
	}
	for _, a := range actions {
		root.AddCommand(a.command())
	}
	for _, v := range verbs {
		root.AddCommand(v.command())
	}
	root.AddCommand(newDataSQLCommand(), newDataSplitCommand())
	return root
}

var actions = []action{
	{"show", "Print the first rows", func(ctx context.Context, d *dataCommand, f frame.Frame, out io.Writer) error {
		return d.show(ctx, f, out)
	}, true},
	{"count", "Count the rows", func(ctx context.Context, _ *dataCommand, f frame.Frame, out io.Writer) error {
		n, err := f.Count(ctx)
		if err == nil {
			_, err = fmt.Fprintln(out, n)
		}
		return err
	}, false},
	{"describe", "Print count, mean, stddev, min and max of each column", func(ctx context.Context, d *dataCommand, f frame.Frame, out io.Writer) error {
		return d.show(ctx, f.Describe(), out)
	}, true},
	{"summary", "Print what describe does, and the quartiles", func(ctx context.Context, d *dataCommand, f frame.Frame, out io.Writer) error {
		return d.show(ctx, f.Summary(), out)
	}, true},
	{"columns", "Print the names of the columns", func(ctx context.Context, _ *dataCommand, f frame.Frame, out io.Writer) error {
		names, err := f.Columns(ctx)
		for _, name := range names {
			if _, err := fmt.Fprintln(out, name); err != nil {
				return err
			}
		}
		return err
	}, false},
	{"dtypes", "Print names and types of the columns", func(ctx context.Context, _ *dataCommand, f frame.Frame, out io.Writer) error {
		types, err := f.Dtypes(ctx)
		for _, t := range types {
			if _, err := fmt.Fprintf(out, "%s\t%s\n", t[0], strings.ToLower(t[1])); err != nil {
				return err
			}
		}
		return err
	}, false},
	{"schema", "Print the columns as a tree", func(ctx context.Context, _ *dataCommand, f frame.Frame, out io.Writer) error {
		schema, err := f.Schema(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, "root")
		for _, c := range schema {
			if err == nil {
				_, err = fmt.Fprintf(out, " |-- %s: %s (nullable = true)\n", c.Name, strings.ToLower(c.Type))
			}
		}
		return err
	}, false},
	{"collect", "Write all rows: CSV, Parquet, Arrow or NDJSON", func(ctx context.Context, d *dataCommand, f frame.Frame, out io.Writer) error {
		return d.collect(ctx, f, out)
	}, false},
}

// command makes `centroid data show FILE...` and the like.
func (a action) command() *cobra.Command {
	d := &dataCommand{}
	cmd := &cobra.Command{
		Use: a.name + " FILE [FILE...]", Short: a.help, Args: cobra.MinimumNArgs(1),
		Long: a.help + ". Of several files the first is the table; SQL can name the others, by their names without endings.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.run(cmd, args, func(ctx context.Context, f frame.Frame) error { return a.run(ctx, d, f, cmd.OutOrStdout()) })
		},
	}
	d.flags(cmd, a.table, a.name == "collect")
	return cmd
}

// command makes `centroid data filter FILE "a > 3"` and the like, which print
// the first rows, or write them all with --out.
func (v verb) command() *cobra.Command {
	d := &dataCommand{}
	args := cobra.ExactArgs(2)
	use := v.name + " FILE " + strings.ToUpper(v.kind)
	if v.bare != "" {
		args, use = cobra.RangeArgs(1, 2), v.name+" FILE ["+strings.ToUpper(v.kind)+"]"
	}
	cmd := &cobra.Command{
		Use: use, Short: sentence(v.help), Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			value := v.bare
			if len(args) > 1 {
				value = args[1]
			}
			step, err := v.read(value)
			if err == nil {
				err = d.begin(step)
			}
			if err != nil {
				return fault.Newf(fault.Invalid, "%s can't be done with %q: %s.", v.name, value, strings.TrimSuffix(fault.Message(err), "."))
			}
			return d.run(cmd, args[:1], func(ctx context.Context, f frame.Frame) error { return d.print(ctx, f, cmd.OutOrStdout()) })
		},
	}
	d.awaited = v.op
	d.flags(cmd, true, true)
	return cmd
}

// newDataSQLCommand makes `centroid data sql QUERY FILE...`.
func newDataSQLCommand() *cobra.Command {
	d := &dataCommand{}
	cmd := &cobra.Command{
		Use: "sql QUERY FILE...", Short: "Run a SELECT over files, which are tables by their names without endings", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.query = args[0]
			return d.run(cmd, args[1:], func(ctx context.Context, f frame.Frame) error { return d.print(ctx, f, cmd.OutOrStdout()) })
		},
	}
	d.flags(cmd, true, true)
	return cmd
}

// newDataSplitCommand makes `centroid data split FILE --out a.csv,b.csv`.
func newDataSplitCommand() *cobra.Command {
	d := &dataCommand{}
	var weights []float64
	var outs []string
	var seed int64
	cmd := &cobra.Command{
		Use: "split FILE --weights 0.8,0.2 --out train.csv,test.csv", Short: "Put each row into one of several files, drawn by a seed", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(outs) != len(weights) {
				return fault.Fieldf("out", "--out names %d files, and --weights %d parts.", len(outs), len(weights))
			}
			return d.run(cmd, args, func(ctx context.Context, f frame.Frame) error {
				for i, part := range f.RandomSplit(weights, seed) {
					d.out = outs[i]
					if err := d.collect(ctx, part, cmd.OutOrStdout()); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	d.flags(cmd, false, false)
	f := cmd.Flags()
	f.Float64SliceVar(&weights, "weights", []float64{0.8, 0.2}, "shares of the parts")
	f.StringSliceVar(&outs, "out", nil, "a file for each part (required)")
	f.Int64Var(&seed, "split-seed", 0, "the same one makes the same parts")
	require(cmd, "out")
	return cmd
}

// flags adds the flags of a command that shows rows, that writes them, or both.
func (d *dataCommand) flags(cmd *cobra.Command, shows, writes bool) {
	f := cmd.Flags()
	f.SortFlags = false
	d.stepList.flags(f)
	d.memory, d.out = 1<<30, "-"
	if cmd.Name() != "sql" {
		f.StringVar(&d.query, "sql", "", "begin with this SELECT instead of the first file")
	}
	if shows {
		f.Int64Var(&d.rows, "rows", 20, "how many rows to print")
		f.IntVar(&d.width, "width", 20, "characters of a value to print; 0 is all")
	}
	if writes {
		f.StringVar(&d.out, "out", "-", "write all rows into this file, in the format that its name ends in; - is standard output")
		f.StringVar(&d.format, "format", "", "write all rows as csv, parquet, arrow or ndjson")
	}
	f.Var(&d.memory, "memory", "memory that a query may use")
}

// run opens the files, makes the frame of the steps, and hands it to fn.
func (d *dataCommand) run(cmd *cobra.Command, files []string, fn func(ctx context.Context, f frame.Frame) error) (err error) {
	ctx := cmd.Context()
	dir, err := os.MkdirTemp("", "centroid-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	box, err := newBox(sandbox.Options{Dir: filepath.Join(dir, "sandbox"), Memory: int64(d.memory), Time: 1000 * time.Hour, Spill: 1 << 50, Output: 1 << 50, Threads: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	db, err := duck.New(duck.Options{Box: box, Dir: filepath.Join(dir, "frame")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tables, err := openLocal(ctx, dir, box)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tables.Close()) }()
	var first wire.Step
	for i, path := range files {
		id, err := tables.add(ctx, path, cmd.InOrStdin())
		if err != nil {
			return err
		}
		if i == 0 {
			first = wire.Step{Op: frame.Table, Dataset: id}
		}
	}
	if d.query != "" {
		first = wire.Step{Op: frame.SQL, SQL: d.query}
	}
	for i := range d.steps {
		for j := range d.steps[i].Other {
			id, err := tables.add(ctx, d.steps[i].Other[j].Dataset, cmd.InOrStdin())
			if err != nil {
				return err
			}
			d.steps[i].Other[j].Dataset = id
		}
	}
	return said(fn(ctx, frame.Of(db.For(localOwner, tables), append([]wire.Step{first}, d.steps...)...)))
}

// said puts the place of a fault into its words, for there is no form to show it in.
func said(err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Line == 0 {
		return err
	}
	c := *e
	c.Msg = fmt.Sprintf("Line %d, character %d of the SQL: %s", e.Line, e.Column, e.Msg)
	return &c
}

// print shows the first rows, or writes all if it is told where or how.
func (d *dataCommand) print(ctx context.Context, f frame.Frame, out io.Writer) error {
	if d.out != "-" || d.format != "" {
		return d.collect(ctx, f, out)
	}
	return d.show(ctx, f, out)
}

func (d *dataCommand) show(ctx context.Context, f frame.Frame, out io.Writer) error {
	if d.rows < 1 || d.width < 0 {
		return fault.Fieldf("rows", "--rows is %d and --width %d, want at least 1 and 0.", d.rows, d.width)
	}
	return f.Show(ctx, out, d.rows, d.width)
}

func (d *dataCommand) collect(ctx context.Context, f frame.Frame, out io.Writer) error {
	as := format.Format(d.format)
	for _, w := range format.Writable {
		if _, end := w.ContentType(); as == "" && strings.HasSuffix(strings.ToLower(d.out), end) {
			as = w
		}
	}
	if as == "" {
		as = format.CSV
	}
	return writeOut(d.out, out, func(w io.Writer) error {
		r, err := f.Rows(ctx, 0)
		if err != nil {
			return err
		}
		defer r.Close()
		return frame.Write(ctx, r, as, w)
	})
}
