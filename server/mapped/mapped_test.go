package mapped

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	want := []float32{1, -2.5, 3}
	path := filepath.Join(dir, "x")
	for _, v := range [][]float32{want, nil} {
		if err := os.WriteFile(path, BytesOf(v), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := As[float32](f.Bytes()); !slices.Equal(got, v) {
			t.Errorf("Open of %v gives %v", v, got)
		}
		for range 2 { // closing twice is nothing
			if err := f.Close(); err != nil || f.Bytes() != nil {
				t.Errorf("Close = %v, %d bytes left", err, len(f.Bytes()))
			}
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("Open of no file = %v, want fs.ErrNotExist", err)
	}
}
