package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/server/npy"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// benchTrain is the flags of `centroid bench train`. Other programs call it:
// neither the flags nor the last line of its output may change.
type benchTrain struct {
	data, init, out           string
	iterations, workers, reps int
}

// benchResult is the last line. Seconds is one number a repetition: from row-major
// rows in memory to labels, centroids and exact inertia.
type benchResult struct {
	Seconds    []float64 `json:"seconds"`
	Inertia    float64   `json:"inertia"`
	Iterations int       `json:"iterations"`
}

func newBenchCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Short: "Measure on your own data", Args: cobra.NoArgs}
	var b benchTrain
	train := &cobra.Command{
		Use:   "train --data x.npy --init init.npy --iterations N --workers W --out centroids.npy",
		Short: "Train from given centroids, tolerance 0, and print seconds, inertia and iterations",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := train.Flags()
	f.StringVar(&b.data, "data", "", "rows: float32 .npy, C order, n x d")
	f.StringVar(&b.init, "init", "", "first centroids: float32 .npy, C order, k x d")
	f.IntVar(&b.iterations, "iterations", 300, "passes at most; fewer if no row changes its cluster")
	f.IntVar(&b.workers, "workers", runtime.GOMAXPROCS(0), "goroutines")
	f.StringVar(&b.out, "out", "", "where the centroids go: float32 .npy (nowhere if empty)")
	f.IntVar(&b.reps, "reps", 1, "repetitions")
	for _, name := range []string{"data", "init"} {
		if err := train.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	cmd.AddCommand(train)
	return cmd
}

func (b benchTrain) run(ctx context.Context, w io.Writer) error {
	for _, f := range []struct {
		name string
		v    int
	}{{"iterations", b.iterations}, {"workers", b.workers}, {"reps", b.reps}} {
		if f.v < 1 {
			return fault.Fieldf(f.name, "--%s is %d, want at least 1.", f.name, f.v)
		}
	}
	x, err := readMatrix(b.data)
	if err != nil {
		return err
	}
	init, err := readMatrix(b.init)
	if err != nil {
		return err
	}
	start := kmeans.NewMatrix(init.Rows, init.Cols)
	for i, v := range init.Data {
		start.Data[i] = float64(v)
	}
	if start.IsZero() {
		return fault.Newf(fault.Invalid, "%s has no centroids.", b.init)
	}
	cfg := kmeans.Config{K: start.Rows, Init: kmeans.Given, Start: start, MaxIterations: b.iterations}
	var out benchResult
	var result *kmeans.Result
	for range b.reps {
		begin := time.Now()
		e := local.New(x.Data, x.Rows, x.Cols, b.workers)
		if result, err = kmeans.Run(ctx, e, cfg, nil, kmeans.Observer{}); err != nil {
			return err
		}
		out.Seconds = append(out.Seconds, time.Since(begin).Seconds())
		if err := e.Close(); err != nil {
			return err
		}
	}
	out.Inertia, out.Iterations = result.Inertia, result.Passes
	if b.out != "" {
		if err := writeMatrix(b.out, result.Centroids); err != nil {
			return err
		}
	}
	line, err := json.Marshal(out)
	if err != nil {
		return fault.Wrap("bench.train", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", line)
	return err
}

func readMatrix(path string) (npy.Matrix, error) {
	f, err := os.Open(path)
	if err != nil {
		return npy.Matrix{}, &fault.Error{Code: fault.NotFound, Op: "bench.read", Err: err, Msg: fmt.Sprintf("%s can't be opened: does it exist, and may you read it?", path)}
	}
	defer f.Close()
	m, err := npy.Read(f)
	if err != nil {
		return npy.Matrix{}, &fault.Error{Code: fault.CodeOf(err), Op: "bench.read", Err: err, Msg: path + ": " + fault.Message(err)}
	}
	return m, nil
}

func writeMatrix(path string, c kmeans.Matrix) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "bench.write", Err: err, Msg: fmt.Sprintf("%s can't be written: does the folder exist, and may you write there?", path)}
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = fault.Wrap("bench.write", e)
		}
	}()
	m := npy.Matrix{Rows: c.Rows, Cols: c.Cols, Data: make([]float32, len(c.Data))}
	for i, v := range c.Data {
		m.Data[i] = float32(v)
	}
	return npy.Write(f, m)
}
