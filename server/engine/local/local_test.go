package local_test

import (
	"fmt"
	"testing"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

func TestEngine(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 3, 7, 16} {
		t.Run(fmt.Sprintf("workers=%d", workers), func(t *testing.T) {
			enginetest.Run(t, func(t *testing.T, rows []float32, n, d int) enginetest.Engine {
				e := local.New(rows, n, d, workers)
				t.Cleanup(func() {
					if err := e.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				})
				return e
			})
		})
	}
}
