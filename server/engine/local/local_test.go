package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/shared/fault"
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

// A file that becomes shorter while it is trained on is an error, not the program's end.
func TestRowsVanish(t *testing.T) {
	const n, d = 1 << 14, 16
	path := filepath.Join(t.TempDir(), "rows")
	if err := os.WriteFile(path, mapped.BytesOf(enginetest.Blobs(n, d, 3, 1, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := mapped.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e := local.New(mapped.As[float32](f.Bytes()), n, d, 2)
	e.ReadAhead()
	centroids, err := e.Gather(t.Context(), []int64{0, n / 2, n - 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, n*d); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"Pass":    func() error { _, err := e.Pass(t.Context(), centroids, nil); return err },
		"Moments": func() error { _, err := e.Moments(t.Context()); return err },
	} {
		if err := call(); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s of rows that are gone = %v, want fault.Unavailable", name, err)
		}
	}
}
