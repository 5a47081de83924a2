package kmeans_test

import (
	"context"
	"os"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// The bits of trainings, on every machine that this test runs on: amd64 with and
// without assembly, arm64, WebAssembly.
func TestGolden(t *testing.T) {
	iris, err := os.ReadFile("../../web/sample/iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	enginetest.RunGolden(t, string(iris),
		enginetest.Lane{Name: "shards in order", Make: func(rows []float32, n, d int) enginetest.Engine { return kmeans.Serial(rows, n, d) }},
		enginetest.Lane{Name: "shards shuffled", Make: func(rows []float32, n, d int) enginetest.Engine {
			return kmeans.NewMemory(rows, n, d, shuffled)
		}})
}

// shuffled is a kmeans.Each that takes the last first, then every other.
func shuffled(ctx context.Context, n int, fn func(int) error, done func(int)) error {
	for start := range 2 {
		for i := n - 1 - start; i >= 0; i -= 2 {
			if err := fn(i); err != nil {
				return err
			}
			done(i)
		}
	}
	return context.Cause(ctx)
}
