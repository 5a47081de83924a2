//go:build !race

// All goroutines of a training run in TestGolden, which the race detector sees; here
// it would only slow down the arithmetic.

package local_test

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/centroid-studio/centroid/shared/kernel"
)

// kernels is what GODEBUG switches off to leave each one the quickest, quickest first.
var kernels = []struct{ name, off string }{
	{"avx512vnni", ""},
	{"avx512", "cpu.avx512vnni=off"},
	{"avx2", "cpu.avx512f=off"},
	{"go", "cpu.avx512f=off,cpu.avx2=off"},
}

// TestGolden by the slower kernels that this processor and build have, each in a
// process of its own: which one is used is settled when a program starts.
func TestGoldenByKernel(t *testing.T) {
	if os.Getenv(kernelVariable) != "" {
		t.Skip("it starts itself")
	}
	here := slices.IndexFunc(kernels, func(k struct{ name, off string }) bool { return k.name == kernel.Name() })
	if here < 0 {
		t.Fatalf("kernel %q is not in the table", kernel.Name())
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			switch {
			case i < here:
				t.Skipf("this processor or build has no kernel %s; the quickest is %s", k.name, kernel.Name())
			case i == here:
				return // TestGolden
			}
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestGolden$")
			cmd.Env = append(os.Environ(), "GODEBUG="+k.off, kernelVariable+"="+k.name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
