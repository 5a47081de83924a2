package main

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/server/npy"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// benchPredict is the flags of `centroid bench predict`.
type benchPredict struct {
	data, init    string
	workers, reps int
}

// predictResult is its last line.
type predictResult struct {
	Seconds []float64 `json:"seconds"` // of each repetition: from centroids to labels and squared distances of all rows
	RowNS   float64   `json:"row_ns"`  // nanoseconds of one row by itself, on one goroutine, centroids laid out before
	Inertia float64   `json:"inertia"` // sum of the squared distances
}

func newBenchPredictCommand() *cobra.Command {
	var b benchPredict
	cmd := &cobra.Command{
		Use:   "predict --data x.npy --init centroids.npy",
		Short: "Label all rows, and one at a time, and print seconds and nanoseconds",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&b.data, "data", "", "rows: float32 .npy, C order, n x d (required)")
	f.StringVar(&b.init, "init", "", "centroids: float32 .npy, C order, k x d (required)")
	f.IntVar(&b.workers, "workers", runtime.GOMAXPROCS(0), "goroutines")
	f.IntVar(&b.reps, "reps", 1, "repetitions")
	require(cmd, "data", "init")
	return cmd
}

func (b benchPredict) run(ctx context.Context, w io.Writer) error {
	if err := atLeastOne(map[string]int{"workers": b.workers, "reps": b.reps}); err != nil {
		return err
	}
	x, err := openMatrix(b.data)
	if err != nil {
		return err
	}
	defer x.Close()
	centroids, err := readCentroids(b.init)
	if err != nil {
		return err
	}
	switch {
	case x.Rows == 0:
		return fault.Newf(fault.Invalid, "%s has no rows.", b.data)
	case x.Cols != centroids.Cols:
		return fault.Newf(fault.Invalid, "The centroids have %d features, but the rows have %d.", centroids.Cols, x.Cols)
	}
	if _, err := local.New(x.Data, x.Rows, x.Cols, b.workers).Moments(ctx); err != nil {
		return err // a row that is not finite
	}
	var out predictResult
	labels, squared := make([]int32, x.Rows), make([]float64, x.Rows)
	for range b.reps {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		begin := time.Now()
		assign(x.Matrix, centroids, labels, squared, b.workers)
		out.Seconds = append(out.Seconds, time.Since(begin).Seconds())
	}
	for _, s := range squared {
		out.Inertia += s
	}
	out.RowNS = oneByOne(x.Matrix, centroids)
	return printLine(w, out)
}

// assign labels the rows with some goroutines, which take pieces in turn.
func assign(x npy.Matrix, centroids kmeans.Matrix, labels []int32, squared []float64, workers int) {
	const piece = 4096
	c := kernel.Pack(centroids.Data, centroids.Rows, centroids.Cols)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				hi := int(taken.Add(piece))
				lo := hi - piece
				if lo >= x.Rows {
					return
				}
				hi = min(hi, x.Rows)
				c.Assign(x.Data[lo*x.Cols:hi*x.Cols], labels[lo:hi], squared[lo:hi])
			}
		})
	}
	wg.Wait()
}

// oneByOne gives the mean nanoseconds of rows that are labelled alone.
func oneByOne(x npy.Matrix, centroids kmeans.Matrix) float64 {
	c := kernel.Pack(centroids.Data, centroids.Rows, centroids.Cols)
	n := min(x.Rows, 10_000)
	label, squared := make([]int32, 1), make([]float64, 1)
	begin := time.Now()
	for i := range n {
		c.Assign(x.Data[i*x.Cols:(i+1)*x.Cols], label, squared)
	}
	return float64(time.Since(begin).Nanoseconds()) / float64(n)
}
