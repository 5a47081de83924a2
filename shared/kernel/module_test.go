package kernel

import "testing"

// The smallest predictor is to be less than 2 kB.
func TestModuleSize(t *testing.T) {
	_, cs := data("normal", 10, 4, 3)
	m, free, err := Module(cs, 3, 4)
	if err != nil || len(m) >= 2048 {
		t.Errorf("a module of 3 centroids of 4 features has %d bytes (%v), want less than 2048", len(m), err)
	}
	t.Logf("%d bytes, free from %d", len(m), free)
}
