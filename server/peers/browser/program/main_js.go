// Command program is our side of what is measured and compared in the browser: the
// kernel as the app calls it, in a program of its own.
package main

import (
	"context"
	"encoding/binary"
	"math"
	"syscall/js"
	"time"

	"github.com/centroid-studio/centroid/server/peers/browser/sets"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// rows and centers are those that JavaScript has given.
var (
	rows    []float32
	centers *kernel.Centers
	given   []float64 // what centers are made of
	dim     int
	labels  []int32
)

func main() {
	js.Global().Set("ours", map[string]any{
		"kernel": kernel.Name(),
		"hashes": call(hashes),
		"load":   call(load),
		"label":  call(label),
		"single": call(single),
		"train":  call(train),
	})
	if ready := js.Global().Get("oursReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	select {}
}

func call(fn func(args []js.Value) any) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any { return fn(args) })
}

// hashes gives the hash of the labels of n rows of each set.
func hashes(args []js.Value) any {
	out := []any{}
	for _, s := range sets.Sets {
		n := args[0].Int()
		rows, centroids := s.Make(n)
		labels := make([]int32, n)
		kernel.Pack(centroids, s.K, s.D).Label(kernel.Unkept, rows, labels)
		out = append(out, sets.Hash(labels))
	}
	return out
}

// load takes rows and centroids, both as the bytes of float32.
func load(args []js.Value) any {
	rows = floats(args[0])
	dim = args[2].Int()
	given = nil
	for _, v := range floats(args[1]) {
		given = append(given, float64(v))
	}
	centers = kernel.Pack(given, len(given)/dim, dim)
	labels = make([]int32, len(rows)/dim)
	return nil
}

func floats(bytes js.Value) []float32 {
	raw := make([]byte, bytes.Length())
	js.CopyBytesToGo(raw, bytes)
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out
}

// label labels all rows, and gives the milliseconds it took, to the nanosecond. Labels go
// to args[0], if it is there.
func label(args []js.Value) any {
	start := time.Now()
	centers.Label(kernel.Unkept, rows, labels)
	took := time.Since(start)
	if len(args) > 0 {
		raw := make([]byte, 0, 4*len(labels))
		for _, l := range labels {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(l))
		}
		js.CopyBytesToJS(args[0], raw)
	}
	return float64(took) / 1e6
}

// single labels rows one at a time, and gives the nanoseconds that one took, of the
// best of some rounds.
func single(args []js.Value) any {
	best, squared := math.Inf(1), make([]float64, 1)
	n := min(args[0].Int(), len(labels))
	for range 20 {
		start := time.Now()
		for i := range n {
			centers.Assign(rows[i*dim:(i+1)*dim], labels[i:i+1], squared)
		}
		best = min(best, float64(time.Since(start))/float64(n))
	}
	return best
}

// train trains on all rows from the centroids that were loaded, for args[0] passes at
// most. It gives the milliseconds, the passes and the centroids' values.
func train(args []js.Value) any {
	start := kmeans.NewMatrix(centers.K(), dim)
	copy(start.Data, given)
	cfg := kmeans.Config{K: centers.K(), Init: kmeans.Given, Start: start, MaxIterations: args[0].Int()}.WithDefaults()
	cfg.Tolerance = 0
	began := time.Now()
	res, err := kmeans.Run(context.Background(), kmeans.Serial(rows, len(labels), dim), cfg, nil, kmeans.Observer{})
	if err != nil {
		return err.Error()
	}
	took := float64(time.Since(began)) / 1e6
	values := make([]any, len(res.Centroids.Data))
	for i, v := range res.Centroids.Data {
		values[i] = v
	}
	return map[string]any{"took": took, "passes": res.Passes, "centroids": values}
}
