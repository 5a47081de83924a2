package local_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// kernelVariable names the kernel that a test process of another one's must have.
const kernelVariable = "CENTROID_TEST_KERNEL"

// The number of workers changes no bit of a training, nor does its being killed and
// resumed with another number.
func TestGolden(t *testing.T) {
	if want := os.Getenv(kernelVariable); want != "" && want != kernel.Name() {
		t.Fatalf("the kernel is %q, want %q", kernel.Name(), want)
	}
	iris, err := os.ReadFile("../../../web/sample/iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	var lanes []enginetest.Lane
	for _, workers := range []int{1, 2, 3, 7, 16} {
		lanes = append(lanes, enginetest.Lane{Name: fmt.Sprintf("%d workers", workers), Make: func(rows []float32, n, d int) enginetest.Engine {
			return local.New(rows, n, d, workers) // has nothing to close but the rows
		}})
	}
	enginetest.RunGolden(t, string(iris), lanes...)
}
