package kmeans_test

import (
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

func TestSerial(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, rows []float32, n, d int) enginetest.Engine { return kmeans.Serial(rows, n, d) })
}

// As with many rows, where memory counts for more than time.
func TestSerialOfManyRows(t *testing.T) {
	defer kmeans.ManyRows(kmeans.ManyRows(0))
	TestSerial(t)
}
