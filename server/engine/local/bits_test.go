package local_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// iris gives the four measurements of the sample file, times over: exact duplicates.
func iris(t testing.TB, times int) []float32 {
	t.Helper()
	f, err := os.Open("../../../web/sample/iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var one, all []float32
	for _, line := range lines[1:] {
		for _, s := range line[:4] {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			one = append(one, float32(v))
		}
	}
	for range times {
		all = append(all, one...)
	}
	return all
}

// trace is a whole training: all that an observer sees, the result and the labels.
type trace struct {
	Passes []kmeans.PassInfo
	Result *kmeans.Result
	Labels []int32
}

func record(t *testing.T, e enginetest.Engine, cfg kmeans.Config) trace {
	t.Helper()
	var tr trace
	var err error
	tr.Result, err = kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) { tr.Passes = append(tr.Passes, p) }})
	if err != nil {
		t.Fatal(err)
	}
	tr.Labels = e.Labels()
	return tr
}

// The number of workers changes no bit of anything.
func TestSameBits(t *testing.T) {
	offset := enginetest.Blobs(6000, 4, 6, 1, 3)
	for i := range offset {
		offset[i] += 1e4
	}
	for _, c := range []struct {
		name    string
		rows    []float32
		n, d, k int
	}{
		{"overlapped", enginetest.Blobs(8000, 5, 9, 3, 1), 8000, 5, 9},
		{"separated", enginetest.Blobs(8000, 3, 9, .1, 2), 8000, 3, 9},
		{"tied", iris(t, 50), 7500, 4, 10},
		{"offset", offset, 6000, 4, 6},
	} {
		for _, init := range []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus, kmeans.Random} {
			t.Run(fmt.Sprintf("%s/%s", c.name, init), func(t *testing.T) {
				cfg := kmeans.Config{K: c.k, Init: init, Seed: 11, MaxIterations: 8, Restarts: 2, Tolerance: 1e-5}
				want := record(t, kmeans.Serial(c.rows, c.n, c.d), cfg)
				for _, workers := range []int{1, 2, 7} {
					e := local.New(c.rows, c.n, c.d, workers)
					if got := record(t, e, cfg); !reflect.DeepEqual(got, want) {
						t.Errorf("%d workers: inertia %v after %d passes, want %v after %d, and all bits of passes, result and labels",
							workers, got.Result.Inertia, len(got.Passes), want.Result.Inertia, len(want.Passes))
					}
					if err := e.Close(); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

// No goroutine is left when a call has returned, not even after a cancelled one.
func TestGoroutinesEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	enginetest.Run(t, func(t *testing.T, rows []float32, n, d int) enginetest.Engine { return local.New(rows, n, d, 8) })
	// A goroutine that has told its WaitGroup may still be counted for an instant.
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines after, %d before", after, before)
	}
}

func BenchmarkPass(b *testing.B) {
	for _, s := range [][3]int{{1 << 18, 16, 10}, {1 << 18, 2, 8}, {1 << 14, 128, 64}} {
		n, d, k := s[0], s[1], s[2]
		rows := enginetest.Blobs(n, d, k, 2, 1)
		centroids := kmeans.NewMatrix(k, d)
		for i := range centroids.Data {
			centroids.Data[i] = float64(rows[i])
		}
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("n=%d/d=%d/k=%d/workers=%d", n, d, k, workers), func(b *testing.B) {
				e := local.New(rows, n, d, workers)
				defer e.Close()
				for b.Loop() {
					if _, err := e.Pass(b.Context(), centroids, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
