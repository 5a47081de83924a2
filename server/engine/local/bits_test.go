package local_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

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
