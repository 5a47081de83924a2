package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
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
	data, init, method, out      string
	k, iterations, workers, reps int
	tolerance                    float64
	seed                         uint64
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
	cmd.AddCommand(newBenchTrainCommand(), newBenchPredictCommand())
	return cmd
}

func newBenchTrainCommand() *cobra.Command {
	var b benchTrain
	cmd := &cobra.Command{
		Use:   "train --data x.npy {--init init.npy | --k K}",
		Short: "Train and print seconds, inertia and iterations",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&b.data, "data", "", "rows: float32 .npy, C order, n x d (required)")
	f.StringVar(&b.init, "init", "", "first centroids: float32 .npy, C order, k x d")
	f.IntVar(&b.k, "k", 0, "clusters, from centroids that --init-method finds")
	f.StringVar(&b.method, "init-method", string(kmeans.Parallel), "k-means||, k-means++ or random")
	f.Uint64Var(&b.seed, "seed", 0, "of what --init-method chooses by chance")
	f.IntVar(&b.iterations, "iterations", 300, "passes at most; fewer if --tolerance is met")
	f.Float64Var(&b.tolerance, "tolerance", 0, "stop when the centroids' squared shift is at most this times the features' mean variance (0: when no row changes its cluster)")
	f.IntVar(&b.workers, "workers", runtime.GOMAXPROCS(0), "goroutines")
	f.StringVar(&b.out, "out", "", "where the centroids go: float32 .npy (nowhere if empty)")
	f.IntVar(&b.reps, "reps", 1, "repetitions")
	require(cmd, "data")
	cmd.MarkFlagsOneRequired("init", "k")
	for _, name := range []string{"k", "init-method", "seed"} {
		cmd.MarkFlagsMutuallyExclusive("init", name)
	}
	return cmd
}

func (b benchTrain) run(ctx context.Context, w io.Writer) error {
	if err := atLeastOne(map[string]int{"iterations": b.iterations, "workers": b.workers, "reps": b.reps}); err != nil {
		return err
	}
	x, err := openMatrix(b.data)
	if err != nil {
		return err
	}
	defer x.Close()
	cfg := kmeans.Config{K: b.k, Init: kmeans.Init(b.method), Seed: b.seed, MaxIterations: b.iterations, Tolerance: b.tolerance}
	if b.init != "" {
		if cfg.Start, err = readCentroids(b.init); err != nil {
			return err
		}
		cfg.K, cfg.Init = cfg.Start.Rows, kmeans.Given
	}
	var out benchResult
	var result *kmeans.Result
	for range b.reps {
		begin := time.Now()
		e := local.New(x.Data, x.Rows, x.Cols, b.workers)
		e.ReadAhead()
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
	return printLine(w, out)
}

// atLeastOne refuses flags below 1, all of them at once.
func atLeastOne(flags map[string]int) error {
	var bad []error
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		if v := flags[name]; v < 1 {
			bad = append(bad, fault.Fieldf(name, "--%s is %d, want at least 1.", name, v))
		}
	}
	return errors.Join(bad...)
}

// printLine writes v as one line of JSON.
func printLine(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap("bench.print", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", line)
	return err
}

// readCentroids reads at least one centroid.
func readCentroids(path string) (kmeans.Matrix, error) {
	m, err := openMatrix(path)
	if err != nil {
		return kmeans.Matrix{}, err
	}
	defer m.Close()
	c := kmeans.NewMatrix(m.Rows, m.Cols)
	for i, v := range m.Data {
		c.Data[i] = float64(v)
	}
	if c.IsZero() {
		return kmeans.Matrix{}, fault.Newf(fault.Invalid, "%s has no centroids.", path)
	}
	return c, nil
}

// openMatrix maps a matrix, which the caller closes. All of it is in the page cache
// then, if it has room: what is measured does not wait for the disk.
func openMatrix(path string) (*npy.File, error) {
	f, err := npy.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		return nil, &fault.Error{Code: fault.NotFound, Op: "bench.open", Err: err, Msg: fmt.Sprintf("%s can't be opened: does it exist, and may you read it?", path)}
	case err != nil:
		return nil, &fault.Error{Code: fault.CodeOf(err), Op: "bench.open", Err: err, Msg: path + ": " + fault.Message(err)}
	}
	sum := float32(0)
	for i := 0; i < len(f.Data); i += 1024 { // in each page
		sum += f.Data[i]
	}
	runtime.KeepAlive(sum)
	return f, nil
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
